/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * find_loops.c - what makes a loop's turns long: loop-blocked, sync-on-loop,
 * page-fault-io, loop-computes.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sysname.h"
#include "judge/alike.h"
#include "judge/findings.h"
#include "judge/limits.h"
#include "judge/roles.h"
#include "judge/score.h"
#include "judge/served.h"
#include "report/sentence.h"
#include "report/set_text.h"

#define LONGEST_TICK_NS 10000000 /* of the kernel's clock, with CONFIG_HZ_100 */
#define PER_LOOP 6 /* calls named for one thread; what slept longest comes first */

struct on_loop {
	const struct iom_capture *cap;
	const struct rep_thread *rt;
	const struct loop_set *own;
	struct served served;
};

/* Does another thread come back from the same set? Then a sleep here keeps nobody waiting. */
static bool is_shared(const struct search *s, uint32_t thread, const struct loop_set *own)
{
	for (size_t i = 0; i < s->rp->nthreads; i++) {
		uint32_t other = s->rp->threads[i].thread;
		const struct loop_thread *t = &s->ev->loops->threads[other];

		for (size_t k = 0; other != thread && k < t->nsets; k++)
			if (own->file != IOM_NO_FILE && t->sets[k].class == own->class &&
			    t->sets[k].file == own->file)
				return true;
	}
	return false;
}

/* Does the thread get its work from accept(), of a listener that nobody asks the readiness of? Then
 * a readiness call between two connections is about the one that it serves, and no loop. */
static bool serves_in_turn(const struct search *s, const struct rep_thread *rt, const struct loop_set *own)
{
	for (size_t i = 0; i < rt->time.nwaits; i++) {
		const struct acc_wait *w = &rt->time.waits[i];

		if (w->class == CAP_C_ACCEPT && w->file != IOM_NO_FILE && w->slept >= iom_limit(LIMIT_LOOP_RETURNS) &&
		    w->ns > own->ns && s->ev->files[w->file].watch != EV_WATCHED)
			return true;
	}
	return false;
}

/* A file of a disk is ready at once, and what is in the set besides only tells of something: it is asked
 * before each read, as a read is made that can be called off. Nobody waits for such a thread. */
static bool asks_for_stored(const struct loop_set *own)
{
	return own->stored && !own->streams && !own->slept && !own->open_ns;
}

/* One that is kept by an epoll of several files comes back seldom only since its turns are long. */
static bool comes_back(const struct loop_set *own)
{
	return own->calls >= iom_limit(LIMIT_LOOP_RETURNS) ||
	       (own->calls && own->class == CAP_C_EPOLL_WAIT && (own->files > 1 || own->several));
}

/* The loop's own set, where the thread is a loop whose other files wait while it sleeps. */
static const struct loop_set *loop_of(const struct search *s, const struct rep_thread *rt)
{
	const struct loop_thread *t = &s->ev->loops->threads[rt->thread];
	const struct loop_set *own = t->sets;

	if (!t->nsets || !comes_back(own) || s->cap->threads[rt->thread].kernel_worker ||
	    serves_in_turn(s, rt, own) || asks_for_stored(own))
		return NULL;
	return is_shared(s, rt->thread, own) ? NULL : own;
}

/* poll on a single file: a read with a time limit, more than a loop. How many files a
 * select had is not known: those that never were ready left no trace. */
static bool is_for_one(const struct loop_set *own)
{
	return own->files == 1 && own->class == CAP_C_POLL;
}

/* An epoll that is waited on inside a turn is another loop's. */
static bool is_second_loop(const struct iom_capture *cap, const struct acc_wait *w)
{
	return w->what == ACC_READINESS && w->file != IOM_NO_FILE && cap->files[w->file].kind == CAP_K_EPOLL;
}

/* Inside a turn an eventfd or the like is asked alone, and it is the time limit that ends that: a
 * pause, as the sleep() of runtimes is made which some other thread may wake. */
static bool is_pause(const struct search *s, const struct rep_thread *rt, const struct acc_wait *w)
{
	const struct loop_thread *t = &s->ev->loops->threads[rt->thread];

	if (w->class != CAP_C_POLL || w->file == IOM_NO_FILE || !is_bell_kind(s->cap->files[w->file].kind))
		return false;
	for (size_t i = 0; i < t->nsets; i++) {
		const struct loop_set *o = &t->sets[i];

		if (o->class == w->class && o->file == w->set_file && o->nr == w->nr)
			return o->files == 1 && o->calls && o->empty >= iom_limit(LIMIT_LOOP_PAUSE) * o->calls;
	}
	return false;
}

