/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * view_threads.c - threads as lines: which are one, and in which order.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "judge/limits.h"
#include "report/sentence.h"
#include "report/thread_text.h"
#include "report/view_int.h"

/* It began and ended while it was watched, and was there for little of that. */
static bool is_short(const struct iom_capture *cap, const struct rep_thread *t)
{
	const struct cap_thread *ct = &cap->threads[t->thread];

	return ct->born && ct->exited &&
	       t->time.wall_ns < iom_limit(LIMIT_SHORT_LIVED) * (cap->end_ns - cap->start_ns);
}

/* What a thread did, found out once. */
struct did {
	struct acc_wait most; /* its iom_main_wait() */
	enum iom_thread_way way;
};

static struct did *find_did(const struct rep_process *rp)
{
	struct did *v = iom_alloc(rp->nthreads, sizeof(*v));

	for (size_t i = 0; i < rp->nthreads; i++) {
		v[i].most = iom_main_wait(&rp->threads[i].time);
		v[i].way = iom_thread_way(rp->cap, &rp->threads[i], &v[i].most);
	}
	return v;
}

/* Threads of the same name that do the same; idle ones that sleep in the same call, whatever their
 * names, where no file tells them apart; loops of the same model that make the same call. */
static bool alike(const struct rep_process *rp, const struct did *did, size_t i, size_t k)
{
	const struct rep_thread *a = &rp->threads[i], *b = &rp->threads[k];
	const struct acc_wait *x = &did[i].most, *y = &did[k].most;
	enum iom_thread_way way = did[i].way;

	if (way != did[k].way)
		return false;
	if (way == WAY_LOOP && (a->loop.nr != b->loop.nr || a->verdict.model != b->verdict.model))
		return false;
	/* A loop, and a thread that asks for one file, as a resolver's does. */
	if (way == WAY_LOOP && a->loop.class != CAP_C_EPOLL_WAIT && (a->loop.files > 1) != (b->loop.files > 1))
		return false;
	if ((way == WAY_IDLE || way == WAY_WAITS) && (x->nr != y->nr || x->what != y->what))
		return false;
	if (way == WAY_IDLE)
		return x->file == IOM_NO_FILE && y->file == IOM_NO_FILE && !x->path && !y->path;
	return !memcmp(rp->cap->threads[a->thread].comm, rp->cap->threads[b->thread].comm, CAP_COMM_LEN);
}

/* How much of two names is the same, up to a number. */
static int common_part(const char *a, const char *b)
{
	int n = 0;

	while (n < CAP_COMM_LEN && a[n] && a[n] == b[n])
		n++;
	while (n && isdigit((unsigned char)a[n - 1]))
		n--;
	return n;
}

/* "pool-1-thread-7" and "pool-1-thread-12" are named by one program. */
static bool has_like_name(const struct iom_capture *cap, const struct rep_thread *a, const struct rep_thread *b)
{
	const char *x = cap->threads[a->thread].comm, *y = cap->threads[b->thread].comm;
	int n = common_part(x, y);

	for (int i = n; i < CAP_COMM_LEN && x[i]; i++)
		if (!isdigit((unsigned char)x[i]))
			return false;
	for (int i = n; i < CAP_COMM_LEN && y[i]; i++)
		if (!isdigit((unsigned char)y[i]))
			return false;
	return true;
}

/* Asleep throughout in the same call, on files of one kind. */
static bool waits_alike(const struct iom_capture *cap, const struct rep_thread *a, const struct rep_thread *b)
{
	const struct acc_wait *x, *y;

	if (!iom_thread_is_idle(a) || !iom_thread_is_idle(b) || a->verdict.model != b->verdict.model ||
	    !has_like_name(cap, a, b))
		return false;
	x = &a->time.waits[0];
	y = &b->time.waits[0];
	if (x->nr != y->nr || x->what != y->what || x->class == CAP_C_FUTEX)
		return false;
	if (x->file == IOM_NO_FILE || y->file == IOM_NO_FILE)
		return x->file == y->file && x->path && y->path;
	return cap->files[x->file].kind == cap->files[y->file].kind;
}

