/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io_uring that only polls (POLL_ADD); the data moves by ordinary read(): a
 * readiness call in disguise, so multiplexed.
 */
#include <poll.h>

#include "ref_uring.h"

#define N     47
#define FILES 2

static int s[FILES][2];

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_io_uring_enter);
		ref_write(s[i % FILES][1], ref_msg, REF_MSG);
	}
}

static void arm(struct ref_ring *r, int f)
{
	struct io_uring_sqe sqe = ref_sqe(IORING_OP_POLL_ADD, s[f][0], NULL, 0, (uint64_t)f);

	sqe.poll32_events = POLLIN;
	ref_ring_put(r, &sqe);
	if (ref_ring_enter(r, 1, 0, 0) != 1)
		ref_die("io_uring_enter");
}

int main(int argc, char **argv)
{
	struct io_uring_cqe cqe;
	struct ref_ring r;
	char buf[REF_MSG];

	ref_begin(argc, argv);
	if (!ref_ring_open(&r, 0))
		ref_skip("io_uring is switched off");
	for (int f = 0; f < FILES; f++) {
		ref_pair(s[f], SOCK_STREAM);
		ref_nonblock(s[f][0]);
		ref_expect("file %d attempts=%d slept=0 eagain=0 transfers=%d", s[f][0],
			   (N + FILES - 1 - f) / FILES, (N + FILES - 1 - f) / FILES);
	}
	ref_feed(feed, NULL);
	ref_expect("verdict.model multiplexed");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("model multiplexed transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("model async transfers 0");
	ref_ready();
	for (int f = 0; f < FILES; f++)
		arm(&r, f);
	for (int i = 0; i < N; i++) {
		ref_ring_wait(&r, &cqe);
		if (cqe.res < 0 || read(s[cqe.user_data][0], buf, REF_MSG) != REF_MSG)
			ref_die("read");
		/* Armed before it is said that this one is done: when the feeder
		 * then sees the program asleep, both are armed. */
		arm(&r, (int)cqe.user_data);
		ref->a++;
	}
	ref_done();
}
