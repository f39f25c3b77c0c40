/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/headline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/errname.h"
#include "base/sysname.h"
#include "capture/names.h"
#include "judge/findings.h"
#include "judge/roles.h"
#include "report/sentence.h"
#include "report/view.h"

/* A loop that sleeps for so much of the time, and hears so often, and so much of what it hears, that one file
 * can be written to. */
#define ROOM_TIME    0.5
#define ROOM_SHARE   0.8
#define ROOM_SAMPLES 8

/* No thread waits for more than one file. */
static bool waits_for_one(const struct rep_process *rp)
{
	bool one = false;

	for (size_t i = 0; i < rp->nthreads; i++) {
		if (rp->threads[i].loop.is_loop && rp->threads[i].loop.files != 1)
			return false;
		one |= rp->threads[i].loop.is_loop;
	}
	return one;
}

/* The sleep that a thread was in from the beginning to the end; NULL: it was not. */
static const struct acc_wait *only_wait(const struct acc_thread *t)
{
	if (t->nwaits != 1 || !t->waits[0].under_way || t->waits[0].slept > 1 || t->running_ns)
		return NULL;
	return &t->waits[0];
}

/* Threads asleep throughout, by call. */
struct asleep {
	struct acc_wait wait; /* of one of them */
	size_t threads;
};

/* All threads of a process, if none of them did anything: their calls, heap, number in *n. */
static struct asleep *all_asleep(const struct rep_process *rp, size_t *n)
{
	struct asleep *calls = calloc(rp->nthreads + 1, sizeof(*calls));

	if (!calls)
		abort();
	*n = 0;
	for (size_t i = 0; i < rp->nthreads; i++) {
		const struct acc_wait *w = only_wait(&rp->threads[i].time);
		size_t k = 0;

		if (rp->cap->threads[rp->threads[i].thread].kernel_worker)
			continue;
		if (!w) {
			*n = 0;
			break;
		}
		while (k < *n && (calls[k].wait.nr != w->nr || calls[k].wait.what != w->what))
			k++;
		if (k == *n)
			calls[(*n)++].wait = *w;
		else if (w->before_ns < calls[k].wait.before_ns)
			calls[k].wait.before_ns = w->before_ns;
		calls[k].threads++;
	}
	return calls;
}

/* What is asleep until another process does something leads to that process; "" otherwise. The text is
 * good until the next one. */
static const char *next_process(const struct acc_wait *w)
{
	static char text[80];
	const char *whom = w->holder ? w->holder : w->path;
	int pid;

	if (!whom || (!w->holder && w->what != ACC_CHILD) || sscanf(whom, "process %d", &pid) != 1)
		return "";
	snprintf(text, sizeof(text), " What process %d does, `iomodel attach %d` tells.", pid, pid);
	return text;
}

static char *headline_asleep(const struct iom_capture *cap, const struct acc_wait *w)
{
	char *call = iom_view_idle(cap, w), *text;

	text = iom_sentence("It is asleep in %s, and has been since %s%s.%s", call,
			    w->before ? iom_time(w->before_ns) : "the watch began",
			    w->before ? " before the watch" : "", next_process(w));
	free(call);
	return text;
}

static int most_threads(const void *a, const void *b)
{
	const struct asleep *x = a, *y = b;

	if (x->threads != y->threads)
		return x->threads > y->threads ? -1 : 1;
	return x->wait.nr < y->wait.nr ? -1 : x->wait.nr > y->wait.nr;
}

static const char *call_of(const struct acc_wait *w)
{
	if (w->what == ACC_STOPPED)
		return "no call, stopped by a signal";
	return w->nr < 0 ? "no call that is known" : iom_syscall_name(w->nr);
}

