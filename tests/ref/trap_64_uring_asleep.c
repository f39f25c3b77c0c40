/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thread that waits for a completion in io_uring_enter when the watch begins: that sleep
 * was no submission.
 */
#include "ref_uring.h"

#define N 19

static struct ref_ring r;
static int pipes[2];

static void *reaps(void *arg)
{
	struct io_uring_cqe cqe;
	struct io_uring_sqe sqe;
	char byte;

	(void)arg;
	ref->tid[1] = (pid_t)syscall(__NR_gettid);
	ref->b = 1;
	for (;;) {
		sqe = ref_sqe(IORING_OP_READ, pipes[0], &byte, 1, 1);
		sqe.off = (uint64_t)-1;
		ref_ring_put(&r, &sqe);
		if (ref_ring_enter(&r, 1, 1, 0) != 1)
			ref_die("io_uring_enter");
		ref_ring_wait(&r, &cqe);
		if (cqe.res != 1)
			ref_die("completion");
		ref->a++;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	ref_begin(argc, argv);
	if (!ref_ring_open(&r, 0))
		ref_skip("io_uring is switched off");
	ref_must(pipe(pipes), "pipe");
	ref_thread("reaper", reaps, NULL);
	ref_await(&ref->b, 1);
	ref_await_sleep(ref->tid[1], __NR_io_uring_enter);
	ref_expect("verdict.model async");
	ref_expect("no-finding submit-blocked");
	ref_expect("what completion slept=%d fd=%d", N + 1, r.fd);
	ref_ready();
	for (int i = 0; i < N; i++) {
		ref_await(&ref->a, i);
		ref_await_sleep(ref->tid[1], __NR_io_uring_enter);
		ref_write(pipes[1], ref_msg, 1);
	}
	ref_await(&ref->a, N);
	ref_await_sleep(ref->tid[1], __NR_io_uring_enter);
	ref_done();
}
