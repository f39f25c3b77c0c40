/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cases that were met in programs nobody here had written: one capture each, and what must
 * come of it. The numbers are those of the list of cases.
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
#include <sys/epoll.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "build.h"
#include "expected.h"
#include "judge/judge.h"

#define MAIN		 BUILD_PID
#define SI_KERNEL_BYTE	 0x80
#define IOCB_PREAD	 0
#define URING_READ	 22
#define URING_UNLINKAT	 36
#define URING_EPOLL_WAIT 59

static uint32_t loop_with(struct iom_capture *cap, uint8_t kind, uint32_t f_flags, uint64_t turns)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t f = build_file(cap, 5, kind, f_flags, NULL);

	build_watch(cap, f, ep);
	build_epoll_wait(cap, MAIN, ep, 0, turns, 9000 * MS / turns);
	return f;
}

static struct cap_calls *sleeps(struct iom_capture *cap, uint32_t tid, uint8_t class, uint16_t nr,
				uint64_t n, uint64_t each)
{
	struct cap_calls *r = build_calls(cap, tid, IOM_NO_FILE, class, nr);

	r->n.ok_slept = n;
	r->wait_ns = n * each;
	r->max_wait_ns = n ? each : 0;
	return r;
}

/* 37: like a connect, an open waits for the other party. */
static void open_of_a_fifo(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_FIFO, 0, "/srv/fifo");
	struct cap_calls *r = build_calls(cap, MAIN, f, CAP_C_NAME, SYS_openat);

	r->n.ok_slept = 7;
	r->wait_ns = 7000 * MS;
	r->max_wait_ns = 1000 * MS;
}

static void asleep_in_open(struct iom_capture *cap)
{
	build_asleep(cap, 0, CAP_C_NAME, SYS_openat, IOM_NO_FILE, 3000 * MS, BUILD_LIFE_NS);
}

/* Work on names that slept is waiting, and no transfer. */
static void slow_stat(struct iom_capture *cap)
{
	sleeps(cap, MAIN, CAP_C_NAME, SYS_newfstatat, 500, 2 * MS);
}

/* 39: a few submits slept; completions come by an eventfd that a loop waits for. */
static void few_submits_slept(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_REG, O_DIRECT, "/var/lib/table");
	uint32_t bell = loop_with(cap, CAP_K_EVENTFD, O_NONBLOCK, 900);
	struct cap_calls *r;

	build_transfers(cap, MAIN, bell, CAP_C_READ, SYS_read, 900, 0, 0, 0);
	build_requests(cap, f, CAP_I_AIO, IOCB_PREAD, 9000)->done_inline = 3;
	r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_AIO_SUBMIT, SYS_io_submit);
	r->n.ok = 997;
	r->n.ok_slept = 3;
	r->wait_ns = r->max_wait_ns = 3 * MS;
}

/* 40: done while io_submit slept is done inside submission. */
static void done_in_submission(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_REG, 0, "/var/lib/table");
	struct cap_requests *q = build_requests(cap, f, CAP_I_AIO, IOCB_PREAD, 997);

	q->done_asleep = 997;
	q->done_late = 0;
	sleeps(cap, MAIN, CAP_C_AIO_SUBMIT, SYS_io_submit, 997, 5 * MS);
}

/* 41: submission sleeps for room while hundreds are in flight. */
static void submission_sleeps_in_the_deep(struct iom_capture *cap)
{
	uint32_t ring = build_file(cap, 4, CAP_K_URING, 0, NULL);
	uint32_t f = build_file(cap, 3, CAP_K_REG, O_DIRECT, "/var/lib/table");
	struct cap_requests *q = build_requests(cap, f, CAP_I_URING, URING_READ, 65366);

	q->done_asleep = 45117;
	q->done_late = 20249;
	q->alone = 128;
	build_transfers(cap, MAIN, ring, CAP_C_URING_SUBMIT, SYS_io_uring_enter, 0, 128, 0, MS);
	build_transfers(cap, MAIN, ring, CAP_C_URING_ENTER, SYS_io_uring_enter, 0, 193, 0, MS);
}

