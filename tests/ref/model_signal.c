/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The signal-driven model: the kernel sends a real-time signal (F_SETSIG) when
 * the socket has data; its handler reads. Meanwhile the program sleeps in
 * sigsuspend, where it could as well do other work.
 */
#define _GNU_SOURCE
#include "ref.h"

#define N 157

static int s[2];
static volatile sig_atomic_t reads, wrong;

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_rt_sigsuspend);
		ref_write(s[1], ref_msg, REF_MSG);
	}
}

static void on_data(int sig, siginfo_t *info, void *context)
{
	char buf[REF_MSG];

	(void)sig;
	(void)context;
	if (info->si_fd != s[0] || read(s[0], buf, sizeof(buf)) != REF_MSG)
		wrong = 1;
	reads++;
	ref->a++;
}

int main(int argc, char **argv)
{
	struct sigaction act = {.sa_sigaction = on_data, .sa_flags = SA_SIGINFO};
	sigset_t mask, open;

	ref_begin(argc, argv);
	ref_pair(s, SOCK_STREAM);
	sigaction(SIGRTMIN + 1, &act, NULL);
	sigprocmask(SIG_SETMASK, NULL, &open);
	mask = open;
	sigaddset(&mask, SIGRTMIN + 1);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	ref_must(fcntl(s[0], F_SETOWN, getpid()), "F_SETOWN");
	ref_must(fcntl(s[0], F_SETSIG, SIGRTMIN + 1), "F_SETSIG");
	ref_must(fcntl(s[0], F_SETFL, O_ASYNC | O_NONBLOCK), "F_SETFL");
	ref_feed(feed, NULL);
	prctl(PR_SET_NAME, "signalled");
	ref_expect("verdict.model signal-driven");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("model signal-driven transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("model blocking transfers 0");
	ref_expect("wait rt_sigsuspend slept>=%d slept<=%d", N, N + 3);
	ref_expect("model nonblocking transfers 0");
	ref_expect("file %d attempts=%d slept=0 eagain=0 transfers=%d signals=%d", s[0], N, N, N);
	ref_expect("thread signalled model signal-driven");
	ref_expect("no-finding signal-overflow");
	ref_ready();
	while (ref_more(reads, N) && !wrong)
		sigsuspend(&open);
	if (wrong)
		ref_die("handler");
	ref_done();
}
