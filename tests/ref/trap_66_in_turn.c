/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waits for a child, which waits until somebody reads what it writes: to a pipe that the parent has.
 */
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "ref.h"

int main(int argc, char **argv)
{
	static const char much[1 << 17]; /* more than a pipe holds */
	int out[2], status;
	pid_t child;

	ref_begin(argc, argv);
	ref_must(pipe(out), "pipe");
	child = ref_child();
	if (!child) {
		close(out[0]);
		_exit(write(out[1], much, sizeof(much)) != sizeof(much));
	}
	close(out[1]);
	ref_expect("wait wait4 on turn under_way=1 slept=1");
	ref_expect("wait wait4 on %d under_way=1 slept=1", child);
	ref_ready_asleep(__NR_wait4);
	return waitpid(child, &status, 0) != child;
}
