/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests that the kernel does without workers: no word of them.
 */
#include "ref_uring.h"

#define N     37
#define BATCH 4

int main(int argc, char **argv)
{
	static char buf[BATCH][4096];
	struct io_uring_sqe sqe;
	struct io_uring_cqe cqe;
	struct ref_ring r;
	int fd, batch;

	ref_begin(argc, argv);
	if (!ref_ring_open(&r, 0))
		ref_skip("io_uring is switched off");
	/* Which file systems are read without a worker differs between kernels. */
	fd = (int)ref_must(open("/dev/zero", O_RDONLY), "/dev/zero");
	ref_expect("verdict.model async");
	ref_expect("ring fd=%d requests=%d inline=%d late=0 offloaded=0 workers=0 depth_max<=4", r.fd, N, N);
	ref_expect("no-finding iowq-offload");
	ref_expect("no-finding submit-blocked");
	ref_ready();
	for (int i = 0; i < N; i += batch) {
		batch = N - i < BATCH ? N - i : BATCH;
		for (int b = 0; b < batch; b++) {
			sqe = ref_sqe(IORING_OP_READ, fd, buf[b], 4096, (uint64_t)b);
			ref_ring_put(&r, &sqe);
		}
		if (ref_ring_enter(&r, (unsigned int)batch, 0, 0) != batch)
			ref_die("io_uring_enter");
		for (int b = 0; b < batch; b++) {
			ref_ring_wait(&r, &cqe);
			if (cqe.res < 0)
				ref_die("completion");
		}
	}
	ref_done();
}
