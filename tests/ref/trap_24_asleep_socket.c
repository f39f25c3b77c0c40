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
	listener = ref_bound(SOCK_STREAM, &at, size, &size);
	ref_must(listen(listener, 1), "listen");
	theirs = ref_connected(SOCK_STREAM, &at, size);
	ours = (int)ref_must(accept(listener, NULL, NULL), "accept");
	client = ref_idler(ours);
	close(theirs);
	ref_expect("verdict.model blocking");
	ref_expect("wait read under_way=1 slept=1 fd=%d held_by=%d", ours, (int)client);
	ref_ready_asleep(__NR_read);
	return (int)read(ours, &c, 1);
}
