/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * values.h - the numbers that a capture speaks in: classes of calls, kinds of
 * files, who woke a thread.
 *
 * They are stored in recordings, so a number keeps its meaning for ever: new ones
 * are added behind the old. The kernel side has numbers of its own in facts.h;
 * collect/values.c makes sure that they agree.
 */
#ifndef IOM_VALUES_H
#define IOM_VALUES_H

#define CAP_COMM_LEN 16 /* names of threads: up to 15 bytes and a NUL */

/* What a futex is for that nobody is there to wake (cap_open_call.target). */
#define CAP_TARGET_ALONE "for its own process, which has no other thread"
/* One that another thread of the process must wake, and no time limit ends. */
#define CAP_TARGET_INSIDE "for a thread of its own process"

enum cap_class {
	CAP_C_NONE = 0, /* no call */

	/* transfers: a call that moves data (or a connection) of one file */
	CAP_C_READ = 1,	     /* read and its relatives */
	CAP_C_WRITE = 2,     /* write and its relatives */
	CAP_C_RECV = 3,	     /* recvfrom recvmsg recvmmsg */
	CAP_C_SEND = 4,	     /* sendto sendmsg sendmmsg */
	CAP_C_ACCEPT = 5,    /* the file is the listener */
	CAP_C_CONNECT = 6,   /* EINPROGRESS counts as EAGAIN */
	CAP_C_SYNC = 7,	     /* fsync and its relatives */
	CAP_C_SENDFILE = 8,  /* the file is the output */
	CAP_C_SPLICE = 9,    /* splice tee vmsplice; the file is the input */
	CAP_C_COPYRANGE = 10, /* copy_file_range; the file is the input */
	CAP_C_QUEUE_GET = 11, /* msgrcv mq_timedreceive; a System V queue is no file */
	CAP_C_QUEUE_PUT = 12, /* msgsnd mq_timedsend */
	CAP_C_PROCMEM = 13,   /* process_vm_readv process_vm_writev; no file */
	CAP_C_TRANSFER_LAST = 15, /* no transfer has a higher number */

	/* readiness: a call that waits for files and moves nothing */
	CAP_C_EPOLL_WAIT = 16, /* the file is the epoll */
	CAP_C_POLL = 17,       /* poll ppoll; the file is the first of the set, which names the set */
	CAP_C_SELECT = 18,     /* select pselect6 */
	CAP_C_SLEEP_POLL = 19, /* any of these without a single file: a sleep */
	CAP_C_EPOLL_CTL = 20,  /* the file is the one that was registered */

	/* waiting for signals */
	CAP_C_SIGWAIT = 24,    /* rt_sigtimedwait under way */
	CAP_C_SIGSUSPEND = 25, /* pause rt_sigsuspend; rt_sigtimedwait that took none */

	/* asynchronous interfaces, the calls */
	CAP_C_AIO_SUBMIT = 32,
	CAP_C_AIO_GETEVENTS = 33,
	CAP_C_URING_ENTER = 35,	 /* io_uring_enter that may wait; the file is the ring */
	CAP_C_URING_SUBMIT = 36, /* io_uring_enter that only submits; the file is the ring */

	/* sleeps that are not I/O */
	CAP_C_FUTEX = 48,
	CAP_C_TIMER = 49, /* nanosleep clock_nanosleep */
	CAP_C_CHILD = 50, /* wait4 waitid */
	CAP_C_LOCK = 51,  /* flock, fcntl(F_SETLKW), semaphores */
	CAP_C_OTHER = 52, /* any other call */
	CAP_C_FAULT = 53, /* pages of mapped files, in no call */
	CAP_C_NAME = 54,  /* open, stat, rename and other work on names and metadata */
	CAP_C_MEMORY = 55, /* mmap, brk, mprotect, ... */
	CAP_C_DEVICE = 56, /* ioctl */
	CAP_C_STOPPED = 57, /* between calls, by SIGSTOP and its like, or by a tracer */

	CAP_C_MAX = 64,
};

enum cap_kind {
	CAP_K_UNKNOWN = 0,
	CAP_K_REG = 1, /* regular file */
	CAP_K_DIR = 2,
	CAP_K_BLK = 3,
	CAP_K_CHR = 4,	/* any other character device */
	CAP_K_NULL = 5, /* /dev/null zero full random urandom: never waits */
	CAP_K_TTY = 6,
	CAP_K_FIFO = 7, /* pipe or FIFO */
	CAP_K_SOCK = 8, /* any socket that does not listen */
	CAP_K_LISTEN = 9,
	CAP_K_PROC = 10, /* regular file of procfs, sysfs, cgroupfs, ...: made while read */
	CAP_K_EPOLL = 16,
	CAP_K_EVENTFD = 17,
	CAP_K_TIMERFD = 18,
	CAP_K_SIGNALFD = 19,
	CAP_K_INOTIFY = 20, /* inotify and fanotify */
	CAP_K_URING = 21,
	CAP_K_ANON = 22, /* any other anonymous inode */
	CAP_K_MAX = 32,
};

enum cap_waker {
	CAP_W_NONE = 0, /* it did not sleep */
	CAP_W_UNKNOWN = 1,
	CAP_W_TASK = 2, /* waker_tid and waker_comm name it */
	CAP_W_HARDIRQ = 3,
	CAP_W_SOFTIRQ = 4,
	CAP_W_IOWQ = 5, /* a worker of io_uring */
	CAP_W_KTHREAD = 6,
	CAP_W_SELF = 7, /* a timer or a signal of its own */
	CAP_W_MAX = 8,
};

/* What the requests of an asynchronous interface are. */
enum cap_interface {
	CAP_I_AIO = 0,	 /* libaio: io_submit; operations are IOCB_CMD_* */
	CAP_I_URING = 1, /* io_uring; operations are IORING_OP_* */
	CAP_I_MAX = 2,
};

/* How a signal was met. */
enum cap_signal_way {
	CAP_S_GENERATED = 0, /* made for the process, taken or not */
	CAP_S_DELIVERED = 1, /* a handler ran, or the default action */
	CAP_S_WAITED = 2,    /* taken by sigwait, sigwaitinfo, sigtimedwait */
	CAP_S_SIGNALFD = 3,  /* read from a signalfd */
	CAP_S_MAX = 4,
};

#endif
