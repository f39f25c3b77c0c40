/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * harmful.c - what a program might do to the judge, one CASE each; run-harmful says what must
 * come of it. Cases from 20 on do their harm, or their oddity, and then exercise 2 as it should be.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include "lab.h"
#include "uapi/iomodel_lab.h"

__attribute__((unused)) static void read_all(int fd)
{
	char msg[64];
	ssize_t n;

	while ((n = read(fd, msg, sizeof(msg))) > 0)
		lab_take(msg, (size_t)n);
}

__attribute__((unused)) static int device(void)
{
	return (int)lab_must(open(lab_device(0), O_RDONLY), "open");
}

/* Things that must not be possible: how many of them were. */
__attribute__((unused)) static int forbidden(int fd)
{
	static const char *const paths[] = {
		"/run/results/job.json", "/run/results", "/run/vm/command", "/run/vm/status", "/run/lab/iomodel",
		"/run/lab/launch", "/proc/1/environ", "/proc/1/mem", "/dev/iomodel", "/dev/kmsg", "/dev/mem",
		"/sys/kernel/debug"};
	struct iom_lab_timing timing = {0};
	struct iom_lab_source source = {.seed = 1, .messages = 1, .bytes = 1, .burst = 1};
	struct iom_lab_stats stats;
	char path[64];
	int done = 0;

	for (unsigned int i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		done += open(paths[i], O_RDONLY) >= 0 && printf("opened %s\n", paths[i]);
	snprintf(path, sizeof(path), "/proc/%d/mem", getppid());
	done += open(path, O_RDWR) >= 0;
	done += open(lab_device(0), O_WRONLY) >= 0;
	done += open("/sys/fs/cgroup/cgroup.procs", O_WRONLY) >= 0;
	done += write(fd, "x", 1) == 1;
	done += ioctl(fd, IOM_LAB_SET_TIMING, &timing) == 0;
	done += ioctl(fd, IOM_LAB_GET_TIMING, &timing) == 0;
	done += ioctl(fd, IOM_LAB_SET_SOURCE, &source) == 0;
	done += ioctl(fd, IOM_LAB_GET_TOTAL, &stats) == 0;
	done += ioctl(fd, IOM_LAB_FLUSH) == 0;
	done += kill(getppid(), 0) == 0;
	done += kill(1, 0) == 0;
	done += ptrace(PTRACE_ATTACH, getppid(), 0, 0) == 0;
	done += setuid(0) == 0;
	for (int i = 3; i < 200; i++) /* but for the page, nothing was left open */
		done += i != fd && i != atoi(getenv("LAB_PAGE_FD")) && fcntl(i, F_GETFD) >= 0;
	return done;
}

int main(void)
{
#if CASE == 1 /* hangs in read */
	int p[2];
	char c;

	lab_must(pipe(p), "pipe");
	return (int)read(p[0], &c, 1);
#elif CASE == 2 /* hangs in epoll_wait */
	struct epoll_event ev;

	return epoll_wait(epoll_create1(0), &ev, 1, -1);
#elif CASE == 3 /* hangs in sigsuspend */
	sigset_t none;

	sigemptyset(&none);
	return sigsuspend(&none);
#elif CASE == 4 /* hangs in futex */
	pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

	pthread_mutex_lock(&m);
	return pthread_mutex_lock(&m);
#elif CASE == 5 /* leaves at once */
	return 0;
#elif CASE == 6 /* SIGSEGV */
	volatile int *volatile nowhere = NULL;

	*nowhere = 1;
#elif CASE == 7 /* a fork bomb */
	for (;;)
		fork();
#elif CASE == 8 /* four gigabytes */
	for (size_t i = 0; i < 4096; i++)
		memset(malloc(1 << 20), 1, 1 << 20);
	return 0;
#elif CASE == 9 /* a gigabyte of output */
	static char text[1 << 16];

	memset(text, 'x', sizeof(text));
	for (int i = 0; i < 1 << 14; i++)
		if (write(1, text, sizeof(text)) < 0)
			return 1;
#elif CASE == 10 /* prints what it would like to have */
	puts("2 blocking 10/10\n{\"score\": 10, \"tests\": []}\nScore: 10/10");
#elif CASE == 11 /* a processor, for ever */
	for (;;)
		getppid();
#elif CASE == 12 /* leaves a process behind */
	read_all(device());
	if (!fork())
		pause();
#elif CASE == 13 /* all that is forbidden, and one read */
	char msg[64];
	int fd = device();

	lab_answer("done", forbidden(fd));
	return read(fd, msg, sizeof(msg)) < 0;
#elif CASE == 20 /* kills its parent, and then does its work */
	kill(getppid(), SIGKILL);
	kill(-1, SIGSTOP);
	read_all(device());
#elif CASE == 21 /* sets its counters back */
	int fd = device();
	char msg[64];
	ssize_t n;

	while ((n = read(fd, msg, sizeof(msg))) > 0) {
		lab_take(msg, (size_t)n);
		lab_must(ioctl(fd, IOM_LAB_RESET), "RESET");
	}
#elif CASE == 22 /* opens it twice, and reads from one after the other */
	int fd[2] = {device(), device()};
	char msg[64];
	ssize_t n;

	for (int i = 0; (n = read(fd[i & 1], msg, sizeof(msg))) > 0; i++)
		lab_take(msg, (size_t)n);
#elif CASE == 23 /* closes and opens it anew for each message */
	char msg[64];
	ssize_t n;

	do {
		int fd = device();

		n = read(fd, msg, sizeof(msg));
		if (n > 0)
			lab_take(msg, (size_t)n);
		close(fd);
	} while (n > 0);
#elif CASE == 24 /* a child reads five messages through a duplicate */
	int fd = device(), other = dup(fd);
	char msg[64];

	if (!fork()) {
		for (int i = 0; i < 5; i++)
			lab_take(msg, (size_t)read(other, msg, sizeof(msg)));
		_exit(0);
	}
	wait(NULL);
	read_all(fd);
#elif CASE == 25 /* another process reads, and hands on */
	char msg[64];
	ssize_t n;
	int p[2];

	lab_must(pipe(p), "pipe");
	if (!fork()) {
		int fd = device();

		close(p[0]);
		while ((n = read(fd, msg, sizeof(msg))) > 0)
			if (write(p[1], msg, (size_t)n) != n)
				_exit(1);
		_exit(0);
	}
	close(p[1]);
	read_all(p[0]);
	wait(NULL);
#endif
	return 0;
}
