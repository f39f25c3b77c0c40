/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tables.c - what a process did, added up by call and by file, for the tables of reports.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "judge/judge.h"
#include "judge/rings.h"
#include "judge/roles.h"

#define NR_RT_SIGTIMEDWAIT 128

static struct rep_call *call_of(struct rep_process *rp, int32_t nr, enum acc_what what)
{
	struct rep_call *c;

	for (size_t i = 0; i < rp->ncalls; i++)
		if (rp->calls[i].nr == nr && (nr >= 0 || rp->calls[i].what == what))
			return &rp->calls[i];
	c = iom_memory(realloc(rp->calls, (rp->ncalls + 1) * sizeof(*c)));
	rp->calls = c;
	c += rp->ncalls++;
	*c = (struct rep_call){.nr = nr, .what = what};
	return c;
}

static void add_waits(struct rep_process *rp, const struct acc_thread *t)
{
	for (size_t i = 0; i < t->nwaits; i++) {
		const struct acc_wait *w = &t->waits[i];
		struct rep_call *c = call_of(rp, w->nr, w->what);

		c->slept += w->slept;
		c->ns += w->ns;
		if (w->max_ns > c->max_ns)
			c->max_ns = w->max_ns;
		c->under_way += w->under_way;
		if (w->nr < 0 || w->under_way)
			c->calls += w->nr < 0 ? w->count : 1;
	}
}

static int longest_first(const void *a, const void *b)
{
	const struct rep_call *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns > y->ns ? -1 : 1;
	if (x->calls != y->calls)
		return x->calls > y->calls ? -1 : 1;
	return x->nr - y->nr;
}

/* A submission that went on to wait for completions is a call of that sort as well. To ask by
 * FIONREAD is no read. */
static uint64_t calls_in(const struct cap_calls *r)
{
	uint64_t also = r->class == CAP_C_URING_SUBMIT ? r->n.zero + r->n.zero_slept : 0;

	return iom_operations(r) + r->n.restart - also - iom_only_asked(r);
}

/* Stops and page faults are rows of no call: the threads' waits have them. */
static bool is_of_call(uint8_t class)
{
	return class != CAP_C_STOPPED && class != CAP_C_FAULT && class != CAP_C_EPOLL_CTL;
}

static void add_calls(const struct iom_evidence *ev, struct rep_process *rp)
{
	const struct iom_capture *cap = ev->cap;
	uint32_t tgid = cap->procs[rp->proc].tgid;

	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];

		if (r->tgid == tgid && is_of_call(r->class))
			call_of(rp, r->nr, iom_what_of(r->class, r->nr))->calls += calls_in(r);
	}
	/* Calls that took a signal are counted with the signals. */
	for (size_t i = 0; i < cap->nsignals; i++)
		if (cap->signals[i].tgid == tgid && cap->signals[i].way == CAP_S_WAITED)
			call_of(rp, NR_RT_SIGTIMEDWAIT, ACC_SIGNAL)->calls += cap->signals[i].count;
}

/* Whose sleep is told by a path, whatever descriptor came of it: opens, and work on names. */
static bool is_by_path(uint8_t class)
{
	return class == CAP_C_NAME;
}

/* by_file: place of each of the capture's files in the process's list, SIZE_MAX: none. */
static void add_files(const struct iom_evidence *ev, struct rep_process *rp, const size_t *by_file)
{
	const struct iom_capture *cap = ev->cap;

	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];

		if (r->file == IOM_NO_FILE || by_file[r->file] == SIZE_MAX || is_readiness(r->class))
			continue;
		rp->files[by_file[r->file]].bytes += r->bytes;
		if (is_by_path(r->class))
			rp->files[by_file[r->file]].waited_ns += ev->account->calls[i].ns;
	}
	for (size_t i = 0; i < cap->nrequests; i++)
		if (cap->requests[i].file != IOM_NO_FILE && by_file[cap->requests[i].file] != SIZE_MAX)
			rp->files[by_file[cap->requests[i].file]].bytes += cap->requests[i].bytes;
	/* As in the threads' accounts, which hold no more than the threads slept. */
	for (size_t i = 0; i < rp->nthreads; i++)
		for (size_t k = 0; k < rp->threads[i].time.nwaits; k++) {
			const struct acc_wait *w = &rp->threads[i].time.waits[k];

			if (w->file != IOM_NO_FILE && by_file[w->file] != SIZE_MAX && !is_readiness(w->class) &&
			    !is_by_path(w->class))
				rp->files[by_file[w->file]].waited_ns += w->ns;
		}
}

void iom_tables(const struct iom_evidence *ev, struct rep_process *rp)
{
	size_t *by_file = iom_memory(malloc((ev->cap->nfiles + 1) * sizeof(*by_file)));

	for (size_t i = 0; i < ev->cap->nfiles; i++)
		by_file[i] = SIZE_MAX;
	for (size_t i = 0; i < rp->nfiles; i++)
		by_file[rp->files[i].file] = i;
	add_files(ev, rp, by_file);
	free(by_file);
	add_calls(ev, rp);
	for (size_t i = 0; i < rp->nthreads; i++)
		add_waits(rp, &rp->threads[i].time);
	iom_rings(ev, rp);
	if (rp->ncalls)
		qsort(rp->calls, rp->ncalls, sizeof(*rp->calls), longest_first);
}
