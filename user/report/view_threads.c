/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * view_threads.c - what each thread did, in a line; those that are alike in one.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sysname.h"
#include "judge/alike.h"
#include "judge/roles.h"
#include "report/sentence.h"
#include "report/view_int.h"

#define IDLE_PART  0.99 /* asleep in one call for so much of its time: idle */
#define BUSY_PART  0.05 /* worth a word */
#define LOOP_CALLS 10   /* fewer readiness calls are no loop to speak of */
#define WORK_CALLS 10   /* fewer transfers are not what a thread is there for */

/* One sleep fills its watch: not many, one after the other, in the same call. */
static bool is_idle(const struct rep_thread *t)
{
	const struct acc_wait *w = t->time.waits;

	return t->time.nwaits && w->under_way && w->ns >= IDLE_PART * t->time.wall_ns && w->slept <= 1;
}

/* " 95 % on a CPU, 3 % waiting for one" */
static char *busy_text(const struct acc_thread *t)
{
	bool runs = t->running_ns >= BUSY_PART * t->wall_ns, waits = t->runq_ns >= BUSY_PART * t->wall_ns;

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
	if (!n || !(n->exact + n->inexact))
		return strdup("");
	return iom_sentence("; %s turn%s, the longest %s%s%s%s%s", iom_count(n->exact + n->inexact),
			    n->exact + n->inexact == 1 ? "" : "s", n->longest_inexact ? "about " : "",
			    iom_time(n->longest_ns),
			    n->longest_runq_ns * 2 > n->longest_ns ? ", most of it waiting for a CPU" : "",
			    half_below(n) ? ", half below " : "",
			    half_below(n) ? iom_time(half_below(n)) : "");
}

static const struct acc_wait *own_wait(const struct rep_thread *t)
{
	for (size_t i = 0; i < t->time.nwaits; i++)
		if (t->time.waits[i].own && t->time.waits[i].nr == t->loop.nr)
			return &t->time.waits[i];
	return NULL;
}

static bool is_elsewhere(const struct acc_wait *w, const void *unused)
{
	(void)unused;
	return !w->own;
}

