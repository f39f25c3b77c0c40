/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A pipe at its end stays in the set of a poll and is read again and again: reads of 0
 * bytes are no transfers.
 */
#include <poll.h>

#include "ref_loop.h"

#define N 3001

int main(int argc, char **argv)
{
	struct pollfd p[2];
	int pipes[2], s[2];
	char buf[REF_MSG];

	ref_begin(argc, argv);
	ref_must(pipe(pipes), "pipe");
	ref_pair(s, SOCK_STREAM);
	close(pipes[1]);
	p[0] = (struct pollfd){.fd = pipes[0], .events = POLLIN};
	p[1] = (struct pollfd){.fd = s[0], .events = POLLIN};
	ref_expect("verdict.model multiplexed");
	ref_expect("verdict.in_fact polling");
	ref_expect("awake fd=%d EPOLLHUP", pipes[0]);
	ref_expect("finding busy-poll poll fd=%d warning=1", pipes[0]);
	ref_expect("file %d transfers=0", pipes[0]);
	ref_ready();
	for (int i = 0; i < N; i++)
		if (poll(p, 2, 1000) != 1 || read(pipes[0], buf, sizeof(buf)) != 0)
			ref_die("poll");
	ref_done();
}
