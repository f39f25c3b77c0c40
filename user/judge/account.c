/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "judge/roles.h"

#define NR_OPEN		   2
#define NR_CREAT	   85
#define NR_OPENAT	   257
#define NR_OPENAT2	   437
#define NR_MQ_TIMEDSEND	   242
#define NR_MQ_TIMEDRECEIVE 243

const char *iom_what_name(enum acc_what what)
{
	static const char *const names[] = {
		[ACC_TRANSFER] = "transfer", [ACC_READINESS] = "readiness", [ACC_SUBMIT] = "submit",
		[ACC_COMPLETION] = "completion", [ACC_SIGNAL] = "signal", [ACC_OPEN] = "open",
		[ACC_SYNC] = "sync", [ACC_PAGE] = "page", [ACC_TIMER] = "timer", [ACC_LOCK] = "lock",
		[ACC_CHILD] = "child", [ACC_QUEUE] = "queue", [ACC_DEVICE] = "device",
		[ACC_STOPPED] = "stopped", [ACC_MEMORY] = "memory", [ACC_IDLE] = "idle",
		[ACC_OTHER] = "other",
	};

	return names[what];
}

enum acc_what iom_what_of(uint8_t class, int32_t nr)
{
	static const uint8_t whats[CAP_C_MAX] = {
		[CAP_C_SYNC] = ACC_SYNC, [CAP_C_QUEUE_GET] = ACC_QUEUE, [CAP_C_QUEUE_PUT] = ACC_QUEUE,
		[CAP_C_EPOLL_WAIT] = ACC_READINESS, [CAP_C_POLL] = ACC_READINESS,
		[CAP_C_SELECT] = ACC_READINESS, [CAP_C_SLEEP_POLL] = ACC_TIMER,
		[CAP_C_SIGWAIT] = ACC_SIGNAL, [CAP_C_SIGSUSPEND] = ACC_SIGNAL,
		[CAP_C_AIO_SUBMIT] = ACC_SUBMIT, [CAP_C_AIO_GETEVENTS] = ACC_COMPLETION,
		[CAP_C_URING_ENTER] = ACC_COMPLETION, [CAP_C_URING_SUBMIT] = ACC_SUBMIT,
		[CAP_C_FUTEX] = ACC_LOCK, [CAP_C_TIMER] = ACC_TIMER, [CAP_C_CHILD] = ACC_CHILD,
		[CAP_C_LOCK] = ACC_LOCK, [CAP_C_FAULT] = ACC_PAGE, [CAP_C_NAME] = ACC_OPEN,
		[CAP_C_MEMORY] = ACC_MEMORY, [CAP_C_DEVICE] = ACC_DEVICE, [CAP_C_STOPPED] = ACC_STOPPED,
	};

	if (class >= CAP_C_READ && class <= CAP_C_COPYRANGE && class != CAP_C_SYNC)
		return ACC_TRANSFER;
	if (class == CAP_C_PROCMEM)
		return ACC_TRANSFER;
	if (nr == NR_MQ_TIMEDSEND || nr == NR_MQ_TIMEDRECEIVE)
		return ACC_QUEUE;
	return class < CAP_C_MAX && whats[class] ? whats[class] : ACC_OTHER;
}

/* ---- the waits of one thread ------------------------------------------------------ */

struct list {
	struct acc_wait *v;
	size_t n, room;
};

static struct acc_wait *push(struct list *l)
{
	struct acc_wait *w;

	if (l->n == l->room) {
		l->room = l->room ? 2 * l->room : 8;
		l->v = iom_memory(realloc(l->v, l->room * sizeof(*l->v)));
	}
	w = &l->v[l->n++];
	*w = (struct acc_wait){.nr = -1, .file = IOM_NO_FILE, .set_file = IOM_NO_FILE};
	return w;
}

