/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * account.h - where the time of each thread went: running, waiting for a CPU, and
 * asleep by call and file.
 *
 * In: a capture. Out: for every thread waits that add up to its time asleep, and for
 * every row of calls what its sleep was for. Nothing here says what a wait means for
 * the I/O model. Times are in ns.
 */
#ifndef IOM_ACCOUNT_H
#define IOM_ACCOUNT_H

#include "capture/capture.h"

/* What a thread waits for, as it is called in reports: iom_what_name(). */
enum acc_what {
	ACC_TRANSFER,
	ACC_READINESS,
	ACC_SUBMIT,
	ACC_COMPLETION,
	ACC_SIGNAL,
	ACC_OPEN, /* names and metadata */
	ACC_SYNC,
	ACC_PAGE,
	ACC_TIMER,
	ACC_LOCK,
	ACC_CHILD,
	ACC_QUEUE,
	ACC_DEVICE,
	ACC_STOPPED,
	ACC_MEMORY,
	ACC_IDLE, /* a worker of the kernel without work */
	ACC_OTHER,
	ACC_WHATS,
};

/* One row of capture->calls, of the same index. */
struct acc_calls {
	uint64_t slept;	     /* calls that slept for what they wait for */
	uint64_t ns, max_ns; /* asleep so */
	uint64_t pages, page_ns; /* calls, and sleep, put down to page faults before or in them */
	uint64_t unsplit_ns; /* of ns and page_ns: could as well be the other */
};

struct acc_wait {
	enum acc_what what;
	uint8_t class;	/* enum cap_class */
	int32_t nr;	/* system call, -1: none */
	uint32_t file;	/* index into capture->files or IOM_NO_FILE */
	uint32_t set;	/* select: which of the thread's sets; 0: none */
	uint32_t set_file; /* poll: the first file of the set, which names it */
	uint32_t thread; /* index into capture->threads */
	const char *path; /* where no file is known: what the call was given; the capture's, may be NULL */
	const char *holder; /* "process 123 cat": who has the lock, or the other end of the socket or pipe; as path */
	uint64_t count;	  /* calls; of those that are counted only when they sleep, the slept ones */
	uint64_t slept;
	uint64_t ns, max_ns; /* inside the watch, a sleep under way included */
	uint64_t unsplit_ns; /* of ns: page faults had a part in it that cannot be told apart */
	bool before;	     /* one was under way when the watch began, */
	uint64_t before_ns;  /* and had lasted so long */
	bool under_way;	     /* one is, as the watch ends */
	bool inside; /* the one under way is a futex's that only another thread of the process can end */
	bool alone;  /* ... and there is none */
	bool own; /* in the readiness call of the thread's own loop: set by iom_loops() */
};

struct acc_thread {
	uint64_t wall_ns;
	uint64_t running_ns, runq_ns, waiting_ns; /* add up to wall_ns */
	struct acc_wait *waits; /* add up to waiting_ns; what lasted longest first */
	size_t nwaits;
};

struct iom_account {
	struct acc_calls *calls;    /* capture->ncalls */
	struct acc_thread *threads; /* capture->nthreads */
};

/* A stage of iom_account() (account_calls.c): calls is capture->ncalls, zeroed. */
void iom_account_calls(const struct iom_capture *cap, struct acc_calls *calls);

/* Add what was counted of one wait to another. Of what they are called nothing changes. */
void iom_wait_add(struct acc_wait *to, const struct acc_wait *w);

/* Borrows the capture. Out of memory ends the program. */
struct iom_account *iom_account(const struct iom_capture *cap);
void iom_account_free(struct iom_account *acc, const struct iom_capture *cap);

/* How much of a CPU the thread took, of the time in which it could have one: who never sleeps computes all the
 * time, however busy the machine is. */
double iom_computing(const struct acc_thread *t);

/* "transfer", "readiness", ... */
const char *iom_what_name(enum acc_what what);
/* What a sleep in this call is for. class: enum cap_class; nr: system call, -1: none. */
enum acc_what iom_what_of(uint8_t class, int32_t nr);

#endif
