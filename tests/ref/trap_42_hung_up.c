/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The other end is closed, and the file stays in the set.
 */
#include "ref_loop.h"

#define N 5003

int main(int argc, char **argv)
{
	struct ref_loop l;

	ref_begin(argc, argv);
	ref_loop_open(&l);
	close(l.idle[1]);
	ref_expect("verdict.model multiplexed");
	ref_expect("verdict.in_fact polling");
	ref_expect("awake fd=%d EPOLLHUP", l.idle[0]);
	ref_expect("finding busy-poll epoll_wait fd=%d warning=1", l.idle[0]);
	ref_ready();
	ref_loop_only_ask(&l, N, l.idle[0], EPOLLHUP);
	ref_done();
}
