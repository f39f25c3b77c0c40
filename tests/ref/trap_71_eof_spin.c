/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The other end of a pipe is closed, and it is read on and on.
 */
#include "ref_loop.h"

#define SECOND 1000000000

int main(int argc, char **argv)
{
	char buf[REF_MSG];
	uint64_t n = 0, spin_ns = ref_emulated() ? SECOND : SECOND / 5; /* enough to be called a spin */
	int p[2];

	ref_begin(argc, argv);
	ref_must(pipe(p), "pipe");
	close(p[1]);
	ref_later_open();
	ref_expect("finding eof-spin read fd=%d warning=1", p[0]);
	ref_expect("no-finding calls-fail");
	ref_ready();
	while (ref_cpu_ns() < spin_ns) {
		if (read(p[0], buf, REF_MSG))
			ref_die("read");
		n++;
	}
	ref_later("finding eof-spin read count=%llu", (unsigned long long)n);
	ref_done();
}
