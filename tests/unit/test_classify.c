/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One capture for each rule of the judgement, and what must come of it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "build.h"
#include "expected.h"
#include "judge/judge.h"

#define MAIN	       BUILD_PID
#define SI_KERNEL_BYTE 0x80 /* si_code of what the kernel itself sends */
#define URING_READ     22
#define URING_POLL_ADD 6
#define SHORT	       10000 /* ns: so little waiting that the transfers decide alone */

/* ---- blocking ---------------------------------------------------------- */

static void blocking_pipe(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 0, CAP_K_FIFO, 0, "pipe:[123]");

	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, 5, 90, 0, 100 * MS);
}

static void never_slept(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_FIFO, 0, NULL);

	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, 5000, 0, 0, 0);
}

static void asleep_since_before(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 0, CAP_K_TTY, 0, "/dev/pts/1");

	build_asleep(cap, 0, CAP_C_READ, SYS_read, f, 5000 * MS, BUILD_LIFE_NS);
}

static void regular_with_nonblock(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_REG, O_NONBLOCK, "/var/lib/data");

	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, 1000, 50, 0, 20 * MS);
}

static void mapped(struct iom_capture *cap)
{
	struct cap_calls *r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_FAULT, 0);

	r->n.ok_slept = 500;
	r->wait_ns = 5000 * MS;
	r->max_wait_ns = 30 * MS;
	cap->threads[0].maj_flt = 500;
	cap->threads[0].asleep_ns = r->wait_ns;
}

/* The pages of its code that a program waits for as it begins are not what it does. */
static void faults_at_the_start(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_REG, 0, "/data");
	struct cap_calls *r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_FAULT, 0);

	r->n.ok_slept = 6;
	r->wait_ns = 2 * MS;
	cap->threads[0].maj_flt = 6;
	cap->threads[0].asleep_ns = r->wait_ns;
	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, 500, 0, 0, 0);
}

/* No row at all: sleeps in no call are what the thread's own counters say, and nothing tells that all
 * of it was for pages. */
static void mapped_without_calls(struct iom_capture *cap)
{
	cap->threads[0].asleep_ns = 5000 * MS;
	cap->threads[0].nvcsw = cap->threads[0].maj_flt = 400;
}

/* Faults that were all counted, and a sleep in no call that was something else. */
static void waits_beside_a_fault(struct iom_capture *cap)
{
	struct cap_calls *r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_FAULT, 0);

	r->n.ok_slept = 40;
	r->wait_ns = 4 * MS;
	cap->threads[0].asleep_ns = 1000 * MS;
	cap->threads[0].maj_flt = 40;
	cap->threads[0].nvcsw = 41;
}

static void only_dev_null(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_NULL, 0, "/dev/zero");

	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, 100000, 0, 0, 0);
}

static void receive_timeout(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_SOCK, 0, NULL);
	struct cap_calls *r = build_transfers(cap, MAIN, f, CAP_C_RECV, SYS_recvfrom, 0, 5, 0, 100 * MS);

	r->n.again_slept = 90; /* SO_RCVTIMEO: it slept each time */
	r->wait_ns += 9000 * MS;
}

static void eventfd_slept_in(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_EVENTFD, 0, NULL);

	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, 0, 50, 0, 100 * MS);
}

/* An epoll loop that hands three connections to threads, then waits all day. */
static void idle_listener(struct iom_capture *cap)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t listener = build_file(cap, 3, CAP_K_LISTEN, O_NONBLOCK, "tcp 127.0.0.1:80 listening");

	build_watch(cap, listener, ep);
	build_transfers(cap, MAIN, listener, CAP_C_ACCEPT, SYS_accept4, 3, 0, 0, 0);
	build_epoll_wait(cap, MAIN, ep, 0, 3, 3300 * MS);
	for (int i = 1; i <= 3; i++) {
		uint32_t s = build_file(cap, 4 + i, CAP_K_SOCK, 0, NULL);

		build_thread(cap, BUILD_PID, MAIN + i, "worker");
		build_transfers(cap, MAIN + i, s, CAP_C_READ, SYS_read, 0, 100, 0, 5 * MS);
	}
}

static void threads_per_connection(struct iom_capture *cap)
{
	for (int i = 1; i <= 3; i++) {
		uint32_t s = build_file(cap, 4 + i, CAP_K_SOCK, 0, NULL);

		build_thread(cap, BUILD_PID, MAIN + i, "worker");
		build_transfers(cap, MAIN + i, s, CAP_C_READ, SYS_read, 0, 100, 0, 30 * MS);
	}
}

