/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Clients have closed, and their server keeps the connections: all but one, of which it read
 * the end, and one whose client only sends nothing more and still gets answers.
 */
#include <netinet/in.h>

#include "ref.h"

#define N	 7
#define ANSWERED 5 /* this one */
#define READ	 6

int main(int argc, char **argv)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	int l, client[N], fd[N];
	char buf[REF_MSG];

	ref_begin(argc, argv);
	l = (int)ref_must(socket(AF_INET, SOCK_STREAM, 0), "socket");
	ref_must(bind(l, (struct sockaddr *)&at, size), "bind");
	ref_must(listen(l, N), "listen");
	ref_must(getsockname(l, (struct sockaddr *)&at, &size), "getsockname");
	for (int i = 0; i < N; i++) {
		client[i] = (int)ref_must(socket(AF_INET, SOCK_STREAM, 0), "socket");
		ref_must(connect(client[i], (struct sockaddr *)&at, size), "connect");
		fd[i] = (int)ref_must(accept(l, NULL, NULL), "accept");
	}
	for (int i = 0; i < N; i++)
		if (i == ANSWERED)
			ref_must(shutdown(client[i], SHUT_WR), "shutdown");
		else
			close(client[i]);
	ref_expect("finding peer-closed fd=%d count=%d warning=0", fd[0], N - 2);
	ref_ready();
	ref_write(fd[ANSWERED], ref_msg, REF_MSG);
	if (read(fd[READ], buf, sizeof(buf)))
		ref_die("there was something");
	ref_done();
}
