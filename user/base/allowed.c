/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "base/allowed.h"

#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "syscalls.h"
#include "uapi/iomodel.h"

#define ALLOW SCMP_ACT_ALLOW

/* Numbers from our own table: libseccomp and the C library may be older than it. */
#define NUMBER(nr, name, class, shape, argument) CALL_##name = nr,
enum { IOM_SYSCALLS(NUMBER) CALLS_END };
#undef NUMBER

/* Calls that change nothing but this process and the files that it has open, or, by
 * name, those that Landlock lets it reach. Not among them: whatever sets the mode, the
 * owner, an attribute or a time of a file, since Landlock lets all of these pass. */
static const int always[] = {
	/* its memory, and how it waits */
	CALL_brk,
	CALL_mmap,
	CALL_munmap,
	CALL_mremap,
	CALL_mprotect,
	CALL_madvise,
	CALL_msync,
	CALL_mincore,
	CALL_futex,
	CALL_futex_wait,
	CALL_futex_wake,
	CALL_futex_waitv,
	CALL_membarrier,
	CALL_sched_yield,
	CALL_nanosleep,
	CALL_clock_nanosleep,
	CALL_pause,
	CALL_restart_syscall,
	CALL_exit,
	CALL_exit_group,
	CALL_wait4,
	CALL_waitid,
	CALL_rseq,
	CALL_set_robust_list,
	CALL_getrandom,
	/* what it is, what time it is, what machine this is */
	CALL_getpid,
	CALL_gettid,
	CALL_getppid,
	CALL_getpgrp,
	CALL_getpgid,
	CALL_getsid,
	CALL_getuid,
	CALL_geteuid,
	CALL_getgid,
	CALL_getegid,
	CALL_getresuid,
	CALL_getresgid,
	CALL_getgroups,
	CALL_capget,
	CALL_capset,
	CALL_umask,
	CALL_getcwd,
	CALL_getrlimit,
	CALL_getrusage,
	CALL_times,
	CALL_clock_gettime,
	CALL_clock_getres,
	CALL_gettimeofday,
	CALL_time,
	CALL_getcpu,
	CALL_sched_getaffinity,
	CALL_sysinfo,
	CALL_uname,
	/* signals to itself: timers, and how they are taken */
	CALL_rt_sigaction,
	CALL_rt_sigprocmask,
	CALL_rt_sigreturn,
	CALL_rt_sigpending,
	CALL_rt_sigtimedwait,
	CALL_rt_sigsuspend,
	CALL_sigaltstack,
	CALL_alarm,
	CALL_getitimer,
	CALL_setitimer,
	/* open files */
	CALL_read,
	CALL_readv,
	CALL_pread64,
	CALL_preadv,
	CALL_preadv2,
	CALL_write,
	CALL_writev,
	CALL_pwrite64,
	CALL_pwritev,
	CALL_pwritev2,
	CALL_lseek,
	CALL_ftruncate,
	CALL_fallocate,
	CALL_fadvise64,
	CALL_readahead,
	CALL_fsync,
	CALL_fdatasync,
	CALL_sync_file_range,
	CALL_flock,
	CALL_close,
	CALL_close_range,
	CALL_dup,
	CALL_dup2,
	CALL_dup3,
	CALL_pipe,
	CALL_pipe2,
	CALL_eventfd2,
	CALL_poll,
	CALL_ppoll,
	CALL_select,
	CALL_pselect6,
	CALL_epoll_create1,
	CALL_epoll_ctl,
	CALL_epoll_wait,
	CALL_epoll_pwait,
	CALL_epoll_pwait2,
	CALL_getdents64,
	CALL_fstat,
	CALL_fstatfs,
	/* files by name; open itself is below */
	CALL_stat,
	CALL_lstat,
	CALL_newfstatat,
	CALL_statx,
	CALL_statfs,
	CALL_access,
	CALL_faccessat,
	CALL_faccessat2,
	CALL_readlink,
	CALL_readlinkat,
	CALL_creat,
	CALL_rename,
	CALL_renameat,
	CALL_renameat2,
	CALL_unlink,
	CALL_unlinkat,
	/* sockets; they connect to nothing: our helpers', and the kernel's that is asked for others
	 */
	CALL_recvfrom,
	CALL_recvmsg,
	CALL_sendmsg,
	CALL_shutdown,
	CALL_getsockname,
	CALL_getpeername,
	CALL_getsockopt,
	CALL_setsockopt,
};

/* Where a C library has another way, which it takes on hearing that there is no such call. */
static const int absent[] = {CALL_clone3, CALL_openat2};

/* bpf(2) on what is there: looking into maps, asking iterators, and attaching our own
 * programs in a sampled window. Nothing is made, and nobody else's is found. */
static const uint32_t bpf_commands[] = {
	BPF_MAP_LOOKUP_ELEM,	 BPF_MAP_UPDATE_ELEM,  BPF_MAP_DELETE_ELEM,
	BPF_MAP_GET_NEXT_KEY,	 BPF_MAP_LOOKUP_BATCH, BPF_MAP_LOOKUP_AND_DELETE_BATCH,
	BPF_MAP_UPDATE_BATCH,	 BPF_MAP_DELETE_BATCH, BPF_MAP_LOOKUP_AND_DELETE_ELEM,
	BPF_OBJ_GET_INFO_BY_FD,	 BPF_LINK_CREATE,      BPF_LINK_DETACH,
	BPF_RAW_TRACEPOINT_OPEN, BPF_ITER_CREATE,
};

/* The terminal's size, foreground job and settings, which new C libraries ask for by other
 * numbers than old ones; a window's probes; our module. Not: typing into a terminal, which
 * the shell that started us would run; attributes of files. */
