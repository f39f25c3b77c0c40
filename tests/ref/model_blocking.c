/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The blocking model: read() of a pipe that has nothing yet sleeps in the call
 * until somebody writes, then brings the data.
 */
#include "ref.h"

#define N 211

static int p[2];

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_read);
		ref_write(p[1], ref_msg, REF_MSG);
	}
}

int main(int argc, char **argv)
{
	char buf[REF_MSG];

	ref_begin(argc, argv);
	ref_must(pipe(p), "pipe");
	ref_feed(feed, NULL);
	prctl(PR_SET_NAME, "reader");
	ref_expect("verdict.model blocking");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("model blocking transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("model nonblocking transfers 0");
	ref_expect("model multiplexed transfers 0");
	ref_expect("model signal-driven transfers 0");
	ref_expect("model async transfers 0");
	ref_expect("file %d attempts=%d slept=%d eagain=0 transfers=%d signals=0 inline=0 late=0", p[0],
		   N, N, N);
	ref_expect("thread reader model blocking");
	ref_ready();
	for (long i = 0; ref_more(i, N); i++) {
		if (read(p[0], buf, sizeof(buf)) != REF_MSG)
			ref_die("read");
		ref->a++;
	}
	ref_done();
}
