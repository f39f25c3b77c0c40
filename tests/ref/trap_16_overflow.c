/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * F_SETSIG, and the queue of real-time signals overflows: the kernel falls back
 * to plain SIGIO, which says "look everywhere".
 */
#define _GNU_SOURCE
#include <sys/resource.h>

#include "ref.h"

#define ROUNDS 7
#define BURST  11
#define QUEUE  4

static int s[2];
static volatile sig_atomic_t overflows;

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; i < ROUNDS; i++) {
		ref_await(&ref->a, i + 1);
		for (int b = 0; b < BURST; b++)
			ref_write(s[1], ref_msg, REF_MSG);
		ref->b = i + 1;
	}
}

static void on_data(int sig)
{
	if (sig == SIGIO)
		overflows++;
}

int main(int argc, char **argv)
{
	struct rlimit limit = {QUEUE, QUEUE};
	struct sigaction act = {.sa_handler = on_data};
	sigset_t mask, open;
	char buf[REF_MSG];

	ref_begin(argc, argv);
	ref_pair(s, SOCK_DGRAM);
	sigaction(SIGIO, &act, NULL);
	sigaction(SIGRTMIN + 1, &act, NULL);
	sigprocmask(SIG_SETMASK, NULL, &open);
	mask = open;
	sigaddset(&mask, SIGIO);
	sigaddset(&mask, SIGRTMIN + 1);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	ref_must(fcntl(s[0], F_SETOWN, getpid()), "F_SETOWN");
	ref_must(fcntl(s[0], F_SETSIG, SIGRTMIN + 1), "F_SETSIG");
	ref_must(fcntl(s[0], F_SETFL, O_ASYNC | O_NONBLOCK), "F_SETFL");
	ref_feed(feed, NULL);
	ref_must(setrlimit(RLIMIT_SIGPENDING, &limit), "setrlimit");
	ref_expect("verdict.model signal-driven");
	ref_expect("model signal-driven transfers %d bytes %d", ROUNDS * BURST, ROUNDS * BURST * REF_MSG);
	ref_expect("model nonblocking transfers 0");
	ref_expect("model blocking transfers 0");
	ref_expect("file %d attempts=%d slept=0 eagain=0 transfers=%d", s[0], ROUNDS * BURST,
		   ROUNDS * BURST);
	ref_expect("finding signal-overflow");
	ref_ready();
	for (long i = 1; i <= ROUNDS; i++) {
		ref->a = i;
		/* Busy with something else, and all signals blocked, while the
		 * burst comes; taken afterwards, the whole queue at once. */
		ref_await(&ref->b, i);
		sigsuspend(&open);
		for (int b = 0; b < BURST; b++)
			if (recv(s[0], buf, sizeof(buf), 0) != REF_MSG)
				ref_die("recv");
	}
	if (overflows < ROUNDS)
		ref_die("no overflow");
	ref_done();
}
