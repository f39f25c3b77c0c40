/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RWF_NOWAIT on a stored file whose pages are on disk: EAGAIN is an attempt, and what
 * follows in threads or without the flag waits.
 */
#define _GNU_SOURCE
#include <sys/uio.h>

#include "ref_fault.h"

#define N 17

int main(int argc, char **argv)
{
	static char buf[4096];
	struct iovec v = {buf, sizeof(buf)};
	int fd;

	ref_begin(argc, argv);
	fd = ref_file(N * 16 * 4096);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
	if (preadv2(fd, &v, 1, 0, RWF_NOWAIT) != -1 || errno != EAGAIN)
		ref_skip("pages of files cannot be evicted here, or are read at once");
	ref_expect("verdict.model nonblocking");
	/* A lock may be waited for all the same, where its owner is slow. */
	ref_expect("file %d eagain=%d attempts=%d slept<=%d", fd, 10 * N, 10 * N, ref_emulated() ? 2 : 0);
	ref_ready();
	for (int i = 0; i < 10 * N; i++)
		if (preadv2(fd, &v, 1, (i + 1) % (N * 16) * 4096, RWF_NOWAIT) != -1)
			ref_die("it was there");
	ref_done();
}
