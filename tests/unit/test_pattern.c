/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What threads do for each other: loops and their pools, pairs of sockets within a process,
 * resolvers, notifiers.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "build.h"
#include "expected.h"

#define MAIN BUILD_PID
#define POOL 3

/* A loop, and two connections that it waits for and serves so often. */
static uint32_t loop(struct iom_capture *cap, uint64_t served)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);

	for (int i = 0; i < 2; i++) {
		uint32_t s = build_file(cap, 10 + i, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:5");

		build_watch(cap, s, ep);
		if (!served)
			continue;
		build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, served, 0, 0, 0);
		build_transfers(cap, MAIN, s, CAP_C_WRITE, SYS_write, served, 0, 0, 0);
	}
	build_epoll_wait(cap, MAIN, ep, 100, 900, 10 * MS);
	return ep;
}

/* Each thread of the pool reads a file. */
static void pool(struct iom_capture *cap)
{
	for (int i = 0; i < POOL; i++) {
		uint32_t f = build_file(cap, 20 + i, CAP_K_REG, 0, "/srv/big");

		build_thread(cap, MAIN, MAIN + 1 + i, "pool");
		build_transfers(cap, MAIN + 1 + i, f, CAP_C_READ, SYS_read, 1000, 0, 0, 0);
	}
}

/* asyncio: the pool wakes the loop by a pair of sockets that both ends of the process have. */
static void pair_within(struct iom_capture *cap)
{
	uint32_t ep = loop(cap, 100), rd = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, "unix -> 4711 program");
	uint32_t wr = build_file(cap, 6, CAP_K_SOCK, O_NONBLOCK, "unix -> 4711 program");

	build_watch(cap, rd, ep);
	build_transfers(cap, MAIN, rd, CAP_C_RECV, SYS_recvfrom, 1000, 0, 1000, 0);
	pool(cap);
	for (int i = 0; i < POOL; i++)
		build_transfers(cap, MAIN + 1 + i, wr, CAP_C_SEND, SYS_sendto, 1000, 0, 0, 0);
}

/* trio: the pair has room for one byte, and is full as often as not. */
static void full_pair_within(struct iom_capture *cap)
{
	pair_within(cap);
	for (size_t i = 0; i < cap->ncalls; i++) {
		struct cap_calls *r = &cap->calls[i];

		if (r->class != CAP_C_SEND)
			continue;
		r->bytes = r->n.ok;
		r->n.again = 800;
		r->n.retry = 500;
	}
}

/* Threads that each serve a socket of this name. */
static void each_serves(struct iom_capture *cap, const char *name)
{
	for (int i = 0; i < POOL; i++) {
		uint32_t s = build_file(cap, 20 + i, CAP_K_SOCK, 0, name);

		build_thread(cap, MAIN, MAIN + 1 + i, "pool");
		build_transfers(cap, MAIN + 1 + i, s, CAP_C_RECV, SYS_recvfrom, 0, 1000, 0, MS);
		build_transfers(cap, MAIN + 1 + i, s, CAP_C_SEND, SYS_sendto, 1000, 0, 0, 0);
	}
}

/* The same numbers, and the pool's threads do serve: each a connection of its own. */
static void served_by_threads(struct iom_capture *cap)
{
	loop(cap, 100);
	each_serves(cap, "unix -> 99 client");
}

/* A pair whose other end a child of the program has too: its threads serve it. */
static void pair_with_a_child(struct iom_capture *cap)
{
	each_serves(cap, "unix -> 4711 program");
}

/* getaddrinfo in threads: each asks a name server by a socket of its own, and polls for that. */
static void resolvers(struct iom_capture *cap)
{
	loop(cap, 0);
	for (int i = 0; i < POOL; i++) {
		uint32_t s = build_file(cap, 20 + i, CAP_K_SOCK, O_NONBLOCK,
					"udp 127.0.0.1:4000 -> 127.0.0.9:53");
		struct cap_interest *in;
		struct cap_calls *r;

		build_thread(cap, MAIN, MAIN + 1 + i, "pool");
		r = build_calls(cap, MAIN + 1 + i, s, CAP_C_POLL, SYS_poll);
		r->n.ok_slept = 20;
		r->wait_ns = 4000 * MS;
		r->max_wait_ns = 200 * MS;
		r->set_size = 1;
		in = build_interest(cap, s, 20, 0);
		in->tid = MAIN + 1 + i;
		in->set_file = s;
		build_transfers(cap, MAIN + 1 + i, s, CAP_C_SEND, SYS_sendto, 20, 0, 0, 0);
		build_transfers(cap, MAIN + 1 + i, s, CAP_C_RECV, SYS_recvfrom, 20, 0, 0, 0);
	}
}

