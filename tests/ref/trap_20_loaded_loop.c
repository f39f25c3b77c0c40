/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A loaded event loop looks again with a zero timeout as long as there was
 * something, and sleeps when there is nothing: nine waits of ten do not sleep,
 * and it is multiplexed all the same.
 */
#include <sys/epoll.h>

#include "ref.h"

#define FILES  10
#define ROUNDS 31
#define N      (FILES * ROUNDS)

static int s[FILES][2];

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, ROUNDS); i++) {
		ref_turn(i * FILES, __NR_epoll_wait);
		ref_nap_us(1000);
		for (int f = 0; f < FILES; f++)
			ref_write(s[f][1], ref_msg, REF_MSG);
	}
}

int main(int argc, char **argv)
{
	struct epoll_event ev = {.events = EPOLLIN};
	char buf[REF_MSG];
	int ep, n, timeout = 0;

	ref_begin(argc, argv);
	ep = (int)ref_must(epoll_create1(0), "epoll_create1");
	for (int f = 0; f < FILES; f++) {
		ref_pair(s[f], SOCK_STREAM);
		ref_nonblock(s[f][0]);
		ev.data.fd = s[f][0];
		ref_must(epoll_ctl(ep, EPOLL_CTL_ADD, s[f][0], &ev), "epoll_ctl");
	}
	ref_expect("file %d attempts=%d slept=0 eagain=0 transfers=%d", s[0][0], ROUNDS, ROUNDS);
	ref_expect("file %d attempts=%d slept=0 eagain=0 transfers=%d", s[FILES - 1][0], ROUNDS, ROUNDS);
	ref_feed(feed, NULL);
	ref_expect("verdict.model multiplexed");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("model multiplexed transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("no-finding busy-poll");
	ref_ready();
	for (int done = 0; done < N;) {
		n = epoll_wait(ep, &ev, 1, timeout);
		timeout = n > 0 ? 0 : -1;
		if (n < 0)
			ref_die("epoll_wait");
		if (!n)
			continue;
		if (read(ev.data.fd, buf, sizeof(buf)) != REF_MSG)
			ref_die("read");
		ref->a = ++done;
	}
	ref_done();
}
