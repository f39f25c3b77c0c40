/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A loop that a tracer stops at each call: its reads seem to sleep, and do not of their own accord.
 */
#include <sys/ptrace.h>

#include "ref_loop.h"

#define N 103

/* Lets the tracee go on to its next call, and gives it its signals. */
static void trace(pid_t pid)
{
	int status, sig;

	while (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status)) {
		sig = WSTOPSIG(status);
		if (sig == (SIGTRAP | 0x80) || status >> 16)
			sig = 0;
		if (ptrace(PTRACE_SYSCALL, pid, NULL, sig))
			break;
	}
}

static void tracer(pid_t pid)
{
	while (!ref->a)
		ref_nap_us(100);
	if (ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACESYSGOOD) || ptrace(PTRACE_INTERRUPT, pid, NULL, NULL))
		_exit(1);
	ref->b = 1;
	trace(pid);
	_exit(0);
}

int main(int argc, char **argv)
{
	struct epoll_event ev;
	char got[REF_MSG];
	struct ref_loop l;
	pid_t child;

	ref_begin(argc, argv);
	ref_loop_open(&l);
	child = ref_child();
	if (!child)
		tracer(getppid());
	prctl(PR_SET_PTRACER, child);
	ref->a = 1;
	while (!ref->b)
		ref_nap_us(100);
	ref_expect("finding traced warning=1");
	ref_expect("no-finding loop-blocked");
	ref_expect("also none");
	ref_ready();
	for (int i = 0; i < N; i++) {
		ref_write(l.out, ref_msg, REF_MSG);
		if (epoll_wait(l.ep, &ev, 1, -1) != 1 || read(l.in, got, REF_MSG) != REF_MSG)
			ref_die("epoll_wait");
	}
	ref_done();
}