/* Tcl: one thread waits for the files, another takes what is there. */
static void notifier(struct iom_capture *cap)
{
	uint32_t ep = loop(cap, 0), s = ep + 1;

	build_thread(cap, MAIN, MAIN + 1, "program");
	build_transfers(cap, MAIN + 1, s, CAP_C_READ, SYS_read, 900, 0, 0, 0);
	build_transfers(cap, MAIN + 1, s, CAP_C_WRITE, SYS_write, 900, 0, 0, 0);
	build_transfers(cap, MAIN + 1, s + 1, CAP_C_READ, SYS_read, 0, 200, 0, 20 * MS)->f_flags = 0;
}

/* Not so: the other thread has a connection that the loop knows nothing of. */
static void loop_and_reader(struct iom_capture *cap)
{
	uint32_t s;

	loop(cap, 0);
	s = build_file(cap, 30, CAP_K_SOCK, 0, "tcp 127.0.0.1:81 <- 127.0.0.1:6");
	build_thread(cap, MAIN, MAIN + 1, "program");
	build_transfers(cap, MAIN + 1, s, CAP_C_READ, SYS_read, 0, 30, 0, 10 * MS);
}

/* A listener, and threads asleep in a read of such a connection for the whole of the watch. */
static void stuck(struct iom_capture *cap, int threads, const char *name)
{
	uint32_t l = build_file(cap, 4, CAP_K_LISTEN, 0, "tcp listen 127.0.0.1:80");

	build_transfers(cap, MAIN, l, CAP_C_ACCEPT, SYS_accept, 0, 20, 0, 400 * MS);
	for (int i = 0; i < threads; i++) {
		uint32_t s = build_file(cap, 10 + i, CAP_K_SOCK, 0, name);

		build_asleep(cap, build_thread(cap, MAIN, MAIN + 1 + i, "pool"), CAP_C_READ, SYS_read, s, MS,
			     BUILD_LIFE_NS);
	}
}

/* A server behind this one does not answer. */
static void stuck_pool(struct iom_capture *cap)
{
	stuck(cap, POOL, "tcp 127.0.0.1:4000 -> 127.0.0.1:5432");
}

/* Clients that say nothing. */
static void idle_connections(struct iom_capture *cap)
{
	stuck(cap, POOL, "tcp 127.0.0.1:80 <- 127.0.0.1:4000");
}

static void one_is_stuck(struct iom_capture *cap)
{
	stuck(cap, 1, "tcp 127.0.0.1:4000 -> 127.0.0.1:5432");
}

