/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "report/thread_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sysname.h"
#include "judge/alike.h"
#include "judge/limits.h"
#include "judge/roles.h"
#include "report/sentence.h"
#include "report/view.h"

bool iom_thread_is_idle(const struct rep_thread *t)
{
	const struct acc_wait *w = t->time.waits;

	return t->time.nwaits && w->under_way && w->ns >= iom_limit(LIMIT_PAGE_IDLE) * t->time.wall_ns && w->slept <= 1;
}

/* " 95 % on a CPU, 3 % waiting for one" */
static char *busy_text(const struct acc_thread *t)
{
	double least = iom_limit(LIMIT_PAGE_PART) * t->wall_ns;
	bool runs = t->running_ns >= least, waits = t->runq_ns >= least;

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

static const struct acc_wait *own_wait(const struct rep_thread *t)
{
	for (size_t i = 0; i < t->time.nwaits; i++)
		if (t->time.waits[i].own && t->time.waits[i].nr == t->loop.nr)
			return &t->time.waits[i];
	return NULL;
}

struct own { /* what a loop's own call is */
	const struct rep_thread *t;
	const struct acc_wait *wait; /* own_wait() */
};

static struct own own_of(const struct rep_thread *t)
{
	return (struct own){.t = t, .wait = own_wait(t)};
}

/* A sleep in the loop's own call; a poll's or select's goes by several sets, of which all are meant. */
static bool is_loops(const struct own *own, const struct acc_wait *w)
{
	return own->t->loop.class == CAP_C_EPOLL_WAIT ? w == own->wait : w->own && w->nr == own->t->loop.nr;
}

static uint64_t own_ns(const struct own *own)
{
	uint64_t ns = 0;

	for (size_t i = 0; i < own->t->time.nwaits; i++)
		if (is_loops(own, &own->t->time.waits[i]))
			ns += own->t->time.waits[i].ns;
	return ns;
}

/* Turns go from one sleep in a set to the next in the same one: where the loop has several, it may have
 * slept in another of its own meanwhile, and what is between is no turn. */
static bool holds_own_sleep(const struct cap_turns *n, const struct own *own)
{
	for (size_t i = 0; i < CAP_PARTS; i++)
		for (size_t k = 0; n->parts[i].class == n->class && k < own->t->time.nwaits; k++) {
			const struct acc_wait *w = &own->t->time.waits[k];

			if (w->class != n->class || !is_loops(own, w))
				continue;
			if (n->class == CAP_C_SELECT ? w->set != n->set :
						       w->set_file != n->file && w->set_file == n->parts[i].file)
				return true;
		}
	return false;
}

static char *turns_text(const struct cap_turns *n, const struct own *own)
{
	uint64_t half = n ? half_below(n) : 0, known = n ? n->exact + n->inexact : 0;
	bool says_half = n && half && half < n->longest_ns; /* a bound above all of them says nothing */

	if (!known || holds_own_sleep(n, own))
		return strdup("");
	/* Most of the returns were from its other sets. */
	if (n->class != CAP_C_EPOLL_WAIT && 2 * known < own->t->loop.calls)
		return strdup("");
	if (!n->longest_ns) /* no turn is that short: their lengths are not known */
		return iom_sentence("; %s turn%s", iom_count(known), known == 1 ? "" : "s");
	return iom_sentence("; %s turn%s, the longest %s%s%s%s%s", iom_count(known), known == 1 ? "" : "s",
			    n->longest_inexact ? "about " : "", iom_time(n->longest_ns),
			    n->longest_runq_ns * 2 > n->longest_ns ? ", most of it waiting for a CPU" : "",
			    says_half ? ", half below " : "", says_half ? iom_time(half) : "");
}

bool iom_is_parked(const struct acc_wait *w)
{
	return w->class == CAP_C_FUTEX || w->what == ACC_TIMER;
}

static bool is_elsewhere(const struct acc_wait *w, const void *own)
{
	return !is_loops(own, w);
}

/* Sleep in the work itself. */
static bool is_in_work(const struct acc_wait *w, const void *unused)
{
	(void)unused;
	return !w->own && !iom_is_parked(w) && w->what != ACC_OTHER && w->what != ACC_IDLE &&
	       w->what != ACC_READINESS && w->what != ACC_STOPPED;
}

/* "; 1.5 s asleep in fsync(7) /a/b and 3 others", of the longest of those waits that are wanted, where
 * that was so much: heap. */
static char *asleep_text(const struct iom_capture *cap, const struct rep_thread *t, acc_wanted wanted,
			 double least_ns, bool *parked)
{
	struct own own = own_of(t);
	size_t n;
	struct acc_alike *all = iom_alike(cap, &t->time, wanted, &own, &n);
	char *call, *text;

	if (!n || all->sum.ns < least_ns) {
		free(all);
		return strdup("");
	}
	*parked = iom_is_parked(&all->sum);
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

	return asleep_text(cap, t, is_in_work, iom_limit(LIMIT_PAGE_WORK_NS), &unused);
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

/* Calls of the loop that the kernel interrupted for work of its own, such as completions of io_uring, and began
 * again: they are no returns, and yet end a turn. */
static char *restart_text(const struct iom_capture *cap, const struct rep_thread *t)
{
	const struct cap_thread *ct = &cap->threads[t->thread];
	uint64_t n = 0;

	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];

		if (r->tid == ct->tid && r->tgid == ct->tgid && r->class == t->loop.class && r->nr == t->loop.nr)
			n += r->n.restart;
	}
	if (n < iom_limit(LIMIT_PAGE_LOOP))
		return strdup("");
	return iom_sentence(", interrupted %s times and restarted by the kernel", iom_count(n));
}

