/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thread that waits for another one, with a time limit, again and again, and nobody comes.
 */
#include <linux/futex.h>
#include <time.h>

#include "ref.h"

#define N 103

int main(int argc, char **argv)
{
	struct timespec limit = {.tv_nsec = 5000000};
	int word = 0;

	ref_begin(argc, argv);
	ref_expect("verdict.model none");
	ref_expect("wait futex slept=%d", N);
	ref_expect("finding idle-wakeups futex count=%d", N);
	ref_ready();
	for (int i = 0; i < N; i++)
		if (syscall(__NR_futex, &word, FUTEX_WAIT_PRIVATE, 0, &limit, NULL, 0) != -1 || errno != ETIMEDOUT)
			ref_die("futex");
	ref_done();
}
