/* SPDX-License-Identifier: GPL-2.0-only */
/* The nonblocking model on the lab device: read() with O_NONBLOCK, again and again. */
#include "ref_lab.h"

#define N 83

int main(int argc, char **argv)
{
	int fd;

	ref_begin(argc, argv);
	fd = lab_open(O_NONBLOCK, N, 1, 500);
	ref_expect("verdict.model nonblocking");
	ref_expect("also none");
	ref_expect("model nonblocking transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("lost 0");
	ref_ready();
	for (long i = 0; ref_more(i, N); i++)
		while (!lab_read(fd, i))
			continue;
	lab_later(fd);
	ref_done();
}
