/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * calls.h - which system calls matter, and in which shape their facts come.
 *
 * One table for every back end, x86-64 numbers (arch/x86/entry/syscalls/
 * syscall_64.tbl). A number that is not named can sleep but moves no data we
 * count: IOM_C_OTHER, looked at only so that its sleep is not taken for the
 * next call's. IOM_CALL_SKIP marks those that never sleep.
 */
#ifndef IOM_CALLS_H
#define IOM_CALLS_H

#include "facts.h"

#define IOM_CALLS 512

enum iom_shape {
	IOM_S_BASE = 0,	 /* only its sleep is counted */
	IOM_S_FD,	 /* one file in the first argument, result is bytes */
	IOM_S_POSITION,	 /* the same with an explicit position: end of file is no polling */
	IOM_S_MSG,	 /* recvmsg: may bring descriptors */
	IOM_S_MMSG,	 /* recvmmsg, sendmmsg: result is messages */
	IOM_S_ACCEPT,	 /* result is a new descriptor */
	IOM_S_PLAIN,	 /* one file, result carries no bytes */
	IOM_S_SENDFILE,	 /* output, input */
	IOM_S_SPLICE,	 /* input, offset, output */
	IOM_S_TEE,	 /* input, output */
	IOM_S_EPOLL,
	IOM_S_EPOLL_CTL,
	IOM_S_POLL,
	IOM_S_PPOLL,
	IOM_S_SELECT,
	IOM_S_SIGWAIT,
	IOM_S_AIO_SETUP,
	IOM_S_AIO_SUBMIT,
	IOM_S_AIO_GETEVENTS,
	IOM_S_URING,
	IOM_S_NEWFD,  /* result is a new descriptor */
	IOM_S_PIPE,   /* two new descriptors at the first argument */
	IOM_S_PAIR,   /* two at the fourth */
	IOM_S_CLOSE,
	IOM_S_CLOSE_RANGE,
	IOM_S_LSEEK,
	IOM_S_FCNTL,
	IOM_S_IOCTL,
	IOM_S_RESTART,
};

/* An entry: class, shape, and where a per-call "do not wait" bit is found; stored
 * so that 0, what is not named in the table, is IOM_CALL_BASE. */
#define IOM_CALL(class, shape)		    (((class) ^ IOM_C_OTHER) | (shape) << 8)
#define IOM_CALL_FLAGS(class, shape, arg) (((class) ^ IOM_C_OTHER) | (shape) << 8 | (arg) << 16)
#define IOM_CALL_CLASS(c)		    (((c) & 0xff) ^ IOM_C_OTHER)
#define IOM_CALL_SHAPE(c)		    ((c) >> 8 & 0xff)
#define IOM_CALL_ARG(c)			    ((c) >> 16 & 0xff)
#define IOM_ARG_DX  1 /* MSG_DONTWAIT in the third argument */
#define IOM_ARG_R10 2 /* MSG_DONTWAIT in the fourth */
#define IOM_ARG_R9  3 /* RWF_NOWAIT in the sixth */

#define IOM_CALL_SKIP IOM_CALL(IOM_C_NONE, IOM_S_BASE)
#define IOM_CALL_BASE IOM_CALL(IOM_C_OTHER, IOM_S_BASE)
#define IOM_CALL_NEW  IOM_CALL(IOM_C_OTHER, IOM_S_NEWFD)

