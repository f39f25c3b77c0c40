/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fsync between the turns of a loop.
 */
#include "ref_loop.h"

#define N 13

static int fd;

int main(int argc, char **argv)
{
	struct ref_loop l;
	char buf[4096];

	ref_begin(argc, argv);
	ref_loop_open(&l);
	fd = ref_file(4096);
	if (ref_in_memory(fd))
		ref_skip("files in /tmp are in memory: fsync does not wait");
	ref_loop_feed(&l, N);
	ref_later_open();
	ref_expect("wait fsync fd=%d slept>=1", fd);
	ref_expect("finding sync-on-loop fsync fd=%d warning=1", fd);
	ref_ready();
	for (int i = 0; i < N; i++) {
		ref_loop_wait(&l);
		if (pwrite(fd, buf, sizeof(buf), 0) != (ssize_t)sizeof(buf))
			ref_die("pwrite");
		ref_must(fsync(fd), "fsync");
	}
	ref_loop_expect_no_computing(&l);
	ref_done();
}
