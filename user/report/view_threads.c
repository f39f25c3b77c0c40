/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * view_threads.c - what each thread did, or all that are alike, as one line.
 */
#define _GNU_SOURCE
#include "report/view_int.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sysname.h"
#include "judge/alike.h"
#include "judge/limits.h"
#include "judge/roles.h"
#include "report/sentence.h"

#define CROWD	   4	/* threads that wait alike for files of one kind are one line */
#define SHORT_PART 0.1	/* a life of less of the watch is told with what was done in it */
#define WORK_NS	   1e6	/* asleep for its work, of a thread that is mostly parked: worth a word */
#define WORK_CALLS 10	/* fewer transfers are not what a thread is there for */

/* One sleep fills its watch: not many, one after the other, in the same call. */
static bool is_idle(const struct rep_thread *t)
{
	const struct acc_wait *w = t->time.waits;

	return t->time.nwaits && w->under_way && w->ns >= iom_limit(LIMIT_PAGE_IDLE) * t->time.wall_ns && w->slept <= 1;
}

/* " 95 % on a CPU, 3 % waiting for one" */
static char *busy_text(const struct acc_thread *t)
{
	bool runs = t->running_ns >= iom_limit(LIMIT_PAGE_PART) * t->wall_ns, waits = t->runq_ns >= iom_limit(LIMIT_PAGE_PART) * t->wall_ns;

	if (!runs && !waits)
		return strdup("");
	return iom_sentence("%s%s%s%s%s", "; ", runs ? iom_part(t->running_ns, t->wall_ns) : "",
			    runs ? " on a CPU" : "",
			    waits ? (runs ? ", waiting for one " : "waiting for a CPU ") : "",
			    waits ? iom_part(t->runq_ns, t->wall_ns) : "");
}

/* The bound below which half of the turns are; 0: there were none. */
static uint64_t half_below(const struct cap_turns *n)
{
	uint64_t all = 0, some = 0;

	for (int i = 0; i < CAP_TURN_BINS; i++)
		all += n->bins[i];
	for (int i = 0; i < CAP_TURN_BINS && all; i++) {
		some += n->bins[i];
		if (2 * some >= all)
			return 1ULL << (CAP_TURN_FIRST + i);
	}
	return 0;
}

static char *turns_text(const struct cap_turns *n)
{
	uint64_t half = n ? half_below(n) : 0;
	bool says_half = n && half && half < n->longest_ns; /* a bound above all of them says nothing */

	if (!n || !(n->exact + n->inexact))
		return strdup("");
	return iom_sentence("; %s turn%s, the longest %s%s%s%s%s", iom_count(n->exact + n->inexact),
			    n->exact + n->inexact == 1 ? "" : "s", n->longest_inexact ? "about " : "",
			    iom_time(n->longest_ns),
			    n->longest_runq_ns * 2 > n->longest_ns ? ", most of it waiting for a CPU" : "",
			    says_half ? ", half below " : "", says_half ? iom_time(half) : "");
}

static const struct acc_wait *own_wait(const struct rep_thread *t)
{
	for (size_t i = 0; i < t->time.nwaits; i++)
		if (t->time.waits[i].own && t->time.waits[i].nr == t->loop.nr)
			return &t->time.waits[i];
	return NULL;
}

/* Waits for other threads or for a time: what a thread of a pool does between two pieces of work. */
static bool is_parked(const struct acc_wait *w)
{
	return w->class == CAP_C_FUTEX || w->what == ACC_TIMER;
}

static bool is_elsewhere(const struct acc_wait *w, const void *unused)
{
	(void)unused;
	return !w->own;
}

/* Sleep in the work itself. */
static bool is_in_work(const struct acc_wait *w, const void *unused)
{
	(void)unused;
	return !w->own && !is_parked(w) && w->what != ACC_OTHER && w->what != ACC_IDLE &&
	       w->what != ACC_READINESS && w->what != ACC_STOPPED;
}