#define IOM_CALL_TABLE                                                                             \
	/* never sleep, move nothing; sched_yield (24) counts as preemption */                     \
	[12] = IOM_CALL_SKIP /* brk */, [13] = IOM_CALL_SKIP /* rt_sigaction */,                   \
	[14] = IOM_CALL_SKIP /* rt_sigprocmask */, [15] = IOM_CALL_SKIP /* rt_sigreturn */,        \
	[24] = IOM_CALL_SKIP /* sched_yield */, [36] = IOM_CALL_SKIP /* getitimer */,              \
	[37] = IOM_CALL_SKIP /* alarm */, [38] = IOM_CALL_SKIP /* setitimer */,                    \
	[39] = IOM_CALL_SKIP /* getpid */, [51] = IOM_CALL_SKIP /* getsockname */,                 \
	[52] = IOM_CALL_SKIP /* getpeername */, [62] = IOM_CALL_SKIP /* kill */,                   \
	[63] = IOM_CALL_SKIP /* uname */, [95] = IOM_CALL_SKIP /* umask */,                        \
	[96] = IOM_CALL_SKIP /* gettimeofday */, [97] = IOM_CALL_SKIP /* getrlimit */,             \
	[98] = IOM_CALL_SKIP /* getrusage */, [100] = IOM_CALL_SKIP /* times */,                   \
	[102] = IOM_CALL_SKIP /* getuid */, [104] = IOM_CALL_SKIP /* getgid */,                    \
	[107] = IOM_CALL_SKIP /* geteuid */, [108] = IOM_CALL_SKIP /* getegid */,                  \
	[110] = IOM_CALL_SKIP /* getppid */, [111] = IOM_CALL_SKIP /* getpgrp */,                  \
	[127] = IOM_CALL_SKIP /* rt_sigpending */, [131] = IOM_CALL_SKIP /* sigaltstack */,        \
	[157] = IOM_CALL_SKIP /* prctl */, [158] = IOM_CALL_SKIP /* arch_prctl */,                 \
	[186] = IOM_CALL_SKIP /* gettid */, [200] = IOM_CALL_SKIP /* tkill */,                     \
	[201] = IOM_CALL_SKIP /* time */, [204] = IOM_CALL_SKIP /* sched_getaffinity */,           \
	[228] = IOM_CALL_SKIP /* clock_gettime */, [229] = IOM_CALL_SKIP /* clock_getres */,       \
	[234] = IOM_CALL_SKIP /* tgkill */, [309] = IOM_CALL_SKIP /* getcpu */,                    \
	[334] = IOM_CALL_SKIP /* rseq */,                   \
	/* transfers */                                                                            \
	[0] = IOM_CALL(IOM_C_READ, IOM_S_FD), [1] = IOM_CALL(IOM_C_WRITE, IOM_S_FD),               \
	[17] = IOM_CALL(IOM_C_READ, IOM_S_POSITION), [18] = IOM_CALL(IOM_C_WRITE, IOM_S_FD),       \
	[19] = IOM_CALL(IOM_C_READ, IOM_S_FD), [20] = IOM_CALL(IOM_C_WRITE, IOM_S_FD),             \
	[295] = IOM_CALL(IOM_C_READ, IOM_S_POSITION), [296] = IOM_CALL(IOM_C_WRITE, IOM_S_FD),     \
	[327] = IOM_CALL_FLAGS(IOM_C_READ, IOM_S_POSITION, IOM_ARG_R9),                            \
	[328] = IOM_CALL_FLAGS(IOM_C_WRITE, IOM_S_FD, IOM_ARG_R9),                                 \
	[45] = IOM_CALL_FLAGS(IOM_C_RECV, IOM_S_FD, IOM_ARG_R10),                                  \
	[44] = IOM_CALL_FLAGS(IOM_C_SEND, IOM_S_FD, IOM_ARG_R10),                                  \
	[47] = IOM_CALL_FLAGS(IOM_C_RECV, IOM_S_MSG, IOM_ARG_DX),                                  \
	[46] = IOM_CALL_FLAGS(IOM_C_SEND, IOM_S_FD, IOM_ARG_DX),                                   \
	[299] = IOM_CALL_FLAGS(IOM_C_RECV, IOM_S_MMSG, IOM_ARG_R10),                               \
	[307] = IOM_CALL_FLAGS(IOM_C_SEND, IOM_S_MMSG, IOM_ARG_R10),                               \
	[43] = IOM_CALL(IOM_C_ACCEPT, IOM_S_ACCEPT), [288] = IOM_CALL(IOM_C_ACCEPT, IOM_S_ACCEPT), \
	[42] = IOM_CALL(IOM_C_CONNECT, IOM_S_PLAIN),                                               \
	[74] = IOM_CALL(IOM_C_SYNC, IOM_S_PLAIN), [75] = IOM_CALL(IOM_C_SYNC, IOM_S_PLAIN),        \
	[277] = IOM_CALL(IOM_C_SYNC, IOM_S_PLAIN), [306] = IOM_CALL(IOM_C_SYNC, IOM_S_PLAIN),      \
	[40] = IOM_CALL(IOM_C_SENDFILE, IOM_S_SENDFILE),                                           \
	[275] = IOM_CALL(IOM_C_SPLICE, IOM_S_SPLICE), [276] = IOM_CALL(IOM_C_SPLICE, IOM_S_TEE),   \
	[278] = IOM_CALL(IOM_C_SPLICE, IOM_S_FD) /* vmsplice */,                                   \
	[326] = IOM_CALL(IOM_C_COPYRANGE, IOM_S_SPLICE),                                           \
	/* readiness */                                                                            \
	[232] = IOM_CALL(IOM_C_EPOLL_WAIT, IOM_S_EPOLL),                                           \
	[281] = IOM_CALL(IOM_C_EPOLL_WAIT, IOM_S_EPOLL),                                           \
	[441] = IOM_CALL(IOM_C_EPOLL_WAIT, IOM_S_EPOLL),                                           \
	[233] = IOM_CALL(IOM_C_EPOLL_CTL, IOM_S_EPOLL_CTL),                                        \
	[7] = IOM_CALL(IOM_C_POLL, IOM_S_POLL), [271] = IOM_CALL(IOM_C_POLL, IOM_S_PPOLL),         \
	[23] = IOM_CALL(IOM_C_SELECT, IOM_S_SELECT), [270] = IOM_CALL(IOM_C_SELECT, IOM_S_SELECT), \
	/* signals */                                                                              \
	[128] = IOM_CALL(IOM_C_SIGWAIT, IOM_S_SIGWAIT),                                            \
	[34] = IOM_CALL(IOM_C_SIGSUSPEND, IOM_S_BASE),                                             \
	[130] = IOM_CALL(IOM_C_SIGSUSPEND, IOM_S_BASE),                                            \
	/* asynchronous interfaces */                                                              \
	[206] = IOM_CALL(IOM_C_OTHER, IOM_S_AIO_SETUP),                                            \
	[209] = IOM_CALL(IOM_C_AIO_SUBMIT, IOM_S_AIO_SUBMIT),                                      \
	[208] = IOM_CALL(IOM_C_AIO_GETEVENTS, IOM_S_AIO_GETEVENTS),                                \
	[333] = IOM_CALL(IOM_C_AIO_GETEVENTS, IOM_S_AIO_GETEVENTS),                                \
	[426] = IOM_CALL(IOM_C_URING_ENTER, IOM_S_URING),                                          \
	/* sleeps that are no I/O */                                                               \
	[202] = IOM_CALL(IOM_C_FUTEX, IOM_S_BASE), [449] = IOM_CALL(IOM_C_FUTEX, IOM_S_BASE),      \
	[455] = IOM_CALL(IOM_C_FUTEX, IOM_S_BASE),                                                 \
	[35] = IOM_CALL(IOM_C_TIMER, IOM_S_BASE), [230] = IOM_CALL(IOM_C_TIMER, IOM_S_BASE),       \
	[61] = IOM_CALL(IOM_C_CHILD, IOM_S_BASE), [247] = IOM_CALL(IOM_C_CHILD, IOM_S_BASE),       \
	[73] = IOM_CALL(IOM_C_LOCK, IOM_S_BASE), [65] = IOM_CALL(IOM_C_LOCK, IOM_S_BASE),          \
	[69] = IOM_CALL(IOM_C_LOCK, IOM_S_BASE), [70] = IOM_CALL(IOM_C_LOCK, IOM_S_BASE),          \
	[220] = IOM_CALL(IOM_C_LOCK, IOM_S_BASE), [242] = IOM_CALL(IOM_C_LOCK, IOM_S_BASE),        \
	[243] = IOM_CALL(IOM_C_LOCK, IOM_S_BASE),                                                  \
	/* descriptors come and go, and change */                                                  \
	[2] = IOM_CALL_NEW /* open */, [257] = IOM_CALL_NEW /* openat */,                          \
	[437] = IOM_CALL_NEW /* openat2 */, [85] = IOM_CALL_NEW /* creat */,                       \
	[304] = IOM_CALL_NEW /* open_by_handle_at */, [41] = IOM_CALL_NEW /* socket */,            \
	[32] = IOM_CALL_NEW /* dup */, [33] = IOM_CALL_NEW /* dup2 */,                             \
	[292] = IOM_CALL_NEW /* dup3 */, [213] = IOM_CALL_NEW /* epoll_create */,                  \
	[291] = IOM_CALL_NEW /* epoll_create1 */, [284] = IOM_CALL_NEW /* eventfd */,              \
	[290] = IOM_CALL_NEW /* eventfd2 */, [283] = IOM_CALL_NEW /* timerfd_create */,            \
	[282] = IOM_CALL_NEW /* signalfd */, [289] = IOM_CALL_NEW /* signalfd4 */,                 \
	[253] = IOM_CALL_NEW /* inotify_init */, [294] = IOM_CALL_NEW /* inotify_init1 */,         \
	[300] = IOM_CALL_NEW /* fanotify_init */, [319] = IOM_CALL_NEW /* memfd_create */,         \
	[447] = IOM_CALL_NEW /* memfd_secret */, [434] = IOM_CALL_NEW /* pidfd_open */,            \
	[438] = IOM_CALL_NEW /* pidfd_getfd */, [425] = IOM_CALL_NEW /* io_uring_setup */,         \
	[323] = IOM_CALL_NEW /* userfaultfd */, [298] = IOM_CALL_NEW /* perf_event_open */,        \
	[321] = IOM_CALL_NEW /* bpf: some commands */, [240] = IOM_CALL_NEW /* mq_open */,         \
	[428] = IOM_CALL_NEW /* open_tree */, [430] = IOM_CALL_NEW /* fsopen */,                   \
	[432] = IOM_CALL_NEW /* fsmount */, [433] = IOM_CALL_NEW /* fspick */,                     \
	[22] = IOM_CALL(IOM_C_OTHER, IOM_S_PIPE), [293] = IOM_CALL(IOM_C_OTHER, IOM_S_PIPE),       \
	[53] = IOM_CALL(IOM_C_OTHER, IOM_S_PAIR), [3] = IOM_CALL(IOM_C_OTHER, IOM_S_CLOSE),        \
	[436] = IOM_CALL(IOM_C_OTHER, IOM_S_CLOSE_RANGE),                                          \
	[8] = IOM_CALL(IOM_C_OTHER, IOM_S_LSEEK), [72] = IOM_CALL(IOM_C_OTHER, IOM_S_FCNTL),       \
	[16] = IOM_CALL(IOM_C_OTHER, IOM_S_IOCTL), [219] = IOM_CALL(IOM_C_OTHER, IOM_S_RESTART)

#endif
