/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thread for each connection, which sleeps in read and answers: blocking, and
 * the pattern says so.
 */
#include "ref.h"

#define THREADS 7
#define EACH    13
#define N       (THREADS * EACH)

static int s[THREADS][2];

static void feed(void *arg)
{
	char answer[REF_MSG];

	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		int t = (int)(i % THREADS);

		while (!ref->tid[1 + t])
			ref_nap_us(100);
		ref_await_sleep(ref->tid[1 + t], __NR_read);
		ref_write(s[t][1], ref_msg, REF_MSG);
		/* Its answer is written after its read: the thread is not
		 * taken for one that waits for the next message. */
		if (read(s[t][1], answer, sizeof(answer)) != REF_MSG)
			ref_die("answer");
	}
}

static void *serve(void *arg)
{
	int t = (int)(intptr_t)arg;
	char buf[REF_MSG];

	ref->tid[1 + t] = (pid_t)syscall(SYS_gettid);
	for (int i = 0; i < EACH; i++) {
		if (read(s[t][0], buf, sizeof(buf)) != REF_MSG)
			ref_die("read");
		ref_write(s[t][0], buf, REF_MSG);
	}
	__atomic_fetch_add(&ref->a, 1, __ATOMIC_SEQ_CST);
	pause();
	return NULL;
}

int main(int argc, char **argv)
{
	ref_begin(argc, argv);
	for (int t = 0; t < THREADS; t++)
		ref_pair(s[t], SOCK_STREAM);
	ref_feed(feed, NULL);
	ref_expect("verdict.model blocking");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("pattern thread-per-connection");
	ref_expect("model blocking transfers %d bytes %d", 2 * N, 2 * N * REF_MSG);
	for (int t = 0; t < THREADS; t++)
		ref_expect("file %d attempts=%d slept>=%d eagain=0 transfers=%d", s[t][0], 2 * EACH,
			   EACH, 2 * EACH);
	ref_expect("thread conn model blocking");
	ref_expect("thread conn transfers=%d", 2 * N);
	for (int t = 0; t < THREADS; t++)
		ref_thread("conn", serve, (void *)(intptr_t)t);
	ref_ready();
	while (ref->a < THREADS)
		ref_nap_us(1000);
	ref_done();
}
