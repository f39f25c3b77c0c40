/* SPDX-License-Identifier: GPL-2.0-only */
/* posix: reads device 0 by POSIX AIO. A program of its own, since it must not be static: that a
 * thread is the C library's is known by its code's being there. */
#define _GNU_SOURCE
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include "lab.h"

static char buf[1][64];

int main(void)
{
	int fd = (int)lab_must(open(lab_device(0), O_RDONLY), "open");
	ssize_t n;

	do {
		struct aiocb cb = {.aio_fildes = fd, .aio_buf = buf[0], .aio_nbytes = 64};
		const struct aiocb *list[] = {&cb};

		lab_must(aio_read(&cb), "aio_read");
		while (aio_error(&cb) == EINPROGRESS)
			aio_suspend(list, 1, NULL);
		n = aio_return(&cb);
		if (n > 0)
			lab_take(buf[0], (size_t)n);
	} while (n > 0);
	return 0;
}

