/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A terminal: read() sleeps until a line is typed, by another process.
 */
#define _GNU_SOURCE
#include "ref.h"

#define N 31

static int master;

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_read);
		ref_write(master, "fifteen letters\n", REF_MSG);
	}
}

int main(int argc, char **argv)
{
	char buf[REF_MSG];
	int tty;

	ref_begin(argc, argv);
	master = posix_openpt(O_RDWR | O_NOCTTY);
	if (master < 0 || grantpt(master) || unlockpt(master))
		ref_skip("there is no pseudo-terminal to be had");
	tty = (int)ref_must(open(ptsname(master), O_RDWR | O_NOCTTY), "open of the terminal");
	ref_feed(feed, NULL);
	ref_expect("verdict.model blocking");
	ref_expect("also none");
	ref_expect("model blocking transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("file %d attempts=%d slept=%d eagain=0 transfers=%d", tty, N, N, N);
	ref_ready();
	for (int i = 0; i < N; i++) {
		if (read(tty, buf, sizeof(buf)) != REF_MSG)
			ref_die("read");
		ref->a++;
	}
	ref_done();
}
