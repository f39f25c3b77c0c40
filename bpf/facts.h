/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * facts.h - the contract between the kernel side and the collector.
 *
 * The kernel side (a back end: BPF programs, or a module) records facts and
 * never judges. Everything it hands over is declared here: limits, classes of
 * calls, counters, and one struct per record. No logic. Included by BPF, by
 * kernel code and by user space, so fixed widths and explicit padding only.
 *
 * Values are append-only: recordings keep them.
 */
#ifndef IOM_FACTS_H
#define IOM_FACTS_H

#if !defined(__VMLINUX_H__) && !defined(IOM_KERNEL_TYPES)
#include <linux/types.h>
#endif

/* ---- limits ---------------------------------------------------------- */

#define IOM_ROWS_BITS	 17 /* rows in the table: 131,072 */
#define IOM_ROWS	 (1U << IOM_ROWS_BITS)
#define IOM_THREADS_BITS 14 /* threads watched at the same time: 16,384 */
#define IOM_THREADS	 (1U << IOM_THREADS_BITS)
#define IOM_GENS_BITS	 18 /* file generations, shared by collision */
#define IOM_GENS	 (1U << IOM_GENS_BITS)
#define IOM_SHARED	 8192 /* rows that several contexts count in */
#define IOM_RINGS	 1024 /* of these, of rings */
#define IOM_PIDS_MAX	 (1U << 22) /* PID_MAX_LIMIT, include/linux/threads.h */
#define IOM_RING_BYTES	 (16U << 20)
#define IOM_COMM_LEN	 16 /* TASK_COMM_LEN */
#define IOM_NAME_LEN	 48
#define IOM_FD_NONE	 0x3fffff /* a row that belongs to no file */
#define IOM_PROBE_DEPTH	 8	  /* slots tried for a key before it is "full" */

/* Where a descriptor's generation stands: neighbours of one process never collide. */
#define IOM_GEN_INDEX(tgid, fd) (((__u64)(tgid) * 0x9e3779b1U + (fd)) & (IOM_GENS - 1))

/* ---- what kind of call a row counts ----------------------------------- */

enum iom_class {
	IOM_C_NONE = 0, /* neither sleeps nor moves data: not looked at */

	/* transfers: a call that moves data (or a connection) of one file */
	IOM_C_READ = 1,	     /* read pread64 readv preadv preadv2 */
	IOM_C_WRITE = 2,     /* write pwrite64 writev pwritev pwritev2 */
	IOM_C_RECV = 3,	     /* recvfrom recvmsg recvmmsg */
	IOM_C_SEND = 4,	     /* sendto sendmsg sendmmsg */
	IOM_C_ACCEPT = 5,    /* accept accept4; fd is the listener */
	IOM_C_CONNECT = 6,   /* EINPROGRESS counts as IOM_N_AGAIN */
	IOM_C_SYNC = 7,	     /* fsync fdatasync sync_file_range syncfs msync */
	IOM_C_SENDFILE = 8,  /* fd is the output; aux is the other side */
	IOM_C_SPLICE = 9,    /* splice tee vmsplice; fd is the input; aux the other side */
	IOM_C_COPYRANGE = 10, /* copy_file_range; fd is the input; aux the output */
	IOM_C_QUEUE_GET = 11, /* msgrcv mq_timedreceive; a System V queue is no file */
	IOM_C_QUEUE_PUT = 12, /* msgsnd mq_timedsend */
	IOM_C_PROCMEM = 13,   /* process_vm_readv process_vm_writev; no file */
	IOM_C_TRANSFER_LAST = 15, /* no transfer has a higher number */

	/* readiness: a call that waits for files and moves nothing */
	IOM_C_EPOLL_WAIT = 16, /* fd is the epoll; bytes counts events */
	IOM_C_POLL = 17,       /* poll ppoll; fd is the first file of the set, by which sets are
				* told apart; bytes counts ready files */
	IOM_C_SELECT = 18,     /* select pselect6; no fd; nr in the key tells sets apart by where
				* the program keeps them, see iom_select_set() */
	IOM_C_SLEEP_POLL = 19, /* any of these without a single file: a sleep */
	IOM_C_EPOLL_CTL = 20,  /* fd is the watched file; aux: epfd | events << 32 */
	IOM_C_WATCH = 21,      /* fd was in the set of a poll or select; n[OK]: times reported
				* ready, n[ZERO]: times not, n[ERR]: times with POLLHUP or POLLERR;
				* aux: the set, as in the readiness row: poll its first fd, and
				* that one's generation << 32; select nr | 1 << 31 */