/* "; 1.5 s asleep in fsync(7) /a/b and 3 others", of the longest of those waits that are wanted, where
 * that was so much: heap. */
static char *asleep_text(const struct iom_capture *cap, const struct rep_thread *t, acc_wanted wanted,
			 double least_ns, bool *parked)
{
	size_t n;
	struct acc_alike *all = iom_alike(cap, &t->time, wanted, NULL, &n);
	char *call, *text;

	if (!n || all->sum.ns < least_ns) {
		free(all);
		return strdup("");
	}
	*parked = is_parked(&all->sum);
	call = iom_view_call(cap, &all->sum);
	text = iom_sentence("; %s asleep in %s%s", iom_time(all->sum.ns), call, iom_alike_others(all));
	free(call);
	free(all);
	return text;
}

/* What a thread that is mostly parked slept in for its work: heap. */
static char *work_text(const struct iom_capture *cap, const struct rep_thread *t)
{
	bool unused;

	return asleep_text(cap, t, is_in_work, WORK_NS, &unused);
}

/* What a thread slept in besides its loop, when that was not nothing. */
static char *else_text(const struct iom_capture *cap, const struct rep_thread *t)
{
	bool parked = true;
	char *most = asleep_text(cap, t, is_elsewhere, iom_limit(LIMIT_PAGE_PART) * t->time.wall_ns, &parked);
	char *work = parked ? work_text(cap, t) : strdup(""), *text;

	text = iom_sentence("%s%s", most, work);
	free(most);
	free(work);
	return text;
}

/* The signal that was delivered to the thread most often, or NULL. */
static const struct cap_signals *delivered_most(const struct iom_capture *cap, const struct rep_thread *t)
{
	const struct cap_thread *ct = &cap->threads[t->thread];
	const struct cap_signals *most = NULL;

	for (size_t i = 0; i < cap->nsignals; i++) {
		const struct cap_signals *s = &cap->signals[i];

		if (s->tid == ct->tid && s->tgid == ct->tgid && s->way == CAP_S_DELIVERED &&
		    (!most || s->count > most->count))
			most = s;
	}
	return most;
}

static char *signal_name(const struct cap_signals *s)
{
	const char *name = sigabbrev_np(s->signo);

	return name ? iom_sentence("SIG%s", name) : iom_sentence("signal %u", s->signo);
}

/* The signal that most of its calls are interrupted by, where there is one. */
static char *signal_text(const struct iom_capture *cap, const struct rep_thread *t)
{
	const struct cap_signals *most = delivered_most(cap, t);
	double seconds = t->time.wall_ns / 1e9;
	char *name, *text;
	uint64_t n;

	if (!most || t->loop.failed < iom_limit(LIMIT_PAGE_LOOP) || 2 * t->loop.failed < t->loop.calls ||
	    2 * most->count < t->loop.failed || seconds <= 0)
		return strdup("");
	n = most->count < t->loop.failed ? most->count : t->loop.failed;
	name = signal_name(most);
	text = iom_sentence(", interrupted by %s about %s times a second", name, iom_count(n / seconds + 0.5));
	free(name);
	return text;
}

/* The same of what it slept in, where that is seldom: a clock of its own may be all that wakes it. */
static char *woken_text(const struct iom_capture *cap, const struct rep_thread *t, const struct acc_wait *most)
{
	const struct cap_thread *ct = &cap->threads[t->thread];
	const struct cap_signals *s = delivered_most(cap, t);
	uint64_t ended = 0;
	char *name, *text;

	for (size_t i = 0; i < cap->ncalls; i++)
		if (cap->calls[i].tid == ct->tid && cap->calls[i].tgid == ct->tgid && cap->calls[i].nr == most->nr)
			ended += cap->calls[i].n.restart + cap->calls[i].n.err;
	if (!s || ended < 2 || 2 * ended < most->slept || 2 * s->count < ended)
		return strdup("");
	name = signal_name(s);
	text = iom_sentence("; interrupted %s times by %s", iom_count(ended < s->count ? ended : s->count), name);
	free(name);
	return text;
}

