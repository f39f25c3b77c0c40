/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One epoll_wait at the start in a program that blocks ever after.
 */
#include <sys/epoll.h>

#include "ref.h"

#define N 151

static int s[2], p[2];

static void feed(void *arg)
{
	(void)arg;
	ref_turn(0, __NR_epoll_wait);
	ref_write(s[1], ref_msg, REF_MSG);
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i + 1, __NR_read);
		ref_nap_us(500); /* else the first wait outweighs all others where the feeder begins late */
		ref_write(p[1], ref_msg, REF_MSG);
	}
}

int main(int argc, char **argv)
{
	struct epoll_event ev = {.events = EPOLLIN};
	char buf[REF_MSG];
	int ep;

	ref_begin(argc, argv);
	ep = (int)ref_must(epoll_create1(0), "epoll_create1");
	ref_pair(s, SOCK_STREAM);
	ref_nonblock(s[0]);
	ref_must(pipe(p), "pipe");
	ref_must(epoll_ctl(ep, EPOLL_CTL_ADD, s[0], &ev), "epoll_ctl");
	ref_feed(feed, NULL);
	ref_expect("verdict.model blocking");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("model blocking transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("model multiplexed transfers 1 bytes %d", REF_MSG);
	ref_ready();
	if (epoll_wait(ep, &ev, 1, -1) != 1 || read(s[0], buf, REF_MSG) != REF_MSG)
		ref_die("epoll_wait");
	ref->a++;
	for (int i = 0; i < N; i++) {
		if (read(p[0], buf, sizeof(buf)) != REF_MSG)
			ref_die("read");
		ref->a++;
	}
	ref_done();
}
