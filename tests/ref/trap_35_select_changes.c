/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A loop around select with another set at each turn, and inside some turns a select on
 * a terminal alone (a serial port), with a set of its own.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/select.h>

#include "ref_loop.h"

#define N    29
#define EACH 7
#define MANY 8

static int s[MANY][2];

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_pselect6);
		ref_write(s[0][1], ref_msg, REF_MSG);
	}
}

int main(int argc, char **argv)
{
	static fd_set loop, serial;
	struct timeval tv;
	char buf[REF_MSG];
	int tty;

	ref_begin(argc, argv);
	for (int i = 0; i < MANY; i++) {
		ref_pair(s[i], SOCK_STREAM);
		ref_nonblock(s[i][0]);
	}
	tty = (int)ref_must(posix_openpt(O_RDWR | O_NOCTTY), "posix_openpt");
	ref_must(grantpt(tty), "grantpt");
	ref_must(unlockpt(tty), "unlockpt");
	ref_must(open(ptsname(tty), O_RDWR | O_NOCTTY), "pts");
	ref_feed(feed, NULL);
	ref_expect("verdict.model multiplexed");
	ref_expect("loop call pselect6 calls=%d turns=%d longest_ns>=10000000", N, N - 1);
	/* On a busy emulated machine most of such a turn may pass inside the call before it sleeps. */
	ref_expect("turn pselect6 ns>=%d count=1", ref_emulated() ? 0 : 10000000);
	ref_expect("wait pselect6 slept=%d", N + N / EACH + 1);
	ref_expect("wait pselect6 slept=%d fd=%d", N, s[0][0]);
	ref_expect("finding loop-blocked pselect6 count=%d", N / EACH + 1);
	ref_ready();
	for (int i = 0; i < N; i++) {
		FD_ZERO(&loop);
		FD_SET(s[0][0], &loop);
		FD_SET(s[1 + i % (MANY - 1)][0], &loop);
		if (select(1024, &loop, NULL, NULL, NULL) != 1 || read(s[0][0], buf, REF_MSG) != REF_MSG)
			ref_die("select");
		if (i % EACH == 0) {
			FD_ZERO(&serial);
			FD_SET(tty, &serial);
			tv = (struct timeval){.tv_usec = 11000};
			select(tty + 1, &serial, NULL, NULL, &tv);
		}
		ref->a++;
	}
	ref_done();
}
