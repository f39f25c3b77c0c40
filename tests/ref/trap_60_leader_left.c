/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The main thread has left by pthread_exit: it is not asleep in anything.
 */
#include "ref.h"

#define N 17

static int s[2];

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_await(&ref->a, i);
		ref_await_sleep(ref->tid[1], __NR_read);
		ref_write(s[1], ref_msg, REF_MSG);
	}
}

static void *reads(void *arg)
{
	char buf[REF_MSG];

	(void)arg;
	ref->tid[1] = (pid_t)syscall(__NR_gettid);
	ref_nap_us(20000); /* the leader has left */
	ref_feed(feed, NULL);
	ref_ready();
	for (int i = 0; i < N; i++) {
		if (read(s[0], buf, REF_MSG) != REF_MSG)
			ref_die("read");
		ref->a++;
	}
	ref_done();
}

int main(int argc, char **argv)
{
	ref_begin(argc, argv);
	ref_pair(s, SOCK_STREAM);
	ref_expect("verdict.model blocking");
	ref_expect("also none");
	ref_expect("thread reader model blocking");
	ref_expect("wait read fd=%d slept=%d under_way=0 entries=1", s[0], N);
	ref_expect("wait read entries=1");
	ref_thread("reader", reads, NULL);
	pthread_exit(NULL);
}
