/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * many - a family of processes, and exactly what each of them does.
 *
 * many [-n CHILDREN] [-c CALLS] [-f FILES] [-w MICROSECONDS] [-s]
 *
 * Forks CHILDREN, every second one by the one before it. Each waits at a gate
 * (a read of a pipe that is closed in the end), then reads CALLS times from a
 * file of its own and writes one byte to a pipe that all share.
 *   -f  so many more descriptors, of one open file, that all inherit
 *   -w  so long between two forks of the program's own
 *   -s  a storm: they are made while the program may be watched already
 *
 * Prints "ready PID" when all are there, or with -s when it begins to make them, and
 * then "made" when all are there. At SIGUSR1 the gate opens; when all have written,
 * the program sends SIGUSR2 to its parent. They sleep from then on, and die with it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static long nchildren = 100, ncalls = 3, nfiles, between;
static int gate[2], done[2];

static void die(const char *what)
{
	fprintf(stderr, "many: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void child(bool has_child)
{
	char c;
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (has_child) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid == 0)
			prctl(PR_SET_PDEATHSIG, SIGKILL);
	}
	if (read(gate[0], &c, 1) != 0)
		die("gate");
	fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	for (long i = 0; i < ncalls; i++)
		if (pread(fd, &c, 1, 0) != 1)
			die("pread");
	if (write(done[1], "d", 1) != 1)
		die("write");
	for (;;)
		pause();
}

static void open_files(void)
{
	struct rlimit limit = {(rlim_t)nfiles + 64, (rlim_t)nfiles + 64};
	int fd = open("/dev/null", O_RDONLY);

	if (nfiles && setrlimit(RLIMIT_NOFILE, &limit))
		die("setrlimit");
	for (long i = 1; i < nfiles; i++)
		if (dup(fd) < 0)
			die("dup");
}

static void make_children(void)
{
	for (long i = 0; i < nchildren; i += 2) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid == 0) {
			close(gate[1]);
			child(i + 1 < nchildren);
		}
		if (between)
			usleep((useconds_t)between);
	}
}

int main(int argc, char **argv)
{
	bool storm = false;
	sigset_t set;
	int opt, sig;
	char c;

	while ((opt = getopt(argc, argv, "n:c:f:w:s")) != -1) {
		if (opt == 'n')
			nchildren = atol(optarg);
		else if (opt == 'c')
			ncalls = atol(optarg);
		else if (opt == 'f')
			nfiles = atol(optarg);
		else if (opt == 'w')
			between = atol(optarg);
		else if (opt == 's')
			storm = true;
		else
			return 2;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (pipe(gate) || pipe(done))
		die("pipe");
	open_files();
	if (!storm)
		make_children();
	printf("ready %d\n", getpid());
	fflush(stdout);
	if (storm) {
		make_children();
		puts("made");
		fflush(stdout);
	}
	sigwait(&set, &sig);
	close(gate[1]);
	for (long i = 0; i < nchildren; i++)
		if (read(done[0], &c, 1) != 1)
			die("read");
	kill(getppid(), SIGUSR2);
	for (;;)
		pause();
}
