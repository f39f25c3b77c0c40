/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * view_threads.c - threads as lines: which are one, and in which order.
 */
#include <ctype.h>
#include <stddef.h>
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

/* What threads have in common that are one line: compared byte by byte. */
struct likeness {
	bool alone; /* like no other one */
	uint8_t way, model, what, several;
	int32_t nr, kind;
	char comm[CAP_COMM_LEN];
	size_t thread; /* in the order of these where all before is the same */
};

/* Threads of the same name that do the same; idle ones that sleep in the same call, whatever their
 * names, where no file tells them apart; loops of the same model that make the same call. */
static void find_alike(const struct rep_process *rp, const struct did *did, size_t i, struct likeness *l)
{
	const struct rep_thread *t = &rp->threads[i];
	const struct acc_wait *w = &did[i].most;

	l->way = did[i].way;
	if (l->way == WAY_LOOP) {
		l->nr = t->loop.nr;
		l->model = t->verdict.model;
		/* A loop, and a thread that asks for one file, as a resolver's does. */
		l->several = t->loop.class != CAP_C_EPOLL_WAIT && t->loop.files > 1;
	}
	if (l->way == WAY_IDLE || l->way == WAY_WAITS) {
		l->nr = w->nr;
		l->what = w->what;
	}
	if (l->way == WAY_IDLE)
		l->alone = w->file != IOM_NO_FILE || w->path;
	else
		memcpy(l->comm, rp->cap->threads[t->thread].comm, CAP_COMM_LEN);
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

/* Asleep throughout in the same call, on files of one kind. "pool-1-thread-7" and "pool-1-thread-12" are named by one
 * program: their names are the same up to the number. */
static void find_waits_alike(const struct rep_process *rp, const struct did *did, size_t i, struct likeness *l)
{
	const struct rep_thread *t = &rp->threads[i];
	const struct acc_wait *w = t->time.waits;
	const char *comm = rp->cap->threads[t->thread].comm;

	(void)did;
	l->alone = !iom_thread_is_idle(t) || w->class == CAP_C_FUTEX || (w->file == IOM_NO_FILE && !w->path);
	if (l->alone)
		return;
	l->model = t->verdict.model;
	l->nr = w->nr;
	l->what = w->what;
	l->kind = w->file == IOM_NO_FILE ? -1 : rp->cap->files[w->file].kind;
	memcpy(l->comm, comm, (size_t)common_part(comm, comm));
}

/* All threads, those that are alike beside each other. */
struct sorted {
	struct likeness *v;
	size_t *at; /* where each thread is */
	size_t n;
};

static bool is_like(const struct likeness *a, const struct likeness *b)
{
	return !a->alone && !memcmp(a, b, offsetof(struct likeness, thread));
}

static int by_likeness(const void *a, const void *b)
{
	const struct likeness *x = a, *y = b;
	int order = memcmp(x, y, offsetof(struct likeness, thread));

	return order ? order : x->thread < y->thread ? -1 : x->thread > y->thread;
}

static struct sorted sort_threads(const struct rep_process *rp, const struct did *did,
				  void (*find)(const struct rep_process *, const struct did *, size_t,
					       struct likeness *))
{
	struct sorted s = {iom_alloc(rp->nthreads, sizeof(*s.v)), iom_alloc(rp->nthreads, sizeof(*s.at)), rp->nthreads};

	for (size_t i = 0; i < s.n; i++) {
		find(rp, did, i, &s.v[i]);
		s.v[i].thread = i;
	}
	if (s.n)
		qsort(s.v, s.n, sizeof(*s.v), by_likeness);
	for (size_t k = 0; k < s.n; k++)
		s.at[s.v[k].thread] = k;
	return s;
}

static void forget(struct sorted *s)
{
	free(s->v);
	free(s->at);
}

/* Is what is at k like thread i? */
static bool is_beside(const struct sorted *s, size_t k, size_t i)
{
	return k < s->n && (s->v[k].thread == i || is_like(&s->v[s->at[i]], &s->v[k]));
}

static size_t first_like(const struct sorted *s, size_t i)
{
	size_t k = s->at[i];

	while (k && is_beside(s, k - 1, i))
		k--;
	return k;
}

static int by_what_for(const void *a, const void *b)
{
	const struct acc_wait *x = *(const struct acc_wait *const *)a, *y = *(const struct acc_wait *const *)b;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return x->file == IOM_NO_FILE ? strcmp(x->path, y->path) : 0;
}

/* How many files the threads wait for that wait as this one does. */
static uint64_t files_of_crowd(const struct rep_process *rp, const struct sorted *crowds, size_t i)
{
	const struct acc_wait **waits = iom_alloc(rp->nthreads, sizeof(*waits));
	size_t n = 0;
	uint64_t files = 1;

	for (size_t k = first_like(crowds, i); is_beside(crowds, k, i); k++)
		waits[n++] = rp->threads[crowds->v[k].thread].time.waits;
	qsort(waits, n, sizeof(*waits), by_what_for);
	for (size_t k = 1; k < n; k++)
		files += by_what_for(&waits[k - 1], &waits[k]) != 0;
	free(waits);
	return files;
}

/* Do enough threads wait as this one does for one line? */
static bool is_crowd(const struct sorted *crowds, size_t i)
{
	size_t n = 0, at = crowds->at[i];

	if (crowds->v[at].alone)
		return false;
	for (size_t k = at; is_beside(crowds, k, i) && n < iom_limit(LIMIT_CROWD); k++)
		n++;
	for (size_t k = at; k && is_beside(crowds, k - 1, i) && n < iom_limit(LIMIT_CROWD); k--)
		n++;
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
	uint64_t files; /* of a crowd, which is asleep throughout, in one call; 0: it is none */
	uint64_t shorts, shorts_ns; /* of short lives, and how long these were */
};

/* "the busiest: ..."; of threads that came and went how many and how long: heap. text is the callee's. */
static char *group_text(const struct rep_process *rp, const struct group *g, const struct view_thread *to,
			char *text)
{
	char *longer;
	bool any = iom_view_transfers(g->busiest) || g->busiest->loop.calls;
	double seconds = (rp->cap->end_ns - rp->cap->start_ns) / 1e9;

	if (g->files)
		longer = iom_thread_idle_text(rp->cap, g->busiest, g->files - 1);
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
	struct sorted likes = sort_threads(rp, did, find_alike), crowds = sort_threads(rp, did, find_waits_alike);

	v->threads = iom_alloc(rp->nthreads, sizeof(*v->threads));
	for (size_t i = 0; i < rp->nthreads; i++) {
		struct group g = {.busiest = &rp->threads[i]};
		struct view_thread *to;
		const struct sorted *s;
		int name = CAP_COMM_LEN;

		if (done[i])
			continue;
		to = &v->threads[v->nthreads++];
		if (!verbose && is_crowd(&crowds, i))
			g.files = files_of_crowd(rp, &crowds, i);
		s = g.files ? &crowds : &likes;
		/* Those before it are in a line already; with -v each has its own. */
		for (size_t at = s->at[i]; is_beside(s, at, i) && !(verbose && at > s->at[i]); at++) {
			size_t k = s->v[at].thread;
			const struct rep_thread *o = &rp->threads[k];

			if (done[k])
				continue;
			done[k] = true;
			name = like_so_far(rp->cap, &rp->threads[i], o, g.files, name);
			join_group(&g, to, rp, o);
		}
		to->model = g.busiest->verdict.model;
		to->rank = rank_of(g.busiest);
		to->idle = iom_thread_is_idle(g.busiest);
		to->what = group_text(rp, &g, to, iom_thread_text(rp->cap, g.busiest));
		name_thread(to, rp->cap, g.busiest, name);
	}
	forget(&likes);
	forget(&crowds);
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
