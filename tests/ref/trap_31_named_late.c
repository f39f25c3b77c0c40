/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A socket that was asked before it had a name: what is said of it is what it became.
 */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "ref.h"

#define N 7

static struct sockaddr_in at = {.sin_family = AF_INET};

static void feed(void *arg)
{
	(void)arg;
	ref_await(&ref->a, 1);
	for (long i = 0; ref_more(i, N); i++) {
		int c = (int)ref_must(socket(AF_INET, SOCK_STREAM, 0), "socket");

		at.sin_port = (in_port_t)ref->b;
		ref_must(connect(c, (struct sockaddr *)&at, sizeof(at)), "connect");
		close(c);
	}
}

int main(int argc, char **argv)
{
	socklen_t len = sizeof(at);
	char buf[REF_MSG];
	int s;

	ref_begin(argc, argv);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s = (int)ref_must(socket(AF_INET, SOCK_STREAM, 0), "socket");
	ref_feed(feed, NULL);
	ref_expect("name %d tcp listen 127.0.0.1:", s);
	ref_ready();
	if (recv(s, buf, sizeof(buf), MSG_DONTWAIT) >= 0)
		ref_die("recv");
	ref_must(bind(s, (struct sockaddr *)&at, len), "bind");
	ref_must(listen(s, N), "listen");
	ref_must(getsockname(s, (struct sockaddr *)&at, &len), "getsockname");
	ref->b = at.sin_port;
	ref->a = 1;
	for (int i = 0; i < N; i++)
		close((int)ref_must(accept(s, NULL, NULL), "accept"));
	ref_done();
}
