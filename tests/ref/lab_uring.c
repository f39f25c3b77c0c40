/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The asynchronous model on the lab device, by io_uring: a few requests are
 * always in flight and complete later, without a poll and without a worker.
 */
#include "ref_lab.h"
#include "ref_uring.h"

#define N     127
#define DEPTH 4

int main(int argc, char **argv)
{
	static char buf[DEPTH][REF_MSG];
	struct io_uring_sqe sqe;
	struct io_uring_cqe cqe;
	struct ref_ring r;
	long submitted = 0;
	int fd;

	ref_begin(argc, argv);
	if (!ref_ring_open(&r, 0))
		ref_skip("io_uring is switched off");
	fd = lab_open(0, N, 1, 1000);
	ref_expect("verdict.model async");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("no-finding iowq-offload");
	ref_expect("file %d transfers=%d inline=0 late=%d", fd, N, N);
	ref_expect("lost 0");
	ref_ready();
	for (long i = 0; i < DEPTH; i++, submitted++) {
		sqe = ref_sqe(IORING_OP_READ, fd, buf[i], REF_MSG, i);
		ref_ring_put(&r, &sqe);
	}
	ref_must(ref_ring_enter(&r, DEPTH, 0, 0), "io_uring_enter");
	for (long i = 0; ref_more(i, N); i++) {
		ref_ring_wait(&r, &cqe);
		if (cqe.res != REF_MSG)
			ref_die("completion");
		/* The ring tells of two that complete together in either order. */
		lab_check(buf[cqe.user_data], i, DEPTH);
		if (!ref_looping() && submitted >= N)
			continue;
		submitted++;
		sqe = ref_sqe(IORING_OP_READ, fd, buf[cqe.user_data], REF_MSG, cqe.user_data);
		ref_ring_put(&r, &sqe);
		ref_must(ref_ring_enter(&r, 1, 0, 0), "io_uring_enter");
	}
	lab_later_async(fd);
	ref_done();
}
