/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/threads.h"

#include <stdlib.h>

#include "base/alloc.h"

struct numbered {
	uint32_t tid, thread;
};

struct iom_threads {
	const struct iom_capture *cap;
	struct numbered *v; /* capture->nthreads, by number, then in the order of the capture */
};

static int by_number(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;

	if (x->tid != y->tid)
		return x->tid < y->tid ? -1 : 1;
	return x->thread < y->thread ? -1 : x->thread > y->thread;
}

struct iom_threads *iom_threads(const struct iom_capture *cap)
{
	struct iom_threads *x = iom_alloc(1, sizeof(*x));

	x->v = iom_alloc(cap->nthreads, sizeof(*x->v));
	x->cap = cap;
	for (size_t i = 0; i < cap->nthreads; i++)
		x->v[i] = (struct numbered){cap->threads[i].tid, i};
	qsort(x->v, cap->nthreads, sizeof(*x->v), by_number);
	return x;
}

void iom_threads_free(struct iom_threads *x)
{
	if (x)
		free(x->v);
	free(x);
}

uint32_t iom_thread_find(const struct iom_threads *x, uint32_t tid, uint32_t tgid)
{
	size_t low = 0, high = x->cap->nthreads;

	while (low < high) { /* the first place beyond this number */
		size_t mid = (low + high) / 2;

		if (x->v[mid].tid <= tid)
			low = mid + 1;
		else
			high = mid;
	}
	while (low-- > 0 && x->v[low].tid == tid)
		if (x->cap->threads[x->v[low].thread].tgid == tgid)
			return x->v[low].thread;
	return UINT32_MAX;
}
