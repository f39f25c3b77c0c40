/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * syscalls.h - every system call of x86-64, and in which shape its facts come.
 *
 * One row per call, for every back end and for user space: number, name, class,
 * shape, and where its file or path stands (arch/x86/entry/syscalls/syscall_64.tbl,
 * to Linux 7.2). A call of class NONE cannot sleep and is not looked at; any
 * other one may, be it for a lock, so its sleep must not be charged to the next
 * call. A number that is not named here is taken for one that may sleep.
 */
#ifndef IOM_SYSCALLS_H
#define IOM_SYSCALLS_H

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
	IOM_S_SYNC,	 /* no file, or one that only its mapping names */
	IOM_S_QUEUE,	 /* a message: POSIX queues are files, those of System V are not */
	IOM_S_PROCMEM,	 /* memory of another process; result is bytes */
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

enum iom_arg {
	IOM_ARG_NONE = 0,
	IOM_ARG_DX,    /* MSG_DONTWAIT in the third argument */
	IOM_ARG_R10,   /* MSG_DONTWAIT in the fourth */
	IOM_ARG_R9,    /* RWF_NOWAIT in the sixth */
	IOM_ARG_FD,    /* a descriptor in the first */
	IOM_ARG_PATH1, /* a path in the first */
	IOM_ARG_PATH2, /* a path in the second */
};

/* An entry of the table that back ends look up: stored so that 0, what is not
 * named, is IOM_CALL_BASE. */
#define IOM_CALL(class, shape, arg) (((class) ^ IOM_C_OTHER) | (shape) << 8 | (arg) << 16)
#define IOM_CALL_CLASS(c)	    (((c) & 0xff) ^ IOM_C_OTHER)
#define IOM_CALL_SHAPE(c)	    ((c) >> 8 & 0xff)
#define IOM_CALL_ARG(c)		    ((c) >> 16 & 0xff)

#define IOM_CALL_SKIP IOM_CALL(IOM_C_NONE, IOM_S_BASE, IOM_ARG_NONE)
#define IOM_CALL_BASE IOM_CALL(IOM_C_OTHER, IOM_S_BASE, IOM_ARG_NONE)

