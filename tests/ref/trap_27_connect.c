/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A nonblocking connect: EINPROGRESS is no failure and no retry, the program
 * then waits for the socket in poll().
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>

#include "ref.h"

#define N 17

static int listener;

static void feed(void *arg)
{
	char buf[REF_MSG];

	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		int c = (int)ref_must(accept(listener, NULL, NULL), "accept");

		if (read(c, buf, sizeof(buf)) != REF_MSG)
			ref_die("feeder's read");
		ref_await_sleep(ref->tid[0], __NR_poll);
		ref_write(c, buf, REF_MSG);
		close(c);
	}
}

static void wait_for(int fd, short events)
{
	struct pollfd pfd = {.fd = fd, .events = events};

	if (poll(&pfd, 1, -1) != 1)
		ref_die("poll");
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	char buf[REF_MSG];
	int err;

	ref_begin(argc, argv);
	listener = ref_bound(SOCK_STREAM, &a, len, &len);
	ref_must(listen(listener, 8), "listen");
	ref_feed(feed, NULL);
	ref_expect("verdict.model multiplexed");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	/* The attempt to connect is none; a write and a read for each. */
	ref_expect("model multiplexed transfers %d bytes %d", 2 * N, 2 * N * REF_MSG);
	ref_expect("model nonblocking transfers 0");
	ref_expect("model blocking transfers 0");
	ref_expect("no-finding eagain-spin");
	ref_ready();
	for (int i = 0; i < N; i++) {
		int fd = (int)ref_must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket");

		if (!connect(fd, (struct sockaddr *)&a, sizeof(a)) || errno != EINPROGRESS)
			ref_die("connect");
		wait_for(fd, POLLOUT);
		len = sizeof(err);
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) || err)
			ref_die("SO_ERROR");
		ref_write(fd, ref_msg, REF_MSG);
		wait_for(fd, POLLIN);
		if (read(fd, buf, sizeof(buf)) != REF_MSG)
			ref_die("read");
		close(fd);
	}
	ref_done();
}
