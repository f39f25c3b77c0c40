/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Told ready, and somebody else has taken it: EAGAIN far more often than not.
 */
#include "ref_loop.h"

#define N 101

int main(int argc, char **argv)
{
	struct ref_loop l;
	char buf[4096];

	ref_begin(argc, argv);
	ref_loop_open(&l);
	ref_expect("finding spurious-ready read fd=%d count=%d warning=1", l.in, 2 * N);
	ref_expect("no-finding eagain-spin");
	ref_ready();
	for (int i = 0; i < N; i++) {
		struct epoll_event ev;

		ref_write(l.out, ref_msg, REF_MSG);
		if (epoll_wait(l.ep, &ev, 1, -1) != 1 || read(l.in, buf, REF_MSG) != REF_MSG)
			ref_die("epoll_wait");
		for (int k = 0; k < 2; k++)
			if (read(l.in, buf, REF_MSG) >= 0)
				ref_die("read");
	}
	ref_done();
}
