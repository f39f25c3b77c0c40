/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thread is in one recv() since before the watch and is woken for each byte, many times while
 * the watch is being armed: what it slept in that call before does not count, the rest does.
 */
#include "ref.h"

#define WATCHED_US 400000

static int s[2];

static void *wait_for_all(void *arg)
{
	static char buf[1 << 20];

	ref->tid[0] = (pid_t)syscall(SYS_gettid);
	if (recv(s[0], buf, sizeof(buf), MSG_WAITALL) < 0)
		ref_die("recv");
	return arg;
}

/* Until the watch is there. In the end the thread sleeps for good: on a CPU it would be in no call. */
static void wake_often(void)
{
	while (!ref->a) {
		ref_write(s[1], "x", 1);
		ref_nap_us(2000);
	}
	for (int i = 0; i < 5; i++) {
		ref_write(s[1], "x", 1);
		ref_nap_us(10000);
	}
	pause();
}

int main(int argc, char **argv)
{
	ref_begin(argc, argv);
	ref_pair(s, SOCK_STREAM);
	if (!ref_child()) {
		wake_often();
	}
	ref_expect("wait recvfrom under_way=1 slept=1 ns>=200000000 fd=%d", s[0]);
	ref_expect("time waiter other_ns<=5000000 apart_ns<=4000000");
	ref_thread("waiter", wait_for_all, NULL);
	while (!ref->tid[0])
		ref_nap_us(1000);
	ref_nap_us(10000);
	ref_ready();
	ref->a = 1;
	ref_nap_us(WATCHED_US);
	ref_done();
}
