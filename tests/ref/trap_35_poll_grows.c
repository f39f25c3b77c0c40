/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A loop around poll whose set grows from turn to turn: one loop, though no two sets
 * are alike. Inside a turn it polls another file alone.
 */
#include <poll.h>

#include "ref_loop.h"

#define N    29
#define EACH 7
#define MANY 12

static int s[MANY][2], other[2];

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_poll);
		ref_write(s[0][1], ref_msg, REF_MSG);
	}
}

int main(int argc, char **argv)
{
	struct pollfd p[MANY], one;
	char buf[REF_MSG];

	ref_begin(argc, argv);
	for (int i = 0; i < MANY; i++) {
		ref_pair(s[i], SOCK_STREAM);
		ref_nonblock(s[i][0]);
		p[i] = (struct pollfd){.fd = s[i][0], .events = POLLIN};
	}
	ref_pair(other, SOCK_STREAM);
	one = (struct pollfd){.fd = other[0], .events = POLLIN};
	ref_feed(feed, NULL);
	ref_expect("verdict.model multiplexed");
	ref_expect("loop call poll calls=%d turns=%d files=%d longest_ns>=10000000", N, N - 1, MANY);
	/* On a busy emulated machine most of such a turn may pass inside the call before it sleeps. */
	ref_expect("turn poll ns>=%d count=1", ref_emulated() ? 0 : 10000000);
	ref_expect("wait poll slept=%d fd=%d", N, s[0][0]);
	ref_expect("wait poll slept=%d fd=%d ns>=%d", N / EACH + 1, other[0], (N / EACH + 1) * 10000000);
	ref_expect("finding loop-blocked poll fd=%d count=%d", other[0], N / EACH + 1);
	ref_ready();
	for (int i = 0; i < N; i++) {
		int n = 2 + i < MANY ? 2 + i : MANY;

		if (poll(p, (nfds_t)n, -1) != 1 || read(s[0][0], buf, REF_MSG) != REF_MSG)
			ref_die("poll");
		if (i % EACH == 0)
			poll(&one, 1, 40);
		ref->a++;
	}
	ref_done();
}
