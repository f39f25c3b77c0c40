/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/asleep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sysname.h"
#include "capture/names.h"
#include "judge/doorbell.h"
#include "judge/roles.h"
#include "report/sentence.h"
#include "report/set_text.h"
#include "report/view.h"

#define SET_NAMED 2 /* files of the set that is slept for, by name */

const struct acc_wait *iom_only_wait(const struct acc_thread *t)
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
	struct asleep *calls = iom_alloc(rp->nthreads + 1, sizeof(*calls));

	*n = 0;
	for (size_t i = 0; i < rp->nthreads; i++) {
		const struct acc_wait *w = iom_only_wait(&rp->threads[i].time);
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

int iom_peer_of(const struct cap_file *f)
{
	const char *name = f->name ? f->name : "", *at = name + strlen(name), *arrow;
	int pid;

	if (f->kind == CAP_K_SOCK) /* "unix -> 4711 dbus-daemon" */
		return !strncmp(name, "unix -> ", 8) && sscanf(name + 8, "%d ", &pid) == 1 ? pid : 0;
	arrow = strstr(name, " -> ") ? strstr(name, " -> ") : strstr(name, " <- ");
	if (!arrow)
		return 0;
	if (f->kind != CAP_K_FIFO) /* "pipe:[7] <- cat 123 fd 1": names may have spaces in them */
		return 0;
	for (int words = 0; at > arrow + 4 && words < 3; at--)
		words += at[-1] == ' ';
	return sscanf(at + 1, "%d fd ", &pid) == 1 ? pid : 0;
}

int iom_peer_of_file(const struct iom_capture *cap, uint32_t file)
{
	return file == IOM_NO_FILE ? 0 : iom_peer_of(&cap->files[file]);
}

/* Below 0: two different ones, or anybody. */
static void join_peer(int *all, int peer)
{
	if (peer)
		*all = !*all || *all == peer ? peer : -1;
}

/* Who can end the sleep in another process, peer being who has the other ends of what it is for; 0: it is
 * not known. */
static int who_ends(const struct rep_process *rp, const struct acc_wait *w, int peer)
{
	const char *whom = w->holder ? w->holder : w->path;
	int pid;

	if (whom && (w->holder || w->what == ACC_CHILD || w->what == ACC_STOPPED))
		return sscanf(whom, "process %d", &pid) == 1 ? pid : 0;
	if (whom && w->class == CAP_C_FUTEX)
		return sscanf(whom, "a mutex that process %d", &pid) == 1 ? pid : 0;
	if (w->what != ACC_TRANSFER && w->what != ACC_READINESS)
		return 0;
	return peer < 0 || (uint32_t)peer == rp->cap->procs[rp->proc].pid ? 0 : peer;
}

/* The other end of a pipe that the process itself has open while no other process was found to have it;
 * NULL: there is none. */
static const struct cap_file *own_other_end(const struct rep_process *rp, uint32_t file)
{
	const struct iom_capture *cap = rp->cap;
	const struct cap_file *f = file == IOM_NO_FILE ? NULL : &cap->files[file];

	if (!f || f->kind != CAP_K_FIFO || !f->ino || !f->name || f->name[0] == '/' || iom_peer_of(f))
		return NULL;
	for (size_t i = 0; i < cap->nfiles; i++) {
		const struct cap_file *o = &cap->files[i];

		if (o->tgid == f->tgid && o->kind == CAP_K_FIFO && o->ino == f->ino && o->open_at_end && o->fd >= 0 &&
		    (o->f_flags & O_ACCMODE) != (f->f_flags & O_ACCMODE))
			return o;
	}
	return NULL;
}

/* Of a read whose end, or a write for which room only this process could bring, which has one thread: heap. */
static char *own_end_text(const struct rep_process *rp, const struct acc_wait *w)
{
	const struct cap_file *o = w->what == ACC_TRANSFER && (is_input(w->class) || is_output(w->class)) ?
					   own_other_end(rp, w->file) : NULL;

	if (!o)
		return iom_sentence("%s", "");
	if (is_output(w->class))
		return iom_sentence(" No other process was found that can read there, and this one can, by its own fd %d: "
				    "while it sleeps here nobody makes room. Usual way out: O_NONBLOCK for a pipe that a "
				    "program writes to itself, for what does not fit.", o->fd);
	return iom_sentence(" No other process was found that can write there, and this one can, by its own fd %d: as long "
			    "as that is open the end of the pipe is never read. Usual way out: close fd %d where "
			    "nothing is written to it, as a parent does after fork().", o->fd, o->fd);
}

/* What is asleep until another process does something leads to that process: heap. */
char *iom_lead_text(const struct rep_process *rp, const struct acc_wait *w, int peer)
{
	int pid = who_ends(rp, w, peer);

	return pid > 0 ? iom_sentence(" What process %d does, `iomodel attach %d` tells.", pid, pid) :
			 own_end_text(rp, w);
}

/* Is the file in the set that the only thread of its process sleeps for? */
static bool is_waited_for(const struct iom_capture *cap, const struct rep_process *rp, const struct acc_wait *w,
			  uint32_t file)
{
	const struct cap_registration *in;
	size_t n;

	if (cap->files[file].tgid != cap->procs[rp->proc].tgid)
		return false;
	if (w->class != CAP_C_EPOLL_WAIT)
		return cap->files[file].waited_at_end;
	in = iom_capture_epolls(cap, file, &n);
	while (n && in[n - 1].epoll != w->file)
		n--;
	return n;
}

/* "pselect6 for fd 3 pipe:[7] <- make 12 fd 4 and 2 more files": heap. *peer: who has their
 * other ends, where that is known of one process; below 0: of several. */
static char *asleep_for(const struct rep_process *rp, const struct acc_wait *w, int *peer)
{
	const struct iom_capture *cap = rp->cap;
	size_t n = 0, all = 0;
	char *text, *longer, *end;

	for (size_t i = 0; i < cap->nfiles; i++)
		if (is_waited_for(cap, rp, w, i)) {
			all++;
			/* A signal may come from anybody. */
			join_peer(peer, cap->files[i].kind == CAP_K_SIGNALFD ? -1 : iom_peer_of(&cap->files[i]));
		}
	if (!all) {
		*peer = iom_peer_of_file(cap, w->file);
		return iom_view_call(cap, w);
	}
	text = w->class == CAP_C_EPOLL_WAIT && w->file != IOM_NO_FILE && cap->files[w->file].fd >= 0 ?
		       iom_sentence("%s(%d)", iom_syscall_name(w->nr), cap->files[w->file].fd) :
		       iom_sentence("%s", iom_syscall_name(w->nr));
	for (size_t i = 0; i < 2 * cap->nfiles && n < SET_NAMED; i++) {
		uint32_t file = i % cap->nfiles;
		const struct cap_file *f = &cap->files[file];

		/* First those by which somebody else wakes it. */
		if (!is_waited_for(cap, rp, w, file) || iom_is_from_within(cap, f) != (i >= cap->nfiles))
			continue;
		end = all == 1 && w->holder ? iom_view_other_end(f, w->holder) : iom_sentence("%s", "");
		longer = iom_sentence("%s%sfd %d %s%s", text, !n ? " for " : all == 2 ? " and " : ", ", f->fd,
				      f->name ? f->name : iom_kind_name(f->kind), end);
		n++;
		free(end);
		free(text);
		text = longer;
	}
	if (all <= SET_NAMED)
		return text;
	longer = iom_sentence("%s and %s more file%s", text, iom_count(all - SET_NAMED),
			      all == SET_NAMED + 1 ? "" : "s");
	free(text);
	return longer;
}

static char *headline_asleep(const struct rep_process *rp, const struct acc_wait *w)
{
	static const char nobody[] = " Nothing but a signal can end that. So hangs a child of fork() on a lock that another "
				     "thread had at the time, and who takes a lock twice.";
	bool of_set = w->what == ACC_READINESS;
	int peer = of_set ? 0 : iom_peer_of_file(rp->cap, w->file);
	char *call = of_set ? asleep_for(rp, w, &peer) : iom_view_call(rp->cap, w);
	char *lead = iom_lead_text(rp, w, peer), *text;

	text = iom_sentence("It is asleep in %s, and has been since %s%s.%s", call,
			    w->before ? iom_time(w->before_ns) : "the watch began",
			    w->before ? " before the watch" : "",
			    w->alone ? nobody : lead);
	free(call);
	free(lead);
	return text;
}

static int most_threads(const void *a, const void *b)
{
	const struct asleep *x = a, *y = b;

	if (x->threads != y->threads)
		return x->threads > y->threads ? -1 : 1;
	return x->wait.nr < y->wait.nr ? -1 : x->wait.nr > y->wait.nr;
}

/* Whose set the files are that poll and select wait for is known where only one thread is in such a call. */
static bool is_only_poll(const struct asleep *a, const struct asleep *calls, size_t n)
{
	size_t threads = 0;

	for (size_t i = 0; i < n; i++)
		if (calls[i].wait.class == CAP_C_POLL || calls[i].wait.class == CAP_C_SELECT)
			threads += calls[i].threads;
	return a->wait.what == ACC_READINESS && a->threads == 1 && (a->wait.class == CAP_C_EPOLL_WAIT || threads == 1);
}

/* One thread that waits for something other than the threads beside it: that is why the others wait, most often. */
static bool is_alone_outside(const struct asleep *a)
{
	switch (a->wait.what) {
	case ACC_TRANSFER:
	case ACC_OPEN:
	case ACC_SYNC:
	case ACC_CHILD:
	case ACC_QUEUE:
		return a->threads == 1;
	case ACC_LOCK:
		return a->threads == 1 && a->wait.class == CAP_C_LOCK;
	default:
		return false;
	}
}

/* What one or more of the process's threads sleep in; named: with the file, where it is that of one. Heap. */
static char *call_of(const struct rep_process *rp, const struct asleep *a, const struct asleep *calls, size_t n,
		     bool named)
{
	const struct acc_wait *w = &a->wait;
	int peer = 0;

	if (w->what == ACC_STOPPED || (named && is_alone_outside(a)))
		return iom_view_call(rp->cap, w);
	if (is_only_poll(a, calls, n))
		return asleep_for(rp, w, &peer);
	return iom_sentence("%s", w->nr < 0 ? "no call that is known" : iom_syscall_name(w->nr));
}

/* Does each thread wait until another one wakes it? They are all asleep. */
static bool all_inside(const struct rep_process *rp)
{
	for (size_t i = 0; i < rp->nthreads; i++) {
		const struct acc_wait *w = iom_only_wait(&rp->threads[i].time);

		if (!rp->cap->threads[rp->threads[i].thread].kernel_worker && (!w || !w->inside))
			return false;
	}
	return true;
}

/* All in the same call. */
static char *headline_same(const struct rep_process *rp, const struct asleep *a)
{
	char *call = call_of(rp, a, a, 1, false), *text;
	char *lead = a->wait.what == ACC_STOPPED ? iom_lead_text(rp, &a->wait, 0) : NULL;

	text = iom_sentence("All its %s threads are asleep in %s, and have been since %s%s.%s", iom_count(a->threads),
			    call, a->wait.before_ns ? iom_time(a->wait.before_ns) : "the watch began",
			    a->wait.before_ns ? " before the watch" : "", lead ? lead : "");
	free(call);
	free(lead);
	return text;
}

static char *headline_all_asleep(const struct rep_process *rp, struct asleep *calls, size_t n)
{
	const struct asleep *outside = NULL;
	uint64_t before = UINT64_MAX;
	char *text, *longer, *call, *held_up = iom_held_up_by(rp); /* which names the call, and is said next */
	size_t all = 0, alone = 0;
	int peer;

	qsort(calls, n, sizeof(*calls), most_threads);
	for (size_t i = 0; i < n; i++) {
		all += calls[i].threads;
		if (calls[i].wait.before_ns < before)
			before = calls[i].wait.before_ns;
	}
	text = iom_sentence("All its %s threads are asleep, and have been since %s%s:", iom_count(all),
			    before ? iom_time(before) : "the watch began", before ? " before the watch" : "");
	for (size_t i = 0; i < n; i++) {
		call = call_of(rp, &calls[i], calls, n, !held_up);
		longer = iom_sentence("%s%s %s in %s%s", text, i ? "," : "", iom_count(calls[i].threads), call,
				      i + 1 < n ? "" : ".");
		free(call);
		free(text);
		text = longer;
		if (is_alone_outside(&calls[i])) {
			outside = &calls[i];
			alone++;
		}
	}
	if (held_up)
		alone = 0;
	free(held_up);
	peer = alone == 1 ? iom_peer_of_file(rp->cap, outside->wait.file) : 0;
	/* A pipe of the process's own is there for its threads to wake each other. */
	if (alone != 1 || who_ends(rp, &outside->wait, peer) <= 0)
		return text;
	call = iom_lead_text(rp, &outside->wait, peer);
	longer = iom_sentence("%s%s", text, call);
	free(call);
	free(text);
	return longer;
}

/* May a thread hear of the epoll's files? Who sleeps in another epoll does not, unless that has this one. */
static bool may_be_asked(const struct rep_process *rp, uint32_t epoll)
{
	size_t n;

	iom_capture_epolls(rp->cap, epoll, &n);
	for (size_t i = 0; i < rp->nthreads && !n; i++) {
		const struct acc_wait *w = iom_only_wait(&rp->threads[i].time);
		bool other = w && w->class == CAP_C_EPOLL_WAIT && w->file != IOM_NO_FILE &&
			     rp->cap->files[w->file].fd != rp->cap->files[epoll].fd;

		n += w && !other && (w->what == ACC_READINESS || w->what == ACC_COMPLETION);
	}
	return n;
}

/* Files of the epoll that are there for others: connections and the like. */
static size_t in_set(const struct iom_capture *cap, uint32_t epoll)
{
	size_t n = 0;

	for (size_t i = 0; i < cap->nregistrations; i++) {
		const struct cap_registration *r = &cap->registrations[i];

		n += r->epoll == epoll && !iom_is_from_within(cap, &cap->files[r->file]);
	}
	return n;
}

/* text, and what nobody asks about meanwhile, where all sleep in something else; text is the callee's. */
static char *add_unasked(const struct rep_process *rp, char *text)
{
	const struct iom_capture *cap = rp->cap;
	size_t n, most = 0, which = 0;
	char *longer;

	for (size_t i = 0; i < cap->nfiles; i++) {
		const struct cap_file *f = &cap->files[i];

		if (f->kind != CAP_K_EPOLL || f->fd < 0 || !f->open_at_end || f->tgid != cap->procs[rp->proc].tgid)
			continue;
		n = in_set(cap, i);
		if (n > most && !may_be_asked(rp, i)) {
			most = n;
			which = i;
		}
	}
	if (!most)
		return text;
	longer = iom_sentence("%s Meanwhile no thread of it asks epoll(%d), in which %s file%s.", text,
			      cap->files[which].fd, iom_count(most), most == 1 ? " is" : "s are");
	free(text);
	return longer;
}

/* NULL: something was awake. */
char *iom_headline_of_sleepers(const struct rep_process *rp)
{
	size_t n;
	struct asleep *calls = all_asleep(rp, &n);
	char *text = NULL;

	if (n == 1 && calls[0].threads == 1)
		text = headline_asleep(rp, &calls[0].wait);
	else if (n == 1)
		text = headline_same(rp, calls);
	else if (n)
		text = headline_all_asleep(rp, calls, n);
	free(calls);
	if (text && n == 1 && all_inside(rp)) {
		char *first = text;

		text = iom_sentence("%s Each waits until another of them wakes it, without a time limit: nothing but a "
				    "signal can end that.", first);
		free(first);
	}
	return text ? add_unasked(rp, text) : NULL;
}
