/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The same, and each time something is sent: that is what the time limit is for.
 */
#include "ref_loop.h"

#define N 103

int main(int argc, char **argv)
{
	struct epoll_event ev;
	struct ref_loop l;
	int to[2];

	ref_begin(argc, argv);
	ref_loop_open(&l);
	ref_pair(to, SOCK_STREAM);
	ref_expect("loop call epoll_wait calls=%d empty=%d", N, N);
	ref_expect("no-finding idle-wakeups");
	ref_ready();
	for (int i = 0; i < N; i++) {
		if (epoll_wait(l.ep, &ev, 1, 5) != 0)
			ref_die("epoll_wait");
		ref_write(to[0], ref_msg, REF_MSG);
	}
	ref_done();
}