/* ---- nonblocking --------------------------------------------------------- */

static void spin_on_eagain(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_FIFO, O_NONBLOCK, "pipe:[9]");

	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, 10, 0, 5000000, 0);
	cap->threads[0].cpu_ns = BUILD_LIFE_NS;
}

static void dontwait_and_pauses(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_SOCK, 0, NULL);
	struct cap_calls *r = build_transfers(cap, MAIN, f, CAP_C_RECV, SYS_recvfrom, 10, 0, 90, 0);

	r->n.nowait = 100;
	r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_TIMER, SYS_clock_nanosleep);
	r->n.ok_slept = 90;
	r->wait_ns = 9000 * MS;
}

/* preadv2 with RWF_NOWAIT says EAGAIN; that it slept for a lock now and then is not for the data. */
static void nowait_sleeps_for_a_lock(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_REG, 0, "/var/lib/data");
	struct cap_calls *r = build_transfers(cap, MAIN, f, CAP_C_READ, SYS_preadv2, 0, 0, 168, 0);

	r->n.again_slept = 2;
	r->n.nowait = 170;
	r->wait_ns = r->max_wait_ns = 3 * MS;
}

static void growing_file(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_REG, 0, "/var/log/syslog");
	struct cap_calls *r = build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, 10, 0, 0, 0);

	r->n.zero = 100;
	r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_TIMER, SYS_clock_nanosleep);
	r->n.ok_slept = 100;
	r->wait_ns = 9000 * MS;
}

static void zero_timeouts(struct iom_capture *cap)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, NULL);
	struct cap_calls *r;

	build_watch(cap, s, ep);
	r = build_epoll_wait(cap, MAIN, ep, 10000, 0, 0);
	r->n.zero = 990000;
	r->n.nowait = 1000000;
	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 10000, 0, 0, 0);
	cap->threads[0].cpu_ns = BUILD_LIFE_NS;
}

/* A multishot request from before the watch: what it is nobody saw. */
static void waits_on_a_ring(struct iom_capture *cap, uint64_t own)
{
	uint32_t ring = build_file(cap, 3, CAP_K_URING, 0, NULL);
	uint32_t s = build_file(cap, 4, CAP_K_SOCK, O_NONBLOCK, "udp 127.0.0.1:53");
	struct cap_calls *r;

	r = build_calls(cap, MAIN, ring, CAP_C_URING_ENTER, SYS_io_uring_enter);
	r->n.ok_slept = 900;
	r->wait_ns = 9000 * MS;
	build_transfers(cap, MAIN, s, CAP_C_RECV, SYS_recvfrom, own, 0, own, 0);
}

static void ring_that_told_of_readiness(struct iom_capture *cap)
{
	waits_on_a_ring(cap, 900);
}

static void ring_that_brought_data(struct iom_capture *cap)
{
	waits_on_a_ring(cap, 5);
}

/* It waits until a file is open, and reads it by calls of its own. */
static void ring_that_opened(struct iom_capture *cap)
{
	waits_on_a_ring(cap, 900);
	build_requests(cap, IOM_NO_FILE, CAP_I_URING, 18 /* OPENAT */, 900);
}

/* ---- multiplexed ----------------------------------------------------------- */

static void epoll_and_read(struct iom_capture *cap)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, NULL);

	build_watch(cap, s, ep);
	build_epoll_wait(cap, MAIN, ep, 100, 900, 10 * MS);
	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 1000, 0, 1000, 0);
}

static void epoll_here_read_there(struct iom_capture *cap)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, NULL);

	build_watch(cap, s, ep);
	build_epoll_wait(cap, MAIN, ep, 0, 900, 10 * MS);
	build_thread(cap, BUILD_PID, MAIN + 1, "reader");
	build_transfers(cap, MAIN + 1, s, CAP_C_READ, SYS_read, 900, 0, 900, 0);
}

static void poll_and_recv(struct iom_capture *cap)
{
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, NULL);
	struct cap_calls *r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_POLL, SYS_poll);

	r->n.ok_slept = r->n.forever = 500;
	r->wait_ns = 9000 * MS;
	r->set_size = 1;
	build_interest(cap, s, 500, 0);
	build_transfers(cap, MAIN, s, CAP_C_RECV, SYS_recvfrom, 500, 0, 0, 0);
}

