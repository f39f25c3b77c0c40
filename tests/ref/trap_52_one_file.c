/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * poll on a single file without a time limit, then the read: a blocking read would do.
 */
#include <poll.h>

#include "ref.h"

#define N 41

static int s[2];

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
	struct pollfd p;

	ref_begin(argc, argv);
	ref_pair(s, SOCK_STREAM);
	p = (struct pollfd){.fd = s[0], .events = POLLIN};
	ref_feed(feed, NULL);
	ref_expect("verdict.model multiplexed");
	ref_expect("finding one-file-readiness poll fd=%d count=%d warning=0", s[0], N);
	ref_expect("loop call poll files=1 calls=%d", N);
	ref_ready();
	for (int i = 0; i < N; i++) {
		if (poll(&p, 1, -1) != 1 || read(s[0], buf, REF_MSG) != REF_MSG)
			ref_die("poll");
		ref->a++;
	}
	ref_done();
}
