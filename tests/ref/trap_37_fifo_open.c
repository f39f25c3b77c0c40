/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Opens of a FIFO that wait for the other end: like connect, blocking, and no bytes.
 */
#include <sys/stat.h>

#include "ref.h"

#define N 7

static char fifo[64];

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_openat);
		ref_nap_us(2000);
		close((int)ref_must(open(fifo, O_WRONLY), fifo));
		ref->b = i + 1;
	}
}

int main(int argc, char **argv)
{
	ref_begin(argc, argv);
	snprintf(fifo, sizeof(fifo), "/tmp/iomodel-ref-fifo.%d", getpid());
	ref_must(mkfifo(fifo, 0600), fifo);
	ref_feed(feed, NULL);
	ref_expect("verdict.model blocking");
	ref_expect("also none");
	ref_expect("model blocking bytes 0 phase1_ns>=%d", N * 2000000);
	ref_expect("wait openat on %s slept=%d ns>=%d", fifo, N, N * 2000000);
	ref_ready();
	for (int i = 0; i < N; i++) {
		close((int)ref_must(open(fifo, O_RDONLY), fifo));
		while (ref->b <= i) /* its other end is closed again */
			;
		ref->a++;
	}
	unlink(fifo);
	ref_done();
}