static char *headline_all_asleep(const struct iom_capture *cap, struct asleep *calls, size_t n)
{
	uint64_t before = UINT64_MAX;
	char *text, *longer, *call;
	size_t all = 0;

	qsort(calls, n, sizeof(*calls), most_threads);
	for (size_t i = 0; i < n; i++) {
		all += calls[i].threads;
		if (calls[i].wait.before_ns < before)
			before = calls[i].wait.before_ns;
	}
	text = iom_sentence("All its %s threads are asleep%s%s, and have been since %s%s%s", iom_count(all),
			    n > 1 ? "" : " in ", n > 1 ? "" : call_of(&calls[0].wait),
			    before ? iom_time(before) : "the watch began", before ? " before the watch" : "",
			    n > 1 ? ":" : ".");
	for (size_t i = 0; i < n && n > 1; i++) {
		call = calls[i].threads == 1 ? iom_view_idle(cap, &calls[i].wait) :
					       iom_sentence("%s", call_of(&calls[i].wait));
		longer = iom_sentence("%s%s %s in %s%s", text, i ? "," : "", iom_count(calls[i].threads), call,
				      i + 1 < n ? "" : ".");
		free(call);
		free(text);
		text = longer;
	}
	return text;
}

/* NULL: something was awake. */
static char *headline_of_sleepers(const struct iom_capture *cap, const struct rep_process *rp)
{
	size_t n;
	struct asleep *calls = all_asleep(rp, &n);
	char *text = NULL;

	if (n == 1 && calls[0].threads == 1)
		text = headline_asleep(cap, &calls[0].wait);
	else if (n)
		text = headline_all_asleep(cap, calls, n);
	free(calls);
	return text;
}

static bool is_done(const struct cap_calls *r)
{
	return r->n.ok || r->n.ok_slept;
}

/* Has the process put into a pipe, or an eventfd, all that it took out? Then it woke itself. */
static bool is_its_own(const struct iom_capture *cap, const struct cap_calls *r)
{
	const struct cap_file *f = r->file == IOM_NO_FILE ? NULL : &cap->files[r->file];
	uint64_t in = 0, out = 0;

	if (!f || (f->kind != CAP_K_FIFO && f->kind != CAP_K_EVENTFD) || !f->ino ||
	    (r->class != CAP_C_READ && r->class != CAP_C_WRITE))
		return false;
	/* Another process has an end of it too. */
	if (f->name && (strstr(f->name, " -> ") || strstr(f->name, " <- ")))
		return false;
	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *o = &cap->calls[i];
		const struct cap_file *g = o->file == IOM_NO_FILE ? NULL : &cap->files[o->file];
		uint64_t n = f->kind == CAP_K_FIFO ? o->bytes : o->n.ok + o->n.ok_slept;

		if (!g || g->kind != f->kind || (f->kind == CAP_K_FIFO ? g->ino != f->ino : g != f))
			continue;
		in += o->class == CAP_C_READ ? n : 0;
		out += o->class == CAP_C_WRITE ? n : 0;
	}
	return in && out >= in;
}

enum came { CAME_DATA, CAME_OWN, CAME_EVENTS, CAME_NOTHING };

/* What became of all the waiting. */
static enum came what_came(const struct iom_capture *cap)
{
	enum came came = CAME_NOTHING;

	if (cap->nrequests)
		return CAME_DATA;
	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];

		if (!is_done(r) || !(is_transfer(r->class) || is_readiness(r->class)))
			continue;
		if (is_transfer(r->class) && !is_its_own(cap, r))
			return CAME_DATA;
		if (is_transfer(r->class))
			came = CAME_OWN;
		else if (came == CAME_NOTHING)
			came = CAME_EVENTS;
	}
	return came;
}

static char *headline_multiplexed(const struct rep_process *rp, const struct ev_proc *p)
{
	static const char *const thens[] = {
		[CAME_DATA] = ", then transfers without sleeping",
		[CAME_OWN] = "; all that it read it had written itself",
		[CAME_EVENTS] = ", and made no transfer",
		[CAME_NOTHING] = ", and nothing came",
	};
	const char *then = thens[p->unseen ? CAME_DATA : what_came(rp->cap)];

	if (!rp->models[IOM_M_MULTIPLEXED].phase1_ns && p->ready_calls)
		return iom_sentence("It asks a readiness call for %s and never has to wait%s.",
				    waits_for_one(rp) ? "a file" : "many files", then);
	return iom_sentence("It waits for %s%s.",
			    waits_for_one(rp) ? "a file in a readiness call" : "many files at once", then);
}

static bool waited_by(const struct ev_proc *p, enum iom_rule rule)
{
	return p->spoke[rule].vote.wait_ns || p->spoke[rule].vote.open_ns;
}

