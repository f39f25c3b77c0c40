/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A poll of two files, of which the first is another one under the same number each time;
 * whoever reads the facts comes late, when all are gone.
 */
#include <poll.h>

#include "ref.h"

#define N 17

int main(int argc, char **argv)
{
	int fixed[2], s[N][2], first;
	char buf[REF_MSG];

	ref_begin(argc, argv);
	ref_pair(fixed, SOCK_STREAM);
	ref_nonblock(fixed[0]);
	first = (int)ref_must(dup(fixed[0]), "dup");
	for (int i = 0; i < N; i++) {
		ref_pair(s[i], SOCK_STREAM);
		ref_nonblock(s[i][0]);
		ref_write(s[i][1], ref_msg, REF_MSG);
		ref_write(fixed[1], ref_msg, REF_MSG);
	}
	ref_expect("verdict.model multiplexed");
	ref_expect("also none");
	ref_expect("model multiplexed transfers %d bytes %d", 2 * N, 2 * N * REF_MSG);
	ref_expect("model nonblocking transfers 0");
	ref_ready_stalled();
	for (int i = 0; i < N; i++) {
		struct pollfd set[2] = {{.fd = first, .events = POLLIN}, {.fd = fixed[0], .events = POLLIN}};

		ref_must(dup2(s[i][0], first), "dup2");
		close(s[i][0]);
		if (poll(set, 2, -1) != 2)
			ref_die("poll");
		if (read(first, buf, REF_MSG) != REF_MSG || read(fixed[0], buf, REF_MSG) != REF_MSG)
			ref_die("read");
	}
	ref_must(dup2(s[0][1], first), "dup2");
	ref_done();
}
