/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Five threads asleep in accept() of one listener: each connection wakes one of
 * them, so blocking and no herd. All sleep there again when the watch ends.
 */
#include "ref.h"

#define THREADS 5
#define N       43

static int listener;

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_await(&ref->a, i);
		close(ref_connect("threads"));
	}
}

static void *serve(void *arg)
{
	(void)arg;
	for (;;) {
		close((int)ref_must(accept(listener, NULL, NULL), "accept"));
		__atomic_fetch_add(&ref->a, 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	ref_begin(argc, argv);
	listener = ref_listen("threads");
	ref_feed(feed, NULL);
	ref_expect("verdict.model blocking");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("model blocking transfers %d bytes 0", N);
	ref_expect("file %d attempts=%d eagain=0 transfers=%d open_at_end=1", listener, N, N);
	ref_expect("thread acceptor model blocking");
	ref_expect("thread acceptor transfers=%d", N);
	ref_expect("no-finding thundering-herd");
	for (int t = 0; t < THREADS; t++)
		ref_thread("acceptor", serve, NULL);
	ref_ready();
	while (ref->a < N)
		ref_nap_us(1000);
	/* Time for the last of them to sleep again. */
	ref_nap_us(20000);
	ref_done();
}