/* The loop reads the requests, and threads work on them and answer: each request has a connection. */
static void answered_by_threads(struct iom_capture *cap)
{
	uint32_t ep = loop(cap, 0);

	for (int i = 0; i < POOL; i++)
		build_thread(cap, MAIN, MAIN + 1 + i, "pool");
	for (int i = 0; i < 30; i++) {
		uint32_t s = build_file(cap, 20 + i, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:5");

		build_watch(cap, s, ep);
		build_transfers(cap, MAIN, s, CAP_C_RECV, SYS_recvfrom, 1, 0, 0, 0);
		build_transfers(cap, MAIN + 1 + i % POOL, s, CAP_C_SEND, SYS_sendto, 2, 0, 0, 0);
	}
}

/* A proxy: each thread waits by a poll of its own for one client and for the upstream of that one. */
static void proxy_threads(struct iom_capture *cap)
{
	uint32_t l = build_file(cap, 3, CAP_K_LISTEN, 0, "tcp listen 127.0.0.1:80");

	build_transfers(cap, MAIN, l, CAP_C_ACCEPT, SYS_accept4, 0, 6, 0, MS);
	for (int i = 0; i < 6; i++) {
		uint32_t in = build_file(cap, 10 + 2 * i, CAP_K_SOCK, 0, "tcp 127.0.0.1:80 <- 127.0.0.1:5");
		uint32_t out = build_file(cap, 11 + 2 * i, CAP_K_SOCK, 0, "tcp 127.0.0.1:6 -> 127.0.0.1:90");
		uint32_t tid = MAIN + 1 + i;
		struct cap_calls *r;

		build_thread(cap, MAIN, tid, "proxy");
		build_transfers(cap, tid, in, CAP_C_RECV, SYS_recvfrom, 2, 0, 0, 0);
		build_transfers(cap, tid, in, CAP_C_READ, SYS_read, 100, 0, 0, 0);
		build_transfers(cap, tid, out, CAP_C_READ, SYS_read, 100, 0, 0, 0);
		build_transfers(cap, tid, in, CAP_C_WRITE, SYS_write, 100, 0, 0, 0);
		build_transfers(cap, tid, out, CAP_C_WRITE, SYS_write, 100, 0, 0, 0);
		r = build_calls(cap, tid, in, CAP_C_POLL, SYS_poll);
		r->n.ok_slept = r->events = 200;
		r->wait_ns = 200 * MS;
		r->set_size = 2;
		for (int k = 0; k < 2; k++) {
			struct cap_interest *n = build_interest(cap, k ? out : in, 100, 100);

			n->tid = tid;
			n->set_file = in;
		}
	}
}

/* The same, and each thread asks one upstream after the other. */
static void many_upstreams(struct iom_capture *cap)
{
	proxy_threads(cap);
	for (int i = 0; i < 6; i++)
		for (int k = 0; k < 20; k++) {
			uint32_t out = build_file(cap, 40 + i, CAP_K_SOCK, 0, "tcp 127.0.0.1:6 -> 127.0.0.1:90");
			struct cap_interest *n = build_interest(cap, out, 2, 2);

			build_transfers(cap, MAIN + 1 + i, out, CAP_C_READ, SYS_read, 2, 0, 0, 0);
			n->tid = MAIN + 1 + i;
			n->set_file = 1 + 2 * i;
		}
}

/* Loops of poll that each serve two clients. */
static void small_loops(struct iom_capture *cap)
{
	proxy_threads(cap);
	for (size_t i = 0; i < cap->nfiles; i++)
		if (cap->files[i].kind == CAP_K_SOCK && strstr(cap->files[i].name, " -> "))
			memcpy(strstr(cap->files[i].name, " -> "), " <- ", 4);
}

/* Go: the runtime has a loop for whatever may come, and that told of one byte. */
static void loop_of_a_runtime(struct iom_capture *cap)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t bell = build_file(cap, 5, CAP_K_FIFO, O_NONBLOCK, "pipe:[5]");
	uint32_t dev = build_file(cap, 9, CAP_K_CHR, 0, "/dev/fuse");

	build_watch(cap, bell, ep);
	build_transfers(cap, MAIN, bell, CAP_C_READ, SYS_read, 1, 0, 0, 0);
	build_epoll_wait(cap, MAIN, ep, 0, 1, 3000 * MS);
	for (int i = 0; i < POOL; i++) {
		build_thread(cap, MAIN, MAIN + 1 + i, "pool");
		build_transfers(cap, MAIN + 1 + i, dev, CAP_C_READ, SYS_read, 0, 300, 0, 10 * MS);
	}
}

/* Not so: it tells of much, however seldom. */
static void seldom_loop(struct iom_capture *cap)
{
	loop(cap, 1000);
	pool(cap);
	cap->calls[cap->ncalls - POOL - 1].n.ok = 0;
	cap->calls[cap->ncalls - POOL - 1].n.ok_slept = 9;
}

/* Files that the kernel has in memory, and pages of the program's own code that were waited for so long. */
static void reads_and_faults(struct iom_capture *cap, uint64_t pages_ns)
{
	uint32_t f = build_file(cap, 3, CAP_K_REG, 0, "/srv/film");
	struct cap_calls *r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_FAULT, 0);

	r->n.ok_slept = 15;
	r->wait_ns = pages_ns;
	r->max_wait_ns = pages_ns / 3;
	cap->threads[0].maj_flt = 15;
	cap->threads[0].asleep_ns = pages_ns;
	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, 47, 0, 0, 0);
}

