/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * poll() with a zero timeout in a loop: a readiness call that never waits, so
 * the program asks again and again: nonblocking, by polling.
 */
#include <poll.h>

#include "ref.h"

#define N 61

static int s[2];

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_await(&ref->b, ref->b + 20);
		ref_nap_us(10000); /* in all for more than a twentieth of the watch on a slow machine too */
		ref_write(s[1], ref_msg, REF_MSG);
		ref_await(&ref->a, i + 1);
	}
}

int main(int argc, char **argv)
{
	char buf[REF_MSG];
	struct pollfd pfd;

	ref_begin(argc, argv);
	ref_pair(s, SOCK_STREAM);
	ref_nonblock(s[0]);
	pfd = (struct pollfd){.fd = s[0], .events = POLLIN};
	ref_feed(feed, NULL);
	ref_expect("verdict.model nonblocking");
	ref_expect("verdict.in_fact polling");
	ref_expect("also none");
	ref_expect("model nonblocking transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("model multiplexed transfers 0");
	ref_expect("file %d attempts=%d slept=0 eagain=0 transfers=%d", s[0], N, N);
	ref_expect("finding busy-poll");
	ref_ready();
	for (int i = 0; i < N; i++) {
		while (poll(&pfd, 1, 0) == 0)
			ref->b++;
		if (read(s[0], buf, sizeof(buf)) != REF_MSG)
			ref_die("read");
		ref->a++;
	}
	ref_done();
}
