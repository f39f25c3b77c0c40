/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep for a semaphore of its own: there is no other thread that could post it.
 */
#include <semaphore.h>

#include "ref.h"

int main(int argc, char **argv)
{
	sem_t never;

	ref_begin(argc, argv);
	ref_must(sem_init(&never, 0, 0), "sem_init");
	ref_expect("verdict.model none");
	ref_expect("wait futex on process, under_way=1 slept=1");
	ref_ready_asleep(__NR_futex);
	return sem_wait(&never);
}