/* poll on a single file that is known. */
static bool is_for_one(const struct rep_loop *l, const struct acc_wait *own)
{
	return l->class == CAP_C_POLL && l->files == 1 && own && own->file != IOM_NO_FILE;
}

/* "epoll_wait(5)", "poll(7) udp 10.0.0.1:4000 -> 10.0.0.2:53": heap. */
static char *loop_call(const struct iom_capture *cap, const struct rep_thread *t, const struct acc_wait *own)
{
	if (is_for_one(&t->loop, own))
		return iom_view_call(cap, own);
	return t->loop.fd >= 0 ? iom_sentence("%s(%d)", iom_syscall_name(t->loop.nr), t->loop.fd) :
				 iom_sentence("%s", iom_syscall_name(t->loop.nr));
}

static char *loop_text(const struct iom_capture *cap, const struct rep_thread *t)
{
	const struct rep_loop *l = &t->loop;
	const struct cap_turns *n = l->turns == UINT32_MAX ? NULL : &cap->turns[l->turns];
	const struct acc_wait *own = own_wait(t);
	char *turns = turns_text(n), *busy = busy_text(&t->time), *other = else_text(cap, t), *text;
	char *signal = signal_text(cap, t);
	char files[48] = "", rate[64] = "", *call = loop_call(cap, t, own);
	double seconds = t->time.wall_ns / 1e9;

	if (l->files > l->at_least && !is_for_one(l, own)) /* "at least one" says nothing */
		snprintf(files, sizeof(files), ", %s%s file%s", l->at_least ? "at least " : "", iom_count(l->files),
			 l->files == 1 ? "" : "s");
	if (l->calls >= iom_limit(LIMIT_PAGE_LOOP) && l->zero_timeout >= iom_limit(LIMIT_SPIN_NOWAIT) * l->calls)
		snprintf(rate, sizeof(rate), ", asked %s times a second without waiting",
			 iom_count(seconds > 0 ? l->calls / seconds + 0.5 : l->calls));
	text = iom_sentence("%s%s%s%s: %s return%s, %s empty, %s asleep%s%s%s%s", call, files, l->edge_triggered ? ", edge-triggered" : "", rate, iom_count(l->calls),
			    l->calls == 1 ? "" : "s", iom_count(l->empty), iom_time(own ? own->ns : 0), signal,
			    turns, other, busy);
	free(call);
	free(signal);
	free(turns);
	free(busy);
	free(other);
	return text;
}

/* All sleeps of a thread in one call, whatever the file; the file where one matters most. */
static struct acc_wait main_wait(const struct acc_thread *t)
{
	struct acc_wait best = {.nr = -1, .file = IOM_NO_FILE};

	for (size_t i = 0; i < t->nwaits; i++) {
		struct acc_wait sum = t->waits[i];

		if (t->waits[i].ns * t->nwaits < best.ns) /* those that follow are shorter still */
			break;
		if (t->waits[i].what == ACC_OTHER && t->nwaits > 1)
			continue;
		for (size_t k = 0; k < t->nwaits; k++) {
			const struct acc_wait *w = &t->waits[k];

			if (k == i || w->nr != sum.nr || w->what != sum.what)
				continue;
			sum.slept += w->slept;
			sum.ns += w->ns;
			sum.max_ns = w->max_ns > sum.max_ns ? w->max_ns : sum.max_ns;
		}
		if (2 * t->waits[i].ns < sum.ns) {
			sum.file = IOM_NO_FILE;
			sum.path = NULL;
		}
		if (sum.ns > best.ns)
			best = sum;
	}
	return best;
}

static bool is_same_call(const struct acc_wait *w, const void *arg)
{
	const struct acc_wait *most = arg;

	return w->nr == most->nr && w->what == most->what;
}

