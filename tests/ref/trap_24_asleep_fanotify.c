/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep in open() since before the watch, until a listener of fanotify allows it, which never answers.
 */
#define _GNU_SOURCE
#include <sys/fanotify.h>

#include "ref.h"

/* Of a file that is in no folder any more, so that none is left there: what O_PATH opened is no use of it. */
static void name_of_file(char *path, size_t size)
{
	char first[] = "/tmp/iomodel-ref-XXXXXX";

	close((int)ref_must(mkstemp(first), "mkstemp"));
	snprintf(path, size, "/proc/self/fd/%d", (int)ref_must(open(first, O_PATH), "open"));
	unlink(first);
}

/* When it leaves, with the program that it holds up, the kernel allows all that it was asked for. */
static void listen_and_be_silent(int group)
{
	struct fanotify_event_metadata event;

	if (read(group, &event, sizeof(event)) < 0)
		_exit(1);
	pause();
	_exit(0);
}

int main(int argc, char **argv)
{
	char path[32];
	int group;

	ref_begin(argc, argv);
	name_of_file(path, sizeof(path));
	group = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY);
	if (group < 0 || fanotify_mark(group, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, path))
		ref_skip("no fanotify that is asked for leave");
	if (!ref_child())
		listen_and_be_silent(group);
	close(group);
	ref_expect("verdict.model blocking");
	ref_expect("wait openat on %s under_way=1 slept=1", path);
	ref_expect("wait openat on fanotify under_way=1 slept=1");
	ref_ready_asleep(__NR_openat);
	return open(path, O_RDWR | O_CLOEXEC) < 0;
}