/* fsync and the like, and writes to what was opened with O_SYNC or O_DSYNC. */
static bool is_sync(const struct iom_capture *cap, const struct acc_wait *w)
{
	const struct cap_file *f = w->file == IOM_NO_FILE ? NULL : &cap->files[w->file];

	return w->what == ACC_SYNC || (w->class == CAP_C_WRITE && f && is_stored(f->kind) && f->f_flags & O_DSYNC);
}

/* fork, vfork, clone, clone3: the numbers are those of x86-64. vfork sleeps until the child calls exec or ends. */
static bool is_spawn(int32_t nr)
{
	return nr == 56 || nr == 57 || nr == 58 || nr == 435;
}

/* A call that was told not to wait for the file. What is on a disk is waited for all the same. */
static bool is_nonblocking(const struct iom_capture *cap, const struct acc_wait *w)
{
	const struct cap_file *f = w->file == IOM_NO_FILE ? NULL : &cap->files[w->file];

	return w->what == ACC_TRANSFER && f && !is_stored(f->kind) && f->f_flags & O_NONBLOCK;
}

static const char *way_out(const struct search *s, const struct acc_wait *w)
{
	const struct iom_capture *cap = s->cap;
	const struct cap_file *f = w->file == IOM_NO_FILE ? NULL : &cap->files[w->file];

	switch (w->what) {
	case ACC_READINESS:
		if (!is_second_loop(cap, w))
			return "the asynchronous form of the call that waits here, or its file in the loop's set";
		return cap->procs[s->rp->proc].runtime == IOM_RT_NODE ?
			       "the asynchronous form of the call that runs it (exec for execSync)" :
			       "the asynchronous form of the call that runs it";
	case ACC_CHILD:
		return is_spawn(w->nr) ? "little between vfork and exec, or a helper process that starts others" :
					 "a pidfd or SIGCHLD in the loop, and WNOHANG";
	case ACC_TIMER:
		return "a timer of the loop";
	case ACC_LOCK:
		return w->class == CAP_C_LOCK ? "a lock that does not wait (LOCK_NB, F_SETLK), or a thread" :
						"hold locks for shorter, or let an event tell that work is done";
	case ACC_OPEN:
		if (is_close(w->nr))
			return f && f->kind == CAP_K_SOCK ? "no SO_LINGER, or close in a thread of its own" :
							    "close in a thread of its own";
		return "open and look up names in a thread of their own";
	case ACC_QUEUE:
		return "IPC_NOWAIT or O_NONBLOCK, and a notification";
	case ACC_DEVICE:
		return "a thread for slow devices";
	case ACC_COMPLETION:
		return "let the loop wait for the completions";
	case ACC_MEMORY:
		return "allocate and map ahead of time";
	default:
		break;
	}
	if (w->class == CAP_C_CONNECT)
		return "a non-blocking socket: connect, and wait for it to become writable";
	if (f && is_stored(f->kind))
		return "a thread, or io_uring, for files on disk";
	if (f && f->kind == CAP_K_EVENTFD)
		return "EFD_NONBLOCK";
	return "O_NONBLOCK or MSG_DONTWAIT, and try again when it is ready";
}

/* What there is to do, as a sentence: heap. */
static char *advice_text(const struct search *s, const struct acc_wait *w, bool pause)
{
	if (is_nonblocking(s->cap, w))
		return iom_sentence("The file is O_NONBLOCK: the sleep was for a lock, a page or a tracer.");
	return iom_sentence("Usual way out: %s.", is_sync(s->cap, w) ? "sync in another thread, or less often" :
						  pause		     ? "a timer of the loop" :
								       way_out(s, w));
}

