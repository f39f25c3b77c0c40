/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * empty_load - attaches empty programs until SIGINT or SIGTERM.
 *
 * empty_load exit    at sys_exit
 * empty_load pair    at sys_enter and sys_exit
 * empty_load switch  at both and at sched_switch
 *
 * Prints "ready" when they are attached. Exit status 4: the kernel refused.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "empty.skel.h"

int main(int argc, char **argv)
{
	const char *mode = argc == 2 ? argv[1] : "";
	bool with_switch = !strcmp(mode, "switch");
	bool with_enter = with_switch || !strcmp(mode, "pair");
	struct empty_bpf *skel;
	sigset_t ends;
	int err, sig;

	if (!with_enter && strcmp(mode, "exit")) {
		fprintf(stderr, "usage: empty_load exit|pair|switch\n");
		return 2;
	}
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);

	skel = empty_bpf__open();
	if (!skel)
		return 4;
	bpf_program__set_autoload(skel->progs.empty_enter, with_enter);
	bpf_program__set_autoload(skel->progs.empty_switch, with_switch);
	err = empty_bpf__load(skel);
	if (!err)
		err = empty_bpf__attach(skel);
	if (!err) {
		printf("ready\n");
		fflush(stdout);
		sigwait(&ends, &sig);
	}
	empty_bpf__destroy(skel);
	return err ? 4 : 0;
}