static bool is_for_the_same(const struct acc_wait *a, const struct acc_wait *b)
{
	return a->file == b->file && (a->file != IOM_NO_FILE || !a->path || !b->path || !strcmp(a->path, b->path));
}

/* How many files the threads wait for that wait as this one does. */
static uint64_t files_of_crowd(const struct rep_process *rp, const struct rep_thread *t)
{
	const struct acc_wait **seen = iom_alloc(rp->nthreads, sizeof(*seen));
	uint64_t n = 0, k;

	for (size_t i = 0; i < rp->nthreads; i++) {
		const struct acc_wait *w = rp->threads[i].time.waits;

		if (!waits_alike(rp->cap, t, &rp->threads[i]))
			continue;
		for (k = 0; k < n && !is_for_the_same(seen[k], w); k++)
			;
		if (k == n)
			seen[n++] = w;
	}
	free(seen);
	return n;
}

/* Do enough threads wait as this one does for one line? */
static bool is_crowd(const struct rep_process *rp, const struct rep_thread *t)
{
	size_t n = 0;

	for (size_t i = 0; i < rp->nthreads && n < iom_limit(LIMIT_CROWD); i++)
		n += waits_alike(rp->cap, t, &rp->threads[i]);
	return n >= iom_limit(LIMIT_CROWD);
}

static bool does_more(const struct rep_thread *a, const struct rep_thread *b)
{
	uint64_t x = iom_view_transfers(a), y = iom_view_transfers(b);

	return x != y ? x > y : a->time.running_ns > b->time.running_ns;
}

/* "7 java", "3 x worker", "4 x pool-1-thread-*", "9 threads"; alike: so long a beginning of their names
 * is the same. */
static void name_thread(struct view_thread *v, const struct iom_capture *cap, const struct rep_thread *t, int alike)
{
	const struct cap_thread *ct = &cap->threads[t->thread];

	if (v->threads == 1)
		v->name = iom_sentence("%u %.*s", ct->ns_tid, CAP_COMM_LEN, ct->comm);
	else if (alike == CAP_COMM_LEN)
		v->name = iom_sentence("%s x %.*s", iom_count(v->threads), CAP_COMM_LEN, ct->comm);
	else if (alike)
		v->name = iom_sentence("%s x %.*s*", iom_count(v->threads), alike, ct->comm);
	else
		v->name = iom_sentence("%s threads", iom_count(v->threads));
}

/* Threads of a runtime that now and then see to something, as a JVM has a dozen. */
static bool is_housekeeping(const struct rep_thread *t)
{
	for (size_t i = 0; i < t->time.nwaits; i++)
		if (!iom_is_parked(&t->time.waits[i]) && t->time.waits[i].what != ACC_OTHER)
			return false;
	return !iom_view_transfers(t) && !t->loop.calls && t->time.nwaits &&
	       t->time.running_ns < iom_limit(LIMIT_PAGE_PART) * t->time.wall_ns;
}

static enum view_rank rank_of(const struct rep_thread *t)
{
	const struct acc_wait *w = t->time.waits;

	if (iom_thread_is_idle(t))
		return iom_is_parked(w) && !w->path ? VIEW_PARKED : VIEW_WAITS;
	return is_housekeeping(t) ? VIEW_HOUSEKEEPING : VIEW_WORKS;
}

static int what_does_most(const void *a, const void *b)
{
	const struct view_thread *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->weight > y->weight ? -1 : x->weight < y->weight;
}

/* Threads that are one line. */
struct group {
	const struct rep_thread *busiest;
	bool crowd; /* asleep throughout, in one call */
	uint64_t shorts, shorts_ns; /* of short lives, and how long these were */
};