/* The signal that most of its calls are interrupted by, where there is one. */
static char *signal_text(const struct iom_capture *cap, const struct rep_thread *t)
{
	const struct cap_signals *most = delivered_most(cap, t);
	double seconds = t->time.wall_ns / 1e9;
	char *name, *text;
	uint64_t n;

	if (!most)
		return restart_text(cap, t);
	if (t->loop.failed < iom_limit(LIMIT_PAGE_LOOP) || 2 * t->loop.failed < t->loop.calls ||
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
	struct own own = own_of(t);
	char *turns = turns_text(n, &own), *busy = busy_text(&t->time), *other = else_text(cap, t), *text;
	char *signal = signal_text(cap, t);
	char files[48] = "", rate[64] = "", *call = loop_call(cap, t, own.wait);
	double seconds = t->time.wall_ns / 1e9;

	if (l->files > l->at_least && !is_for_one(l, own.wait)) /* "at least one" says nothing */
		snprintf(files, sizeof(files), ", %s%s file%s", l->at_least ? "at least " : "", iom_count(l->files),
			 l->files == 1 ? "" : "s");
	if (l->calls >= iom_limit(LIMIT_PAGE_LOOP) && l->zero_timeout >= iom_limit(LIMIT_SPIN_NOWAIT) * l->calls)
		snprintf(rate, sizeof(rate), ", asked %s times a second without waiting",
			 iom_count(seconds > 0 ? l->calls / seconds + 0.5 : l->calls));
	text = iom_sentence("%s%s%s%s: %s return%s, %s empty, %s asleep%s%s%s%s", call, files,
			    l->edge_triggered ? ", edge-triggered" : "", rate, iom_count(l->calls),
			    l->calls == 1 ? "" : "s", iom_count(l->empty), iom_time(own_ns(&own)), signal,
			    turns, other, busy);
	free(call);
	free(signal);
	free(turns);
	free(busy);
	free(other);
	return text;
}

struct acc_wait iom_main_wait(const struct acc_thread *t)
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
		    (!best || iom_operations(r) > iom_operations(best)))
			best = r;
	}
	return best && iom_operations(best) >= iom_limit(LIMIT_PAGE_MADE) ? best : NULL;
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
		       iom_sentence("; %s x %s", iom_count(iom_operations(r)), name);
	free(name);
	return text;
}

static char *wait_text(const struct iom_capture *cap, const struct rep_thread *t, const struct acc_wait *w)
{
	char *call = call_text(cap, t, w), *work = iom_is_parked(w) ? work_text(cap, t) : strdup(""), *text;
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

char *iom_thread_idle_text(const struct iom_capture *cap, const struct rep_thread *t, uint64_t others)
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

	return t->loop.calls < iom_limit(LIMIT_PAGE_LOOP) && most->ns > t->time.wall_ns / 2 &&
	       (!own || own->ns < most->ns / 2);
}

enum iom_thread_way iom_thread_way(const struct iom_capture *cap, const struct rep_thread *t,
				   const struct acc_wait *most)
{
	if (cap->threads[t->thread].kernel_worker)
		return WAY_WORKER;
	if (t->loop.is_loop && t->loop.calls && !is_aside(t, most))
		return WAY_LOOP;
	if (iom_thread_is_idle(t))
		return WAY_IDLE;
	if (most->ns > iom_limit(LIMIT_PAGE_SLEPT) * t->time.running_ns)
		return WAY_WAITS;
	return t->time.running_ns + t->time.runq_ns > t->time.wall_ns / 2 ? WAY_RUNS : WAY_NOTHING;
}

char *iom_thread_text(const struct iom_capture *cap, const struct rep_thread *t)
{
	struct acc_wait most = iom_main_wait(&t->time);
	char *busy = busy_text(&t->time), *waits = NULL, *woken, *text = NULL;

	switch (iom_thread_way(cap, t, &most)) {
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
		text = iom_thread_idle_text(cap, t, 0);
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

