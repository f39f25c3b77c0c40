/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waiting for pages of a mapped file, in no call.
 */
#include "ref_fault.h"
#include "ref_loop.h"

#define PAGES 997

static char *mem;

int main(int argc, char **argv)
{
	struct ref_loop l;
	char buf[4096];

	ref_begin(argc, argv);
	ref_loop_open(&l);
	mem = ref_evicted(PAGES * 4096);
	ref_expect("finding page-fault-io page-fault warning=1 ns>=20000000");
	ref_expect("wait page-fault slept>=%d unsplit_ns=0", PAGES / 2);
	ref_ready();
	for (int p = 0; p < PAGES; p++)
		buf[0] += ((volatile char *)mem)[p * 4096];
	ref_done();
}
