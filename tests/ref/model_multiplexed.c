/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The multiplexed model: one thread sleeps in epoll_wait for three sockets,
 * then reads the one that is ready without sleeping.
 */
#include <sys/epoll.h>

#include "ref.h"

#define N     199
#define FILES 3

static int s[FILES][2];

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_epoll_wait);
		ref_write(s[i % FILES][1], ref_msg, REF_MSG);
	}
}

int main(int argc, char **argv)
{
	struct epoll_event ev = {.events = EPOLLIN};
	char buf[REF_MSG];
	int ep;

	ref_begin(argc, argv);
	ep = (int)ref_must(epoll_create1(0), "epoll_create1");
	for (int f = 0; f < FILES; f++) {
		ref_pair(s[f], SOCK_STREAM);
		ref_nonblock(s[f][0]);
		ev.data.fd = s[f][0];
		ref_must(epoll_ctl(ep, EPOLL_CTL_ADD, s[f][0], &ev), "epoll_ctl");
		ref_expect("file %d attempts=%d slept=0 eagain=0 transfers=%d watched_by=%d", s[f][0],
			   (N + FILES - 1 - f) / FILES, (N + FILES - 1 - f) / FILES, ep);
	}
	ref_feed(feed, NULL);
	prctl(PR_SET_NAME, "loop");
	ref_expect("verdict.model multiplexed");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("pattern event-loop");
	ref_expect("model multiplexed transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("model blocking transfers 0");
	ref_expect("model nonblocking transfers 0");
	ref_expect("thread loop model multiplexed");
	ref_expect("no-finding may-block");
	ref_expect("no-finding busy-poll");
	ref_ready();
	for (long i = 0; ref_more(i, N); i++) {
		if (epoll_wait(ep, &ev, 1, -1) != 1)
			ref_die("epoll_wait");
		if (read(ev.data.fd, buf, sizeof(buf)) != REF_MSG)
			ref_die("read");
		ref->a++;
	}
	ref_done();
}
