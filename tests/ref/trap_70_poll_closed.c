/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A descriptor that was closed is left in the set of a poll, which says POLLNVAL at once.
 */
#include <poll.h>

#include "ref.h"

#define N 5003

int main(int argc, char **argv)
{
	struct pollfd set[2] = {{.fd = 99, .events = POLLIN}, {.events = POLLIN}};
	int s[2];

	ref_begin(argc, argv);
	ref_pair(s, SOCK_STREAM);
	set[1].fd = s[0];
	ref_expect("finding calls-fail poll count=%d error=%d", N, EBADF);
	ref_expect("no-finding busy-poll");
	ref_ready();
	for (int i = 0; i < N; i++)
		if (poll(set, 2, 1000) != 1 || !(set[0].revents & POLLNVAL))
			ref_die("poll");
	ref_done();
}
