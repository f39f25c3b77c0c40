/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * roles.h - what calls and files are, for the judgement.
 */
#ifndef IOM_ROLES_H
#define IOM_ROLES_H

#include <fcntl.h>
#include <string.h>

#include "capture/capture.h"

/* All calls of a row; one that the kernel restarts is none of its own. */
static inline uint64_t iom_operations(const struct cap_calls *r)
{
	const struct cap_counts *n = &r->n;

	return n->ok + n->ok_slept + n->zero + n->zero_slept + n->again + n->again_slept + n->err;
}

/* Attempts of connect that failed with EAGAIN and did not sleep: where a socket of the unix family is not to wait
 * for room in the listener's queue, that is all that there will be (unix_stream_connect() of net/unix/af_unix.c); tcp
 * says EINPROGRESS, which counts as the same, and goes on. */
static inline uint64_t iom_turned_away(const struct iom_capture *cap, const struct cap_calls *r)
{
	const struct cap_file *f = r->file == IOM_NO_FILE ? NULL : &cap->files[r->file];

	return r->class == CAP_C_CONNECT && f && f->kind == CAP_K_SOCK && f->name && !strncmp(f->name, "unix", 4) ?
		       r->n.again : 0;
}

/* Of a row's attempts those that asked by FIONREAD and tried nothing: 0 is said at the end of a file as
 * well. read() itself has no flag not to wait. */
static inline uint64_t iom_only_asked(const struct cap_calls *r)
{
	if (r->class != CAP_C_READ || r->nr != 0)
		return 0;
	return r->n.nowait < r->n.again ? r->n.nowait : r->n.again;
}

static inline bool is_transfer(uint8_t class)
{
	return class >= CAP_C_READ && class <= CAP_C_TRANSFER_LAST;
}

/* Calls that take data, those that put it, and those that take what comes, connections too. */
static inline bool is_input(uint8_t class)
{
	return class == CAP_C_READ || class == CAP_C_RECV;
}

static inline bool is_output(uint8_t class)
{
	return class == CAP_C_WRITE || class == CAP_C_SEND;
}

static inline bool is_taking(uint8_t class)
{
	return is_input(class) || class == CAP_C_ACCEPT;
}

static inline bool is_readiness(uint8_t class)
{
	return class >= CAP_C_EPOLL_WAIT && class <= CAP_C_SELECT;
}

/* Calls that are counted only when they slept. */
static inline bool is_sleep(uint8_t class)
{
	return class == CAP_C_SIGSUSPEND || class >= CAP_C_FUTEX;
}

/* What is waited for is no file and no process: "the end of thread 7", "until 8 requests are done", "for SIGHUP". */
static inline bool is_told_in_words(uint8_t class)
{
	return class == CAP_C_FUTEX || class == CAP_C_AIO_GETEVENTS || class == CAP_C_SIGWAIT;
}

/* close, by its number: its class is that of all work on names. */
static inline bool is_close(int32_t nr)
{
	return nr == 3;
}

/* Files that tell of something else than data. */
static inline bool is_bell_kind(uint8_t kind)
{
	return kind == CAP_K_EVENTFD || kind == CAP_K_TIMERFD || kind == CAP_K_SIGNALFD ||
	       kind == CAP_K_URING;
}

/* A socket of which is known that it has no connection. */
static inline bool is_datagram(const struct cap_file *f)
{
	static const char *const kinds[] = {"udp", "raw", "icmp", "netlink"};

	for (size_t i = 0; f->kind == CAP_K_SOCK && f->name && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strncmp(f->name, kinds[i], strlen(kinds[i])))
			return true;
	return false;
}

/* A socket in which bytes waited as the watch began and as it ended: a read that brings none there has not come to an
 * end, but asked for none (read(2)). */
static inline bool is_never_empty(const struct cap_file *f)
{
	return f->queues_at_start.unread && f->queues_at_end.unread;
}

/* Files that never wait for another party. */
static inline bool is_stored(uint8_t kind)
{
	return kind == CAP_K_REG || kind == CAP_K_DIR || kind == CAP_K_BLK || kind == CAP_K_PROC;
}

/* The file that a call's sleeps were for. One that moves data between two files into one that
 * is not to be waited for (O_NONBLOCK) slept for the stored one, as in sendfile(2) from a disk. */
static inline uint32_t iom_slept_for(const struct iom_capture *cap, const struct cap_calls *r)
{
	if (r->file != IOM_NO_FILE && r->other != IOM_NO_FILE && r->f_flags & O_NONBLOCK &&
	    !is_stored(cap->files[r->file].kind) && is_stored(cap->files[r->other].kind))
		return r->other;
	return r->file;
}

#endif
