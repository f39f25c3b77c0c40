/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ref_loop.h - a loop around epoll_wait with two files, of which one is fed, one
 * message for each turn; and clocks.
 */
#ifndef REF_LOOP_H
#define REF_LOOP_H

#include <sys/epoll.h>
#include <time.h>

#include "ref.h"

struct ref_loop {
	int ep;
	int in, out;	  /* what is fed, and its other end */
	int idle[2];	  /* in the set too; nobody writes to it */
	long turns;	  /* that the feeder makes */
	uint64_t back_ns; /* when epoll_wait came back last; 0: not yet */
	int emulated;
	uint64_t longest_ns; /* the longest turn: from one return to the next call */
	long turn, longest;  /* the turn under way, from 0 on, and that one's number */
	uint64_t back_cpu_ns, most_cpu_ns; /* time on the CPU: then, and the most in a turn */
};

/* CLOCK_MONOTONIC, from the page that the kernel shares: no call. */
static inline uint64_t ref_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* Time that this thread has been on a CPU: a call that cannot sleep. */
static inline uint64_t ref_cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* Be on the CPU for so long, however long that takes on a busy machine. */
static inline void ref_burn_us(long us)
{
	uint64_t end = ref_cpu_ns() + (uint64_t)us * 1000;

	while (ref_cpu_ns() < end)
		;
}

static inline void ref_epoll_add(int ep, int fd, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.fd = fd};

	ref_must(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev), "epoll_ctl");
}

static inline void ref_loop_open(struct ref_loop *l)
{
	int s[2];

	memset(l, 0, sizeof(*l));
	l->emulated = ref_emulated();
	l->ep = (int)ref_must(epoll_create1(0), "epoll_create1");
	ref_pair(s, SOCK_STREAM);
	ref_pair(l->idle, SOCK_STREAM);
	ref_nonblock(s[0]);
	ref_nonblock(l->idle[0]);
	l->in = s[0];
	l->out = s[1];
	ref_epoll_add(l->ep, s[0], EPOLLIN);
	ref_epoll_add(l->ep, l->idle[0], EPOLLIN);
}

static void ref_loop_feeder(void *arg)
{
	struct ref_loop *l = arg;

	for (long i = 0; ref_more(i, l->turns); i++) {
		ref_turn(i, __NR_epoll_wait);
		ref_write(l->out, ref_msg, REF_MSG);
	}
}

/* Call before ref_ready(). */
static inline void ref_loop_feed(struct ref_loop *l, long turns)
{
	l->turns = turns;
	ref_feed(ref_loop_feeder, l);
}

/* Sleep until the next message, and take it. The turn lasts until this is called again. */
static inline void ref_loop_wait(struct ref_loop *l)
{
	char buf[REF_MSG];
	struct epoll_event ev;
	uint64_t cpu = ref_cpu_ns(), now = ref_now_ns();

	if (l->back_ns) {
		if (now - l->back_ns > l->longest_ns) {
			l->longest_ns = now - l->back_ns;
			l->longest = l->turn;
		}
		l->turn++;
		if (cpu - l->back_cpu_ns > l->most_cpu_ns)
			l->most_cpu_ns = cpu - l->back_cpu_ns;
		ref->a++;
	}
	if (epoll_wait(l->ep, &ev, 1, -1) != 1)
		ref_die("epoll_wait");
	l->back_ns = ref_now_ns();
	l->back_cpu_ns = ref_cpu_ns();
	if (read(ev.data.fd, buf, REF_MSG) != REF_MSG)
		ref_die("read");
}

/* Ask n times, and be told of events of descriptor fd each time, without taking anything. */
static inline void ref_loop_only_ask(const struct ref_loop *l, int n, int fd, uint32_t events)
{
	struct epoll_event ev;

	for (int i = 0; i < n; i++)
		if (epoll_wait(l->ep, &ev, 1, 1000) != 1 || ev.data.fd != fd || !(ev.events & events))
			ref_die("epoll_wait");
}

/* Expects the longest turn to be as long as it was here. The return from the call and the way
 * into the next one are the kernel's, and an emulated machine may spend milliseconds there.
 * Call after ref_later_open() and the last turn. */
static inline void ref_loop_expect(const struct ref_loop *l)
{
	uint64_t slack = l->emulated ? 5000000 : 200000;

	ref_later("loop longest_ns>=%llu", (unsigned long long)(l->longest_ns > slack ? l->longest_ns - slack : 0));
	ref_later("loop longest_on_ns<=%llu", (unsigned long long)(l->longest_ns + slack));
}

/* Was it this turn, from 0 on? On a busy machine another one may have waited for a CPU for longer. */
static inline int ref_loop_longest_is(const struct ref_loop *l, long turn)
{
	return l->longest == turn;
}

/* Expects the loop not to be said to compute, where it was not on the CPU for long: on an
 * emulated machine the kernel's own work may be, which is seen in part. Call after ref_later_open() and the last turn. */
static inline void ref_loop_expect_no_computing(const struct ref_loop *l)
{
	if (l->most_cpu_ns < (l->emulated ? 3000000 : 8000000))
		ref_later("no-finding loop-computes");
}

#endif
