/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A loop that always finds something ready: its longest turn is known to a tick, and
 * that is said.
 */
#include "ref_loop.h"

#define N  400
#define US 200
#define LONG 37000

int main(int argc, char **argv)
{
	struct ref_loop l;
	char buf[REF_MSG];
	struct epoll_event ev;
	uint64_t before, longest = 0;

	ref_begin(argc, argv);
	ref_loop_open(&l);
	ref_loop_feed(&l, 1);
	ref_later_open();
	ref_expect("verdict.model multiplexed");
	ref_expect("loop call epoll_wait calls=%d turns=%d inexact_turns=%d inexact=1", N + 1, N, N);
	ref_expect("no-finding busy-poll");
	ref_ready();
	ref_loop_wait(&l); /* sleeps once: a set that was slept on is a loop's */
	for (int i = 0; i < N; i++) {
		before = ref_cpu_ns();
		ref_write(l.out, ref_msg, REF_MSG);
		if (epoll_wait(l.ep, &ev, 1, -1) != 1 || read(l.in, buf, REF_MSG) != REF_MSG)
			ref_die("epoll_wait");
		ref_burn_us(i == N / 2 ? LONG : US);
		if (ref_cpu_ns() - before > longest)
			longest = ref_cpu_ns() - before;
	}
	/* A tick is 10 ms at most; a machine that is busy takes the CPU away besides. */
	ref_later("loop longest_ns>=%d longest_on_ns<=%llu", (LONG - 10000) * 1000,
		  (unsigned long long)longest + 12000000);
	ref_done();
}
