/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io_getevents waits for more completions than there will be: it is told for how many.
 */
#include "ref_uring.h"

#define N 5

int main(int argc, char **argv)
{
	char path[] = "/tmp/iomodel-ref-XXXXXX", buffers[N][16];
	struct io_event done[N + 1];
	aio_context_t ctx;
	int fd;

	ref_begin(argc, argv);
	ctx = ref_aio_open(8);
	fd = (int)ref_must(mkstemp(path), "mkstemp");
	unlink(path);
	ref_must(ftruncate(fd, sizeof(buffers)), "ftruncate");
	for (int i = 0; i < N; i++) {
		struct iocb cb = ref_iocb(IOCB_CMD_PREAD, fd, buffers[i], sizeof(buffers[i]),
					  (long long)(i * sizeof(buffers[i])));

		ref_aio_submit(ctx, &cb);
	}
	ref_expect("wait io_getevents on done under_way=1 entries=1");
	ref_expect("wait io_getevents on %d under_way=1", N + 1);
	ref_expect("verdict.model async");
	ref_ready_asleep(__NR_io_getevents);
	return (int)syscall(__NR_io_getevents, ctx, (long)N + 1, (long)N + 1, done, NULL);
}
