/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two threads each wait for the mutex that the other one has, and the main thread for one of
 * them to end.
 */
#include <pthread.h>

#include "ref.h"

static pthread_mutex_t mutex[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
static pthread_barrier_t both_have_one;

static void *locks(void *arg)
{
	long i = (long)arg;

	ref->tid[1 + i] = (pid_t)syscall(__NR_gettid);
	pthread_mutex_lock(&mutex[i]);
	pthread_barrier_wait(&both_have_one);
	pthread_mutex_lock(&mutex[!i]);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t left;

	ref_begin(argc, argv);
	pthread_barrier_init(&both_have_one, NULL, 3);
	left = ref_thread("left", locks, (void *)0);
	ref_thread("right", locks, (void *)1);
	pthread_barrier_wait(&both_have_one);
	ref_await_sleep(ref->tid[1], __NR_futex);
	ref_await_sleep(ref->tid[2], __NR_futex);
	/* The one by the main thread, and by the other one. */
	ref_expect("wait futex on %d under_way=2 entries=2", ref->tid[1]);
	ref_expect("wait futex on %d under_way=1 entries=1", ref->tid[2]);
	ref_expect("verdict.model none");
	ref_ready_asleep(__NR_futex);
	pthread_join(left, NULL);
	return 0;
}
