/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A descriptor that was closed while a copy of it is open: its file stays in the set, and is
 * ready for ever.
 */
#include "ref_loop.h"

#define N 5003

int main(int argc, char **argv)
{
	struct ref_loop l;

	ref_begin(argc, argv);
	ref_loop_open(&l);
	ref_write(l.out, ref_msg, REF_MSG);
	ref_must(dup(l.in), "dup");
	close(l.in);
	ref_expect("awake fd=%d EPOLLIN", l.in);
	ref_expect("finding busy-poll epoll_wait fd=%d warning=1", l.in);
	ref_expect("no-finding not-drained");
	ref_ready();
	ref_loop_only_ask(&l, N, l.in, EPOLLIN);
	ref_done();
}