/* 92 % of its calls ask with a zero timeout, most of them in vain, as loaded
 * loops do that have work of their own; but it sleeps now and then. */
static void loaded_loop(struct iom_capture *cap)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, NULL);
	struct cap_calls *r;

	build_watch(cap, s, ep);
	r = build_epoll_wait(cap, MAIN, ep, 32000, 8000, 50000);
	r->n.zero = 60000;
	r->n.nowait = 92000;
	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 40000, 0, 0, 0);
	cap->threads[0].cpu_ns = 9500 * MS;
}

static void idle_loop(struct iom_capture *cap)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);

	build_watch(cap, build_file(cap, 5, CAP_K_LISTEN, O_NONBLOCK, NULL), ep);
	build_asleep(cap, 0, CAP_C_EPOLL_WAIT, SYS_epoll_wait, ep, 7000 * MS, BUILD_LIFE_NS);
}

/* A server without clients: ten times a second it looks after itself. */
static void idle_loop_with_chores(struct iom_capture *cap)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	struct cap_calls *r = build_epoll_wait(cap, MAIN, ep, 0, 0, 0);

	r->n.again_slept = 99;
	r->wait_ns = 99 * 99 * MS;
	build_watch(cap, build_file(cap, 5, CAP_K_LISTEN, O_NONBLOCK, NULL), ep);
	build_transfers(cap, MAIN, build_file(cap, 7, CAP_K_REG, 0, "/proc/4711/stat"), CAP_C_READ,
			SYS_read, 99, 0, 0, 0);
}

/* A program that copies from the page cache, with a thread that listens and idles. */
static void copy_beside_an_idle_loop(struct iom_capture *cap)
{
	idle_loop_with_chores(cap);
	build_thread(cap, BUILD_PID, MAIN + 1, "copy");
	build_transfers(cap, MAIN + 1, build_file(cap, 8, CAP_K_REG, 0, "/srv/big"), CAP_C_READ, SYS_read,
			50000, 0, 0, 0);
}

static void sendfile_to_watched(struct iom_capture *cap)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, NULL);
	uint32_t page = build_file(cap, 6, CAP_K_REG, 0, "/var/www/index.html");

	build_watch(cap, s, ep);
	build_epoll_wait(cap, MAIN, ep, 0, 900, SHORT);
	build_transfers(cap, MAIN, s, CAP_C_SENDFILE, SYS_sendfile, 1000, 0, 100, 0)->other = page;
}

static void splice_to_watched(struct iom_capture *cap)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, NULL);
	uint32_t pipe = build_file(cap, 6, CAP_K_FIFO, 0, NULL);
	uint32_t page = build_file(cap, 7, CAP_K_REG, 0, "/var/www/index.html");

	build_watch(cap, s, ep);
	build_epoll_wait(cap, MAIN, ep, 0, 900, SHORT);
	build_transfers(cap, MAIN, pipe, CAP_C_SPLICE, SYS_splice, 1000, 0, 100, 0)->other = s;
	build_transfers(cap, MAIN, page, CAP_C_SPLICE, SYS_splice, 5000, 0, 0, 0)->other = s;
}

/* io_uring asked for nothing but readiness, then plain reads. */
static void uring_for_readiness(struct iom_capture *cap)
{
	uint32_t ring = build_file(cap, 4, CAP_K_URING, 0, NULL);
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, NULL);
	struct cap_calls *r;

	build_requests(cap, s, CAP_I_URING, URING_POLL_ADD, 500);
	r = build_calls(cap, MAIN, ring, CAP_C_URING_ENTER, SYS_io_uring_enter);
	r->n.ok_slept = 500;
	r->wait_ns = 9000 * MS;
	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 500, 0, 0, 0);
}

/* ---- signal-driven, async --------------------------------------------------- */

static void sigio_and_read(struct iom_capture *cap)
{
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK | O_ASYNC, NULL);
	struct cap_calls *r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_SIGSUSPEND, SYS_rt_sigsuspend);

	r->n.err = 100;
	r->wait_ns = 9000 * MS;
	build_signals(cap, CAP_S_DELIVERED, SIGIO, SI_KERNEL_BYTE, IOM_NO_FILE, 100);
	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 100, 0, 100, 0);
}

