/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files with O_NONBLOCK that are waited for by readiness: nothing can go wrong.
 */
#include "ref_loop.h"

#define N 29

int main(int argc, char **argv)
{
	struct ref_loop l;
	char buf[4096];

	ref_begin(argc, argv);
	ref_loop_open(&l);
	ref_loop_feed(&l, N);
	ref_expect("verdict.model multiplexed");
	ref_expect("no-finding may-block");
	ref_ready();
	for (int i = 0; i < N; i++)
		ref_loop_wait(&l);
	(void)buf;
	ref_done();
}
