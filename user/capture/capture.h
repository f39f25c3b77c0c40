/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * capture.h - everything that was seen in one watch, at rest.
 *
 * Written once by the collector; read by correlate, classify and the reports.
 * Below this header there is no kernel, no clock, no /proc and no root: the
 * same capture always gives the same report.
 *
 * All memory belongs to the capture and goes with iom_capture_free(). Arrays
 * grow by the iom_capture_add_*() functions, which may move them: keep indices,
 * not pointers. Times are in ns; CLOCK_MONOTONIC unless said otherwise.
 */
#ifndef IOM_CAPTURE_H
#define IOM_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/values.h"

#define IOM_NO_FILE UINT32_MAX

/* What runs the program, as far as its files tell. */
enum iom_runtime {
	IOM_RT_NATIVE,
	IOM_RT_GO,
	IOM_RT_JVM,
	IOM_RT_NODE,
	IOM_RT_PYTHON,
	IOM_RT_OTHER_SCRIPT, /* perl, ruby, shell, ... */
};

/* One watched process. */
struct cap_proc {
	uint32_t tgid; /* in the kernel's eyes */
	uint32_t pid;  /* in the collector's PID namespace; what is shown */
	uint32_t ppid;
	char comm[CAP_COMM_LEN]; /* raw bytes: escape before showing */
	char *exe;		 /* path or NULL; raw bytes */
	char *tracer; /* "process 123 strace": who traced its first thread by ptrace(2); NULL: nobody */
	enum iom_runtime runtime;
	bool imports_posix_aio; /* aio_read, aio_write, lio_listio, ... in its dynamic symbols */
	bool exited;		/* left inside the window */
	bool execed;		/* became another program inside the window */
	bool born;		/* started inside the window */
	bool target;		/* named by the user, not found by following */
	bool unread;		/* looking at it took too long: names and sets may be missing */
	uint64_t user_ns;	/* CPU time within the watch, of all its threads, in user mode and */
	uint64_t system_ns;	/* in the kernel, as sampled at ticks; both 0: not known, or too little to tell */
	uint64_t quota_periods; /* of a control group's CPU quota, within the watch; 0: it has none, or it is not known */
	uint64_t throttled_periods; /* in so many of these it was used up: nr_throttled of cpu.stat */
	uint64_t cpus_allowed; /* its first thread may run on so many (sched_setaffinity(2), cpuset); 0: not known */
	uint64_t cpus_online;  /* of so many; 0: not known */
	uint64_t start_ns; /* when our watch of it began */
	uint64_t end_ns;
};

/* One thread of a watched process. */
struct cap_thread {
	uint32_t tid, tgid;
	uint32_t ns_tid; /* shown */
	char comm[CAP_COMM_LEN];
	bool kernel_worker; /* an io-wq or SQPOLL thread of io_uring: none of the program's own */
	bool libc_helper;   /* its stack holds nothing but libc: glibc's own POSIX AIO thread */
	bool born, exited;  /* inside the window */
	uint64_t start_ns;  /* when our watch of it began */
	uint64_t end_ns;
	uint64_t cpu_ns;    /* within the watch */
	uint64_t asleep_ns; /* within the watch, in calls and out of them */
	uint64_t runq_ns;   /* within the watch: ready to run and waiting for a CPU */
	bool sleep_is_bound; /* its scheduling class lets lengths of sleeps be known from above only */
	uint64_t nvcsw;	    /* sleeps within the watch */
	uint64_t maj_flt;   /* within the watch */
	/* The call it slept in when the watch began, and when it ended: nr < 0
	 * for none; ns is the part of that sleep before / inside the watch. */
	struct cap_open_call {
		int32_t nr; /* x86-64 system call number */
		uint8_t class; /* enum cap_class */
		int32_t fd; /* -1: none */
		uint32_t file; /* index or IOM_NO_FILE */
		uint64_t before_ns; /* slept before the watch began */
		uint64_t inside_ns; /* slept inside the watch and not counted in any row */
		char *target; /* what it waits for, where a file does not say it: a path, a process; may be NULL */
		uint32_t set; /* select: as in cap_calls */
		uint32_t set_file; /* poll: as cap_calls.file, or IOM_NO_FILE */
		uint32_t nfiles; /* readiness calls: files in the set, UINT32_MAX unknown */
		int64_t timeout_ns; /* readiness calls: -1 none */
	} at_start, at_end;
};

