/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EPOLLOUT asked for all the time, though nothing waits to be written: the call comes
 * back at once, with a timeout and all.
 */
#include "ref_loop.h"

#define N 5003

int main(int argc, char **argv)
{
	struct ref_loop l;

	ref_begin(argc, argv);
	ref_loop_open(&l);
	ref_epoll_add(l.ep, l.out, EPOLLOUT);
	ref_expect("verdict.model multiplexed");
	ref_expect("verdict.in_fact polling");
	ref_expect("loop call epoll_wait calls=%d files=3", N);
	ref_expect("awake fd=%d EPOLLOUT", l.out);
	ref_expect("finding busy-poll epoll_wait fd=%d warning=1", l.out);
	ref_expect("no-finding not-drained");
	ref_ready();
	ref_loop_only_ask(&l, N, l.out, EPOLLOUT);
	ref_done();
}
