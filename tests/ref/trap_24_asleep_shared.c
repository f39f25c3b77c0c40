/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep for a semaphore in memory that other processes may share.
 */
#include <semaphore.h>
#include <sys/mman.h>

#include "ref.h"

int main(int argc, char **argv)
{
	char path[] = "/dev/shm/iomodel-ref-XXXXXX";
	sem_t *never;
	int fd;

	ref_begin(argc, argv);
	fd = (int)ref_must(mkstemp(path), "mkstemp");
	ref_must(ftruncate(fd, sizeof(*never)), "ftruncate");
	never = mmap(NULL, sizeof(*never), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (never == MAP_FAILED)
		ref_die("mmap");
	unlink(path);
	ref_must(sem_init(never, 1, 0), "sem_init");
	ref_expect("verdict.model none");
	ref_expect("wait futex on %s under_way=1 slept=1", path);
	ref_ready_asleep(__NR_futex);
	return sem_wait(never);
}
