/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A parent that reads one pipe of its child to the end before the other: the child fills the other one, and
 * each waits for the other.
 */
#include "ref.h"

int main(int argc, char **argv)
{
	int out[2], err[2];
	pid_t child;
	char c;

	ref_begin(argc, argv);
	ref_must(pipe(out), "pipe");
	ref_must(pipe(err), "pipe");
	child = ref_child();
	if (!child) {
		close(out[0]);
		close(err[0]);
		while (write(err[1], "", 1) == 1)
			;
		_exit(0);
	}
	close(out[1]);
	close(err[1]);
	ref_expect("verdict.model blocking");
	ref_expect("wait read under_way=1 slept=1 fd=%d held_by=%d", out[0], (int)child);
	ref_ready_asleep(__NR_read);
	return (int)read(out[0], &c, 1);
}
