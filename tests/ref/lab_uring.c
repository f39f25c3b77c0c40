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
	static struct lab_feed feed = {__NR_io_uring_enter, N};
	static char buf[DEPTH][REF_MSG];
	struct io_uring_sqe sqe;
	struct io_uring_cqe cqe;
	struct iom_lab_stats s;
	struct ref_ring r;
	long submitted = 0;
	int fd;

	ref_begin(argc, argv);
	if (!ref_ring_open(&r, 0))
		ref_skip("io_uring is switched off");
	fd = lab_open(0, lab_feeding, &feed);
	ref_expect("verdict.model async");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("no-finding iowq-offload");
	ref_expect("lost 0");
	ref_ready();
	for (long i = 0; i < DEPTH; i++, submitted++) {
		sqe = ref_sqe(IORING_OP_READ, fd, buf[i], REF_MSG, i);
		ref_ring_put(&r, &sqe);
	}
	ref_must(ref_ring_enter(&r, DEPTH, 0, 0), "io_uring_enter");
	for (long i = 0; i < N; i++) {
		ref_ring_wait(&r, &cqe);
		if (cqe.res != REF_MSG)
			ref_die("completion");
		ref->a++;
		if (submitted >= N)
			continue;
		submitted++;
		sqe = ref_sqe(IORING_OP_READ, fd, buf[cqe.user_data], REF_MSG, cqe.user_data);
		ref_ring_put(&r, &sqe);
		ref_must(ref_ring_enter(&r, 1, 0, 0), "io_uring_enter");
	}
	s = lab_oracle(fd);
	ref_later("file %d transfers=%llu inline=%llu late=%llu", fd,
		  (unsigned long long)(s.async_inline + s.async_late),
		  (unsigned long long)s.async_inline, (unsigned long long)s.async_late);
	ref_later("model async transfers %llu bytes %llu",
		  (unsigned long long)(s.async_inline + s.async_late),
		  (unsigned long long)s.async_bytes);
	ref_done();
}