static void few_pages(struct iom_capture *cap)
{
	reads_and_faults(cap, 11 * MS);
}

static void many_pages(struct iom_capture *cap)
{
	reads_and_faults(cap, 2000 * MS);
}

/* A pool that reads a file, and a thread that it tells by an eventfd of its poll whenever a read is done. */
static void loop_of_bells(struct iom_capture *cap, uint64_t files)
{
	uint32_t bell = build_file(cap, 5, CAP_K_EVENTFD, O_NONBLOCK, NULL);
	uint32_t signals = build_file(cap, 6, CAP_K_SIGNALFD, O_NONBLOCK, NULL);
	uint32_t f = build_file(cap, 8, CAP_K_REG, 0, "/srv/disk");
	struct cap_calls *r = build_calls(cap, MAIN, bell, CAP_C_POLL, SYS_ppoll);

	cap->files[bell].ino = 7;
	r->n.ok_slept = r->events = 900;
	r->wait_ns = 9900 * MS;
	r->set_size = files;
	for (uint64_t i = 0; i < files; i++)
		build_interest(cap, i ? signals : bell, i ? 0 : 900, i ? 900 : 0)->set_file = bell;
	build_transfers(cap, MAIN, bell, CAP_C_READ, SYS_read, 900, 0, 0, 0)->bytes = 900 * 8;
	build_thread(cap, MAIN, MAIN + 1, "worker");
	build_transfers(cap, MAIN + 1, f, CAP_C_READ, SYS_pread64, 0, 900, 0, MS);
	build_transfers(cap, MAIN + 1, bell, CAP_C_WRITE, SYS_write, 900, 0, 0, 0)->bytes = 900 * 8;
}

static void told_by_bells(struct iom_capture *cap)
{
	loop_of_bells(cap, 2);
}

/* Not so: that is a wait for one event, in two steps. */
static void waits_for_a_bell(struct iom_capture *cap)
{
	loop_of_bells(cap, 1);
}

/* One thread writes what others have computed meanwhile. */
static void writes_what_others_compute(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_REG, 0, "/srv/out");

	build_transfers(cap, MAIN, f, CAP_C_WRITE, SYS_write, 52, 0, 0, 0);
	cap->threads[0].asleep_ns = 9900 * MS;
	for (int i = 0; i < 2; i++) {
		uint32_t t = build_thread(cap, MAIN, MAIN + 1 + i, "pool"); /* which moves them */

		cap->threads[t].cpu_ns = BUILD_LIFE_NS;
	}
}

/* Threads that take requests from a device and pass them on by one connection, from which one of them reads. */
static void share_a_connection(struct iom_capture *cap)
{
	uint32_t dev = build_file(cap, 3, CAP_K_CHR, 0, "/dev/fuse");
	uint32_t s = build_file(cap, 4, CAP_K_SOCK, 0, "tcp 127.0.0.1:4000 -> 127.0.0.1:22");

	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 0, 200, 0, 10 * MS);
	build_transfers(cap, MAIN, s, CAP_C_WRITE, SYS_writev, 20, 0, 0, 0);
	for (int i = 0; i < POOL; i++) {
		build_thread(cap, MAIN, MAIN + 1 + i, "pool");
		build_transfers(cap, MAIN + 1 + i, dev, CAP_C_READ, SYS_read, 0, 60, 0, 20 * MS);
		build_transfers(cap, MAIN + 1 + i, s, CAP_C_WRITE, SYS_writev, 60, 0, 0, 0);
	}
}

/* Each connection has a thread that reads and one that writes. */
static void two_for_each_connection(struct iom_capture *cap)
{
	for (int i = 0; i < POOL; i++) {
		uint32_t s = build_file(cap, 20 + i, CAP_K_SOCK, 0, "tcp 127.0.0.1:80 <- 127.0.0.1:5");

		build_thread(cap, MAIN, MAIN + 1 + 2 * i, "reads");
		build_transfers(cap, MAIN + 1 + 2 * i, s, CAP_C_RECV, SYS_recvfrom, 0, 100, 0, 10 * MS);
		build_thread(cap, MAIN, MAIN + 2 + 2 * i, "writes");
		build_transfers(cap, MAIN + 2 + 2 * i, s, CAP_C_SEND, SYS_sendto, 0, 100, 0, 10 * MS);
	}
}

