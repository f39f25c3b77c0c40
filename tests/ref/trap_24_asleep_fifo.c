/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep in write() to a full FIFO since before the watch: a child has it open for reading, and reads nothing. Its
 * name says nothing of that.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "ref.h"

int main(int argc, char **argv)
{
	char folder[] = "/tmp/iomodel-ref-XXXXXX", path[64];
	static const char page[4096];
	pid_t reader;
	int fd;

	ref_begin(argc, argv);
	if (!mkdtemp(folder))
		ref_die("mkdtemp");
	snprintf(path, sizeof(path), "%s/fifo", folder);
	ref_must(mkfifo(path, 0600), "mkfifo");
	reader = ref_child();
	if (!reader) {
		if (open(path, O_RDONLY | O_CLOEXEC) < 0)
			_exit(1);
		pause();
		_exit(0);
	}
	fd = (int)ref_must(open(path, O_WRONLY | O_CLOEXEC), "open");
	unlink(path);
	rmdir(folder);
	ref_must(fcntl(fd, F_SETFL, O_NONBLOCK), "fcntl");
	while (write(fd, page, sizeof(page)) > 0)
		;
	ref_must(fcntl(fd, F_SETFL, 0), "fcntl");
	ref_expect("verdict.model blocking");
	ref_expect("wait write under_way=1 slept=1 fd=%d held_by=%d", fd, (int)reader);
	ref_ready_asleep(__NR_write);
	return (int)write(fd, page, sizeof(page));
}
