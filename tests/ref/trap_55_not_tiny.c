/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As many transfers of more.
 */
#include "ref.h"

#define N 2003

static int s[2];

int main(int argc, char **argv)
{
	ref_begin(argc, argv);
	ref_must(pipe(s), "pipe");
	ref_expect("file %d transfers=%d bytes=%d", s[1], N, N * REF_MSG);
	ref_expect("no-finding tiny-transfers");
	ref_ready();
	for (int i = 0; i < N; i++)
		ref_write(s[1], ref_msg, REF_MSG);
	ref_done();
}
