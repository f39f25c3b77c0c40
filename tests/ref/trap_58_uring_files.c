/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io_uring on a descriptor that is another file in the end, and on a registered file that
 * has no descriptor: each file has its own.
 */
#include "ref_uring.h"

#define A 13
#define B 17
#define C 19

static void reads(struct ref_ring *r, int n, int fd, int fixed, unsigned int len)
{
	static char buf[4096];
	struct io_uring_cqe cqe;

	for (int i = 0; i < n; i++) {
		struct io_uring_sqe sqe = ref_sqe(IORING_OP_READ, fd, buf, len, (uint64_t)i);

		sqe.flags = fixed ? IOSQE_FIXED_FILE : 0;
		ref_ring_put(r, &sqe);
		if (ref_ring_enter(r, 1, 0, 0) != 1)
			ref_die("io_uring_enter");
		ref_ring_wait(r, &cqe);
		if (cqe.res != (int)len)
			ref_die("completion");
	}
}

int main(int argc, char **argv)
{
	struct ref_ring r;
	int a, b, c, held;

	ref_begin(argc, argv);
	if (!ref_ring_open(&r, 0))
		ref_skip("io_uring is switched off");
	a = ref_file(4096);
	b = ref_file(4096);
	c = ref_file(4096);
	held = dup(a); /* so that the next open file does not get the memory of this one */
	ref_must(syscall(__NR_io_uring_register, r.fd, IORING_REGISTER_FILES, &c, 1), "register");
	close(c);
	ref_expect("verdict.model async");
	ref_expect("model async transfers %d bytes %d", A + B + C, A * 100 + B * 1000 + C * 4096);
	ref_expect("file %d transfers=%d bytes=%d", a, A, A * 100);
	ref_expect("file %d transfers=%d bytes=%d", a, B, B * 1000);
	ref_expect("file -1 transfers=%d bytes=%d", C, C * 4096);
	ref_ready();
	reads(&r, A, a, 0, 100);
	dup2(b, a);
	reads(&r, B, a, 0, 1000);
	reads(&r, C, 0, 1, 4096);
	ref_must(held, "dup");
	ref_done();
}
