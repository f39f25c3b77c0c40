/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An edge-triggered socket of which not all was read: epoll_wait sleeps beside what is left.
 */
#include <sys/epoll.h>

#include "ref.h"

#define LEFT 7003

int main(int argc, char **argv)
{
	static char buf[LEFT + REF_MSG];
	struct epoll_event ev = {.events = EPOLLIN | EPOLLET};
	int ep, s[2];

	ref_begin(argc, argv);
	ref_pair(s, SOCK_STREAM);
	ref_nonblock(s[0]);
	ep = (int)ref_must(epoll_create1(0), "epoll_create1");
	ref_must(epoll_ctl(ep, EPOLL_CTL_ADD, s[0], &ev), "epoll_ctl");
	ref_write(s[1], buf, sizeof(buf));
	if (epoll_wait(ep, &ev, 1, -1) != 1 || read(s[0], buf, REF_MSG) != REF_MSG)
		ref_die("read");
	ref_expect("finding unread-data fd=%d count=1 warning=1", s[0]);
	ref_expect("verdict.model multiplexed");
	ref_ready_asleep(__NR_epoll_wait);
	epoll_wait(ep, &ev, 1, -1);
	return 0;
}
