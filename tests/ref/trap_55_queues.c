/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Transfers that are no read and no write: messages of both kinds, another process's
 * memory, names of a directory, sync.
 */
#define _GNU_SOURCE
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "ref.h"

#define N   11
#define MSG 100

struct message {
	long type;
	char text[MSG];
};

int main(int argc, char **argv)
{
	static char a[4096], b[4096], names[4096];
	struct iovec to = {a, sizeof(a)}, from = {b, sizeof(b)};
	struct mq_attr attr = {.mq_maxmsg = 4, .mq_msgsize = MSG};
	struct message m = {.type = 1};
	char name[64], *mem;
	int posix, sysv, fd, dir;
	long listed = 0, n;

	ref_begin(argc, argv);
	snprintf(name, sizeof(name), "/iomodel-ref-%d", getpid());
	posix = mq_open(name, O_RDWR | O_CREAT | O_NONBLOCK, 0600, &attr);
	if (posix < 0)
		ref_skip("no POSIX message queues here");
	mq_unlink(name);
	sysv = (int)ref_must(msgget(IPC_PRIVATE, 0600), "msgget");
	fd = ref_file(8192);
	dir = (int)ref_must(open("/proc/self/fdinfo", O_RDONLY | O_DIRECTORY), "fdinfo");
	mem = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mem == MAP_FAILED)
		ref_die("mmap");
	ref_later_open();
	ref_expect("file %d transfers=%d eagain=%d bytes=%d", posix, 2 * N, N, 2 * N * MSG);
	ref_ready();
	for (int i = 0; i < N; i++) {
		if (mq_receive(posix, m.text, MSG, NULL) >= 0 || errno != EAGAIN ||
		    mq_send(posix, m.text, MSG, 0) || mq_receive(posix, m.text, MSG, NULL) != MSG)
			ref_die("mq");
		if (msgrcv(sysv, &m, MSG, 0, IPC_NOWAIT) >= 0 || errno != ENOMSG ||
		    msgsnd(sysv, &m, MSG, 0) || msgrcv(sysv, &m, MSG, 0, 0) != MSG)
			ref_die("msg");
		if (process_vm_readv(getpid(), &to, 1, &from, 1, 0) != sizeof(a) ||
		    process_vm_writev(getpid(), &to, 1, &from, 1, 0) != sizeof(a))
			ref_die("process_vm");
		ref_must(lseek(dir, 0, SEEK_SET), "lseek");
		while ((n = syscall(__NR_getdents64, dir, names, sizeof(names))) > 0)
			listed += n;
		mem[0]++;
		ref_must(msync(mem, 4096, MS_SYNC), "msync");
	}
	ref_later("total all transfers=%d bytes=%ld", N * (2 + 2 + 2 + 1 + 1),
		  N * (4L * MSG + 2 * 4096) + listed);
	msgctl(sysv, IPC_RMID, NULL);
	ref_done();
}
