/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include <fcntl.h>
#include <liburing.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* 512 direct reads prepared at once, then one io_uring_submit_and_wait(ring, 1); reap all, pause,
 * again */

int main(int argc, char **argv)
{
	struct io_uring ring;
	void *buf;
	int fd = open(argv[1], O_RDONLY | O_DIRECT);
	posix_memalign(&buf, 4096, 512 * 4096);
	if (fd < 0 || io_uring_queue_init(512, &ring, 0))
		return 1;
	FILE *up = fopen(argv[2], "w");
	fputs("up\n", up);
	fclose(up);
	for (;;) {
		for (int i = 0; i < 512; i++) {
			struct io_uring_sqe *s = io_uring_get_sqe(&ring);
			io_uring_prep_read(s, fd, (char *)buf + i * 4096, 4096,
					   (random() % 131072) * 4096L);
		}
		int left = 512;
		struct io_uring_cqe *c;
		io_uring_submit_and_wait(&ring, 1);
		while (left) {
			if (io_uring_wait_cqe(&ring, &c))
				return 2;
			io_uring_cqe_seen(&ring, c);
			left--;
		}
		usleep(30000);
	}
}
