/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep in flock() for a lock whose taker is gone: the open file that it locked was inherited.
 */
#include <sys/file.h>
#include <sys/wait.h>

#include "ref.h"

int main(int argc, char **argv)
{
	char path[] = "/tmp/iomodel-ref-XXXXXX";
	int fd, locked, status;
	pid_t taker;

	ref_begin(argc, argv);
	fd = (int)ref_must(mkstemp(path), "mkstemp");
	locked = (int)ref_must(open(path, O_RDWR | O_CLOEXEC), "open");
	unlink(path);
	taker = (pid_t)ref_must(fork(), "fork");
	if (!taker)
		_exit(flock(locked, LOCK_EX) ? 1 : 0);
	if (waitpid(taker, &status, 0) != taker || status)
		ref_die("flock");
	ref_expect("wait flock under_way=1 slept=1 fd=%d held_by=0", fd);
	ref_ready_asleep(__NR_flock);
	return flock(fd, LOCK_EX);
}
