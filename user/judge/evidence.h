/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * evidence.h - a capture, seen by process, thread and file: what each did, who waits
 * for which file, and how the operations voted.
 *
 * In: a capture, which is borrowed. Out: one struct, made in this order by
 * iom_evidence(): facts (evidence.c), who waits for what (interest.c), who only asks whether
 * requests are done (looks.c), votes (votes.c).
 * Times are in ns. Out of memory ends the program.
 */
#ifndef IOM_EVIDENCE_H
#define IOM_EVIDENCE_H

#include "capture/capture.h"
#include "judge/account.h"
#include "judge/loops.h"
#include "judge/rules.h"
#include "judge/threads.h"

/* What operations say for one model. */
struct ev_vote {
	uint64_t transfers;
	uint64_t bytes;
	uint64_t wait_ns; /* asleep, or trying, for operations that ended */
	uint64_t ops;	  /* operations that this waiting ended with */
	uint64_t max_ns;  /* the longest single one, where it is known */
	uint64_t open_ns; /* asleep in an operation that has not ended */
	double work, idle; /* in ns of waiting, see score.h */
};

/* The same for one rule, and where it spoke loudest. */
struct ev_spoke {
	struct ev_vote vote;
	uint32_t calls;	   /* index into cap->calls or UINT32_MAX */
	uint32_t thread;   /* index into cap->threads or UINT32_MAX */
	double loudest;
};

enum ev_watch { /* does somebody wait for the file in a readiness call? */
	EV_UNWATCHED,
	EV_SPUN, /* only by calls that never wait */
	EV_WATCHED,
};

struct ev_file {
	bool used;
	enum ev_watch watch;
	bool watch_sleeps; /* somebody slept in a readiness call that covers it */
	bool unseen; /* waited for, but its data moves by memory that is shared with the kernel */
	struct ev_vote votes[IOM_M_NR];
	uint64_t attempts, slept, eagain, failed, ready, signals, inline_, late;
	uint64_t taken; /* of attempts: operations that brought something */
	int64_t since_ns;
	bool open_at_end;
};

/* One of a thread's readiness sets, of the same index as in struct loop_thread. */
struct ev_set {
	uint64_t payload, bells; /* files in it: of data, and such that only tell of something */
	uint64_t rings;		 /* of these: of data that no call takes */
	uint64_t urings;	 /* of these: io_urings, which tell of completions */
	uint64_t taken, rung;	 /* operations that brought something: on the former, on the latter */
	bool spin; /* asked with zero timeouts, in vain, instead of waited in */
	bool vain; /* comes back at once, again and again, and nothing is taken */
	uint64_t tries; /* calls that brought nothing, where it is one of these */
};

struct ev_thread {
	uint32_t proc; /* index into ev->procs, UINT32_MAX: of no watched process */
	bool kernel;   /* an io_uring worker: no thread of the program's */
	bool helper;   /* glibc's, for POSIX AIO: for the process its work is asynchronous */
	bool like_helper, unlike_helper; /* it made calls on files that helpers make; others */
	bool spin;     /* all its sets together are: then each is */
	bool polls;    /* most of its readiness calls are on sets that are spun, or vain */
	struct ev_vote votes[IOM_M_NR];
	struct ev_set *sets;
	/* readiness calls, all sets */
	uint64_t ready_calls, ready_nowait, ready_empty, ready_empty_fast, ready_slept, ready_events;
	uint64_t ready_wait_ns, ready_open_ns;
	/* io_uring_enter and io_getevents; of these in vain: nothing handed over, not waited, nothing done */
	uint64_t ring_calls, ring_slept, ring_looks;
	bool ring_spin; /* most of them were: completions are asked for instead of waited for */
	uint64_t calls;	   /* all operations, to weigh the tries with */
	uint64_t done;	   /* of them, that brought something */
	uint64_t accepts;  /* of these, a connection */
	uint64_t stored, stored_slept; /* of files that never wait for another party; that slept in the call */
	uint64_t tries;	   /* fruitless: EAGAIN, empty polls, end of file again */
	uint64_t aside; /* transfers that count when nothing else does, see ev_is_aside() */
	uint64_t io_signals, sigwait_ns;
	uint64_t signal_events; /* of io_signals: events of directories and leases */
	uint64_t timer_ns, timer_sleeps, page_ns, pages;
	uint64_t told; /* sleeps until somebody else woke it: readiness, locks, signals, children */
	uint64_t outside_ns, outside; /* asleep in no call, with no page fault that explains it */
	uint32_t top_row; /* transfer row with the most operations, UINT32_MAX none */
};

struct ev_async {
	uint64_t submits, inline_, late, slept, worker, depth1, sqpoll, more;
	uint64_t at_once; /* of submits: done before the next could be handed over, or alone in flight */
	uint64_t submit_calls, submit_slept, submit_wait_ns, submit_max_ns;
	bool uring;
	bool spins; /* a thread asks whether requests are done instead of waiting */
};

/* How often calls of a process slept, of how many, and how often its threads left the CPU. */
struct ev_stops {
	uint64_t slept, calls, sleeps;
	bool at_calls; /* a tracer stops it at each call: their sleep says nothing of the program */
};

struct ev_proc {
	uint32_t proc;
	struct ev_stops stops;
	struct ev_vote votes[IOM_M_NR];
	struct ev_spoke spoke[RULE_NR];
	bool silent; /* nothing happened but what counts only then */
	uint32_t unseen; /* files */
	uint64_t ready_calls, polled; /* all readiness calls; those on sets that are spun, or vain */
	struct ev_async async;
	uint64_t io_signals, plain_sigio, lost_signals;
	bool fasync;  /* some file that waits for others is O_ASYNC */
	bool set_sig; /* some file has F_SETSIG */
	uint64_t poll_requests, data_requests; /* by io_uring and libaio */
	uint64_t name_requests; /* open, stat and the like, by io_uring */
	uint32_t helpers; /* glibc POSIX AIO threads */
	uint64_t helper_transfers;
	uint64_t life_ns;
};

struct iom_evidence {
	const struct iom_capture *cap;
	const struct iom_capture *whole; /* the watch, for what processes share; borrowed, may be NULL */
	struct ev_proc *procs;	   /* cap->nprocs */
	struct ev_thread *threads; /* cap->nthreads */
	struct ev_file *files;	   /* cap->nfiles */
	struct iom_threads *by_tid;
	struct iom_account *account;
	struct iom_loops *loops;
};

struct iom_evidence *iom_evidence(const struct iom_capture *cap);
void iom_evidence_free(struct iom_evidence *ev);

/* NULL: not watched. */
struct ev_thread *ev_thread_of(const struct iom_evidence *ev, uint32_t tid, uint32_t tgid);
struct ev_proc *ev_proc_of(const struct iom_evidence *ev, uint32_t tgid);

/* Is the file no data of the program: such that never waits (/dev/null), or one of the kernel's
 * that the runtime reads for itself? */
bool ev_is_aside(const struct iom_evidence *ev, uint32_t file);

/* Packet sockets and rings of perf and BPF: the program is told of data that it takes from
 * memory, without a call. */
bool ev_is_ring(const struct iom_evidence *ev, uint32_t file);

/* Requests that move data, and those that only ask for readiness. */
bool ev_moves_data(const struct cap_requests *r);
bool ev_only_polls(const struct cap_requests *r);

/* The stages of iom_evidence(), in files of their own. */
void ev_find_interest(struct iom_evidence *ev);
void ev_find_looks(struct iom_evidence *ev);
void ev_vote_all(struct iom_evidence *ev);

#endif
