/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep in open() since before the watch, of a file on which another process has a lease that it does not give up.
 */
#define _GNU_SOURCE
#include "ref.h"

/* Of a file that is in no folder any more, so that none is left there: what O_PATH opened is no use of it. */
static void name_of_file(char *path, size_t size)
{
	char first[] = "/tmp/iomodel-ref-XXXXXX";

	close((int)ref_must(mkstemp(first), "mkstemp"));
	snprintf(path, size, "/proc/self/fd/%d", (int)ref_must(open(first, O_PATH), "open"));
	unlink(first);
}

/* A signal asks for it back, 45 seconds before the kernel takes it (proc(5), lease-break-time). */
static void keep_lease(const char *path, int done)
{
	int fd = (int)ref_must(open(path, O_RDWR | O_CLOEXEC), "open");

	signal(SIGIO, SIG_IGN);
	if (fcntl(fd, F_SETLEASE, F_WRLCK))
		_exit(1);
	if (write(done, "", 1) != 1)
		ref_die("write");
	pause();
	_exit(0);
}

int main(int argc, char **argv)
{
	char path[32];
	int done[2];
	pid_t holder;
	char c;

	ref_begin(argc, argv);
	name_of_file(path, sizeof(path));
	ref_must(pipe(done), "pipe");
	holder = ref_child();
	if (!holder) {
		close(done[0]);
		keep_lease(path, done[1]);
	}
	close(done[1]);
	if (read(done[0], &c, 1) != 1)
		ref_skip("no lease on files of /tmp");
	ref_expect("verdict.model blocking");
	ref_expect("wait openat on %s under_way=1 slept=1", path);
	ref_expect("wait openat on lease under_way=1 slept=1");
	ref_expect("wait openat on %d under_way=1 slept=1", (int)holder);
	ref_ready_asleep(__NR_openat);
	return open(path, O_RDWR | O_CLOEXEC) < 0;
}
