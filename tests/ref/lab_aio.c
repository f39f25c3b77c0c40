/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The asynchronous model on the lab device, by libaio: a few requests are always
 * in flight and complete later. Some find their data there already.
 */
#include <poll.h>

#include "ref_lab.h"
#include "ref_uring.h"

#define N     109
#define BURST 29
#define DEPTH 4

int main(int argc, char **argv)
{
	static char buf[DEPTH][REF_MSG];
	struct iocb cb[DEPTH];
	struct io_event ev;
	struct pollfd first;
	aio_context_t ctx;
	long submitted = 0;
	int fd;

	ref_begin(argc, argv);
	fd = lab_open(0, N, BURST, 2000);
	ctx = ref_aio_open(DEPTH);
	for (int i = 0; i < DEPTH; i++) {
		cb[i] = ref_iocb(IOCB_CMD_PREAD, fd, buf[i], REF_MSG, 0);
		cb[i].aio_data = i;
	}
	/* The first burst is there before the requests. */
	first = (struct pollfd){.fd = fd, .events = POLLIN};
	ref_must(poll(&first, 1, -1), "poll");
	ref_expect("verdict.model async");
	ref_expect("also none");
	ref_expect("model async transfers %d", N);
	ref_expect("lost 0");
	ref_ready();
	for (int i = 0; i < DEPTH; i++, submitted++)
		ref_aio_submit(ctx, &cb[i]);
	for (long i = 0; ref_more(i, N); i++) {
		ev = ref_aio_wait(ctx);
		if (ev.res != REF_MSG)
			ref_die("completion");
		lab_check(buf[ev.data], i, 0);
		if (ref_looping() || submitted < N) {
			submitted++;
			ref_aio_submit(ctx, &cb[ev.data]);
		}
	}
	if (!ref_looping() && !lab_oracle(fd).async_inline)
		ref_die("requests whose data is there");
	lab_later_async(fd);
	ref_done();
}
