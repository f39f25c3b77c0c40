/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A loop that always finds something, and takes it: no spin.
 */
#include "ref_loop.h"

#define N 5003

int main(int argc, char **argv)
{
	struct ref_loop l;
	struct epoll_event ev;
	char buf[REF_MSG];

	ref_begin(argc, argv);
	ref_loop_open(&l);
	ref_expect("verdict.in_fact null");
	ref_expect("no-finding busy-poll");
	ref_expect("no-finding not-drained");
	ref_expect("no-finding eagain-spin");
	ref_ready();
	for (int i = 0; i < N; i++) {
		ref_write(l.out, ref_msg, REF_MSG);
		if (epoll_wait(l.ep, &ev, 1, 1000) != 1 || read(l.in, buf, REF_MSG) != REF_MSG)
			ref_die("epoll_wait");
	}
	ref_done();
}
