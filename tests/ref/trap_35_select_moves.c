/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A loop around select whose sets lie somewhere else at each turn.
 */
#include <stdlib.h>
#include <sys/select.h>

#include "ref_loop.h"

#define N 29

static int s[2][2];

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_pselect6);
		ref_write(s[0][1], ref_msg, REF_MSG);
	}
}

int main(int argc, char **argv)
{
	static fd_set sets[N];
	char buf[REF_MSG];

	ref_begin(argc, argv);
	for (int i = 0; i < 2; i++) {
		ref_pair(s[i], SOCK_STREAM);
		ref_nonblock(s[i][0]);
	}
	ref_feed(feed, NULL);
	ref_expect("verdict.model multiplexed");
	ref_expect("loop call pselect6 calls=%d turns=%d", N, N - 1);
	ref_expect("no-finding loop-blocked");
	ref_ready();
	for (int i = 0; i < N; i++) {
		FD_SET(s[0][0], &sets[i]);
		FD_SET(s[1][0], &sets[i]);
		if (select(s[1][0] + 1, &sets[i], NULL, NULL, NULL) != 1 || read(s[0][0], buf, REF_MSG) != REF_MSG)
			ref_die("select");
		ref->a++;
	}
	ref_done();
}
