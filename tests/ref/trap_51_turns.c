/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two threads take turns at one epoll that tells of edges, and at one connection: each tries to
 * read before it waits. EAGAIN comes before the wait, and nobody is woken in vain.
 */
#include "ref_loop.h"

#define N 211

static struct ref_loop l;
static int ep;

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_await(&ref->a, i + 1);
		ref_write(l.out, ref_msg, REF_MSG);
	}
}

static void *serve(void *me)
{
	char buf[REF_MSG];
	struct epoll_event ev;

	for (long i = 0; i < N; i++) {
		while (__atomic_load_n(&ref->b, __ATOMIC_SEQ_CST) < i)
			ref_nap_us(50);
		if (i % 2 != (long)me)
			continue;
		if (read(l.in, buf, REF_MSG) >= 0)
			ref_die("read");
		__atomic_store_n(&ref->a, i + 1, __ATOMIC_SEQ_CST);
		if (epoll_wait(ep, &ev, 1, -1) != 1 || read(l.in, buf, REF_MSG) != REF_MSG)
			ref_die("epoll_wait");
		__atomic_store_n(&ref->b, i + 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	ref_begin(argc, argv);
	ref_loop_open(&l);
	ep = (int)ref_must(epoll_create1(0), "epoll_create1");
	ref_epoll_add(ep, l.in, EPOLLIN | EPOLLET);
	ref_feed(feed, NULL);
	ref_expect("verdict.model multiplexed");
	ref_expect("file %d attempts=%d eagain=%d", l.in, 2 * N, N);
	ref_expect("no-finding thundering-herd");
	ref_expect("no-finding spurious-ready");
	ref_ready();
	ref_thread("turns", serve, (void *)0);
	ref_thread("turns", serve, (void *)1);
	while (__atomic_load_n(&ref->b, __ATOMIC_SEQ_CST) < N)
		ref_nap_us(1000);
	ref_done();
}
