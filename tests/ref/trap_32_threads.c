/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads born in the window, and gone before it ends: all they did counts.
 */
#include "ref.h"

#define THREADS 5
#define EACH    11

static int p[THREADS][2];

static void feed(void *arg)
{
	(void)arg;
	for (int t = 0; t < THREADS; t++)
		for (long i = 0; i < EACH; i++) {
			ref_await(&ref->a, t * EACH + i);
			while (!ref->tid[1 + t])
				ref_nap_us(100);
			ref_await_sleep(ref->tid[1 + t], __NR_read);
			ref_write(p[t][1], ref_msg, REF_MSG);
		}
}

static void *work(void *arg)
{
	int t = (int)(intptr_t)arg;
	char buf[REF_MSG];

	ref->tid[1 + t] = (pid_t)syscall(SYS_gettid);
	for (int i = 0; i < EACH; i++) {
		if (read(p[t][0], buf, sizeof(buf)) != REF_MSG)
			ref_die("read");
		ref->a++;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	ref_begin(argc, argv);
	for (int t = 0; t < THREADS; t++) {
		ref_must(pipe(p[t]), "pipe");
		ref_expect("file %d attempts=%d slept=%d eagain=0 transfers=%d", p[t][0], EACH, EACH, EACH);
	}
	ref_feed(feed, NULL);
	ref_expect("verdict.model blocking");
	ref_expect("also none");
	ref_expect("processes =1");
	ref_expect("model blocking transfers %d bytes %d", THREADS * EACH, THREADS * EACH * REF_MSG);
	ref_expect("thread born model blocking");
	ref_expect("thread born transfers=%d", THREADS * EACH);
	ref_ready();
	for (int t = 0; t < THREADS; t++)
		pthread_join(ref_thread("born", work, (void *)(intptr_t)t), NULL);
	ref_done();
}
