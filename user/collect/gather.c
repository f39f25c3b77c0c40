/* SPDX-License-Identifier: GPL-2.0-only */
#include "collect/gather_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"

#define SAMPLES_MAX 65536 /* 7 MiB: more would only sharpen a median that is sharp */

uint64_t gather_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

struct iom_gather *iom_gather_new(struct iom_capture *cap)
{
	struct iom_gather *g = iom_alloc(1, sizeof(*g));

	g->cap = cap;
	return g;
}

void iom_gather_backend(struct iom_gather *g, const struct iom_backend_ops *ops,
			struct iom_backend *be)
{
	g->ops = ops;
	g->be = be;
}

void iom_gather_phase(struct iom_gather *g, enum iom_gather_phase phase)
{
	g->phase = phase;
	/* Who sleeps on what is found anew; what was said a second ago is of no interest. */
	for (size_t i = 0; i < g->cap->nfiles && (phase == IOM_G_SECOND || phase == IOM_G_END); i++)
		g->cap->files[i].waited_at_end = false;
}

void iom_gather_free(struct iom_gather *g)
{
	if (!g)
		return;
	gather_rows_free(g);
	gather_rings_free(g);
	gather_names_free(g);
	gather_waits_free(g);
	gather_files_free(g);
	gather_threads_free(g);
	free(g->dead);
	free(g);
}

void iom_gather_sample(void *arg, const struct iom_sample *sample)
{
	struct iom_gather *g = arg;
	struct iom_capture *cap = g->cap;
	struct cap_sample *s;
	uint32_t i;

	if (!gather_proc(g, sample->tgid))
		return;
	if (cap->nsamples >= SAMPLES_MAX) {
		g->samples_dropped++;
		return;
	}
	i = iom_capture_add_sample(cap);
	s = &cap->samples[i];
	s->tid = sample->tid;
	s->tgid = sample->tgid;
	if (sample->fd >= 0)
		s->file = gather_file_now(g, sample->tgid, sample->fd);
	s->nr = sample->nr;
	s->class = sample->class;
	s->kind = s->file == IOM_NO_FILE ? sample->kind : cap->files[s->file].kind;
	s->ret = sample->ret;
	s->enter_ns = sample->enter_ns;
	s->exit_ns = sample->exit_ns;
	s->sleep_ns = sample->sleep_ns;
	s->wake_ns = sample->wake_ns;
	s->run_ns = sample->run_ns;
	s->asleep_ns = sample->asleep_ns;
	s->busy_ns = sample->busy_ns;
	s->waker = sample->waker;
	s->waker_tid = sample->waker_tid;
	memcpy(s->waker_comm, sample->waker_comm, sizeof(s->waker_comm));
}

size_t iom_gather_seen(const struct iom_gather *g)
{
	return g->seen;
}

size_t iom_gather_alive(const struct iom_gather *g)
{
	return g->alive;
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

uint32_t *iom_gather_dead(struct iom_gather *g, size_t *n)
{
	uint32_t *dead = g->dead;

	*n = g->ndead;
	if (dead)
		qsort(dead, g->ndead, sizeof(*dead), by_value);
	g->dead = NULL;
	g->ndead = 0;
	g->room_dead = 0;
	return dead;
}

uint64_t iom_gather_dropped(const struct iom_gather *g)
{
	return g->samples_dropped;
}

uint64_t iom_gather_not_looked_at(const struct iom_gather *g)
{
	return g->not_looked_at;
}

/* The sums of a process so far, found by its number; NULL where it is not watched. */
static struct cap_second *sums_of(struct iom_gather *g, struct cap_second *sums, uint32_t tgid)
{
	struct proc_entry *p = gather_proc(g, tgid);

	return p ? &sums[p->proc] : NULL;
}

static void sum_calls(struct cap_second *s, const struct cap_calls *c)
{
	const struct cap_counts *n = &c->n;
	uint64_t slept = n->ok_slept + n->zero_slept + n->again_slept;

	s->calls += n->ok + n->zero + n->again + n->err + slept;
	s->slept += slept;
	s->again += n->again + n->again_slept;
	s->bytes += c->bytes;
	s->wait_ns += c->wait_ns + c->mixed_ns;
}

static void sum_up(struct iom_gather *g, struct cap_second *sums)
{
	const struct iom_capture *cap = g->cap;
	struct cap_second *s;

	for (size_t i = 0; i < cap->ncalls; i++) {
		s = sums_of(g, sums, cap->calls[i].tgid);
		if (s)
			sum_calls(s, &cap->calls[i]);
	}
	for (size_t i = 0; i < cap->nrequests; i++) {
		const struct cap_requests *r = &cap->requests[i];

		s = sums_of(g, sums, r->tgid);
		if (!s)
			continue;
		s->calls += r->done_inline + r->done_asleep + r->done_late + r->more;
		s->bytes += r->bytes;
	}
	for (size_t i = 0; i < cap->nthreads; i++) {
		s = sums_of(g, sums, cap->threads[i].tgid);
		if (s)
			s->cpu_ns += cap->threads[i].cpu_ns;
	}
}

void iom_gather_second(struct iom_gather *g, uint64_t now_ns)
{
	struct iom_capture *cap = g->cap;
	uint64_t before = cap->nseconds ? cap->seconds[cap->nseconds - 1].at_ns : 0;
	struct cap_second *sums = iom_alloc(cap->nprocs + 1, sizeof(*sums));

	cap->end_ns = now_ns;
	gather_threads_finish(g);
	sum_up(g, sums);
	for (size_t i = 0; i < cap->nprocs; i++) {
		uint32_t at;

		if (cap->procs[i].exited && cap->procs[i].end_ns < before)
			continue; /* all of it was said */
		at = iom_capture_add_second(cap);
		cap->seconds[at] = sums[i];
		cap->seconds[at].at_ns = now_ns;
		cap->seconds[at].tgid = cap->procs[i].tgid;
	}
	free(sums);
}

void iom_gather_finish(struct iom_gather *g)
{
	gather_rings_finish(g);
	gather_names_finish(g);
	gather_files_finish(g);
	gather_threads_finish(g);
	gather_others_finish(g);
}
