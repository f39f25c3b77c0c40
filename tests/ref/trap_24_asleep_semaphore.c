/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep for a System V semaphore: it is told which set it is of.
 */
#include <sys/ipc.h>
#include <sys/sem.h>

#include "ref.h"

int main(int argc, char **argv)
{
	struct sembuf take = {.sem_op = -1};
	int set = semget(IPC_PRIVATE, 1, 0600);
	pid_t parent = getpid();

	ref_begin(argc, argv);
	ref_must(set, "semget");
	/* The set outlives whoever made it: this one removes it then. */
	if (!ref_must(fork(), "fork")) {
		while (getppid() == parent)
			usleep(20000);
		semctl(set, 0, IPC_RMID);
		_exit(0);
	}
	ref_expect("verdict.model none");
	ref_expect("wait %s on %d under_way=1", __GLIBC_PREREQ(2, 34) ? "semtimedop" : "semop", set);
	ref_ready_asleep(__GLIBC_PREREQ(2, 34) ? __NR_semtimedop : __NR_semop);
	return semop(set, &take, 1);
}