/* O_ASYNC and its signals, but what it sleeps in is epoll_wait. */
static void sigio_and_epoll(struct iom_capture *cap)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK | O_ASYNC, NULL);

	build_watch(cap, s, ep);
	build_epoll_wait(cap, MAIN, ep, 0, 900, SHORT);
	build_signals(cap, CAP_S_DELIVERED, SIGIO, SI_KERNEL_BYTE, IOM_NO_FILE, 10000);
	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 10000, 0, 0, 0);
}

static void realtime_overflow(struct iom_capture *cap)
{
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK | O_ASYNC, NULL);

	cap->files[s].sig = 35;
	build_signals(cap, CAP_S_WAITED, 35, 1 /* POLL_IN */, s, 100)->wait_ns = 9000 * MS;
	build_signals(cap, CAP_S_GENERATED, 35, 1, s, 100)->lost = 40;
	build_signals(cap, CAP_S_DELIVERED, SIGIO, SI_KERNEL_BYTE, IOM_NO_FILE, 12);
	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 100, 0, 100, 0);
}

static struct cap_requests *requests(struct iom_capture *cap, enum cap_interface interface,
				     uint16_t opcode, uint64_t n, uint64_t done_inline)
{
	uint32_t f = build_file(cap, 3, CAP_K_REG, O_DIRECT, "/var/lib/table");
	struct cap_requests *r = build_requests(cap, f, interface, opcode, n);

	r->done_inline = done_inline;
	r->done_late = n - done_inline;
	return r;
}

static struct cap_calls *asynchronous_call(struct iom_capture *cap, uint8_t class, uint16_t nr,
					 uint64_t fast, uint64_t slept, uint64_t sleep_ns)
{
	struct cap_calls *r = build_calls(cap, MAIN, IOM_NO_FILE, class, nr);

	r->n.ok = fast;
	r->n.ok_slept = slept;
	r->wait_ns = slept * sleep_ns;
	r->max_wait_ns = sleep_ns;
	return r;
}

static void libaio(struct iom_capture *cap)
{
	requests(cap, CAP_I_AIO, 0, 8000, 0);
	asynchronous_call(cap, CAP_C_AIO_SUBMIT, SYS_io_submit, 1000, 0, 0);
	asynchronous_call(cap, CAP_C_AIO_GETEVENTS, SYS_io_getevents, 100, 900, 10 * MS);
}

static void libaio_done_at_once(struct iom_capture *cap)
{
	requests(cap, CAP_I_AIO, 0, 8000, 8000);
	asynchronous_call(cap, CAP_C_AIO_SUBMIT, SYS_io_submit, 1000, 0, 0);
	asynchronous_call(cap, CAP_C_AIO_GETEVENTS, SYS_io_getevents, 1000, 0, 0);
}

static void libaio_submit_slept(struct iom_capture *cap)
{
	requests(cap, CAP_I_AIO, 0, 8000, 0);
	asynchronous_call(cap, CAP_C_AIO_SUBMIT, SYS_io_submit, 100, 900, 9 * MS);
	asynchronous_call(cap, CAP_C_AIO_GETEVENTS, SYS_io_getevents, 100, 900, MS);
}

static void uring_inline(struct iom_capture *cap)
{
	requests(cap, CAP_I_URING, URING_READ, 1000, 1000)->alone = 1000;
	asynchronous_call(cap, CAP_C_URING_ENTER, SYS_io_uring_enter, 1000, 0, 0);
}

static void uring_deep(struct iom_capture *cap)
{
	requests(cap, CAP_I_URING, URING_READ, 8000, 0);
	asynchronous_call(cap, CAP_C_URING_ENTER, SYS_io_uring_enter, 100, 900, 10 * MS);
}

static void uring_workers(struct iom_capture *cap)
{
	requests(cap, CAP_I_URING, URING_READ, 1000, 0)->by_worker = 900;
	asynchronous_call(cap, CAP_C_URING_ENTER, SYS_io_uring_enter, 100, 900, 10 * MS);
}

static void uring_few_workers(struct iom_capture *cap)
{
	requests(cap, CAP_I_URING, URING_READ, 1000, 0)->by_worker = 100;
	asynchronous_call(cap, CAP_C_URING_ENTER, SYS_io_uring_enter, 100, 900, 10 * MS);
}