	/* signals */
	IOM_C_SIGWAIT = 24,    /* rt_sigtimedwait that took a signal; fd is si_fd; nr the signal */
	IOM_C_SIGSUSPEND = 25, /* pause rt_sigsuspend; rt_sigtimedwait that took none */
	IOM_C_SIGGEN = 26,     /* signal generated for the process; fd is si_fd; nr the signal */
	IOM_C_SIGDELIVER = 27, /* handler run (or default action); fd is si_fd; nr the signal */
	IOM_C_SIGFD = 28,      /* read from a signalfd; fd is ssi_fd; nr the signal */

	/* asynchronous interfaces */
	IOM_C_AIO_SUBMIT = 32,	  /* io_submit, the call; no fd */
	IOM_C_AIO_GETEVENTS = 33, /* io_getevents io_pgetevents; bytes counts events */
	IOM_C_AIO_REQ = 34,	  /* one libaio request; fd is its file; counters IOM_A_* */
	IOM_C_URING_ENTER = 35,	  /* io_uring_enter that may wait (min_complete > 0); fd is the ring,
				   * aux its address */
	/* io_uring_enter that only submits; fd is the ring, aux as well. One that then waits for
	 * completions counts as _ZERO here, and once more as _ENTER. */
	IOM_C_URING_SUBMIT = 36,
	IOM_C_URING_REQ = 37,	  /* one io_uring request; fd is its file; nr the opcode; IOM_A_* */
	IOM_C_RING = 38, /* one io_uring: all its requests; file: its address, which rows of its
			  * descriptor have in aux; IOM_A_*; bytes: in flight just now. Its key
			  * belongs to no thread */

	/* sleeps that are not I/O */
	IOM_C_FUTEX = 48,
	IOM_C_TIMER = 49, /* nanosleep clock_nanosleep */
	IOM_C_CHILD = 50, /* wait4 waitid */
	IOM_C_LOCK = 51,  /* flock, fcntl(F_SETLKW), semaphores; FAILED: asked for without waiting, and not got */
	IOM_C_OTHER = 52, /* any other call */
	IOM_C_FAULT = 53, /* a page that user code touched came from a file; no call, no file, nr 0 */
	IOM_C_NAME = 54,  /* open, stat, rename and other work on names and metadata */
	IOM_C_MEMORY = 55, /* mmap, brk, mprotect, ... */
	IOM_C_DEVICE = 56, /* ioctl */
	IOM_C_STOPPED = 57, /* between calls, by SIGSTOP and its like */

	IOM_C_MAX = 64,
};

/* ---- what a row counts -------------------------------------------------- */

/*
 * Calls of the classes of sleeps, and those of OTHER, are counted only when they
 * slept, in a row of their own by number (the key's nr), and by descriptor where
 * the call has one. A successful open that slept is counted under the descriptor
 * it returned. A call on a descriptor that is no open file (EBADF, of poll POLLNVAL
 * on all of its set) counts as ERR, or as OK_SLEPT if it slept, in the row of OTHER
 * by its number.
 *
 * For ordinary calls. "slept": the task gave up the CPU to wait at least once
 * inside the call (task->nvcsw moved); preemption is no sleep. One operation
 * counts in exactly one of OK, OK_SLEPT, ZERO, ZERO_SLEPT, AGAIN, AGAIN_SLEPT,
 * ERR, RESTART; RETRY, NOWAIT, FOREVER and FAILED count on top.
 */
