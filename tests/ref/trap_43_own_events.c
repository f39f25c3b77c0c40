/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A loop that reads the files which it watches by inotify: each turn makes the event that begins
 * the next. It never sleeps, and most of its transfers are reads of files, so many of them that
 * the closed ones are counted together; a loop it is all the same.
 */
#include <sys/inotify.h>

#include "ref_loop.h"

#define N     9001
#define FILES 3 /* read in each turn */

static char path[64];

static void look(void)
{
	char buf[16];
	int fd = (int)ref_must(open(path, O_RDONLY | O_CLOEXEC), "open");

	if (read(fd, buf, sizeof(buf)) != sizeof(buf))
		ref_die("read of the file");
	close(fd);
}

int main(int argc, char **argv)
{
	struct epoll_event ev;
	struct ref_loop l;
	char buf[8192];
	int in, fd;

	ref_begin(argc, argv);
	ref_loop_open(&l);
	fd = ref_file(4096);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	in = (int)ref_must(inotify_init1(IN_NONBLOCK | IN_CLOEXEC), "inotify_init1");
	ref_must(inotify_add_watch(in, path, IN_OPEN | IN_CLOSE), "inotify_add_watch");
	ref_epoll_add(l.ep, in, EPOLLIN);
	ref_expect("verdict.model multiplexed");
	ref_expect("also blocking");
	ref_expect("verdict.in_fact null");
	ref_expect("model multiplexed transfers %d", N);
	ref_expect("model blocking transfers %d", N * FILES + 1);
	ref_expect("finding busy-poll epoll_wait fd=%d warning=1", in);
	ref_expect("no-finding not-drained");
	ref_expect("no-finding tiny-transfers");
	ref_ready();
	look();
	for (int i = 0; i < N; i++) {
		if (epoll_wait(l.ep, &ev, 1, 1000) != 1 || ev.data.fd != in || read(in, buf, sizeof(buf)) < 1)
			ref_die("epoll_wait");
		for (int k = 0; k < FILES; k++)
			look();
	}
	ref_done();
}