static const uint32_t ioctls[] = {
	TCGETS,	      TCSETS,	      TCSETSW,	    TCSETSF,	   TIOCGWINSZ,
	TIOCGPGRP,    TIOCSPGRP,      FIONREAD,	    FIOCLEX,	   PERF_EVENT_IOC_ENABLE,
	IOM_IOC_SCAN, IOM_IOC_WINDOW, IOM_IOC_STOP, IOM_IOC_STATS, PERF_EVENT_IOC_DISABLE,
	IOM_IOC_ROWS, TCGETS2,	      TCSETS2,	    TCSETSW2,	   TCSETSF2,
};

/* Not: who is sent a signal when a file is ready, which may be anybody. */
static const uint32_t fcntls[] = {
	F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD,  F_SETFD,	 F_GETFL,     F_SETFL,
	F_GETLK, F_SETLK,	  F_SETLKW, F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW,
};

static const uint32_t prctls[] = {PR_SET_PDEATHSIG, PR_SET_NAME, PR_GET_NAME, PR_SET_VMA};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int answer(scmp_filter_ctx ctx, uint32_t action, const int *calls, size_t n)
{
	int err = 0;

	for (size_t i = 0; !err && i < n; i++)
		err = seccomp_rule_add(ctx, action, calls[i], 0);
	return err;
}

/* Where this argument, of which the kernel looks at 32 bits, is one of these. */
static int allow_where(scmp_filter_ctx ctx, int call, unsigned int argument, const uint32_t *values,
		       size_t n)
{
	int err = 0;

	for (size_t i = 0; !err && i < n; i++)
		err = seccomp_rule_add(
			ctx, ALLOW, call, 1,
			SCMP_CMP(argument, SCMP_CMP_MASKED_EQ, UINT32_MAX, values[i]));
	return err;
}

#define ALLOW_WHERE(ctx, call, argument, values)                                                   \
	allow_where(ctx, call, argument, values, COUNT(values))

/* A file may be emptied by who opens it for writing only: Landlock before Linux 6.2
 * looks at nothing but what it is opened for. */
static int allow_open(scmp_filter_ctx ctx, int call, unsigned int flags)
{
	int err = seccomp_rule_add(ctx, ALLOW, call, 1,
				   SCMP_CMP(flags, SCMP_CMP_MASKED_EQ, O_TRUNC, 0));

	if (!err)
		err = seccomp_rule_add(ctx, ALLOW, call, 1,
				       SCMP_CMP(flags, SCMP_CMP_MASKED_EQ, O_ACCMODE, O_WRONLY));
	if (!err)
		err = seccomp_rule_add(ctx, ALLOW, call, 1,
				       SCMP_CMP(flags, SCMP_CMP_MASKED_EQ, O_ACCMODE, O_RDWR));
	return err;
}

/* Of sockets only a pair, which cannot be sent to others from (unix(7)), and those that
 * ask the kernel for the sockets of others (sock_diag(7)). */
static int allow_sockets(scmp_filter_ctx ctx)
{
	const uint32_t kind = ~(uint32_t)(SOCK_CLOEXEC | SOCK_NONBLOCK);
	int err = seccomp_rule_add(ctx, ALLOW, CALL_socketpair, 2,
				   SCMP_A0(SCMP_CMP_MASKED_EQ, UINT32_MAX, AF_UNIX),
				   SCMP_A1(SCMP_CMP_MASKED_EQ, kind, SOCK_SEQPACKET));

	if (!err)
		err = seccomp_rule_add(ctx, ALLOW, CALL_socket, 2,
				       SCMP_A0(SCMP_CMP_MASKED_EQ, UINT32_MAX, AF_NETLINK),
				       SCMP_A2(SCMP_CMP_MASKED_EQ, UINT32_MAX, NETLINK_SOCK_DIAG));
	if (!err) /* to nobody by name */
		err = seccomp_rule_add(ctx, ALLOW, CALL_sendto, 1, SCMP_A4(SCMP_CMP_EQ, 0));
	return err;
}

static int allow_by_argument(scmp_filter_ctx ctx)
{
	const uint32_t nobody_else = 0, this_process = (uint32_t)getpid();
	int err = ALLOW_WHERE(ctx, CALL_bpf, 0, bpf_commands);

	if (!err)
		err = ALLOW_WHERE(ctx, CALL_ioctl, 1, ioctls);
	if (!err)
		err = ALLOW_WHERE(ctx, CALL_fcntl, 1, fcntls);
	if (!err)
		err = ALLOW_WHERE(ctx, CALL_prctl, 0, prctls);
	if (!err) /* its own limits */
		err = allow_where(ctx, CALL_prlimit64, 0, &nobody_else, 1);
	if (!err) /* raise() and abort() */
		err = allow_where(ctx, CALL_tgkill, 0, &this_process, 1);
	if (!err)
		err = allow_open(ctx, CALL_open, 1);
	if (!err)
		err = allow_open(ctx, CALL_openat, 2);
	return err ? err : allow_sockets(ctx);
}

int iom_allow_watching(bool signals)
{
	static const int sending[] = {CALL_kill, CALL_pidfd_send_signal};
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int err = ctx ? answer(ctx, ALLOW, always, COUNT(always)) : -ENOMEM;

	if (!err && signals)
		err = answer(ctx, ALLOW, sending, COUNT(sending));
	if (!err)
		err = answer(ctx, SCMP_ACT_ERRNO(ENOSYS), absent, COUNT(absent));
	for (int nr = CALLS_END; !err && nr < IOM_CALLS; nr++)
		err = answer(ctx, SCMP_ACT_ERRNO(ENOSYS), &nr, 1);
	if (!err)
		err = allow_by_argument(ctx);
	if (!err)
		err = seccomp_load(ctx);
	seccomp_release(ctx);
	return err;
}