enum iom_count {
	IOM_N_OK = 0,	      /* done without sleeping; readiness: files were ready at once */
	IOM_N_OK_SLEPT = 1,   /* done after sleeping */
	IOM_N_ZERO = 2,	      /* read: end of file, not slept; readiness: nothing, not slept */
	IOM_N_ZERO_SLEPT = 3, /* the same after sleeping; readiness, and calls that are
			      * counted only when they sleep: timed out */
	IOM_N_AGAIN = 4,      /* EAGAIN, EINPROGRESS without sleeping: an attempt, no transfer */
	IOM_N_AGAIN_SLEPT = 5, /* EAGAIN after sleeping: a time-out such as SO_RCVTIMEO */
	IOM_N_ERR = 6,	      /* any other error, EINTR included */
	IOM_N_RESTART = 7,    /* interrupted, the kernel restarts it: not an operation of its own */
	IOM_N_RETRY = 8,      /* of OK: the same thread had got EAGAIN (or end of file) on this file
			       * before and did not wait for readiness in between */
	IOM_N_NOWAIT = 9,     /* calls that themselves asked not to wait: MSG_DONTWAIT,
			       * RWF_NOWAIT, a readiness call with a zero timeout */
	IOM_N_FOREVER = 10,   /* readiness calls without a time limit */
	IOM_N_FAILED = 11,    /* of ERR: not for a signal (EINTR); what the last one was is in error. Of
			       * calls on what is no open file: those on the same as the one before */
	IOM_N_MAX = 12,
};

/* For rows of IOM_C_AIO_REQ and IOM_C_URING_REQ, in the same array. */
enum iom_async_count {
	IOM_A_SUBMIT = 0,   /* requests submitted */
	IOM_A_INLINE = 1,   /* completed before the submitting call returned, without its sleeping */
	IOM_A_LATE = 2,	    /* completed later */
	IOM_A_WORKER = 3,   /* io_uring: handed to an io-wq worker; once for each request */
	IOM_A_POLLARM = 4,  /* io_uring: waited by an internal poll */
	IOM_A_MORE = 5,	    /* further completions of a multishot request */
	IOM_A_ERR = 6,	    /* completions that were an error; counted on top */
	IOM_A_SLEPT = 7,    /* completed while the submitter slept in the submitting call */
	IOM_A_DEPTH1 = 8,   /* of SUBMIT: no other request of the ring was in flight */
	IOM_A_SQPOLL = 9,   /* of SUBMIT: taken by the kernel's own submission thread */
	IOM_A_FORCED = 10,  /* of WORKER: since the program asked for it (IOSQE_ASYNC) */
	IOM_A_DEPTH = 11,   /* sum over SUBMIT: requests in flight, this one included; aux: the most */
};

/* What is in a select's sets changes from call to call; where a program keeps them stays
 * the same for one loop. The addresses of the three sets, 0 where there is none. */
static inline __attribute__((always_inline)) __u32 iom_select_set(__u64 in, __u64 out, __u64 ex)
{
	__u64 at = in ? in : out ? out : ex;

	return ((at >> 4) ^ (at >> 16)) & 0xfff;
}

/* ---- what kind of file ----------------------------------------------------- */

enum iom_kind {
	IOM_K_UNKNOWN = 0,
	IOM_K_REG = 1,	/* regular file */
	IOM_K_DIR = 2,
	IOM_K_BLK = 3,
	IOM_K_CHR = 4,	/* any other character device */
	IOM_K_NULL = 5, /* /dev/null zero full random urandom: never waits */
	IOM_K_TTY = 6,
	IOM_K_FIFO = 7, /* pipe or FIFO */
	IOM_K_SOCK = 8, /* any socket that does not listen */
	IOM_K_LISTEN = 9,
	IOM_K_PROC = 10, /* regular file of procfs, sysfs, cgroupfs, ...: made while read */
	IOM_K_EPOLL = 16,
	IOM_K_EVENTFD = 17,
	IOM_K_TIMERFD = 18,
	IOM_K_SIGNALFD = 19,
	IOM_K_INOTIFY = 20, /* inotify and fanotify */
	IOM_K_URING = 21,
	IOM_K_ANON = 22, /* any other anonymous inode */
};

/* How the row's name[] is filled. */
enum iom_name_kind {
	IOM_NAME_NONE = 0,
	IOM_NAME_TEXT = 1, /* last path component, NUL-terminated, may be cut */
	IOM_NAME_SOCK = 2, /* struct iom_sockname */
	IOM_NAME_DEVICE = 3, /* struct iom_devname */
};

struct iom_sockname {
	__u16 family; /* AF_* */
	__u16 type;   /* SOCK_* */
	__u16 sport;  /* host order */
	__u16 dport;  /* host order */
	__u8 saddr[16]; /* IPv4 in the first 4 bytes, network order */
	__u8 daddr[16];
};
_Static_assert(sizeof(struct iom_sockname) == 40, "iom_sockname");

