/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An event loop over a timerfd and a doorbell eventfd, and poll() without files
 * as a sleep: waiting, but for no data. No model.
 */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

#include "ref.h"

#define TICKS 37
#define BELLS 31
#define NAPS  29

static int bell;

static void feed(void *arg)
{
	uint64_t one = 1;

	(void)arg;
	for (long i = 0; i < BELLS; i++) {
		ref_await(&ref->a, i);
		ref_await_sleep(ref->tid[0], __NR_epoll_wait);
		ref_write(bell, &one, sizeof(one));
	}
}

int main(int argc, char **argv)
{
	struct itimerspec every = {{0, 2000000}, {0, 2000000}};
	struct epoll_event ev = {.events = EPOLLIN};
	long ticks = 0;
	uint64_t count;
	int ep, timer;

	ref_begin(argc, argv);
	ep = (int)ref_must(epoll_create1(0), "epoll_create1");
	timer = (int)ref_must(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), "timerfd_create");
	bell = (int)ref_must(eventfd(0, EFD_NONBLOCK), "eventfd");
	ev.data.fd = timer;
	ref_must(epoll_ctl(ep, EPOLL_CTL_ADD, timer, &ev), "epoll_ctl");
	ev.data.fd = bell;
	ref_must(epoll_ctl(ep, EPOLL_CTL_ADD, bell, &ev), "epoll_ctl");
	ref_feed(feed, NULL);
	ref_expect("verdict.model none");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("model blocking transfers 0 phase1_ns=0");
	ref_expect("model nonblocking transfers 0 phase1_ns=0");
	ref_expect("model multiplexed transfers 0 phase1_ns=0");
	ref_expect("model signal-driven transfers 0 phase1_ns=0");
	ref_expect("model async transfers 0 phase1_ns=0");
	ref_ready();
	timerfd_settime(timer, 0, &every, NULL);
	while (ticks < TICKS || ref->a < BELLS) {
		if (epoll_wait(ep, &ev, 1, -1) != 1)
			ref_die("epoll_wait");
		if (read(ev.data.fd, &count, sizeof(count)) != sizeof(count))
			ref_die("read");
		if (ev.data.fd == bell)
			ref->a++;
		else
			ticks++;
	}
	for (int i = 0; i < NAPS; i++)
		poll(NULL, 0, 1);
	ref_done();
}
