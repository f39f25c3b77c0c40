/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * waiting.c - waiting that no transfer carries: readiness calls, sleeps under
 * way at the end, tries, signals, pages.
 */
#include "judge/correlate_int.h"

/* Sleep in no call at all, from which on it is page faults and no error of clocks. */
#define OUTSIDE_NS   10000000
#define OUTSIDE_PART 0.05

/* O_NONBLOCK files that never said EAGAIN: as the rest of the thread's or
 * process's streams; else as the thread waits. */
static void settle_deferred(struct cor_thread *t, struct cor_proc *p)
{
	static const enum iom_model order[] = {IOM_M_MULTIPLEXED, IOM_M_SIGNAL, IOM_M_NONBLOCKING};
	struct ballot b = {.t = t, .p = p};
	enum iom_model m = IOM_M_NONBLOCKING;
	uint64_t most = 0;

	for (size_t i = 0; i < 3; i++)
		if (t->votes[order[i]].transfers > most)
			m = order[i], most = t->votes[order[i]].transfers;
	for (size_t i = 0; i < 3 && !most; i++)
		if (p->votes[order[i]].transfers)
			m = order[i], most = 1;
	if (!most && (t->ready_calls || t->ready_open_ns) && !t->spin)
		m = IOM_M_MULTIPLEXED;
	cor_vote(&b, m, t->deferred, t->deferred_bytes, 0, 0);
}

static void vote_readiness(struct cor_thread *t, struct cor_proc *p)
{
	struct ballot b = {.t = t, .p = p};
	enum iom_model m = IOM_M_MULTIPLEXED;

	if (!t->ready_wait_ns && !t->ready_open_ns)
		return;
	if (t->doorbells) {
		if (!p->async.submits)
			return; /* timers and wake-ups of its own: no I/O */
		m = IOM_M_ASYNC;
	}
	if (t->spin)
		m = IOM_M_NONBLOCKING;
	cor_vote(&b, m, 0, 0, t->ready_wait_ns, t->ready_events);
	t->votes[m].open_ns += t->ready_open_ns;
	p->votes[m].open_ns += t->ready_open_ns;
}

/* A nonblocking thread's waiting is all the time it tries: the part of its CPU
 * time that its fruitless tries are of its calls, and the pauses between them:
 * one each, since a program paced by timers may try only now and then. */
static void vote_trying(struct cor_thread *t, const struct cap_thread *ct, struct cor_proc *p)
{
	struct ballot b = {.t = t, .p = p};
	uint64_t tries = t->tries + (t->spin ? t->ready_empty_fast : 0), time;

	if (!tries || !t->calls)
		return;
	time = (double)ct->cpu_ns * tries / (t->calls > tries ? t->calls : tries);
	time += (double)t->timer_ns * (tries < t->timer_sleeps ? (double)tries / t->timer_sleeps : 1);
	cor_vote(&b, IOM_M_NONBLOCKING, 0, 0, time, tries);
}

static void vote_open(struct iom_correlation *cor, size_t i, struct cor_thread *t,
		      struct cor_proc *p)
{
	const struct cap_open_call *c = &cor->cap->threads[i].at_end;
	const struct cap_file *f = c->file == IOM_NO_FILE ? NULL : &cor->cap->files[c->file];
	enum iom_model m = IOM_M_NONE;

	if (c->nr < 0)
		return;
	if (is_transfer(c->class) && !(f && (f->kind == CAP_K_TIMERFD || f->kind == CAP_K_SIGNALFD)))
		m = IOM_M_BLOCKING;
	else if (c->class == CAP_C_AIO_GETEVENTS || c->class == CAP_C_URING_ENTER ||
		 c->class == CAP_C_AIO_SUBMIT || c->class == CAP_C_URING_SUBMIT)
		m = IOM_M_ASYNC;
	else if (f && f->kind == CAP_K_SIGNALFD && p->fasync)
		m = IOM_M_SIGNAL;
	if (m == IOM_M_NONE)
		return;
	t->votes[m].open_ns += c->inside_ns;
	p->votes[m].open_ns += c->inside_ns;
	if (f)
		cor->files[c->file].votes[m].open_ns += c->inside_ns;
}

/* A thread that reads mapped files and makes no call shows only in its own
 * counters: asleep, and in none of the calls. */
static void sleeps_outside_calls(struct iom_correlation *cor, size_t i, struct cor_thread *t)
{
	const struct cap_thread *ct = &cor->cap->threads[i];
	uint64_t known = t->counted_ns + ct->at_end.inside_ns, life = ct->end_ns - ct->start_ns;
	uint64_t rest = ct->asleep_ns > known ? ct->asleep_ns - known : 0;

	if (cor->cap->lost.counts || rest < OUTSIDE_NS || rest < OUTSIDE_PART * life)
		return;
	t->fault_ns += rest;
	if (!t->faults)
		t->faults = ct->nvcsw;
}

void cor_vote_waiting(struct iom_correlation *cor)
{
	const struct iom_capture *cap = cor->cap;

	for (size_t i = 0; i < cap->nthreads; i++) {
		struct cor_thread *t = &cor->threads[i];
		struct cor_proc *p = &cor->procs[t->proc];
		struct ballot b = {.t = t, .p = p};
		uint64_t faults = cap->threads[i].maj_flt > t->faults ? cap->threads[i].maj_flt :
									t->faults;

		if (t->kernel || t->proc == UINT32_MAX)
			continue;
		sleeps_outside_calls(cor, i, t);
		vote_readiness(t, p);
		vote_open(cor, i, t, p);
		if (t->deferred)
			settle_deferred(t, p);
		vote_trying(t, &cap->threads[i], p);
		if (p->fasync && (t->io_signals || t->sigwait_open_ns)) {
			cor_vote(&b, IOM_M_SIGNAL, 0, 0, t->sigwait_ns, t->io_signals);
			t->votes[IOM_M_SIGNAL].open_ns += t->sigwait_open_ns;
			p->votes[IOM_M_SIGNAL].open_ns += t->sigwait_open_ns;
		}
		t->faults = faults;
	}
}
