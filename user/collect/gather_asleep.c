/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gather_asleep.c - what a thread sleeps in just now: the call, the file it sleeps for, and its set.
 */
#define _GNU_SOURCE
#include "collect/gather_int.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect/proc/procfs.h"

#define NR_SENDFILE 40
#define NR_SPLICE   275
#define NR_TEE	    276
#define SET_MAX	    1024 /* descriptors taken of the set a thread sleeps on */

/*
 * Does its control group keep it from running? The freezer of version 1 leaves who slept where it is,
 * in a state of its own; cgroup.freeze lets it come out of its call, to where nothing else sleeps that
 * is not stopped. The others of a process are asked only if its main thread, which comes first, is
 * frozen.
 */
static bool is_frozen(const struct iom_thread *t, struct proc_entry *p)
{
	char where[64];
	bool frozen;

	if (t->flags & IOM_TF_FROZEN)
		return true;
	if (!(t->flags & IOM_TF_ASLEEP) || t->flags & IOM_TF_STOPPED || (t->tid != t->tgid && !p->frozen))
		return false;
	pfs_wchan((pid_t)p->pid, (pid_t)t->ns_tid, where);
	frozen = !strcmp(where, "__refrigerator") || !strcmp(where, "get_signal");
	if (t->tid == t->tgid)
		p->frozen = frozen;
	return frozen;
}

/* Named as the kernel side names it, or its calls and the one under way would be of two sets. */
static void set_of_poll(struct iom_gather *g, const struct iom_thread *t, const struct proc_entry *p,
			struct cap_open_call *call)
{
	int32_t first = pfs_poll_first((pid_t)p->pid, (const uint64_t *)t->args);

	call->set_file = first >= 0 ? gather_file_now(g, t->tgid, (uint32_t)first) : IOM_NO_FILE;
}

/* Which of its two files a call sleeps for: the one at its input, which call has, or the one at its
 * output. Where a pipe is waited for the kernel sleeps in a function that tells for which end of it (fs/pipe.c);
 * who has a pipe at one side and sleeps in no such function does so for the file at the other. Where no such
 * name can be read it is the input. */
static bool is_for_output(const struct iom_gather *g, const struct iom_thread *t, uint32_t pid,
			  const struct cap_open_call *call)
{
	char where[64];

	if (t->nr != NR_SPLICE && t->nr != NR_TEE)
		return false;
	pfs_wchan((pid_t)pid, (pid_t)t->ns_tid, where);
	if (!*where || !strcmp(where, "0") || !strcmp(where, "pipe_wait_readable"))
		return false;
	return !strcmp(where, "pipe_wait_writable") ||
	       (call->file != IOM_NO_FILE && g->cap->files[call->file].kind == CAP_K_FIFO);
}

/* A call goes on with the file that it began with when another thread closes the descriptor: that does not wake
 * it. */
static void tell_closed(struct iom_gather *g, const struct iom_thread *t, struct cap_open_call *call)
{
	if (call->fd >= 0 && call->file == IOM_NO_FILE && !call->target && gather_is_missing(g, t->tgid, (uint32_t)call->fd) &&
	    asprintf(&call->target, "descriptor %d, which was closed meanwhile", call->fd) < 0)
		call->target = NULL;
}

void gather_sleep_state(struct iom_gather *g, const struct iom_thread *t, struct proc_entry *p,
			struct cap_open_call *call)
{
	static int32_t set[SET_MAX];
	size_t n;

	if (t->flags & (IOM_TF_IO_WORKER | IOM_TF_KTHREAD))
		return;
	if (is_frozen(t, p)) {
		free(call->target);
		call->class = IOM_C_STOPPED;
		call->target = strdup("the freezer of its control group");
		return;
	}
	iom_open_call(t, p->pid, call, set, SET_MAX, &n);
	if (call->nr < 0)
		return;
	if (call->fd >= 0)
		call->file = gather_file_now(g, t->tgid, call->fd);
	if (t->nr == NR_SENDFILE && call->file != IOM_NO_FILE && g->cap->files[call->file].f_flags & O_NONBLOCK) {
		/* Not for the one that is written to (iom_slept_for()). */
		call->fd = (int32_t)t->args[1];
		call->file = gather_file_now(g, t->tgid, call->fd);
	}
	if (is_for_output(g, t, p->pid, call)) {
		call->fd = (int32_t)t->args[t->nr == NR_TEE ? 1 : 2];
		call->file = gather_file_now(g, t->tgid, call->fd);
	}
	tell_closed(g, t, call); /* only now it is known which of two files it sleeps for */
	if (call->file != IOM_NO_FILE)
		gather_name_unix(t, p, &g->cap->files[call->file]);
	if (call->class == IOM_C_EPOLL_WAIT && call->file != IOM_NO_FILE)
		call->nfiles = g->cap->files[call->file].set_size;
	if (n && call->class == IOM_C_POLL)
		set_of_poll(g, t, p, call);
	for (size_t i = 0; i < n; i++) {
		uint32_t file = gather_file_now(g, t->tgid, set[i]);

		if (file == IOM_NO_FILE)
			continue;
		if (g->phase == IOM_G_START)
			g->cap->files[file].waited_at_start = true;
		else
			g->cap->files[file].waited_at_end = true;
	}
}
