/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A poll on two connections, both made in the watch, and then on two others that have got their
 * numbers: each is waited for, though not the first of its set, and though it may block.
 */
#include <poll.h>

#include "ref_loop.h"

#define N     37
#define AFTER 17 /* turns, then the others come */
#define FIRST 100

static int s[2][2][2]; /* which two, which of them, which end */

static int which(long i)
{
	return i >= AFTER;
}

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_poll);
		ref_write(s[which(i)][1][1], ref_msg, REF_MSG);
	}
}

static void take(int of)
{
	for (int k = 0; k < 2; k++)
		if (dup2(s[of][k][0], FIRST + k) != FIRST + k)
			ref_die("dup2");
}

int main(int argc, char **argv)
{
	struct pollfd p[2] = {{.fd = FIRST, .events = POLLIN}, {.fd = FIRST + 1, .events = POLLIN}};
	char buf[REF_MSG];

	ref_begin(argc, argv);
	for (int i = 0; i < 4; i++)
		ref_pair(s[i / 2][i % 2], SOCK_STREAM);
	ref_feed(feed, NULL);
	ref_expect("verdict.model multiplexed");
	ref_expect("also none");
	ref_expect("model multiplexed transfers=%d", N);
	ref_expect("model blocking transfers=0");
	ref_ready();
	for (int i = 0; ref_more(i, N); i++) {
		if (i == 0 || i == AFTER)
			take(which(i));
		if (poll(p, 2, -1) != 1 || read(FIRST + 1, buf, REF_MSG) != REF_MSG)
			ref_die("poll");
		ref->a++;
	}
	ref_done();
}
