/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include <fcntl.h>
#include <liburing.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* 48 idle or slow stream sockets, each with one outstanding read that carries IOSQE_ASYNC */
#define N 48
int main(int argc, char **argv)
{
	struct io_uring ring;
	int sv[N][2];
	char buf[N][256];
	if (io_uring_queue_init(128, &ring, 0))
		return 1;
	for (int i = 0; i < N; i++)
		socketpair(AF_UNIX, SOCK_STREAM, 0, sv[i]);
	if (!fork()) {
		for (unsigned k = 0;; k++) {
			usleep(5000);
			write(sv[k % N][1], "hello", 5);
		}
	}
	for (int i = 0; i < N; i++) {
		struct io_uring_sqe *q = io_uring_get_sqe(&ring);
		io_uring_prep_read(q, sv[i][0], buf[i], 256, 0);
		q->flags |= IOSQE_ASYNC;
		io_uring_sqe_set_data64(q, i);
	}
	io_uring_submit(&ring);
	FILE *up = fopen(argv[1], "w");
	fputs("up\n", up);
	fclose(up);
	for (;;) {
		struct io_uring_cqe *c;
		if (io_uring_wait_cqe(&ring, &c))
			continue;
		int i = io_uring_cqe_get_data64(c);
		io_uring_cqe_seen(&ring, c);
		struct io_uring_sqe *q = io_uring_get_sqe(&ring);
		io_uring_prep_read(q, sv[i][0], buf[i], 256, 0);
		q->flags |= IOSQE_ASYNC;
		io_uring_sqe_set_data64(q, i);
		io_uring_submit(&ring);
	}
}
