/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "collect/proc/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stddef.h>

/* What libc needs to have memory, to end, and to tell the time. */
static const int always[] = {
	SCMP_SYS(read),		  SCMP_SYS(pread64),	     SCMP_SYS(write),
	SCMP_SYS(close),	  SCMP_SYS(lseek),	     SCMP_SYS(fstat),
	SCMP_SYS(mmap),		  SCMP_SYS(munmap),	     SCMP_SYS(mremap),
	SCMP_SYS(mprotect),	  SCMP_SYS(madvise),	     SCMP_SYS(brk),
	SCMP_SYS(exit),		  SCMP_SYS(exit_group),	     SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction),    SCMP_SYS(clock_gettime),
	SCMP_SYS(getrandom),	  SCMP_SYS(futex),	     SCMP_SYS(restart_syscall),
	SCMP_SYS(sigaltstack),	  SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
};

/* Beyond that, for looking at others: all of these only look. */
static const int looking[] = {
	SCMP_SYS(getdents64),  SCMP_SYS(readlinkat),	   SCMP_SYS(statx),
	SCMP_SYS(newfstatat),  SCMP_SYS(getxattr),	   SCMP_SYS(fcntl),
	SCMP_SYS(kcmp),	       SCMP_SYS(process_vm_readv), SCMP_SYS(pidfd_open),
	SCMP_SYS(pidfd_getfd), SCMP_SYS(getsockname),	   SCMP_SYS(getpeername),
	SCMP_SYS(getsockopt),  SCMP_SYS(sendto),	   SCMP_SYS(recvfrom),
	SCMP_SYS(sendmsg),     SCMP_SYS(recvmsg),	   SCMP_SYS(poll),
	SCMP_SYS(ppoll),
};

/* For starting and ending parsers, and for what they do to themselves. */
static const int starting[] = {
	SCMP_SYS(clone),     SCMP_SYS(clone3),		SCMP_SYS(fork),	  SCMP_SYS(wait4),
	SCMP_SYS(kill),	     SCMP_SYS(pipe2),		SCMP_SYS(dup2),	  SCMP_SYS(close_range),
	SCMP_SYS(prctl),     SCMP_SYS(seccomp),		SCMP_SYS(capget), SCMP_SYS(capset),
	SCMP_SYS(setrlimit), SCMP_SYS(set_robust_list), SCMP_SYS(rseq),	  SCMP_SYS(gettid),
	SCMP_SYS(getpid),    SCMP_SYS(getppid),		SCMP_SYS(uname),
};

static int allow(scmp_filter_ctx ctx, const int *calls, size_t n)
{
	int err = 0;

	for (size_t i = 0; !err && i < n; i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 0);
	return err;
}

#define ALLOW(ctx, calls) allow(ctx, calls, sizeof(calls) / sizeof((calls)[0]))

int sandbox_reader(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int err = ctx ? ALLOW(ctx, always) : -ENOMEM;

	if (!err)
		err = ALLOW(ctx, looking);
	if (!err)
		err = ALLOW(ctx, starting);
	if (!err)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1,
				       SCMP_A0(SCMP_CMP_EQ, 0));
	if (!err) /* for reading; O_TMPFILE holds O_DIRECTORY, which is harmless alone */
		err = seccomp_rule_add(
			ctx, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ,
				O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY),
				O_RDONLY));
	if (!err)
		err = seccomp_load(ctx);
	seccomp_release(ctx);
	return err;
}

int sandbox_parser(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int err = ctx ? ALLOW(ctx, always) : -ENOMEM;

	if (!err)
		err = seccomp_load(ctx);
	seccomp_release(ctx);
	return err;
}
