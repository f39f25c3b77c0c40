/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An epoll in the set of another one: the inner one is asked without waiting when the
 * outer one says so. The loop is the outer one's.
 */
#include "ref_loop.h"

#define N 29

static struct ref_loop l;

int main(int argc, char **argv)
{
	struct epoll_event ev;
	char buf[REF_MSG];
	int outer, other[2];

	ref_begin(argc, argv);
	ref_loop_open(&l);
	outer = (int)ref_must(epoll_create1(0), "epoll_create1");
	ref_pair(other, SOCK_STREAM);
	ref_epoll_add(outer, l.ep, EPOLLIN);
	ref_epoll_add(outer, other[0], EPOLLIN);
	ref_loop_feed(&l, N);
	ref_expect("verdict.model multiplexed");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("loop call epoll_wait fd=%d files=2 calls=%d turns=%d", outer, N, N - 1);
	ref_expect("wait epoll_wait slept=%d fd=%d", N, outer);
	ref_expect("file %d transfers=%d watched_by=%d", l.in, N, l.ep);
	ref_expect("no-finding loop-blocked");
	ref_expect("no-finding busy-poll");
	ref_expect("no-finding not-drained");
	ref_ready();
	for (int i = 0; i < N; i++) {
		if (epoll_wait(outer, &ev, 1, -1) != 1 || ev.data.fd != l.ep ||
		    epoll_wait(l.ep, &ev, 1, 0) != 1 || read(l.in, buf, REF_MSG) != REF_MSG)
			ref_die("epoll_wait");
		ref->a++;
	}
	ref_done();
}
