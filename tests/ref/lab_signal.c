/* SPDX-License-Identifier: GPL-2.0-only */
/* The signal-driven model on the lab device: F_SETSIG, and a handler that reads. */
#define _GNU_SOURCE
#include "ref_lab.h"

#define N 103

static int fd;
static volatile sig_atomic_t wrong;

static void on_data(int sig, siginfo_t *info, void *context)
{
	char buf[REF_MSG];

	(void)sig;
	(void)context;
	if (info->si_fd != fd || !(info->si_band & 1 /* POLLIN */) ||
	    read(fd, buf, sizeof(buf)) != REF_MSG)
		wrong = 1;
	ref->a++;
}

int main(int argc, char **argv)
{
	static struct lab_feed feed = {__NR_rt_sigsuspend, N};
	struct sigaction act = {.sa_sigaction = on_data, .sa_flags = SA_SIGINFO};
	sigset_t mask, open;
	struct iom_lab_stats s;

	ref_begin(argc, argv);
	sigaction(SIGRTMIN + 1, &act, NULL);
	sigprocmask(SIG_SETMASK, NULL, &open);
	mask = open;
	sigaddset(&mask, SIGRTMIN + 1);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	fd = lab_open(O_NONBLOCK, lab_feeding, &feed);
	ref_must(fcntl(fd, F_SETOWN, getpid()), "F_SETOWN");
	ref_must(fcntl(fd, F_SETSIG, SIGRTMIN + 1), "F_SETSIG");
	ref_must(fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK), "F_SETFL");
	ref_expect("verdict.model signal-driven");
	ref_expect("also none");
	ref_expect("model signal-driven transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("lost 0");
	ref_ready();
	while (ref_more(ref->a, N) && !wrong)
		sigsuspend(&open);
	if (wrong)
		ref_die("handler");
	lab_later(fd);
	s = lab_oracle(fd);
	ref_later("file %d signals=%llu", fd, (unsigned long long)s.signalled);
	ref_done();
}
