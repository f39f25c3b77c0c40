/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls that fail, and whose program goes on: reads of which one in five is given a wrong
 * address, and a few tries on what is closed.
 */
#include "ref.h"

#define N 401

static void *volatile nowhere;

int main(int argc, char **argv)
{
	char buf[REF_MSG];
	int in = ref_file(N * REF_MSG);

	ref_begin(argc, argv);
	ref_expect("no-finding calls-fail");
	ref_expect("file %d attempts=%d", in, N + N / 4);
	ref_ready();
	for (int i = 0; i < N; i++) {
		if (read(in, buf, REF_MSG) != REF_MSG)
			ref_die("read");
		if (i % 4 == 3 && (read(in, nowhere, REF_MSG) >= 0 || errno != EFAULT))
			ref_die("read of a wrong address");
	}
	for (int i = 0; i < 19; i++)
		if (read(99, buf, REF_MSG) >= 0 || errno != EBADF)
			ref_die("read of no file");
	ref_done();
}
