/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sampled.c - what the sampled windows add: medians and wakers.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/errname.h"
#include "judge/judge.h"
#include "judge/roles.h"
#include "judge/rules.h"

struct list {
	uint64_t *v;
	size_t n, room;
};

static void push(struct list *l, uint64_t x)
{
	if (l->n == l->room) {
		l->room = l->room ? 2 * l->room : 64;
		l->v = iom_memory(realloc(l->v, l->room * sizeof(*l->v)));
	}
	l->v[l->n++] = x;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The q-th part of a list, which is sorted by it; 0 for an empty one. */
static uint64_t quantile(struct list *l, double q)
{
	if (!l->n)
		return 0;
	qsort(l->v, l->n, sizeof(*l->v), by_value);
	return l->v[(size_t)(q * (l->n - 1) + 0.5)];
}

static uint64_t in_call(const struct cap_sample *s)
{
	uint64_t all = s->exit_ns - s->enter_ns;

	return all > s->asleep_ns ? all - s->asleep_ns : 0;
}

static void copy_times(const struct iom_evidence *ev, struct rep_process *rp)
{
	const struct iom_capture *cap = ev->cap;
	uint32_t tgid = cap->procs[rp->proc].tgid;

	for (int class = CAP_C_READ; class <= CAP_C_TRANSFER_LAST; class++) {
		struct list copy = {};
		uint64_t median;

		for (size_t i = 0; i < cap->nsamples; i++)
			if (cap->samples[i].tgid == tgid && cap->samples[i].class == class &&
			    cap->samples[i].ret >= 0)
				push(&copy, in_call(&cap->samples[i]));
		median = quantile(&copy, 0.5);
		for (size_t i = 0; i < cap->ncalls && copy.n; i++) {
			const struct cap_calls *r = &cap->calls[i];
			const struct ev_vote *v;
			uint64_t all = 0, n = r->n.ok + r->n.ok_slept;

			if (r->tgid != tgid || r->class != class || r->file == IOM_NO_FILE)
				continue;
			v = ev->files[r->file].votes;
			for (int m = 0; m < IOM_M_NR; m++)
				all += v[m].transfers;
			for (int m = 0; m < IOM_M_NR && all; m++)
				if (v[m].transfers)
					rp->models[m].phase2_ns += median * n * v[m].transfers / all;
		}
		for (int m = 0; m < IOM_M_NR; m++)
			if (rp->models[m].transfers)
				rp->models[m].phase2_samples += copy.n;
		free(copy.v);
	}
}

#define CALLS 512

struct group { /* transfers by one call on one kind of file */
	uint64_t samples, ns, ops;
};

static bool has_part(const struct iom_evidence *ev, const struct rep_process *rp, uint32_t tgid, uint32_t file)
{
	return tgid == ev->cap->procs[rp->proc].tgid && file != IOM_NO_FILE &&
	       ev->files[file].votes[rp->verdict.model].transfers;
}

static void fill_groups(const struct iom_evidence *ev, const struct rep_process *rp,
			struct group groups[CALLS][CAP_K_MAX])
{
	const struct iom_capture *cap = ev->cap;

	for (size_t i = 0; i < cap->nsamples; i++) {
		const struct cap_sample *s = &cap->samples[i];

		if (has_part(ev, rp, s->tgid, s->file) && is_transfer(s->class) && s->ret > 0 &&
		    s->nr < CALLS && s->kind < CAP_K_MAX)
			groups[s->nr][s->kind].samples++;
	}
	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];

		if (!has_part(ev, rp, r->tgid, r->file) || !is_transfer(r->class) || r->nr >= CALLS ||
		    cap->files[r->file].kind >= CAP_K_MAX)
			continue;
		groups[r->nr][cap->files[r->file].kind].ns += ev->account->calls[i].ns;
		groups[r->nr][cap->files[r->file].kind].ops += r->n.ok + r->n.ok_slept;
	}
}

/* Of what was sampled among the files of the verdict's model: what waited longest; where
 * nothing waited, what there was most of. */
static bool chosen_group(const struct iom_evidence *ev, const struct rep_process *rp, uint16_t *nr,
			 uint8_t *kind)
{
	struct group(*groups)[CAP_K_MAX] = iom_alloc(CALLS, sizeof(*groups)), best = {};

	fill_groups(ev, rp, groups);
	for (int n = 0; n < CALLS; n++)
		for (int k = 0; k < CAP_K_MAX; k++) {
			const struct group *g = &groups[n][k];

			if (!g->samples || g->ns < best.ns || (g->ns == best.ns && best.samples && g->ops <= best.ops))
				continue;
			best = *g;
			*nr = n;
			*kind = k;
		}
	free(groups);
	return best.samples > 0;
}

