/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fsync in a thread of its own, beside a loop: nothing to say.
 */
#include "ref_loop.h"

#define N 29

static void *syncs(void *arg)
{
	char block[4096] = "";
	int fd = ref_file(4096);

	(void)arg;
	while (!ref->go)
		ref_nap_us(500);
	for (int i = 0; i < 7; i++) {
		if (pwrite(fd, block, sizeof(block), 0) != (ssize_t)sizeof(block))
			ref_die("pwrite");
		ref_must(fsync(fd), "fsync");
	}
	ref->b = 1;
	return NULL;
}

int main(int argc, char **argv)
{
	struct ref_loop l;
	struct epoll_event ev;

	ref_begin(argc, argv);
	ref_loop_open(&l);
	ref_thread("syncs", syncs, NULL);
	ref_loop_feed(&l, N);
	ref_expect("thread syncs transfers>=14");
	ref_expect("no-finding sync-on-loop");
	ref_expect("no-finding loop-blocked");
	ref_ready();
	for (int i = 0; i < N; i++)
		ref_loop_wait(&l);
	while (!ref->b) /* a sleep elsewhere would be one on the loop */
		epoll_wait(l.ep, &ev, 1, 1);
	ref_done();
}
