/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Zero-copy sends: each ends at its first completion, and the notification that follows
 * is no request's.
 */
#include <arpa/inet.h>

#include "ref_uring.h"

#ifndef IORING_CQE_F_NOTIF
#define IORING_CQE_F_NOTIF (1U << 3)
#endif
#define OP_SEND_ZC 47
#define N	   23
#define SIZE	   16384

static int tcp[2];

static void drain(void *arg)
{
	static char buf[SIZE];

	(void)arg;
	while (read(tcp[1], buf, sizeof(buf)) > 0)
		;
}

static void tcp_open(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	int listener = ref_bound(SOCK_STREAM, &a, len, &len);
	ref_must(listen(listener, 1), "listen");
	tcp[0] = ref_connected(SOCK_STREAM, &a, len);
	tcp[1] = (int)ref_must(accept(listener, NULL, NULL), "accept");
	close(listener);
}

int main(int argc, char **argv)
{
	static char buf[SIZE];
	struct io_uring_cqe cqe;
	struct io_uring_sqe sqe;
	struct ref_ring r;

	ref_begin(argc, argv);
	if (!ref_ring_open(&r, 0))
		ref_skip("io_uring is switched off");
	tcp_open();
	ref_feed(drain, NULL);
	ref_expect("verdict.model async");
	ref_expect("model async transfers %d bytes %d", N, N * SIZE);
	ref_expect("file %d transfers=%d", tcp[0], N);
	ref_expect("ring requests=%d depth_max=1 alone=%d", N, N);
	ref_ready();
	for (int i = 0; i < N; i++) {
		sqe = ref_sqe(OP_SEND_ZC, tcp[0], buf, SIZE, (uint64_t)i);
		sqe.msg_flags = MSG_WAITALL;
		ref_ring_put(&r, &sqe);
		if (ref_ring_enter(&r, 1, 0, 0) != 1)
			ref_die("io_uring_enter");
		ref_ring_wait(&r, &cqe);
		if (cqe.res != SIZE)
			ref_skip("no zero-copy sends of io_uring here");
		if (cqe.flags & IORING_CQE_F_MORE)
			do
				ref_ring_wait(&r, &cqe);
			while (!(cqe.flags & IORING_CQE_F_NOTIF));
	}
	ref_done();
}
