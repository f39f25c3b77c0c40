/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A loop that spends most of its waiting in connect: said beside the verdict.
 */
#include <sys/un.h>

#include "ref_loop.h"

#define N    29
#define EACH 7
#define US   12000

static int slow, full;

/* As many as the queue holds are connected; one more waits until one is taken. */
static void serve(void *arg)
{
	long before = -1;

	(void)arg;
	for (long i = 0; ref_more(i, N / EACH + 1); i++) {
		ref_await_sleep_again(ref->tid[0], __NR_connect, before);
		before = ref_switches(ref->tid[0]);
		ref_nap_us(US);
		close(accept(slow, NULL, NULL));
	}
}

int main(int argc, char **argv)
{
	struct ref_loop l;

	ref_begin(argc, argv);
	ref_loop_open(&l);
	slow = ref_listen("slow");
	listen(slow, 0);
	full = ref_connect("slow");
	ref_loop_feed(&l, N);
	ref_feed(serve, NULL);
	/* The one that serves may begin its pause before the other's sleep is counted. */
	ref_expect("wait connect slept>=%d ns>=%d", N / EACH, N / EACH * US * 1000 / 2);
	ref_expect("finding loop-blocked connect");
	ref_ready();
	for (int i = 0; i < N; i++) {
		ref_loop_wait(&l);
		if (i % EACH == 0)
			close(ref_connect("slow"));
	}
	ref_must(full, "full");
	ref_done();
}