static void posix_aio(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_REG, 0, "/var/lib/table");
	struct cap_calls *r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_FUTEX, SYS_futex);
	uint32_t helper;

	r->n.ok_slept = 100;
	r->wait_ns = 9000 * MS;
	cap->procs[0].imports_posix_aio = true;
	helper = build_thread(cap, BUILD_PID, MAIN + 1, "program");
	cap->threads[helper].libc_helper = true;
	build_transfers(cap, MAIN + 1, f, CAP_C_READ, SYS_pread64, 100, 900, 0, 5 * MS);
}

/* ---- none ---------------------------------------------------------------------- */

static void nothing(struct iom_capture *cap)
{
	cap->threads[0].cpu_ns = BUILD_LIFE_NS;
}

/* It has a fifth of a CPU, for others want it too. */
static void wants_the_cpu(struct iom_capture *cap)
{
	uint32_t thread = build_thread(cap, BUILD_PID, MAIN + 1, "computes");

	build_asleep(cap, 0, CAP_C_READ, SYS_read, build_file(cap, 3, CAP_K_FIFO, 0, "pipe:[3]"), 0, BUILD_LIFE_NS);
	cap->threads[thread].cpu_ns = BUILD_LIFE_NS / 5;
	cap->threads[thread].runq_ns = BUILD_LIFE_NS - cap->threads[thread].cpu_ns;
}

static void only_threads_and_children(struct iom_capture *cap)
{
	static const struct {
		uint8_t class;
		uint16_t nr;
	} sleeps[] = {{CAP_C_FUTEX, SYS_futex}, {CAP_C_TIMER, SYS_clock_nanosleep},
		      {CAP_C_CHILD, SYS_wait4}, {CAP_C_LOCK, SYS_flock}, {CAP_C_OTHER, SYS_openat}};

	for (size_t i = 0; i < sizeof(sleeps) / sizeof(sleeps[0]); i++) {
		struct cap_calls *r = build_calls(cap, MAIN, IOM_NO_FILE, sleeps[i].class, sleeps[i].nr);

		r->n.ok_slept = 90;
		r->wait_ns = 1900 * MS;
	}
	cap->threads[0].asleep_ns = 9500 * MS;
}

static void timers_and_eventfds(struct iom_capture *cap)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t bell = build_file(cap, 5, CAP_K_EVENTFD, O_NONBLOCK, NULL);
	uint32_t timer = build_file(cap, 6, CAP_K_TIMERFD, O_NONBLOCK, NULL);

	build_watch(cap, bell, ep);
	build_watch(cap, timer, ep);
	build_epoll_wait(cap, MAIN, ep, 0, 100, 99 * MS);
	build_transfers(cap, MAIN, bell, CAP_C_READ, SYS_read, 50, 0, 50, 0);
	build_transfers(cap, MAIN, timer, CAP_C_READ, SYS_read, 50, 0, 50, 0);
}

/* CLD_EXITED is 1, as is POLL_IN: only the signal's number tells them apart. */
static void other_signals(struct iom_capture *cap)
{
	struct cap_calls *r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_SIGSUSPEND, SYS_rt_sigsuspend);

	r->n.err = 2000;
	r->wait_ns = 9000 * MS;
	build_signals(cap, CAP_S_DELIVERED, SIGCHLD, 1, IOM_NO_FILE, 1000);
	build_signals(cap, CAP_S_DELIVERED, SIGALRM, SI_KERNEL_BYTE, IOM_NO_FILE, 1000);
	build_signals(cap, CAP_S_DELIVERED, SIGIO, 0 /* SI_USER: kill(1) */, IOM_NO_FILE, 1000);
}

static void other_signals_and_a_pipe(struct iom_capture *cap)
{
	build_signals(cap, CAP_S_DELIVERED, SIGCHLD, 1, IOM_NO_FILE, 100000);
	build_signals(cap, CAP_S_DELIVERED, SIGALRM, SI_KERNEL_BYTE, IOM_NO_FILE, 100000);
	blocking_pipe(cap);
}

/* ---- findings --------------------------------------------------------------------- */

static void loop_without_nonblock(struct iom_capture *cap)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, 0, NULL);

	build_watch(cap, s, ep);
	build_epoll_wait(cap, MAIN, ep, 100, 900, 10 * MS);
	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 1000, 0, 0, 0);
}

static void loop_that_writes_a_file(struct iom_capture *cap)
{
	epoll_and_read(cap);
	build_transfers(cap, MAIN, build_file(cap, 8, CAP_K_REG, 0, "/var/log/slow"), CAP_C_WRITE,
			SYS_write, 30, 3, 0, 41 * MS);
}

