/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One request, many completions: a multishot accept. Each completion is a
 * connection; the request itself is still under way at the end.
 */
#include "ref_uring.h"

#define N 43

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_io_uring_enter);
		close(ref_connect("multishot"));
	}
}

int main(int argc, char **argv)
{
	struct io_uring_sqe sqe;
	struct io_uring_cqe cqe;
	struct ref_ring r;
	int listener;

	ref_begin(argc, argv);
	if (!ref_ring_open(&r, 0))
		ref_skip("io_uring is switched off");
	listener = ref_listen("multishot");
	ref_feed(feed, NULL);
	ref_expect("verdict.model async");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("model async transfers %d bytes 0", N);
	ref_expect("model blocking transfers 0");
	ref_expect("file %d transfers=%d", listener, N);
	ref_ready();
	sqe = ref_sqe(IORING_OP_ACCEPT, listener, NULL, 0, 0);
	sqe.ioprio = IORING_ACCEPT_MULTISHOT;
	ref_ring_put(&r, &sqe);
	if (ref_ring_enter(&r, 1, 0, 0) != 1)
		ref_die("io_uring_enter");
	for (int i = 0; i < N; i++) {
		ref_ring_wait(&r, &cqe);
		if (cqe.res < 0 || !(cqe.flags & IORING_CQE_F_MORE))
			ref_die("completion");
		close(cqe.res);
		ref->a++;
	}
	ref_done();
}
