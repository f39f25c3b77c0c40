/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * More datagrams come than the socket's buffer holds. All that the kernel took are read: those
 * that are missing it has thrown away.
 */
#include <netinet/in.h>
#include <sys/socket.h>

#include "ref.h"

#define N 509

int main(int argc, char **argv)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(to);
	int in, out, little = 1, came = 0;
	char buf[REF_MSG];

	ref_begin(argc, argv);
	in = (int)ref_must(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), "socket");
	out = (int)ref_must(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	ref_must(setsockopt(in, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little)), "SO_RCVBUF");
	ref_must(bind(in, (void *)&to, sizeof(to)), "bind");
	ref_must(getsockname(in, (void *)&to, &len), "getsockname");
	ref_must(connect(out, (void *)&to, sizeof(to)), "connect");
	ref_later_open();
	ref_expect("finding datagrams-dropped fd=%d warning=1", in);
	ref_ready();
	for (int i = 0; i < N; i++)
		ref_must(send(out, ref_msg, REF_MSG, 0), "send");
	while (recv(in, buf, sizeof(buf), 0) == REF_MSG)
		came++;
	ref_later("finding datagrams-dropped count=%d", N - came);
	ref_done();
}
