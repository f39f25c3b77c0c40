/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep in connect(): who listens there, a child, accepts nothing, and its queue is full.
 */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "ref.h"

int main(int argc, char **argv)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	int listener, fd;
	pid_t child;

	ref_begin(argc, argv);
	listener = ref_bound(SOCK_STREAM, &at, size, &size);
	ref_must(listen(listener, 0), "listen");
	fd = ref_connected(SOCK_STREAM, &at, size); /* the one that there is room for */
	child = ref_idler(-1);
	close(listener);
	fd = (int)ref_must(socket(AF_INET, SOCK_STREAM, 0), "socket");
	ref_expect("verdict.model blocking");
	ref_expect("wait connect under_way=1 slept=1 fd=%d held_by=%d", fd, (int)child);
	ref_expect("finding connect-unanswered warning=0");
	ref_ready_asleep(__NR_connect);
	return connect(fd, (void *)&at, size);
}
