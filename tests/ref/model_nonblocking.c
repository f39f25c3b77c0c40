/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The nonblocking model: the socket is O_NONBLOCK, and the program asks again
 * and again; each recv() returns at once, nearly all with EAGAIN.
 *
 * A UNIX socket, not a pipe: no lock that reader and writer share can put the
 * reader to sleep, so "never slept" is exact.
 */
#include "ref.h"

#define N 101

static int s[2];

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		/* Not before it has asked in vain. */
		ref_await(&ref->a, ref->a + 3);
		ref_nap_us(ref_looping() ? 5000 : 500);
		ref_write(s[1], ref_msg, REF_MSG);
	}
}

int main(int argc, char **argv)
{
	char buf[REF_MSG];
	ssize_t got;

	ref_begin(argc, argv);
	ref_pair(s, SOCK_STREAM);
	ref_nonblock(s[0]);
	ref_feed(feed, NULL);
	prctl(PR_SET_NAME, "spinner");
	ref_expect("verdict.model nonblocking");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("model nonblocking transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("model blocking transfers 0");
	ref_expect("model multiplexed transfers 0");
	ref_expect("thread spinner model nonblocking");
	ref_later_open();
	ref_ready();
	for (long i = 0; ref_more(i, N); i++) {
		while ((got = recv(s[0], buf, sizeof(buf), 0)) < 0 && errno == EAGAIN)
			ref->a++;
		if (got != REF_MSG)
			ref_die("recv");
	}
	ref_later("file %d attempts=%ld eagain=%ld slept=0 transfers=%d", s[0], N + ref->a, ref->a, N);
	ref_done();
}
