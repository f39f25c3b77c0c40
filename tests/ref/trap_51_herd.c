/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Several processes wait for one listener, and each connection wakes them all.
 */
#define _GNU_SOURCE
#include "ref_herd.h"

int main(int argc, char **argv)
{
	ref_begin(argc, argv);
	herd_open(0);
	ref_expect("some-finding thundering-herd count>=20");
	herd_run();
}
