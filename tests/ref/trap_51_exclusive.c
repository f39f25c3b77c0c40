/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The same with EPOLLEXCLUSIVE: one is woken for each connection.
 */
#define _GNU_SOURCE
#include "ref_herd.h"

int main(int argc, char **argv)
{
	ref_begin(argc, argv);
	herd_open(EPOLLEXCLUSIVE);
	ref_expect("no-some-finding thundering-herd");
	herd_run();
}
