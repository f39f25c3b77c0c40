/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io_uring requests that go to the kernel's worker threads (IOSQE_ASYNC on a
 * regular file): asynchronous by threads, and the workers are no blocking
 * threads of the program.
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
	ref_expect("also none");
	ref_expect("finding iowq-offload");
	ref_expect("model async transfers %d bytes %d", N, N * 4096);
	ref_expect("model blocking transfers 0");
	ref_expect("file %d transfers=%d", fd, N);
	ref_ready();
	for (int i = 0; i < N; i += batch) {
		batch = N - i < BATCH ? N - i : BATCH;
		for (int b = 0; b < batch; b++) {
			sqe = ref_sqe(IORING_OP_READ, fd, buf[b], 4096, (uint64_t)b);
			sqe.off = (uint64_t)(i + b) % 16 * 4096;
			sqe.flags = IOSQE_ASYNC;
			ref_ring_put(&r, &sqe);
		}
		if (ref_ring_enter(&r, (unsigned int)batch, 0, 0) != batch)
			ref_die("io_uring_enter");
		for (int b = 0; b < batch; b++) {
			ref_ring_wait(&r, &cqe);
			if (cqe.res != 4096)
				ref_die("completion");
		}
	}
	ref_done();
}
