/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The asynchronous model on the lab device, by libaio: a few requests are always
 * in flight and complete later. Some find their data there already.
 */
#include "ref_lab.h"
#include "ref_uring.h"

#define N     109
#define EARLY 29
#define DEPTH 4

static void feed(void *arg)
{
	(void)arg;
	/* These are there before the requests. */
	for (long i = 0; i < EARLY; i++)
		ref_write(lab_out, ref_msg, REF_MSG);
	ref->b = 1;
	for (long i = EARLY; ref_more(i, N); i++) {
		ref_turn(i, __NR_io_getevents);
		ref_write(lab_out, ref_msg, REF_MSG);
	}
}

int main(int argc, char **argv)
{
	static char buf[DEPTH][REF_MSG];
	struct iocb cb[DEPTH];
	struct iom_lab_stats s;
	struct io_event ev;
	aio_context_t ctx;
	long submitted = 0;
	int fd;

	ref_begin(argc, argv);
	fd = lab_open(0, feed, NULL);
	ctx = ref_aio_open(DEPTH);
	for (int i = 0; i < DEPTH; i++) {
		cb[i] = ref_iocb(IOCB_CMD_PREAD, fd, buf[i], REF_MSG, 0);
		cb[i].aio_data = i;
	}
	ref_expect("verdict.model async");
	ref_expect("also none");
	ref_expect("model async transfers %d", N);
	ref_expect("lost 0");
	ref_ready();
	while (!ref->b)
		ref_nap_us(1000);
	for (int i = 0; i < DEPTH; i++, submitted++)
		ref_aio_submit(ctx, &cb[i]);
	for (long i = 0; i < N; i++) {
		ev = ref_aio_wait(ctx);
		if (ev.res != REF_MSG)
			ref_die("completion");
		ref->a++;
		if (submitted < N) {
			submitted++;
			ref_aio_submit(ctx, &cb[ev.data]);
		}
	}
	s = lab_oracle(fd);
	ref_later("file %d transfers=%llu inline=%llu late=%llu", fd,
		  (unsigned long long)(s.async_inline + s.async_late),
		  (unsigned long long)s.async_inline, (unsigned long long)s.async_late);
	ref_later("model async transfers %llu bytes %llu",
		  (unsigned long long)(s.async_inline + s.async_late),
		  (unsigned long long)s.async_bytes);
	ref_done();
}
