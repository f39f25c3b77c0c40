/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * find_idle.c - waking up since a time limit has run out, and finding nothing to do: idle-wakeups.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sysname.h"
#include "judge/findings.h"
#include "judge/roles.h"
#include "judge/rules.h"
#include "judge/threads.h"
#include "report/sentence.h"

/* Samples of other calls: of more the first ones say as much. */
#define SAMPLES_MOST 64

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
static bool find_in_loop(struct search *s, const struct rep_thread *rt, const struct loop_set *set)
{
	const struct cap_thread *ct = &s->cap->threads[rt->thread];
	uint64_t ran_out = set->empty - set->empty_fast, rate = a_second(ran_out, rt->time.wall_ns), moved;
	char *times, *nothing;
	struct rep_finding *f;

	if (set->calls < iom_limit(LIMIT_SPIN_CALLS) || rate < iom_limit(LIMIT_IDLE_RATE) ||
	    set->empty < iom_limit(LIMIT_IDLE_EMPTY) * set->calls || ct->kernel_worker ||
	    s->ev->threads[rt->thread].polls ||
	    rt->time.running_ns > iom_limit(LIMIT_IDLE_RUNS) * rt->time.wall_ns)
		return false;
	moved = iom_all_taken(s, ct) + all_requested(s, ct);
	if (moved > iom_limit(LIMIT_IDLE_TAKEN) * ran_out)
		return false;
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
	return true;
}

/* ---- sleeps until a time ---------------------------------------------------------------- */

/* How often a thread woke, whatever for, and how often of that since its time had run out. */
struct woken {
	uint64_t all, by_time;
	const struct cap_calls *calls; /* that made most of the latter */
	uint64_t most;
};

/* Of a row of calls those whose time had run out. What sleeps until another thread wakes it says
 * so by the result. */
static uint64_t by_time(const struct cap_calls *r)
{
	if (r->class == CAP_C_TIMER || r->class == CAP_C_SLEEP_POLL)
		return r->n.ok_slept + r->n.zero_slept;
	return r->class == CAP_C_FUTEX ? r->n.zero_slept : 0;
}

/* Of each thread, by its place in the capture; heap. There may be tens of thousands. */
static struct woken *all_woken(const struct search *s)
{
	struct woken *all = iom_alloc(s->cap->nthreads + 1, sizeof(*all));

	for (size_t i = 0; i < s->cap->ncalls; i++) {
		const struct cap_calls *r = &s->cap->calls[i];
		uint32_t thread = iom_thread_find(s->ev->by_tid, r->tid, r->tgid);
		struct woken *w = thread == UINT32_MAX ? NULL : &all[thread];
		uint64_t n = by_time(r);

		if (!w)
			continue;
		w->all += r->n.ok_slept + r->n.zero_slept + r->n.again_slept;
		w->by_time += n;
		if (n > w->most) {
			w->most = n;
			w->calls = r;
		}
	}
	return all;
}

/* All that the process moved: who makes a thread wake by a clock may do so for what others do. */
static uint64_t moved_by_all(const struct search *s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->rp->nthreads; i++) {
		const struct cap_thread *ct = &s->cap->threads[s->rp->threads[i].thread];

		n += iom_all_taken(s, ct) + all_requested(s, ct);
	}
	return n;
}

static uint64_t run_by_all(const struct search *s)
{
	uint64_t ns = 0;

	for (size_t i = 0; i < s->rp->nthreads; i++)
		ns += s->rp->threads[i].time.running_ns;
	return ns;
}

/* What the thread looks at in vain is said already, with the clock by which it does so. */
static bool is_said(const struct search *s)
{
	static const char *const ids[] = {"eagain-spin", "eof-spin", "busy-poll", "not-drained", "calls-fail"};

	for (size_t i = 0; i < s->rp->nfindings; i++)
		for (size_t k = 0; k < sizeof(ids) / sizeof(*ids); k++)
			if (!strcmp(s->rp->findings[i].id, ids[k]))
				return true;
	return false;
}

/* A call that is not what it sleeps in. */
static bool is_between(const struct cap_thread *ct, const struct woken *w, const struct cap_sample *m)
{
	return m->tid == ct->tid && m->tgid == ct->tgid && m->nr != w->calls->nr && m->class != CAP_C_TIMER &&
	       m->class != CAP_C_FUTEX;
}

/* Calls that are not counted, such as those that look for a child, show in samples: ", and in between
 * calls wait4 (4 of 4 other calls that were sampled)": heap. */
static char *between_text(const struct search *s, const struct cap_thread *ct, const struct woken *w)
{
	const struct cap_sample *top = NULL;
	uint64_t most = 0, all = 0;

	for (size_t i = 0; i < s->cap->nsamples; i++) {
		const struct cap_sample *m = &s->cap->samples[i];
		uint64_t n = 0;

		if (!is_between(ct, w, m))
			continue;
		all++;
		for (size_t k = i; k < s->cap->nsamples && all <= SAMPLES_MOST; k++)
			n += is_between(ct, w, &s->cap->samples[k]) && s->cap->samples[k].nr == m->nr;
		if (n > most) {
			most = n;
			top = m;
		}
	}
	if (most < iom_limit(LIMIT_IDLE_SAMPLES) || most < iom_limit(LIMIT_IDLE_VAIN) * all)
		return iom_sentence("%s", "");
	return iom_sentence(", and in between called %s (%s of %s other calls that were sampled)",
			    iom_syscall_name(top->nr), iom_count(most), iom_count(all));
}

