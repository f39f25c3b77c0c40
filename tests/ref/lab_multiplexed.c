/* SPDX-License-Identifier: GPL-2.0-only */
/* The multiplexed model on the lab device: epoll_wait() sleeps, then a read that does not. */
#include <sys/epoll.h>

#include "ref_lab.h"

#define N 131

int main(int argc, char **argv)
{
	struct epoll_event ev = {.events = EPOLLIN};
	int fd, ep;

	ref_begin(argc, argv);
	fd = lab_open(O_NONBLOCK, N, 1, 2000);
	ep = (int)ref_must(epoll_create1(0), "epoll_create1");
	ref_must(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev), "epoll_ctl");
	ref_expect("verdict.model multiplexed");
	ref_expect("also none");
	ref_expect("model multiplexed transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("file %d watched_by=%d", fd, ep);
	ref_expect("lost 0");
	ref_ready();
	for (long i = 0; ref_more(i, N + 1); i++) {
		if (epoll_wait(ep, &ev, 1, -1) != 1)
			ref_die("epoll_wait");
		if (!lab_read(fd, i))
			break;
	}
	lab_later(fd);
	ref_done();
}
