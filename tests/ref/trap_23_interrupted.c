/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A loop that nothing comes to but the signal of an interval timer: each call sleeps, and is
 * interrupted. That is waiting, and no polling.
 */
#include "ref_loop.h"

#include <sys/time.h>

#define N 203

static volatile long came;

static void on_signal(int sig)
{
	(void)sig;
	came++;
}

int main(int argc, char **argv)
{
	struct sigaction act = {.sa_handler = on_signal};
	struct itimerval every = {{0, 4000}, {0, 4000}}, never = {};
	struct epoll_event ev;
	struct ref_loop l;

	ref_begin(argc, argv);
	ref_loop_open(&l);
	sigaction(SIGALRM, &act, NULL);
	ref_expect("verdict.model multiplexed");
	ref_expect("verdict.in_fact null");
	ref_expect("wait epoll_wait slept>=%d", N / 2);
	ref_expect("no-finding busy-poll");
	ref_ready();
	ref_must(setitimer(ITIMER_REAL, &every, NULL), "setitimer");
	while (came < N)
		if (epoll_wait(l.ep, &ev, 1, -1) >= 0 || errno != EINTR)
			ref_die("epoll_wait");
	ref_must(setitimer(ITIMER_REAL, &never, NULL), "setitimer");
	errno = 0;
	ref_done();
}