/* "the busiest: ..."; of threads that came and went how many and how long: heap. text is the callee's. */
static char *group_text(const struct rep_process *rp, const struct group *g, const struct view_thread *to,
			char *text)
{
	char *longer;
	bool any = iom_view_transfers(g->busiest) || g->busiest->loop.calls;
	double seconds = (rp->cap->end_ns - rp->cap->start_ns) / 1e9;

	if (g->crowd)
		longer = iom_thread_idle_text(rp->cap, g->busiest, files_of_crowd(rp, g->busiest) - 1);
	else if (2 * g->shorts > to->threads && to->threads > 1 && seconds > 0)
		longer = iom_sentence("began and ended in the watch, %s%safter %s on average%s%s",
				      g->shorts >= seconds ? iom_count(g->shorts / seconds + 0.5) : "",
				      g->shorts >= seconds ? " a second, " : "",
				      iom_time(g->shorts_ns / g->shorts), any ? "; the busiest: " : "", any ? text : "");
	else if (g->shorts && to->threads == 1)
		longer = iom_sentence("began and ended in the watch, after %s: %s", iom_time(g->shorts_ns), text);
	else if (to->threads > 1 && !to->idle)
		longer = iom_sentence("the busiest: %s", text);
	else
		return text;
	free(text);
	return longer;
}

static void join_group(struct group *g, struct view_thread *to, const struct rep_process *rp,
		       const struct rep_thread *t)
{
	to->threads++;
	to->weight += t->time.running_ns + iom_view_transfers(t) * 1000 + t->loop.calls * 1000;
	if (does_more(t, g->busiest))
		g->busiest = t;
	if (!is_short(rp->cap, t))
		return;
	g->shorts++;
	g->shorts_ns += t->time.wall_ns;
}

/* How much of a group's names is alike, when o is of it too: all, a beginning, or none. */
static int like_so_far(const struct iom_capture *cap, const struct rep_thread *first, const struct rep_thread *o,
		       bool crowd, int so_far)
{
	const char *a = cap->threads[first->thread].comm, *b = cap->threads[o->thread].comm;
	int n;

	if (!memcmp(a, b, CAP_COMM_LEN))
		return so_far;
	n = crowd ? common_part(a, b) : 0;
	return n < so_far ? n : so_far;
}

void iom_view_threads(struct view *v, const struct rep_process *rp, bool verbose)
{
	bool *done = iom_alloc(rp->nthreads, sizeof(*done));
	struct did *did = find_did(rp);

	v->threads = iom_alloc(rp->nthreads, sizeof(*v->threads));
	for (size_t i = 0; i < rp->nthreads; i++) {
		struct group g = {.busiest = &rp->threads[i]};
		struct view_thread *to;
		int name = CAP_COMM_LEN;

		if (done[i])
			continue;
		to = &v->threads[v->nthreads++];
		g.crowd = !verbose && is_crowd(rp, g.busiest);
		for (size_t k = i; k < rp->nthreads; k++) {
			const struct rep_thread *o = &rp->threads[k];

			if (k > i && (verbose || done[k] ||
				      !(g.crowd ? waits_alike(rp->cap, &rp->threads[i], o) : alike(rp, did, i, k))))
				continue;
			done[k] = true;
			name = like_so_far(rp->cap, &rp->threads[i], o, g.crowd, name);
			join_group(&g, to, rp, o);
		}
		to->model = g.busiest->verdict.model;
		to->rank = rank_of(g.busiest);
		to->idle = iom_thread_is_idle(g.busiest);
		to->what = group_text(rp, &g, to, iom_thread_text(rp->cap, g.busiest));
		name_thread(to, rp->cap, g.busiest, name);
	}
	free(did);
	free(done);
	if (v->nthreads)
		qsort(v->threads, v->nthreads, sizeof(*v->threads), what_does_most);
}

uint64_t iom_view_transfers(const struct rep_thread *t)
{
	uint64_t n = 0;

	for (int m = 0; m < IOM_M_NR; m++)
		n += t->models[m].transfers;
	return n;
}

const struct rep_thread *iom_view_principal(const struct rep_process *rp)
{
	const struct rep_thread *best = NULL;
	uint64_t most = 0;

	for (size_t i = 0; i < rp->nthreads; i++) {
		const struct rep_thread *t = &rp->threads[i];
		uint64_t weight = iom_view_transfers(t) + t->loop.calls + t->time.running_ns / 1000000;

		if (rp->cap->threads[t->thread].kernel_worker)
			continue;
		if (!best || weight > most)
			best = t, most = weight;
	}
	return best;
}
