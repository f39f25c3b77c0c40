/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The same with two files in the set: that is what poll is for.
 */
#include <poll.h>

#include "ref.h"

#define N 41

static int s[2], t[2];

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_poll);
		ref_write(s[1], ref_msg, REF_MSG);
	}
}

int main(int argc, char **argv)
{
	char buf[REF_MSG];
	struct pollfd p[2];

	ref_begin(argc, argv);
	ref_pair(s, SOCK_STREAM);
	ref_pair(t, SOCK_STREAM);
	p[0] = (struct pollfd){.fd = s[0], .events = POLLIN};
	p[1] = (struct pollfd){.fd = t[0], .events = POLLIN};
	ref_feed(feed, NULL);
	ref_expect("verdict.model multiplexed");
	ref_expect("no-finding one-file-readiness");
	ref_expect("loop call poll files=2 calls=%d", N);
	ref_ready();
	for (int i = 0; i < N; i++) {
		if (poll(p, 2, -1) != 1 || read(s[0], buf, REF_MSG) != REF_MSG)
			ref_die("poll");
		ref->a++;
	}
	ref_done();
}