/* One open file of one process: an fd between two changes of what it means. */
struct cap_file {
	uint32_t tgid;
	int32_t fd; /* the lowest number it was seen under */
	uint8_t kind; /* enum cap_kind */
	bool in_epoll; /* in some epoll set, known here or not */
	uint16_t mode;
	uint32_t f_flags; /* last seen */
	uint64_t ino;
	uint32_t rdev; /* devices: major << 20 | minor; 0: none, or not known */
	char *name; /* path, "tcp a:p <- b:q", "pipe:[n] -> cat 123 fd 0", "eventfd"; raw bytes; may be NULL */
	bool open_at_start, open_at_end;
	uint32_t merged; /* > 0: stands for that many closed files that were alike */
	bool stdio; /* fd 0, 1 or 2 */
	bool closed; /* no descriptor any more, yet in an epoll set as fd: some copy of it is open */
	int32_t sig; /* F_SETSIG, 0: plain SIGIO */
	/* Who waits for it. */
	bool waited_at_start; /* in the set of a poll or select that a thread slept in then */
	bool waited_at_end;
	/* Epoll files: how many files are in the set, by kind, highest seen. */
	uint32_t set_size;
	/*
	 * Sockets that were open then: bytes that had come and were not read, and bytes written
	 * that the other end had not got (unix: not read; TCP: not acknowledged). Where it listens
	 * unread are the connections that waited to be accepted, and limit how many may. Of
	 * datagrams none of these is known: 0.
	 */
	struct cap_queues {
		bool known;
		bool connecting; /* TCP: a connection was asked for, and no answer came yet */
		bool ended;	 /* TCP: the other end sends nothing more, and the socket is open here (CLOSE-WAIT) */
		uint32_t unread, unsent;
		uint32_t drops; /* Internet: what came and was thrown away, since it was made */
	} queues_at_start, queues_at_end;
	uint32_t limit;
};

/* A file in the set of an epoll. */
struct cap_registration {
	uint32_t file, epoll; /* indices */
	uint32_t events; /* EPOLL*, the last seen, EPOLLET included */
};

/*
 * How calls ended. "slept": the thread gave up the CPU to wait at least once
 * inside the call; preemption is no sleep. Each call counts in exactly one of
 * the first eight; the others count on top.
 */
struct cap_counts {
	uint64_t ok;	     /* done without sleeping; readiness: files were ready at once */
	uint64_t ok_slept;   /* done after sleeping */
	uint64_t zero;	     /* read: end of file; readiness: nothing; not slept */
	uint64_t zero_slept; /* the same after sleeping; readiness: timed out */
	uint64_t again;	     /* EAGAIN, EINPROGRESS without sleeping: an attempt, no transfer */
	uint64_t again_slept; /* EAGAIN after sleeping: a time-out such as SO_RCVTIMEO */
	uint64_t err;	     /* any other error, EINTR included */
	uint64_t restart;    /* interrupted, the kernel restarts it: no operation of its own */
	uint64_t retry;	     /* of ok: the same thread had got EAGAIN (or end of file) on this file
			      * before and did not wait for readiness in between */
	uint64_t nowait;     /* calls that themselves asked not to wait: MSG_DONTWAIT,
			      * RWF_NOWAIT, a readiness call with a zero timeout */
	uint64_t forever;    /* readiness calls without a time limit */
	uint64_t failed;     /* of err: not for a signal (EINTR). Of calls on a descriptor that is no
			      * open file: those on the same one as the call before */
};

