/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A loop that makes a connection inside its turn, each time a new one, and waits for the answer:
 * one finding, with all of its sleeps.
 */
#include <poll.h>
#include <unistd.h>

#include "ref_loop.h"

#define N     35
#define EACH  5 /* every so many turns one question */
#define SLOW  11000 /* us until the answer */
#define FIRST 100

static int ask[N / EACH][2];

static void answer(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N / EACH); i++) {
		char buf[REF_MSG];

		if (read(ask[i][1], buf, REF_MSG) != REF_MSG)
			ref_die("read");
		ref_await_sleep(ref->tid[0], __NR_poll);
		ref_nap_us(SLOW);
		ref_write(ask[i][1], ref_msg, REF_MSG);
	}
}

int main(int argc, char **argv)
{
	char buf[REF_MSG];
	struct ref_loop l;

	ref_begin(argc, argv);
	ref_loop_open(&l);
	for (int i = 0; i < N / EACH; i++)
		ref_pair(ask[i], SOCK_DGRAM);
	ref_loop_feed(&l, N);
	ref_feed(answer, NULL);
	ref_later_open();
	ref_expect("verdict.model multiplexed");
	ref_expect("finding loop-blocked poll count=%d max_ns>=%d ns>=%d", N / EACH, SLOW * 1000,
		   N / EACH * SLOW * 1000);
	ref_ready();
	for (int i = 0; i < N; i++) {
		struct pollfd p = {.fd = FIRST, .events = POLLIN};

		ref_loop_wait(&l);
		if (i % EACH)
			continue;
		if (dup2(ask[i / EACH][0], FIRST) != FIRST)
			ref_die("dup2");
		ref_write(FIRST, ref_msg, REF_MSG);
		if (poll(&p, 1, 5000) != 1 || read(FIRST, buf, REF_MSG) != REF_MSG)
			ref_die("poll");
		close(FIRST);
	}
	ref_done();
}
