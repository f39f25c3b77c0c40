/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Nobody reads what is written: the write sleeps for room. A second pair has room left.
 */
#include "ref.h"

int main(int argc, char **argv)
{
	static char buf[4096];
	int s[2], roomy[2];

	ref_begin(argc, argv);
	ref_pair(s, SOCK_STREAM);
	ref_pair(roomy, SOCK_STREAM);
	ref_write(roomy[1], ref_msg, REF_MSG);
	ref_nonblock(s[1]);
	while (write(s[1], buf, sizeof(buf)) > 0)
		;
	ref_must(fcntl(s[1], F_SETFL, O_WRONLY), "F_SETFL");
	ref_expect("finding slow-peer fd=%d count=1 warning=0", s[1]);
	ref_expect("verdict.model blocking");
	ref_ready_asleep(__NR_write);
	return (int)write(s[1], buf, sizeof(buf));
}
