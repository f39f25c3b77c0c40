/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * find_polling.c - asking again and again, and being told for nothing: busy-poll,
 * not-drained, one-file-readiness.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sysname.h"
#include "capture/names.h"
#include "judge/findings.h"
#include "judge/limits.h"
#include "judge/roles.h"
#include "report/sentence.h"

#define EV_IN	 0x01
#define EV_OUT	 0x04
#define EV_ERR	 0x08
#define EV_HUP	 0x10
#define EV_RDHUP 0x2000

/* What a thread did to a file. */
struct done {
	uint64_t taken, ends, again, err; /* operations that brought something; end of file; EAGAIN; other errors */
};

static struct done done_on(const struct search *s, uint32_t file)
{
	bool datagrams = is_datagram(&s->cap->files[file]); /* one may be empty */
	struct done d = {};

	for (size_t i = 0; i < s->cap->ncalls; i++) {
		const struct cap_calls *r = &s->cap->calls[i];

		if (r->tgid != s->tgid || r->file != file || !is_transfer(r->class))
			continue;
		d.taken += iom_taken_by(r) + (datagrams ? r->n.zero + r->n.zero_slept : 0);
		d.ends += datagrams ? 0 : r->n.zero + r->n.zero_slept;
		d.again += r->n.again;
		d.err += r->n.err;
	}
	return d;
}

bool iom_awake_by(const struct rep_thread *rt, struct rep_awake *by)
{
	uint64_t all = 0;

	*by = (struct rep_awake){.file = IOM_NO_FILE};
	for (size_t i = 0; i < rt->nawake_by; i++)
		all += rt->awake_by[i].samples;
	if (all < iom_limit(LIMIT_AWAKE_SAMPLES))
		return false;
	by->file = rt->awake_by[0].file;
	for (size_t i = 0; i < rt->nawake_by; i++)
		if (rt->awake_by[i].file == by->file) {
			by->samples += rt->awake_by[i].samples;
			by->events |= rt->awake_by[i].events;
		}
	by->share = (double)by->samples / all;
	return by->share >= iom_limit(LIMIT_AWAKE_FILE);
}

/* Nothing is ever read from it, and the end of the process stays. */
static bool is_pidfd(const struct cap_file *f)
{
	return f->kind == CAP_K_ANON && f->name && !strncmp(f->name, "pidfd", 5);
}

/* Regular files and folders are ready whatever happens. Some files of /proc tell of events. */
static bool is_never_waited_for(const struct cap_file *f)
{
	return f->kind == CAP_K_REG || f->kind == CAP_K_DIR;
}

/* What keeps a loop awake. */
struct waker {
	const struct cap_file *file; /* all zero: not known */
	uint32_t events;	     /* EPOLL* or POLL* */
	struct done done;
};

/* Reads come to nothing: at its end or, where bytes wait in it, since they ask for 0. */
static bool is_read_in_vain(const struct waker *w)
{
	return w->done.ends > w->done.taken;
}

static const char *event_text(const struct waker *w)
{
	uint32_t events = w->events;

	if (w->file->closed)
		return "was closed, but is still in the set, since some copy of it is open (dup, or another "
		       "process), and is ready all the time";
	if (is_never_waited_for(w->file))
		return "is a file for which readiness calls do not wait: it is always ready";
	if (is_pidfd(w->file))
		return "tells all the time that its process has ended";
	if (is_read_in_vain(w) && is_never_empty(w->file))
		return "has something to read all the time, of which reads that asked for 0 bytes took none";
	if (is_read_in_vain(w))
		return "is at end of file";
	if (events & EV_HUP)
		return "was hung up by its other end";
	if (events & EV_ERR)
		return "has an error that nobody fetches";
	if (events & EV_RDHUP)
		return "was closed by its other end";
	if (events & EV_OUT)
		return "can be written to all the time";
	return w->file->kind == CAP_K_LISTEN ? "has connections to be accepted all the time" : "has something to read all the time";
}