/* Was this a transfer of the kind that is told? */
static bool is_told(const struct iom_evidence *ev, const struct rep_process *rp, const struct cap_sample *s)
{
	return has_part(ev, rp, s->tgid, s->file) && s->ret > 0 && s->nr == rp->example.nr &&
	       s->kind == rp->example.kind;
}

/* The threads, by their index, that were seen making such transfers: of others it is not known that they wait
 * for them. Heap. */
static bool *who_transfers(const struct iom_evidence *ev, const struct rep_process *rp)
{
	const struct iom_capture *cap = ev->cap;
	bool *who = iom_alloc(cap->nthreads, sizeof(*who));

	for (size_t i = 0; i < cap->nsamples; i++) {
		const struct ev_thread *t = is_told(ev, rp, &cap->samples[i]) ?
						    ev_thread_of(ev, cap->samples[i].tid, cap->samples[i].tgid) :
						    NULL;

		if (t)
			who[t - ev->threads] = true;
	}
	return who;
}

static bool is_of(const struct iom_evidence *ev, const bool *who, uint32_t tid, uint32_t tgid)
{
	const struct ev_thread *t = ev_thread_of(ev, tid, tgid);

	return t && who[t - ev->threads];
}

/* Did the thread come back, with something ready, from the readiness call that it waits in? */
static bool is_return(const struct iom_evidence *ev, const struct rep_process *rp, const bool *who,
		      const struct cap_sample *s)
{
	return s->tgid == ev->cap->procs[rp->proc].tgid && is_readiness(s->class) && s->ret > 0 &&
	       is_of(ev, who, s->tid, s->tgid);
}

/* The readiness call that the threads came back from most often; false: from none that was sampled. */
static bool readiness_call(const struct iom_evidence *ev, const struct rep_process *rp, const bool *who, uint16_t *nr)
{
	uint64_t *calls = iom_alloc(CALLS, sizeof(*calls)), most = 0;

	for (size_t i = 0; i < ev->cap->nsamples; i++) {
		const struct cap_sample *s = &ev->cap->samples[i];

		if (s->nr < CALLS && is_return(ev, rp, who, s) && ++calls[s->nr] > most) {
			most = calls[s->nr];
			*nr = s->nr;
		}
	}
	free(calls);
	return most;
}

static void add_waker(struct rep_example *e, uint32_t wakers[16], const struct cap_sample *s)
{
	if (s->waker == CAP_W_NONE || ++wakers[s->waker % 16] <= wakers[e->waker % 16])
		return;
	e->waker = s->waker;
	memcpy(e->waker_comm, s->waker_comm, sizeof(e->waker_comm));
}

/* How the threads waited, as sampled: in the transfer itself, or in the readiness call before it. */
static void sampled_wait(const struct iom_evidence *ev, struct rep_process *rp, const bool *who)
{
	struct rep_example *e = &rp->example;
	struct list wait = {}, runq = {};
	uint32_t wakers[16] = {};

	for (size_t i = 0; i < ev->cap->nsamples; i++) {
		const struct cap_sample *s = &ev->cap->samples[i];

		if (s->nr != e->wait_nr || !(e->wait_nr == e->nr ? is_told(ev, rp, s) : is_return(ev, rp, who, s)))
			continue;
		e->returns++;
		if (!s->asleep_ns)
			continue;
		push(&wait, s->asleep_ns);
		if (s->run_ns > s->wake_ns && s->wake_ns)
			push(&runq, s->run_ns - s->wake_ns);
		add_waker(e, wakers, s);
	}
	e->slept = wait.n;
	e->wait_ns = quantile(&wait, 0.5);
	e->woken = runq.n;
	e->runq_ns = quantile(&runq, 0.5);
	free(wait.v);
	free(runq.v);
}

/* How many of the same returns slept in the whole watch: a window begins at a moment of its own, and may see more, or
 * fewer, of those that did. */
static void counted_wait(const struct iom_evidence *ev, struct rep_process *rp, const bool *who)
{
	const struct iom_capture *cap = ev->cap;
	struct rep_example *e = &rp->example;

	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];
		bool same = e->wait_nr == e->nr ? has_part(ev, rp, r->tgid, r->file) && r->nr == e->nr &&
							  cap->files[r->file].kind == e->kind :
						  r->tgid == cap->procs[rp->proc].tgid && is_readiness(r->class) &&
							  r->nr == e->wait_nr;

		if (!same || !is_of(ev, who, r->tid, r->tgid))
			continue;
		e->all += r->n.ok + r->n.ok_slept;
		e->all_slept += r->n.ok_slept;
	}
}

/* Both are of one kind; the name of the file tells them apart. */
static bool is_fanotify(const struct cap_file *f)
{
	return f->kind == CAP_K_INOTIFY && f->name && !strncmp(f->name, "fanotify", strlen("fanotify"));
}

