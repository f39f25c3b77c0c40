/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads asleep in accept and recv for ever beside one that computes without a call:
 * waits that never end are not what the program does.
 */
#include "ref_loop.h"

static void *in_recv(void *arg)
{
	char c;

	recv(*(int *)arg, &c, 1, 0);
	return NULL;
}

static void *in_accept(void *arg)
{
	accept(*(int *)arg, NULL, NULL);
	return NULL;
}

int main(int argc, char **argv)
{
	int s[2], listener;

	ref_begin(argc, argv);
	ref_pair(s, SOCK_STREAM);
	listener = ref_listen("service");
	ref_thread("in-recv", in_recv, &s[0]);
	ref_thread("in-accept", in_accept, &listener);
	ref_expect("time trap_53_compute running_ns>=290000000");
	ref_expect("wait recvfrom under_way=1 before=1 fd=%d", s[0]);
	ref_expect("wait accept under_way=1 before=1 fd=%d", listener);
	ref_ready();
	ref_burn_us(300000);
	ref_done();
}
