/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sleeps in calls that move no data: each stands in the account by call and file.
 */
#include "ref_sleeps.h"

int main(int argc, char **argv)
{
	ref_begin(argc, argv);
	sleeps_open();
	expect_waits();
	ref_expect("no-finding loop-blocked");
	ref_ready();
	for (int i = 0; i < N; i++)
		sleeps(i);
	sleeps_close();
	ref_done();
}
