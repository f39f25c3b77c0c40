/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thread that sleeps by timer, again and again, to look at a flag: it makes no readiness call.
 */
#define _GNU_SOURCE
#include <time.h>

#include "ref.h"

#define N 103

int main(int argc, char **argv)
{
	struct timespec pause = {.tv_nsec = 5000000};
	long before;

	ref_begin(argc, argv);
	ref_expect("verdict.model none");
	ref_later_open();
	ref_ready();
	before = ref_own_switches();
	for (int i = 0; i < N; i++)
		if (clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL))
			ref_die("clock_nanosleep");
	/* Not N: where the CPU is away for 5 ms the time is over before the thread is asleep. */
	ref_later("finding idle-wakeups clock_nanosleep count=%ld", ref_own_switches() - before);
	ref_done();
}
