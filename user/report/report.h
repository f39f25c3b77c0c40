/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report.h - the one struct from which every report is written.
 *
 * Made by iom_judge() from a capture; text, JSON and later formats only
 * show it. Strings are raw bytes unless said otherwise: writers escape.
 * All memory belongs to the report and goes with iom_report_free(); the
 * capture must outlive it (file and thread indices point into the capture).
 */
#ifndef IOM_REPORT_H
#define IOM_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/capture.h"
#include "judge/account.h"
#include "judge/model.h"

/* One model's part. */
struct rep_share {
	uint64_t transfers;
	uint64_t bytes;
	uint64_t phase1_ns; /* waiting for data */
	uint64_t phase2_ns; /* moving it, scaled from samples; 0 with phase2_samples 0: unknown */
	uint64_t phase2_samples;
	double share; /* part of the score, 0..1; all models sum to 1, or all are 0 */
};

struct rep_verdict {
	enum iom_model model;
	double confidence; /* 0..1 */
	enum iom_model also[IOM_M_NR]; /* largest first */
	size_t nalso;
	const char *pattern; /* static string or NULL: "event-loop", "event-loop + worker pool",
			      * "thread-per-connection", "thread pool", "process-per-connection", "pipeline",
			      * "proactor", "busy-poll", "signal loop", "memory-mapped", "sequential" */
	enum iom_in_fact in_fact;
	char *headline; /* one plain sentence for the text report, ASCII; file names never in it */
	char **because; /* one sentence per piece of evidence; may hold raw file names */
	size_t nbecause;
};

struct rep_loop { /* a thread that waits for readiness */
	bool is_loop;
	uint64_t calls;	       /* returns of the readiness call */
	uint64_t zero_timeout; /* of these, asked not to wait */
	uint64_t empty;	       /* returned nothing */
	uint64_t slept;
	uint64_t failed; /* interrupted, or ended by an error */
	uint64_t files; /* files waited for, highest known */
	bool at_least;	/* and there may be more */
	bool edge_triggered;
	uint8_t class; /* enum cap_class of the loop's own readiness call */
	int32_t nr;    /* and its number */
	int32_t fd;    /* epoll fd or -1 */
	uint32_t turns; /* index into cap->turns, UINT32_MAX: none was seen */
};

/* Where the time of all threads of a process went. */
struct rep_time {
	uint64_t wall_ns, running_ns, runq_ns, waiting_ns;
};

struct rep_awake { /* what kept a loop from sleeping */
	uint32_t file; /* index or IOM_NO_FILE */
	uint32_t events; /* EPOLL* or POLL* */
	uint64_t samples;
	double share;
};

struct rep_thread {
	uint32_t thread; /* index into cap->threads */
	uint32_t alike;	 /* further threads of the same name and verdict folded into this one in
			  * the text; JSON lists all, so 0 there */
	struct rep_verdict verdict;
	struct rep_share models[IOM_M_NR];
	struct rep_loop loop;
	struct acc_thread time;	   /* its waits are the report's */
	struct rep_awake *awake_by; /* most often first */
	size_t nawake_by;
	char *what; /* what it does, one line; may hold raw file names */
};

struct rep_file {
	uint32_t file; /* index into cap->files */
	enum iom_model model;
	struct rep_share models[IOM_M_NR];
	/* exact facts */
	uint64_t attempts, slept, eagain, failed, ready, signals, inline_, late;
	uint64_t bytes, waited_ns; /* moved; asleep in calls on it, one under way included */
	int64_t since_ns; /* a sleep under way began so long before the window; -1: none */
	bool open_at_end; /* an operation on it was still under way when the watch ended */
};

enum rep_severity { IOM_SEV_INFO, IOM_SEV_WARNING };

struct rep_finding {
	const char *id; /* static string */
	enum rep_severity severity;
	char *message;	/* what was seen; may hold raw file names */
	uint64_t count;
	uint64_t ns, max_ns; /* 0: does not apply */
	uint32_t thread; /* index into cap->threads or UINT32_MAX */
	int32_t nr;	 /* system call, -1: none */
	bool pages;	 /* page faults, in no call */
	uint32_t file;	 /* index into cap->files or IOM_NO_FILE */
	const char *path; /* where no file is known; the capture's */
	uint16_t error; /* errno of what failed, 0: does not apply */
};

