/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "report/headline.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/sysname.h"
#include "capture/names.h"
#include "judge/doorbell.h"
#include "judge/findings.h"
#include "judge/limits.h"
#include "judge/roles.h"
#include "judge/score.h"
#include "report/asleep.h"
#include "report/elsewhere.h"
#include "report/sentence.h"
#include "report/thread_text.h"
#include "report/view.h"

static const char several[] = "several files";

/* "several files", where some thread waits for more than one, and where that is known. */
static const char *how_many(const struct rep_process *rp)
{
	bool unknown = false, one = false;

	for (size_t i = 0; i < rp->nthreads; i++) {
		const struct rep_loop *l = &rp->threads[i].loop;

		if (l->is_loop && l->files > 1)
			return several;
		unknown |= l->is_loop && (l->at_least || !l->files);
		one |= l->is_loop;
	}
	return one && !unknown ? "a file" : "files";
}

enum came { CAME_DATA, CAME_OTHER, CAME_OWN, CAME_EVENTS, CAME_NOTHING };

/* Was nothing ever ready, and all that was transferred of files that nobody waits for? */
static bool is_other(const struct iom_capture *cap, const struct ev_proc *p)
{
	for (size_t i = 0; i < cap->ncalls; i++)
		if (is_readiness(cap->calls[i].class) && iom_is_done(&cap->calls[i]))
			return false;
	return !p->spoke[RULE_WATCHED].vote.transfers && !p->spoke[RULE_SLEPT].vote.transfers;
}

/* What became of all the waiting. */
static enum came what_came(const struct iom_capture *cap, const struct ev_proc *p)
{
	enum came came = CAME_NOTHING;

	if (cap->nrequests || p->unseen)
		return CAME_DATA;
	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];

		if (!iom_is_done(r) || !(is_transfer(r->class) || is_readiness(r->class)))
			continue;
		if (is_transfer(r->class) && !iom_is_own_bell(cap, r))
			return is_other(cap, p) ? CAME_OTHER : CAME_DATA;
		if (is_transfer(r->class))
			came = CAME_OWN;
		else if (came == CAME_NOTHING)
			came = CAME_EVENTS;
	}
	return came;
}

/* Did any loop sleep in its readiness call? Another one that it sleeps in inside a turn is not that. */
static bool has_waited(const struct rep_process *rp)
{
	for (size_t i = 0; i < rp->nthreads; i++)
		for (size_t k = 0; k < rp->threads[i].time.nwaits; k++)
			if (rp->threads[i].time.waits[k].own)
				return true;
	return false;
}

/* How long loops slept in readiness calls where none of all these sleeps brought anything, though files
 * were ready more often than that: the time limit is what was waited for. 0: some did, or a signal may
 * have ended them. */
static uint64_t slept_for_limit(const struct rep_process *rp)
{
	uint64_t ns = 0, ready = 0, ended = 0;

	for (size_t i = 0; i < rp->cap->ncalls; i++) {
		const struct cap_calls *r = &rp->cap->calls[i];

		if (!is_readiness(r->class))
			continue;
		if (r->n.ok_slept || r->n.err || r->n.restart)
			return 0;
		ready += r->n.ok;
		ended += r->n.zero_slept;
		ns += r->wait_ns;
	}
	return ready > ended ? ns : 0;
}

/* How it transfers what is ready: heap. Where that is told of by a sentence of its own, or part of the transfers slept,
 * not "without sleeping". */
static char *then_transfers(const struct iom_evidence *ev, const struct rep_process *rp)
{
	struct acc_alike elsewhere;
	uint64_t slept = 0, all = 0;

	for (size_t i = 0; i < rp->cap->ncalls; i++) {
		const struct cap_calls *r = &rp->cap->calls[i];

		if (r->tgid != rp->cap->procs[rp->proc].tgid || !is_transfer(r->class) || r->file == IOM_NO_FILE ||
		    iom_is_own_bell(rp->cap, r))
			continue;
		slept += ev->account->calls[i].slept;
		all += iom_operations(r);
	}
	if (iom_elsewhere(rp, &elsewhere) && iom_is_of_transfer(&elsewhere.sum))
		return iom_sentence(", then transfers");
	if (slept && slept >= iom_limit(LIMIT_ALSO) * all)
		return iom_sentence(", then transfers, and sleeps in %s of %s of these calls", iom_count(slept),
				    iom_count(all));
	return iom_sentence(", then transfers without sleeping");
}

/* No file was ready; what woke it may have been a signal, as a profiler's is. Heap. */
static char *nothing_came(const struct rep_process *rp)
{
	const struct cap_signals *most = NULL;
	const char *name;

	for (size_t i = 0; i < rp->cap->nsignals; i++) {
		const struct cap_signals *s = &rp->cap->signals[i];

		if (s->tgid == rp->cap->procs[rp->proc].tgid && s->way == CAP_S_DELIVERED &&
		    (!most || s->count > most->count))
			most = s;
	}
	name = most ? sigabbrev_np(most->signo) : NULL;
	if (!name || most->count < iom_limit(LIMIT_PAGE_LOOP))
		return iom_sentence(", and nothing came");
	return iom_sentence(", and nothing came but SIG%s, %s times", name, iom_count(most->count));
}