static void push_pages(struct list *l, uint64_t n, uint64_t ns, uint64_t unsplit)
{
	struct acc_wait *w;

	if (!ns)
		return;
	w = push(l);
	w->what = ACC_PAGE;
	w->class = CAP_C_FAULT;
	w->count = w->slept = n ? n : 1;
	w->ns = ns;
	w->max_ns = n <= 1 ? ns : 0;
	w->unsplit_ns = unsplit < ns ? unsplit : ns;
}

static uint64_t calls_of(const struct cap_calls *r)
{
	return iom_operations(r) + r->n.restart;
}

static bool is_open(const struct cap_calls *r)
{
	return r->class == CAP_C_NAME &&
	       (r->nr == NR_OPEN || r->nr == NR_CREAT || r->nr == NR_OPENAT || r->nr == NR_OPENAT2);
}

static void push_calls(struct list *l, const struct iom_capture *cap, const struct cap_calls *r,
		       const struct acc_calls *a)
{
	const struct cap_file *file;
	struct acc_wait *w;

	push_pages(l, a->pages, a->page_ns, a->unsplit_ns);
	if (!a->ns)
		return;
	file = r->file == IOM_NO_FILE ? NULL : &cap->files[r->file];
	w = push(l);
	w->what = iom_what_of(r->class, r->nr);
	w->class = r->class;
	w->nr = r->class == CAP_C_STOPPED || r->class == CAP_C_FAULT ? -1 : r->nr;
	/* Opens of one file are one wait, however many open files came of them. */
	if (file && file->name && is_open(r))
		w->path = file->name;
	else
		w->file = iom_slept_for(cap, r);
	if (r->class == CAP_C_POLL)
		w->set_file = r->file;
	if (r->class == CAP_C_SELECT)
		w->set = r->set;
	w->count = calls_of(r);
	w->slept = a->slept;
	w->ns = a->ns;
	w->max_ns = a->max_ns;
	w->unsplit_ns = a->unsplit_ns < a->ns ? a->unsplit_ns : a->ns;
}

/* A call without a file, told by the paths that it was given. What no path was read of
 * stays without one. */
static void push_paths(struct list *l, const struct iom_capture *cap, const uint32_t *paths, size_t npaths)
{
	size_t rows = l->n;

	for (size_t i = 0; i < npaths; i++) {
		const struct cap_path *p = &cap->paths[paths[i]];
		struct acc_wait *w, *all = NULL;

		if (p->file != IOM_NO_FILE)
			continue; /* counted under the file that it opened */
		for (size_t k = 0; k < rows && !all; k++)
			if (l->v[k].nr == p->nr && l->v[k].file == IOM_NO_FILE && l->v[k].class == p->class)
				all = &l->v[k];
		if (!all || all->ns < p->ns || all->slept < p->count)
			continue;
		all->ns -= p->ns;
		all->slept -= p->count;
		all->count -= p->count < all->count ? p->count : all->count;
		w = push(l);
		all = NULL; /* push() may have moved it */
		w->what = iom_what_of(p->class, p->nr);
		w->class = p->class;
		w->nr = p->nr;
		w->path = p->path;
		w->count = w->slept = p->count;
		w->ns = p->ns;
		w->max_ns = p->max_ns;
	}
	for (size_t k = 0; k < rows; k++)
		if (l->v[k].max_ns > l->v[k].ns)
			l->v[k].max_ns = l->v[k].ns;
}

static int by_key(const void *a, const void *b)
{
	const struct acc_wait *x = a, *y = b;
	int path;

	if (x->what != y->what)
		return x->what < y->what ? -1 : 1;
	if (x->nr != y->nr)
		return x->nr < y->nr ? -1 : 1;
	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if (x->set_file != y->set_file)
		return x->set_file < y->set_file ? -1 : 1;
	if (x->set != y->set)
		return x->set < y->set ? -1 : 1;
	if (!x->path || !y->path)
		return !!x->path - !!y->path;
	path = strcmp(x->path, y->path);
	return path;
}

static int by_length(const void *a, const void *b)
{
	const struct acc_wait *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns > y->ns ? -1 : 1;
	return by_key(a, b);
}