/* What it tried each time and found nothing, or no room: ", and read(4) /var/log/x brought nothing
 * 4,560 times": heap. */
static char *in_vain_text(const struct search *s, const struct cap_thread *ct, const struct woken *w)
{
	const struct cap_calls *most = NULL;
	uint64_t n = 0;

	for (size_t i = 0; i < s->cap->ncalls; i++) {
		const struct cap_calls *r = &s->cap->calls[i];

		if (r->tgid != ct->tgid || r->tid != ct->tid || !is_transfer(r->class) || r->file == IOM_NO_FILE ||
		    s->cap->files[r->file].fd < 0 || r->n.zero + r->n.again <= n)
			continue;
		n = r->n.zero + r->n.again;
		most = r;
	}
	if (!most || n < iom_limit(LIMIT_IDLE_VAIN) * w->by_time)
		return between_text(s, ct, w);
	return iom_sentence(", and %s(%d) %s %s %s times", iom_syscall_name(most->nr), s->cap->files[most->file].fd,
			    iom_finding_name(s->cap, most->file),
			    is_taking(most->class) ? "brought nothing" : "could move nothing", iom_count(n));
}

/* What moves by memory is not counted: a player of a mapped film is not idle. */
static bool may_move_unseen(const struct search *s)
{
	const struct ev_proc *p = &s->ev->procs[s->rp->proc];

	return p->unseen || p->spoke[RULE_PAGE].vote.ops;
}

/* Threads that sleep until a time in the same call. */
struct sleepers {
	size_t threads;
	uint64_t times;
	const struct rep_thread *most;
	struct woken woken; /* of that one */
};

static bool is_sleeper(const struct search *s, const struct rep_thread *rt, const struct woken *all, struct woken *w)
{
	const struct cap_thread *ct = &s->cap->threads[rt->thread];
	uint32_t thread = iom_thread_find(s->ev->by_tid, ct->tid, ct->tgid);

	if (thread == UINT32_MAX)
		return false;
	*w = all[thread];
	return !ct->kernel_worker && w->by_time >= iom_limit(LIMIT_SPIN_CALLS) &&
	       a_second(w->by_time, rt->time.wall_ns) >= iom_limit(LIMIT_IDLE_RATE) &&
	       w->by_time >= iom_limit(LIMIT_IDLE_EMPTY) * w->all;
}

static void tell_sleepers(struct search *s, const struct sleepers *l, uint64_t moved)
{
	const struct cap_thread *ct = &s->cap->threads[l->most->thread];
	uint64_t rate = a_second(l->times, l->most->time.wall_ns);
	char *vain = in_vain_text(s, ct, &l->woken);
	char *who = l->threads == 1 ? iom_sentence("Thread %u", ct->ns_tid) :
				      iom_sentence("%s threads, %u among them,", iom_count(l->threads), ct->ns_tid);
	struct rep_finding *f = iom_finding_add(
		s, "idle-wakeups", rate < iom_limit(LIMIT_IDLE_WARN) ? IOM_SEV_INFO : IOM_SEV_WARNING,
		iom_sentence("%s slept in %s until %s time had run out %s times, %s a second%s; the process made %s "
			     "transfer%s. Usual way out: wait until something is due, and let an event tell what else "
			     "there is (a condition variable, eventfd, inotify, pidfd).",
			     who, iom_syscall_name(l->woken.calls->nr), l->threads == 1 ? "its" : "their",
			     iom_count(l->times), iom_count(rate), vain, moved ? iom_count(moved) : "no",
			     moved == 1 ? "" : "s"));

	free(who);
	free(vain);
	f->count = l->times;
	f->thread = l->most->thread;
	f->nr = l->woken.calls->nr;
}

/* Threads from this one on that sleep until a time in the call in which it does; said of the process
 * where that does next to nothing else. */
static void find_by_time(struct search *s, size_t from, const struct woken *all, bool *told)
{
	struct sleepers l = {};
	struct woken w;
	uint64_t moved;
	uint16_t nr;

	if (told[from] || !is_sleeper(s, &s->rp->threads[from], all, &w))
		return;
	nr = w.calls->nr;
	for (size_t i = from; i < s->rp->nthreads; i++) {
		const struct rep_thread *rt = &s->rp->threads[i];

		if (told[i] || !is_sleeper(s, rt, all, &w) || w.calls->nr != nr)
			continue;
		told[i] = true;
		l.threads++;
		l.times += w.by_time;
		if (l.most && w.by_time <= l.woken.by_time)
			continue;
		l.most = rt;
		l.woken = w;
	}
	moved = moved_by_all(s);
	if (run_by_all(s) <= iom_limit(LIMIT_BUSY) * l.most->time.wall_ns &&
	    moved <= iom_limit(LIMIT_IDLE_TAKEN) * l.times)
		tell_sleepers(s, &l, moved);
}

void iom_find_idle(struct search *s)
{
	bool *told = iom_alloc(s->rp->nthreads + 1, sizeof(*told));
	bool said = is_said(s) || may_move_unseen(s);
	struct woken *all = all_woken(s);

	for (size_t i = 0; i < s->rp->nthreads; i++) {
		const struct rep_thread *rt = &s->rp->threads[i];
		const struct loop_thread *t = &s->ev->loops->threads[rt->thread];

		told[i] = t->nsets && find_in_loop(s, rt, &t->sets[0]);
	}
	for (size_t i = 0; i < s->rp->nthreads && !said; i++)
		find_by_time(s, i, all, told);
	free(all);
	free(told);
}
