/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * copy_file_range between regular files: neither side ever has to wait, which
 * makes it no nonblocking I/O. Blocking, counted once and not for each side.
 */
#define _GNU_SOURCE
#include "ref.h"

#define N     61
#define CHUNK 4096

int main(int argc, char **argv)
{
	loff_t from, to;
	int in, out;

	ref_begin(argc, argv);
	in = ref_file(CHUNK);
	out = ref_file(CHUNK);
	from = to = 0;
	if (copy_file_range(in, &from, out, &to, CHUNK, 0) != CHUNK)
		ref_skip("/tmp knows no copy_file_range");
	ref_expect("verdict.model blocking");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("model blocking transfers %d bytes %d", N, N * CHUNK);
	ref_expect("model nonblocking transfers 0");
	ref_expect("model multiplexed transfers 0");
	ref_expect("file %d attempts=%d eagain=0 transfers=%d", in, N, N);
	ref_ready();
	for (int i = 0; i < N; i++) {
		from = to = 0;
		if (copy_file_range(in, &from, out, &to, CHUNK, 0) != CHUNK)
			ref_die("copy_file_range");
	}
	ref_done();
}
