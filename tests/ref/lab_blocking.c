/* SPDX-License-Identifier: GPL-2.0-only */
/* The blocking model on the lab device: read() sleeps until there is data. */
#include "ref_lab.h"

#define N 137

int main(int argc, char **argv)
{
	static struct lab_feed feed = {__NR_read, N};
	char buf[REF_MSG];
	int fd;

	ref_begin(argc, argv);
	fd = lab_open(0, lab_feeding, &feed);
	ref_expect("verdict.model blocking");
	ref_expect("also none");
	ref_expect("model blocking transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("lost 0");
	ref_ready();
	for (long i = 0; ref_more(i, N); i++) {
		if (read(fd, buf, sizeof(buf)) != REF_MSG)
			ref_die("read");
		ref->a++;
	}
	lab_later(fd);
	ref_done();
}
