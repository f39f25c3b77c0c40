/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep in poll() on two sockets for the whole window: the set exists only in
 * the program's memory.
 */
#include <poll.h>

#include "ref.h"

int main(int argc, char **argv)
{
	struct pollfd pfd[2];
	int s[2][2];

	ref_begin(argc, argv);
	for (int f = 0; f < 2; f++) {
		ref_pair(s[f], SOCK_STREAM);
		pfd[f] = (struct pollfd){.fd = s[f][0], .events = POLLIN};
	}
	ref_expect("verdict.model multiplexed");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("model multiplexed transfers 0 phase1_ns>=200000000");
	ref_ready_asleep(__NR_poll);
	return poll(pfd, 2, -1);
}
