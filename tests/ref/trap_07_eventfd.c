/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Completions of io_uring announced through an eventfd in an epoll loop: epoll
 * only says that something is done, the data was moved by the kernel.
 */
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "ref_uring.h"

#define N     43
#define FILES 3

static int s[FILES][2];
static char buf[FILES][REF_MSG];

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_epoll_wait);
		ref_write(s[i % FILES][1], ref_msg, REF_MSG);
	}
}

static void submit(struct ref_ring *r, int f)
{
	struct io_uring_sqe sqe = ref_sqe(IORING_OP_READ, s[f][0], buf[f], REF_MSG, (uint64_t)f);

	ref_ring_put(r, &sqe);
	if (ref_ring_enter(r, 1, 0, 0) != 1)
		ref_die("io_uring_enter");
}

int main(int argc, char **argv)
{
	struct epoll_event ev = {.events = EPOLLIN};
	struct io_uring_cqe cqe;
	struct ref_ring r;
	int ep, bell, sent = 0, done = 0, n;
	uint64_t count;

	ref_begin(argc, argv);
	if (!ref_ring_open(&r, 0))
		ref_skip("io_uring is switched off");
	ep = (int)ref_must(epoll_create1(0), "epoll_create1");
	bell = (int)ref_must(eventfd(0, EFD_NONBLOCK), "eventfd");
	ref_must(epoll_ctl(ep, EPOLL_CTL_ADD, bell, &ev), "epoll_ctl");
	ref_must(syscall(__NR_io_uring_register, r.fd, IORING_REGISTER_EVENTFD, &bell, 1),
		 "io_uring_register");
	for (int f = 0; f < FILES; f++) {
		ref_pair(s[f], SOCK_STREAM);
		ref_expect("file %d late=%d inline=0 transfers=%d", s[f][0],
			   (N + FILES - 1 - f) / FILES, (N + FILES - 1 - f) / FILES);
	}
	ref_feed(feed, NULL);
	ref_expect("verdict.model async");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("model async transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("model blocking transfers 0");
	ref_expect("model multiplexed transfers 0");
	ref_expect("model nonblocking transfers 0");
	ref_ready();
	for (; sent < FILES; sent++)
		submit(&r, sent);
	while (done < N) {
		/* Finishing a request is work that interrupts this sleep. */
		n = epoll_wait(ep, &ev, 1, -1);
		if (n < 0 && errno != EINTR)
			ref_die("epoll_wait");
		if (n <= 0)
			continue;
		if (read(bell, &count, sizeof(count)) < 0 && errno != EAGAIN)
			ref_die("eventfd");
		while (ref_ring_take(&r, &cqe)) {
			if (cqe.res != REF_MSG)
				ref_die("completion");
			if (sent++ < N)
				submit(&r, (int)cqe.user_data);
			done++;
		}
		ref->a = done;
	}
	ref_done();
}
