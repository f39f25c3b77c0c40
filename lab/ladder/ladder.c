/*
 * The ladder: devices 0 to 7 send messages by the clock, whether you ask or not. Take them all,
 * soon, with little CPU time, and do as many units of lab_work() as you can meanwhile. Any
 * model will do. Nobody grades it; the numbers are put beside those of others.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include "lab.h"
#include "ring.h"

#define DEVICES 8

#if !defined(MODEL)
#define MODEL 0
#endif

#if MODEL == 1 || MODEL == 0 /* blocking: a thread for each device; this is what you begin with */
static void *one(void *arg)
{
	int i = (int)(intptr_t)arg, fd = (int)lab_must(open(lab_device(i), O_RDONLY), "open");
	char msg[64];
	ssize_t n;

	while ((n = read(fd, msg, sizeof(msg))) > 0)
		lab_take_from(i, msg, (size_t)n);
	return NULL;
}

int main(void)
{
	pthread_t thread[DEVICES];

	for (int i = 0; i < DEVICES; i++)
		pthread_create(&thread[i], NULL, one, (void *)(intptr_t)i);
	for (int i = 0; i < DEVICES; i++)
		pthread_join(thread[i], NULL);
	return 0;
}
#elif MODEL == 5 /* async: a request for each device is always under way */
int main(void)
{
	static char buf[DEVICES][64];
	struct ring_done done = {0};
	struct ring r;
	int fd[DEVICES], going = DEVICES;

	lab_must(ring_open(&r), "io_uring");
	for (int i = 0; i < DEVICES; i++) {
		fd[i] = (int)lab_must(open(lab_device(i), O_RDONLY), "open");
		ring_read(&r, fd[i], buf[i], 64, (uint64_t)i);
	}
	ring_submit(&r);
	while (going) {
		while (!ring_take(&r, &done))
			lab_work();
		going--;
		if (done.result <= 0)
			continue;
		lab_take_from((int)done.id, buf[done.id], (size_t)done.result);
		ring_read(&r, fd[done.id], buf[done.id], 64, done.id);
		ring_submit(&r);
		going++;
	}
	return 0;
}
#else
static int fd[DEVICES], going = DEVICES;

/* All that device i has; true: it has ended. */
static void drain(int i)
{
	char msg[64];
	ssize_t n;

	if (fd[i] < 0)
		return;
	while ((n = read(fd[i], msg, sizeof(msg))) > 0)
		lab_take_from(i, msg, (size_t)n);
	if (n == 0) {
		close(fd[i]);
		fd[i] = -1;
		going--;
	}
}

int main(void)
{
	for (int i = 0; i < DEVICES; i++)
		fd[i] = (int)lab_must(open(lab_device(i), O_RDONLY | O_NONBLOCK), "open");
#if MODEL == 2 /* nonblocking: asks all of them between two units of work */
	while (going) {
		for (int i = 0; i < DEVICES; i++)
			drain(i);
		lab_work();
	}
#elif MODEL == 3 /* multiplexed */
	struct epoll_event ev[DEVICES];
	int ep = (int)lab_must(epoll_create1(0), "epoll_create1");

	for (int i = 0; i < DEVICES; i++) {
		struct epoll_event want = {.events = EPOLLIN, .data.u32 = (uint32_t)i};

		lab_must(epoll_ctl(ep, EPOLL_CTL_ADD, fd[i], &want), "epoll_ctl");
	}
	while (going)
		for (int n = epoll_wait(ep, ev, DEVICES, -1); n > 0; n--)
			drain((int)ev[n - 1].data.u32);
#else /* signal-driven: works until a signal comes */
	struct timespec now = {0};
	siginfo_t info;
	sigset_t set;
	int sig = SIGRTMIN + 1;

	sigemptyset(&set);
	sigaddset(&set, sig);
	sigaddset(&set, SIGIO);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (int i = 0; i < DEVICES; i++) {
		lab_must(fcntl(fd[i], F_SETOWN, getpid()), "F_SETOWN");
		lab_must(fcntl(fd[i], F_SETSIG, sig), "F_SETSIG");
		lab_must(fcntl(fd[i], F_SETFL, O_NONBLOCK | O_ASYNC), "F_SETFL");
	}
	while (going) {
		int got = sigtimedwait(&set, &info, &now);

		if (got < 0)
			lab_work();
		for (int i = 0; i < DEVICES && got > 0; i++)
			if (got == SIGIO || info.si_fd == fd[i])
				drain(i);
	}
#endif
	return 0;
}
#endif
