/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io_uring at depth one: each request is submitted and waited for in the same
 * call. A blocking read with another name.
 */
#include "ref_uring.h"

#define N 59

static int s[2];

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_io_uring_enter);
		ref_write(s[1], ref_msg, REF_MSG);
	}
}

int main(int argc, char **argv)
{
	struct io_uring_sqe sqe;
	struct io_uring_cqe cqe;
	struct ref_ring r;
	char buf[REF_MSG];

	ref_begin(argc, argv);
	if (!ref_ring_open(&r, 0))
		ref_skip("io_uring is switched off");
	ref_pair(s, SOCK_STREAM);
	ref_feed(feed, NULL);
	ref_expect("verdict.model async");
	ref_expect("verdict.in_fact synchronous");
	ref_expect("also none");
	ref_expect("model async transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("model blocking transfers 0");
	ref_expect("file %d transfers=%d", s[0], N);
	ref_ready();
	for (int i = 0; i < N; i++) {
		sqe = ref_sqe(IORING_OP_READ, s[0], buf, REF_MSG, 0);
		ref_ring_put(&r, &sqe);
		if (ref_ring_enter(&r, 1, 1, 0) != 1)
			ref_die("io_uring_enter");
		ref_ring_wait(&r, &cqe);
		if (cqe.res != REF_MSG)
			ref_die("completion");
		ref->a++;
	}
	ref_done();
}