/* The call of a wait that is many in one; where most of them were on files of one kind these are named. */
static char *call_text(const struct iom_capture *cap, const struct rep_thread *t, const struct acc_wait *most)
{
	size_t n;
	struct acc_alike *all = iom_alike(cap, &t->time, is_same_call, most, &n);
	char *call = iom_view_call(cap, most), *text;

	if (n && most->file == IOM_NO_FILE && !most->path && all->sum.ns > most->ns / 2) {
		free(call);
		call = iom_view_call(cap, &all->sum);
		text = iom_sentence("%s%s", call, iom_alike_others(all));
	} else {
		text = strdup(call);
	}
	free(call);
	free(all);
	return text;
}

/* What the thread slept for in transfers, where that is worth a word; NULL: nothing. */
static const struct acc_wait *slept_for(const struct acc_thread *t)
{
	for (size_t i = 0; i < t->nwaits; i++)
		if ((t->waits[i].what == ACC_TRANSFER || t->waits[i].what == ACC_SYNC) &&
		    t->waits[i].ns >= iom_limit(LIMIT_PAGE_PART) * t->wall_ns)
			return &t->waits[i];
	return NULL;
}

/* The transfers that a thread made most of; NULL: hardly any. */
static const struct cap_calls *made_most_of(const struct iom_capture *cap, const struct cap_thread *ct)
{
	const struct cap_calls *best = NULL;

	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];

		if (r->tid == ct->tid && r->tgid == ct->tgid && is_transfer(r->class) && r->file != IOM_NO_FILE &&
		    !is_bell_kind(cap->files[r->file].kind) &&
		    (!best || cor_operations(r) > cor_operations(best)))
			best = r;
	}
	return best && cor_operations(best) >= WORK_CALLS ? best : NULL;
}

/* What a thread does that slept most for something else: what a worker of a pool is there for. */
static char *made_text(const struct iom_capture *cap, const struct rep_thread *t, const struct acc_wait *most)
{
	const struct cap_calls *r = made_most_of(cap, &cap->threads[t->thread]);
	const struct acc_wait *slept = slept_for(&t->time);
	struct acc_wait call;
	char *name, *text;

	if (most->what == ACC_TRANSFER || most->what == ACC_SYNC || (!slept && !r))
		return strdup("");
	if (!slept)
		call = (struct acc_wait){.what = ACC_TRANSFER, .class = r->class, .nr = r->nr, .file = r->file};
	name = iom_view_call(cap, slept ? slept : &call);
	text = slept ? iom_sentence("; %s asleep in %s", iom_time(slept->ns), name) :
		       iom_sentence("; %s x %s", iom_count(cor_operations(r)), name);
	free(name);
	return text;
}

static char *wait_text(const struct iom_capture *cap, const struct rep_thread *t, const struct acc_wait *w)
{
	char *call = call_text(cap, t, w), *work = is_parked(w) ? work_text(cap, t) : strdup(""), *text;
	char *made = *work ? strdup("") : made_text(cap, t, w);

	if (w->max_ns && w->slept > 1)
		text = iom_sentence("%s: slept %s times, %s in all, %s at most%s%s", call, iom_count(w->slept),
				    iom_time(w->ns), iom_time(w->max_ns), work, made);
	else
		text = iom_sentence("%s: slept %s%s%s", call, iom_time(w->ns), work, made);
	free(work);
	free(made);
	free(call);
	return text;
}

/* A sleep for one file of several is not for the first of them. */
static char *idle_call(const struct iom_capture *cap, const struct rep_thread *t)
{
	const struct cap_open_call *c = &cap->threads[t->thread].at_end;
	const struct acc_wait *w = &t->time.waits[0];

	if ((w->class != CAP_C_POLL && w->class != CAP_C_SELECT) || c->nr != w->nr || c->nfiles == UINT32_MAX ||
	    c->nfiles < 2)
		return iom_view_idle(cap, w);
	return iom_sentence("%s for %s files", iom_syscall_name(w->nr), iom_count(c->nfiles));
}

