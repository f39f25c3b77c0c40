/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A few pages that have to be brought: not worth a word.
 */
#include "ref_fault.h"
#include "ref_loop.h"

#define PAGES 7

static char *mem;

int main(int argc, char **argv)
{
	char buf[4096];

	ref_begin(argc, argv);
	mem = ref_evicted(PAGES * 4096);
	ref_expect("no-finding page-fault-io");
	ref_expect("wait page-fault slept>=1");
	ref_ready();
	for (int p = 0; p < PAGES; p++)
		buf[0] += ((volatile char *)mem)[p * 4096];
	ref_burn_us(100000);
	ref_done();
}