static void example(const struct iom_evidence *ev, struct rep_process *rp)
{
	struct rep_example *e = &rp->example;
	struct list copy = {};
	uint16_t nr = 0;
	uint8_t kind = 0;
	bool *who;

	if (rp->verdict.model == IOM_M_NONE || rp->verdict.model == IOM_M_ASYNC ||
	    !chosen_group(ev, rp, &nr, &kind))
		return;
	e->nr = e->wait_nr = nr;
	e->kind = kind;
	e->fanotify = true;
	for (size_t i = 0; i < ev->cap->nsamples; i++)
		if (is_told(ev, rp, &ev->cap->samples[i])) {
			push(&copy, in_call(&ev->cap->samples[i]));
			e->fanotify &= is_fanotify(&ev->cap->files[ev->cap->samples[i].file]);
		}
	e->samples = copy.n;
	e->copy_ns = quantile(&copy, 0.5);
	free(copy.v);
	who = who_transfers(ev, rp);
	if (rp->verdict.model != IOM_M_MULTIPLEXED || readiness_call(ev, rp, who, &e->wait_nr)) {
		sampled_wait(ev, rp, who);
		counted_wait(ev, rp, who);
	}
	free(who);
}

static const struct rep_thread *computes_most(const struct rep_process *rp)
{
	const struct rep_thread *most = NULL;

	for (size_t i = 0; i < rp->nthreads; i++)
		if (!most || iom_computing(&rp->threads[i].time) > iom_computing(&most->time))
			most = &rp->threads[i];
	return most && iom_computing(&most->time) > iom_limit(LIMIT_COMPUTES) ? most : NULL;
}

/* Calls that are counted only when they sleep, and did not: to look for a child, a lock, a name. */
static bool is_uncounted(const struct cap_sample *s)
{
	return is_sleep(s->class) && s->class > CAP_C_TIMER && !s->asleep_ns;
}

/* On which file nearly all calls of a number were, and how they ended. */
static void how_it_ended(const struct iom_capture *cap, uint32_t tid, struct rep_sampled *top)
{
	uint64_t errors[256] = {}, restarts = 0, on_file = 0, ahead = 0;
	double most = iom_limit(LIMIT_SAMPLED_PART) * top->samples;

	top->file = IOM_NO_FILE;
	for (int pass = 0; top->samples && pass < 2; pass++)
		for (size_t i = 0; i < cap->nsamples; i++) {
			const struct cap_sample *s = &cap->samples[i];

			if ((tid && s->tid != tid) || s->nr != top->nr)
				continue;
			if (pass) {
				on_file += s->file == top->file;
				continue;
			}
			/* One that has more than half of them is left in the end. */
			if (!ahead)
				top->file = s->file;
			ahead += s->file == top->file ? 1 : -1;
			restarts += s->ret <= -IOM_RESTART_FIRST && s->ret >= -IOM_RESTART_LAST;
			if (s->ret < 0 && s->ret > -256 && ++errors[-s->ret] >= most)
				top->error = (int)-s->ret;
		}
	if (on_file < most)
		top->file = IOM_NO_FILE;
	top->interrupted = top->samples && restarts >= most;
}

/* The call that there are most samples of, among those of a thread, or (tid 0) among the uncounted
 * ones of all. */
static void most_sampled(const struct iom_capture *cap, uint32_t tid, struct rep_sampled *top)
{
	uint64_t *calls = iom_alloc(CALLS, sizeof(*calls));

	for (size_t i = 0; i < cap->nsamples; i++) {
		const struct cap_sample *s = &cap->samples[i];

		if (s->nr >= CALLS || (tid && s->tid != tid))
			continue;
		top->of++;
		if ((tid || is_uncounted(s)) && ++calls[s->nr] > top->samples) {
			top->samples = calls[s->nr];
			top->nr = s->nr;
		}
	}
	how_it_ended(cap, tid, top);
	free(calls);
}

static void sampled_calls(const struct iom_capture *cap, struct rep_process *rp)
{
	const struct rep_thread *t = computes_most(rp);

	rp->busy.nr = rp->besides.nr = -1;
	rp->busy.thread = t ? t->thread : 0;
	if (t)
		most_sampled(cap, cap->threads[t->thread].tid, &rp->busy);
	if (rp->busy.of < iom_limit(LIMIT_SAMPLED) || rp->busy.samples < iom_limit(LIMIT_SAMPLED_PART) * rp->busy.of)
		rp->busy.nr = -1;
	most_sampled(cap, 0, &rp->besides);
	if (rp->besides.of < iom_limit(LIMIT_SAMPLED) ||
	    rp->besides.samples < iom_limit(LIMIT_SAMPLED_BESIDES) * rp->besides.of)
		rp->besides.nr = -1;
}

void iom_measure(const struct iom_evidence *ev, struct rep_process *rp)
{
	copy_times(ev, rp);
	example(ev, rp);
	sampled_calls(ev->cap, rp);
}
