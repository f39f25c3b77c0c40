/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * find_idle.c - waking by the clock, for nothing: idle-wakeups.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/sysname.h"
#include "judge/findings.h"
#include "judge/roles.h"
#include "judge/rules.h"
#include "report/sentence.h"

/* A futex is counted when it slept, and not by what ended that: samples tell, if they are so many
 * and nearly all say that the time limit ran out. */
#define RAN_OUT_SAMPLES 5
#define RAN_OUT_PART	0.9

/* Requests to the kernel that a thread handed over instead of making a call. */
static uint64_t all_requested(const struct search *s, const struct cap_thread *ct)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->cap->nrequests; i++)
		if (s->cap->requests[i].tgid == ct->tgid && s->cap->requests[i].tid == ct->tid)
			n += s->cap->requests[i].submitted;
	return n;
}

/* A readiness call sleeps, and wakes since its time limit has run out, mostly for nothing. */
static void find_idle_wakeups(struct search *s, const struct rep_thread *rt, const struct loop_set *set)
{
	const struct cap_thread *ct = &s->cap->threads[rt->thread];
	uint64_t ran_out = set->empty - set->empty_fast, rate = a_second(ran_out, rt->time.wall_ns), moved;
	char *times, *nothing;
	struct rep_finding *f;

	if (set->calls < iom_limit(LIMIT_SPIN_CALLS) || rate < iom_limit(LIMIT_IDLE_RATE) ||
	    set->empty < iom_limit(LIMIT_IDLE_EMPTY) * set->calls || ct->kernel_worker ||
	    s->ev->threads[rt->thread].polls ||
	    rt->time.running_ns > iom_limit(LIMIT_IDLE_RUNS) * rt->time.wall_ns)
		return;
	moved = iom_taken(s, ct) + all_requested(s, ct);
	if (moved > iom_limit(LIMIT_IDLE_TAKEN) * ran_out)
		return;
	times = ran_out == set->empty ? iom_sentence("%s times", iom_count(rate)) :
					iom_sentence("%s times, %s", iom_count(ran_out), iom_count(rate));
	nothing = set->empty == set->calls ? iom_sentence("always") :
					     iom_sentence("%s times", iom_count(set->empty));
	f = iom_finding_add(
		s, "idle-wakeups", rate < iom_limit(LIMIT_IDLE_WARN) ? IOM_SEV_INFO : IOM_SEV_WARNING,
		iom_sentence("%s of thread %u came back %s times, %s with nothing: its time limit ran out %s a "
			     "second, and the thread made %s transfer%s. Usual way out: wait until something is "
			     "due, and let an event tell what else there is (eventfd, timerfd).",
			     iom_syscall_name(set->nr), ct->ns_tid, iom_count(set->calls), nothing, times,
			     moved ? iom_count(moved) : "no", moved == 1 ? "" : "s"));
	free(nothing);
	free(times);
	f->count = set->empty;
	f->thread = rt->thread;
	f->nr = set->nr;
	f->file = set->main_file;
}

/* ---- sleeps that are no readiness calls ------------------------------------------------------ */

/* Threads of a process that wake by the clock out of one call. */
struct sleepers {
	const struct rep_thread *most; /* the one that wakes most often */
	uint64_t threads, slept, ns, wakes_most;
	uint64_t samples, ran_out; /* of a futex */
};

static bool is_clock(const struct acc_wait *w)
{
	return w->what == ACC_TIMER || (w->class == CAP_C_FUTEX && !w->path);
}

static bool wakes_often(const struct search *s, const struct rep_thread *rt, const struct acc_wait *w)
{
	const struct cap_thread *ct = &s->cap->threads[rt->thread];

	return !ct->kernel_worker && w->slept >= iom_limit(LIMIT_SPIN_CALLS) &&
	       a_second(w->slept, rt->time.wall_ns) >= iom_limit(LIMIT_IDLE_RATE) &&
	       rt->time.running_ns <= iom_limit(LIMIT_IDLE_RUNS) * rt->time.wall_ns &&
	       rt->verdict.model != IOM_M_NONBLOCKING &&
	       iom_taken(s, ct) + all_requested(s, ct) <= iom_limit(LIMIT_IDLE_TAKEN) * w->slept;
}

static void add_samples(const struct iom_capture *cap, const struct cap_thread *ct, const struct acc_wait *w,
			struct sleepers *to)
{
	for (size_t i = 0; i < cap->nsamples; i++) {
		const struct cap_sample *x = &cap->samples[i];

		if (x->tid != ct->tid || x->tgid != ct->tgid || x->nr != w->nr || !x->asleep_ns)
			continue;
		to->samples++;
		to->ran_out += x->ret == -ETIMEDOUT;
	}
}

