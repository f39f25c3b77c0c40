/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io_uring with a submission thread in the kernel (SQPOLL): data flows, and the
 * program enters the kernel only to wait.
 */
#include "ref_uring.h"

#define N     41
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

static void submit(struct ref_ring *r, int f)
{
	struct io_uring_sqe sqe = ref_sqe(IORING_OP_READ, s[f][0], buf[f], REF_MSG, (uint64_t)f);

	ref_ring_put(r, &sqe);
	__sync_synchronize();
	if (__atomic_load_n(r->sq_flags, __ATOMIC_RELAXED) & IORING_SQ_NEED_WAKEUP)
		ref_ring_enter(r, 0, 0, IORING_ENTER_SQ_WAKEUP);
}

int main(int argc, char **argv)
{
	struct io_uring_cqe cqe;
	struct ref_ring r;
	int sent = 0;

	ref_begin(argc, argv);
	if (!ref_ring_open(&r, IORING_SETUP_SQPOLL))
		ref_skip("io_uring is switched off, or has no SQPOLL for us");
	for (int f = 0; f < FILES; f++) {
		ref_pair(s[f], SOCK_STREAM);
		ref_expect("file %d transfers=%d", s[f][0], (N + FILES - 1 - f) / FILES);
	}
	ref_feed(feed, NULL);
	ref_expect("verdict.model async");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("model async transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("model blocking transfers 0");
	ref_ready();
	for (; sent < FILES; sent++)
		submit(&r, sent);
	for (int i = 0; i < N; i++) {
		ref_ring_wait(&r, &cqe);
		if (cqe.res != REF_MSG)
			ref_die("completion");
		if (sent++ < N)
			submit(&r, (int)cqe.user_data);
		ref->a++;
	}
	ref_done();
}
