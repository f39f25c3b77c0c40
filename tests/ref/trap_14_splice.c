/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * splice from a pipe into a file: the call names two files, and it is the pipe
 * that it waits for.
 */
#define _GNU_SOURCE
#include "ref.h"

#define N 43

static int p[2];

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_splice);
		ref_write(p[1], ref_msg, REF_MSG);
	}
}

int main(int argc, char **argv)
{
	int fd;

	ref_begin(argc, argv);
	ref_must(pipe(p), "pipe");
	fd = ref_file(0);
	ref_feed(feed, NULL);
	ref_expect("verdict.model blocking");
	ref_expect("also none");
	ref_expect("model blocking transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("file %d attempts=%d slept=%d transfers=%d", p[0], N, N, N);
	ref_ready();
	for (int i = 0; i < N; i++) {
		if (splice(p[0], NULL, fd, NULL, REF_MSG, 0) != REF_MSG)
			ref_die("splice");
		ref->a++;
	}
	ref_done();
}
