/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The longest turn of a loop, made long by computing: exact to 0.2 ms.
 */
#include "ref_loop.h"

#define N     13
#define AT    7 /* the turn that is long */

int main(int argc, char **argv)
{
	struct ref_loop l;

	ref_begin(argc, argv);
	ref_loop_open(&l);
	ref_loop_feed(&l, N);
	ref_later_open();
	ref_expect("verdict.model multiplexed");
	ref_expect("loop call epoll_wait calls=%d turns=%d inexact_turns=0 inexact=0", N, N - 1);
	ref_expect("finding loop-computes epoll_wait warning=0");
	ref_expect("no-finding loop-blocked");
	ref_ready();
	for (int i = 0; i < N; i++) {
		ref_loop_wait(&l);
		if (i != AT)
			continue;
		ref_burn_us(23000);
	}
	if (ref_loop_longest_is(&l, AT))
		ref_later("loop longest_running_ns>=22000000 longest_waiting_ns<=500000");
	ref_loop_expect(&l);
	ref_done();
}