/* Most blocking programs sleep. Those that read files which the kernel has in memory do not, and of
 * them it is not said. */
static char *headline_blocking(const struct ev_proc *p)
{
	if (waited_by(p, RULE_SLEPT))
		return iom_sentence("When there is nothing to read, or no room to write, its threads sleep "
				    "inside the transfer call.");
	if (waited_by(p, RULE_PAGE))
		return iom_sentence("Its threads sleep until pages of mapped files are there.");
	if (waited_by(p, RULE_NAME))
		return iom_sentence("Its threads sleep in work on names, such as open; no transfer call slept.");
	if (p->spoke[RULE_ASIDE].vote.transfers)
		return iom_sentence("Its transfers are of files that never wait; none of them slept.");
	return iom_sentence("It transfers by calls that may sleep until there is data, or room; none of them "
			    "slept.");
}

/* The thread that waits for a child throughout, of a program that does nothing else; NULL: there is none, or
 * several. */
static const struct rep_thread *waits_for_child(const struct rep_process *rp)
{
	const struct rep_thread *one = NULL;

	for (size_t i = 0; i < rp->nthreads; i++) {
		const struct acc_wait *w = only_wait(&rp->threads[i].time);

		if (!w || w->what != ACC_CHILD || !w->path)
			continue;
		if (one)
			return NULL;
		one = &rp->threads[i];
	}
	return one;
}

static char *headline_of_idle(const struct rep_process *rp)
{
	const struct rep_thread *t = waits_for_child(rp);
	const struct acc_wait *w = t ? &t->time.waits[0] : NULL;

	if (!t)
		return iom_sentence("It transferred nothing and waited for no file.");
	return iom_sentence("It transferred nothing and waited for no file: thread %u is asleep in %s of %s.%s",
			    rp->cap->threads[t->thread].ns_tid, iom_syscall_name(w->nr), w->path, next_process(w));
}

/* What does no I/O may yet call the kernel all the time: to look for a child, a lock, a name. */
static char *headline_of_none(const struct rep_process *rp)
{
	const struct rep_sampled *b = &rp->busy;
	char *error, *text;

	if (b->nr < 0)
		return headline_of_idle(rp);
	error = b->error ? iom_errno_text(b->error) : NULL;
	text = iom_sentence("It transferred nothing and waited for no file: thread %u calls %s again and again "
			    "(%s of %s calls that were sampled)%s%s.", rp->cap->threads[b->thread].ns_tid,
			    iom_syscall_name(b->nr), iom_count(b->samples), iom_count(b->of),
			    error ? ", in vain with " : "", error ? error : "");
	free(error);
	return text;
}

static char *headline_of_model(const struct rep_process *rp, const struct ev_proc *p)
{
	const struct rep_verdict *v = &rp->verdict;

	switch (v->model) {
	case IOM_M_BLOCKING:
		return headline_blocking(p);
	case IOM_M_NONBLOCKING:
		return v->in_fact == IOM_FACT_POLLING ?
			       iom_sentence("It asks a readiness call over and over without waiting: "
					    "polling, whatever the call's name.") :
			       iom_sentence("It asks again and again and is told that there is nothing yet.");
	case IOM_M_MULTIPLEXED:
		return v->in_fact == IOM_FACT_POLLING ?
			       iom_sentence("It asks a readiness call that comes back at once, again and again, and "
					    "takes nothing: polling, whatever the call's name.") :
			       headline_multiplexed(rp, p);
	case IOM_M_SIGNAL:
		return iom_sentence("The kernel tells it by signal that a file is ready; then it "
				    "transfers.");
	case IOM_M_ASYNC:
		return v->in_fact == IOM_FACT_SYNCHRONOUS ?
			       iom_sentence("It uses an asynchronous interface, but waits for each "
					    "request: synchronous in fact.") :
		       v->in_fact == IOM_FACT_THREADS ?
			       iom_sentence("It hands its transfers over and is told when they are done; "
					    "threads made for it, of the kernel or of libc, do them.") :
			       iom_sentence("It hands its transfers to the kernel and is told when they "
					    "are done.");
	default:
		return headline_of_none(rp);
	}
}