struct iom_devname {
	char name[40]; /* as IOM_NAME_TEXT */
	__u32 rdev;    /* the kernel's: major << 20 | minor */
	__u32 pad;
};
_Static_assert(sizeof(struct iom_devname) == IOM_NAME_LEN, "iom_devname");

/* Bits of iom_row.bits */
#define IOM_B_EPOLL 0x01 /* the file is in some epoll set (file->f_ep) */
#define IOM_B_FILE  0x02 /* the row names a file: file, flags, ino, kind are valid */

/*
 * One row: what one thread did to one open file with one class of call. While
 * it lies in the table only that thread writes it, so plain increments are
 * exact. A row of IOM_C_SIGGEN or IOM_C_URING_REQ comes from a shared map with
 * atomic counters instead. When a row is recycled (the descriptor now is
 * another file, or the thread is gone) it is sent through the ring first;
 * total = records from the ring + rows still in the table.
 */
struct iom_row {
	__u64 key;  /* 0: free; else tid << 42 | fd << 20 | class << 12 | nr & 0xfff for
		     * signals and opcodes, 0 for ordinary calls */
	__u64 id;   /* thread serial << 32 | file generation; IOM_ROW_BUSY while in transit */
	__u64 file; /* the kernel's struct file, an opaque identity while open */
	__u64 ino;
	__u32 tgid;
	__u32 f_flags; /* file->f_flags when the row began: O_NONBLOCK, FASYNC, ... */
	__u32 check;   /* the table-wide recheck epoch it was checked in */
	__u16 mode;    /* inode mode */
	__u16 nr;      /* last system call number, or the opcode or signal */
	__u8 kind;     /* enum iom_kind */
	__u8 bits;     /* IOM_B_* */
	__u8 name_kind;
	__u8 code; /* signals: si_code & 0xff (0x80 = SI_KERNEL) */
	__u32 retry_mark; /* private: thread's wait count + 1 at the last EAGAIN; 0 none */
	__u64 n[IOM_N_MAX];
	__u64 bytes;	   /* moved; or events, see the class */
	__u64 wait_ns;	   /* asleep inside these calls */
	__u64 max_wait_ns; /* the longest single one */
	/* Of the calls that slept those before or in which major faults rose: part of the
	 * sleep, or all of it, was for pages. wait_ns and max_wait_ns leave them out. */
	__u64 mixed_ns, mixed_max_ns;
	__u32 mixed;  /* such calls */
	__u32 faults; /* major faults before or in them */
	__u64 aux;	   /* see the class */
	__u64 since_ns;	   /* CLOCK_MONOTONIC when the row began */
	__u32 error;	   /* errno of the last one that failed, see IOM_N_FAILED and IOM_A_ERR */
	__u32 no_file;	   /* the last descriptor that was no open file, + 1; 0: none was */
	char name[IOM_NAME_LEN];
};
_Static_assert(sizeof(struct iom_row) == 272, "iom_row");

#define IOM_ROW_BUSY (~0ULL)

/* aux of IOM_C_SENDFILE, _SPLICE, _COPYRANGE: the other side */
#define IOM_AUX_FD(a)	  ((__u32)((a) & 0xffffffffU))
#define IOM_AUX_KIND(a)	  ((__u8)((a) >> 32))
#define IOM_AUX_NONBLOCK(a) ((__u8)((a) >> 40) & 1) /* the other side has O_NONBLOCK */
#define IOM_AUX_EPOLL(a)    ((__u8)((a) >> 40) & 2) /* the other side is in an epoll set */

/* ---- records in the ring -------------------------------------------------- */

enum iom_record_kind {
	IOM_R_ROW = 1,	  /* struct iom_row, recycled */
	IOM_R_THREAD = 2, /* struct iom_thread, see its event */
	IOM_R_SAMPLE = 3, /* struct iom_sample */
	IOM_R_PATH = 4,	  /* struct iom_path */
	IOM_R_TURNS = 5,  /* struct iom_turns */
	IOM_R_AWAKE = 6,  /* struct iom_awake */
	IOM_R_NAME = 7,	  /* struct iom_name */
	IOM_R_SO_FAR = 8, /* struct iom_row, still being counted in: it comes again */
};

struct iom_record { /* in front of each; unknown kinds are skipped by size */
	__u32 size; /* whole record, this header included */
	__u32 kind;
};

