/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A pool: three threads serve seven connections in turn, each thread every
 * connection. Blocking as well, but not a thread for each.
 */
#include "ref.h"

#define WORKERS 3
#define CONNS   7
#define N       71

static int s[CONNS][2];

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		int w = 1 + (int)(i % WORKERS);

		ref_await(&ref->a, i);
		while (!ref->tid[w])
			ref_nap_us(100);
		ref_await_sleep(ref->tid[w], __NR_read);
		ref_write(s[i % CONNS][1], ref_msg, REF_MSG);
	}
}

static void *serve(void *arg)
{
	int w = (int)(intptr_t)arg;
	char buf[REF_MSG];

	ref->tid[1 + w] = (pid_t)syscall(SYS_gettid);
	for (int i = w; i < N; i += WORKERS) {
		if (read(s[i % CONNS][0], buf, sizeof(buf)) != REF_MSG)
			ref_die("read");
		__atomic_fetch_add(&ref->a, 1, __ATOMIC_SEQ_CST);
	}
	pause();
	return NULL;
}

int main(int argc, char **argv)
{
	ref_begin(argc, argv);
	for (int c = 0; c < CONNS; c++) {
		ref_pair(s[c], SOCK_STREAM);
		ref_expect("file %d attempts=%d slept=%d eagain=0 transfers=%d", s[c][0],
			   (N + CONNS - 1 - c) / CONNS, (N + CONNS - 1 - c) / CONNS,
			   (N + CONNS - 1 - c) / CONNS);
	}
	ref_feed(feed, NULL);
	ref_expect("verdict.model blocking");
	ref_expect("also none");
	ref_expect("pattern-not thread-per-connection");
	ref_expect("model blocking transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("thread worker model blocking");
	ref_expect("thread worker transfers=%d", N);
	for (int w = 0; w < WORKERS; w++)
		ref_thread("worker", serve, (void *)(intptr_t)w);
	ref_ready();
	while (ref->a < N)
		ref_nap_us(1000);
	ref_done();
}
