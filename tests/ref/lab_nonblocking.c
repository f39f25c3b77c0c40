/* SPDX-License-Identifier: GPL-2.0-only */
/* The nonblocking model on the lab device: read() with O_NONBLOCK, again and again. */
#include "ref_lab.h"

#define N 83

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_await(&ref->a, ref->a + 3);
		ref_write(lab_out, ref_msg, REF_MSG);
	}
}

int main(int argc, char **argv)
{
	char buf[REF_MSG];
	ssize_t got;
	int fd;

	ref_begin(argc, argv);
	fd = lab_open(O_NONBLOCK, feed, NULL);
	ref_expect("verdict.model nonblocking");
	ref_expect("also none");
	ref_expect("model nonblocking transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("lost 0");
	ref_ready();
	for (long i = 0; ref_more(i, N); i++) {
		while ((got = read(fd, buf, sizeof(buf))) < 0 && errno == EAGAIN)
			ref->a++;
		if (got != REF_MSG)
			ref_die("read");
	}
	lab_later(fd);
	ref_done();
}
