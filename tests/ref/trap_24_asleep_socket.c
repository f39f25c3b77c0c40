/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep in read() of a connection since before the watch: its other end is another process's.
 */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "ref.h"

int main(int argc, char **argv)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	int listener, ours, theirs;
	pid_t client;
	char c;

	ref_begin(argc, argv);
	listener = (int)ref_must(socket(AF_INET, SOCK_STREAM, 0), "socket");
	ref_must(bind(listener, (void *)&at, size), "bind");
	ref_must(listen(listener, 1), "listen");
	ref_must(getsockname(listener, (void *)&at, &size), "getsockname");
	theirs = (int)ref_must(socket(AF_INET, SOCK_STREAM, 0), "socket");
	ref_must(connect(theirs, (void *)&at, size), "connect");
	ours = (int)ref_must(accept(listener, NULL, NULL), "accept");
	client = (pid_t)ref_must(fork(), "fork");
	if (!client) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ours);
		pause();
		_exit(0);
	}
	close(theirs);
	ref_expect("verdict.model blocking");
	ref_expect("wait read under_way=1 slept=1 fd=%d held_by=%d", ours, (int)client);
	ref_ready_asleep(__NR_read);
	return (int)read(ours, &c, 1);
}
