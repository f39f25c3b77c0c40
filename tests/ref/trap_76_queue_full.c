/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Connects to a unix listener whose queue is full, by sockets that do not wait: each is turned away with EAGAIN,
 * and is closed.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include "ref.h"

#define N 13

int main(int argc, char **argv)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	socklen_t size = sizeof(at);
	int listener, fd;

	ref_begin(argc, argv);
	listener = ref_bound(SOCK_STREAM, &at, sizeof(at.sun_family), &size); /* the kernel finds a name */
	ref_must(listen(listener, 1), "listen");
	for (int i = 0; i < 2; i++) {
		fd = ref_connected(SOCK_STREAM, &at, size);
	}
	ref_expect("finding calls-fail connect count=%d error=%d warning=0", N, EAGAIN);
	ref_expect("finding accept-queue count=2");
	ref_expect("verdict.model none");
	ref_ready();
	for (int i = 0; i < N; i++) {
		fd = (int)ref_must(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket");
		if (!connect(fd, (void *)&at, size) || errno != EAGAIN)
			ref_die("connect");
		close(fd);
		usleep(2000);
	}
	ref_done();
}
