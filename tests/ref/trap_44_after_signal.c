/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Readiness calls that a signal about a file provoked, without waiting: drain, then one
 * that finds nothing. Signal-driven, and no spin.
 */
#define _GNU_SOURCE
#include <poll.h>

#include "ref.h"

#define N 31

static int s[2];

static void on_io(int sig)
{
	(void)sig;
}

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_rt_sigsuspend);
		ref_write(s[1], ref_msg, REF_MSG);
	}
}

int main(int argc, char **argv)
{
	struct sigaction act = {.sa_handler = on_io};
	struct pollfd p;
	char buf[REF_MSG];
	sigset_t mask, none;

	ref_begin(argc, argv);
	ref_pair(s, SOCK_STREAM);
	sigaction(SIGRTMIN, &act, NULL);
	sigemptyset(&none);
	sigaddset(&none, SIGUSR1);
	mask = none;
	sigaddset(&mask, SIGRTMIN);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	ref_must(fcntl(s[0], F_SETOWN, getpid()), "F_SETOWN");
	ref_must(fcntl(s[0], F_SETSIG, SIGRTMIN), "F_SETSIG");
	ref_must(fcntl(s[0], F_SETFL, O_ASYNC | O_NONBLOCK | O_RDWR), "F_SETFL");
	p = (struct pollfd){.fd = s[0], .events = POLLIN};
	ref_feed(feed, NULL);
	ref_expect("verdict.model signal-driven");
	ref_expect("verdict.in_fact null");
	ref_expect("no-finding busy-poll");
	ref_ready();
	for (int i = 0; i < N; i++) {
		sigsuspend(&none);
		while (poll(&p, 1, 0) == 1)
			if (read(s[0], buf, REF_MSG) != REF_MSG)
				ref_die("read");
		ref->a++;
	}
	ref_done();
}
