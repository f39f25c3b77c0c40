/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An eventfd whose read itself sleeps is no doorbell of a loop but what the
 * program is about: blocking.
 */
#include <sys/eventfd.h>

#include "ref.h"

#define N 43

static int bell;

static void feed(void *arg)
{
	uint64_t one = 1;

	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_read);
		ref_write(bell, &one, sizeof(one));
	}
}

int main(int argc, char **argv)
{
	uint64_t count;

	ref_begin(argc, argv);
	bell = (int)ref_must(eventfd(0, 0), "eventfd");
	ref_feed(feed, NULL);
	ref_expect("verdict.model blocking");
	ref_expect("also none");
	ref_expect("model blocking transfers %d bytes %d", N, N * 8);
	ref_expect("file %d attempts=%d slept=%d eagain=0 transfers=%d", bell, N, N, N);
	ref_ready();
	for (int i = 0; i < N; i++) {
		if (read(bell, &count, sizeof(count)) != sizeof(count))
			ref_die("read");
		ref->a++;
	}
	ref_done();
}