/* others: further files, of threads that wait so. */
static char *idle_text(const struct iom_capture *cap, const struct rep_thread *t, uint64_t others)
{
	const struct acc_wait *w = &t->time.waits[0];
	char *call = idle_call(cap, t), more[48] = "", *text;

	if (others == 1)
		snprintf(more, sizeof(more), " and another");
	else if (others)
		snprintf(more, sizeof(more), " and %s others", iom_count(others));
	text = iom_sentence("asleep in %s%s throughout%s%s%s", call, more, w->before ? ", since " : "",
			    w->before ? iom_time(w->before_ns) : "", w->before ? " before the watch" : "");
	free(call);
	return text;
}

/* A readiness call or two, in a thread that waits for something else: no loop to speak of. */
static bool is_aside(const struct rep_thread *t, const struct acc_wait *most)
{
	const struct acc_wait *own = own_wait(t);

	return t->loop.calls < iom_limit(LIMIT_PAGE_LOOP) && most->ns > t->time.wall_ns / 2 && (!own || own->ns < most->ns / 2);
}

/* It began and ended while it was watched, and was there for little of that. */
static bool is_short(const struct iom_capture *cap, const struct rep_thread *t)
{
	const struct cap_thread *ct = &cap->threads[t->thread];

	return ct->born && ct->exited && t->time.wall_ns < SHORT_PART * (cap->end_ns - cap->start_ns);
}

/* What there is to say of a thread. */
enum way { WAY_WORKER, WAY_LOOP, WAY_IDLE, WAY_WAITS, WAY_RUNS, WAY_NOTHING };

static enum way way_of(const struct iom_capture *cap, const struct rep_thread *t, const struct acc_wait *most)
{
	if (cap->threads[t->thread].kernel_worker)
		return WAY_WORKER;
	if (t->loop.is_loop && t->loop.calls && !is_aside(t, most))
		return WAY_LOOP;
	if (is_idle(t))
		return WAY_IDLE;
	if (most->ns > iom_limit(LIMIT_PAGE_SLEPT) * t->time.running_ns)
		return WAY_WAITS;
	return t->time.running_ns + t->time.runq_ns > t->time.wall_ns / 2 ? WAY_RUNS : WAY_NOTHING;
}

static char *thread_text(const struct iom_capture *cap, const struct rep_thread *t)
{
	struct acc_wait most = main_wait(&t->time);
	char *busy = busy_text(&t->time), *waits = NULL, *woken, *text = NULL;

	switch (way_of(cap, t, &most)) {
	case WAY_WORKER:
		text = iom_sentence("%s of io_uring%s",
				    strncmp(cap->threads[t->thread].comm, "iou-sqp", 7) ? "worker" :
											  "submission thread",
				    busy);
		break;
	case WAY_LOOP:
		text = loop_text(cap, t);
		break;
	case WAY_IDLE:
		text = idle_text(cap, t, 0);
		break;
	case WAY_WAITS:
		waits = wait_text(cap, t, &most);
		woken = woken_text(cap, t, &most);
		text = iom_sentence("%s%s%s", waits, woken, busy);
		free(woken);
		break;
	case WAY_RUNS:
		text = iom_sentence("runs and waits for nothing%s", busy);
		break;
	case WAY_NOTHING:
		text = iom_sentence("did nothing in the watch%s", busy);
		break;
	}
	free(waits);
	free(busy);
	return text;
}

/* Threads of the same name that do the same; idle ones that sleep in the same call, whatever their
 * names, where no file tells them apart; loops of the same model that make the same call. */
