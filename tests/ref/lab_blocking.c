/* SPDX-License-Identifier: GPL-2.0-only */
/* The blocking model on the lab device: read() sleeps until there is data. */
#include "ref_lab.h"

#define N 137

int main(int argc, char **argv)
{
	int fd;

	ref_begin(argc, argv);
	fd = lab_open(0, N, 1, 2000);
	ref_expect("verdict.model blocking");
	ref_expect("also none");
	ref_expect("model blocking transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("lost 0");
	ref_ready();
	for (long i = 0; ref_more(i, N + 1); i++)
		if (!lab_read(fd, i))
			break;
	lab_later(fd);
	ref_done();
}