void iom_wait_add(struct acc_wait *to, const struct acc_wait *w)
{
	to->count += w->count;
	to->slept += w->slept;
	to->ns += w->ns;
	to->unsplit_ns += w->unsplit_ns;
	if (w->max_ns > to->max_ns)
		to->max_ns = w->max_ns;
	to->before |= w->before;
	if (w->before_ns > to->before_ns)
		to->before_ns = w->before_ns;
	to->under_way |= w->under_way;
	to->inside |= w->inside;
}

static void join(struct acc_wait *to, const struct acc_wait *w)
{
	iom_wait_add(to, w);
	if (w->holder)
		to->holder = w->holder;
}

/* A wait without any sleep, or of which nothing is left, is none. */
static void drop_empty(struct list *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].ns || l->v[i].under_way)
			l->v[n++] = l->v[i];
	l->n = n;
}

static void merge(struct list *l)
{
	size_t n = 0;

	drop_empty(l);
	if (!l->n)
		return;
	qsort(l->v, l->n, sizeof(*l->v), by_key);
	for (size_t i = 0; i < l->n; i++) {
		if (n && !by_key(&l->v[n - 1], &l->v[i]))
			join(&l->v[n - 1], &l->v[i]);
		else
			l->v[n++] = l->v[i];
	}
	l->n = n;
	qsort(l->v, l->n, sizeof(*l->v), by_length);
}

/* Of other calls the same words may be the name of a file. */
static bool is_target(const struct cap_open_call *c, const char *words)
{
	return c->class == CAP_C_FUTEX && c->target && !strcmp(c->target, words);
}

/* The call under way at the end; at_start: it, or another one, was under way then. */
static void push_open(struct list *l, const struct cap_open_call *c, bool at_start)
{
	bool of_file = (c->class == CAP_C_POLL ? c->set_file : c->file) != IOM_NO_FILE;
	struct acc_wait *w;

	if (c->nr < 0 && c->class != CAP_C_STOPPED)
		return;
	w = push(l);
	w->what = iom_what_of(c->class, c->nr);
	w->class = c->class;
	w->nr = c->nr;
	w->file = c->file;
	w->inside = is_target(c, CAP_TARGET_INSIDE);
	w->alone = is_target(c, CAP_TARGET_ALONE);
	w->path = !of_file && !w->inside ? c->target : NULL;
	/* How many requests were in flight at one moment says something only where nothing else happened. */
	w->holder = !of_file || (c->class == CAP_C_URING_ENTER && !c->before_ns) ? NULL : c->target;
	if (c->class == CAP_C_POLL)
		w->file = w->set_file = c->set_file;
	if (c->class == CAP_C_SELECT || c->class == CAP_C_SLEEP_POLL)
		w->set = c->set;
	w->before = c->before_ns > 0;
	w->before_ns = c->before_ns;
	if (at_start)
		return;
	w->under_way = true;
	w->count = w->slept = 1;
	w->ns = w->max_ns = c->inside_ns;
}

static struct acc_wait *find_start(struct list *l, const struct acc_wait *one, bool any_set)
{
	for (size_t i = 0; i < l->n; i++) {
		struct acc_wait *w = &l->v[i];

		if (w->nr == one->nr && w->file == one->file && !w->before && (any_set || w->set == one->set))
			return w;
	}
	return NULL;
}

/* When the watch began, a sleep was under way: by which wait it was counted is found by
 * its call and file; selects by where their sets lie, if that is not a new place each time. */
static void mark_start(struct list *l, const struct cap_open_call *c)
{
	struct list one = {};
	struct acc_wait *w;

	push_open(&one, c, true);
	w = one.n ? find_start(l, &one.v[0], false) : NULL;
	if (one.n && !w)
		w = find_start(l, &one.v[0], true);
	if (w) {
		w->before = true;
		w->before_ns = c->before_ns;
	}
	free(one.v);
}

