/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An idle event loop, asleep in epoll_wait for the whole window.
 */
#include <sys/epoll.h>

#include "ref.h"

int main(int argc, char **argv)
{
	struct epoll_event ev = {.events = EPOLLIN};
	int s[2], ep;

	ref_begin(argc, argv);
	ep = (int)ref_must(epoll_create1(0), "epoll_create1");
	ref_pair(s, SOCK_STREAM);
	ref_nonblock(s[0]);
	ref_must(epoll_ctl(ep, EPOLL_CTL_ADD, s[0], &ev), "epoll_ctl");
	ref_expect("verdict.model multiplexed");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("model multiplexed transfers 0 phase1_ns>=200000000");
	ref_expect("model blocking transfers 0 phase1_ns=0");
	ref_ready_asleep(__NR_epoll_wait);
	return epoll_wait(ep, &ev, 1, -1);
}
