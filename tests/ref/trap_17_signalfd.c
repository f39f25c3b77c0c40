/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The I/O signal is taken by a blocking read of a signalfd.
 */
#define _GNU_SOURCE
#include <sys/signalfd.h>

#include "ref.h"

#define N 59

static int s[2];

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_read);
		ref_write(s[1], ref_msg, REF_MSG);
	}
}

int main(int argc, char **argv)
{
	struct signalfd_siginfo info;
	char buf[REF_MSG];
	sigset_t set;
	int sfd;

	ref_begin(argc, argv);
	ref_pair(s, SOCK_STREAM);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sfd = (int)ref_must(signalfd(-1, &set, 0), "signalfd");
	ref_must(fcntl(s[0], F_SETOWN, getpid()), "F_SETOWN");
	ref_must(fcntl(s[0], F_SETSIG, SIGRTMIN + 1), "F_SETSIG");
	ref_must(fcntl(s[0], F_SETFL, O_ASYNC | O_NONBLOCK), "F_SETFL");
	ref_feed(feed, NULL);
	ref_expect("verdict.model signal-driven");
	ref_expect("also none");
	ref_expect("model signal-driven transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("model blocking transfers 0");
	ref_expect("file %d attempts=%d slept=0 eagain=0 transfers=%d", s[0], N, N);
	ref_ready();
	for (int i = 0; i < N; i++) {
		if (read(sfd, &info, sizeof(info)) != sizeof(info) || info.ssi_fd != s[0])
			ref_die("signalfd");
		if (recv(s[0], buf, sizeof(buf), 0) != REF_MSG)
			ref_die("recv");
		ref->a++;
	}
	ref_done();
}