/* [number] = entry, for a const table of IOM_CALLS. */
#define IOM_CALL_ROW(nr, name, class, shape, arg) \
	[nr] = IOM_CALL(IOM_C_##class, IOM_S_##shape, IOM_ARG_##arg),
#define IOM_CALL_TABLE IOM_SYSCALLS(IOM_CALL_ROW)

/* X(number, name, class, shape, argument) */
#define IOM_SYSCALLS(X) \
	X(0, read, READ, FD, NONE)                                \
	X(1, write, WRITE, FD, NONE)                              \
	X(2, open, NAME, NEWFD, PATH1)                            \
	X(3, close, NAME, CLOSE, FD)                              \
	X(4, stat, NAME, BASE, PATH1)                             \
	X(5, fstat, NAME, BASE, FD)                               \
	X(6, lstat, NAME, BASE, PATH1)                            \
	X(7, poll, POLL, POLL, NONE)                              \
	X(8, lseek, NAME, LSEEK, FD)                              \
	X(9, mmap, MEMORY, BASE, NONE)                            \
	X(10, mprotect, MEMORY, BASE, NONE)                       \
	X(11, munmap, MEMORY, BASE, NONE)                         \
	X(12, brk, MEMORY, BASE, NONE)                            \
	X(13, rt_sigaction, NONE, BASE, NONE)                     \
	X(14, rt_sigprocmask, NONE, BASE, NONE)                   \
	X(15, rt_sigreturn, NONE, BASE, NONE)                     \
	X(16, ioctl, DEVICE, IOCTL, FD)                           \
	X(17, pread64, READ, POSITION, NONE)                      \
	X(18, pwrite64, WRITE, FD, NONE)                          \
	X(19, readv, READ, FD, NONE)                              \
	X(20, writev, WRITE, FD, NONE)                            \
	X(21, access, NAME, BASE, PATH1)                          \
	X(22, pipe, OTHER, PIPE, NONE)                            \
	X(23, select, SELECT, SELECT, NONE)                       \
	X(24, sched_yield, NONE, BASE, NONE)                      \
	X(25, mremap, MEMORY, BASE, NONE)                         \
	X(26, msync, SYNC, SYNC, NONE)                            \
	X(27, mincore, MEMORY, BASE, NONE)                        \
	X(28, madvise, MEMORY, BASE, NONE)                        \
	X(29, shmget, MEMORY, BASE, NONE)                         \
	X(30, shmat, MEMORY, BASE, NONE)                          \
	X(31, shmctl, MEMORY, BASE, NONE)                         \
	X(32, dup, OTHER, NEWFD, NONE)                            \
	X(33, dup2, OTHER, NEWFD, NONE)                           \
	X(34, pause, SIGSUSPEND, BASE, NONE)                      \
	X(35, nanosleep, TIMER, BASE, NONE)                       \
	X(36, getitimer, NONE, BASE, NONE)                        \
	X(37, alarm, NONE, BASE, NONE)                            \
	X(38, setitimer, NONE, BASE, NONE)                        \
	X(39, getpid, NONE, BASE, NONE)                           \
	X(40, sendfile, SENDFILE, SENDFILE, NONE)                 \
	X(41, socket, OTHER, NEWFD, NONE)                         \
	X(42, connect, CONNECT, PLAIN, NONE)                      \
	X(43, accept, ACCEPT, ACCEPT, NONE)                       \
	X(44, sendto, SEND, FD, R10)                              \
	X(45, recvfrom, RECV, FD, R10)                            \
	X(46, sendmsg, SEND, FD, DX)                              \
	X(47, recvmsg, RECV, MSG, DX)                             \
	X(48, shutdown, OTHER, BASE, FD)                          \
	X(49, bind, OTHER, BASE, FD)                              \
	X(50, listen, OTHER, BASE, FD)                            \
	X(51, getsockname, OTHER, BASE, FD)                       \
	X(52, getpeername, OTHER, BASE, FD)                       \
	X(53, socketpair, OTHER, PAIR, NONE)                      \
	X(54, setsockopt, OTHER, BASE, FD)                        \
	X(55, getsockopt, OTHER, BASE, FD)                        \
	X(56, clone, CHILD, BASE, NONE)                           \
	X(57, fork, OTHER, BASE, NONE)                            \
	X(58, vfork, CHILD, BASE, NONE)                           \
	X(59, execve, NAME, BASE, NONE)                           \
	X(60, exit, OTHER, BASE, NONE)                            \
	X(61, wait4, CHILD, BASE, NONE)                           \
	X(62, kill, NONE, BASE, NONE)                             \
	X(63, uname, OTHER, BASE, NONE)                           \
	X(64, semget, OTHER, BASE, NONE)                          \
	X(65, semop, LOCK, BASE, NONE)                            \
	X(66, semctl, OTHER, BASE, NONE)                          \
	X(67, shmdt, MEMORY, BASE, NONE)                          \
	X(68, msgget, OTHER, BASE, NONE)                          \
	X(69, msgsnd, QUEUE_PUT, QUEUE, NONE)                     \
	X(70, msgrcv, QUEUE_GET, QUEUE, NONE)                     \
	X(71, msgctl, OTHER, BASE, NONE)                          \
	X(72, fcntl, LOCK, FCNTL, FD)                             \
	X(73, flock, LOCK, BASE, FD)                              \
	X(74, fsync, SYNC, PLAIN, NONE)                           \
	X(75, fdatasync, SYNC, PLAIN, NONE)                       \
	X(76, truncate, NAME, BASE, PATH1)                        \
	X(77, ftruncate, NAME, BASE, FD)                          \
	X(78, getdents, READ, POSITION, NONE)                     \
	X(79, getcwd, NAME, BASE, NONE)                           \
	X(80, chdir, NAME, BASE, PATH1)                           \
	X(81, fchdir, NAME, BASE, FD)                             \
	X(82, rename, NAME, BASE, PATH1)                          \
	X(83, mkdir, NAME, BASE, PATH1)                           \
	X(84, rmdir, NAME, BASE, PATH1)                           \
	X(85, creat, NAME, NEWFD, PATH1)                          \
	X(86, link, NAME, BASE, PATH1)                            \
	X(87, unlink, NAME, BASE, PATH1)                          \
	X(88, symlink, NAME, BASE, PATH1)                         \
	X(89, readlink, NAME, BASE, PATH1)                        \
	X(90, chmod, NAME, BASE, PATH1)                           \
	X(91, fchmod, NAME, BASE, FD)                             \
	X(92, chown, NAME, BASE, PATH1)                           \
	X(93, fchown, NAME, BASE, FD)                             \
	X(94, lchown, NAME, BASE, PATH1)                          \
	X(95, umask, NONE, BASE, NONE)                            \
	X(96, gettimeofday, NONE, BASE, NONE)                     \
	X(97, getrlimit, NONE, BASE, NONE)                        \
	X(98, getrusage, NONE, BASE, NONE)                        \
	X(99, sysinfo, NONE, BASE, NONE)                          \
	X(100, times, NONE, BASE, NONE)                           \
	X(101, ptrace, OTHER, BASE, NONE)                         \
	X(102, getuid, NONE, BASE, NONE)                          \
	X(103, syslog, OTHER, BASE, NONE)                         \
	X(104, getgid, NONE, BASE, NONE)                          \
	X(105, setuid, OTHER, BASE, NONE)                         \
	X(106, setgid, OTHER, BASE, NONE)                         \
	X(107, geteuid, NONE, BASE, NONE)                         \
	X(108, getegid, NONE, BASE, NONE)                         \
	X(109, setpgid, OTHER, BASE, NONE)                        \
	X(110, getppid, NONE, BASE, NONE)                         \
	X(111, getpgrp, NONE, BASE, NONE)                         \
	X(112, setsid, OTHER, BASE, NONE)                         \
	X(113, setreuid, OTHER, BASE, NONE)                       \
	X(114, setregid, OTHER, BASE, NONE)                       \
	X(115, getgroups, NONE, BASE, NONE)                       \
	X(116, setgroups, OTHER, BASE, NONE)                      \
	X(117, setresuid, OTHER, BASE, NONE)                      \
	X(118, getresuid, NONE, BASE, NONE)                       \
	X(119, setresgid, OTHER, BASE, NONE)                      \
	X(120, getresgid, NONE, BASE, NONE)                       \
	X(121, getpgid, NONE, BASE, NONE)                         \
	X(122, setfsuid, OTHER, BASE, NONE)                       \
	X(123, setfsgid, OTHER, BASE, NONE)                       \
	X(124, getsid, NONE, BASE, NONE)                          \
	X(125, capget, NONE, BASE, NONE)                          \
	X(126, capset, OTHER, BASE, NONE)                         \
	X(127, rt_sigpending, NONE, BASE, NONE)                   \
	X(128, rt_sigtimedwait, SIGWAIT, SIGWAIT, NONE)           \
	X(129, rt_sigqueueinfo, OTHER, BASE, NONE)                \
	X(130, rt_sigsuspend, SIGSUSPEND, BASE, NONE)             \
	X(131, sigaltstack, NONE, BASE, NONE)                     \
	X(132, utime, NAME, BASE, PATH1)                          \
	X(133, mknod, NAME, BASE, PATH1)                          \
	X(134, uselib, NAME, BASE, PATH1)                         \
	X(135, personality, OTHER, BASE, NONE)                    \
	X(136, ustat, NAME, BASE, NONE)                           \
	X(137, statfs, NAME, BASE, PATH1)                         \
	X(138, fstatfs, NAME, BASE, FD)                           \
	X(139, sysfs, NAME, BASE, NONE)                           \
	X(140, getpriority, NONE, BASE, NONE)                     \
	X(141, setpriority, OTHER, BASE, NONE)                    \
	X(142, sched_setparam, OTHER, BASE, NONE)                 \
	X(143, sched_getparam, NONE, BASE, NONE)                  \
	X(144, sched_setscheduler, OTHER, BASE, NONE)             \
	X(145, sched_getscheduler, NONE, BASE, NONE)              \
	X(146, sched_get_priority_max, NONE, BASE, NONE)          \
	X(147, sched_get_priority_min, NONE, BASE, NONE)          \
	X(148, sched_rr_get_interval, OTHER, BASE, NONE)          \
	X(149, mlock, MEMORY, BASE, NONE)                         \
	X(150, munlock, MEMORY, BASE, NONE)                       \
	X(151, mlockall, MEMORY, BASE, NONE)                      \
	X(152, munlockall, MEMORY, BASE, NONE)                    \
	X(153, vhangup, OTHER, BASE, NONE)                        \
	X(154, modify_ldt, OTHER, BASE, NONE)                     \
	X(155, pivot_root, NAME, BASE, PATH1)                     \
	X(156, _sysctl, OTHER, BASE, NONE)                        \
	X(157, prctl, OTHER, BASE, NONE)                          \
	X(158, arch_prctl, OTHER, BASE, NONE)                     \
	X(159, adjtimex, OTHER, BASE, NONE)                       \
	X(160, setrlimit, OTHER, BASE, NONE)                      \
	X(161, chroot, NAME, BASE, PATH1)                         \
	X(162, sync, SYNC, SYNC, NONE)                            \
	X(163, acct, NAME, BASE, PATH1)                           \
	X(164, settimeofday, OTHER, BASE, NONE)                   \
	X(165, mount, NAME, BASE, PATH1)                          \
	X(166, umount2, NAME, BASE, PATH1)                        \
	X(167, swapon, NAME, BASE, PATH1)                         \
	X(168, swapoff, NAME, BASE, PATH1)                        \
	X(169, reboot, OTHER, BASE, NONE)                         \
	X(170, sethostname, OTHER, BASE, NONE)                    \
	X(171, setdomainname, OTHER, BASE, NONE)                  \
	X(172, iopl, OTHER, BASE, NONE)                           \
	X(173, ioperm, OTHER, BASE, NONE)                         \
	X(174, create_module, OTHER, BASE, NONE)                  \
	X(175, init_module, OTHER, BASE, NONE)                    \
	X(176, delete_module, OTHER, BASE, NONE)                  \
	X(177, get_kernel_syms, OTHER, BASE, NONE)                \
	X(178, query_module, OTHER, BASE, NONE)                   \
	X(179, quotactl, NAME, BASE, NONE)                        \
	X(180, nfsservctl, OTHER, BASE, NONE)                     \
	X(181, getpmsg, OTHER, BASE, NONE)                        \
	X(182, putpmsg, OTHER, BASE, NONE)                        \
	X(183, afs_syscall, OTHER, BASE, NONE)                    \
	X(184, tuxcall, OTHER, BASE, NONE)                        \
	X(185, security, OTHER, BASE, NONE)                       \
	X(186, gettid, NONE, BASE, NONE)                          \
	X(187, readahead, NAME, BASE, FD)                         \
	X(188, setxattr, NAME, BASE, PATH1)                       \
	X(189, lsetxattr, NAME, BASE, PATH1)                      \
	X(190, fsetxattr, NAME, BASE, FD)                         \
	X(191, getxattr, NAME, BASE, PATH1)                       \
	X(192, lgetxattr, NAME, BASE, PATH1)                      \
	X(193, fgetxattr, NAME, BASE, FD)                         \
	X(194, listxattr, NAME, BASE, PATH1)                      \
	X(195, llistxattr, NAME, BASE, PATH1)                     \
	X(196, flistxattr, NAME, BASE, FD)                        \
	X(197, removexattr, NAME, BASE, PATH1)                    \
	X(198, lremovexattr, NAME, BASE, PATH1)                   \
	X(199, fremovexattr, NAME, BASE, FD)                      \
	X(200, tkill, NONE, BASE, NONE)                           \
	X(201, time, NONE, BASE, NONE)                            \
	X(202, futex, FUTEX, BASE, NONE)                          \
	X(203, sched_setaffinity, OTHER, BASE, NONE)              \
	X(204, sched_getaffinity, NONE, BASE, NONE)               \
	X(205, set_thread_area, OTHER, BASE, NONE)                \
	X(206, io_setup, OTHER, AIO_SETUP, NONE)                  \
	X(207, io_destroy, AIO_GETEVENTS, BASE, NONE)             \
	X(208, io_getevents, AIO_GETEVENTS, AIO_GETEVENTS, NONE)  \
	X(209, io_submit, AIO_SUBMIT, AIO_SUBMIT, NONE)           \
	X(210, io_cancel, OTHER, BASE, NONE)                      \
	X(211, get_thread_area, OTHER, BASE, NONE)                \
	X(212, lookup_dcookie, OTHER, BASE, NONE)                 \
	X(213, epoll_create, OTHER, NEWFD, NONE)                  \
	X(214, epoll_ctl_old, OTHER, BASE, NONE)                  \
	X(215, epoll_wait_old, OTHER, BASE, NONE)                 \
	X(216, remap_file_pages, MEMORY, BASE, NONE)              \
	X(217, getdents64, READ, POSITION, NONE)                  \
	X(218, set_tid_address, NONE, BASE, NONE)                 \
	X(219, restart_syscall, OTHER, RESTART, NONE)             \
	X(220, semtimedop, LOCK, BASE, NONE)                      \
	X(221, fadvise64, NAME, BASE, FD)                         \
	X(222, timer_create, OTHER, BASE, NONE)                   \
	X(223, timer_settime, OTHER, BASE, NONE)                  \
	X(224, timer_gettime, NONE, BASE, NONE)                   \
	X(225, timer_getoverrun, NONE, BASE, NONE)                \
	X(226, timer_delete, OTHER, BASE, NONE)                   \
	X(227, clock_settime, OTHER, BASE, NONE)                  \
	X(228, clock_gettime, NONE, BASE, NONE)                   \
	X(229, clock_getres, NONE, BASE, NONE)                    \
	X(230, clock_nanosleep, TIMER, BASE, NONE)                \
	X(231, exit_group, OTHER, BASE, NONE)                     \
	X(232, epoll_wait, EPOLL_WAIT, EPOLL, NONE)               \
	X(233, epoll_ctl, EPOLL_CTL, EPOLL_CTL, NONE)             \
	X(234, tgkill, NONE, BASE, NONE)                          \
	X(235, utimes, NAME, BASE, PATH1)                         \
	X(236, vserver, OTHER, BASE, NONE)                        \
	X(237, mbind, MEMORY, BASE, NONE)                         \
	X(238, set_mempolicy, MEMORY, BASE, NONE)                 \
	X(239, get_mempolicy, MEMORY, BASE, NONE)                 \
	X(240, mq_open, NAME, NEWFD, PATH1)                       \
	X(241, mq_unlink, NAME, BASE, PATH1)                      \
	X(242, mq_timedsend, QUEUE_PUT, QUEUE, FD)                \
	X(243, mq_timedreceive, QUEUE_GET, QUEUE, FD)             \
	X(244, mq_notify, OTHER, BASE, NONE)                      \
	X(245, mq_getsetattr, OTHER, BASE, NONE)                  \
	X(246, kexec_load, OTHER, BASE, NONE)                     \
	X(247, waitid, CHILD, BASE, NONE)                         \
	X(248, add_key, OTHER, BASE, NONE)                        \
	X(249, request_key, OTHER, BASE, NONE)                    \
	X(250, keyctl, OTHER, BASE, NONE)                         \
	X(251, ioprio_set, OTHER, BASE, NONE)                     \
	X(252, ioprio_get, OTHER, BASE, NONE)                     \
	X(253, inotify_init, OTHER, NEWFD, NONE)                  \
	X(254, inotify_add_watch, NAME, BASE, PATH2)              \
	X(255, inotify_rm_watch, NAME, BASE, FD)                  \
	X(256, migrate_pages, MEMORY, BASE, NONE)                 \
	X(257, openat, NAME, NEWFD, PATH2)                        \
	X(258, mkdirat, NAME, BASE, PATH2)                        \
	X(259, mknodat, NAME, BASE, PATH2)                        \
	X(260, fchownat, NAME, BASE, PATH2)                       \
	X(261, futimesat, NAME, BASE, PATH2)                      \
	X(262, newfstatat, NAME, BASE, PATH2)                     \
	X(263, unlinkat, NAME, BASE, PATH2)                       \
	X(264, renameat, NAME, BASE, PATH2)                       \
	X(265, linkat, NAME, BASE, PATH2)                         \
	X(266, symlinkat, NAME, BASE, PATH2)                      \
	X(267, readlinkat, NAME, BASE, PATH2)                     \
	X(268, fchmodat, NAME, BASE, PATH2)                       \
	X(269, faccessat, NAME, BASE, PATH2)                      \
	X(270, pselect6, SELECT, SELECT, NONE)                    \
	X(271, ppoll, POLL, PPOLL, NONE)                          \
	X(272, unshare, OTHER, BASE, NONE)                        \
	X(273, set_robust_list, NONE, BASE, NONE)                 \
	X(274, get_robust_list, OTHER, BASE, NONE)                \
	X(275, splice, SPLICE, SPLICE, NONE)                      \
	X(276, tee, SPLICE, TEE, NONE)                            \
	X(277, sync_file_range, SYNC, PLAIN, NONE)                \
	X(278, vmsplice, SPLICE, FD, NONE)                        \
	X(279, move_pages, MEMORY, BASE, NONE)                    \
	X(280, utimensat, NAME, BASE, PATH2)                      \
	X(281, epoll_pwait, EPOLL_WAIT, EPOLL, NONE)              \
	X(282, signalfd, OTHER, NEWFD, NONE)                      \
	X(283, timerfd_create, OTHER, NEWFD, NONE)                \
	X(284, eventfd, OTHER, NEWFD, NONE)                       \
	X(285, fallocate, NAME, BASE, FD)                         \
	X(286, timerfd_settime, OTHER, BASE, FD)                  \
	X(287, timerfd_gettime, OTHER, BASE, FD)                  \
	X(288, accept4, ACCEPT, ACCEPT, NONE)                     \
	X(289, signalfd4, OTHER, NEWFD, NONE)                     \
	X(290, eventfd2, OTHER, NEWFD, NONE)                      \
	X(291, epoll_create1, OTHER, NEWFD, NONE)                 \
	X(292, dup3, OTHER, NEWFD, NONE)                          \
	X(293, pipe2, OTHER, PIPE, NONE)                          \
	X(294, inotify_init1, OTHER, NEWFD, NONE)                 \
	X(295, preadv, READ, POSITION, NONE)                      \
	X(296, pwritev, WRITE, FD, NONE)                          \
	X(297, rt_tgsigqueueinfo, OTHER, BASE, NONE)              \
	X(298, perf_event_open, OTHER, NEWFD, NONE)               \
	X(299, recvmmsg, RECV, MMSG, R10)                         \
	X(300, fanotify_init, OTHER, NEWFD, NONE)                 \
	X(301, fanotify_mark, NAME, BASE, NONE)                   \
	X(302, prlimit64, OTHER, BASE, NONE)                      \
	X(303, name_to_handle_at, NAME, BASE, PATH2)              \
	X(304, open_by_handle_at, NAME, NEWFD, NONE)              \
	X(305, clock_adjtime, OTHER, BASE, NONE)                  \
	X(306, syncfs, SYNC, PLAIN, NONE)                         \
	X(307, sendmmsg, SEND, MMSG, R10)                         \
	X(308, setns, OTHER, BASE, NONE)                          \
	X(309, getcpu, NONE, BASE, NONE)                          \
	X(310, process_vm_readv, PROCMEM, PROCMEM, NONE)          \
	X(311, process_vm_writev, PROCMEM, PROCMEM, NONE)         \
	X(312, kcmp, OTHER, BASE, NONE)                           \
	X(313, finit_module, OTHER, BASE, NONE)                   \
	X(314, sched_setattr, OTHER, BASE, NONE)                  \
	X(315, sched_getattr, OTHER, BASE, NONE)                  \
	X(316, renameat2, NAME, BASE, PATH2)                      \
	X(317, seccomp, OTHER, BASE, NONE)                        \
	X(318, getrandom, OTHER, BASE, NONE)                      \
	X(319, memfd_create, OTHER, NEWFD, NONE)                  \
	X(320, kexec_file_load, OTHER, BASE, NONE)                \
	X(321, bpf, OTHER, NEWFD, NONE)                           \
	X(322, execveat, NAME, BASE, NONE)                        \
	X(323, userfaultfd, OTHER, NEWFD, NONE)                   \
	X(324, membarrier, OTHER, BASE, NONE)                     \
	X(325, mlock2, MEMORY, BASE, NONE)                        \
	X(326, copy_file_range, COPYRANGE, SPLICE, NONE)          \
	X(327, preadv2, READ, POSITION, R9)                       \
	X(328, pwritev2, WRITE, FD, R9)                           \
	X(329, pkey_mprotect, MEMORY, BASE, NONE)                 \
	X(330, pkey_alloc, OTHER, BASE, NONE)                     \
	X(331, pkey_free, OTHER, BASE, NONE)                      \
	X(332, statx, NAME, BASE, PATH2)                          \
	X(333, io_pgetevents, AIO_GETEVENTS, AIO_GETEVENTS, NONE) \
	X(334, rseq, NONE, BASE, NONE)                            \
	X(335, uretprobe, OTHER, BASE, NONE)                      \
	X(336, uprobe, OTHER, BASE, NONE)                         \
	X(424, pidfd_send_signal, OTHER, BASE, NONE)              \
	X(425, io_uring_setup, OTHER, NEWFD, NONE)                \
	X(426, io_uring_enter, URING_ENTER, URING, NONE)          \
	X(427, io_uring_register, OTHER, BASE, NONE)              \
	X(428, open_tree, NAME, NEWFD, PATH2)                     \
	X(429, move_mount, NAME, BASE, PATH2)                     \
	X(430, fsopen, NAME, NEWFD, NONE)                         \
	X(431, fsconfig, NAME, BASE, FD)                          \
	X(432, fsmount, NAME, NEWFD, NONE)                        \
	X(433, fspick, NAME, NEWFD, PATH2)                        \
	X(434, pidfd_open, OTHER, NEWFD, NONE)                    \
	X(435, clone3, CHILD, BASE, NONE)                         \
	X(436, close_range, NAME, CLOSE_RANGE, NONE)              \
	X(437, openat2, NAME, NEWFD, PATH2)                       \
	X(438, pidfd_getfd, OTHER, NEWFD, NONE)                   \
	X(439, faccessat2, NAME, BASE, PATH2)                     \
	X(440, process_madvise, MEMORY, BASE, NONE)               \
	X(441, epoll_pwait2, EPOLL_WAIT, EPOLL, NONE)             \
	X(442, mount_setattr, NAME, BASE, PATH2)                  \
	X(443, quotactl_fd, NAME, BASE, NONE)                     \
	X(444, landlock_create_ruleset, OTHER, BASE, NONE)        \
	X(445, landlock_add_rule, OTHER, BASE, NONE)              \
	X(446, landlock_restrict_self, OTHER, BASE, NONE)         \
	X(447, memfd_secret, OTHER, NEWFD, NONE)                  \
	X(448, process_mrelease, MEMORY, BASE, NONE)              \
	X(449, futex_waitv, FUTEX, BASE, NONE)                    \
	X(450, set_mempolicy_home_node, MEMORY, BASE, NONE)       \
	X(451, cachestat, NAME, BASE, FD)                         \
	X(452, fchmodat2, NAME, BASE, PATH2)                      \
	X(453, map_shadow_stack, MEMORY, BASE, NONE)              \
	X(454, futex_wake, FUTEX, BASE, NONE)                     \
	X(455, futex_wait, FUTEX, BASE, NONE)                     \
	X(456, futex_requeue, FUTEX, BASE, NONE)                  \
	X(457, statmount, NAME, BASE, NONE)                       \
	X(458, listmount, NAME, BASE, NONE)                       \
	X(459, lsm_get_self_attr, OTHER, BASE, NONE)              \
	X(460, lsm_set_self_attr, OTHER, BASE, NONE)              \
	X(461, lsm_list_modules, OTHER, BASE, NONE)               \
	X(462, mseal, MEMORY, BASE, NONE)                         \
	X(463, setxattrat, NAME, BASE, PATH2)                     \
	X(464, getxattrat, NAME, BASE, PATH2)                     \
	X(465, listxattrat, NAME, BASE, PATH2)                    \
	X(466, removexattrat, NAME, BASE, PATH2)                  \
	X(467, open_tree_attr, NAME, NEWFD, PATH2)                \
	X(468, file_getattr, NAME, BASE, PATH2)                   \
	X(469, file_setattr, NAME, BASE, PATH2)                   \
	X(470, listns, OTHER, BASE, NONE)                         \
	X(471, rseq_slice_yield, NONE, BASE, NONE)

#endif
