/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts the harm that somebody who watches could do: sleeps in epoll_wait,
 * nanosleep, read and a futex, and counts EINTR and signals that nobody sent.
 * Says "ready", works until SIGTERM, then says "rounds N disturbed N".
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <sys/epoll.h>
#include <time.h>

#include "ref.h"

static volatile sig_atomic_t over;

static void on_term(int sig)
{
	(void)sig;
	over = 1;
}

static void feed(void *arg)
{
	int fd = *(int *)arg;

	for (;;) {
		ref_nap_us(2000);
		ref_write(fd, ref_msg, REF_MSG);
	}
}

int main(int argc, char **argv)
{
	struct sigaction act = {.sa_handler = on_term};
	struct timespec ms = {0, 1000000};
	struct epoll_event ev = {.events = EPOLLIN};
	long rounds = 0, disturbed = 0;
	int p[2], s[2], ep, word = 0;
	char buf[REF_MSG];

	ref_begin(argc, argv);
	ref_must(pipe(p), "pipe");
	ref_pair(s, SOCK_STREAM);
	ep = (int)ref_must(epoll_create1(0), "epoll_create1");
	ref_must(epoll_ctl(ep, EPOLL_CTL_ADD, s[0], &ev), "epoll_ctl");
	ref_feed(feed, &p[1]);
	ref->go = 1;
	sigaction(SIGTERM, &act, NULL);
	ref_say("ready");
	for (; !over; rounds++) {
		/* SIGTERM itself ends one call early: the last one. */
		if (epoll_wait(ep, &ev, 1, 1) < 0)
			disturbed += !over;
		if (nanosleep(&ms, NULL) < 0)
			disturbed += !over;
		if (read(p[0], buf, sizeof(buf)) < 0)
			disturbed += !over;
		if (syscall(__NR_futex, &word, FUTEX_WAIT, 0, &ms, NULL, 0) < 0 && errno != ETIMEDOUT)
			disturbed += !over;
	}
	ref_say("rounds %ld disturbed %ld", rounds, disturbed);
	return 0;
}