/* What lasted in all, less what is known: unknown; where there were page faults too it may have been
 * for pages, and nothing tells how much of it was. */
static void push_rest(struct list *l, const struct cap_thread *t, uint64_t rest)
{
	struct acc_wait *w;

	if (!rest)
		return;
	w = push(l);
	w->what = t->kernel_worker ? ACC_IDLE : t->maj_flt ? ACC_PAGE : ACC_OTHER;
	w->class = w->what == ACC_PAGE ? CAP_C_FAULT : CAP_C_OTHER;
	w->count = w->slept = w->what == ACC_PAGE ? t->maj_flt : 1;
	w->ns = rest;
	w->unsplit_ns = w->what == ACC_PAGE ? rest : 0;
}

static uint64_t sum_of(const struct list *l)
{
	uint64_t ns = 0;

	for (size_t i = 0; i < l->n; i++)
		ns += l->v[i].ns;
	return ns;
}

/* Sleep counted in calls can exceed the thread's own counter by what the two clocks
 * differ. The longest wait gives way. */
static void fit(struct list *l, uint64_t most)
{
	uint64_t sum = sum_of(l);

	for (size_t i = 0; i < l->n && sum > most; i++) {
		uint64_t cut = sum - most < l->v[i].ns ? sum - most : l->v[i].ns;

		l->v[i].ns -= cut;
		sum -= cut;
	}
}

/* Without a switch that it made itself, or a sleep from before, the thread did not sleep: its
 * counters move at ticks while it runs, and the clocks differ by that. */
static bool may_have_slept(const struct cap_thread *t)
{
	return t->nvcsw || t->at_start.before_ns || t->at_start.nr >= 0 || t->at_start.class == CAP_C_STOPPED;
}

static void divide(struct acc_thread *a, const struct cap_thread *t, struct list *l)
{
	uint64_t wall = t->end_ns > t->start_ns ? t->end_ns - t->start_ns : 0;
	uint64_t sum, ran, asleep = t->asleep_ns < wall ? t->asleep_ns : wall;

	sum = sum_of(l);
	if (asleep > sum && (sum || may_have_slept(t)))
		push_rest(l, t, asleep - sum);
	a->wall_ns = wall;
	a->runq_ns = t->runq_ns;
	merge(l);
	if (a->runq_ns > wall)
		a->runq_ns = wall;
	ran = t->cpu_ns < wall - a->runq_ns ? t->cpu_ns : wall - a->runq_ns;
	fit(l, wall - a->runq_ns - ran);
	drop_empty(l);
	a->waiting_ns = sum_of(l);
	a->running_ns = wall - a->runq_ns - a->waiting_ns;
	a->waits = l->v;
	a->nwaits = l->n;
}

double iom_computing(const struct acc_thread *t)
{
	return t->running_ns ? (double)t->running_ns / (t->running_ns + t->waiting_ns) : 0;
}

/* ---- all of them ------------------------------------------------------------------- */

struct owned { /* rows of one kind, in the order of their threads */
	uint32_t tgid, tid, index;
};

