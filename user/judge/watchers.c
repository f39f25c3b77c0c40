/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * watchers.c - who waits for which file, and whether that waiting is real.
 */
#include "judge/correlate_int.h"

#include <stdlib.h>

/* A thread spins on readiness when so much of its calls do not wait, ... */
#define SPIN_NOWAIT 0.90
/* ... so many of them find nothing, ... */
#define SPIN_EMPTY 0.50
/* ... and it hardly ever sleeps in them. Loaded event loops (Node, Go, uvicorn) ask with a zero
 * timeout most of the time too, but sleep now and then. */
#define SPIN_SLEPT 0.05

static bool thread_spins(const struct cor_thread *t, const struct cap_thread *ct)
{
	double calls = t->ready_calls, life = ct->end_ns - ct->start_ns;

	return t->ready_calls >= 10 && t->ready_nowait >= SPIN_NOWAIT * calls &&
	       t->ready_empty_fast >= SPIN_EMPTY * calls && t->ready_slept <= SPIN_SLEPT * calls &&
	       t->ready_wait_ns + t->ready_open_ns <= SPIN_SLEPT * life;
}

static void watch_by(struct cor_file *f, const struct cor_thread *t)
{
	enum cor_watch w = t->spin ? COR_SPUN : COR_WATCHED;

	if (w > f->watch)
		f->watch = w;
	if (t->ready_slept || t->ready_open_ns)
		f->watch_sleeps = true;
}

static void watch_epolls(struct iom_correlation *cor)
{
	const struct iom_capture *cap = cor->cap;

	for (size_t i = 0; i < cap->nfiles; i++) {
		const struct cap_file *cf = &cap->files[i];
		size_t nepolls;
		const struct cap_registration *epolls = iom_capture_epolls(cap, i, &nepolls);

		if (!cf->in_epoll && !nepolls)
			continue;
		for (size_t k = 0; k < cap->nthreads; k++) {
			struct cor_thread *t = &cor->threads[k];
			bool mine = !nepolls; /* in some set we do not know: any waiter may be it */

			if (cap->threads[k].tgid != cf->tgid ||
			    (!t->class_calls[0] && cap->threads[k].at_end.class != CAP_C_EPOLL_WAIT))
				continue;
			for (size_t e = 0; e < nepolls; e++)
				mine |= epolls[e].epoll == t->epoll;
			if (mine || t->epoll == IOM_NO_FILE)
				watch_by(&cor->files[i], t);
		}
		/* An epoll inside another epoll, or waited for by a thread that left. */
		if (cor->files[i].watch == COR_UNWATCHED)
			for (size_t e = 0; e < nepolls; e++)
				if (cap->files[epolls[e].epoll].in_epoll)
					cor->files[i].watch = COR_WATCHED;
	}
}

static void watch_polls(struct iom_correlation *cor)
{
	const struct iom_capture *cap = cor->cap;

	for (size_t i = 0; i < cap->nrequests; i++) {
		const struct cap_requests *r = &cap->requests[i];

		if (r->file != IOM_NO_FILE && cor_only_polls(r))
			cor->files[r->file].watch = COR_WATCHED;
	}
	for (size_t i = 0; i < cap->ninterests; i++) {
		const struct cap_interest *in = &cap->interests[i];
		struct cor_thread *t = cor_thread_of(cor, in->tid, in->tgid);

		if (in->file == IOM_NO_FILE)
			continue;
		cor->files[in->file].used = true;
		if (t)
			watch_by(&cor->files[in->file], t);
	}
	for (size_t i = 0; i < cap->nfiles; i++)
		if (cap->files[i].waited_at_start || cap->files[i].waited_at_end) {
			cor->files[i].watch = COR_WATCHED;
			cor->files[i].watch_sleeps = true;
			cor->files[i].used = true;
		}
}

/* Does the thread wait for nothing but doorbells and timers? */
static void find_doorbells(struct iom_correlation *cor)
{
	const struct iom_capture *cap = cor->cap;
	uint64_t *payload = calloc(cap->nthreads + 1, sizeof(*payload));
	uint64_t *bells = calloc(cap->nthreads + 1, sizeof(*bells));

	if (!payload || !bells)
		abort();
	for (size_t i = 0; i < cap->ninterests; i++) {
		const struct cap_interest *in = &cap->interests[i];
		struct cor_thread *t = cor_thread_of(cor, in->tid, in->tgid);

		if (t && in->file != IOM_NO_FILE)
			(is_doorbell(cap->files[in->file].kind) ? bells : payload)[t - cor->threads]++;
	}
	for (size_t i = 0; i < cap->nfiles; i++) {
		const struct cap_file *f = &cap->files[i];
		size_t nepolls;
		const struct cap_registration *epolls = iom_capture_epolls(cap, i, &nepolls);

		for (size_t k = 0; k < cap->nthreads; k++) {
			bool in = false;

			if (f->tgid != cap->threads[k].tgid || f->kind == CAP_K_EPOLL)
				continue;
			for (size_t e = 0; e < nepolls; e++)
				in |= epolls[e].epoll == cor->threads[k].epoll;
			if (!nepolls && f->in_epoll && cor->threads[k].class_calls[0])
				in = true;
			if (!nepolls && (f->waited_at_start || f->waited_at_end))
				in |= cap->threads[k].at_end.nr >= 0 &&
				      is_readiness(cap->threads[k].at_end.class);
			if (in)
				(is_doorbell(f->kind) ? bells : payload)[k]++;
		}
	}
	for (size_t k = 0; k < cap->nthreads; k++)
		cor->threads[k].doorbells = bells[k] && !payload[k];
	free(payload);
	free(bells);
}

void cor_find_watchers(struct iom_correlation *cor)
{
	for (size_t i = 0; i < cor->cap->nthreads; i++)
		cor->threads[i].spin = thread_spins(&cor->threads[i], &cor->cap->threads[i]);
	watch_epolls(cor);
	watch_polls(cor);
	find_doorbells(cor);
}
