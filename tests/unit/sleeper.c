/* SPDX-License-Identifier: GPL-2.0-only */
#include "sleeper.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

pid_t sleeper(void (*sleeps)(void))
{
	char path[48], text[256];
	pid_t child = fork();
	FILE *f;

	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		sleeps();
		_exit(0);
	}
	snprintf(path, sizeof(path), "/proc/%d/syscall", child);
	for (int i = 0; i < 500; i++) {
		usleep(10000);
		f = fopen(path, "re");
		if (f && fgets(text, sizeof(text), f) && text[0] != 'r' && i > 5) {
			fclose(f);
			return child;
		}
		if (f)
			fclose(f);
	}
	fail_msg("the child never slept");
	return child;
}

void sleeper_ends(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}
