/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gather.h - puts records together into a capture: rows to files and threads,
 * states to the calls under way, numbers to names.
 *
 * One gatherer per watch. It borrows the capture, the back end and its
 * operations for its whole life. Out of memory ends the program (capture.h).
 */
#ifndef IOM_GATHER_H
#define IOM_GATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collect/backend.h"
#include "capture/capture.h"

struct iom_gather;

enum iom_gather_phase {
	IOM_G_SETUP, /* states are not looked at yet */
	IOM_G_START, /* states are those at the start of the watch */
	IOM_G_WATCH,
	IOM_G_SECOND, /* states are those when a second of the watch is over */
	IOM_G_END, /* states are those at its end */
};

struct iom_gather *iom_gather_new(struct iom_capture *cap);
void iom_gather_free(struct iom_gather *g);
void iom_gather_backend(struct iom_gather *g, const struct iom_backend_ops *ops,
			struct iom_backend *be);
void iom_gather_phase(struct iom_gather *g, enum iom_gather_phase phase);

/* The callbacks of struct iom_backend_sink; arg is the gatherer. */
void iom_gather_row(void *arg, const struct iom_row *row);
void iom_gather_thread(void *arg, const struct iom_thread *thread);
void iom_gather_sample(void *arg, const struct iom_sample *sample);
void iom_gather_path(void *arg, const struct iom_path *path);
void iom_gather_turns(void *arg, const struct iom_turns *turns);
void iom_gather_awake(void *arg, const struct iom_awake *awake);
void iom_gather_name(void *g, const struct iom_name *name);
void iom_gather_so_far(void *arg, const struct iom_row *row);

/* A process to be watched: pid as the caller sees it, tgid the kernel's. target:
 * the user named it. Its files and names are read when its first state or exec
 * is seen. False: it was known. */
bool iom_gather_expect(struct iom_gather *g, uint32_t tgid, uint32_t pid, bool target);

/* Processes seen so far, and of these alive. */
size_t iom_gather_seen(const struct iom_gather *g);
size_t iom_gather_alive(const struct iom_gather *g);
bool iom_gather_has(const struct iom_gather *g, uint32_t tgid);

/* Samples for which there was no room. */
uint64_t iom_gather_dropped(const struct iom_gather *g);
/* Descriptors, at least, that were too many to be looked at. */
uint64_t iom_gather_not_looked_at(const struct iom_gather *g);

/* A second of the watch is over, and states and rows so far have been delivered: the
 * capture is brought up to this moment, as if the watch ended now. */
void iom_gather_second(struct iom_gather *g, uint64_t now_ns);

/* The watch ends at this moment: what went by since, /proc says of CPU time as well. */
void iom_gather_cpu(struct iom_gather *g);

/* Serials of threads that died since the last call, sorted; heap, *n of them. */
uint32_t *iom_gather_dead(struct iom_gather *g, size_t *n);

/* After the last record: joins what needs the whole (epoll sets, names of the
 * files still open, other ends of pipes). */
void iom_gather_finish(struct iom_gather *g);

/* "process 123 cat", and how many more; heap, NULL: none is known. */
char *iom_process_text(int64_t pid, size_t more);
/* A process that pid waits for, and why that one does not go on, where it is known: "process 123 cat (stopped)".
 * *held_up, which may be NULL: it is known. Heap; NULL: there is no such process. */
char *iom_waited_text(uint32_t pid, int64_t other, bool *held_up);
/* Adds to what a call under way waits for, a path or the file of this name (or NULL), whose leave it waits for, or the
 * file system on which it is, where another machine or a process gives the answers. */
void iom_open_call_where(const struct iom_thread *t, uint32_t pid, const char *name, struct cap_open_call *call);

/* The call a thread sleeps in, with its file and set: user/collect/open_call.c.
 * pid: the process in the caller's namespace. file is left to the caller. */
void iom_open_call(const struct iom_thread *t, uint32_t pid, struct cap_open_call *call,
		   int32_t *set, size_t max, size_t *nset);

#endif