/* 42: a pipe at its end stays in the set; reads of 0 bytes are no transfers. */
static void select_at_the_end(struct iom_capture *cap)
{
	uint32_t end = build_file(cap, 5, CAP_K_FIFO, O_NONBLOCK, NULL);
	uint32_t pipe = build_file(cap, 6, CAP_K_FIFO, O_NONBLOCK, NULL);
	struct cap_calls *r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_SELECT, SYS_pselect6);

	r->n.ok = 460708;
	r->set = 7;
	build_transfers(cap, MAIN, end, CAP_C_READ, SYS_read, 0, 0, 0, 0)->n.zero = 460708;
	build_transfers(cap, MAIN, pipe, CAP_C_READ, SYS_read, 47, 0, 0, 0);
	build_interest(cap, end, 460708, 0)->by_select = true;
	build_interest(cap, pipe, 47, 460661)->by_select = true;
	for (size_t i = 0; i < cap->ninterests; i++)
		cap->interests[i].set = 7;
	cap->threads[0].cpu_ns = BUILD_LIFE_NS;
}

/* A loaded loop whose workers take what it reports is not in vain. */
static void loop_that_hands_over(struct iom_capture *cap)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, NULL);

	build_watch(cap, s, ep);
	build_epoll_wait(cap, MAIN, ep, 99000, 0, 0);
	build_thread(cap, BUILD_PID, MAIN + 1, "reader");
	build_transfers(cap, MAIN + 1, s, CAP_C_READ, SYS_read, 98999, 0, 0, 0);
}

/* 43: the keyboard is looked at once a tick; the ticks are a timer's, the work is a pipe's. */
static void look_once_a_tick(struct iom_capture *cap)
{
	uint32_t tty = build_file(cap, 0, CAP_K_TTY, 0, "/dev/pts/1");
	uint32_t pipe = build_file(cap, 6, CAP_K_FIFO, 0, NULL);
	struct cap_calls *r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_POLL, SYS_poll);

	r->n.zero = r->n.nowait = 90;
	r->set_size = 1;
	build_interest(cap, tty, 0, 90);
	build_transfers(cap, MAIN, pipe, CAP_C_WRITE, SYS_write, 100, 899, 0, 5 * MS);
	sleeps(cap, MAIN, CAP_C_TIMER, SYS_clock_nanosleep, 90, 40 * MS);
}

/* The same with work that never waits: the pauses are the timer's all the same. */
static void look_once_a_tick_and_write(struct iom_capture *cap)
{
	look_once_a_tick(cap);
	cap->calls[1].n.ok = 180;
	cap->calls[1].n.ok_slept = 0;
	cap->calls[1].wait_ns = cap->calls[1].max_wait_ns = 0;
}

/* 44: a signal says that something is there; poll(0) only tells where. */
static void signal_then_poll(struct iom_capture *cap)
{
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK | O_ASYNC, NULL);
	struct cap_calls *r = build_calls(cap, MAIN, s, CAP_C_POLL, SYS_poll);

	r->n.ok = 196;
	r->n.zero = 197;
	r->n.nowait = 393;
	r->set_size = 1;
	build_interest(cap, s, 196, 197)->set_file = s;
	build_signals(cap, CAP_S_DELIVERED, SIGIO, SI_KERNEL_BYTE, IOM_NO_FILE, 196);
	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 196, 0, 0, 0);
	cap->threads[0].cpu_ns = BUILD_LIFE_NS;
}

/* 45: RWF_NOWAIT on a disk says EAGAIN too. */
static void nowait_on_a_disk(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_REG, 0, "/var/lib/table");
	struct cap_calls *r = build_transfers(cap, MAIN, f, CAP_C_READ, SYS_preadv2, 500, 0, 90000, 0);

	r->n.nowait = 90500;
	r->n.retry = 499;
	cap->threads[0].cpu_ns = BUILD_LIFE_NS;
}

