/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * O_ASYNC with plain SIGIO: the signal names no file, so the handler asks.
 */
#define _GNU_SOURCE
#include "ref.h"

#define N 67

static int s[2];
static volatile sig_atomic_t reads;

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_rt_sigsuspend);
		ref_write(s[1], ref_msg, REF_MSG);
	}
}

static void on_data(int sig)
{
	char buf[REF_MSG];

	(void)sig;
	if (read(s[0], buf, sizeof(buf)) == REF_MSG) {
		reads++;
		ref->a++;
	}
}

int main(int argc, char **argv)
{
	struct sigaction act = {.sa_handler = on_data};
	sigset_t mask, open;

	ref_begin(argc, argv);
	ref_pair(s, SOCK_STREAM);
	sigaction(SIGIO, &act, NULL);
	sigprocmask(SIG_SETMASK, NULL, &open);
	mask = open;
	sigaddset(&mask, SIGIO);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	ref_must(fcntl(s[0], F_SETOWN, getpid()), "F_SETOWN");
	ref_must(fcntl(s[0], F_SETFL, O_ASYNC | O_NONBLOCK), "F_SETFL");
	ref_feed(feed, NULL);
	ref_expect("verdict.model signal-driven");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("model signal-driven transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("model nonblocking transfers 0");
	ref_expect("file %d attempts=%d slept=0 eagain=0 transfers=%d", s[0], N, N);
	ref_expect("no-finding signal-overflow");
	ref_ready();
	while (reads < N)
		sigsuspend(&open);
	ref_done();
}
