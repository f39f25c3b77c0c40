/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * FIONREAD asked in a loop until there is something: each 0 is an attempt.
 */
#include <sys/ioctl.h>

#include "ref.h"

#define N 17
#define TRIES 101

static int s[2];

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_await(&ref->a, i + 1);
		ref_write(s[1], ref_msg, REF_MSG);
		ref->b = i + 1;
	}
}

int main(int argc, char **argv)
{
	char buf[REF_MSG];
	int n;

	ref_begin(argc, argv);
	ref_pair(s, SOCK_STREAM);
	ref_feed(feed, NULL);
	ref_expect("verdict.model nonblocking");
	ref_expect("file %d eagain=%d transfers=%d slept=0", s[0], N * TRIES, N);
	ref_ready();
	for (int i = 0; i < N; i++) {
		for (int k = 0; k < TRIES; k++)
			ref_must(ioctl(s[0], FIONREAD, &n), "FIONREAD");
		ref->a = i + 1;
		while (ref->b <= i)
			;
		ref_must(ioctl(s[0], FIONREAD, &n), "FIONREAD");
		if (n != REF_MSG || read(s[0], buf, REF_MSG) != REF_MSG)
			ref_die("read");
	}
	ref_done();
}
