/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io_uring operations that move no data of a file: none of them is a transfer.
 */
#include "ref_uring.h"

#define N 11

static void one(struct ref_ring *r, struct io_uring_sqe *sqe)
{
	struct io_uring_cqe cqe;

	ref_ring_put(r, sqe);
	if (ref_ring_enter(r, 1, 0, 0) != 1)
		ref_die("io_uring_enter");
	ref_ring_wait(r, &cqe);
}

int main(int argc, char **argv)
{
	static char buf[8192] __attribute__((aligned(4096)));
	struct __kernel_timespec ts = {.tv_nsec = 1000000};
	struct io_uring_sqe sqe;
	struct ref_ring r;
	int file;

	ref_begin(argc, argv);
	if (!ref_ring_open(&r, 0))
		ref_skip("io_uring is switched off");
	file = ref_file(4096);
	ref_expect("model async transfers 0 bytes 0");
	ref_expect("model blocking transfers 0");
	ref_expect("ring requests=%d", 6 * N);
	ref_ready();
	for (int i = 0; i < N; i++) {
		sqe = ref_sqe(IORING_OP_NOP, -1, NULL, 0, 1);
		one(&r, &sqe);
		sqe = ref_sqe(IORING_OP_TIMEOUT, -1, &ts, 1, 2);
		one(&r, &sqe);
		sqe = ref_sqe(IORING_OP_MADVISE, -1, buf, 4096, 3);
		one(&r, &sqe);
		sqe = ref_sqe(IORING_OP_PROVIDE_BUFFERS, 1, buf, 4096, 4);
		one(&r, &sqe);
		sqe = ref_sqe(IORING_OP_UNLINKAT, AT_FDCWD, "/tmp/iomodel-ref-none", 0, 5);
		one(&r, &sqe);
		sqe = ref_sqe(IORING_OP_FALLOCATE, file, NULL, 0, 6);
		sqe.addr = 4096;
		one(&r, &sqe);
	}
	ref_done();
}