/* Older recordings do not say with what calls failed. */
static bool is_failing(const struct done *d)
{
	return d->err > d->taken + d->ends + d->again;
}

static const char *event_way_out(const struct waker *w)
{
	uint32_t events = w->events;

	if (w->file->closed)
		return "EPOLL_CTL_DEL before close";
	if (is_never_waited_for(w->file))
		return "inotify, which tells that a file has changed, or a pause between two looks";
	if (is_pidfd(w->file))
		return "take it out of the set, or close it; waitid(2) does not silence it";
	if (is_failing(&w->done))
		return "look at errno, and take the file out of the set until its calls can succeed";
	if (events & EV_ERR && !(events & EV_HUP))
		return "fetch it (SO_ERROR of getsockopt, MSG_ERRQUEUE of recvmsg), or close the file";
	if (is_read_in_vain(w) && is_never_empty(w->file))
		return "room in the buffer before the next read";
	if (is_read_in_vain(w) || events & (EV_HUP | EV_ERR | EV_RDHUP))
		return "take the file out of the set, or close it";
	if (events & EV_OUT)
		return "ask for EPOLLOUT only while something waits to be written";
	if (w->file->kind == CAP_K_EPOLL)
		return "epoll_wait on it, and take what that tells of";
	if (w->file->kind == CAP_K_LISTEN)
		return "accept until EAGAIN, or take the listener out of the set";
	return "read until EAGAIN, or take the file out of the set";
}

/* "fd 5 timerfd", "descriptor 7" where that is closed, "a file of its set": heap. */
static char *awake_file(const struct iom_capture *cap, uint32_t file)
{
	const struct cap_file *f = file == IOM_NO_FILE ? NULL : &cap->files[file];

	if (!f)
		return iom_sentence("a file of its set");
	if (f->closed)
		return iom_sentence("descriptor %d", f->fd);
	if (f->fd < 0)
		return iom_sentence("%s", iom_finding_name(cap, file));
	return iom_sentence("fd %d %s", f->fd, iom_finding_name(cap, file));
}

/* Does the call bring something each time, so often, and hardly ever sleep? */
static bool is_awake(const struct rep_thread *rt, const struct loop_set *set)
{
	return a_second(set->calls, rt->time.wall_ns) >= iom_limit(LIMIT_SPENDS_RATE) &&
	       set->slept <= iom_limit(LIMIT_AWAKE_SLEPT) * set->calls &&
	       set->events >= iom_limit(LIMIT_AWAKE_BROUGHT) * set->calls;
}

/* A loop that is kept from sleeping; what: the end of the sentence, which is the callee's. */
static void tell_awake(struct search *s, const char *id, const struct rep_thread *rt, const struct loop_set *set,
		       uint32_t file, char *what)
{
	struct rep_finding *f = iom_finding_add(
		s, id, IOM_SEV_WARNING,
		iom_sentence("%s of thread %u came back %s times a second %s", iom_syscall_name(set->nr),
			     s->cap->threads[rt->thread].ns_tid,
			     iom_count(a_second(set->calls, rt->time.wall_ns)), what));

	free(what);
	f->count = set->calls - set->slept;
	f->ns = rt->time.running_ns;
	f->thread = rt->thread;
	f->nr = set->nr;
	f->file = file;
}

/* All samples of what kept the loop awake, those of other files too. */
static uint64_t samples_of(const struct rep_awake *by)
{
	return by->samples / by->share + 0.5;
}

/* Completions of all rings of the process. */
static uint64_t completions(const struct search *s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->cap->nrequests; i++) {
		const struct cap_requests *r = &s->cap->requests[i];

		if (r->tgid == s->tgid && r->interface == CAP_I_URING)
			n += r->done_inline + r->done_asleep + r->done_late + r->more;
	}
	return n;
}

/* A ring tells of completions that are in its queue. That they are taken is not seen, but a ring that goes
 * on telling while hardly any come has those of before. */
