/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests to receive into a buffer of a group that has none: each is done at once, with ENOBUFS.
 */
#include "ref_uring.h"

#define N 2003

int main(int argc, char **argv)
{
	struct io_uring_sqe sqe;
	struct io_uring_cqe cqe;
	struct ref_ring r;
	int s[2];

	ref_begin(argc, argv);
	if (!ref_ring_open(&r, 0))
		ref_skip("io_uring is switched off");
	ref_pair(s, SOCK_STREAM);
	ref_write(s[1], ref_msg, REF_MSG);
	ref_expect("finding calls-fail io_uring_enter count=%d fd=%d error=%d", N, s[0], ENOBUFS);
	ref_ready();
	for (int i = 0; i < N; i++) {
		sqe = ref_sqe(IORING_OP_RECV, s[0], NULL, 0, 0);
		sqe.flags = IOSQE_BUFFER_SELECT;
		sqe.buf_group = 7;
		ref_ring_put(&r, &sqe);
		if (ref_ring_enter(&r, 1, 0, 0) != 1)
			ref_die("io_uring_enter");
		ref_ring_wait(&r, &cqe);
		if (cqe.res != -ENOBUFS)
			ref_die("completion");
	}
	ref_done();
}
