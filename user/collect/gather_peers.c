/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gather_peers.c - who is at the other end of what a process has open, or waits for.
 */
#define _GNU_SOURCE
#include "collect/gather_int.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "collect/proc/procfs.h"

#define PEERS_NAMED 64 /* other ends of files that are looked for */

static const char to_unix[] = " -> ";

void gather_name_pipe(struct iom_gather *g, struct cap_file *f, size_t *left)
{
	struct proc_entry *p = gather_proc(g, f->tgid);
	char *peer, *name;

	if (f->kind != IOM_K_FIFO || !*left || !p || f->fd < 0)
		return;
	(*left)--;
	peer = pfs_pipe_peer(p->pid, f->fd, f->ino, NULL);
	if (!peer)
		return;
	if (asprintf(&name, "%s %s %s", f->name ? f->name : "pipe",
		     (f->f_flags & O_ACCMODE) == O_RDONLY ? "<-" : "->", peer) >= 0) {
		free(f->name);
		f->name = name;
	}
	free(peer);
}

/* A pipe that is opened by a name: that says nothing of who is at the other end. */
static bool is_named(const struct cap_file *f)
{
	return f->kind == IOM_K_FIFO && f->name && f->name[0] == '/';
}

static char *fifo_end(const struct proc_entry *p, const struct cap_file *f, const struct cap_open_call *c)
{
	pid_t who = f->fd >= 0 ? pfs_fifo_peer((pid_t)p->pid, f->fd, f->name, f->ino) : 0;

	return c->before_ns ? iom_waited_text(p->pid, who, NULL) : iom_process_text(who, 0);
}

/* Who is at the other end of the pipe, where that one does not go on before this process does something: else its
 * name says enough. Of a sleep that lasts only for a moment the two may have been looked at in different ones. */
static char *held_up_end(const struct proc_entry *p, const struct cap_file *f, const struct cap_open_call *c)
{
	pid_t who = 0;
	char *peer = c->before_ns && f->fd >= 0 ? pfs_pipe_peer((pid_t)p->pid, f->fd, f->ino, &who) : NULL;
	bool held_up = false;
	char *text = peer ? iom_waited_text(p->pid, who, &held_up) : NULL;

	free(peer);
	if (held_up)
		return text;
	free(text);
	return NULL;
}

/* Where the address of another socket lies that a call hands over, and its size; 0: there is none. */
static uint64_t address_in(const struct iom_thread *t, uint32_t pid, uint64_t *size)
{
	uint64_t msg[2]; /* the first two members of struct msghdr: the second one is 32 bits, and padding */

	switch (t->nr) {
	case SYS_connect:
		*size = (uint32_t)t->args[2];
		return t->args[1];
	case SYS_sendto:
		*size = (uint32_t)t->args[5];
		return t->args[4];
	case SYS_sendmsg:
		if (iom_target_read((pid_t)pid, t->args[1], msg, sizeof(msg), 0) != sizeof(msg))
			return 0;
		*size = (uint32_t)msg[1];
		return msg[0];
	default:
		return 0;
	}
}

void gather_name_unix(const struct iom_thread *t, const struct proc_entry *p, struct cap_file *f)
{
	struct sockaddr_un un = {};
	uint64_t at, size = 0;
	char *to, *name;

	if (f->kind != IOM_K_SOCK || !f->name || strcmp(f->name, "unix"))
		return;
	at = address_in(t, p->pid, &size);
	if (!at || size > sizeof(un) || iom_target_read((pid_t)p->pid, at, &un, size, 0) != (int)size)
		return;
	to = pfs_unix_name(&un, size);
	if (to && asprintf(&name, "unix%s%s", to_unix, to) >= 0) {
		free(f->name);
		f->name = name;
	}
	free(to);
}

static bool is_unix(const struct cap_file *f)
{
	return f->name && !strncmp(f->name, "unix", 4);
}

/* Does it wait for room among what the other end of a unix socket has not accepted or read (net/unix/af_unix.c)? Room
 * for what it sends itself is waited for elsewhere. */
static bool waits_for_peer(const struct proc_entry *p, uint32_t tid)
{
	char where[64];

	pfs_wchan((pid_t)p->pid, (pid_t)tid, where);
	return !strncmp(where, "unix_wait_for_peer", 18);
}

/* Of a sleep that lasts, as above, also why that one does not go on. */
static char *socket_end(const struct proc_entry *p, const struct cap_file *f, const struct cap_thread *t)
{
	const char *to = is_unix(f) ? strstr(f->name, to_unix) : NULL;
	pid_t who = pfs_socket_peer((pid_t)p->pid, f->ino, to ? to + strlen(to_unix) : NULL);
	bool held_up = false;
	char *text, *longer;

	if (who == (pid_t)p->pid)
		return strdup("not accepted yet: this process listens there itself");
	text = t->at_end.before_ns ? iom_waited_text(p->pid, who, &held_up) : iom_process_text(who, 0);
	if (held_up || !is_unix(f) || !waits_for_peer(p, t->ns_tid))
		return text;
	if (asprintf(&longer, text ? "%s (its queue is full)" : "its queue is full%s", text ? text : "") < 0)
		return text;
	free(text);
	return longer;
}

static char *other_end(const struct proc_entry *p, const struct cap_file *f, const struct cap_thread *t)
{
	const struct cap_open_call *c = &t->at_end;

	switch (f->kind) {
	case IOM_K_SOCK:
		return socket_end(p, f, t);
	case IOM_K_FIFO:
		return is_named(f) ? fifo_end(p, f, c) : held_up_end(p, f, c);
	case IOM_K_TTY: /* what is read from it is typed */
		return f->name && c->class == IOM_C_WRITE ?
			       iom_process_text(pfs_terminal_master((pid_t)p->pid, f->name), 0) : NULL;
	default:
		return NULL;
	}
}

/* The file that a call sleeps for. A poll of nothing else is a transfer that has a time limit, by two calls: of one
 * that lasts it is worth as much to know for whom. */
static uint32_t file_slept_for(const struct cap_open_call *c)
{
	if (c->class == IOM_C_POLL)
		return c->nfiles == 1 && c->before_ns ? c->set_file : IOM_NO_FILE;
	return c->class >= IOM_C_READ && c->class <= IOM_C_TRANSFER_LAST ? c->file : IOM_NO_FILE;
}

/* Who is at the other end of the files that threads wait for as the watch ends. */
void gather_other_ends(struct iom_gather *g)
{
	size_t left = PEERS_NAMED;

	for (size_t i = 0; i < g->cap->nthreads && left; i++) {
		struct cap_thread *t = &g->cap->threads[i];
		struct cap_open_call *c = &t->at_end;
		uint32_t file = file_slept_for(c);
		const struct cap_file *f = file == IOM_NO_FILE ? NULL : &g->cap->files[file];
		struct proc_entry *p = f ? gather_proc(g, f->tgid) : NULL;

		if (!p || c->target || (f->kind != IOM_K_SOCK && f->kind != IOM_K_FIFO && f->kind != IOM_K_TTY))
			continue;
		left--;
		c->target = other_end(p, f, t);
	}
}