static bool alike(const struct iom_capture *cap, const struct rep_thread *a, const struct rep_thread *b)
{
	struct acc_wait x = main_wait(&a->time), y = main_wait(&b->time);
	enum way way = way_of(cap, a, &x);

	if (way != way_of(cap, b, &y))
		return false;
	if (way == WAY_LOOP && (a->loop.nr != b->loop.nr || a->verdict.model != b->verdict.model))
		return false;
	/* A loop, and a thread that asks for one file, as a resolver's does. */
	if (way == WAY_LOOP && a->loop.class != CAP_C_EPOLL_WAIT && (a->loop.files > 1) != (b->loop.files > 1))
		return false;
	if ((way == WAY_IDLE || way == WAY_WAITS) && (x.nr != y.nr || x.what != y.what))
		return false;
	if (way == WAY_IDLE)
		return x.file == IOM_NO_FILE && y.file == IOM_NO_FILE && !x.path && !y.path;
	return !memcmp(cap->threads[a->thread].comm, cap->threads[b->thread].comm, CAP_COMM_LEN);
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

	if (!is_idle(a) || !is_idle(b) || a->verdict.model != b->verdict.model || !has_like_name(cap, a, b))
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

	for (size_t i = 0; i < rp->nthreads && n < CROWD; i++)
		n += waits_alike(rp->cap, t, &rp->threads[i]);
	return n >= CROWD;
}

static uint64_t transfers_of(const struct rep_thread *t)
{
	uint64_t n = 0;

	for (int m = 0; m < IOM_M_NR; m++)
		n += t->models[m].transfers;
	return n;
}

static bool does_more(const struct rep_thread *a, const struct rep_thread *b)
{
	uint64_t x = transfers_of(a), y = transfers_of(b);

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
		if (!is_parked(&t->time.waits[i]) && t->time.waits[i].what != ACC_OTHER)
			return false;
	return !transfers_of(t) && !t->loop.calls && t->time.nwaits &&
	       t->time.running_ns < iom_limit(LIMIT_PAGE_PART) * t->time.wall_ns;
}

static enum view_rank rank_of(const struct rep_thread *t)
{
	const struct acc_wait *w = t->time.waits;

	if (is_idle(t))
		return is_parked(w) && !w->path ? VIEW_PARKED : VIEW_WAITS;
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
	bool any = transfers_of(g->busiest) || g->busiest->loop.calls;
	double seconds = (rp->cap->end_ns - rp->cap->start_ns) / 1e9;

	if (g->crowd)
		longer = idle_text(rp->cap, g->busiest, files_of_crowd(rp, g->busiest) - 1);
	else if (2 * g->shorts > to->threads && to->threads > 1 && seconds > 0)
		longer = iom_sentence("began and ended in the watch, %s a second, after %s on average%s%s",
				      iom_count(g->shorts / seconds + 0.5),
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
	to->weight += t->time.running_ns + transfers_of(t) * 1000 + t->loop.calls * 1000;
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
				      !(g.crowd ? waits_alike : alike)(rp->cap, &rp->threads[i], o)))
				continue;
			done[k] = true;
			name = like_so_far(rp->cap, &rp->threads[i], o, g.crowd, name);
			join_group(&g, to, rp, o);
		}
		to->model = g.busiest->verdict.model;
		to->rank = rank_of(g.busiest);
		to->idle = is_idle(g.busiest);
		to->what = group_text(rp, &g, to, thread_text(rp->cap, g.busiest));
		name_thread(to, rp->cap, g.busiest, name);
	}
	free(done);
	if (v->nthreads)
		qsort(v->threads, v->nthreads, sizeof(*v->threads), what_does_most);
}

const struct rep_thread *iom_view_principal(const struct rep_process *rp)
{
	const struct rep_thread *best = NULL;
	uint64_t most = 0;

	for (size_t i = 0; i < rp->nthreads; i++) {
		const struct rep_thread *t = &rp->threads[i];
		uint64_t weight = transfers_of(t) + t->loop.calls + t->time.running_ns / 1000000;

		if (rp->cap->threads[t->thread].kernel_worker)
			continue;
		if (!best || weight > most)
			best = t, most = weight;
	}
	return best;
}