enum iom_thread_event {
	IOM_T_STATE = 0, /* from the task iterator: how the thread is just now */
	IOM_T_NEW = 1,	 /* born in a watched process, or a followed child */
	IOM_T_EXEC = 2,
	IOM_T_EXIT = 3,
};

#define IOM_TF_KTHREAD	 0x01
#define IOM_TF_IO_WORKER 0x02 /* io-wq or SQPOLL thread of the process */
#define IOM_TF_LAST	 0x04 /* IOM_T_EXIT: the process is gone with it */
#define IOM_TF_ASLEEP	 0x08 /* IOM_T_STATE: it sleeps; nr and args are of the call it sleeps in */
#define IOM_TF_COMPAT	 0x10 /* in a 32-bit call */
#define IOM_TF_RT	 0x20 /* a class in which the length of a sleep is an upper bound */
#define IOM_TF_STOPPED	 0x40 /* IOM_TF_ASLEEP: by a signal such as SIGSTOP, or a tracer; in no call */
#define IOM_TF_FROZEN	 0x80 /* IOM_TF_ASLEEP: its control group has been frozen meanwhile */

struct iom_thread {
	__u8 event; /* enum iom_thread_event */
	__u8 flags; /* IOM_TF_* */
	__u16 nr;   /* system call it sleeps in, 0xffff: none */
	__u32 tid;
	__u32 tgid;
	__u32 ns_tid; /* the same in the collector's PID namespace, 0: not visible there */
	__u32 ns_tgid;
	__u32 ppid;    /* tgid of the real parent */
	__u32 serial;  /* of the thread, as in iom_row.id; 0: it had no slot */
	__u32 pad;
	__u64 now_ns;	 /* CLOCK_MONOTONIC */
	__u64 start_ns;	 /* start of the process, CLOCK_BOOTTIME: tells a reused PID */
	__u64 nvcsw;	 /* voluntary switches so far */
	__u64 cpu_ns;	 /* CPU time so far */
	__u64 off_ns;	 /* time asleep so far, run-queue waits left out; only differences mean something */
	__u64 runq_ns;	 /* time spent waiting for a CPU so far, the wait under way included */
	__u64 maj_flt;	 /* major faults so far */
	__u64 asleep_ns; /* IOM_TF_ASLEEP: CLOCK_MONOTONIC when this sleep began */
	__u64 earlier_ns; /* IOM_TF_ASLEEP: asleep in the same call before that, and not yet counted */
	__u64 woken_ns;	 /* IOM_TF_ASLEEP: not 0, it has been woken then, and waits for a CPU in the call */
	__u64 args[6];	 /* of that call; IOM_T_NEW: args[0] is its first stack pointer */
	char comm[IOM_COMM_LEN];
};
_Static_assert(sizeof(struct iom_thread) == 176, "iom_thread");

enum iom_waker {
	IOM_W_NONE = 0, /* it did not sleep */
	IOM_W_UNKNOWN = 1,
	IOM_W_TASK = 2,	   /* waker_tid and waker_comm name it */
	IOM_W_HARDIRQ = 3,
	IOM_W_SOFTIRQ = 4,
	IOM_W_IOWQ = 5,	  /* a worker of io_uring */
	IOM_W_KTHREAD = 6,
	IOM_W_SELF = 7, /* a timer or a signal of its own */
};

/* One operation with all its times, taken in a sampled window. */
struct iom_sample {
	__u32 tid;
	__u32 tgid;
	__s32 fd; /* -1: none */
	__u32 gen;
	__u16 nr;
	__u8 class;
	__u8 kind; /* of the file, where the row knows it */
	__u8 waker; /* enum iom_waker */
	__u8 pad[3];
	__s64 ret;
	__u64 enter_ns;
	__u64 exit_ns;
	__u64 sleep_ns;	 /* first switched out, 0: did not sleep */
	__u64 wake_ns;	 /* last wake-up */
	__u64 run_ns;	 /* last switched in */
	__u64 asleep_ns; /* all sleeps inside the call */
	__u64 busy_ns;	 /* readiness calls: since the last one ended, 0: unknown */
	__u32 waker_tid;
	char waker_comm[IOM_COMM_LEN];
	__u32 pad2;
};
_Static_assert(sizeof(struct iom_sample) == 112, "iom_sample");

