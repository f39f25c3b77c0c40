/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Each thread waits for a semaphore that only the other would post.
 */
#include <pthread.h>
#include <semaphore.h>

#include "ref.h"

static sem_t one, other;

static void *waits(void *arg)
{
	sem_wait(&other);
	sem_post(&one);
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	ref_begin(argc, argv);
	ref_must(sem_init(&one, 0, 0), "sem_init");
	ref_must(sem_init(&other, 0, 0), "sem_init");
	ref_must(pthread_create(&thread, NULL, waits, NULL), "pthread_create");
	ref_expect("verdict.model none");
	ref_expect("wait futex under_way=2 slept=2");
	ref_ready_asleep(__NR_futex);
	sem_wait(&one);
	return sem_post(&other);
}
