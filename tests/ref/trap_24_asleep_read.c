/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep in read() since before the watch, still asleep when it ends: not one
 * call in the window, and blocking all the same.
 */
#include "ref.h"

int main(int argc, char **argv)
{
	char buf[REF_MSG];
	const char *comm = "trap_24_asleep_read";
	pid_t writer;
	int p[2];

	ref_begin(argc, argv);
	ref_must(pipe(p), "pipe");
	writer = ref_idler(p[0]);
	close(p[1]);
	ref_expect("verdict.model blocking");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("model blocking transfers 0 phase1_ns>=200000000");
	ref_expect("name %d <- %.15s %d fd", p[0], comm, (int)writer);
	ref_expect("file %d since_ns>=0 open_at_end=1", p[0]);
	ref_ready_asleep(__NR_read);
	return (int)read(p[0], buf, sizeof(buf));
}
