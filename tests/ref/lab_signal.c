/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The signal-driven model on the lab device: F_SETSIG, and a handler that reads. A
 * message comes when the one before it is taken; the last signal is that of the end.
 */
#define _GNU_SOURCE
#include "ref_lab.h"

#define N 103

static int fd;
static volatile sig_atomic_t wrong;

static void on_data(int sig, siginfo_t *info, void *context)
{
	bool data = lab_read(fd, ref->a);

	(void)sig;
	(void)context;
	if (info->si_fd != fd || !(info->si_band & 1 /* POLLIN */) ||
	    (!data && (ref_looping() || ref->a != N)))
		wrong = 1;
	ref->a++;
}

int main(int argc, char **argv)
{
	struct sigaction act = {.sa_sigaction = on_data, .sa_flags = SA_SIGINFO};
	sigset_t mask, open;

	ref_begin(argc, argv);
	sigaction(SIGRTMIN + 1, &act, NULL);
	sigprocmask(SIG_SETMASK, NULL, &open);
	mask = open;
	sigaddset(&mask, SIGRTMIN + 1);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	fd = lab_open(O_NONBLOCK, N, 1, 2000);
	ref_must(fcntl(fd, F_SETOWN, getpid()), "F_SETOWN");
	ref_must(fcntl(fd, F_SETSIG, SIGRTMIN + 1), "F_SETSIG");
	ref_expect("verdict.model signal-driven");
	ref_expect("also none");
	ref_expect("model signal-driven transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("file %d signals=%d", fd, N + 1);
	ref_expect("lost 0");
	ref_ready();
	ref_must(fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK), "F_SETFL");
	while (ref_more(ref->a, N + 1) && !wrong)
		sigsuspend(&open);
	if (wrong)
		ref_die("handler");
	lab_later(fd);
	if (lab_oracle(fd).signalled != N + 1 && !ref_looping())
		ref_die("signals that nobody got");
	ref_done();
}
