/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Thousands of transfers of a byte each, into a pipe.
 */
#include "ref.h"

#define N 2003

static int s[2];

int main(int argc, char **argv)
{
	ref_begin(argc, argv);
	ref_must(pipe(s), "pipe");
	ref_expect("finding tiny-transfers count=%d warning=0", N);
	ref_ready();
	for (int i = 0; i < N; i++)
		ref_write(s[1], ref_msg, 1);
	ref_done();
}