/* The path given to a call that slept; its time is in the call's row too. Sent
 * within a budget: what is missing here is in the row all the same. */
#define IOM_PATH_LEN 224
struct iom_path_head {
	__u32 tid, tgid;
	__s32 fd; /* that an open returned, else -1 */
	__u16 nr;
	__u8 class;
	__u8 mixed; /* as in iom_row */
	__u64 ns;
};

struct iom_path {
	struct iom_path_head head;
	char path[IOM_PATH_LEN]; /* as the program gave it, NUL-terminated, may be cut */
};
_Static_assert(sizeof(struct iom_path) == 248, "iom_path");

/*
 * Where a file lay when its row began: components of its path, each with its NUL, from
 * the last one up. Within a budget. A row's name is the same component, perhaps cut.
 */
#define IOM_NAME_PART  120 /* of one component */
#define IOM_NAME_FROM  128 /* the last one begins before */
#define IOM_NAME_PARTS (IOM_NAME_FROM + IOM_NAME_PART)
struct iom_name {
	__u64 ino;
	__u32 tgid;
	__u16 used; /* bytes of parts */
	__u8 cut;   /* there is more above */
	__u8 pad;
	char parts[IOM_NAME_PARTS];
};
_Static_assert(sizeof(struct iom_name) == 264, "iom_name");

/* Sleeps of one call, on one file, inside a turn of a loop. */
struct iom_part {
	__u64 ns;
	__u32 fd, gen; /* IOM_FD_NONE: no file; generation as in iom_row.id */
	__u32 count;
	__u16 nr;
	__u8 class; /* IOM_C_NONE: unused */
	__u8 pad;
};
_Static_assert(sizeof(struct iom_part) == 24, "iom_part");

/*
 * The turns of one thread between the sleeps in one readiness call on one set. A
 * turn runs from the end of one such sleep to the beginning of the next. A return
 * without sleep ends a turn too, but its time is known to a scheduler's tick only:
 * inexact. Totals so far: a later record of the same thread and key replaces it.
 */
#define IOM_PARTS      3
#define IOM_TURN_BINS  28
#define IOM_TURN_FIRST 10 /* bin i counts exact turns below 2^(FIRST + i) ns */
struct iom_turns {
	__u64 key; /* as the readiness row's */
	__u32 tgid;
	__u32 serial;
	__u32 gen; /* of the key's descriptor */
	__u32 longest_inexact;
	__u64 exact, inexact; /* turns */
	__u64 longest_ns;	/* of it: */
	__u64 longest_runq_ns;	/* waiting for a CPU */
	__u64 longest_sleep_ns; /* asleep, in the calls of parts and others */
	__u64 longest_end_ns;	/* when it ended, by the scheduler's clock */
	struct iom_part parts[IOM_PARTS]; /* of the longest, largest first or not */
	__u32 bins[IOM_TURN_BINS];
};
_Static_assert(sizeof(struct iom_turns) == 256, "iom_turns");

/* What a readiness call brought that did not have to sleep: one file of it, sampled. */
struct iom_awake {
	__u32 tid, tgid;
	__u32 fd, gen; /* as the readiness row's: epoll, or first of a poll's set */
	__u32 ready_fd; /* poll, select; IOM_FD_NONE: data tells */
	__u32 events;	/* EPOLL*, POLL* */
	__u64 data;	/* epoll_data */
	__u32 key_nr;	/* select: the set, as in the row's key */
	__u16 nr;
	__u8 class;
	__u8 slept; /* the call had slept */
};
_Static_assert(sizeof(struct iom_awake) == 40, "iom_awake");

/* ---- losses and totals, one per back end session --------------------------- */

struct iom_stats {
	__u64 lost_rows;    /* operations whose counts were lost: no row and no room in the ring */
	__u64 lost_threads; /* operations of threads that found no slot */
	__u64 lost_records; /* birth, exec and exit records that found no room */
	__u64 lost_samples; /* samples that found no room: a poorer picture, no lost count */
	__u64 lost_async;   /* asynchronous requests that found no room in the table of those in flight */
	__u64 compat_calls; /* 32-bit and x32 calls of watched processes: seen, not counted */
	__u64 unknown_calls; /* call numbers beyond the table */
	__u64 pad;
};
_Static_assert(sizeof(struct iom_stats) == 64, "iom_stats");

#endif
