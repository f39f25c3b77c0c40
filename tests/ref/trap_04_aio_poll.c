/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libaio that only polls (IOCB_CMD_POLL); the data moves by ordinary read().
 */
#include <poll.h>

#include "ref_uring.h"

#define N     53
#define FILES 2

static int s[FILES][2];

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_io_getevents);
		ref_write(s[i % FILES][1], ref_msg, REF_MSG);
	}
}

static void arm(aio_context_t ctx, int f)
{
	struct iocb cb = {.aio_lio_opcode = IOCB_CMD_POLL, .aio_fildes = (uint32_t)s[f][0],
			  .aio_buf = POLLIN, .aio_data = (uint64_t)f};

	ref_aio_submit(ctx, &cb);
}

int main(int argc, char **argv)
{
	aio_context_t ctx;
	char buf[REF_MSG];

	ref_begin(argc, argv);
	ctx = ref_aio_open(8);
	for (int f = 0; f < FILES; f++) {
		ref_pair(s[f], SOCK_STREAM);
		ref_nonblock(s[f][0]);
		ref_expect("file %d attempts=%d slept=0 eagain=0 transfers=%d", s[f][0],
			   (N + FILES - 1 - f) / FILES, (N + FILES - 1 - f) / FILES);
	}
	ref_feed(feed, NULL);
	ref_expect("verdict.model multiplexed");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("model multiplexed transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("model async transfers 0");
	ref_ready();
	for (int f = 0; f < FILES; f++)
		arm(ctx, f);
	for (int i = 0; i < N; i++) {
		int f = (int)ref_aio_wait(ctx).data;

		if (read(s[f][0], buf, REF_MSG) != REF_MSG)
			ref_die("read");
		arm(ctx, f);
		ref->a++;
	}
	ref_done();
}