/* A child of a server that accepts asleep, and then asks by a poll of that one connection before it reads. */
static void accepts_and_polls(struct iom_capture *cap)
{
	uint32_t l = build_file(cap, 3, CAP_K_LISTEN, 0, "tcp listen 127.0.0.1:80");
	uint32_t s = build_file(cap, 7, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:5");
	struct cap_calls *r;

	build_transfers(cap, MAIN, l, CAP_C_ACCEPT, SYS_accept4, 0, 1, 0, 60 * MS);
	r = build_calls(cap, MAIN, s, CAP_C_POLL, SYS_poll);
	r->n.ok_slept = r->events = 3500;
	r->wait_ns = 3500 * MS;
	r->set_size = 1;
	build_interest(cap, s, 3500, 0)->set_file = s;
	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 3500, 0, 3500, 0);
	build_transfers(cap, MAIN, s, CAP_C_WRITE, SYS_writev, 3500, 0, 0, 0);
}

/* Not so: the listener is polled beside the connection. */
static void polls_both(struct iom_capture *cap)
{
	accepts_and_polls(cap);
	for (size_t i = 0; i < cap->ncalls; i++)
		cap->calls[i].set_size *= 2;
	cap->calls[0].n.ok = 1;
	cap->calls[0].n.ok_slept = cap->calls[0].wait_ns = 0;
	build_interest(cap, cap->calls[0].file, 1, 3499)->set_file = cap->calls[1].file;
}

/* One thread accepts, and another reads a connection of this name. */
static void acceptor_and_reader(struct iom_capture *cap, const char *name)
{
	uint32_t l = build_file(cap, 5, CAP_K_LISTEN, 0, "tcp listen 127.0.0.1:80");
	uint32_t s = build_file(cap, 9, CAP_K_SOCK, 0, name);

	build_asleep(cap, 0, CAP_C_ACCEPT, SYS_accept, l, MS, BUILD_LIFE_NS);
	build_thread(cap, MAIN, MAIN + 1, "serves");
	build_transfers(cap, MAIN + 1, s, CAP_C_RECV, SYS_recvfrom, 50, 300, 0, 10 * MS);
	build_transfers(cap, MAIN + 1, s, CAP_C_SEND, SYS_sendto, 350, 0, 0, 0);
}

static void one_is_served(struct iom_capture *cap)
{
	acceptor_and_reader(cap, "tcp 127.0.0.1:80 <- 127.0.0.1:5");
}

/* The same, where a connection came in the watch. */
static void one_came(struct iom_capture *cap)
{
	one_is_served(cap);
	build_transfers(cap, MAIN, 0, CAP_C_ACCEPT, SYS_accept, 0, 1, 0, MS);
}

/* Not so: it is none of those that are accepted. */
static void datagrams_beside(struct iom_capture *cap)
{
	acceptor_and_reader(cap, "udp 127.0.0.1:53");
}

