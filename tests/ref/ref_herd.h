/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ref_herd.h - several processes that wait for one listener, and connections that come one by
 * one, each only when all of them are asleep again.
 */
#ifndef REF_HERD_H
#define REF_HERD_H

#include "ref_loop.h"

#define N	  29
#define PROCESSES 4

static int listener;

/* Everybody waits for the same listener. Who gets the connection counts it. */
static void work(int me, uint32_t how)
{
	int ep = (int)ref_must(epoll_create1(0), "epoll_create1"), fd;
	struct epoll_event ev;

	ref_epoll_add(ep, listener, EPOLLIN | how);
	ref->tid[me] = getpid();
	for (;;) {
		if (epoll_wait(ep, &ev, 1, -1) != 1)
			continue;
		ref_nap_us(3000); /* whoever was woken as well comes before it is taken */
		fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
		if (fd >= 0) {
			close(fd);
			__atomic_fetch_add(&ref->a, 1, __ATOMIC_SEQ_CST);
		}
	}
}

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; i < N; i++) {
		for (int k = 1; k <= PROCESSES; k++)
			ref_await_sleep(ref->tid[k], __NR_epoll_wait);
		close(ref_connect("herd"));
		ref_await(&ref->a, i + 1);
		ref_nap_us(500);
	}
	ref->b = 1;
}

/* Returns when all of them are there; how: flags for epoll_ctl beside EPOLLIN. */
static void herd_open(uint32_t how)
{
	listener = ref_listen("herd");
	ref_nonblock(listener);
	ref_feed(feed, NULL);
	for (int i = 1; i <= PROCESSES; i++) {
		if (!ref_child())
			work(i, how);
	}
	for (int i = 1; i <= PROCESSES; i++)
		while (!ref->tid[i])
			ref_nap_us(100);
	ref_say("expect-args -f");
	ref_expect("processes =%d", PROCESSES + 2);
}

/* From ref_ready() to the end. */
static void herd_run(void)
{
	ref_ready();
	while (!ref->b)
		ref_nap_us(1000);
	ref_done();
}

#endif
