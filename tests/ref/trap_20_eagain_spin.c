/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A read that says EAGAIN thousands of times, and nobody waits for the file.
 */
#include "ref.h"

static int s[2];

int main(int argc, char **argv)
{
	char buf[4096];

	ref_begin(argc, argv);
	ref_pair(s, SOCK_STREAM);
	ref_nonblock(s[0]);
	ref_expect("verdict.model nonblocking");
	ref_expect("finding eagain-spin read fd=%d count=3001 warning=1", s[0]);
	ref_ready();
	for (int i = 0; i < 3001; i++)
		if (read(s[0], buf, 1) >= 0)
			ref_die("read");
	ref_done();
}