static const struct expected judged[] = {
	{"25 a pair within the process", pair_within, IOM_M_MULTIPLEXED, IOM_FACT_NULL,
	 "event-loop + worker pool", "", 0, "blocking"},
	{"25 a full pair within the process", full_pair_within, IOM_M_MULTIPLEXED, IOM_FACT_NULL,
	 "event-loop + worker pool", "", 0, "blocking"},
	{"25 threads that serve", served_by_threads, IOM_M_MULTIPLEXED, IOM_FACT_NULL,
	 "thread-per-connection", NULL, 0, "blocking"},
	{"25 threads that answer", answered_by_threads, IOM_M_MULTIPLEXED, IOM_FACT_NULL,
	 "event-loop + worker pool", NULL, 90, NULL},
	{"26 a pair with a child", pair_with_a_child, IOM_M_BLOCKING, IOM_FACT_NULL, "thread-per-connection",
	 NULL, 0, NULL},
	{"25 resolvers in threads", resolvers, IOM_M_MULTIPLEXED, IOM_FACT_NULL, "event-loop + worker pool",
	 NULL, 0, ""},
	{"25 a notifier's thread", notifier, IOM_M_MULTIPLEXED, IOM_FACT_NULL, "event-loop", NULL, 0, "blocking"},
	{"52 a proxy's threads", proxy_threads, IOM_M_MULTIPLEXED, IOM_FACT_NULL, "thread-per-connection", NULL, 0, NULL},
	{"a proxy's threads, upstream after upstream", many_upstreams, IOM_M_MULTIPLEXED, IOM_FACT_NULL,
	 "thread-per-connection", NULL, 0, NULL},
	{"52 two clients for each loop", small_loops, IOM_M_MULTIPLEXED, IOM_FACT_NULL, "event-loop", NULL, 0,
	 NULL},
	{"stuck: a pool", stuck_pool, IOM_M_BLOCKING, IOM_FACT_NULL, "thread pool", "", 20, NULL},
	{"stuck: idle connections", idle_connections, IOM_M_BLOCKING, IOM_FACT_NULL, "thread-per-connection", "", 20,
	 NULL},
	{"stuck: one thread", one_is_stuck, IOM_M_BLOCKING, IOM_FACT_NULL, "sequential", "", 20, NULL},
	{"a runtime's loop beside a pool", loop_of_a_runtime, IOM_M_BLOCKING, IOM_FACT_NULL, "thread pool", NULL, 0,
	 NULL},
	{"a loop that seldom comes back, and a pool", seldom_loop, IOM_M_MULTIPLEXED, IOM_FACT_NULL,
	 "event-loop + worker pool", NULL, 0, NULL},
	{"a few pages beside reads", few_pages, IOM_M_BLOCKING, IOM_FACT_NULL, "sequential", NULL, 47, NULL},
	{"many pages beside reads", many_pages, IOM_M_BLOCKING, IOM_FACT_NULL, "memory-mapped", NULL, 47, NULL},
	{"a loop that is told by bells", told_by_bells, IOM_M_BLOCKING, IOM_FACT_NULL, "event-loop + worker pool", NULL,
	 900, NULL},
	{"a wait for a bell", waits_for_a_bell, IOM_M_BLOCKING, IOM_FACT_NULL, "sequential", NULL, 900, NULL},
	{"threads compute, and one writes", writes_what_others_compute, IOM_M_BLOCKING, IOM_FACT_NULL, NULL, NULL, 52,
	 NULL},
	{"threads that share a connection", share_a_connection, IOM_M_BLOCKING, IOM_FACT_NULL, "thread pool", NULL, 0,
	 NULL},
	{"two threads for each connection", two_for_each_connection, IOM_M_BLOCKING, IOM_FACT_NULL,
	 "thread-per-connection", NULL, 0, NULL},
	{"accepts, and polls that one", accepts_and_polls, IOM_M_MULTIPLEXED, IOM_FACT_NULL, "sequential", NULL, 0, NULL},
	{"polls the listener as well", polls_both, IOM_M_MULTIPLEXED, IOM_FACT_NULL, "event-loop", NULL, 0, NULL},
	{"one accepts, and one serves", one_is_served, IOM_M_BLOCKING, IOM_FACT_NULL, "thread-per-connection", NULL, 0,
	 NULL},
	{"one has accepted, and one serves", one_came, IOM_M_BLOCKING, IOM_FACT_NULL, "thread-per-connection", NULL, 0,
	 NULL},
	{"one accepts, and one takes datagrams", datagrams_beside, IOM_M_BLOCKING, IOM_FACT_NULL, "sequential", NULL, 0,
	 NULL},
	{"25 a loop and a reader", loop_and_reader, IOM_M_MULTIPLEXED, IOM_FACT_NULL,
	 "event-loop + worker pool", NULL, 0, NULL},
};

#define NJUDGED (sizeof(judged) / sizeof(*judged))

int main(void)
{
	static struct CMUnitTest tests[NJUDGED];

	for (size_t i = 0; i < NJUDGED; i++)
		tests[i] = (struct CMUnitTest){.name = judged[i].name,
					       .test_func = check_judged,
					       .initial_state = (void *)&judged[i]};
	return cmocka_run_group_tests_name("pattern", tests, NULL, NULL);
}
