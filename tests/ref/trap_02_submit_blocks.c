/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libaio, asynchronous in name only. io_submit on an empty pipe sleeps in the
 * call until there is data; on a buffered file the data is there before the
 * call returns.
 */
#include "ref_uring.h"

#define PIPE 61
#define FILE_READS 43

static int p[2];

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, PIPE); i++) {
		ref_turn(i, __NR_io_submit);
		ref_nap_us(500);
		ref_write(p[1], ref_msg, REF_MSG);
	}
}

int main(int argc, char **argv)
{
	static char buf[4096];
	aio_context_t ctx;
	struct iocb cb;
	int fd;

	ref_begin(argc, argv);
	ctx = ref_aio_open(8);
	ref_must(pipe(p), "pipe");
	fd = ref_file(sizeof(buf));
	ref_feed(feed, NULL);
	ref_expect("verdict.model async");
	ref_expect("verdict.in_fact synchronous");
	ref_expect("also none");
	ref_expect("finding submit-blocked");
	ref_expect("model async transfers %d", PIPE + FILE_READS);
	ref_expect("model blocking transfers 0");
	ref_expect("file %d transfers=%d late=0", p[0], PIPE);
	ref_expect("file %d transfers=%d inline=%d late=0", fd, FILE_READS, FILE_READS);
	ref_ready();
	cb = ref_iocb(IOCB_CMD_PREAD, p[0], buf, REF_MSG, 0);
	for (int i = 0; i < PIPE; i++) {
		ref_aio_submit(ctx, &cb);
		if (ref_aio_wait(ctx).res != REF_MSG)
			ref_die("pipe");
		ref->a++;
	}
	cb = ref_iocb(IOCB_CMD_PREAD, fd, buf, sizeof(buf), 0);
	for (int i = 0; i < FILE_READS; i++) {
		ref_aio_submit(ctx, &cb);
		if (ref_aio_wait(ctx).res != sizeof(buf))
			ref_die("file");
	}
	ref_done();
}
