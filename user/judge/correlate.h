/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * correlate.h - facts to votes: what each thread did to each file, and how it
 * waited, as evidence for one of the five models.
 *
 * Made once per report by iom_correlate(); borrows the capture.
 */
#ifndef IOM_CORRELATE_H
#define IOM_CORRELATE_H

#include "capture/capture.h"
#include "judge/account.h"
#include "judge/loops.h"
#include "judge/threads.h"
#include "report/report.h"

/* Evidence for one model. */
struct cor_vote {
	uint64_t transfers;
	uint64_t bytes;
	uint64_t wait_ns; /* asleep (nonblocking: trying) for it, operations that ended */
	uint64_t ops;	  /* operations that this waiting ended with */
	uint64_t open_ns; /* asleep in an operation still under way at the end of the watch */
};

enum cor_watch { /* does somebody wait for the file in a readiness call? */
	COR_UNWATCHED,
	COR_SPUN,  /* only by calls that never wait */
	COR_WATCHED,
};

struct cor_file {
	bool used;
	enum cor_watch watch;
	bool watch_sleeps; /* somebody slept in a readiness call that covers it */
	struct cor_vote votes[IOM_M_NR];
	uint64_t attempts, slept, eagain, ready, signals, inline_, late;
	int64_t since_ns;
	bool open_at_end;
};

struct cor_thread {
	uint32_t proc; /* index into cor->procs */
	bool kernel;   /* an io_uring worker: no thread of the program's */
	struct cor_vote votes[IOM_M_NR];
	uint64_t null_ops;	/* transfers of /dev/null and the like: count when nothing else does */
	/* readiness calls */
	uint64_t ready_calls, ready_nowait, ready_empty, ready_empty_fast, ready_slept, ready_events;
	uint64_t ready_wait_ns, ready_open_ns;
	uint64_t class_calls[3]; /* epoll, poll, select */
	uint32_t epoll; /* file index of the epoll waited on most, or IOM_NO_FILE */
	uint64_t set_size;
	bool spin;	   /* a readiness call used as a busy loop */
	bool doorbells;	   /* its sets hold nothing but eventfds, timers, signalfds */
	uint64_t tries;	   /* fruitless attempts: EAGAIN, empty polls, end of file again */
	uint64_t calls;	   /* all operations, to weigh the tries with */
	uint64_t io_signals;
	uint64_t timer_sleeps; /* how many sleeps timer_ns is of */
	uint64_t futex_ns, timer_ns, child_ns, lock_ns, other_ns, sigwait_ns, sigwait_open_ns;
	uint64_t deferred, deferred_bytes; /* transfers of O_NONBLOCK files that never said EAGAIN */
	uint64_t faults, fault_ns, fault_max_ns;
	uint64_t counted_ns; /* asleep in calls, all classes */
	uint64_t sync_ops, sync_ns, sync_max_ns;
	uint32_t sync_file;
	uint64_t loop_block_ops, loop_block_ns, loop_block_max_ns; /* sleeps in transfers */
	uint32_t loop_block_file;
	uint16_t loop_block_nr;
	uint32_t top_row; /* transfer row with the most operations, UINT32_MAX none */
};

struct cor_async {
	uint64_t submits, inline_, late, slept, worker, depth1, sqpoll, more;
	uint64_t submit_calls, submit_slept, submit_wait_ns, submit_max_ns;
	uint64_t reap_slept, reap_wait_ns;
	bool uring;
};

struct cor_proc {
	uint32_t proc;
	struct cor_vote votes[IOM_M_NR];
	uint64_t null_ops;
	struct cor_async async;
	uint64_t io_signals, plain_sigio, lost_signals;
	bool fasync;   /* some file is O_ASYNC */
	bool set_sig;  /* some file has F_SETSIG */
	uint64_t poll_requests, data_requests; /* by io_uring and libaio */
	uint32_t helpers; /* glibc POSIX AIO threads */
	uint64_t helper_transfers;
	uint64_t life_ns;
};

struct iom_correlation {
	const struct iom_capture *cap;
	struct cor_proc *procs;	    /* cap->nprocs */
	struct cor_thread *threads; /* cap->nthreads */
	struct cor_file *files;	    /* cap->nfiles */
	struct iom_threads *by_tid;
	struct iom_account *account;
	struct iom_loops *loops;
};

struct iom_correlation *iom_correlate(const struct iom_capture *cap);
void iom_correlation_free(struct iom_correlation *cor);

/* Is a signal one about a file? proc->sig lists are in the files. */
bool iom_signal_is_io(const struct iom_capture *cap, uint32_t tgid, int signo, int code);

#endif
