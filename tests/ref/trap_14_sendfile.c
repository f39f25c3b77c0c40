/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sendfile of a regular file to a nonblocking socket, epoll_wait for room when
 * the socket is full: the side that waits is the socket, so multiplexed.
 */
#include <sys/epoll.h>
#include <sys/sendfile.h>

#include "ref.h"

#define N     127
#define CHUNK 16384

static int s[2];

static void feed(void *arg)
{
	char buf[CHUNK];

	(void)arg;
	for (;;) {
		ref_await_sleep(ref->tid[0], __NR_epoll_wait);
		while (recv(s[1], buf, sizeof(buf), MSG_DONTWAIT) > 0)
			;
		ref_nap_us(200);
	}
}

int main(int argc, char **argv)
{
	struct epoll_event ev = {.events = EPOLLOUT};
	int ep, fd, size = 65536;
	long again = 0;
	off_t offset;
	ssize_t n;

	ref_begin(argc, argv);
	ref_pair(s, SOCK_STREAM);
	ref_nonblock(s[0]);
	ref_must(setsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)), "SO_SNDBUF");
	fd = ref_file(CHUNK);
	ep = (int)ref_must(epoll_create1(0), "epoll_create1");
	ref_must(epoll_ctl(ep, EPOLL_CTL_ADD, s[0], &ev), "epoll_ctl");
	ref_feed(feed, NULL);
	ref_expect("verdict.model multiplexed");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("model multiplexed transfers %d", N);
	ref_expect("model blocking transfers 0");
	ref_expect("model nonblocking transfers 0");
	ref_later_open();
	ref_ready();
	for (int i = 0; i < N; i++)
		for (;;) {
			offset = 0;
			n = sendfile(s[0], fd, &offset, CHUNK);
			if (n > 0)
				break;
			if (errno != EAGAIN)
				ref_die("sendfile");
			again++;
			if (epoll_wait(ep, &ev, 1, -1) != 1)
				ref_die("epoll_wait");
		}
	/* Full at least now and then, or nothing was tried. */
	ref_later("file %d attempts=%ld eagain=%ld eagain>=5 transfers=%d", s[0], N + again, again, N);
	ref_done();
}