static void loop_that_syncs(struct iom_capture *cap)
{
	epoll_and_read(cap);
	build_transfers(cap, MAIN, build_file(cap, 8, CAP_K_REG, 0, "/var/lib/aof"), CAP_C_SYNC,
			SYS_fdatasync, 0, 7, 0, 12 * MS);
}

static void loop_that_writes_through(struct iom_capture *cap)
{
	epoll_and_read(cap);
	build_transfers(cap, MAIN, build_file(cap, 8, CAP_K_REG, O_DSYNC, "/var/lib/journal"), CAP_C_WRITE,
			SYS_pwrite64, 0, 7, 0, MS / 5);
}

/* ---- the table, and what is checked for each ------------------------------------------ */

static const struct expected rules[] = {
	{"blocking pipe", blocking_pipe, IOM_M_BLOCKING, 0, "pipeline", "", 0, NULL},
	{"blocking though it never slept", never_slept, IOM_M_BLOCKING, 0, "sequential",
	 "", 0, NULL},
	{"asleep in read since before", asleep_since_before, IOM_M_BLOCKING, 0, "sequential",
	 "", 0, NULL},
	{"regular file with O_NONBLOCK", regular_with_nonblock, IOM_M_BLOCKING, 0, "sequential",
	 "", 0, NULL},
	{"faults on mapped files", mapped, IOM_M_BLOCKING, 0, "memory-mapped",
	 "page-fault-io", 0, NULL},
	{"faults at the start", faults_at_the_start, IOM_M_BLOCKING, 0, "sequential", "", 0, NULL},
	{"sleeps in no call", mapped_without_calls, IOM_M_BLOCKING, 0, "memory-mapped",
	 "", 0, NULL},
	{"sleeps beside a fault", waits_beside_a_fault, IOM_M_BLOCKING, 0, "memory-mapped", "", 0, NULL},
	{"only /dev/zero", only_dev_null, IOM_M_BLOCKING, 0, "sequential", "", 0, NULL},
	{"SO_RCVTIMEO", receive_timeout, IOM_M_BLOCKING, 0, "sequential", "", 0, NULL},
	{"asleep in read of an eventfd", eventfd_slept_in, IOM_M_BLOCKING, 0, "sequential",
	 "", 0, NULL},
	{"idle listener", idle_listener, IOM_M_BLOCKING, 0, "thread-per-connection", "", 0, NULL},
	{"thread per connection", threads_per_connection, IOM_M_BLOCKING, 0,
	 "thread-per-connection", "", 0, NULL},
	{"spin on EAGAIN", spin_on_eagain, IOM_M_NONBLOCKING, 0, "busy-poll",
	 "eagain-spin", 0, NULL},
	{"MSG_DONTWAIT and pauses", dontwait_and_pauses, IOM_M_NONBLOCKING, 0, "busy-poll",
	 "", 0, NULL},
	{"multishot poll from before", ring_that_told_of_readiness, IOM_M_MULTIPLEXED, 0, "event-loop", NULL, 0, NULL},
	{"opens by a ring", ring_that_opened, IOM_M_ASYNC, 0, "proactor", NULL, 0, NULL},
	{"multishot receive from before", ring_that_brought_data, IOM_M_ASYNC, 0, "proactor", NULL, 0, NULL},
	{"RWF_NOWAIT", nowait_sleeps_for_a_lock, IOM_M_NONBLOCKING, 0, "busy-poll", NULL, 0, NULL},
	{"growing file", growing_file, IOM_M_NONBLOCKING, 0, "busy-poll", "idle-wakeups", 10, ""},
	{"zero timeouts", zero_timeouts, IOM_M_NONBLOCKING, IOM_FACT_POLLING, "busy-poll",
	 "busy-poll", 10000, ""},
	{"epoll and read", epoll_and_read, IOM_M_MULTIPLEXED, 0, "event-loop", "", 0, NULL},
	{"epoll here, read there", epoll_here_read_there, IOM_M_MULTIPLEXED, 0, "event-loop",
	 "", 0, NULL},
	{"poll and recv", poll_and_recv, IOM_M_MULTIPLEXED, 0, "event-loop",
	 "one-file-readiness", 0, NULL},
	{"loaded loop", loaded_loop, IOM_M_MULTIPLEXED, 0, "event-loop", "", 0, NULL},
	{"idle loop", idle_loop, IOM_M_MULTIPLEXED, 0, "event-loop", "", 0, NULL},
	{"idle loop with chores", idle_loop_with_chores, IOM_M_MULTIPLEXED, 0, "event-loop",
	 "", 0, NULL},
	{"copies beside an idle loop", copy_beside_an_idle_loop, IOM_M_BLOCKING, 0,
	 "event-loop + worker pool", "", 0, NULL},
	{"sendfile to a watched socket", sendfile_to_watched, IOM_M_MULTIPLEXED, 0, "event-loop",
	 "", 0, NULL},
	{"splice to a watched socket", splice_to_watched, IOM_M_MULTIPLEXED, 0, "event-loop",
	 "", 0, NULL},
	{"SIGIO, but epoll", sigio_and_epoll, IOM_M_MULTIPLEXED, 0, "event-loop", "", 0, NULL},
	{"io_uring for readiness", uring_for_readiness, IOM_M_MULTIPLEXED, 0, "event-loop",
	 "", 0, NULL},
	{"SIGIO and read", sigio_and_read, IOM_M_SIGNAL, 0, "signal loop", "", 0, NULL},
	{"overflow of real-time signals", realtime_overflow, IOM_M_SIGNAL, 0, "signal loop",
	 "signal-overflow", 0, NULL},
	{"libaio", libaio, IOM_M_ASYNC, 0, "proactor", "", 0, NULL},
	{"libaio, done at once", libaio_done_at_once, IOM_M_ASYNC, IOM_FACT_SYNCHRONOUS, "proactor",
	 "submit-blocked", 0, NULL},
	{"libaio, submission slept", libaio_submit_slept, IOM_M_ASYNC, 0, "proactor",
	 "submit-blocked", 0, NULL},
	{"io_uring inline", uring_inline, IOM_M_ASYNC, IOM_FACT_SYNCHRONOUS, "proactor",
	 "", 0, NULL},
	{"io_uring", uring_deep, IOM_M_ASYNC, 0, "proactor", "", 0, NULL},
	{"io_uring by workers", uring_workers, IOM_M_ASYNC, IOM_FACT_THREADS, "proactor",
	 "iowq-offload", 0, NULL},
	{"io_uring, some by workers", uring_few_workers, IOM_M_ASYNC, 0, "proactor",
	 "iowq-offload", 0, NULL},
	{"POSIX AIO", posix_aio, IOM_M_ASYNC, IOM_FACT_THREADS, "proactor", "", 0, NULL},
	{"service thread asleep, one wants the CPU", wants_the_cpu, IOM_M_NONE, 0, NULL, "", 0, NULL},
	{"nothing", nothing, IOM_M_NONE, 0, NULL, "", 0, NULL},
	{"threads, timers, children, locks", only_threads_and_children, IOM_M_NONE, 0, NULL,
	 "", 0, NULL},
	{"timers and eventfds", timers_and_eventfds, IOM_M_NONE, 0, NULL, "", 0, NULL},
	{"signals about no file", other_signals, IOM_M_NONE, 0, NULL, "", 0, NULL},
	{"such signals and a pipe", other_signals_and_a_pipe, IOM_M_BLOCKING, 0, "pipeline",
	 "", 0, NULL},
	{"may-block", loop_without_nonblock, IOM_M_MULTIPLEXED, 0, "event-loop",
	 "may-block", 0, NULL},
	{"loop-blocked", loop_that_writes_a_file, IOM_M_MULTIPLEXED, 0, "event-loop",
	 "loop-blocked", 0, NULL},
	{"sync-on-loop", loop_that_syncs, IOM_M_MULTIPLEXED, 0, "event-loop",
	 "sync-on-loop", 0, NULL},
	{"O_DSYNC on a loop", loop_that_writes_through, IOM_M_MULTIPLEXED, 0, "event-loop",
	 "sync-on-loop", 0, NULL},
};
#define NRULES (sizeof(rules) / sizeof(rules[0]))

int main(void)
{
	static struct CMUnitTest tests[NRULES];

	for (size_t i = 0; i < NRULES; i++)
		tests[i] = (struct CMUnitTest){.name = rules[i].name,
					       .test_func = check_judged,
					       .initial_state = (void *)&rules[i]};
	return cmocka_run_group_tests_name("classify", tests, NULL, NULL);
}
