/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * view.h - what a person is shown of a report: files and threads that are alike as one
 * line, in the order of what matters. For text and pages alike; no layout here.
 *
 * Strings are heap and the view's; names in them are raw bytes: escape before showing.
 */
#ifndef IOM_VIEW_H
#define IOM_VIEW_H

#include "report/report.h"

struct view_file {
	char *name; /* "fd 8 appendonly.aof", "10 x tcp 127.0.0.1:7391 <- 127.0.0.1" */
	size_t files;
	uint32_t first; /* of them: index into the capture's files */
	uint64_t ops, again, slept, waited_ns, bytes; /* slept: those under way too */
	enum iom_model model;
};

enum view_rank {
	VIEW_WORKS,
	VIEW_WAITS,	   /* in one call throughout: for I/O, a child, or a thread that is known */
	VIEW_HOUSEKEEPING, /* for other threads and by timer, in turns */
	VIEW_PARKED,	   /* for other threads throughout */
};

struct view_thread {
	char *name;  /* "9909 redis-server", "4 x bio" */
	size_t threads;
	char *what; /* what it does */
	enum iom_model model;
	enum view_rank rank; /* for the order, */
	uint64_t weight;     /* and among those of one rank */
	bool idle;	     /* asleep in one call throughout */
};

struct view {
	struct view_file *files;
	size_t nfiles;
	struct view_thread *threads;
	size_t nthreads;
};

/* verbose: nothing is folded. The report is borrowed for the call only. */
struct view *iom_view(const struct rep_process *rp, bool verbose);
void iom_view_free(struct view *v);

/* Most of the process's CPU time was spent in the kernel. */
bool iom_view_in_kernel(const struct cap_proc *cp);

/* "openat of /srv/fifo0", "read(5) pipe:[7]", "futex", "page faults": heap. */
char *iom_view_call(const struct iom_capture *cap, const struct acc_wait *w);
/* " (process 123 cat)", " (process 123 cat: stopped)" of a socket or a FIFO; of a pipe, and of a socket whose name says
 * who that is, only why he does not go on. What a wait's holder says: heap. */
char *iom_view_other_end(const struct cap_file *f, const char *holder);
/* "flock(3) /run/lock", of a call that is made over and over; and how nearly all of them ended, to be said after
 * it: ", in vain with EAGAIN (...)", or nothing. */
char *iom_view_sampled(const struct iom_capture *cap, const struct rep_sampled *s);
char *iom_view_sampled_end(const struct rep_sampled *s);
/* As iom_view_call(), of a sleep that lasts: "epoll_wait(5) (on tcp listen 127.0.0.1:80)". */
char *iom_view_idle(const struct iom_capture *cap, const struct acc_wait *w);
/* Transfers of a thread, of all models. */
uint64_t iom_view_transfers(const struct rep_thread *t);
/* The thread whose time tells most of the process's; NULL: it has none. */
const struct rep_thread *iom_view_principal(const struct rep_process *rp);

#endif
