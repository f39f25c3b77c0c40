/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The asynchronous model: reads are handed to io_uring, several in flight, and
 * the kernel brings the data later; the program never calls read itself.
 * Where io_uring is switched off: libaio on a file past the page cache.
 */
#define _GNU_SOURCE
#include "ref_uring.h"

#define N     149
#define FILES 3

static int s[FILES][2];
static char buf[FILES][REF_MSG];

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_io_uring_enter);
		ref_write(s[i % FILES][1], ref_msg, REF_MSG);
	}
}

static void expect(void)
{
	prctl(PR_SET_NAME, "submitter");
	ref_expect("verdict.model async");
	ref_expect("also none");
	ref_expect("model blocking transfers 0");
	ref_expect("model nonblocking transfers 0");
	ref_expect("model multiplexed transfers 0");
	ref_expect("thread submitter model async");
}

static void submit(struct ref_ring *r, int f)
{
	struct io_uring_sqe sqe = ref_sqe(IORING_OP_READ, s[f][0], buf[f], REF_MSG, (uint64_t)f);

	ref_ring_put(r, &sqe);
	/* Submitting and waiting are two calls here, so that no request can
	 * complete before the call that submitted it has returned. */
	if (ref_ring_enter(r, 1, 0, 0) != 1)
		ref_die("io_uring_enter");
}

static void run_uring(struct ref_ring *r)
{
	long sent = 0;

	for (int f = 0; f < FILES; f++) {
		ref_pair(s[f], SOCK_STREAM);
		ref_expect("file %d late=%d inline=0 transfers=%d", s[f][0],
			   (N + FILES - 1 - f) / FILES, (N + FILES - 1 - f) / FILES);
	}
	ref_feed(feed, NULL);
	expect();
	ref_expect("verdict.in_fact null");
	ref_expect("model async transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("no-finding submit-blocked");
	ref_expect("no-finding iowq-offload");
	ref_ready();
	for (; sent < FILES; sent++)
		submit(r, (int)sent);
	for (long done = 0; ref_more(done, N); done++) {
		struct io_uring_cqe cqe;

		ref_ring_wait(r, &cqe);
		if (cqe.res != REF_MSG)
			ref_die("completion");
		if (ref_looping() || sent < N) {
			submit(r, (int)cqe.user_data);
			sent++;
		}
		ref->a++;
	}
}

static void run_aio(void)
{
	static char block[FILES][4096] __attribute__((aligned(4096)));
	aio_context_t ctx = ref_aio_open(64);
	int fd = ref_file(FILES * 4096);
	struct iocb cb[FILES];
	long sent = 0;

	if (fcntl(fd, F_SETFL, O_DIRECT) < 0)
		ref_skip("io_uring is switched off, and the file system of /tmp has no O_DIRECT");
	expect();
	ref_expect("model async transfers %d bytes %d", N, N * 4096);
	ref_ready();
	for (; sent < FILES; sent++) {
		cb[sent] = ref_iocb(IOCB_CMD_PREAD, fd, block[sent], 4096, sent * 4096);
		cb[sent].aio_data = (uint64_t)sent;
		ref_aio_submit(ctx, &cb[sent]);
	}
	for (long done = 0; ref_more(done, N); done++) {
		struct io_event ev = ref_aio_wait(ctx);

		if (ev.res != 4096)
			ref_die("completion");
		if (ref_looping() || sent < N) {
			if (ref_looping())
				ref_nap_us(1000);
			ref_aio_submit(ctx, &cb[ev.data]);
			sent++;
		}
	}
}

int main(int argc, char **argv)
{
	struct ref_ring r;

	ref_begin(argc, argv);
	if (ref_ring_open(&r, 0)) {
		run_uring(&r);
	} else {
		ref_say("note io_uring is switched off (%s): using libaio", strerror(errno));
		run_aio();
	}
	ref_done();
}