static char *headline_multiplexed(const struct iom_evidence *ev, const struct rep_process *rp)
{
	const struct ev_proc *p = &ev->procs[rp->proc];
	static const char *const thens[] = {
		[CAME_OTHER] = ", and nothing came; what it transferred it had not waited for",
		[CAME_OWN] = "; all that it read it had written itself",
		[CAME_EVENTS] = ", and made no transfer",
	};
	enum came came = what_came(rp->cap, p);
	char *then = came == CAME_DATA	  ? then_transfers(ev, rp) :
		     came == CAME_NOTHING ? nothing_came(rp) :
					    iom_sentence("%s", thens[came]);
	uint64_t limited = p->unseen || came != CAME_DATA ? 0 : slept_for_limit(rp);
	const char *many = how_many(rp);
	char *text;

	if (!has_waited(rp) && p->ready_calls)
		text = iom_sentence("It asks a readiness call for %s and never has to wait%s.", many, then);
	else if (limited)
		text = iom_sentence("It asks a readiness call for %s and never waits until one is ready%s: all that it "
				    "slept there, %s, ended by the time limit.",
				    many, then, iom_time(limited));
	else
		text = iom_sentence("It waits for %s %s%s.", many, many == several ? "at once" : "in a readiness call",
				    then);
	free(then);
	return text;
}

/* Was anything asked for that was not there? */
static bool asked_in_vain(const struct iom_capture *cap, uint32_t tgid)
{
	for (size_t i = 0; i < cap->ncalls; i++)
		if (cap->calls[i].tgid == tgid && (is_transfer(cap->calls[i].class) || is_readiness(cap->calls[i].class)) &&
		    (cap->calls[i].n.again || cap->calls[i].n.zero))
			return true;
	return false;
}

/* Asked again and again: for data, or for room. */
static char *headline_nonblocking(const struct iom_capture *cap, const struct ev_proc *p)
{
	uint32_t calls = p->spoke[RULE_AGAIN].calls;

	if (!asked_in_vain(cap, cap->procs[p->proc].tgid))
		return iom_sentence("It transfers by calls that are told not to wait; each found data, or room, at once.");
	return iom_sentence("It asks again and again and is told that there is %s yet.",
			    calls != UINT32_MAX && cap->calls[calls].n.again && is_output(cap->calls[calls].class) ?
				    "no room" : "nothing");
}

/* Did one thread, which libc made for that, do all that was handed over? */
static bool is_by_one_helper(const struct rep_process *rp)
{
	const struct iom_capture *cap = rp->cap;
	uint32_t tgid = cap->procs[rp->proc].tgid, tid = 0;

	for (size_t i = 0; i < cap->nrequests; i++)
		if (cap->requests[i].tgid == tgid)
			return false;
	for (size_t i = 0; i < cap->nthreads; i++) {
		const struct cap_thread *t = &cap->threads[i];
		bool moves = false;

		for (size_t k = 0; t->libc_helper && t->tgid == tgid && k < cap->ncalls && !moves; k++)
			moves = cap->calls[k].tgid == tgid && cap->calls[k].tid == t->tid &&
				is_transfer(cap->calls[k].class) && iom_is_done(&cap->calls[k]);
		if (moves && tid)
			return false;
		if (moves)
			tid = t->tid;
	}
	return tid;
}

static bool has_transferred(const struct iom_capture *cap, uint32_t tgid)
{
	for (size_t i = 0; i < cap->ncalls; i++)
		if (cap->calls[i].tgid == tgid && is_transfer(cap->calls[i].class) && iom_is_done(&cap->calls[i]))
			return true;
	return cap->nrequests;
}

/* Events of leases and directories come by signal, too, and there is nothing to transfer then. */
static char *headline_signal(const struct rep_process *rp, const struct ev_proc *p)
{
	if (has_transferred(rp->cap, rp->cap->procs[rp->proc].tgid) || !p->spoke[RULE_SIGNAL_EVENT].vote.transfers ||
	    !p->io_signals)
		return iom_sentence("The kernel tells it by signal that a file is ready; then it transfers.");
	return iom_sentence("It is told by signal of events, as of a lease or a directory, %s times, and transfers "
			    "nothing.", iom_count(p->io_signals));
}

/* Do its threads sleep about once for each request: as it is submitted, until it is done, or until they are told
 * that it is? */