/* The call, its files, and what is known of the wait beyond that. */
static char *call_text(const struct iom_capture *cap, const struct acc_alike *a, bool pause)
{
	char *call = iom_finding_call(cap, &a->sum), *set = NULL, *text;

	if (is_second_loop(cap, &a->sum)) {
		set = iom_set_text(cap, a->sum.file);
		text = iom_sentence("%s%s, a second loop inside a turn%s", call, iom_alike_others(a), set);
	} else if (pause) {
		text = iom_sentence("%s, with a time limit that ran out (a pause)", call);
	} else if (a->sum.class == CAP_C_FUTEX) {
		text = iom_sentence("%s, for another thread (a lock, or work that it waits for)", call);
	} else {
		text = iom_sentence("%s%s", call, iom_alike_others(a));
	}
	free(set);
	free(call);
	return text;
}

/* ", and is asleep in it", and for whom where that is known: heap. */
static char *under_way_text(const struct rep_thread *rt, const struct acc_wait *w)
{
	for (size_t i = 0; w->class == CAP_C_FUTEX && i < rt->time.nwaits; i++) {
		const struct acc_wait *one = &rt->time.waits[i];

		if (one->under_way && one->class == CAP_C_FUTEX && one->path)
			return iom_sentence(", and is asleep in it (%s)", one->path);
	}
	return iom_sentence("%s", w->under_way ? ", and is asleep in it" : "");
}

/* A read or accept of a file of the set: that was said to be ready. */
static bool was_not_ready(const struct on_loop *l, const struct acc_wait *w)
{
	if (!is_taking(w->class) || w->file == IOM_NO_FILE)
		return false;
	return is_for_one(l->own) ? w->file == l->own->main_file :
				    l->served.carries[w->file] && iom_served_by(&l->served, w) == SERVED_NOBODY;
}

/* Who waited meanwhile: heap. */
static char *meanwhile_text(const struct on_loop *l, const struct acc_wait *w)
{
	const char *whose = is_second_loop(l->cap, w) ? "the outer loop's" : "its";

	if (was_not_ready(l, w))
		return iom_sentence("it had been waited for, and was not ready all the same");
	if (iom_served_by(&l->served, w) == SERVED_ONE)
		return iom_sentence("what came for it waited meanwhile");
	if (l->own->files > 1 && l->own->at_least)
		return iom_sentence("the other files of %s set waited meanwhile", whose);
	if (l->own->files > 1)
		return iom_sentence("the %s files of %s set waited meanwhile", iom_count(l->own->files), whose);
	return iom_sentence("whatever else it serves waited meanwhile");
}

static struct rep_finding *tell_sleep(struct search *s, const struct on_loop *l, const struct acc_alike *a,
				      const char *id)
{
	const struct acc_wait *w = &a->sum;
	const struct rep_thread *rt = l->rt;
	bool pause = is_pause(s, rt, w);
	char *call = call_text(s->cap, a, pause), *meanwhile = meanwhile_text(l, w), *how_long;
	char *now = under_way_text(rt, w), *advice = advice_text(s, w, pause);
	struct rep_finding *f;

	how_long = w->slept == 1 ?
			   iom_sentence("%s", iom_time(w->ns)) :
			   iom_sentence("%s times, %s in all, %s at worst,", iom_count(w->slept),
					iom_time(w->ns), iom_time(w->max_ns));
	f = iom_finding_add(
		s, id, IOM_SEV_WARNING,
		iom_sentence("Thread %u, a loop around %s, slept %s in %s%s: %s. %s",
			     s->cap->threads[rt->thread].ns_tid, iom_syscall_name(l->own->nr), how_long, call,
			     now, meanwhile, advice));
	free(call);
	free(advice);
	free(meanwhile);
	free(how_long);
	free(now);
	f->count = w->slept;
	f->ns = w->ns;
	f->max_ns = w->max_ns;
	f->thread = rt->thread;
	f->nr = w->nr;
	f->file = w->file;
	f->path = w->path;
	return f;
}

/* Idle in a turn is nothing that a loop can be blamed for; sleep in submissions is told as submit-blocked. */
static bool is_nobodys(const struct acc_wait *w)
{
	return w->what == ACC_STOPPED || w->what == ACC_IDLE || w->what == ACC_OTHER ||
	       w->what == ACC_PAGE || w->what == ACC_SIGNAL || w->what == ACC_SUBMIT;
}

