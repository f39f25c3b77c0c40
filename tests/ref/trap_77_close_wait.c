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
	l = ref_bound(SOCK_STREAM, &at, size, &size);
	ref_must(listen(l, N), "listen");
	for (int i = 0; i < N; i++) {
		client[i] = ref_connected(SOCK_STREAM, &at, size);
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
