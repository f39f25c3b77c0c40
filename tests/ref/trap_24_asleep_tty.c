/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep in write() to a pseudoterminal: who has its master, a child, does not read what is written.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>

#include "ref.h"

int main(int argc, char **argv)
{
	char line[] = "a line\n", name[64];
	int master, fd;
	pid_t child;

	ref_begin(argc, argv);
	master = posix_openpt(O_RDWR | O_NOCTTY);
	if (master < 0 || grantpt(master) || unlockpt(master) || ptsname_r(master, name, sizeof(name)))
		ref_skip("no pseudoterminals");
	fd = (int)ref_must(open(name, O_RDWR | O_NOCTTY), "open");
	child = ref_idler(fd);
	close(master);
	ref_expect("verdict.model blocking");
	ref_expect("wait write under_way=1 fd=%d held_by=%d", fd, (int)child);
	ref_ready_asleep(__NR_write);
	while (write(fd, line, sizeof(line) - 1) > 0)
		;
	return 0;
}
