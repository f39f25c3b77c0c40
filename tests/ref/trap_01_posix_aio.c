/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * glibc's POSIX AIO: helper threads do the pread64, the asking thread never
 * transfers anything. Asynchronous by hidden threads; and the completion signal
 * (SI_ASYNCIO) is none that a file sent.
 */
#define _GNU_SOURCE
#include <aio.h>

#include "ref.h"

#define N0 31
#define N1 22

static void on_complete(int sig)
{
	(void)sig;
}

static void ask(struct aiocb *cb, int fd, char *buf, long i)
{
	memset(cb, 0, sizeof(*cb));
	cb->aio_fildes = fd;
	cb->aio_buf = buf;
	cb->aio_nbytes = 4096;
	cb->aio_offset = i % 16 * 4096;
	cb->aio_sigevent.sigev_notify = SIGEV_SIGNAL;
	cb->aio_sigevent.sigev_signo = SIGRTMIN + 3;
	ref_must(aio_read(cb), "aio_read");
}

static void finish(struct aiocb *cb)
{
	const struct aiocb *list[] = {cb};

	while (aio_error(cb) == EINPROGRESS)
		aio_suspend(list, 1, NULL);
	if (aio_return(cb) != 4096)
		ref_die("aio_return");
}

int main(int argc, char **argv)
{
	struct sigaction act = {.sa_handler = on_complete};
	static char buf[2][4096];
	struct aiocb cb[2];
	int fd[2];

	ref_begin(argc, argv);
	sigaction(SIGRTMIN + 3, &act, NULL);
	fd[0] = ref_file(16 * 4096);
	fd[1] = ref_file(16 * 4096);
	ref_expect("verdict.model async");
	ref_expect("verdict.in_fact threads");
	ref_expect("also none");
	ref_expect("model async transfers %d bytes %d", N0 + N1, (N0 + N1) * 4096);
	ref_expect("model blocking transfers 0");
	ref_expect("model signal-driven transfers 0");
	ref_expect("file %d attempts=%d transfers=%d signals=0", fd[0], N0, N0);
	ref_expect("file %d attempts=%d transfers=%d signals=0", fd[1], N1, N1);
	ref_ready();
	for (long i = 0; i < N0; i++) {
		ask(&cb[0], fd[0], buf[0], i);
		if (i < N1)
			ask(&cb[1], fd[1], buf[1], i);
		finish(&cb[0]);
		if (i < N1)
			finish(&cb[1]);
	}
	/* Else a helper born for the last request would be gone before anybody saw its stack. */
	ref_nap_us(300000);
	ref_done();
}
