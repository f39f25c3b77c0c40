/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A task of the deadline class: how long it ran and slept is right, or said to be a bound.
 */
#include "ref_loop.h"

#define N 11

struct attr { /* struct sched_attr, which glibc and the kernel's headers both declare */
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

int main(int argc, char **argv)
{
	struct attr attr = {.size = sizeof(attr), .policy = 6, .runtime = 20000000,
			    .deadline = 100000000, .period = 100000000};

	ref_begin(argc, argv);
	if (syscall(__NR_sched_setattr, 0, &attr, 0))
		ref_skip("no deadline class here");
	ref_expect("wait clock_nanosleep slept=%d ns>=%d ns<=%d", N, N * 4000000, N * 40000000);
	ref_expect("time running_ns>=8000000 running_ns<=%d", ref_emulated() ? 400000000 : 60000000);
	ref_ready();
	for (int i = 0; i < N; i++) {
		ref_nap_us(5000);
		ref_burn_us(1000);
	}
	ref_done();
}
