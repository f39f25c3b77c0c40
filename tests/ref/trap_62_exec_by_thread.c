/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thread that is not the first executes a program: the process goes on under its own
 * number, and the first thread's.
 */
#include "ref.h"

#define N 17

static char *self, first_arg[] = "--second";

static void *executes(void *arg)
{
	char *args[] = {self, first_arg, arg, NULL};

	execv("/proc/self/exe", args);
	ref_die("execv");
}

/* As the program that was executed: N reads of the pipe that it was given. */
static int second(int fd)
{
	char buf[REF_MSG];

	for (int i = 0; i < N; i++)
		if (read(fd, buf, REF_MSG) != REF_MSG)
			ref_die("read");
	kill(getppid(), SIGUSR2);
	pause();
	return 0;
}

int main(int argc, char **argv)
{
	static char number[16];
	int pipes[2];

	if (argc == 3 && !strcmp(argv[1], first_arg))
		return second(atoi(argv[2]));
	ref_begin(argc, argv);
	self = argv[0];
	ref_must(pipe(pipes), "pipe");
	snprintf(number, sizeof(number), "%d", pipes[0]);
	ref_expect("verdict.model blocking");
	ref_expect("processes =1");
	ref_expect("file %d transfers=%d bytes=%d", pipes[0], N, N * REF_MSG);
	ref_ready();
	for (int i = 0; i < N; i++)
		ref_write(pipes[1], ref_msg, REF_MSG);
	ref_thread("executes", executes, number);
	for (;;)
		pause();
}
