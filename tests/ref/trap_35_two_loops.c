/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two loops in one thread, one after the other in turns: waiting in the second blocks
 * nobody, for it is a loop as well.
 */
#include "ref_loop.h"

#define N 29

static struct ref_loop a, b;

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(2 * i, __NR_epoll_wait);
		ref_nap_us(1500);
		ref_write(a.out, ref_msg, REF_MSG);
		ref_turn(2 * i + 1, __NR_epoll_wait);
		ref_nap_us(1500);
		ref_write(b.out, ref_msg, REF_MSG);
	}
}

int main(int argc, char **argv)
{
	struct epoll_event ev;
	char buf[REF_MSG];

	ref_begin(argc, argv);
	ref_loop_open(&a);
	ref_loop_open(&b);
	ref_feed(feed, NULL);
	ref_expect("verdict.model multiplexed");
	ref_expect("also none");
	ref_expect("loop call epoll_wait calls=%d", N);
	ref_expect("wait epoll_wait slept=%d fd=%d", N, a.ep);
	ref_expect("wait epoll_wait slept=%d fd=%d", N, b.ep);
	ref_expect("no-finding loop-blocked");
	ref_ready();
	for (int i = 0; i < N; i++) {
		struct ref_loop *l = &a;

		for (int k = 0; k < 2; k++, l = &b) {
			if (epoll_wait(l->ep, &ev, 1, -1) != 1 || read(l->in, buf, REF_MSG) != REF_MSG)
				ref_die("epoll_wait");
			ref->a++;
		}
	}
	ref_done();
}
