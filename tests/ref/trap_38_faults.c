/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The longest turn of a loop, made long by pages that come from disk: exact to 0.2 ms,
 * and no call's.
 */
#include "ref_fault.h"
#include "ref_loop.h"

#define PAGES 97

static char *mem;
static int sum;

#define N     13
#define AT    7 /* the turn that is long */

int main(int argc, char **argv)
{
	struct ref_loop l;
	long slept = 0;

	ref_begin(argc, argv);
	ref_loop_open(&l);
	mem = ref_evicted(PAGES * 4096);
	ref_loop_feed(&l, N);
	ref_later_open();
	ref_expect("loop call epoll_wait calls=%d turns=%d inexact_turns=0 inexact=0", N, N - 1);
	ref_ready();
	for (int i = 0; i < N; i++) {
		ref_loop_wait(&l);
		if (i != AT)
			continue;
		slept = ref_own_switches();
		for (int p = 0; p < PAGES; p++)
			sum += ((volatile char *)mem)[p * 4096];
		slept = ref_own_switches() - slept;
	}
	/* A virtual disk may bring a page before its reader can sleep. On a busy machine a page may be faulted for
	 * a second time before it is there for good, and a call that sleeps may have slept for the last one. */
	if (slept > 3) {
		ref_later("wait page-fault slept>=%ld slept<=%d unsplit_ns<=1000000", slept / 2, 2 * PAGES);
		if (ref_loop_longest_is(&l, AT))
			ref_later("turn page-fault count>=%ld count<=%d", slept / 2, 2 * PAGES);
	}
	ref_loop_expect(&l);
	ref_loop_expect_no_computing(&l);
	ref_done();
}