static void find_unreaped(struct search *s, const struct rep_thread *rt, const struct loop_set *set,
			  const struct rep_awake *by)
{
	char *name;

	if (completions(s) > iom_limit(LIMIT_AWAKE_TAKEN) * set->events)
		return;
	name = awake_file(s->cap, by->file);
	tell_awake(s, "not-drained", rt, set, by->file,
		   iom_sentence("without waiting, on %s of a CPU: %s has completions in its queue all the time (%s of %s "
				"samples), and they are not taken. Usual way out: take all that are there "
				"(io_uring_peek_cqe until it finds none, io_uring_cqe_seen for each).",
				iom_part(rt->time.running_ns, rt->time.wall_ns), name, iom_count(by->samples),
				iom_count(samples_of(by))));
	free(name);
}

/* The readiness call comes back at once, since one file is always ready and nobody takes
 * what is there. */
static bool find_awake(struct search *s, const struct rep_thread *rt, const struct loop_set *set)
{
	const struct cap_thread *ct = &s->cap->threads[rt->thread];
	static const struct cap_file unknown;
	struct waker w = {.file = &unknown};
	struct rep_awake by;
	uint64_t failing;
	const char *id;
	char *name;

	if (!is_awake(rt, set) || !iom_awake_by(rt, &by) ||
	    iom_all_taken(s, ct) > iom_limit(LIMIT_AWAKE_TAKEN) * set->events)
		return false;
	/* Not for want of trying: that its calls fail is said already. */
	failing = iom_failing_on(s, rt, by.file);
	if (failing && (by.file != IOM_NO_FILE || failing >= iom_limit(LIMIT_AWAKE_FAILS) * set->calls))
		return true;
	/* What is taken from memory is not seen to be taken. */
	if (by.file != IOM_NO_FILE && ev_is_ring(s->ev, by.file))
		return true;
	if (by.file != IOM_NO_FILE && s->cap->files[by.file].kind == CAP_K_URING && by.events & EV_IN) {
		find_unreaped(s, rt, set, &by);
		return true;
	}
	w.events = by.events;
	if (by.file != IOM_NO_FILE) {
		w.file = &s->cap->files[by.file];
		w.done = done_on(s, by.file);
	}
	name = awake_file(s->cap, by.file);
	id = !w.file->closed && !is_never_waited_for(w.file) && !is_pidfd(w.file) &&
			     !(by.events & (EV_OUT | EV_HUP | EV_ERR | EV_RDHUP)) &&
			     (!is_read_in_vain(&w) || is_never_empty(w.file)) ?
		     "not-drained" :
		     "busy-poll";
	tell_awake(s, id, rt, set, by.file,
		   iom_sentence("without waiting, on %s of a CPU: %s %s (%s of %s samples), and %s. Usual way out: %s.",
				iom_part(rt->time.running_ns, rt->time.wall_ns), name,
				event_text(&w), iom_count(by.samples), iom_count(samples_of(&by)),
				is_failing(&w.done) ? "the calls on it failed" :
				w.done.taken	    ? "hardly anything was taken" :
						      "nothing was taken",
				event_way_out(&w)));
	free(name);
	return true;
}

/* Reads, or writes of a few bytes. */
static uint64_t tokens_of(const struct search *s, const struct cap_thread *ct, uint32_t file, bool in)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->cap->ncalls; i++) {
		const struct cap_calls *r = &s->cap->calls[i];

		if (r->tgid == ct->tgid && r->tid == ct->tid && r->file == file &&
		    r->class == (in ? CAP_C_READ : CAP_C_WRITE) &&
		    (in || r->bytes <= iom_limit(LIMIT_OWN_BYTES) * (r->n.ok + r->n.ok_slept)))
			n += r->n.ok + r->n.ok_slept;
	}
	return n;
}