/* What a thread slept in besides its loop, when that was not nothing. */
static char *else_text(const struct iom_capture *cap, const struct rep_thread *t)
{
	size_t n;
	struct acc_alike *all = iom_alike(cap, &t->time, is_elsewhere, NULL, &n);
	char *call, *text;

	if (!n || all->sum.ns < BUSY_PART * t->time.wall_ns) {
		free(all);
		return strdup("");
	}
	call = iom_view_call(cap, &all->sum);
	text = iom_sentence("; %s asleep in %s%s", iom_time(all->sum.ns), call, iom_alike_others(all));
	free(call);
	free(all);
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

	if (!most || t->loop.failed < LOOP_CALLS || 2 * t->loop.failed < t->loop.calls ||
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

static char *loop_text(const struct iom_capture *cap, const struct rep_thread *t)
{
	const struct rep_loop *l = &t->loop;
	const struct cap_turns *n = l->turns == UINT32_MAX ? NULL : &cap->turns[l->turns];
	const struct acc_wait *own = own_wait(t);
	char *turns = turns_text(n), *busy = busy_text(&t->time), *other = else_text(cap, t), *text;
	char *signal = signal_text(cap, t);
	char fd[16] = "", files[48] = "", rate[64] = "";
	double seconds = t->time.wall_ns / 1e9;

	if (l->fd >= 0)
		snprintf(fd, sizeof(fd), "(%d)", l->fd);
	if (l->files)
		snprintf(files, sizeof(files), ", %s file%s", iom_count(l->files), l->files == 1 ? "" : "s");
	if (l->calls >= LOOP_CALLS && l->zero_timeout * 10 >= l->calls * 9)
		snprintf(rate, sizeof(rate), ", asked %s times a second without waiting",
			 iom_count(seconds > 0 ? l->calls / seconds + 0.5 : l->calls));
	text = iom_sentence("%s%s%s%s%s: %s return%s, %s empty, %s asleep%s%s%s%s", iom_syscall_name(l->nr), fd,
			    files, l->edge_triggered ? ", edge-triggered" : "", rate, iom_count(l->calls),
			    l->calls == 1 ? "" : "s", iom_count(l->empty), iom_time(own ? own->ns : 0), signal,
			    turns, other, busy);
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

static char *wait_text(const struct iom_capture *cap, const struct acc_wait *w)
{
	char *call = iom_view_call(cap, w), *text;

	if (w->max_ns && w->slept > 1)
		text = iom_sentence("%s: slept %s times, %s in all, %s at most", call, iom_count(w->slept),
				    iom_time(w->ns), iom_time(w->max_ns));
	else
		text = iom_sentence("%s: slept %s", call, iom_time(w->ns));
	free(call);
	return text;
}

/* What the thread slept for in transfers, where that is worth a word; NULL: nothing. */
static const struct acc_wait *slept_for(const struct acc_thread *t)
{
	for (size_t i = 0; i < t->nwaits; i++)
		if ((t->waits[i].what == ACC_TRANSFER || t->waits[i].what == ACC_SYNC) &&
		    t->waits[i].ns >= BUSY_PART * t->wall_ns)
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
static char *work_text(const struct iom_capture *cap, const struct rep_thread *t, const struct acc_wait *most)
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

static char *idle_text(const struct iom_capture *cap, const struct acc_wait *w)
{
	char *call = iom_view_call(cap, w), *text;

	text = iom_sentence("asleep in %s throughout%s%s%s", call, w->before ? ", since " : "",
			    w->before ? iom_time(w->before_ns) : "", w->before ? " before the watch" : "");
	free(call);
	return text;
}

/* A readiness call or two, in a thread that waits for something else: no loop to speak of. */
static bool is_aside(const struct rep_thread *t, const struct acc_wait *most)
{
	const struct acc_wait *own = own_wait(t);

	return t->loop.calls < LOOP_CALLS && most->ns > t->time.wall_ns / 2 && (!own || own->ns < most->ns / 2);
}

static char *thread_text(const struct iom_capture *cap, const struct rep_thread *t)
{
	const struct cap_thread *ct = &cap->threads[t->thread];
	struct acc_wait most = main_wait(&t->time);
	char *busy = busy_text(&t->time), *waits, *woken, *work, *text;

	if (ct->kernel_worker) {
		text = iom_sentence("%s of io_uring%s",
				    strncmp(ct->comm, "iou-sqp", 7) ? "worker" : "submission thread", busy);
	} else if (t->loop.is_loop && t->loop.calls && !is_aside(t, &most)) {
		text = loop_text(cap, t);
	} else if (is_idle(t)) {
		text = idle_text(cap, &t->time.waits[0]);
	} else if (most.ns > t->time.running_ns / 100) {
		waits = wait_text(cap, &most);
		woken = woken_text(cap, t, &most);
		work = work_text(cap, t, &most);
		text = iom_sentence("%s%s%s%s", waits, woken, work, busy);
		free(waits);
		free(woken);
		free(work);
	} else if (t->time.running_ns + t->time.runq_ns > t->time.wall_ns / 2) {
		text = iom_sentence("runs and waits for nothing%s", busy);
	} else {
		text = iom_sentence("did nothing in the watch%s", busy);
	}
	free(busy);
	return text;
}

/* Threads of the same name and model; idle ones that sleep in the same call, whatever their
 * names, where no file tells them apart; loops that make the same call. */
static bool alike(const struct iom_capture *cap, const struct rep_thread *a, const struct rep_thread *b)
{
	const struct acc_wait *x = a->time.nwaits ? &a->time.waits[0] : NULL;
	const struct acc_wait *y = b->time.nwaits ? &b->time.waits[0] : NULL;

	if (a->verdict.model != b->verdict.model || is_idle(a) != is_idle(b) ||
	    a->loop.is_loop != b->loop.is_loop || (a->loop.is_loop && a->loop.nr != b->loop.nr))
		return false;
	if (is_idle(a))
		return x->nr == y->nr && x->what == y->what && x->file == IOM_NO_FILE &&
		       y->file == IOM_NO_FILE && !x->path && !y->path;
	return !memcmp(cap->threads[a->thread].comm, cap->threads[b->thread].comm, CAP_COMM_LEN);
}

static uint64_t transfers_of(const struct rep_thread *t)
{
	uint64_t n = 0;

	for (int m = 0; m < IOM_M_NR; m++)
		n += t->models[m].transfers;
	return n;
}

static void name_thread(struct view_thread *v, const struct iom_capture *cap, const struct rep_thread *t,
			bool same_name)
{
	const struct cap_thread *ct = &cap->threads[t->thread];

	if (v->threads == 1)
		v->name = iom_sentence("%u %.*s", ct->ns_tid, CAP_COMM_LEN, ct->comm);
	else if (same_name)
		v->name = iom_sentence("%s x %.*s", iom_count(v->threads), CAP_COMM_LEN, ct->comm);
	else
		v->name = iom_sentence("%s threads", iom_count(v->threads));
}

static int what_does_most(const void *a, const void *b)
{
	const struct view_thread *x = a, *y = b;

	if (x->idle != y->idle)
		return x->idle ? 1 : -1;
	return x->weight > y->weight ? -1 : x->weight < y->weight;
}

void view_threads(struct view *v, const struct rep_process *rp, bool verbose)
{
	bool *done = calloc(rp->nthreads + 1, sizeof(*done));

	if (!done)
		exit(1);
	for (size_t i = 0; i < rp->nthreads; i++) {
		const struct rep_thread *t = &rp->threads[i];
		struct view_thread *to;
		bool same_name = true;

		if (done[i])
			continue;
		v->threads = view_more(v->threads, v->nthreads, sizeof(*v->threads));
		to = &v->threads[v->nthreads++];
		for (size_t k = i; k < rp->nthreads; k++) {
			const struct rep_thread *o = &rp->threads[k];

			if (k > i && (verbose || done[k] || !alike(rp->cap, &rp->threads[i], o)))
				continue;
			done[k] = true;
			to->threads++;
			same_name &= !memcmp(rp->cap->threads[rp->threads[i].thread].comm,
					     rp->cap->threads[o->thread].comm, CAP_COMM_LEN);
			if (transfers_of(o) > transfers_of(t))
				t = o;
			to->weight += o->time.running_ns + transfers_of(o) * 1000 + o->loop.calls * 1000;
		}
		to->model = t->verdict.model;
		to->idle = is_idle(t);
		to->what = thread_text(rp->cap, t);
		if (to->threads > 1 && !to->idle) {
			char *one = to->what;

			to->what = iom_sentence("the busiest: %s", one);
			free(one);
		}
		name_thread(to, rp->cap, t, same_name);
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
