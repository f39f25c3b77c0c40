/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A loop that wakes up by its time limit, again and again, and finds nothing.
 */
#include "ref_loop.h"

#define N 103

int main(int argc, char **argv)
{
	struct epoll_event ev;
	struct ref_loop l;

	ref_begin(argc, argv);
	ref_loop_open(&l);
	ref_expect("verdict.model multiplexed");
	ref_expect("loop call epoll_wait calls=%d empty=%d", N, N);
	ref_expect("finding idle-wakeups epoll_wait count=%d", N);
	ref_expect("no-finding busy-poll");
	ref_ready();
	for (int i = 0; i < N; i++)
		if (epoll_wait(l.ep, &ev, 1, 5) != 0)
			ref_die("epoll_wait");
	ref_done();
}