/* 47: nearly all requests were made by workers. */
static void forced_to_workers(struct iom_capture *cap)
{
	uint32_t s = build_file(cap, 3, CAP_K_SOCK, 0, NULL);
	struct cap_requests *q = build_requests(cap, s, CAP_I_URING, URING_READ, 894);

	q->by_worker = q->forced = 894;
}

/* 49: six log lines beside a loop; a connection that said EAGAIN once before it was closed. */
static void loop_with_trifles(struct iom_capture *cap)
{
	uint32_t s = loop_with(cap, CAP_K_SOCK, O_NONBLOCK, 90);
	uint32_t log = build_file(cap, 8, CAP_K_REG, O_APPEND, "/var/log/program");
	uint32_t closed = build_file(cap, 9, CAP_K_SOCK, O_NONBLOCK, NULL);

	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 89, 0, 0, 0);
	build_transfers(cap, MAIN, log, CAP_C_WRITE, SYS_write, 6, 0, 0, 0);
	build_transfers(cap, MAIN, closed, CAP_C_READ, SYS_read, 11, 0, 1, 0);
}

/* The Java machine reads files of its control group, in a thread of its own. */
static void runtime_reads_cgroups(struct iom_capture *cap)
{
	uint32_t s = loop_with(cap, CAP_K_SOCK, O_NONBLOCK, 90);
	uint32_t group = build_file(cap, 8, CAP_K_PROC, 0, "/sys/fs/cgroup/memory.max");

	cap->procs[0].runtime = IOM_RT_JVM;
	build_thread(cap, BUILD_PID, MAIN + 1, "VM Periodic");
	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 89, 0, 0, 0);
	build_transfers(cap, MAIN + 1, group, CAP_C_READ, SYS_read, 500, 0, 0, 0);
}

/* 50: one connect takes most of the waiting of a loop. */
static void slow_connect(struct iom_capture *cap)
{
	uint32_t s = loop_with(cap, CAP_K_SOCK, O_NONBLOCK, 97);
	uint32_t to = build_file(cap, 8, CAP_K_SOCK, 0, NULL);

	cap->calls[0].wait_ns = 500 * MS;
	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 101, 0, 0, 0);
	build_transfers(cap, MAIN, to, CAP_C_CONNECT, SYS_connect, 0, 1, 0, 4000 * MS);
}

/* 52: each thread polls the one connection that it serves, and then reads it. */
static void threads_poll_one(struct iom_capture *cap)
{
	for (int i = 1; i <= 7; i++) {
		uint32_t s = build_file(cap, 4 + i, CAP_K_SOCK, 0, NULL);
		struct cap_calls *r;

		build_thread(cap, BUILD_PID, MAIN + i, "serves");
		r = build_calls(cap, MAIN + i, s, CAP_C_POLL, SYS_poll);
		r->n.ok_slept = 89;
		r->wait_ns = 8900 * MS;
		r->set_size = 1;
		build_interest(cap, s, 89, 0)->set_file = s;
		cap->interests[cap->ninterests - 1].tid = MAIN + i;
		build_transfers(cap, MAIN + i, s, CAP_C_RECV, SYS_recvfrom, 89, 0, 0, 0);
	}
}

/* 53: two threads wait for ever; one computes. */
static void computes_beside_sleepers(struct iom_capture *cap)
{
	uint32_t l = build_file(cap, 3, CAP_K_LISTEN, 0, "tcp listen 127.0.0.1:80");

	cap->threads[0].cpu_ns = BUILD_LIFE_NS;
	for (int i = 1; i <= 2; i++)
		build_asleep(cap, build_thread(cap, BUILD_PID, MAIN + i, "acceptor"), CAP_C_ACCEPT,
			     SYS_accept4, l, 5000 * MS, BUILD_LIFE_NS);
}

