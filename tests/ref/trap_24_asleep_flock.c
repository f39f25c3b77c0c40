/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep in flock() since before the watch, for a lock that another process has.
 */
#include <sys/file.h>

#include "ref.h"

int main(int argc, char **argv)
{
	char path[] = "/tmp/iomodel-ref-XXXXXX";
	int fd, theirs, done[2];
	pid_t holder;
	char c;

	ref_begin(argc, argv);
	fd = (int)ref_must(mkstemp(path), "mkstemp");
	theirs = (int)ref_must(open(path, O_RDWR | O_CLOEXEC), "open");
	unlink(path);
	ref_must(pipe(done), "pipe");
	holder = ref_child();
	if (!holder) {
		if (flock(theirs, LOCK_EX) || write(done[1], "", 1) != 1)
			ref_die("flock");
		pause();
		_exit(0);
	}
	close(theirs);
	if (read(done[0], &c, 1) != 1)
		ref_die("read");
	ref_expect("verdict.model none");
	ref_expect("wait flock under_way=1 slept=1 fd=%d held_by=%d", fd, (int)holder);
	ref_ready_asleep(__NR_flock);
	return flock(fd, LOCK_EX);
}
