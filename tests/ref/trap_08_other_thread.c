/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One thread waits in epoll_wait, another reads: readiness belongs to the file,
 * not to the thread that was told.
 */
#include <semaphore.h>
#include <sys/epoll.h>

#include "ref.h"

#define N 53

static int s[2];
static sem_t ready, finished;

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_epoll_wait);
		ref_write(s[1], ref_msg, REF_MSG);
	}
}

static void *reads(void *arg)
{
	char buf[REF_MSG];

	(void)arg;
	for (int i = 0; i < N; i++) {
		sem_wait(&ready);
		if (read(s[0], buf, REF_MSG) != REF_MSG)
			ref_die("read");
		sem_post(&finished);
	}
	pause();
	return NULL;
}

int main(int argc, char **argv)
{
	struct epoll_event ev = {.events = EPOLLIN};
	int ep;

	ref_begin(argc, argv);
	ep = (int)ref_must(epoll_create1(0), "epoll_create1");
	ref_pair(s, SOCK_STREAM);
	ref_must(epoll_ctl(ep, EPOLL_CTL_ADD, s[0], &ev), "epoll_ctl");
	sem_init(&ready, 0, 0);
	sem_init(&finished, 0, 0);
	ref_feed(feed, NULL);
	prctl(PR_SET_NAME, "poller");
	ref_thread("taker", reads, NULL);
	ref_expect("verdict.model multiplexed");
	ref_expect("also none");
	ref_expect("model multiplexed transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("model blocking transfers 0");
	ref_expect("file %d attempts=%d slept=0 eagain=0 transfers=%d watched_by=%d", s[0], N, N, ep);
	ref_expect("thread taker model multiplexed");
	ref_expect("thread taker transfers=%d", N);
	ref_expect("thread poller transfers=0");
	ref_ready();
	for (int i = 0; i < N; i++) {
		if (epoll_wait(ep, &ev, 1, -1) != 1)
			ref_die("epoll_wait");
		sem_post(&ready);
		sem_wait(&finished);
		ref->a++;
	}
	ref_done();
}
