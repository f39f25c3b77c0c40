/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io_uring closes a descriptor and opens another file under its number: no system call tells of
 * either. What is read by system calls then is of the file that was read.
 */
#define _GNU_SOURCE
#include <fcntl.h>

#include "ref_uring.h"

#define A 13
#define B 17

static int asked(struct ref_ring *r, struct io_uring_sqe *sqe)
{
	struct io_uring_cqe cqe;

	ref_ring_put(r, sqe);
	if (ref_ring_enter(r, 1, 0, 0) != 1)
		ref_die("io_uring_enter");
	ref_ring_wait(r, &cqe);
	if (cqe.res < 0)
		ref_die("completion");
	return cqe.res;
}

static int opened(struct ref_ring *r, int file)
{
	static char path[32];
	struct io_uring_sqe sqe = ref_sqe(IORING_OP_OPENAT, AT_FDCWD, path, 0, 0);

	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	sqe.open_flags = O_RDONLY;
	return asked(r, &sqe);
}

static void reads(int n, int fd, size_t len)
{
	static char buf[4096];

	for (int i = 0; i < n; i++)
		if (pread(fd, buf, len, 0) != (ssize_t)len)
			ref_die("pread");
}

int main(int argc, char **argv)
{
	struct io_uring_sqe sqe;
	struct ref_ring r;
	int a, b, fd;

	ref_begin(argc, argv);
	if (!ref_ring_open(&r, 0))
		ref_skip("io_uring is switched off");
	a = ref_file(4096);
	b = ref_file(4096);
	fd = dup(a); /* the number that is free next */
	close(fd);
	ref_expect("file %d transfers=%d bytes=%d", fd, A, A * 100);
	ref_expect("file %d transfers=%d bytes=%d", fd, B, B * 1000);
	ref_expect("no-file 0"); /* what asks for no file is of none */
	ref_ready();
	if (opened(&r, a) != fd)
		ref_die("number");
	reads(A, fd, 100);
	sqe = ref_sqe(IORING_OP_CLOSE, fd, NULL, 0, 0);
	asked(&r, &sqe);
	if (opened(&r, b) != fd)
		ref_die("number");
	reads(B, fd, 1000);
	ref_done();
}
