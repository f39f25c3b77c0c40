/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An event loop that hands its work to a pool of threads, which read regular
 * files: multiplexed, also blocking, each thread by its role.
 */
#include <semaphore.h>
#include <sys/epoll.h>

#include "ref.h"

#define N     101
#define FILES 3
#define POOL  3

static int s[FILES][2], fd;
static sem_t work[POOL], finished;

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_epoll_wait);
		ref_write(s[i % FILES][1], ref_msg, REF_MSG);
	}
}

static void *worker(void *arg)
{
	sem_t *mine = arg;
	char buf[512];

	for (;;) {
		sem_wait(mine);
		if (pread(fd, buf, sizeof(buf), 0) != sizeof(buf))
			ref_die("pread");
		sem_post(&finished);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	static const char *const names[POOL] = {"pool0", "pool1", "pool2"};
	struct epoll_event ev = {.events = EPOLLIN};
	char buf[REF_MSG];
	int ep;

	ref_begin(argc, argv);
	fd = ref_file(4096);
	ep = (int)ref_must(epoll_create1(0), "epoll_create1");
	for (int f = 0; f < FILES; f++) {
		ref_pair(s[f], SOCK_STREAM);
		ref_nonblock(s[f][0]);
		ev.data.fd = s[f][0];
		ref_must(epoll_ctl(ep, EPOLL_CTL_ADD, s[f][0], &ev), "epoll_ctl");
	}
	ref_feed(feed, NULL);
	prctl(PR_SET_NAME, "loop");
	sem_init(&finished, 0, 0);
	for (int i = 0; i < POOL; i++) {
		sem_init(&work[i], 0, 0);
		ref_thread(names[i], worker, &work[i]);
		ref_expect("thread %s model blocking", names[i]);
		ref_expect("thread %s transfers=%d", names[i], (N + POOL - 1 - i) / POOL);
	}
	ref_expect("verdict.model multiplexed");
	ref_expect("verdict.in_fact null");
	ref_expect("also blocking");
	ref_expect("pattern event-loop + worker pool");
	ref_expect("model multiplexed transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("model blocking transfers %d bytes %d", N, N * 512);
	ref_expect("thread loop model multiplexed");
	ref_expect("file %d attempts=%d transfers=%d", fd, N, N);
	ref_ready();
	for (int i = 0; i < N; i++) {
		if (epoll_wait(ep, &ev, 1, -1) != 1 || read(ev.data.fd, buf, REF_MSG) != REF_MSG)
			ref_die("read");
		sem_post(&work[i % POOL]);
		sem_wait(&finished);
		ref->a++;
	}
	ref_done();
}
