/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Clients are connected, and their server waits for something else.
 */
#include "ref.h"

#define N 3

int main(int argc, char **argv)
{
	char buf[REF_MSG];
	int l, p[2];

	ref_begin(argc, argv);
	l = ref_listen("queue");
	ref_must(pipe(p), "pipe");
	for (int i = 0; i < N; i++)
		ref_must(ref_connect("queue"), "connect");
	ref_expect("finding accept-queue fd=%d count=%d warning=1", l, N);
	ref_expect("verdict.model blocking");
	ref_ready_asleep(__NR_read);
	return (int)read(p[0], buf, sizeof(buf));
}
