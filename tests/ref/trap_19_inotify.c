/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An event loop over inotify: its events are what the program is about, so it
 * counts, unlike the timers and doorbells of trap_19_timers_only.
 */
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "ref.h"

#define N 53

static int file;

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_epoll_wait);
		ref_must(fchmod(file, i % 2 ? 0600 : 0400), "fchmod");
	}
}

int main(int argc, char **argv)
{
	struct epoll_event ev = {.events = EPOLLIN};
	struct inotify_event event;
	char path[40];
	int ep, watch;

	ref_begin(argc, argv);
	file = ref_file(0);
	/* It has no name any more; what inotify wants is the inode. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	watch = (int)ref_must(inotify_init1(IN_NONBLOCK), "inotify_init1");
	ref_must(inotify_add_watch(watch, path, IN_ATTRIB), "inotify_add_watch");
	ep = (int)ref_must(epoll_create1(0), "epoll_create1");
	ref_must(epoll_ctl(ep, EPOLL_CTL_ADD, watch, &ev), "epoll_ctl");
	ref_feed(feed, NULL);
	ref_expect("verdict.model multiplexed");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("model multiplexed transfers %d bytes %d", N, N * (int)sizeof(event));
	ref_expect("model blocking transfers 0");
	ref_expect("file %d attempts=%d slept=0 eagain=0 transfers=%d", watch, N, N);
	ref_ready();
	for (int i = 0; i < N; i++) {
		if (epoll_wait(ep, &ev, 1, -1) != 1 ||
		    read(watch, &event, sizeof(event)) != sizeof(event))
			ref_die("read");
		ref->a++;
	}
	ref_done();
}