/* The thread that has the mutex which this one is asleep for; NULL: none, or it is not known. */
static const struct rep_thread *waits_for(const struct rep_process *rp, const struct rep_thread *t)
{
	unsigned int tid;

	for (size_t i = 0; i < t->time.nwaits; i++) {
		const struct acc_wait *w = &t->time.waits[i];

		if (!w->under_way || w->class != CAP_C_FUTEX || !w->path ||
		    sscanf(w->path, "a mutex that thread %u", &tid) != 1)
			continue;
		for (size_t k = 0; k < rp->nthreads; k++)
			if (rp->cap->threads[rp->threads[k].thread].ns_tid == tid)
				return &rp->threads[k];
	}
	return NULL;
}

/* text, and where threads wait for each other's mutexes that they do; text is the callee's. */
static char *add_deadlock(const struct rep_process *rp, char *text)
{
	const struct rep_thread *t = NULL, *next = NULL;
	char *longer;
	size_t n = 0;

	for (size_t i = 0; i < rp->nthreads && !n; i++) {
		t = next = &rp->threads[i];
		for (n = 1; n <= rp->nthreads && (next = waits_for(rp, next)) && next != t; n++)
			;
		if (next != t)
			n = 0;
	}
	if (!n)
		return text;
	if (n == 1)
		longer = iom_sentence("%s Thread %u waits for a mutex that it has itself: a deadlock.", text,
				      rp->cap->threads[t->thread].ns_tid);
	else
		longer = iom_sentence("%s Threads %u and %u%s wait for each other's mutexes: a deadlock.", text,
				      rp->cap->threads[t->thread].ns_tid,
				      rp->cap->threads[waits_for(rp, t)->thread].ns_tid, n == 2 ? "" : " and others");
	free(text);
	return longer;
}

/* Is the file in the epoll until it can be written to, and not just until that changes? */
static bool asks_for_room(const struct iom_capture *cap, uint32_t file, uint32_t epoll)
{
	for (size_t i = 0; i < cap->nregistrations; i++) {
		const struct cap_registration *r = &cap->registrations[i];

		if (r->file == file && r->epoll == epoll)
			return r->events & EPOLLOUT && !(r->events & EPOLLET);
	}
	return false;
}

/*
 * The file in which the thread waits in its loop until there is room: it hears little but that this one is
 * writable, is asleep for most of the time all the same, and was at the end while it asked for it.
 */
static const struct cap_file *waits_for_room(const struct iom_evidence *ev, const struct rep_thread *rt,
					     struct rep_awake *by)
{
	const struct loop_thread *t = &ev->loops->threads[rt->thread];
	const struct cap_open_call *now = &ev->cap->threads[rt->thread].at_end;

	if (!t->nsets || t->sets->class != CAP_C_EPOLL_WAIT || t->sets->ns < ROOM_TIME * rt->time.wall_ns ||
	    now->nr < 0 || now->class != CAP_C_EPOLL_WAIT || now->file != t->sets->file)
		return NULL;
	if (!iom_awake_by(rt, by) || by->file == IOM_NO_FILE || by->events != EPOLLOUT ||
	    by->samples < ROOM_SAMPLES || by->share < ROOM_SHARE)
		return NULL;
	return asks_for_room(ev->cap, by->file, now->file) ? &ev->cap->files[by->file] : NULL;
}

/* text, and in what those wait for room who write more than is taken; text is the callee's. */
static char *add_room(const struct iom_evidence *ev, const struct rep_process *rp, char *text)
{
	for (size_t i = 0; i < rp->nthreads; i++) {
		struct rep_awake by;
		const struct cap_file *f = waits_for_room(ev, &rp->threads[i], &by);
		char *longer;

		if (!f)
			continue;
		longer = iom_sentence("%s Thread %u waits for room to write in fd %d %s: what it writes there is not "
				      "taken any faster.", text, rp->cap->threads[rp->threads[i].thread].ns_tid,
				      f->fd, f->name ? f->name : iom_kind_name(f->kind));
		free(text);
		return longer;
	}
	return text;
}

char *iom_headline(const struct iom_evidence *ev, const struct rep_process *rp)
{
	char *text = headline_of_sleepers(rp->cap, rp);

	return text ? add_deadlock(rp, text) :
		      add_room(ev, rp, add_deadlock(rp, headline_of_model(rp, &ev->procs[rp->proc])));
}
