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
	listener = (int)ref_must(socket(AF_INET, SOCK_STREAM, 0), "socket");
	ref_must(bind(listener, (void *)&at, size), "bind");
	ref_must(listen(listener, 1), "listen");
	ref_must(getsockname(listener, (void *)&at, &size), "getsockname");
	ours.fd = (int)ref_must(socket(AF_INET, SOCK_STREAM, 0), "socket");
	ref_must(connect(ours.fd, (void *)&at, size), "connect");
	theirs = (int)ref_must(accept(listener, NULL, NULL), "accept");
	server = (pid_t)ref_must(fork(), "fork");
	if (!server) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ours.fd);
		pause();
		_exit(0);
	}
	close(theirs);
	ref_expect("verdict.model multiplexed");
	ref_expect("wait poll under_way=1 slept=1 fd=%d held_by=%d", ours.fd, (int)server);
	ref_ready_asleep(__NR_poll);
	return poll(&ours, 1, -1);
}
