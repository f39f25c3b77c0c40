/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io_uring_enter that submits and waits in one call: what it slept while it submitted
 * stands apart from what it slept for the completion.
 */
#include "ref_fault.h"
#include "ref_uring.h"

#define N 13

static int uffd, pipes[2];

static void feed(void *arg)
{
	(void)arg;
	for (int i = 0; i < N; i++) {
		long before = ref_fault_serve(uffd, __NR_io_uring_enter, 1500);

		ref_await_sleep_again(ref->tid[0], __NR_io_uring_enter, before);
		ref_nap_us(2500);
		ref_write(pipes[1], ref_msg, 1);
	}
}

int main(int argc, char **argv)
{
	struct io_uring_cqe cqe;
	struct io_uring_sqe sqe;
	struct ref_ring r;
	char *mem, byte;
	int file;

	ref_begin(argc, argv);
	if (!ref_ring_open(&r, 0))
		ref_skip("io_uring is switched off");
	/* Which file systems are read without a worker differs between kernels. */
	file = (int)ref_must(open("/dev/zero", O_RDONLY), "/dev/zero");
	ref_must(pipe(pipes), "pipe");
	mem = mmap(NULL, N * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uffd = ref_fault_arm(mem, N * 4096);
	ref_feed(feed, NULL);
	ref_expect("verdict.model async");
	ref_expect("what submit slept=%d ns>=%d fd=%d", N, N * 1400000, r.fd);
	ref_expect("what completion slept=%d ns>=%d fd=%d", N, N * 2300000, r.fd);
	ref_expect("ring fd=%d requests=%d inline=%d late=%d depth_max=2 submit_slept=%d submit_slept_ns>=%d",
		   r.fd, 2 * N, N, N, N, N * 1400000);
	ref_expect("finding submit-blocked io_uring_enter count=%d", N);
	ref_ready();
	for (int i = 0; i < N; i++) {
		/* Waits for the pipe; then the read, whose page has to be brought. */
		sqe = ref_sqe(IORING_OP_READ, pipes[0], &byte, 1, 1);
		sqe.off = (uint64_t)-1;
		ref_ring_put(&r, &sqe);
		sqe = ref_sqe(IORING_OP_READ, file, mem + i * 4096, 4096, 2);
		ref_ring_put(&r, &sqe);
		if (ref_ring_enter(&r, 2, 2, 0) != 2)
			ref_die("io_uring_enter");
		for (int k = 0; k < 2; k++) {
			ref_ring_wait(&r, &cqe);
			if (cqe.res < 0)
				ref_die("completion");
		}
	}
	ref_done();
}
