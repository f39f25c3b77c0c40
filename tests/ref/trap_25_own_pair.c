/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A loop and a pool of threads that read files, and wake the loop by a pair of sockets of which
 * the process has both ends: that pair is no connection, and its threads serve none.
 */
#include <semaphore.h>

#include "ref_loop.h"

#define N      103
#define WRITES 5 /* with each job */
#define POOL   3

static struct ref_loop l;
static sem_t work[POOL];
static int own[2], fd;

static void *worker(void *arg)
{
	sem_t *mine = arg;
	char buf[512];

	for (;;) {
		sem_wait(mine);
		if (pread(fd, buf, sizeof(buf), 0) != sizeof(buf))
			ref_die("pread");
		ref_nap_us(300); /* the loop waits for what it is told: else transfers alone decide */
		for (int i = 0; i < WRITES; i++)
			ref_write(own[1], "x", 1);
	}
	return NULL;
}

static void job(int i)
{
	struct epoll_event ev;
	char buf[REF_MSG];
	long got = 0, n;

	sem_post(&work[i % POOL]);
	while (got < WRITES) {
		if (epoll_wait(l.ep, &ev, 1, -1) != 1 || ev.data.fd != own[0])
			ref_die("epoll_wait");
		n = read(own[0], buf, sizeof(buf));
		if (n < 1)
			ref_die("read");
		got += n;
	}
}

int main(int argc, char **argv)
{
	ref_begin(argc, argv);
	ref_loop_open(&l);
	ref_loop_feed(&l, N);
	ref_pair(own, SOCK_STREAM);
	ref_nonblock(own[0]);
	ref_epoll_add(l.ep, own[0], EPOLLIN);
	fd = ref_file(4096);
	for (int i = 0; i < POOL; i++) {
		sem_init(&work[i], 0, 0);
		ref_thread("pool", worker, &work[i]);
	}
	ref_expect("verdict.model multiplexed");
	ref_expect("pattern event-loop + worker pool");
	ref_expect("thread pool transfers=%d", N * (1 + WRITES));
	ref_ready();
	for (int i = 0; i < N; i++) {
		ref_loop_wait(&l);
		job(i);
	}
	ref_done();
}
