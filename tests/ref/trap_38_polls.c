/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The longest turn of a loop, made long by a poll on another file: exact to 0.2 ms.
 */
#include <poll.h>

#include "ref_loop.h"

static struct pollfd one;
static int s[2];

#define N     13
#define AT    7 /* the turn that is long */

int main(int argc, char **argv)
{
	struct ref_loop l;
	int least = ref_emulated() ? 12000000 : 22800000;

	ref_begin(argc, argv);
	ref_loop_open(&l);
	ref_pair(s, SOCK_STREAM);
	one = (struct pollfd){.fd = s[0], .events = POLLIN};
	ref_loop_feed(&l, N);
	ref_later_open();
	ref_expect("verdict.model multiplexed");
	ref_expect("loop call epoll_wait calls=%d turns=%d inexact_turns=0 inexact=0", N, N - 1);
	ref_expect("finding loop-blocked poll count=1 ns>=%d fd=%d", least, s[0]);
	ref_ready();
	for (int i = 0; i < N; i++) {
		ref_loop_wait(&l);
		if (i != AT)
			continue;
		poll(&one, 1, 23);
	}
	if (ref_loop_longest_is(&l, AT))
		ref_later("turn poll ns>=%d count=1 fd=%d", least, s[0]);
	ref_loop_expect(&l);
	ref_done();
}