static uint64_t least_sleep(const struct rep_thread *rt, const struct acc_wait *w)
{
	if (w->class != CAP_C_FUTEX)
		return iom_limit(LIMIT_LOOP_SLEEP_NS);
	return rt->time.runq_ns >= iom_limit(LIMIT_LOOP_LOCK_BUSY) * rt->time.wall_ns ||
			       w->ns < iom_limit(LIMIT_LOOP_LOCK_PART) * rt->time.wall_ns ?
		       iom_limit(LIMIT_LOOP_LOCK_NS) :
		       iom_limit(LIMIT_LOOP_SLEEP_NS);
}

/* An epoll that was made later, or a set none of whose files was open when the watch began. */
static bool began_later(const struct iom_capture *cap, const struct loop_set *own)
{
	if (own->class == CAP_C_EPOLL_WAIT)
		return own->file != IOM_NO_FILE && !cap->files[own->file].open_at_start;
	return own->new_files && !own->old_files;
}

/* Where the loop had not begun when the watch did, what the thread waited in since before is what brought its
 * files. And a readiness call like the loop's own is the loop, as its set was then. */
static bool is_before(const struct on_loop *l, const struct acc_wait *w)
{
	if (!w->before || w->slept > 1 || w->under_way)
		return false;
	if (w->what == ACC_READINESS && w->nr == l->own->nr)
		return true;
	return (w->what == ACC_READINESS || w->class == CAP_C_ACCEPT) && began_later(l->cap, l->own);
}

/* Of a thread whose whole life was watched all turns are known, if it has one set only: what lasted longer
 * than any of them, by more than clocks differ, was in none. */
static bool is_in_no_turn(const struct on_loop *l, const struct acc_wait *w)
{
	const struct cap_thread *ct = &l->cap->threads[l->rt->thread];
	const struct cap_turns *n = l->own->turns == UINT32_MAX ? NULL : &l->cap->turns[l->own->turns];

	return n && ct->born && ct->exited && n->exact + n->inexact + 1 >= l->own->calls && !n->longest_inexact &&
	       w->max_ns / 2 > n->longest_ns;
}

/* Was the thread asleep in the loop's own call as the watch began, as it ended? */
static bool was_in_loop(const struct rep_thread *rt, bool at_end)
{
	for (size_t i = 0; i < rt->time.nwaits; i++) {
		const struct acc_wait *w = &rt->time.waits[i];

		if (w->own && (at_end ? w->under_way : w->before))
			return true;
	}
	return false;
}

/* Turns are known from the first sleep in the loop's set to the last. Where the thread still waits there, and
 * did not as the watch began, sleeps that were each longer than any turn were before the first: whether
 * there was a loop already is not known. */
static bool is_before_first(const struct on_loop *l, const struct acc_wait *w)
{
	const struct cap_turns *n = l->own->turns == UINT32_MAX ? NULL : &l->cap->turns[l->own->turns];
	uint64_t others = w->slept > 1 ? (w->slept - 1) * w->max_ns : 0; /* at most */

	if (!n || !n->longest_ns || n->exact + n->inexact + 1 < l->own->slept || w->under_way ||
	    was_in_loop(l->rt, false) || !(was_in_loop(l->rt, true) || l->cap->threads[l->rt->thread].exited))
		return false;
	return w->ns > others && (w->ns - others) / 2 > n->longest_ns + (n->longest_inexact ? LONGEST_TICK_NS : 0);
}

static bool keeps_waiting(const struct acc_wait *w, const void *arg)
{
	const struct on_loop *l = arg;
	const struct loop_set *own = l->own;

	if (is_nobodys(w) || w->own || is_before(l, w) || is_in_no_turn(l, w) || is_before_first(l, w))
		return false;
	/* Threads of a runtime look at its epoll in turn, and park between. */
	if (w->class == CAP_C_FUTEX && own->calls < iom_limit(LIMIT_LOOP_RETURNS))
		return false;
	/* Round a single file nobody else waits; but that file was said to be ready. */
	return was_not_ready(l, w) || (!is_for_one(own) && iom_served_by(&l->served, w) != SERVED_NOBODY);
}

