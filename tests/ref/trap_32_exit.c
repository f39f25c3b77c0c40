/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The target leaves inside the window: the watch ends by itself, with a report
 * of all it did.
 */
#include "ref.h"

#define N 19

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
	ref_expect("verdict.model blocking");
	ref_expect("also none");
	ref_expect("model blocking transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("file %d attempts=%d slept=%d transfers=%d", p[0], N, N, N);
	ref_ready_exits();
	for (int i = 0; i < N; i++) {
		if (read(p[0], buf, sizeof(buf)) != REF_MSG)
			ref_die("read");
		ref->a++;
	}
	_exit(0);
}