static void sleepers_alone(struct iom_capture *cap)
{
	computes_beside_sleepers(cap);
	cap->threads[0].cpu_ns = 0;
	build_asleep(cap, 0, CAP_C_FUTEX, SYS_futex, IOM_NO_FILE, 5000 * MS, BUILD_LIFE_NS);
}

/* 54: signals tell of a directory, and files are read without waiting. */
static void directory_told(struct iom_capture *cap)
{
	uint32_t dir = build_file(cap, 3, CAP_K_DIR, O_DIRECTORY, "/srv/in");
	uint32_t f = build_file(cap, 4, CAP_K_REG, 0, "/srv/in/one");

	cap->files[dir].sig = 35;
	build_signals(cap, CAP_S_DELIVERED, 35, 1, dir, 53);
	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, 211, 0, 0, 0);
}

/* 55: System V queues are no files; a mq has a descriptor. */
static void queues(struct iom_capture *cap)
{
	build_transfers(cap, MAIN, IOM_NO_FILE, CAP_C_QUEUE_GET, SYS_msgrcv, 3, 94, 0, 50 * MS);
}

static void queue_without_waiting(struct iom_capture *cap)
{
	struct cap_calls *r = build_transfers(cap, MAIN, IOM_NO_FILE, CAP_C_QUEUE_GET, SYS_msgrcv, 97, 0,
					      90000, 0);

	r->n.nowait = 90097; /* IPC_NOWAIT */
	r->n.retry = 97;
	cap->threads[0].cpu_ns = BUILD_LIFE_NS;
}

/* 56: epoll_wait by io_uring is readiness, unlinkat moves nothing. */
static void uring_moves_nothing(struct iom_capture *cap)
{
	uint32_t ring = build_file(cap, 4, CAP_K_URING, 0, NULL);
	uint32_t ep = build_file(cap, 5, CAP_K_EPOLL, 0, NULL);
	uint32_t s = build_file(cap, 6, CAP_K_SOCK, O_NONBLOCK, NULL);

	build_watch(cap, s, ep);
	build_requests(cap, ep, CAP_I_URING, URING_EPOLL_WAIT, 97);
	build_requests(cap, IOM_NO_FILE, CAP_I_URING, URING_UNLINKAT, 11);
	build_transfers(cap, MAIN, ring, CAP_C_URING_ENTER, SYS_io_uring_enter, 0, 97, 0, 90 * MS);
	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 97, 0, 0, 0);
}

/* 61: packets come by memory; what is read by calls is nothing. */
static void packet_ring(struct iom_capture *cap)
{
	uint32_t ring = build_file(cap, 4, CAP_K_SOCK, 0, "packet");
	struct cap_calls *r = build_calls(cap, MAIN, ring, CAP_C_POLL, SYS_poll);

	r->n.ok = 5000; /* it is loaded, and finds something at once */
	r->n.ok_slept = 100;
	r->wait_ns = 1000 * MS;
	r->set_size = 1;
	build_interest(cap, ring, 5100, 0)->set_file = ring;
}

/* The loop woke for the pool's bell alone; its listener had nothing. */
static void pool_and_its_bell(struct iom_capture *cap)
{
	uint32_t l = loop_with(cap, CAP_K_LISTEN, O_NONBLOCK, 900);
	uint32_t bell = build_file(cap, 9, CAP_K_EVENTFD, O_NONBLOCK, NULL);

	(void)l;
	build_watch(cap, bell, 0);
	build_transfers(cap, MAIN, bell, CAP_C_READ, SYS_read, 900, 0, 0, 0);
	build_thread(cap, BUILD_PID, MAIN + 1, "pool");
	build_transfers(cap, MAIN + 1, build_file(cap, 8, CAP_K_REG, 0, "/srv/data"), CAP_C_READ, SYS_pread64,
			9000, 1000, 0, MS);
}

