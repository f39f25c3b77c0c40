/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libaio with several parts to a request, and requests that bring less than was asked.
 */
#include <sys/uio.h>

#include "ref_uring.h"

#define N    13
#define SIZE 1000
#define REST 1096

int main(int argc, char **argv)
{
	static char buf[4096];
	struct iovec v[2] = {{buf, 700}, {buf + 700, 300}};
	aio_context_t ctx;
	int fd;

	ref_begin(argc, argv);
	ctx = ref_aio_open(4);
	fd = ref_file(4096);
	ref_expect("verdict.model async");
	/* Where completions are not seen bytes are those asked for: here they are the same. */
	ref_expect("file %d transfers=%d bytes=%d", fd, 2 * N, N * (SIZE + REST));
	ref_ready();
	for (int i = 0; i < N; i++) {
		struct iocb cb = ref_iocb(IOCB_CMD_PREADV, fd, v, 2, 0);

		ref_aio_submit(ctx, &cb);
		if (ref_aio_wait(ctx).res != SIZE)
			ref_die("preadv");
		cb = ref_iocb(IOCB_CMD_PREAD, fd, buf, REST, 3000);
		ref_aio_submit(ctx, &cb);
		if (ref_aio_wait(ctx).res != REST)
			ref_die("pread");
	}
	ref_done();
}
