/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep in connect() to a unix socket: who listens there, a child, accepts nothing, and its queue is full. Until the
 * call is done only its argument says where to.
 */
#include <sys/un.h>

#include "ref.h"

int main(int argc, char **argv)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	socklen_t size = sizeof(at);
	int listener, fd;
	pid_t child;

	ref_begin(argc, argv);
	listener = ref_bound(SOCK_STREAM, &at, sizeof(at.sun_family), &size); /* the kernel finds a name */
	ref_must(listen(listener, 0), "listen");
	fd = ref_connected(SOCK_STREAM, &at, size); /* the one that there is room for */
	child = ref_idler(-1);
	close(listener);
	fd = (int)ref_must(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
	ref_expect("verdict.model blocking");
	ref_expect("wait connect on %s under_way=1 slept=1 fd=%d held_by=%d", at.sun_path + 1, fd, (int)child);
	ref_ready_asleep(__NR_connect);
	return connect(fd, (void *)&at, size);
}
