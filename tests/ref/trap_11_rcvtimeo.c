/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SO_RCVTIMEO on a blocking socket: EAGAIN after sleeping is a time-out, not a
 * sign of a nonblocking program.
 */
#include <sys/time.h>

#include "ref.h"

#define EMPTY 23
#define N     41

static int s[2];

static void feed(void *arg)
{
	(void)arg;
	ref_await(&ref->b, 1);
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_recvfrom);
		ref_write(s[1], ref_msg, REF_MSG);
	}
}

static void time_out(long us)
{
	struct timeval tv = {.tv_sec = us / 1000000, .tv_usec = us % 1000000};

	ref_must(setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)), "SO_RCVTIMEO");
}

int main(int argc, char **argv)
{
	char buf[REF_MSG];

	ref_begin(argc, argv);
	ref_pair(s, SOCK_STREAM);
	ref_feed(feed, NULL);
	ref_expect("verdict.model blocking");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("model blocking transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("model nonblocking transfers 0");
	ref_expect("file %d attempts=%d slept=%d eagain=%d transfers=%d", s[0], N + EMPTY, N + EMPTY,
		   EMPTY, N);
	ref_expect("no-finding eagain-spin");
	time_out(20000);
	ref_ready();
	for (int i = 0; i < EMPTY; i++)
		if (recv(s[0], buf, sizeof(buf), 0) >= 0 || errno != EAGAIN)
			ref_die("time-out");
	/* Long from here on: every read is to find its message. */
	time_out(30000000);
	ref->b = 1;
	for (int i = 0; i < N; i++) {
		if (recv(s[0], buf, sizeof(buf), 0) != REF_MSG)
			ref_die("recv");
		ref->a++;
	}
	ref_done();
}
