/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The longest turn of a loop, made long by a page that somebody else brings: exact to
 * 0.2 ms, and no call's.
 */
#include "ref_fault.h"
#include "ref_loop.h"

static char *mem;
static int uffd;

static void bring(void *arg)
{
	(void)arg;
	ref_fault_serve(uffd, -1, 23000);
}

#define N     13
#define AT    7 /* the turn that is long */

int main(int argc, char **argv)
{
	struct ref_loop l;

	ref_begin(argc, argv);
	ref_loop_open(&l);
	mem = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uffd = ref_fault_arm(mem, 4096);
	ref_feed(bring, NULL);
	ref_loop_feed(&l, N);
	ref_later_open();
	ref_expect("verdict.model multiplexed");
	ref_expect("loop call epoll_wait calls=%d turns=%d inexact_turns=0 inexact=0", N, N - 1);
	ref_expect("loop longest_waiting_ns>=23000000");
	ref_ready();
	for (int i = 0; i < N; i++) {
		ref_loop_wait(&l);
		if (i != AT)
			continue;
		*(volatile char *)mem = 1;
	}
	/* The return from the call and the way into the next one are the kernel's. */
	ref_later("loop longest_ns>=%llu", (unsigned long long)l.longest_ns - 200000);
	ref_later("loop longest_on_ns<=%llu", (unsigned long long)l.longest_ns + 200000);
	ref_done();
}
