/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SPLICE_F_NONBLOCK on files without O_NONBLOCK: EAGAIN without waiting is an attempt.
 */
#define _GNU_SOURCE
#include "ref.h"

#define N 17
#define TRIES 31

int main(int argc, char **argv)
{
	int in[2], out[2];
	char buf[REF_MSG];

	ref_begin(argc, argv);
	ref_must(pipe(in), "pipe");
	ref_must(pipe(out), "pipe");
	ref_expect("verdict.model nonblocking");
	ref_expect("file %d eagain=%d slept=0", in[0], N * TRIES);
	ref_ready();
	for (int i = 0; i < N; i++) {
		for (int k = 0; k < TRIES; k++)
			if (splice(in[0], NULL, out[1], NULL, REF_MSG, SPLICE_F_NONBLOCK) != -1 || errno != EAGAIN)
				ref_die("splice");
		ref_write(in[1], ref_msg, REF_MSG);
		if (splice(in[0], NULL, out[1], NULL, REF_MSG, SPLICE_F_NONBLOCK) != REF_MSG ||
		    read(out[0], buf, REF_MSG) != REF_MSG)
			ref_die("splice");
	}
	ref_done();
}
