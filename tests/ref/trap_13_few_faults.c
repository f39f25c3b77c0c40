/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A few pages that have to be brought: not worth a word.
 */
#include "ref_fault.h"
#include "ref_loop.h"

#define PAGES 7
#define FEW   10000000 /* ns: half of what is worth a word */

static char *mem;

int main(int argc, char **argv)
{
	uint64_t from;
	char buf[4096];
	long slept;

	ref_begin(argc, argv);
	mem = ref_evicted(PAGES * 4096);
	ref_expect("time running_ns>=10000000");
	ref_later_open();
	ref_ready();
	slept = ref_own_switches();
	from = ref_now_ns();
	for (int p = 0; p < PAGES; p++)
		buf[0] += ((volatile char *)mem)[p * 4096];
	/* A busy disk takes long for few pages, and a fast one may bring them at once. */
	if (ref_now_ns() - from < FEW)
		ref_later("no-finding page-fault-io");
	if (ref_own_switches() > slept)
		ref_later("wait page-fault slept>=1");
	ref_burn_us(100000);
	ref_done();
}