/* All threads that wake often out of the call of this wait. */
static struct sleepers sleepers_in(const struct search *s, const struct acc_wait *of)
{
	struct sleepers all = {};

	for (size_t i = 0; i < s->rp->nthreads; i++) {
		const struct rep_thread *rt = &s->rp->threads[i];

		for (size_t k = 0; k < rt->time.nwaits; k++) {
			const struct acc_wait *w = &rt->time.waits[k];

			if (w->nr != of->nr || w->class != of->class || !is_clock(w) || !wakes_often(s, rt, w))
				continue;
			all.threads++;
			all.slept += w->slept;
			all.ns += w->ns;
			if (w->slept > all.wakes_most) {
				all.wakes_most = w->slept;
				all.most = rt;
			}
			if (w->class == CAP_C_FUTEX)
				add_samples(s->cap, &s->cap->threads[rt->thread], w, &all);
		}
	}
	return all;
}

static uint64_t moved_by_all(const struct search *s)
{
	uint64_t moved = 0;

	for (size_t i = 0; i < s->rp->nthreads; i++) {
		const struct cap_thread *ct = &s->cap->threads[s->rp->threads[i].thread];

		moved += iom_taken(s, ct) + all_requested(s, ct);
	}
	return moved;
}

static void tell_sleepers(struct search *s, const struct acc_wait *w, const struct sleepers *all, uint64_t moved)
{
	uint64_t rate = a_second(all->slept, all->most->time.wall_ns);
	uint32_t tid = s->cap->threads[all->most->thread].ns_tid;
	char *who = all->threads == 1 ? iom_sentence("Thread %u", tid) :
					iom_sentence("%s threads, %u among them,", iom_count(all->threads), tid);
	char *limit = w->class != CAP_C_FUTEX ?
			      iom_sentence("%s", "") :
			      iom_sentence(", with a time limit that ran out (%s of %s samples)",
					   iom_count(all->ran_out), iom_count(all->samples));
	struct rep_finding *f = iom_finding_add(
		s, "idle-wakeups", rate < iom_limit(LIMIT_IDLE_WARN) ? IOM_SEV_INFO : IOM_SEV_WARNING,
		iom_sentence("%s slept %s times in %s%s, %s each: %s woke %s times a second%s by the clock, and the "
			     "process made %s transfer%s. Usual way out, if %s only to see whether there is something to "
			     "do: let that tell (a condition variable, an eventfd, a pidfd).",
			     who, iom_count(all->slept), iom_syscall_name(w->nr), limit, iom_time(all->ns / all->slept),
			     all->threads == 1 ? "it" : "they", iom_count(rate), all->threads == 1 ? "" : " in all",
			     moved ? iom_count(moved) : "no", moved == 1 ? "" : "s",
			     all->threads == 1 ? "it wakes" : "they wake"));

	free(who);
	free(limit);
	f->count = all->slept;
	f->thread = all->most->thread;
	f->nr = w->nr;
}

/* Each call once: by the thread that wakes most often out of it. Where the process as a whole moves
 * much, its clocks may well drive that. */
static void find_sleepers(struct search *s, const struct rep_thread *rt, uint64_t moved)
{
	for (size_t k = 0; k < rt->time.nwaits; k++) {
		const struct acc_wait *w = &rt->time.waits[k];
		struct sleepers all = {};

		if (is_clock(w) && wakes_often(s, rt, w))
			all = sleepers_in(s, w);
		if (all.most != rt || w->slept != all.wakes_most ||
		    moved > iom_limit(LIMIT_IDLE_TAKEN) * all.slept)
			continue;
		if (w->class == CAP_C_FUTEX &&
		    (all.samples < RAN_OUT_SAMPLES || all.ran_out < RAN_OUT_PART * all.samples))
			continue;
		tell_sleepers(s, w, &all, moved);
	}
}

void iom_find_idle(struct search *s)
{
	uint64_t moved = moved_by_all(s);

	for (size_t i = 0; i < s->rp->nthreads; i++) {
		const struct rep_thread *rt = &s->rp->threads[i];
		const struct loop_thread *t = &s->ev->loops->threads[rt->thread];

		if (t->nsets)
			find_idle_wakeups(s, rt, &t->sets[0]);
		find_sleepers(s, rt, moved);
	}
}
