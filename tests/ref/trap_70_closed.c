/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * epoll_wait on a descriptor that is closed, for ever; and once each on many others, which is
 * nothing to speak of.
 */
#include <sys/epoll.h>

#include "ref.h"

#define N    5003
#define MOST 4001

int main(int argc, char **argv)
{
	struct epoll_event ev;

	ref_begin(argc, argv);
	ref_expect("finding calls-fail epoll_wait count=%d error=%d", N, EBADF);
	ref_expect("no-finding calls-fail close");
	ref_expect("verdict.model none");
	ref_ready();
	for (int fd = 100; fd < 100 + MOST; fd++)
		if (!close(fd) || errno != EBADF)
			ref_die("close");
	for (int i = 0; i < N; i++)
		if (epoll_wait(99, &ev, 1, 1000) >= 0 || errno != EBADF)
			ref_die("epoll_wait");
	ref_done();
}
