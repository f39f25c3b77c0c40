/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests handed to workers of the kernel since the program asked for it: each counted
 * once, and that is the reason.
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
	fd = ref_file(16 * 4096);
	ref_expect("verdict.model async");
	ref_expect("verdict.in_fact threads");
	ref_expect("ring fd=%d requests=%d late=%d offloaded=%d offload_flag=%d offload_operation=0 workers>=1", r.fd, N,
		   N, N, N);
	ref_expect("finding iowq-offload io_uring_enter count=%d warning=0", N);
	ref_ready();
	for (int i = 0; i < N; i += batch) {
		batch = N - i < BATCH ? N - i : BATCH;
		for (int b = 0; b < batch; b++) {
			sqe = ref_sqe(IORING_OP_READ, fd, buf[b], 4096, (uint64_t)b);
			sqe.flags = IOSQE_ASYNC;
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