/* An idle server that has a timer: it waits for clients all the same. */
static void idle_with_a_timer(struct iom_capture *cap)
{
	uint32_t timer = build_file(cap, 9, CAP_K_TIMERFD, O_NONBLOCK, NULL);

	loop_with(cap, CAP_K_LISTEN, O_NONBLOCK, 90);
	build_watch(cap, timer, 0);
	build_transfers(cap, MAIN, timer, CAP_C_READ, SYS_read, 90, 0, 0, 0);
}

/* Read to its end each time another thread says so: nobody looks by the clock. */
static void read_when_told(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_REG, 0, "/var/log/syslog");

	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, 225, 0, 0, 0)->n.zero = 225;
	sleeps(cap, MAIN, CAP_C_FUTEX, SYS_futex, 225, 40 * MS);
}

/* A poll that was woken in vain many times and is still under way: not all of its sleep is
 * counted yet, and what is missing is no page fault. */
static void woken_in_one_call(struct iom_capture *cap)
{
	loop_with(cap, CAP_K_SOCK, O_NONBLOCK, 90);
	build_transfers(cap, MAIN, 1, CAP_C_READ, SYS_read, 90, 0, 0, 0);
	cap->calls[0].wait_ns = 900 * MS;
	cap->threads[0].asleep_ns = 9000 * MS;
	cap->threads[0].nvcsw = 5000;
}

static const struct expected cases[] = {
	{"37 open of a FIFO", open_of_a_fifo, IOM_M_BLOCKING, 0, "sequential", NULL, 7, ""},
	{"37 asleep in open", asleep_in_open, IOM_M_BLOCKING, 0, "sequential", NULL, NO_TRANSFERS, ""},
	{"slow stat", slow_stat, IOM_M_BLOCKING, 0, "sequential", NULL, NO_TRANSFERS, ""},
	{"39 few submits slept", few_submits_slept, IOM_M_ASYNC, 0, "proactor", NULL, 9000, ""},
	{"40 done in submission", done_in_submission, IOM_M_ASYNC, IOM_FACT_SYNCHRONOUS, "proactor", NULL,
	 997, ""},
	{"41 submission sleeps, many in flight", submission_sleeps_in_the_deep, IOM_M_ASYNC, 0, "proactor",
	 NULL, 65366, ""},
	{"42 select at the end", select_at_the_end, IOM_M_MULTIPLEXED, IOM_FACT_POLLING, "event-loop", NULL,
	 47, ""},
	{"42 a loop that hands over", loop_that_hands_over, IOM_M_MULTIPLEXED, 0, "event-loop", NULL, 98999,
	 ""},
	{"43 a look once a tick", look_once_a_tick, IOM_M_BLOCKING, 0, "sequential", NULL, 999, NULL},
	{"43 a look once a tick, and writes", look_once_a_tick_and_write, IOM_M_BLOCKING, 0, "sequential", NULL,
	 180, NULL},
	{"44 a signal, then poll", signal_then_poll, IOM_M_SIGNAL, 0, "signal loop", NULL, 196, ""},
	{"45 RWF_NOWAIT on a disk", nowait_on_a_disk, IOM_M_NONBLOCKING, 0, "busy-poll", NULL, 500, ""},
	{"47 forced to workers", forced_to_workers, IOM_M_ASYNC, IOM_FACT_THREADS, "proactor", NULL, 894, ""},
	{"49 trifles beside a loop", loop_with_trifles, IOM_M_MULTIPLEXED, 0, "event-loop", NULL, 100, ""},
	{"49 the runtime's own reads", runtime_reads_cgroups, IOM_M_MULTIPLEXED, 0, "event-loop", NULL, 89,
	 ""},
	{"50 a slow connect in a loop", slow_connect, IOM_M_MULTIPLEXED, 0, "event-loop", NULL, 101,
	 "blocking"},
	{"52 threads that poll one file", threads_poll_one, IOM_M_MULTIPLEXED, 0, "thread-per-connection",
	 NULL, 7 * 89, ""},
	{"53 computes beside sleepers", computes_beside_sleepers, IOM_M_NONE, 0, NULL, NULL, 0, ""},
	{"53 sleepers alone", sleepers_alone, IOM_M_BLOCKING, 0, "sequential", NULL, NO_TRANSFERS, ""},
	{"54 signals of a directory", directory_told, IOM_M_BLOCKING, 0, "sequential", NULL, 211,
	 "signal-driven"},
	{"55 a queue", queues, IOM_M_BLOCKING, 0, "sequential", NULL, 97, ""},
	{"55 a queue, IPC_NOWAIT", queue_without_waiting, IOM_M_NONBLOCKING, 0, "busy-poll", NULL, 97, ""},
	{"56 io_uring that moves nothing", uring_moves_nothing, IOM_M_MULTIPLEXED, 0, "event-loop", NULL, 97,
	 ""},
	{"a pool and its bell", pool_and_its_bell, IOM_M_BLOCKING, 0, "event-loop + worker pool", NULL, 10000,
	 "multiplexed"},
	{"idle, with a timer", idle_with_a_timer, IOM_M_MULTIPLEXED, 0, "event-loop", NULL, NO_TRANSFERS, ""},
	{"a log read when told", read_when_told, IOM_M_BLOCKING, 0, "sequential", NULL, 225, ""},
	{"woken in one call", woken_in_one_call, IOM_M_MULTIPLEXED, 0, "event-loop", NULL, 90, ""},
	{"61 a packet ring", packet_ring, IOM_M_MULTIPLEXED, 0, "event-loop", NULL, NO_TRANSFERS, ""},
};
#define NCASES (sizeof(cases) / sizeof(cases[0]))

