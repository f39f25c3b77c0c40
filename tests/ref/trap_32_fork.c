/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Children born in the window, each with reads of its own. Without -f they are
 * left alone; trap_32_follow is the same with -f.
 */
#include "ref.h"

#ifndef FOLLOW
#define FOLLOW 0
#endif
#define OWN      23
#define CHILDREN 3
#define EACH     11

static int p[1 + CHILDREN][2];

static void fill(int fd, int n)
{
	for (int i = 0; i < n; i++)
		ref_write(fd, ref_msg, REF_MSG);
}

static void take(int fd, int n)
{
	char buf[REF_MSG];

	for (int i = 0; i < n; i++)
		if (read(fd, buf, sizeof(buf)) != REF_MSG)
			ref_die("read");
}

int main(int argc, char **argv)
{
	pid_t child;
	int status;

	ref_begin(argc, argv);
	/* No feeder, which would be a descendant too: the pipes are full. */
	for (int c = 0; c <= CHILDREN; c++) {
		ref_must(pipe(p[c]), "pipe");
		fill(p[c][1], c ? EACH : OWN);
	}
	if (FOLLOW)
		ref_say("expect-args -f");
	ref_expect("verdict.model blocking");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("processes =%d", FOLLOW ? 1 + CHILDREN : 1);
	ref_expect("model blocking transfers %d bytes %d", OWN, OWN * REF_MSG);
	ref_expect("total blocking transfers %d bytes %d", OWN + FOLLOW * CHILDREN * EACH,
		   (OWN + FOLLOW * CHILDREN * EACH) * REF_MSG);
	ref_expect("file %d attempts=%d slept=0 transfers=%d", p[0][0], OWN, OWN);
	ref_ready();
	for (int c = 1; c <= CHILDREN; c++) {
		child = (pid_t)ref_must(fork(), "fork");
		if (!child) {
			take(p[c][0], EACH);
			_exit(0);
		}
		if (waitpid(child, &status, 0) != child || status)
			ref_die("child");
	}
	take(p[0][0], OWN);
	ref_done();
}
