/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EPOLLONESHOT that is not armed again: what came later waits. Of a second socket all was read.
 */
#include <sys/epoll.h>

#include "ref.h"

int main(int argc, char **argv)
{
	struct epoll_event ev = {.events = EPOLLIN | EPOLLONESHOT};
	char buf[REF_MSG];
	int ep, s[2], whole[2];

	ref_begin(argc, argv);
	ref_pair(s, SOCK_STREAM);
	ref_pair(whole, SOCK_STREAM);
	ref_nonblock(s[0]);
	ref_nonblock(whole[0]);
	ep = (int)ref_must(epoll_create1(0), "epoll_create1");
	ref_must(epoll_ctl(ep, EPOLL_CTL_ADD, s[0], &ev), "epoll_ctl");
	ref_write(s[1], ref_msg, REF_MSG);
	if (epoll_wait(ep, &ev, 1, -1) != 1 || read(s[0], buf, REF_MSG) != REF_MSG)
		ref_die("read");
	ev.events = EPOLLIN | EPOLLET;
	ref_must(epoll_ctl(ep, EPOLL_CTL_ADD, whole[0], &ev), "epoll_ctl");
	ref_write(whole[1], ref_msg, REF_MSG);
	if (epoll_wait(ep, &ev, 1, -1) != 1 || read(whole[0], buf, REF_MSG) != REF_MSG)
		ref_die("read");
	ref_write(s[1], ref_msg, REF_MSG);
	ref_expect("finding unread-data fd=%d count=1 warning=1", s[0]);
	ref_expect("verdict.model multiplexed");
	ref_ready_asleep(__NR_epoll_wait);
	epoll_wait(ep, &ev, 1, -1);
	return 0;
}
