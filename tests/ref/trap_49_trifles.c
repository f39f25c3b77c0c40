/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A loop that also writes six log lines, reads a file of /proc now and then, and meets
 * one EAGAIN before it closes a connection: nothing of that is worth a word.
 */
#include "ref_loop.h"

#define N 503

int main(int argc, char **argv)
{
	struct ref_loop l;
	char buf[4096];
	int log, proc;

	ref_begin(argc, argv);
	ref_loop_open(&l);
	log = ref_file(0);
	proc = (int)ref_must(open("/proc/self/stat", O_RDONLY), "stat");
	ref_loop_feed(&l, N);
	ref_expect("verdict.model multiplexed");
	ref_expect("also none");
	ref_expect("pattern event-loop");
	ref_expect("no-finding loop-blocked");
	ref_ready();
	for (int i = 0; i < N; i++) {
		ref_loop_wait(&l);
		if (i % 83 == 0)
			ref_write(log, "a line\n", 7);
		if (i % 100 == 0)
			ref_must(pread(proc, buf, sizeof(buf), 0), "stat");
	}
	if (read(l.in, buf, sizeof(buf)) >= 0)
		ref_die("read");
	ref_done();
}
