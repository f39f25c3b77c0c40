/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory-mapped I/O: no call at all, the program sleeps in page faults until
 * the page of the file is there.
 */
#define _GNU_SOURCE
#include "ref_fault.h"

#define N 31
/* Long enough to be a part of any watch: what is less is taken for errors of clocks. */
#define PAGE_US 20000

static int uffd;

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++)
		ref_fault_serve(uffd, -1, PAGE_US);
}

int main(int argc, char **argv)
{
	volatile char *mem;
	int fd, sum = 0;

	ref_begin(argc, argv);
	fd = (int)ref_must(memfd_create("pages", 0), "memfd_create");
	ref_must(ftruncate(fd, N * 4096), "ftruncate");
	mem = mmap(NULL, N * 4096, PROT_READ, MAP_SHARED, fd, 0);
	if (mem == MAP_FAILED)
		ref_die("mmap");
	uffd = ref_fault_arm((void *)mem, N * 4096);
	ref_feed(feed, NULL);
	ref_expect("verdict.model blocking");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("pattern memory-mapped");
	ref_expect("model blocking transfers 0");
	ref_expect("model blocking phase1_ns>=%d", N * (PAGE_US - 100) * 1000);
	ref_ready();
	for (int i = 0; i < N; i++)
		sum += mem[i * 4096];
	if (sum)
		ref_die("pages");
	ref_done();
}
