/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RWF_NOWAIT on a stored file whose pages are on disk: EAGAIN is an attempt, and what
 * follows in threads or without the flag waits.
 */
#define _GNU_SOURCE
#include <sys/uio.h>

#include "ref_fault.h"

#define PAGES 170

/* One page of the file, that is on disk: was it there at once? The kernel begins to read when it is asked,
 * and a fast disk may be done before it says no. */
static bool was_there(int fd, int page)
{
	static char buf[4096];
	struct iovec v = {buf, sizeof(buf)};
	ssize_t n = preadv2(fd, &v, 1, page * 4096L, RWF_NOWAIT);

	if (n == -1 && errno != EAGAIN)
		ref_die("preadv2");
	return n != -1;
}

int main(int argc, char **argv)
{
	int eagain = 0, fd;
	bool there;

	ref_begin(argc, argv);
	fd = ref_file(PAGES * 4096);
	posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
	for (int i = 0; i < PAGES; i++) {
		if (!ref_evict(fd, PAGES * 4096))
			ref_skip("pages of files cannot be evicted here");
		there = was_there(fd, i);
		if (!there)
			break;
	}
	if (!there) /* else nothing will be refused, which is counted as exactly */
		ref_expect("verdict.model nonblocking");
	ref_later_open();
	ref_ready();
	for (int i = 1; i < PAGES; i++)
		eagain += !was_there(fd, i);
	/* A lock may be waited for all the same, where its owner is slow. */
	ref_later("file %d eagain=%d attempts=%d slept<=%d", fd, eagain, PAGES - 1, ref_emulated() ? 2 : 0);
	ref_done();
}
