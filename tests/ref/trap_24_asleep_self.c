/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep in read() of a connection to its own listener, as a server of one thread is that asks itself: there it
 * waits to be accepted, by this process as well as by a child that has the listener too.
 */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "ref.h"

int main(int argc, char **argv)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	int listener, fd;
	char c;

	ref_begin(argc, argv);
	listener = ref_bound(SOCK_STREAM, &at, size, &size);
	ref_must(listen(listener, 1), "listen");
	ref_idler(-1);
	fd = ref_connected(SOCK_STREAM, &at, size);
	ref_expect("verdict.model blocking");
	ref_expect("wait read under_way=1 slept=1 fd=%d held_by=0", fd);
	ref_expect("finding accept-queue on listen count=1");
	ref_ready_asleep(__NR_read);
	return (int)read(fd, &c, 1);
}
