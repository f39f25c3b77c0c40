/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "collect/proc/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* The one descriptor that is written to. New ones are below it, since that is the limit
 * of their numbers, and nothing can take its place. */
#define SOCKET_FD 40

#define REFUSE SCMP_ACT_ERRNO(EPERM)

/* What libc needs to have memory, to end, and to tell the time; a private mapping of a
 * file changes nothing but itself. */
static const int always[] = {
	SCMP_SYS(read),
	SCMP_SYS(pread64),
	SCMP_SYS(close),
	SCMP_SYS(lseek),
	SCMP_SYS(fstat),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(mprotect),
	SCMP_SYS(madvise),
	SCMP_SYS(brk),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(getrandom),
	SCMP_SYS(futex),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(nanosleep),
	SCMP_SYS(clock_nanosleep),
};

/* Beyond that, for looking at others: all of these only look. */
static const int looking[] = {
	SCMP_SYS(getdents64),	    SCMP_SYS(readlinkat),  SCMP_SYS(statx),
	SCMP_SYS(newfstatat),	    SCMP_SYS(getxattr),	   SCMP_SYS(kcmp),
	SCMP_SYS(process_vm_readv), SCMP_SYS(pidfd_open),  SCMP_SYS(pidfd_getfd),
	SCMP_SYS(getsockname),	    SCMP_SYS(getpeername), SCMP_SYS(getsockopt),
	SCMP_SYS(sendto),	    SCMP_SYS(recvfrom),	   SCMP_SYS(sendmsg),
	SCMP_SYS(recvmsg),	    SCMP_SYS(poll),	   SCMP_SYS(ppoll),
};

/* For starting and ending parsers, and for what they do to themselves. */
static const int starting[] = {
	SCMP_SYS(clone),	SCMP_SYS(clone3),
	SCMP_SYS(fork),		SCMP_SYS(wait4),
	SCMP_SYS(kill),		SCMP_SYS(setitimer),
	SCMP_SYS(dup2),		SCMP_SYS(close_range),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(prctl),	SCMP_SYS(seccomp),
	SCMP_SYS(capget),	SCMP_SYS(capset),
	SCMP_SYS(setrlimit),	SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq),		SCMP_SYS(gettid),
	SCMP_SYS(getpid),	SCMP_SYS(getppid),
	SCMP_SYS(uname),
};

static int answer(scmp_filter_ctx ctx, uint32_t action, const int *calls, size_t n)
{
	int err = 0;

	for (size_t i = 0; !err && i < n; i++)
		err = seccomp_rule_add(ctx, action, calls[i], 0);
	return err;
}

#define ANSWER(ctx, action, calls) answer(ctx, action, calls, sizeof(calls) / sizeof((calls)[0]))

/* A filter that refuses all but what libc needs. */
static int begin(scmp_filter_ctx *ctx)
{
	int err;

	*ctx = seccomp_init(REFUSE);
	err = *ctx ? ANSWER(*ctx, SCMP_ACT_ALLOW, always) : -ENOMEM;
	if (!err)
		err = seccomp_rule_add(*ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				       SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_TYPE, MAP_PRIVATE));
	return err;
}

static int end(scmp_filter_ctx ctx, int err)
{
	if (!err)
		err = seccomp_load(ctx);
	seccomp_release(ctx);
	return err;
}

/* Of fcntl(2) nothing that an open file itself would keep: it may be another process's. */
static int allow_fcntl(scmp_filter_ctx ctx)
{
	static const int commands[] = {F_GETFD, F_SETFD, F_GETFL};
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(commands) / sizeof(commands[0]); i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
				       SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)commands[i]));
	return err;
}

int sandbox_helper(void)
{
	scmp_filter_ctx ctx;
	int err = begin(&ctx);

	if (!err)
		err = ANSWER(ctx, SCMP_ACT_ALLOW, looking);
	if (!err)
		err = ANSWER(ctx, SCMP_ACT_ALLOW, starting);
	if (!err)
		err = allow_fcntl(ctx);
	if (!err)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1,
				       SCMP_A0(SCMP_CMP_EQ, 0));
	if (!err) /* for reading; O_TMPFILE holds O_DIRECTORY, which is harmless alone */
		err = seccomp_rule_add(
			ctx, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ,
				O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY),
				O_RDONLY));
	return end(ctx, err);
}

/* What is refused besides: another process is not ended or grouped with, and of what
 * pidfd_getfd() brings nothing is written to. */
static int load_reader(void)
{
	static const int conversing[] = {SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(recvfrom),
					 SCMP_SYS(recvmsg)};
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int err = ctx ? seccomp_rule_add(ctx, REFUSE, SCMP_SYS(kill), 0) : -ENOMEM;

	for (size_t i = 0; !err && i < sizeof(conversing) / sizeof(conversing[0]); i++)
		err = seccomp_rule_add(ctx, REFUSE, conversing[i], 1,
				       SCMP_A0(SCMP_CMP_NE, SOCKET_FD));
	if (!err)
		err = seccomp_rule_add(ctx, REFUSE, SCMP_SYS(prctl), 1,
				       SCMP_A0(SCMP_CMP_MASKED_EQ, UINT32_MAX, PR_SCHED_CORE));
	return end(ctx, err);
}

int sandbox_reader(int socket)
{
	const struct rlimit numbers = {SOCKET_FD, SOCKET_FD};
	int err;

	if (dup2(socket, SOCKET_FD) < 0 || close_range(SOCKET_FD + 1, ~0U, 0) ||
	    setrlimit(RLIMIT_NOFILE, &numbers))
		return -errno;
	if (socket < SOCKET_FD)
		close(socket);
	err = load_reader();
	return err ? err : SOCKET_FD;
}

int sandbox_parser(void)
{
	scmp_filter_ctx ctx;
	int err = begin(&ctx);

	return end(ctx, err);
}
