/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's submission thread spins all the time for a few requests a second.
 */
#include "ref_loop.h"
#include "ref_uring.h"

#define N 47 /* enough for most of its life */

int main(int argc, char **argv)
{
	struct io_uring_cqe cqe;
	struct io_uring_sqe sqe;
	struct io_uring_params none = {};
	struct ref_ring r;
	char buf[64];
	int fd, number;

	ref_begin(argc, argv);
	fd = ref_file(4096);
	number = (int)syscall(__NR_io_uring_setup, 1, &none); /* that of the next file */
	if (number < 0)
		ref_skip("io_uring is switched off");
	close(number);
	ref_expect("verdict.model async");
	ref_expect("ring requests=%d fd=%d", N, number);
	ref_expect("finding sqpoll-spin count=%d", N);
	ref_ready();
	/* Not earlier: it would sleep for as long as a slow machine takes to begin the watch. Idle for
	 * longer than the pauses, and no longer: while it spins, no probe of functions can be taken
	 * off on some kernels. */
	if (!ref_ring_open_idle(&r, IORING_SETUP_SQPOLL, 200))
		ref_die("io_uring_setup");
	for (int i = 0; i < N; i++) {
		sqe = ref_sqe(IORING_OP_READ, fd, buf, sizeof(buf), (uint64_t)i);
		ref_ring_put(&r, &sqe);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		if (__atomic_load_n(r.sq_flags, __ATOMIC_RELAXED) & IORING_SQ_NEED_WAKEUP)
			ref_ring_enter(&r, 0, 0, IORING_ENTER_SQ_WAKEUP);
		while (!ref_ring_take(&r, &cqe))
			ref_nap_us(100);
		ref_nap_us(40000);
	}
	ref_done();
}
