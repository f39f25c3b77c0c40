/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One call with several rounds of waiting and copying: recv with MSG_WAITALL
 * sleeps four times and is one operation.
 */
#include "ref.h"

#define N      29
#define ROUNDS 4

static int s[2];

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_recvfrom);
		for (int r = 0; r < ROUNDS; r++) {
			ref_nap_us(300);
			ref_await_sleep(ref->tid[0], __NR_recvfrom);
			ref_write(s[1], ref_msg, REF_MSG);
		}
	}
}

int main(int argc, char **argv)
{
	char buf[ROUNDS * REF_MSG];

	ref_begin(argc, argv);
	ref_pair(s, SOCK_STREAM);
	ref_feed(feed, NULL);
	ref_expect("verdict.model blocking");
	ref_expect("also none");
	ref_expect("model blocking transfers %d bytes %d", N, N * ROUNDS * REF_MSG);
	ref_expect("file %d attempts=%d slept=%d eagain=0 transfers=%d", s[0], N, N, N);
	ref_ready();
	for (int i = 0; i < N; i++) {
		if (recv(s[0], buf, sizeof(buf), MSG_WAITALL) != sizeof(buf))
			ref_die("recv");
		ref->a++;
	}
	ref_done();
}
