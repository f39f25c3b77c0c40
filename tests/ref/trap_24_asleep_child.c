/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep in wait4() for any child since before the watch: it has one.
 */
#include "ref.h"

int main(int argc, char **argv)
{
	pid_t child;
	int status;

	ref_begin(argc, argv);
	child = ref_idler(-1);
	ref_expect("verdict.model none");
	ref_expect("wait wait4 on %d under_way=1 slept=1", (int)child);
	ref_ready_asleep(__NR_wait4);
	return wait4(-1, &status, 0, NULL) != child;
}
