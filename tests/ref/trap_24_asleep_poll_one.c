/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep in poll() of one connection since before the watch, as a read that has a time limit is: its other
 * end is another process's.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>

#include "ref.h"

int main(int argc, char **argv)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	struct pollfd ours = {.events = POLLIN};
	int listener, theirs;
	pid_t server;

	ref_begin(argc, argv);
	listener = ref_bound(SOCK_STREAM, &at, size, &size);
	ref_must(listen(listener, 1), "listen");
	ours.fd = ref_connected(SOCK_STREAM, &at, size);
	theirs = (int)ref_must(accept(listener, NULL, NULL), "accept");
	server = ref_idler(ours.fd);
	close(theirs);
	ref_expect("verdict.model multiplexed");
	ref_expect("wait poll under_way=1 slept=1 fd=%d held_by=%d", ours.fd, (int)server);
	ref_ready_asleep(__NR_poll);
	return poll(&ours, 1, -1);
}
