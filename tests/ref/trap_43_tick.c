/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A look at a file without waiting, once for each tick of a timer: the pause is the
 * timer's, and this is no spin.
 */
#include <poll.h>

#include "ref_loop.h"

#define N 47

int main(int argc, char **argv)
{
	struct pollfd p;
	int s[2];

	ref_begin(argc, argv);
	ref_pair(s, SOCK_STREAM);
	p = (struct pollfd){.fd = s[0], .events = POLLIN};
	ref_expect("no-finding busy-poll");
	ref_expect("no-finding eagain-spin");
	ref_expect("wait clock_nanosleep slept=%d ns>=%d", N, N * 10000000);
	ref_expect("no-wait poll");
	ref_ready();
	for (int i = 0; i < N; i++) {
		ref_nap_us(10000);
		if (poll(&p, 1, 0))
			ref_die("poll");
	}
	ref_done();
}
