/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A loop that asks another socket inside its turn and waits for the answer, as a
 * resolver does: no part of the loop's own waiting.
 */
#include <poll.h>

#include "ref_loop.h"

#define N     35
#define EACH  5 /* every so many turns one question */
#define SLOW  60000 /* us until the answer: more than a busy machine lets it wait for a CPU */

static int ask[2];

static void answer(void *arg)
{
	char buf[REF_MSG];

	(void)arg;
	for (long i = 0; ref_more(i, N / EACH); i++) {
		if (read(ask[1], buf, REF_MSG) != REF_MSG)
			ref_die("read");
		ref_await_sleep(ref->tid[0], __NR_poll);
		ref_nap_us(SLOW);
		ref_write(ask[1], ref_msg, REF_MSG);
	}
}

int main(int argc, char **argv)
{
	char buf[REF_MSG];
	struct ref_loop l;

	ref_begin(argc, argv);
	ref_loop_open(&l);
	ref_pair(ask, SOCK_DGRAM);
	ref_loop_feed(&l, N);
	ref_feed(answer, NULL);
	ref_later_open();
	ref_expect("verdict.model multiplexed");
	ref_expect("loop call epoll_wait fd=%d files=2 calls=%d turns=%d longest_ns>=%d", l.ep, N, N - 1,
		   SLOW * 1000);
	ref_expect("turn poll count=1 ns>=%d", SLOW * 1000);
	ref_expect("wait poll count=%d slept=%d ns>=%d max_ns>=%d fd=%d", N / EACH, N / EACH,
		   N / EACH * SLOW * 1000, SLOW * 1000, ask[0]);
	ref_expect("wait epoll_wait slept=%d fd=%d", N, l.ep);
	ref_expect("finding loop-blocked poll count=%d max_ns>=%d fd=%d warning=1", N / EACH, SLOW * 1000,
		   ask[0]);
	ref_ready();
	for (int i = 0; i < N; i++) {
		struct pollfd p = {.fd = ask[0], .events = POLLIN};

		ref_loop_wait(&l);
		if (i % EACH)
			continue;
		ref_write(ask[0], ref_msg, REF_MSG);
		if (poll(&p, 1, 5000) != 1 || read(ask[0], buf, REF_MSG) != REF_MSG)
			ref_die("poll");
	}
	ref_loop_expect_no_computing(&l);
	ref_done();
}
