/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "base/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/privileges.h"

#define DIR_FD	  3
#define SOCKET_FD 4

/* Can it be done by who we are, without any capability? */
static bool possible(int dir, const char *to)
{
	struct stat folder, old;
	bool replaces = !fstatat(dir, to, &old, AT_SYMLINK_NOFOLLOW);

	if (fstat(dir, &folder) || faccessat(dir, ".", W_OK | X_OK, AT_EACCESS))
		return false;
	return !replaces || !(folder.st_mode & S_ISVTX) || old.st_uid == geteuid() ||
	       folder.st_uid == geteuid();
}

bool iom_keeper_needed(int dir, const char *to)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct all[2] = {}, none[2];
	bool needed;

	if (!iom_capable(CAP_DAC_OVERRIDE) || syscall(SYS_capget, &head, all))
		return false;
	none[0] = all[0];
	none[1] = all[1];
	none[0].effective = none[1].effective = 0;
	if (syscall(SYS_capset, &head, none))
		return false;
	needed = !possible(dir, to);
	return syscall(SYS_capset, &head, all) ? true : needed;
}

/* What is left to do: hear the word, do it, answer. */
static int only_that(void)
{
	static const int calls[] = {
		SCMP_SYS(recvfrom),   SCMP_SYS(sendto),		 SCMP_SYS(renameat),
		SCMP_SYS(renameat2),  SCMP_SYS(unlinkat),	 SCMP_SYS(exit),
		SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn),	 SCMP_SYS(munmap),
		SCMP_SYS(brk),	      SCMP_SYS(restart_syscall),
	};
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int err = ctx ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < sizeof(calls) / sizeof(calls[0]); i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 0);
	if (!err)
		err = seccomp_load(ctx);
	seccomp_release(ctx);
	return err;
}

/* Nothing but the folder and the socket stays open, and nobody's keys are heard. */
static int leave_all(int dir, int socket)
{
	const int ignored[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGTSTP};
	int null = open("/dev/null", O_RDWR);
	int high = fcntl(dir, F_DUPFD, 10), s = fcntl(socket, F_DUPFD, 10);

	for (int i = 0; i < DIR_FD; i++)
		dup2(null, i);
	if (high < 0 || s < 0 || dup2(high, DIR_FD) < 0 || dup2(s, SOCKET_FD) < 0)
		return -EBADF;
	close_range(SOCKET_FD + 1, ~0U, 0);
	setsid();
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	return chdir("/") ? -errno : 0;
}

__attribute__((noreturn)) static void be_keeper(int dir, int socket, const char *from,
						const char *to)
{
	int32_t err = -EIO;
	char word;

	prctl(PR_SET_NAME, "iomodel-keeper");
	if (leave_all(dir, socket) ||
	    iom_keep_capabilities(IOM_CAP(CAP_DAC_OVERRIDE) | IOM_CAP(CAP_FOWNER)) || only_that())
		_exit(1);
	if (send(SOCKET_FD, &err, sizeof(err), MSG_NOSIGNAL) < 0 ||
	    recv(SOCKET_FD, &word, 1, 0) != 1) {
		unlinkat(DIR_FD, from, 0);
		_exit(1);
	}
	err = renameat(DIR_FD, from, DIR_FD, to) ? -errno : 0;
	send(SOCKET_FD, &err, sizeof(err), MSG_NOSIGNAL);
	_exit(0);
}

static int hear(int keeper, int32_t *err)
{
	ssize_t n;

	do
		n = recv(keeper, err, sizeof(*err), 0);
	while (n < 0 && errno == EINTR);
	return n == sizeof(*err) ? 0 : -EIO;
}

int iom_keeper_start(int dir, const char *from, const char *to)
{
	int pair[2], err;
	int32_t ready;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	fflush(NULL);
	pid = fork();
	if (!pid) {
		/* A child of nobody's: those who wait for children must not meet it. */
		if (fork())
			_exit(0);
		be_keeper(dir, pair[1], from, to);
	}
	close(pair[1]);
	err = pid < 0 ? -errno : 0;
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (!err)
		err = hear(pair[0], &ready);
	if (!err)
		return pair[0];
	close(pair[0]);
	return err;
}

int iom_keeper_rename(int keeper)
{
	int32_t result = -EIO;
	int err = 0;

	if (send(keeper, "r", 1, MSG_NOSIGNAL) != 1)
		err = -EIO;
	if (!err)
		err = hear(keeper, &result);
	close(keeper);
	return err ? err : result;
}

void iom_keeper_remove(int keeper)
{
	int32_t gone;

	shutdown(keeper, SHUT_WR);
	hear(keeper, &gone); /* until it has done so */
	close(keeper);
}
