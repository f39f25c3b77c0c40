/*
 * Be interrupted when data is there: devices 0 and 1 send a signal (F_SETOWN, F_SETSIG,
 * O_ASYNC), and you read in answer to it. Nothing else may wait for data: no poll, no read
 * that sleeps. Three things will be tried: messages 2 ms apart; the next message there at the
 * very moment the last was taken; and a signal queue that has no room (RLIMIT_SIGPENDING), in
 * which case the kernel sends plain SIGIO, which does not say of which file it tells.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#if defined(WRONG) && WRONG == 5
#include <poll.h>
#endif
#include <signal.h>
#include "lab.h"

#define DEVICES 2

static int fd[DEVICES], ended;

/* Take all that device i has. */
__attribute__((unused)) static void drain(int i)
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
		ended++;
	}
}

#if defined(WRONG) && WRONG == 1 /* a flag, then sleep: the signal may come in between */
static volatile sig_atomic_t got_data;

static void on_signal(int sig)
{
	(void)sig;
	got_data = 1;
}

int main(void)
{
	signal(SIGIO, on_signal);
	for (int i = 0; i < DEVICES; i++) {
		fd[i] = (int)lab_must(open(lab_device(i), O_RDONLY | O_NONBLOCK), "open");
		lab_must(fcntl(fd[i], F_SETOWN, getpid()), "F_SETOWN");
		lab_must(fcntl(fd[i], F_SETFL, O_NONBLOCK | O_ASYNC), "F_SETFL");
	}
	for (;;) {
		sleep(86400);
		if (!got_data)
			continue;
		got_data = 0;
		for (int i = 0; i < DEVICES; i++) {
			char msg[64];
			ssize_t n = read(fd[i], msg, sizeof(msg));

			if (n > 0)
				lab_take_from(i, msg, (size_t)n);
		}
	}
}
#elif defined(WRONG) && WRONG == 5 /* waits in poll, as exercise 5 does */
int main(void)
{
	struct pollfd p[DEVICES];

	for (int i = 0; i < DEVICES; i++) {
		fd[i] = (int)lab_must(open(lab_device(i), O_RDONLY | O_NONBLOCK), "open");
		p[i] = (struct pollfd){.fd = fd[i], .events = POLLIN};
	}
	while (ended < DEVICES) {
		lab_must(poll(p, DEVICES, -1), "poll");
		for (int i = 0; i < DEVICES; i++) {
			if (p[i].revents)
				drain(i);
			p[i].fd = fd[i];
		}
	}
	return 0;
}
#else
int main(void)
{
#if defined(SKELETON)
	int sig = SIGRTMIN + 1;

	for (int i = 0; i < DEVICES; i++) {
		fd[i] = (int)lab_must(open(lab_device(i), O_RDONLY | O_NONBLOCK), "open");
		/* TODO 1: this process owns the file's signals (F_SETOWN), and the signal is
		 * sig, which is queued and says of which file it tells (F_SETSIG). */
		lab_must(fcntl(fd[i], F_SETFL, O_NONBLOCK | O_ASYNC), "F_SETFL");
	}
	/* TODO 2: wait for sig so that none can be lost between looking and falling asleep, and
	 * drain() the device whose descriptor it names. TODO 3: what if SIGIO comes instead?
	 * Leave when `ended` is DEVICES. */
	(void)sig;
	return 0;
#else
	int sig = SIGRTMIN + 1;
	siginfo_t info;
	sigset_t set;

	/* Blocked, they wait in the queue until sigwaitinfo takes them: none falls in between. */
	sigemptyset(&set);
	sigaddset(&set, sig);
#if WRONG != 3 /* 3: nobody takes SIGIO */
	sigaddset(&set, SIGIO);
#endif
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (int i = 0; i < DEVICES; i++) {
		fd[i] = (int)lab_must(open(lab_device(i), O_RDONLY | O_NONBLOCK), "open");
#if WRONG != 2 /* 2: nobody owns the signals */
		lab_must(fcntl(fd[i], F_SETOWN, getpid()), "F_SETOWN");
#endif
		lab_must(fcntl(fd[i], F_SETSIG, sig), "F_SETSIG");
		lab_must(fcntl(fd[i], F_SETFL, O_NONBLOCK | O_ASYNC), "F_SETFL");
	}
	while (ended < DEVICES) {
		int got = sigwaitinfo(&set, &info);

		if (got < 0)
			continue; /* EINTR */
#if WRONG == 4 /* does not look which file it is */
		drain(0);
#else
		for (int i = 0; i < DEVICES; i++)
			if (got == SIGIO || info.si_fd == fd[i])
				drain(i);
#endif
	}
	return 0;
#endif
}
#endif
