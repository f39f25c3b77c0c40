/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep in vfork() since before the watch: the child neither executes another program nor ends.
 */
#include "ref.h"

int main(int argc, char **argv)
{
	ref_begin(argc, argv);
	ref_expect("verdict.model none");
	ref_expect("wait vfork on exec under_way=1 slept=1");
	ref_ready_asleep(__NR_vfork);
	if (!vfork()) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		syscall(__NR_pause);
		_exit(0);
	}
	return 0;
}
