/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * No descriptor is free: accept says EMFILE, and the listener stays ready.
 */
#include <sys/epoll.h>
#include <sys/resource.h>

#include "ref.h"

#define N 5003

int main(int argc, char **argv)
{
	struct rlimit most;
	struct epoll_event ev = {.events = EPOLLIN};
	int l, ep;

	ref_begin(argc, argv);
	l = ref_listen("emfile");
	ref_nonblock(l);
	ref_must(ref_connect("emfile"), "connect");
	ep = (int)ref_must(epoll_create1(0), "epoll_create1");
	ref_must(epoll_ctl(ep, EPOLL_CTL_ADD, l, &ev), "epoll_ctl");
	ref_expect("finding calls-fail accept count=%d fd=%d error=%d", N, l, EMFILE);
	ref_expect("file %d failed=%d eagain=0", l, N);
	ref_expect("no-finding not-drained");
	ref_expect("no-finding busy-poll");
	ref_ready();
	ref_must(getrlimit(RLIMIT_NOFILE, &most), "getrlimit");
	most.rlim_cur = 3;
	ref_must(setrlimit(RLIMIT_NOFILE, &most), "setrlimit");
	for (int i = 0; i < N; i++)
		if (epoll_wait(ep, &ev, 1, 1000) != 1 || accept(l, NULL, NULL) >= 0 || errno != EMFILE)
			ref_die("accept");
	ref_done();
}