/* ---- what needs more than a row --------------------------------------------------------- */

static bool says(const struct rep_verdict *v, const char *what)
{
	bool said = strstr(v->headline, what) != NULL;

	for (size_t i = 0; i < v->nbecause; i++)
		said |= strstr(v->because[i], what) != NULL;
	return said;
}

static void let_go(struct iom_report *rep, struct iom_capture *cap)
{
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* 46: the output was told not to wait, so the source is what was slow. */
static void slow_source(void **state)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t in = build_file(cap, 5, CAP_K_FIFO, 0, "pipe");
	uint32_t out = build_file(cap, 6, CAP_K_SOCK, O_NONBLOCK, "tcp");
	uint32_t disk = build_file(cap, 7, CAP_K_REG, 0, "/net/slow");
	uint32_t full = build_file(cap, 8, CAP_K_FIFO, 0, "pipe");
	struct cap_calls *r = build_transfers(cap, MAIN, in, CAP_C_SPLICE, SYS_splice, 3, 94, 0, 90 * MS);
	struct iom_report *rep;

	(void)state;
	r->other = out;
	r->other_nonblock = true;
	r = build_transfers(cap, MAIN, out, CAP_C_SENDFILE, SYS_sendfile, 0, 97, 0, 10 * MS);
	r->other = disk;
	/* The other way round: what comes at once goes into a pipe that is full. */
	r = build_transfers(cap, MAIN, out, CAP_C_SPLICE, SYS_splice, 3, 89, 0, 20 * MS);
	r->other = full;
	rep = iom_judge(cap);
	assert_int_equal(expected_file(rep, full)->models[IOM_M_BLOCKING].transfers, 89);
	assert_int_equal(expected_file(rep, full)->models[IOM_M_BLOCKING].phase1_ns, 89 * 20 * MS);
	assert_int_equal(expected_file(rep, in)->models[IOM_M_BLOCKING].transfers, 97);
	assert_int_equal(expected_file(rep, in)->models[IOM_M_BLOCKING].phase1_ns, 94 * 90 * MS);
	assert_int_equal(expected_file(rep, out)->models[IOM_M_BLOCKING].phase1_ns, 0);
	assert_int_equal(expected_file(rep, disk)->models[IOM_M_BLOCKING].phase1_ns, 970 * MS);
	let_go(rep, cap);
}

