/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mystery ROLE FD: reads a device in one of five ways, through descriptor FD, until its source
 * has ended. The device is number LAB_device. Given as a binary: what it does is to be found.
 */
#define _GNU_SOURCE
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include "lab.h"

static int fd, device;
static char msg[64];

static void take(ssize_t n)
{
	if (n > 0)
		lab_take_from(device, msg, (size_t)n);
}

/* Open the device so that it has the number that was asked for. */
static void begin(int flags)
{
	int got = (int)lab_must(open(lab_device(device), O_RDONLY | flags), "open");

	lab_must(dup2(got, fd), "dup2");
	if (got != fd)
		close(got);
}

static void by_aio(void)
{
	ssize_t n;

	begin(0);
	do {
		struct aiocb cb = {.aio_fildes = fd, .aio_buf = msg, .aio_nbytes = sizeof(msg)};
		const struct aiocb *list[] = {&cb};

		lab_must(aio_read(&cb), "aio_read");
		while (aio_error(&cb) == EINPROGRESS)
			aio_suspend(list, 1, NULL);
		n = aio_return(&cb);
		take(n);
	} while (n > 0);
}

static void by_asking(void)
{
	struct pollfd p;
	ssize_t n = 1;

	begin(O_NONBLOCK);
	p = (struct pollfd){.fd = fd, .events = POLLIN};
	while (n > 0) {
		if (poll(&p, 1, 0) == 0)
			continue;
		n = read(fd, msg, sizeof(msg));
		take(n);
	}
}

static int timer;

static void *worker(void *arg)
{
	ssize_t n;

	(void)arg;
	while ((n = read(fd, msg, sizeof(msg))) > 0)
		take(n);
	close(timer);
	exit(0);
}

/* The main thread looks like an event loop; it does nothing but count seconds. */
static void by_pool(void)
{
	struct itimerspec every = {{0, 20000000}, {0, 20000000}};
	struct epoll_event ev = {.events = EPOLLIN};
	int ep = (int)lab_must(epoll_create1(0), "epoll_create1");
	pthread_t thread;
	uint64_t ticks;

	begin(0);
	timer = (int)lab_must(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), "timerfd");
	timerfd_settime(timer, 0, &every, NULL);
	lab_must(epoll_ctl(ep, EPOLL_CTL_ADD, timer, &ev), "epoll_ctl");
	pthread_create(&thread, NULL, worker, NULL);
	for (;;)
		if (epoll_wait(ep, &ev, 1, -1) == 1 && read(timer, &ticks, sizeof(ticks)) < 0 && errno == EBADF)
			pause();
}

static void by_signal(void)
{
	int sig = SIGRTMIN + 3;
	siginfo_t info;
	sigset_t set;
	ssize_t n = 1;

	sigemptyset(&set);
	sigaddset(&set, sig);
	sigaddset(&set, SIGIO);
	sigprocmask(SIG_BLOCK, &set, NULL);
	begin(O_NONBLOCK);
	lab_must(fcntl(fd, F_SETOWN, getpid()), "F_SETOWN");
	lab_must(fcntl(fd, F_SETSIG, sig), "F_SETSIG");
	lab_must(fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC), "F_SETFL");
	while (n != 0) {
		if (sigwaitinfo(&set, &info) < 0)
			continue;
		while ((n = read(fd, msg, sizeof(msg))) > 0)
			take(n);
	}
}

static void by_epoll(void)
{
	struct epoll_event ev = {.events = EPOLLIN};
	int ep = (int)lab_must(epoll_create1(0), "epoll_create1");
	ssize_t n = 1;

	begin(O_NONBLOCK);
	lab_must(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev), "epoll_ctl");
	while (n > 0 && epoll_wait(ep, &ev, 1, -1) == 1) {
		n = read(fd, msg, sizeof(msg));
		take(n);
	}
}

int main(int argc, char **argv)
{
	void (*role[])(void) = {by_aio, by_asking, by_pool, by_signal, by_epoll};
	char *text = argv[1];
	int which = argc > 2 ? text[0] - '0' : -1;

	if (which < 0 || which > 4)
		return 2;
	fd = atoi(argv[2]);
	device = (int)lab_given("LAB_device", 0);
	memset(text, 'x', strlen(text)); /* ps shall not tell */
	role[which]();
	return 0;
}