/* What one thread did to one file by one class of call. */
struct cap_calls {
	uint32_t tid, tgid;
	uint32_t file;	/* index or IOM_NO_FILE */
	uint32_t other; /* sendfile, splice, copy_file_range: the other side, or IOM_NO_FILE */
	uint8_t class;	/* enum cap_class */
	uint16_t nr;	/* x86-64 system call number of the last one */
	uint32_t f_flags; /* of the file while these were counted */
	struct cap_counts n;
	uint16_t error; /* errno of the last that failed, 0: none did; of poll EBADF for POLLNVAL */
	int32_t no_file; /* the last descriptor that was no open file, -1: none was */
	uint64_t bytes;	 /* moved by transfers */
	uint64_t events; /* readiness calls and those that reap requests: reported by them */
	uint64_t wait_ns, max_wait_ns; /* asleep inside them, all and the longest */
	/* Of the calls that slept those before or inside which major page faults happened:
	 * the sleep was for pages, for the call, or both. Not in wait_ns and max_wait_ns. */
	uint64_t mixed, mixed_ns, mixed_max_ns;
	uint64_t faults;   /* of these calls */
	uint32_t set;	   /* select: tells a thread's sets apart */
	uint32_t set_size; /* poll and select: files in the set, the last one seen */
	uint8_t other_kind; /* where other is unknown: its enum cap_kind */
	bool other_nonblock; /* the other side has O_NONBLOCK */
};

/* Requests of one thread to one file by an asynchronous interface. */
struct cap_requests {
	uint32_t tid, tgid;
	uint32_t file; /* index or IOM_NO_FILE */
	uint8_t interface; /* enum cap_interface */
	uint16_t operation; /* IORING_OP_* or IOCB_CMD_* */
	uint32_t f_flags;
	uint64_t submitted;
	uint64_t done_inline; /* completed before the submitting call returned, without its sleeping */
	uint64_t done_asleep; /* completed while the submitter slept in the submitting call */
	uint64_t done_late;   /* completed later */
	uint64_t errors;      /* completions that were an error; counted on top */
	uint16_t error;	      /* errno of the last of these, 0: none was */
	uint64_t more;	      /* further completions of multishot requests */
	uint64_t by_worker;   /* io_uring: handed to an io-wq worker */
	uint64_t forced;      /* of by_worker: since the program asked for it (IOSQE_ASYNC) */
	uint64_t depth_sum;   /* over submitted: requests in flight in its ring, this one included */
	uint64_t depth_max;
	uint64_t by_poll;     /* io_uring: waited by an internal poll */
	uint64_t by_sqpoll;   /* of submitted: taken by the kernel's own submission thread */
	uint64_t alone;	      /* of submitted: no other request of the ring was in flight */
	uint64_t bytes;
};

/* All requests of one io_uring, whoever submitted them and on whatever file. */
struct cap_ring {
	uint32_t tgid;
	uint32_t file; /* the ring's descriptor, or IOM_NO_FILE */
	uint64_t submitted, done_inline, done_asleep, done_late, errors, more; /* as in cap_requests */
	uint64_t by_worker, forced, by_poll, by_sqpoll, alone;
	uint64_t depth_sum, depth_max;
};

/* Signals of one number, as one thread met them; generated ones belong to the process. */
struct cap_signals {
	uint32_t tid, tgid;
	uint32_t file; /* si_fd: index or IOM_NO_FILE */
	uint8_t way; /* enum cap_signal_way */
	uint8_t code; /* si_code & 0xff (0x80: SI_KERNEL) */
	uint16_t signo;
	uint64_t count;
	uint64_t lost; /* generated: the queue was full */
	uint64_t wait_ns; /* waited for: asleep until they came */
};

