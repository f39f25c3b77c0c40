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

	ref_begin(argc, argv);
	ref_expect("verdict.model none");
	ref_expect("finding idle-wakeups clock_nanosleep count=%d", N);
	ref_ready();
	for (int i = 0; i < N; i++)
		if (clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL))
			ref_die("clock_nanosleep");
	ref_done();
}
