/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A reader and a writer wait for a rwlock that another thread has for writing.
 */
#include <pthread.h>

#include "ref.h"

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static volatile int has_it;

static void *has(void *arg)
{
	ref->tid[1] = (pid_t)syscall(__NR_gettid);
	pthread_rwlock_wrlock(&lock);
	has_it = 1;
	pause();
	return arg;
}

static void *wants_to_read(void *arg)
{
	ref->tid[2] = (pid_t)syscall(__NR_gettid);
	pthread_rwlock_rdlock(&lock);
	return arg;
}

int main(int argc, char **argv)
{
	ref_begin(argc, argv);
	ref_thread("has", has, NULL);
	while (!has_it)
		ref_nap_us(100);
	ref_thread("reads", wants_to_read, NULL);
	while (!ref->tid[2])
		ref_nap_us(100);
	ref_await_sleep(ref->tid[2], __NR_futex);
	ref_expect("wait futex on %d under_way=2 entries=2", ref->tid[1]);
	ref_expect("verdict.model none");
	ref_ready_asleep(__NR_futex);
	pthread_rwlock_wrlock(&lock);
	return 0;
}