/* A file that was in the set of a thread's poll or select. */
struct cap_interest {
	uint32_t tid, tgid;
	uint32_t file;
	uint64_t ready;	    /* times reported ready */
	uint64_t not_ready; /* times not */
	uint64_t hang_ups;  /* of ready: with POLLHUP or POLLERR */
	bool by_select;	    /* the set is that of a select, named by set */
	uint32_t set;
	uint32_t set_file;  /* poll: the first file of the set, which names it, or IOM_NO_FILE */
};

/* Sleeps of one thread in one call that was given one path; they are in cap_calls too. */
struct cap_path {
	uint32_t tid, tgid;
	uint16_t nr;
	uint8_t class; /* enum cap_class */
	uint32_t file; /* that an open returned, or IOM_NO_FILE */
	uint64_t count, ns, max_ns;
	char *path; /* as the program gave it, may be cut; raw bytes */
};

/* Sleeps in one call on one file, inside a turn. */
#define CAP_PARTS 3
struct cap_part {
	uint8_t class; /* CAP_C_NONE: unused */
	uint16_t nr;
	uint32_t file; /* index or IOM_NO_FILE */
	uint64_t count, ns;
};

/*
 * The turns of a thread between its sleeps in one readiness call on one set: from the
 * end of one such sleep to the beginning of the next. A return without a sleep ends a
 * turn too; its length is known to a tick of the scheduler only.
 */
#define CAP_TURN_BINS  28
#define CAP_TURN_FIRST 10 /* bin i counts turns below 2^(FIRST + i) ns */
struct cap_turns {
	uint32_t tid, tgid;
	uint8_t class; /* CAP_C_EPOLL_WAIT, _POLL, _SELECT */
	uint32_t file; /* as in cap_calls */
	uint32_t set;
	uint64_t exact, inexact; /* turns */
	uint64_t longest_ns, longest_runq_ns, longest_sleep_ns;
	bool longest_inexact;
	struct cap_part parts[CAP_PARTS];
	uint64_t bins[CAP_TURN_BINS];
};

/* What a readiness call brought that did not have to sleep, sampled. */
struct cap_awake {
	uint32_t tid, tgid;
	uint8_t class; /* of the readiness call */
	uint32_t set_file; /* as cap_calls.file of the call */
	uint32_t file; /* that was ready, or IOM_NO_FILE */
	uint32_t events; /* EPOLL* or POLL* */
	uint64_t samples;
};

/* One operation with all its times, taken in a sampled window. */
struct cap_sample {
	uint32_t tid, tgid;
	uint32_t file; /* index or IOM_NO_FILE */
	uint16_t nr; /* x86-64 system call number */
	uint8_t class; /* enum cap_class */
	uint8_t kind; /* of the file: enum cap_kind */
	int64_t ret;
	uint64_t enter_ns, exit_ns;
	uint64_t sleep_ns; /* first switched out, 0: did not sleep */
	uint64_t wake_ns; /* last wake-up */
	uint64_t run_ns; /* last switched in */
	uint64_t asleep_ns; /* all sleeps inside the call */
	uint64_t busy_ns; /* readiness calls: since the last one ended, 0: unknown */
	uint8_t waker; /* enum cap_waker */
	uint32_t waker_tid;
	char waker_comm[CAP_COMM_LEN];
};

struct cap_lost {
	uint64_t counts;  /* operations that may be missing: the sum of all count losses */
	uint64_t skipped; /* of these: recursion_misses, runs the kernel itself skipped */
	uint64_t samples;
	uint64_t compat_calls, unknown_calls; /* seen and not counted; no loss of what we claim */
	uint64_t files; /* descriptors, at least, that were too many to be looked at: unless they were
			 * used they are in no list, and who waits for them is not known */
};

struct cap_windows { /* the sampled windows */
	uint32_t taken;
	uint64_t open_ns; /* all of them together */
};

