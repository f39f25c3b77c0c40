/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * claims ROLE: three of four programs (posix.c is the other) whose calls are all called
 * asynchronous. Given as binaries: which of them are? The device is number 0.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/aio_abi.h>
#include "lab.h"
#include "ring.h"

static char buf[4][64];

/* io_uring with so many requests under way. */
static void by_ring(int depth)
{
	int fd = (int)lab_must(open(lab_device(0), O_RDONLY), "open");
	struct ring_done done;
	struct ring r;
	int going, over = 0;

	lab_must(ring_open(&r), "io_uring");
	for (going = 0; going < depth; going++)
		ring_read(&r, fd, buf[going], 64, (uint64_t)going);
	ring_submit(&r);
	while (going) {
		lab_must(ring_wait(&r, &done), "io_uring_enter");
		going--;
		if (done.result > 0)
			lab_take(buf[done.id], (size_t)done.result);
		else
			over = 1;
		if (over)
			continue;
		ring_read(&r, fd, buf[done.id], 64, done.id);
		ring_submit(&r);
		going++;
	}
}

/* libaio on a file that is in the page cache: as many reads as the judge says. */
static void by_libaio(long n)
{
	int fd = (int)lab_must(open("/proc/self/exe", O_RDONLY), "open");
	aio_context_t ctx = 0;
	struct io_event ev;

	lab_must(syscall(SYS_io_setup, 16, &ctx), "io_setup");
	for (long i = 0; i < n; i++) {
		struct iocb cb = {.aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = (uint32_t)fd,
				  .aio_buf = (uintptr_t)buf[0], .aio_nbytes = 64, .aio_offset = 64 * i};
		struct iocb *list[] = {&cb};

		lab_must(syscall(SYS_io_submit, ctx, 1, list), "io_submit");
		lab_must(syscall(SYS_io_getevents, ctx, 1, 1, &ev, NULL), "io_getevents");
		usleep(2000);
	}
	syscall(SYS_io_destroy, ctx); /* else the process would sleep for it while it exits */
}

int main(int argc, char **argv)
{
	int which = argc > 1 ? argv[1][0] - '0' : -1;

	if (argc > 1)
		argv[1][0] = 'x';
	switch (which) {
	case 0:
		by_ring(1);
		break;
	case 1:
		by_libaio(lab_given("LAB_N", 50));
		break;
	case 2:
		by_ring(4);
		break;
	default:
		return 2;
	}
	return 0;
}
