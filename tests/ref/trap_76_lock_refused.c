/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Locks that another process has, asked for again and again without waiting, with a pause in
 * between: one of flock(2), one of fcntl(2) and a semaphore. At last each is there.
 */
#include <sys/file.h>
#include <sys/sem.h>

#include "ref.h"

#define N_FLOCK 7
#define N_FCNTL 5
#define N_SEM	3

static void pauses(void)
{
	usleep(2000);
}

int main(int argc, char **argv)
{
	char path[] = "/tmp/iomodel-ref-XXXXXX";
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	struct sembuf take = {.sem_op = -1, .sem_flg = IPC_NOWAIT};
	int fd, theirs, held[2], end[2], sem;
	pid_t holder;
	char c;

	ref_begin(argc, argv);
	fd = (int)ref_must(mkstemp(path), "mkstemp");
	theirs = (int)ref_must(open(path, O_RDWR | O_CLOEXEC), "open");
	unlink(path);
	sem = (int)ref_must(semget(IPC_PRIVATE, 1, 0600), "semget");
	ref_must(pipe(held), "pipe");
	ref_must(pipe(end), "pipe");
	holder = ref_child();
	if (!holder) {
		close(end[1]);
		if (flock(theirs, LOCK_EX) || fcntl(theirs, F_SETLK, &whole) || write(held[1], "", 1) != 1)
			ref_die("the holder");
		_exit(read(end[0], &c, 1) != 0);
	}
	close(theirs);
	ref_must(read(held[0], &c, 1), "read");
	ref_expect("finding calls-fail flock count=%d fd=%d error=%d warning=0", N_FLOCK, fd, EAGAIN);
	ref_expect("verdict.model none");
	ref_ready();
	for (int i = 0; i < N_FLOCK; i++, pauses())
		if (flock(fd, LOCK_EX | LOCK_NB) != -1 || errno != EAGAIN)
			ref_die("flock");
	for (int i = 0; i < N_FCNTL; i++, pauses())
		if (fcntl(fd, F_SETLK, &whole) != -1 || errno != EAGAIN)
			ref_die("fcntl");
	for (int i = 0; i < N_SEM; i++, pauses())
		if (semop(sem, &take, 1) != -1 || errno != EAGAIN)
			ref_die("semop");
	semctl(sem, 0, IPC_RMID);
	ref_done();
}