/* 49: no label from trifles. */
static void no_label_from_trifles(void **state)
{
	struct iom_capture *cap = build_capture("program");
	struct iom_report *rep;

	(void)state;
	runtime_reads_cgroups(cap);
	rep = iom_judge(cap);
	assert_int_equal(rep->procs[0].threads[1].verdict.model, IOM_M_NONE);
	assert_int_equal(rep->procs[0].models[IOM_M_BLOCKING].transfers, 0);
	let_go(rep, cap);
}

/* A reporter that writes two lines to a log while it sleeps by timer. */
static void no_label_from_log_lines(void **state)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t pipe = build_file(cap, 0, CAP_K_FIFO, 0, NULL);
	uint32_t log = build_file(cap, 1, CAP_K_REG, 0, "/var/log/program");
	struct iom_report *rep;

	(void)state;
	build_transfers(cap, MAIN, pipe, CAP_C_READ, SYS_read, 0, 1000, 0, MS);
	build_thread(cap, BUILD_PID, MAIN + 1, "reporter");
	build_transfers(cap, MAIN + 1, log, CAP_C_WRITE, SYS_write, 2, 0, 0, 0);
	sleeps(cap, MAIN + 1, CAP_C_TIMER, SYS_clock_nanosleep, 300, 30 * MS);
	rep = iom_judge(cap);
	assert_int_equal(rep->procs[0].threads[0].verdict.model, IOM_M_BLOCKING);
	assert_int_equal(rep->procs[0].threads[1].verdict.model, IOM_M_NONE);
	assert_int_equal(rep->procs[0].models[IOM_M_BLOCKING].transfers, 1002);
	let_go(rep, cap);
}

static void one_file_is_not_several(void **state)
{
	struct iom_capture *cap = build_capture("program");
	struct iom_report *rep;

	(void)state;
	threads_poll_one(cap);
	rep = iom_judge(cap);
	assert_false(says(&rep->procs[0].verdict, "several files"));
	let_go(rep, cap);
}

static void computing_is_said(void **state)
{
	struct iom_capture *cap = build_capture("program");
	struct iom_report *rep;

	(void)state;
	computes_beside_sleepers(cap);
	rep = iom_judge(cap);
	assert_true(says(&rep->procs[0].verdict, "ran for 100 %"));
	assert_true(says(&rep->procs[0].verdict, "accept4"));
	let_go(rep, cap);
}

static void unseen_data_is_said(void **state)
{
	struct iom_capture *cap = build_capture("program");
	struct iom_report *rep;

	(void)state;
	packet_ring(cap);
	rep = iom_judge(cap);
	assert_true(says(&rep->procs[0].verdict, "shared memory"));
	assert_true(rep->procs[0].verdict.confidence < 0.9);
	let_go(rep, cap);
}

int main(void)
{
	static struct CMUnitTest tests[NCASES + 6];

	for (size_t i = 0; i < NCASES; i++)
		tests[i] = (struct CMUnitTest){.name = cases[i].name,
					       .test_func = check_judged,
					       .initial_state = (void *)&cases[i]};
	tests[NCASES] = (struct CMUnitTest)cmocka_unit_test(slow_source);
	tests[NCASES + 1] = (struct CMUnitTest)cmocka_unit_test(no_label_from_trifles);
	tests[NCASES + 2] = (struct CMUnitTest)cmocka_unit_test(one_file_is_not_several);
	tests[NCASES + 3] = (struct CMUnitTest)cmocka_unit_test(computing_is_said);
	tests[NCASES + 4] = (struct CMUnitTest)cmocka_unit_test(unseen_data_is_said);
	tests[NCASES + 5] = (struct CMUnitTest)cmocka_unit_test(no_label_from_log_lines);
	return cmocka_run_group_tests_name("field", tests, NULL, NULL);
}