/* One operation as measured: the transfer of the largest group, and how the threads that make it come to it. Of what
 * was measured less than three times it is no median, but the longer one. */
struct rep_example {
	uint64_t samples; /* transfers; 0: none */
	uint16_t nr;	  /* the transfer */
	uint8_t kind;	  /* enum cap_kind of its file */
	bool fanotify;	  /* of kind CAP_K_INOTIFY, and by their names all are fanotify */
	uint64_t copy_ns;  /* median of time in the transfer but not asleep */
	uint16_t wait_nr; /* call waited in; equals nr where it waits in the transfer itself */
	uint64_t returns;  /* of that call, with something done or ready, as sampled; 0: none */
	uint64_t slept;	   /* of these */
	uint64_t wait_ns;  /* median of those that slept */
	uint64_t woken;	   /* of those that slept: when they were woken is known */
	uint64_t runq_ns;  /* median of these from wake-up to running */
	uint64_t all, all_slept; /* the same returns, and those that slept, as counted in the whole watch */
	uint8_t waker;	   /* enum cap_waker seen most */
	char waker_comm[CAP_COMM_LEN];
};

/* A ring of io_uring, or all of a process's libaio contexts together. */
struct rep_ring {
	uint32_t file; /* the ring's descriptor, or IOM_NO_FILE */
	bool aio;
	uint64_t requests, inline_, late, alone; /* inline: before the submitting call returned */
	uint64_t depth_sum, depth_max; /* over requests: in flight, each included; 0: not known */
	uint64_t submit_slept, submit_slept_ns; /* submitting calls that slept before they had submitted */
	uint64_t by_flag, by_operation; /* handed to workers of the kernel, and why */
	uint64_t workers; /* threads of the kernel that did requests of the process */
};

/* All calls of one number by a process. */
struct rep_call {
	int32_t nr;	 /* -1: page faults or stops, see what */
	enum acc_what what;
	uint64_t calls;	 /* of those that are counted only when they sleep, the slept ones */
	uint64_t slept, ns, max_ns; /* sleeps under way included */
	uint64_t under_way; /* of slept: so many were, as the watch ended */
};

/* What one rule of the judgement said of a process. */
struct rep_rule {
	const char *id; /* static string */
	enum iom_model model; /* NONE: as others are waited for */
	uint64_t transfers, phase1_ns;
	double share; /* part of the score; 0 where the verdict is none */
};

/* A call that is made over and over, by the samples of it. */
struct rep_sampled {
	uint32_t thread;  /* index into cap->threads, where it is one thread's */
	int32_t nr;	  /* -1: there is none, or too little was sampled */
	uint64_t samples; /* of that call, */
	uint64_t of;	  /* and of all */
	uint32_t file;	  /* that nearly all of them were on, or IOM_NO_FILE */
	int error;	  /* errno that nearly all of them ended with, or 0 */
	bool interrupted; /* nearly all were ended by a signal, to fail or to be begun again */
};

struct rep_process {
	const struct iom_capture *cap; /* what belongs to it: all indices here are into this */
	uint32_t proc; /* index into cap->procs */
	struct rep_verdict verdict;
	struct rep_share models[IOM_M_NR];
	struct rep_rule *rules; /* those that said something, in their order */
	size_t nrules;
	struct rep_time time;
	struct rep_call *calls; /* what was waited in longest first */
	size_t ncalls;
	struct rep_thread *threads;
	size_t nthreads;
	struct rep_file *files; /* only files that were used or waited for */
	size_t nfiles;
	struct rep_ring *rings;
	size_t nrings;
	struct rep_finding *findings;
	size_t nfindings;
	struct rep_example example;
	struct rep_sampled busy;    /* of a thread that computes: nearly all that it calls */
	struct rep_sampled besides; /* of all threads: what is in no count, since it did not sleep */
};

/* What had to be true, and whether it is: expect.h. */
struct rep_expectation {
	char *text; /* as it was given */
	bool holds;
	char *seen;
};

struct iom_report {
	const struct iom_capture *whole; /* of the watch as a whole; borrowed */
	struct iom_capture *parts;	 /* the processes' own */
	size_t nparts;
	struct rep_process *procs;
	size_t nprocs;
	struct rep_expectation *expectations;
	size_t nexpectations;
};

void iom_report_drop_expectations(struct iom_report *rep);
void iom_report_free(struct iom_report *rep);

#endif
