/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EAGAIN now and then, and mostly something is there: no spin.
 */
#include "ref.h"

static int s[2];

int main(int argc, char **argv)
{
	char buf[4096];

	ref_begin(argc, argv);
	ref_pair(s, SOCK_STREAM);
	ref_nonblock(s[0]);
	ref_expect("no-finding eagain-spin");
	ref_expect("file %d eagain=2003 transfers=2003", s[0]);
	ref_ready();
	for (int i = 0; i < 2003; i++) {
		if (read(s[0], buf, 1) >= 0)
			ref_die("read");
		ref_write(s[1], ref_msg, 1);
		if (read(s[0], buf, 1) != 1)
			ref_die("read");
	}
	ref_done();
}
