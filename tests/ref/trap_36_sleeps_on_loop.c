/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The same sleeps between the turns of a loop: all of them are findings.
 */
#include "ref_sleeps.h"

#define TURNS 23

int main(int argc, char **argv)
{
	struct ref_loop l;

	ref_begin(argc, argv);
	sleeps_open();
	ref_loop_open(&l);
	ref_loop_feed(&l, TURNS);
	expect_waits();
	ref_expect("loop call epoll_wait calls=%d turns=%d longest_ns>=%d", TURNS, TURNS - 1, 6 * US * 1000);
	ref_expect("finding loop-blocked openat on %s count=%d", fifo, N);
	ref_expect("finding loop-blocked flock fd=%d count>=%d", locked, N);
	ref_expect("finding loop-blocked semtimedop count=%d", N);
	ref_expect("finding loop-blocked wait4 count=%d", N);
	ref_expect("finding loop-blocked clock_nanosleep count=%d", N);
	ref_expect("finding loop-blocked futex count=%d", N);
	ref_ready();
	for (int i = 0; i < TURNS; i++) {
		ref_loop_wait(&l);
		if (i % 7 == 2)
			sleeps(i / 7);
	}
	sleeps_close();
	ref_done();
}