/* What one process had done, in all, when a second of the watch was over. */
struct cap_second {
	uint64_t at_ns;
	uint32_t tgid;
	uint64_t calls; /* calls that ended, and completions */
	uint64_t slept, again; /* of the calls */
	uint64_t bytes;
	uint64_t wait_ns; /* asleep in calls that ended */
	uint64_t cpu_ns;
};

struct iom_capture {
	char *version; /* of the iomodel that watched */
	char *backend; /* "bpf" or "kmod" */
	char **probes; /* names; owned */
	size_t nprobes;
	char **arguments; /* the command line of the watch, from the command's name on; owned */
	size_t narguments;
	char *kernel;	/* uname -r */
	char *arch;
	int64_t start_realtime_ns; /* CLOCK_REALTIME */
	uint64_t start_ns, end_ns; /* CLOCK_MONOTONIC */
	char *ended_by; /* "SIGINT", "duration", "target exited": for the text */
	struct cap_lost lost;
	struct cap_windows windows;

	struct cap_proc *procs;
	size_t nprocs;
	struct cap_thread *threads;
	size_t nthreads;
	struct cap_file *files;
	size_t nfiles;
	struct cap_registration *registrations; /* by file, then epoll; each pair once */
	size_t nregistrations;
	struct cap_calls *calls;
	size_t ncalls;
	struct cap_requests *requests;
	size_t nrequests;
	struct cap_ring *rings;
	size_t nrings;
	struct cap_signals *signals;
	size_t nsignals;
	struct cap_interest *interests;
	size_t ninterests;
	struct cap_path *paths;
	size_t npaths;
	struct cap_turns *turns;
	size_t nturns;
	struct cap_awake *awakes;
	size_t nawakes;
	struct cap_sample *samples;
	size_t nsamples;
	struct cap_second *seconds; /* recordings only */
	size_t nseconds;
};

struct iom_capture *iom_capture_new(void);
void iom_capture_free(struct iom_capture *cap);

/* Append one zeroed element (IOM_NO_FILE where the index of a file belongs;
 * open calls with nr = -1) and return its index. Out of memory ends
 * the program with a message: a half capture would lie. */
uint32_t iom_capture_add_proc(struct iom_capture *cap);
uint32_t iom_capture_add_thread(struct iom_capture *cap);
uint32_t iom_capture_add_file(struct iom_capture *cap);
uint32_t iom_capture_add_calls(struct iom_capture *cap);
uint32_t iom_capture_add_requests(struct iom_capture *cap);
uint32_t iom_capture_add_ring(struct iom_capture *cap);
uint32_t iom_capture_add_signals(struct iom_capture *cap);
uint32_t iom_capture_add_interest(struct iom_capture *cap);
uint32_t iom_capture_add_path(struct iom_capture *cap);
uint32_t iom_capture_add_turns(struct iom_capture *cap);
uint32_t iom_capture_add_awake(struct iom_capture *cap);
uint32_t iom_capture_add_sample(struct iom_capture *cap);
uint32_t iom_capture_add_second(struct iom_capture *cap);
void iom_capture_add_probe(struct iom_capture *cap, const char *name);
void iom_capture_add_argument(struct iom_capture *cap, const char *word);

/* A file is in the set of an epoll; said again it only changes the events, and 0 not even them. */
void iom_capture_register(struct iom_capture *cap, uint32_t file, uint32_t epoll, uint32_t events);

/* Put the registrations into their order, each pair once. */
void iom_capture_order(struct iom_capture *cap);

/* The registrations of a file: *n of them, from the one that is returned on. */
const struct cap_registration *iom_capture_epolls(const struct iom_capture *cap, uint32_t file,
						  size_t *n);

/* What a process is called, as raw as comm is: one that left before it was looked at is called as its
 * first thread was, else as any. */
const char *iom_capture_comm(const struct iom_capture *cap, const struct cap_proc *proc);

#endif