static void find_sleeps(struct search *s, const struct rep_thread *rt, const struct loop_set *own)
{
	struct on_loop l = {s->cap, rt, own, iom_served(s->cap, rt->thread, &s->ev->loops->threads[rt->thread])};
	size_t n, said = 0;
	struct acc_alike *all = iom_alike(s->cap, &rt->time, keeps_waiting, &l, &n);

	for (size_t i = 0; i < n && said < PER_LOOP; i++) {
		const struct acc_wait *w = &all[i].sum;

		if (is_sync(s->cap, w) && w->slept) {
			tell_sleep(s, &l, &all[i], "sync-on-loop");
			said++;
		} else if (w->max_ns >= least_sleep(rt, w)) {
			tell_sleep(s, &l, &all[i], "loop-blocked");
			said++;
		}
	}
	iom_served_free(&l.served);
	free(all);
}

static void tell_computing(struct search *s, const struct rep_thread *rt, uint64_t running, char *when)
{
	struct rep_finding *f = iom_finding_add(
		s, "loop-computes", running < iom_limit(LIMIT_TURN_WARN_NS) ? IOM_SEV_INFO : IOM_SEV_WARNING,
		iom_sentence("Thread %u, a loop around %s, was on the CPU for %s: nothing else of it was served "
			     "meanwhile. Usual way out: smaller steps, or a thread for long work.",
			     s->cap->threads[rt->thread].ns_tid, iom_syscall_name(rt->loop.nr), when));

	free(when);
	f->count = 1;
	f->ns = f->max_ns = running;
	f->thread = rt->thread;
	f->nr = rt->loop.nr;
}

static uint64_t longest_computed(const struct cap_turns *n)
{
	uint64_t else_ns = n ? n->longest_runq_ns + n->longest_sleep_ns : 0;

	return n && n->longest_ns > else_ns ? n->longest_ns - else_ns : 0;
}

/* A turn that had not ended, or had begun before the watch, is in no count of turns. But what the
 * thread ran is spread over no more turns than it came back times, and one. */
static void find_computing(struct search *s, const struct rep_thread *rt, const struct loop_set *own)
{
	const struct cap_turns *n = rt->loop.turns == UINT32_MAX ? NULL : &s->cap->turns[rt->loop.turns];
	uint64_t running = longest_computed(n), least = rt->time.running_ns / (own->calls + 1);

	if (least >= iom_limit(LIMIT_TURN_WARN_NS) && least > running)
		tell_computing(s, rt, least,
			       iom_sentence("%s in one turn at least (it came back %s time%s in %s, and ran for %s)",
					    iom_time(least), iom_count(own->calls), own->calls == 1 ? "" : "s",
					    iom_time(rt->time.wall_ns), iom_time(rt->time.running_ns)));
	else if (running >= iom_limit(LIMIT_TURN_NS))
		tell_computing(s, rt, running,
			       iom_sentence("%s of its longest turn%s, %s", iom_time(running),
					    n->longest_inexact ? " (to a tick)" : "", iom_time(n->longest_ns)));
}

/* Waiting for pages, in a loop or not: a program that reads mapped files waits there. */
static void find_pages(struct search *s, const struct rep_thread *rt)
{
	for (size_t i = 0; i < rt->time.nwaits; i++) {
		const struct acc_wait *w = &rt->time.waits[i];
		uint64_t ns = iom_held_up_by_pages(rt, w);
		struct rep_finding *f;

		if (!ns)
			continue;
		f = iom_finding_add(
			s, "page-fault-io", IOM_SEV_WARNING,
			iom_sentence("Thread %u waited %s for pages of mapped files or of memory swapped "
				     "out, %s of its time, in no call. Usual way out: read ahead "
				     "(MAP_POPULATE, madvise), or read().",
				     s->cap->threads[rt->thread].ns_tid, iom_time(ns),
				     iom_part(ns, rt->time.wall_ns)));
		f->count = w->slept;
		f->ns = ns;
		f->max_ns = w->max_ns;
		f->thread = rt->thread;
		f->pages = true;
	}
}

void iom_find_on_loops(struct search *s)
{
	for (size_t i = 0; i < s->rp->nthreads; i++) {
		const struct rep_thread *rt = &s->rp->threads[i];
		const struct loop_set *own = loop_of(s, rt);

		find_pages(s, rt);
		if (!own)
			continue;
		find_sleeps(s, rt, own);
		if (!is_for_one(own))
			find_computing(s, rt, own);
	}
}