static bool waits_for_each(const struct iom_evidence *ev, const struct ev_proc *p)
{
	const struct iom_capture *cap = ev->cap;
	uint64_t slept = 0;

	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];
		enum acc_what what = iom_what_of(r->class, r->nr);

		if (r->tgid == cap->procs[p->proc].tgid &&
		    (what == ACC_SUBMIT || what == ACC_COMPLETION || what == ACC_READINESS ||
		     (is_input(r->class) && r->file != IOM_NO_FILE && is_bell_kind(cap->files[r->file].kind))))
			slept += ev->account->calls[i].slept;
	}
	return slept >= p->async.submits / 2;
}

static char *headline_of_model(const struct iom_evidence *ev, const struct rep_process *rp)
{
	const struct ev_proc *p = &ev->procs[rp->proc];
	const struct rep_verdict *v = &rp->verdict;

	switch (v->model) {
	case IOM_M_BLOCKING:
		return iom_headline_blocking(ev, rp);
	case IOM_M_NONBLOCKING:
		return v->in_fact == IOM_FACT_POLLING ?
			       iom_sentence("It asks a readiness call over and over without waiting: "
					    "polling, whatever the call's name.") :
			       headline_nonblocking(rp->cap, p);
	case IOM_M_MULTIPLEXED:
		return v->in_fact == IOM_FACT_POLLING ?
			       iom_sentence("It asks a readiness call that comes back at once, again and again, and "
					    "takes nothing: polling, whatever the call's name.") :
			       headline_multiplexed(ev, rp);
	case IOM_M_SIGNAL:
		return headline_signal(rp, p);
	case IOM_M_ASYNC:
		return v->in_fact == IOM_FACT_SYNCHRONOUS ?
			       iom_sentence("It uses an asynchronous interface, but %s: synchronous in fact.",
					    waits_for_each(ev, p) ? "waits for each request" :
						"hardly ever has two requests in flight") :
		       v->in_fact == IOM_FACT_THREADS && is_by_one_helper(rp) ?
			       iom_sentence("It hands its transfers over and is told when they are done; one thread "
					    "made for it by libc does them, one after another, as glibc has all "
					    "requests of one descriptor done.") :
		       v->in_fact == IOM_FACT_THREADS ?
			       iom_sentence("It hands its transfers over and is told when they are done; "
					    "threads made for it, of the kernel or of libc, do them.") :
		       v->in_fact == IOM_FACT_POLLING ?
			       iom_sentence("It hands its transfers to the kernel, and asks again and again whether "
					    "they are done instead of waiting.") :
			       iom_sentence("It hands its transfers to the kernel and is told when they "
					    "are done.");
	default:
		return iom_headline_of_none(rp);
	}
}

/* text, and what it slept in besides, where that is not what text is about. */
static char *add_elsewhere(const struct rep_process *rp, char *text)
{
	const struct rep_thread *t;
	struct acc_alike slept;
	char who[24] = "it", *call, *longer;

	t = iom_elsewhere(rp, &slept);
	if (!t)
		return text;
	if (rp->nthreads > 1)
		snprintf(who, sizeof(who), "thread %u", rp->cap->threads[t->thread].ns_tid);
	call = iom_view_call(rp->cap, &slept.sum);
	longer = iom_sentence("%s For %s of %s %s was asleep in %s%s.", text, iom_time(slept.sum.ns),
			      iom_time(t->time.wall_ns), who, call, iom_alike_others(&slept));
	free(call);
	free(text);
	return longer;
}

/* Is the file in the epoll until it can be written to, and not just until that changes? */
static bool asks_for_room(const struct iom_capture *cap, uint32_t file, uint32_t epoll)
{
	size_t n;
	const struct cap_registration *in = iom_capture_epolls(cap, file, &n);

	while (n && in[n - 1].epoll != epoll)
		n--;
	return n && in[n - 1].events & EPOLLOUT && !(in[n - 1].events & EPOLLET);
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

	if (!t->nsets || t->sets->class != CAP_C_EPOLL_WAIT ||
	    t->sets->ns < iom_limit(LIMIT_ROOM_SLEPT) * rt->time.wall_ns || now->nr < 0 ||
	    now->class != CAP_C_EPOLL_WAIT || now->file != t->sets->file)
		return NULL;
	if (!iom_awake_by(rt, by) || by->file == IOM_NO_FILE || by->events != EPOLLOUT ||
	    by->samples < iom_limit(LIMIT_ROOM_SAMPLES) || by->share < iom_limit(LIMIT_ROOM_SHARE))
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
	char *text = iom_headline_of_sleepers(rp), *all, *rest = iom_deadlock(rp);

	if (text && !rest && rp->nthreads > 1)
		rest = iom_held_up_by(rp);
	if (!text)
		text = add_room(ev, rp, add_elsewhere(rp, headline_of_model(ev, rp)));
	if (!rest)
		return text;
	all = iom_sentence("%s %s", text, rest);
	free(text);
	free(rest);
	return all;
}
