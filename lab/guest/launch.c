/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * launch CGROUP UID GID CPU_SECONDS FILE_BYTES SIGNALS KEEP PROGRAM [ARG...]
 *
 * Starts a student's program the way the judge wants it: in its cgroup, with its limits, as
 * an ordinary user, with stdin, stdout, stderr and descriptor KEEP and no other (-1: none), and
 * stopped, so that a watch can begin before its first instruction. KEEP - 1, where it is open,
 * stays too: it is the log of exercise 10. SIGNALS: how many signals may be queued, -1: no limit
 * of ours. Leaves 125 with a message where one of these cannot be had.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static void must(long v, const char *what)
{
	if (v >= 0)
		return;
	fprintf(stderr, "launch: %s: %s\n", what, strerror(errno));
	_exit(125);
}

static void limit(int what, const char *name, long value)
{
	struct rlimit r = {(rlim_t)value, (rlim_t)value};

	if (value >= 0)
		must(setrlimit((unsigned int)what, &r), name);
}

static void join(const char *cgroup)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	fd = open(path, O_WRONLY);
	must(fd, path);
	must(write(fd, "0", 1), path);
	close(fd);
}

/* What the judge ignores (Python ignores two) a student's program shall not. */
static void default_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL); /* SIGKILL and SIGSTOP refuse, and are so already */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void close_all_but(int keep)
{
	if (keep < 4) {
		must(syscall(SYS_close_range, 3, ~0U, 0), "close_range");
		return;
	}
	if (keep > 4)
		must(syscall(SYS_close_range, 3, keep - 2, 0), "close_range");
	must(syscall(SYS_close_range, keep + 1, ~0U, 0), "close_range");
}

int main(int argc, char **argv)
{
	if (argc < 9) {
		fputs("launch: too few arguments\n", stderr);
		return 125;
	}
	join(argv[1]);
	limit(RLIMIT_CPU, "RLIMIT_CPU", atol(argv[4]));
	limit(RLIMIT_FSIZE, "RLIMIT_FSIZE", atol(argv[5]));
	limit(RLIMIT_SIGPENDING, "RLIMIT_SIGPENDING", atol(argv[6]));
	limit(RLIMIT_CORE, "RLIMIT_CORE", 0);
	default_signals();
	close_all_but(atoi(argv[7]));
	must(setgroups(0, NULL), "setgroups");
	must(setresgid((gid_t)atol(argv[3]), (gid_t)atol(argv[3]), (gid_t)atol(argv[3])), "setgid");
	must(setresuid((uid_t)atol(argv[2]), (uid_t)atol(argv[2]), (uid_t)atol(argv[2])), "setuid");
	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
	must(kill(getpid(), SIGSTOP), "stop");
	execv(argv[8], argv + 8);
	must(-1, argv[8]);
	return 125;
}
