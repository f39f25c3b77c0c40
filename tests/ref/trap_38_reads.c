/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The longest turn of a loop, made long by a read that waits: exact to 0.2 ms.
 */
#include "ref_loop.h"

static struct timeval tv = {.tv_usec = 20000};
static char buf[REF_MSG];
static int s[2];

#define N     13
#define AT    7 /* the turn that is long */

int main(int argc, char **argv)
{
	struct ref_loop l;

	ref_begin(argc, argv);
	ref_loop_open(&l);
	ref_pair(s, SOCK_STREAM);
	ref_must(setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)), "SO_RCVTIMEO");
	ref_loop_feed(&l, N);
	ref_later_open();
	ref_expect("loop call epoll_wait calls=%d turns=%d inexact_turns=0 inexact=0", N, N - 1);
	ref_expect("finding loop-blocked recvfrom count=1 ns>=16000000 fd=%d", s[0]);
	ref_ready();
	for (int i = 0; i < N; i++) {
		ref_loop_wait(&l);
		if (i != AT)
			continue;
		if (recv(s[0], buf, sizeof(buf), 0) >= 0)
			ref_die("recv");
	}
	if (ref_loop_longest_is(&l, AT))
		ref_later("turn recvfrom ns>=16000000 count=1 fd=%d", s[0]);
	ref_loop_expect(&l);
	ref_done();
}
