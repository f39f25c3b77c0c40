/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The same, and each time another thread comes before the time is over.
 */
#include <linux/futex.h>
#include <time.h>

#include "ref.h"

#define N 103

static int word;

static void *comes(void *arg)
{
	for (int i = 0; i < N; i++) {
		ref_await_sleep(ref->tid[1], __NR_futex);
		__atomic_store_n(&word, i + 1, __ATOMIC_SEQ_CST);
		syscall(__NR_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
		while (__atomic_load_n(&ref->a, __ATOMIC_SEQ_CST) <= i)
			ref_nap_us(5000);
	}
	return arg;
}

int main(int argc, char **argv)
{
	struct timespec limit = {.tv_sec = 60};

	ref_begin(argc, argv);
	ref->tid[1] = getpid();
	ref_expect("wait futex slept>=1");
	ref_expect("no-finding idle-wakeups futex");
	ref_ready();
	ref_thread("comes", comes, NULL);
	for (int i = 0; i < N; i++) {
		while (__atomic_load_n(&word, __ATOMIC_SEQ_CST) <= i)
			syscall(__NR_futex, &word, FUTEX_WAIT_PRIVATE, i, &limit, NULL, 0);
		__atomic_store_n(&ref->a, i + 1, __ATOMIC_SEQ_CST);
	}
	ref_done();
}