/* Does the thread itself write to what it waits for: an eventfd, or the other end of a pipe? */
static bool wakes_itself(const struct search *s, const struct cap_thread *ct, uint32_t file)
{
	const struct cap_file *f = &s->cap->files[file];
	uint64_t written = tokens_of(s, ct, file, false);

	if (f->kind != CAP_K_EVENTFD && f->kind != CAP_K_FIFO)
		return false;
	for (size_t i = 0; i < s->cap->nfiles && f->kind == CAP_K_FIFO; i++)
		if (i != file && s->cap->files[i].kind == CAP_K_FIFO && f->ino && s->cap->files[i].ino == f->ino)
			written += tokens_of(s, ct, i, false);
	return written && written >= iom_limit(LIMIT_OWN_WRITES) * tokens_of(s, ct, file, true);
}

/*
 * The loop never sleeps, and it is one file that wakes it each time, though what is there is taken:
 * the program makes the next event with what it does about the last. Of files that others write
 * to this is not said: that is load.
 */
static bool find_own_events(struct search *s, const struct rep_thread *rt, const struct loop_set *set)
{
	const struct cap_thread *ct = &s->cap->threads[rt->thread];
	struct rep_awake by;
	bool watches;

	if (!is_awake(rt, set) || !iom_awake_by(rt, &by) || by.file == IOM_NO_FILE ||
	    by.share < iom_limit(LIMIT_OWN_ALONE) || samples_of(&by) < iom_limit(LIMIT_OWN_SAMPLES) ||
	    rt->time.running_ns < iom_limit(LIMIT_SPENDS_CPU) * rt->time.wall_ns)
		return false;
	watches = s->cap->files[by.file].kind == CAP_K_INOTIFY;
	if (!watches && !wakes_itself(s, ct, by.file))
		return false;
	tell_awake(s, "busy-poll", rt, set, by.file,
		   iom_sentence("and hardly ever slept, on %s of a CPU: %s had something each time (%s of %s samples), "
				"and it was taken. %s",
				iom_part(rt->time.running_ns, rt->time.wall_ns), iom_finding_name(s->cap, by.file),
				iom_count(by.samples), iom_count(samples_of(&by)),
				watches ? "A program that itself opens, reads or closes what it watches is told of "
					  "that as well. Usual way out: watch for changes only, not for opening, "
					  "reading and closing." :
					  "The thread itself writes there. Usual way out: wake the loop only for "
					  "what is still to be done."));
	return true;
}

/* Files that a thread asks one after the other, each by a call of its own. */
struct asked_alone {
	uint64_t others, calls, empty; /* calls of all */
};

static struct asked_alone asked_alone(const struct search *s, const struct rep_thread *rt, const struct loop_set *set)
{
	const struct loop_thread *t = &s->ev->loops->threads[rt->thread];
	struct asked_alone all = {.calls = set->calls, .empty = set->empty};

	for (size_t i = 0; i < t->nsets && set->files == 1; i++) {
		const struct loop_set *o = &t->sets[i];

		if (o == set || o->nr != set->nr || o->files != 1 || o->nowait < iom_limit(LIMIT_SPIN_NOWAIT) * o->calls)
			continue;
		all.others++;
		all.calls += o->calls;
		all.empty += o->empty;
	}
	return all;
}

/* " of fd 8 tcp 10.0.0.1:8 -> 10.0.0.2:80 and 2 others", where each is asked alone: heap. */
static char *asked_text(const struct search *s, const struct loop_set *set, const struct asked_alone *all)
{
	char *file, *text;

	if (set->class != CAP_C_POLL || set->files != 1 || set->file == IOM_NO_FILE)
		return iom_sentence("%s", "");
	file = awake_file(s->cap, set->file);
	text = all->others ? iom_sentence(" of %s and %s other%s", file, iom_count(all->others),
					  all->others == 1 ? "" : "s") :
			     iom_sentence(" of %s", file);
	free(file);
	return text;
}

