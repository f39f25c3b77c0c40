/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waiting for pages of a mapped file, in no call.
 */
#include "ref_fault.h"
#include "ref_loop.h"

#define PAGES 997
#define LONG  2000000000 /* ns; enough of the watch, however long a slow machine takes to begin it */

int main(int argc, char **argv)
{
	volatile char *mem;
	uint64_t end, last, unsplit = 0;
	char sum = 0;
	int fd;

	ref_begin(argc, argv);
	fd = ref_file(PAGES * 4096);
	mem = ref_evicted_file(fd, PAGES * 4096);
	ref_expect("finding page-fault-io page-fault warning=1 ns>=20000000");
	ref_later_open();
	ref_ready();
	end = ref_now_ns() + LONG;
	do {
		for (int p = 0; p < PAGES - 1; p++)
			sum += mem[p * 4096];
		last = ref_now_ns();
		sum += mem[(PAGES - 1) * 4096];
		munmap((void *)mem, PAGES * 4096);
		unsplit += ref_now_ns() - last;
		mem = ref_evicted_file(fd, PAGES * 4096);
	} while (ref_now_ns() < end);
	/* The last fault is counted when the next call is under way already: one that sleeps, for a lock on
	 * a busy machine, may have slept for it. */
	ref_later("wait page-fault slept>=%d unsplit_ns<=%llu", PAGES / 2, (unsigned long long)unsplit);
	ref_done();
}
