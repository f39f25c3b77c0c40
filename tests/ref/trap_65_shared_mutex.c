/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep for a mutex in shared memory, which another process has.
 */
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "ref.h"

int main(int argc, char **argv)
{
	pthread_mutexattr_t shared;
	pthread_mutex_t *mutex;
	int taken[2];
	pid_t holder;
	char byte;

	ref_begin(argc, argv);
	mutex = mmap(NULL, sizeof(*mutex), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (mutex == MAP_FAILED)
		ref_die("mmap");
	pthread_mutexattr_init(&shared);
	pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(mutex, &shared);
	ref_must(pipe(taken), "pipe");
	holder = ref_child();
	if (!holder) {
		pthread_mutex_lock(mutex);
		if (write(taken[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	if (read(taken[0], &byte, 1) != 1)
		ref_die("read");
	ref_expect("wait futex on %d under_way=1 slept=1", holder);
	ref_ready_asleep(__NR_futex);
	return pthread_mutex_lock(mutex);
}