/* A readiness call that does not want to wait, and finds nothing. */
static void find_spin(struct search *s, const struct rep_thread *rt, const struct loop_set *set)
{
	struct asked_alone all = asked_alone(s, rt, set);
	uint64_t rate = a_second(all.calls, rt->time.wall_ns);
	struct rep_finding *f;
	char *of;

	if (!s->ev->threads[rt->thread].spin || rate < iom_limit(LIMIT_SPENDS_RATE) ||
	    rt->time.running_ns < iom_limit(LIMIT_SPENDS_CPU) * rt->time.wall_ns ||
	    iom_failing_on(s, rt, IOM_NO_FILE) >= iom_limit(LIMIT_AWAKE_FAILS) * set->calls)
		return;
	of = asked_text(s, set, &all);
	f = iom_finding_add(
		s, "busy-poll", IOM_SEV_WARNING,
		iom_sentence("Thread %u asked %s%s %s times a second without waiting, %s of them in vain, on %s "
			     "of a CPU: short delays, paid for with that. If it is not meant: a time limit for the "
			     "call%s; in an event loop nothing that is due in every turn (a sleep of 0, a callback "
			     "that schedules itself).",
			     s->cap->threads[rt->thread].ns_tid, iom_syscall_name(set->nr), of, iom_count(rate),
			     iom_part(all.empty, all.calls), iom_part(rt->time.running_ns, rt->time.wall_ns),
			     set->class == CAP_C_SELECT ?
				     ", set anew before each, since select() writes what is left into it" : ""));
	free(of);
	f->count = all.empty;
	f->ns = rt->time.running_ns;
	f->thread = rt->thread;
	f->nr = set->nr;
	f->file = set->main_file;
}

/* poll on a single file, for ever, then the transfer: a blocking read would do. */
static void find_one_file(struct search *s, const struct rep_thread *rt, const struct loop_set *set)
{
	const struct cap_thread *ct = &s->cap->threads[rt->thread];
	uint64_t followed = 0, written = 0;
	struct rep_finding *f;
	bool listener;

	/* How many files a select had is not known. */
	if (set->class != CAP_C_POLL || set->files != 1 || set->calls < iom_limit(LIMIT_ONE_FILE) ||
	    set->forever < set->calls || !set->slept || s->ev->loops->threads[rt->thread].nsets > 1)
		return;
	for (size_t i = 0; i < s->cap->ncalls; i++) {
		const struct cap_calls *r = &s->cap->calls[i];

		if (r->tgid == ct->tgid && r->tid == ct->tid && r->file == set->main_file &&
		    is_transfer(r->class) && r->file != IOM_NO_FILE) {
			followed += iom_taken_by(r);
			written += is_output(r->class) ? iom_taken_by(r) : 0;
		}
	}
	if (followed < iom_limit(LIMIT_ONE_FILE_PART) * set->calls)
		return;
	listener = set->main_file != IOM_NO_FILE && s->cap->files[set->main_file].kind == CAP_K_LISTEN;
	f = iom_finding_add(
		s, "one-file-readiness", IOM_SEV_INFO,
		iom_sentence("Thread %u waited in %s for a single file, %s, and without a time limit, %s times: "
			     "a blocking %s waits just so, with one call less.",
			     ct->ns_tid, iom_syscall_name(set->nr), iom_finding_name(s->cap, set->main_file),
			     iom_count(set->calls),
			     listener ? "accept" : 2 * written > followed ? "write" : "read"));
	f->count = set->calls;
	f->thread = rt->thread;
	f->nr = set->nr;
	f->file = set->main_file;
}

void iom_find_polling(struct search *s)
{
	for (size_t i = 0; i < s->rp->nthreads; i++) {
		const struct rep_thread *rt = &s->rp->threads[i];
		const struct loop_thread *t = &s->ev->loops->threads[rt->thread];

		if (!t->nsets)
			continue;
		if (!find_awake(s, rt, &t->sets[0]) && !find_own_events(s, rt, &t->sets[0]))
			find_spin(s, rt, &t->sets[0]);
		find_one_file(s, rt, &t->sets[0]);
	}
}
