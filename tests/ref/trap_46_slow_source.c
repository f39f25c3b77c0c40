/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * splice from a slow pipe into a socket with O_NONBLOCK: the source is who waits, and
 * is named.
 */
#define _GNU_SOURCE
#include "ref.h"

#define N 19

static int in[2], s[2];

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_splice);
		ref_nap_us(1500);
		ref_write(in[1], ref_msg, REF_MSG);
	}
}

int main(int argc, char **argv)
{
	char buf[REF_MSG];

	ref_begin(argc, argv);
	ref_must(pipe(in), "pipe");
	ref_pair(s, SOCK_STREAM);
	ref_nonblock(s[0]);
	ref_feed(feed, NULL);
	ref_expect("verdict.model blocking");
	ref_expect("also none");
	ref_expect("wait splice slept=%d ns>=%d fd=%d", N, N * 1500000, in[0]);
	ref_expect("file %d slept=%d transfers=%d", in[0], N, N);
	ref_ready();
	for (int i = 0; i < N; i++) {
		if (splice(in[0], NULL, s[0], NULL, REF_MSG, 0) != REF_MSG)
			ref_die("splice");
		if (recv(s[1], buf, REF_MSG, MSG_DONTWAIT) != REF_MSG)
			ref_die("recv");
		ref->a++;
	}
	ref_done();
}
