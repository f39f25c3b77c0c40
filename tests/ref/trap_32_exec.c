/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The process becomes another program in the window. It is still the one that
 * was asked for: its pipe keeps one count over both lives. What the dynamic
 * loader reads in between is not known here, so totals are bounds.
 */
#include "ref.h"

#define BEFORE 23
#define AFTER  29

static int take(int fd, int n)
{
	char buf[REF_MSG];

	for (int i = 0; i < n; i++)
		if (read(fd, buf, sizeof(buf)) != REF_MSG)
			return 0;
	return 1;
}

int main(int argc, char **argv)
{
	char number[12];
	sigset_t mask;
	int p[2];

	if (argc == 3 && !strcmp(argv[1], "--again")) {
		if (!take(atoi(argv[2]), AFTER))
			return 1;
		kill(getppid(), SIGUSR2);
		sigemptyset(&mask);
		for (;;)
			sigsuspend(&mask);
	}
	ref_begin(argc, argv);
	ref_must(pipe(p), "pipe");
	for (int i = 0; i < BEFORE + AFTER; i++)
		ref_write(p[1], ref_msg, REF_MSG);
	snprintf(number, sizeof(number), "%d", p[0]);
	ref_expect("verdict.model blocking");
	ref_expect("also none");
	ref_expect("processes =1");
	ref_expect("model blocking transfers>=%d bytes>=%d", BEFORE + AFTER, (BEFORE + AFTER) * REF_MSG);
	ref_expect("model nonblocking transfers 0");
	/* The new program's own file may live on a network file system: letting go of it
	 * happens after the call, and what that sleeps is charged to the next one. */
	ref_expect("file %d attempts=%d slept<=1 eagain=0 transfers=%d", p[0], BEFORE + AFTER,
		   BEFORE + AFTER);
	ref_ready();
	if (!take(p[0], BEFORE))
		ref_die("read");
	execl("/proc/self/exe", "again", "--again", number, (char *)NULL);
	ref_die("exec");
}
