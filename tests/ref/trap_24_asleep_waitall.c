/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep in recv() since before the watch, woken for each byte, and asleep again in the same
 * call: all of that is the call's.
 */
#include "ref.h"

int main(int argc, char **argv)
{
	static char buf[1 << 20];
	pid_t feeder;
	int s[2];

	ref_begin(argc, argv);
	ref_pair(s, SOCK_STREAM);
	feeder = ref_child();
	if (!feeder) {
		for (;;) {
			if (write(s[1], "x", 1) != 1)
				ref_die("write");
			ref_nap_us(50000); /* else it might be on a CPU when the watch ends */
		}
	}
	ref_expect("verdict.model blocking");
	ref_expect("wait recvfrom under_way=1 slept=1 ns>=200000000 fd=%d", s[0]);
	ref_expect("time other_ns<=5000000 apart_ns<=4000000");
	ref_ready_asleep(__NR_recvfrom);
	return (int)recv(s[0], buf, sizeof(buf), MSG_WAITALL);
}
