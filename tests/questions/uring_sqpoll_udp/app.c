/* SPDX-License-Identifier: GPL-2.0-only */
#include <arpa/inet.h>
#include <liburing.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* a relay: epoll-free, reads a packet (poll + recv), sends it on through a SQPOLL ring with
 * sq_thread_idle 2 s */

int main(int argc, char **argv)
{
	struct io_uring ring;
	struct io_uring_params pr = {.flags = IORING_SETUP_SQPOLL, .sq_thread_idle = 2000};
	struct sockaddr_in in = {.sin_family = AF_INET,
				 .sin_port = htons(24109),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)},
			   out = in;
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), o = socket(AF_INET, SOCK_DGRAM, 0);
	char b[1500];
	out.sin_port = htons(24110);
	if (bind(s, (void *)&in, sizeof in) || connect(o, (void *)&out, sizeof out) ||
	    io_uring_queue_init_params(64, &ring, &pr))
		return 1;
	FILE *up = fopen(argv[1], "w");
	fputs("up\n", up);
	fclose(up);
	for (;;) {
		struct pollfd p = {s, POLLIN};
		struct io_uring_cqe *c;
		poll(&p, 1, -1);
		int n = recv(s, b, sizeof b, 0);
		if (n < 0)
			continue;
		struct io_uring_sqe *q = io_uring_get_sqe(&ring);
		io_uring_prep_send(q, o, b, n, 0);
		io_uring_submit(&ring);
		while (!io_uring_peek_cqe(&ring, &c))
			io_uring_cqe_seen(&ring, c);
	}
}
