/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Signals that have nothing to do with I/O: a timer's SIGALRM, a POSIX timer
 * with a real-time signal, SIGCHLD. They bring no vote; the program reads a
 * blocking pipe that is never empty.
 */
#define _GNU_SOURCE
#include <sys/time.h>
#include <time.h>

#include "ref.h"

#define N 41

static volatile sig_atomic_t seen;

static void on_signal(int sig)
{
	(void)sig;
	seen++;
}

int main(int argc, char **argv)
{
	struct itimerval every = {{0, 3000}, {0, 3000}}, off = {{0, 0}, {0, 0}};
	struct itimerspec every2 = {{0, 4000000}, {0, 4000000}}, off2 = {{0, 0}, {0, 0}};
	struct sigevent rt = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 2};
	struct sigaction act = {.sa_handler = on_signal};
	sigset_t mask, open;
	char buf[REF_MSG];
	timer_t timer;
	int p[2];

	ref_begin(argc, argv);
	ref_must(pipe(p), "pipe");
	for (int i = 0; i < N; i++)
		ref_write(p[1], ref_msg, REF_MSG);
	sigaction(SIGALRM, &act, NULL);
	sigaction(SIGRTMIN + 2, &act, NULL);
	sigaction(SIGCHLD, &act, NULL);
	sigprocmask(SIG_SETMASK, NULL, &open);
	sigfillset(&mask);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	ref_must(timer_create(CLOCK_MONOTONIC, &rt, &timer), "timer_create");
	ref_expect("verdict.model blocking");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("model blocking transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("model signal-driven transfers 0 phase1_ns=0");
	ref_expect("file %d attempts=%d slept=0 eagain=0 transfers=%d signals=0", p[0], N, N);
	ref_ready();
	setitimer(ITIMER_REAL, &every, NULL);
	timer_settime(timer, 0, &every2, NULL);
	if (!ref_must(fork(), "fork"))
		_exit(0);
	for (int i = 0; i < N; i++) {
		sigsuspend(&open);
		if (read(p[0], buf, sizeof(buf)) != REF_MSG)
			ref_die("read");
	}
	setitimer(ITIMER_REAL, &off, NULL);
	timer_settime(timer, 0, &off2, NULL);
	waitpid(-1, NULL, 0);
	ref_done();
}
