/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asks a name server, as a resolver does, and sleeps until it answers, late. A second server, of
 * something else, is as slow.
 */
#include <netinet/in.h>
#include <poll.h>

#include "ref.h"

#define N    4
#define SLOW 150000 /* us until the answer */
#define DNS  53

static int server[2];

/* Each question in turn: of one server, then of the other. */
static void answer(void *arg)
{
	struct sockaddr_in from;
	char buf[REF_MSG];

	(void)arg;
	for (long i = 0; ref_more(i, 2 * N); i++) {
		socklen_t size = sizeof(from);

		if (recvfrom(server[i % 2], buf, REF_MSG, 0, (void *)&from, &size) != REF_MSG)
			ref_die("recvfrom");
		ref_await_sleep(ref->tid[0], __NR_poll);
		ref_nap_us(SLOW);
		if (sendto(server[i % 2], buf, REF_MSG, 0, (void *)&from, size) != REF_MSG)
			ref_die("sendto");
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(DNS), .sin_addr.s_addr = htonl(0x7f090909)};
	struct sockaddr_in other = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	char buf[REF_MSG];
	int fd[2];

	ref_begin(argc, argv);
	server[0] = ref_bound(SOCK_DGRAM, &at, size, &size);
	server[1] = ref_bound(SOCK_DGRAM, &other, size, &size);
	fd[0] = ref_connected(SOCK_DGRAM, &at, size);
	fd[1] = ref_connected(SOCK_DGRAM, &other, size);
	ref_feed(answer, NULL);
	ref_expect("finding slow-lookup poll count=%d max_ns>=%d fd=%d warning=0", N, SLOW * 1000, fd[0]);
	ref_expect("wait poll count=%d slept=%d ns>=%ld fd=%d", N, N, (long)N * SLOW * 1000, fd[1]);
	ref_ready();
	for (int i = 0; i < 2 * N; i++) {
		struct pollfd p = {.fd = fd[i % 2], .events = POLLIN};

		ref_write(p.fd, ref_msg, REF_MSG);
		if (poll(&p, 1, 5000) != 1 || read(p.fd, buf, REF_MSG) != REF_MSG)
			ref_die("poll");
	}
	ref_done();
}
