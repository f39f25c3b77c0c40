/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * deadlock.c - threads of one process that sleep until another one of them does something. There may be thousands, in
 * one chain: each is looked at once.
 */
#include "report/asleep.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "capture/names.h"
#include "report/sentence.h"
#include "report/view.h"

#define NONE SIZE_MAX

struct numbered {
	uint32_t tid;
	size_t at;
};

/* Of each thread, by its place in the process's list: whom it waits for. */
struct chains {
	const struct rep_process *rp;
	struct numbered *numbers; /* ascending */
	size_t *next;		  /* NONE: for none of them, or it is not known */
	bool *mutex;		  /* it is a mutex that the other one has */
	size_t *mark;		  /* which walk came by, from 1 on */
};

static int by_number(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;

	if (x->tid != y->tid)
		return x->tid < y->tid ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* The thread that the waiter is to be woken by, by what the collector found out of its futex; *mutex:
 * it has one that is waited for. 0: none, or it is not known. */
static unsigned int thread_waited_for(const struct acc_wait *w, bool *mutex)
{
	static const char *const whom[] = {"a mutex that thread %u", "a rwlock that thread %u", "the end of thread %u"};
	unsigned int tid;

	for (size_t i = 0; w->under_way && w->class == CAP_C_FUTEX && w->path && i < 3; i++)
		if (sscanf(w->path, whom[i], &tid) == 1) {
			*mutex = !i;
			return tid;
		}
	return 0;
}

static size_t thread_with(const struct chains *c, unsigned int tid)
{
	size_t low = 0, high = c->rp->nthreads;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (c->numbers[mid].tid < tid)
			low = mid + 1;
		else
			high = mid;
	}
	return low < c->rp->nthreads && c->numbers[low].tid == tid ? c->numbers[low].at : NONE;
}

static size_t next_of(struct chains *c, size_t at)
{
	const struct acc_thread *t = &c->rp->threads[at].time;

	for (size_t i = 0; i < t->nwaits; i++) {
		unsigned int tid = thread_waited_for(&t->waits[i], &c->mutex[at]);
		size_t next = tid ? thread_with(c, tid) : NONE;

		if (next != NONE)
			return next;
	}
	return NONE;
}

static struct chains chains_of(const struct rep_process *rp)
{
	size_t n = rp->nthreads;
	struct chains c = {.rp = rp,
			   .numbers = iom_alloc(n + 1, sizeof(*c.numbers)),
			   .next = iom_alloc(n + 1, sizeof(*c.next)),
			   .mutex = iom_alloc(n + 1, sizeof(*c.mutex)),
			   .mark = iom_alloc(n + 1, sizeof(*c.mark))};

	for (size_t i = 0; i < n; i++)
		c.numbers[i] = (struct numbered){rp->cap->threads[rp->threads[i].thread].ns_tid, i};
	if (n)
		qsort(c.numbers, n, sizeof(*c.numbers), by_number);
	for (size_t i = 0; i < n; i++)
		c.next[i] = next_of(&c, i);
	return c;
}

static void chains_free(struct chains *c)
{
	free(c->numbers);
	free(c->next);
	free(c->mutex);
	free(c->mark);
}

/* The first thread, as they are listed, that waits for itself in the end; NONE: there is none. */
static size_t first_in_ring(struct chains *c)
{
	size_t first = NONE, k;

	for (size_t i = 0; i < c->rp->nthreads; i++) {
		for (k = i; k != NONE && !c->mark[k]; k = c->next[k])
			c->mark[k] = i + 1;
		if (k == NONE || c->mark[k] != i + 1)
			continue; /* it ends, or in what an earlier walk went through */
		for (size_t at = c->next[k]; at != k; at = c->next[at])
			if (at < first)
				first = at;
		first = k < first ? k : first;
	}
	return first;
}

static char *ring_text(const struct chains *c, size_t first)
{
	const struct rep_process *rp = c->rp;
	size_t second = c->next[first], n = 1;
	bool mutex = c->mutex[first];

	for (size_t at = second; at != first; at = c->next[at], n++)
		mutex &= c->mutex[at];
	if (n == 1)
		return iom_sentence("Thread %u waits for a %s that it has itself: a deadlock.",
				    rp->cap->threads[rp->threads[first].thread].ns_tid, mutex ? "mutex" : "lock");
	return iom_sentence("Threads %u and %u%s wait for each other%s: a deadlock.",
			    rp->cap->threads[rp->threads[first].thread].ns_tid,
			    rp->cap->threads[rp->threads[second].thread].ns_tid, n == 2 ? "" : " and others",
			    mutex ? "'s mutexes" : "");
}

char *iom_deadlock(const struct rep_process *rp)
{
	struct chains c = chains_of(rp);
	size_t first = first_in_ring(&c);
	char *text = first == NONE ? NULL : ring_text(&c, first);

	chains_free(&c);
	return text;
}

/* Of each thread: who is at the end of its chain. There is no ring. Heap. */
static size_t *ends_of(const struct chains *c)
{
	size_t *end = iom_alloc(c->rp->nthreads + 1, sizeof(*end)), last, next;

	for (size_t i = 0; i < c->rp->nthreads; i++)
		end[i] = NONE;
	for (size_t i = 0; i < c->rp->nthreads; i++) {
		for (last = i; end[last] == NONE && c->next[last] != NONE; last = c->next[last])
			;
		last = end[last] == NONE ? last : end[last];
		for (size_t at = i; at != NONE && end[at] == NONE; at = next) {
			next = c->next[at];
			end[at] = last;
		}
	}
	return end;
}

/* The thread that most of the others wait for, directly or not; *n of them. */
static size_t most_waited_for(const struct chains *c, size_t *n)
{
	size_t *waiters = iom_alloc(c->rp->nthreads + 1, sizeof(*waiters)), *end = ends_of(c), most = 0;

	for (size_t i = 0; i < c->rp->nthreads; i++)
		if (end[i] != i && ++waiters[end[i]] > waiters[most])
			most = end[i];
	*n = waiters[most];
	free(waiters);
	free(end);
	return most;
}

char *iom_held_up_by(const struct rep_process *rp)
{
	struct chains c = chains_of(rp);
	size_t n = 0, most = rp->nthreads && first_in_ring(&c) == NONE ? most_waited_for(&c, &n) : 0;
	const struct acc_wait *w = n ? iom_only_wait(&rp->threads[most].time) : NULL;
	char *call, *lead, *text;

	chains_free(&c);
	if (!w || w->class == CAP_C_FUTEX) /* for a thread again, and which is not known */
		return NULL;
	call = iom_view_call(rp->cap, w);
	lead = iom_lead_text(rp, w, iom_peer_of_file(rp->cap, w->file));
	text = iom_sentence("Thread %u, for which %s of them wait%s, sleeps in %s.%s",
			    rp->cap->threads[rp->threads[most].thread].ns_tid, iom_count(n), n == 1 ? "s" : "", call, lead);
	free(call);
	free(lead);
	return text;
}