static int by_owner(const void *a, const void *b)
{
	const struct owned *x = a, *y = b;

	if (x->tgid != y->tgid)
		return x->tgid < y->tgid ? -1 : 1;
	if (x->tid != y->tid)
		return x->tid < y->tid ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* The first of those that a thread owns, or the end. */
static size_t first_of(const struct owned *v, size_t n, const struct cap_thread *t)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (v[mid].tgid < t->tgid || (v[mid].tgid == t->tgid && v[mid].tid < t->tid))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool owns(const struct owned *v, size_t n, size_t i, const struct cap_thread *t)
{
	return i < n && v[i].tgid == t->tgid && v[i].tid == t->tid;
}

struct index {
	struct owned *calls, *signals, *paths, *threads;
};

#define FILL(to, array, count)                                                                   \
	do {                                                                                     \
		(to) = iom_alloc((count) + 1, sizeof(*(to)));                                    \
		for (size_t i = 0; i < (count); i++)                                             \
			(to)[i] = (struct owned){(array)[i].tgid, (array)[i].tid, i};            \
		qsort((to), (count), sizeof(*(to)), by_owner);                                   \
	} while (0)

static void index_fill(struct index *x, const struct iom_capture *cap)
{
	FILL(x->calls, cap->calls, cap->ncalls);
	FILL(x->signals, cap->signals, cap->nsignals);
	FILL(x->paths, cap->paths, cap->npaths);
	FILL(x->threads, cap->threads, cap->nthreads);
}

static void index_free(struct index *x)
{
	free(x->calls);
	free(x->signals);
	free(x->paths);
	free(x->threads);
}

static void push_signals(struct list *l, const struct cap_signals *s)
{
	struct acc_wait *w;

	if (s->way != CAP_S_WAITED || !s->wait_ns) /* of a signalfd the read is counted */
		return;
	w = push(l);
	w->what = ACC_SIGNAL;
	w->class = CAP_C_SIGWAIT;
	w->nr = 128; /* rt_sigtimedwait */
	w->count = w->slept = s->count;
	w->ns = s->wait_ns;
	w->max_ns = s->count == 1 ? s->wait_ns : 0;
}

/* A number may have belonged to several threads in turn: the rows are the last one's. */
static bool is_last_owner(const struct index *x, const struct iom_capture *cap, size_t thread)
{
	const struct cap_thread *t = &cap->threads[thread];
	size_t i = first_of(x->threads, cap->nthreads, t);

	while (owns(x->threads, cap->nthreads, i + 1, t))
		i++;
	return x->threads[i].index == thread;
}

static void account_thread(struct iom_account *acc, const struct iom_capture *cap, const struct index *x,
			   size_t thread)
{
	const struct cap_thread *t = &cap->threads[thread];
	struct list l = {};
	uint32_t *paths = NULL;
	size_t i, n = 0;

	if (is_last_owner(x, cap, thread)) {
		for (i = first_of(x->calls, cap->ncalls, t); owns(x->calls, cap->ncalls, i, t); i++)
			push_calls(&l, cap, &cap->calls[x->calls[i].index], &acc->calls[x->calls[i].index]);
		for (i = first_of(x->signals, cap->nsignals, t); owns(x->signals, cap->nsignals, i, t); i++)
			push_signals(&l, &cap->signals[x->signals[i].index]);
		i = first_of(x->paths, cap->npaths, t);
		while (owns(x->paths, cap->npaths, i + n, t))
			n++;
		paths = iom_alloc(n + 1, sizeof(*paths));
		for (size_t k = 0; k < n; k++)
			paths[k] = x->paths[i + k].index;
		merge(&l);
		push_paths(&l, cap, paths, n);
		free(paths);
	}
	if (!t->kernel_worker)
		push_open(&l, &t->at_end, false);
	merge(&l);
	mark_start(&l, &t->at_start);
	divide(&acc->threads[thread], t, &l);
	for (i = 0; i < acc->threads[thread].nwaits; i++)
		acc->threads[thread].waits[i].thread = thread;
}

struct iom_account *iom_account(const struct iom_capture *cap)
{
	struct iom_account *acc = iom_alloc(1, sizeof(*acc));
	struct index x;

	acc->calls = iom_alloc(cap->ncalls + 1, sizeof(*acc->calls));
	acc->threads = iom_alloc(cap->nthreads + 1, sizeof(*acc->threads));
	iom_account_calls(cap, acc->calls);
	index_fill(&x, cap);
	for (size_t i = 0; i < cap->nthreads; i++)
		account_thread(acc, cap, &x, i);
	index_free(&x);
	return acc;
}

void iom_account_free(struct iom_account *acc, const struct iom_capture *cap)
{
	if (!acc)
		return;
	for (size_t i = 0; i < cap->nthreads; i++)
		free(acc->threads[i].waits);
	free(acc->threads);
	free(acc->calls);
	free(acc);
}
