/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read until EAGAIN, once for each wake-up: as it should be.
 */
#include "ref_loop.h"

#define N 503

int main(int argc, char **argv)
{
	struct ref_loop l;
	char buf[4096];

	ref_begin(argc, argv);
	ref_loop_open(&l);
	ref_expect("no-finding spurious-ready");
	ref_expect("no-finding eagain-spin");
	ref_expect("no-finding not-drained");
	ref_expect("no-finding thundering-herd");
	ref_expect("file %d eagain=%d", l.in, N);
	ref_ready();
	for (int i = 0; i < N; i++) {
		struct epoll_event ev;

		ref_write(l.out, ref_msg, REF_MSG);
		if (epoll_wait(l.ep, &ev, 1, -1) != 1 || read(l.in, buf, REF_MSG) != REF_MSG)
			ref_die("epoll_wait");
		if (read(l.in, buf, REF_MSG) >= 0)
			ref_die("read");
	}
	ref_done();
}
