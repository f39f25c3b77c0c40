/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One capture for each case that looks like another model than it is, with
 * the exact number of transfers that the right model must get.
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
#define SI_KERNEL_BYTE 0x80
#define SI_ASYNCIO_BYTE 0xfc
#define URING_READ     22
#define URING_RECV     27
#define IOCB_PREAD     0
#define IOCB_POLL      5

/* A row of calls that belong to no file: waits, sleeps, submissions. */
static struct cap_calls *calls(struct iom_capture *cap, uint32_t tid, uint8_t class, uint16_t nr,
			     uint64_t slept, uint64_t sleep_ns)
{
	struct cap_calls *r = build_calls(cap, tid, IOM_NO_FILE, class, nr);

	r->n.ok_slept = slept;
	r->wait_ns = slept * sleep_ns;
	r->max_wait_ns = slept ? sleep_ns : 0;
	return r;
}

static uint32_t loop_with(struct iom_capture *cap, uint8_t kind, uint32_t f_flags, uint64_t turns)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t f = build_file(cap, 5, kind, f_flags, NULL);

	build_watch(cap, f, ep);
	build_epoll_wait(cap, MAIN, ep, 0, turns, 9000 * MS / turns);
	return f;
}

/* 1: the signals that end POSIX AIO requests are no readiness. */
static void posix_aio_with_signals(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_REG, 0, "/var/lib/table");
	uint32_t helper;

	cap->procs[0].imports_posix_aio = true;
	calls(cap, MAIN, CAP_C_SIGSUSPEND, SYS_rt_sigsuspend, 0, 0)->wait_ns = 9000 * MS;
	build_signals(cap, CAP_S_DELIVERED, SIGUSR1, SI_ASYNCIO_BYTE, IOM_NO_FILE, 997);
	helper = build_thread(cap, BUILD_PID, MAIN + 1, "program");
	cap->threads[helper].libc_helper = true;
	build_transfers(cap, MAIN + 1, f, CAP_C_WRITE, SYS_pwrite64, 97, 900, 0, 5 * MS);
}

/* One that was gone before its stack was looked at, beside one that was not. */
static void helper_gone_early(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_REG, 0, "/var/lib/table");
	uint32_t early;

	posix_aio_with_signals(cap);
	early = build_thread(cap, BUILD_PID, MAIN + 2, "program");
	cap->threads[early].born = cap->threads[early].exited = true;
	build_transfers(cap, MAIN + 2, f, CAP_C_READ, SYS_pread64, 3, 20, 0, 1 * MS);
}

/* A thread that only looks like such a helper: the program never asks for POSIX AIO. */
static void helper_without_posix_aio(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_REG, 0, "/var/lib/table");
	uint32_t helper = build_thread(cap, BUILD_PID, MAIN + 1, "program");

	cap->threads[helper].libc_helper = true;
	cap->threads[0].asleep_ns = 9900 * MS;
	cap->threads[0].nvcsw = 9;
	build_transfers(cap, MAIN + 1, f, CAP_C_WRITE, SYS_pwrite64, 97, 900, 0, 5 * MS);
}

/* 3 */
static void uring_one_by_one(struct iom_capture *cap)
{
	uint32_t ring = build_file(cap, 4, CAP_K_URING, 0, NULL);
	uint32_t f = build_file(cap, 3, CAP_K_REG, O_DIRECT, "/var/lib/table");

	build_requests(cap, f, CAP_I_URING, URING_READ, 499)->alone = 499;
	build_transfers(cap, MAIN, ring, CAP_C_URING_ENTER, SYS_io_uring_enter, 0, 499, 0, 15 * MS);
}

/* 4 */
static void libaio_for_readiness(struct iom_capture *cap)
{
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, NULL);

	build_requests(cap, s, CAP_I_AIO, IOCB_POLL, 499);
	calls(cap, MAIN, CAP_C_AIO_GETEVENTS, SYS_io_getevents, 499, 15 * MS);
	build_transfers(cap, MAIN, s, CAP_C_RECV, SYS_recvfrom, 499, 0, 0, 0);
}

/* 5: what a worker of the kernel does in the name of the program is no call of it. */
static void kernel_workers(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_REG, 0, "/var/lib/table");
	uint32_t worker = build_thread(cap, BUILD_PID, MAIN + 1, "iou-wrk-4711");

	cap->threads[worker].kernel_worker = true;
	build_requests(cap, f, CAP_I_URING, URING_READ, 499)->by_worker = 499;
	build_transfers(cap, MAIN + 1, f, CAP_C_READ, SYS_read, 0, 499, 0, 15 * MS);
}

/* 6 */
static void multishot(struct iom_capture *cap)
{
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, 0, NULL);
	struct cap_requests *r = build_requests(cap, s, CAP_I_URING, URING_RECV, 1);

	r->done_late = 0; /* still armed */
	r->more = 9973;
	r->alone = 1;
}

static void submission_thread(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_REG, O_DIRECT, NULL);
	uint32_t thread = build_thread(cap, BUILD_PID, MAIN + 1, "iou-sqp-4711");

	cap->threads[thread].kernel_worker = true;
	build_requests(cap, f, CAP_I_URING, URING_READ, 9973)->by_sqpoll = 9973;
}

/* 7: the loop waits for nothing but the bell that completions ring. */
static void completions_by_eventfd(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_REG, O_DIRECT, "/var/lib/table");
	uint32_t bell = loop_with(cap, CAP_K_EVENTFD, O_NONBLOCK, 90);

	build_transfers(cap, MAIN, bell, CAP_C_READ, SYS_read, 90, 0, 90, 0);
	build_requests(cap, f, CAP_I_AIO, IOCB_PREAD, 4999);
}

/* 9: MSG_WAITALL sleeps several times in one call; it is one transfer. */
static void several_sleeps_in_one(struct iom_capture *cap)
{
	uint32_t s = build_file(cap, 3, CAP_K_SOCK, 0, NULL);

	build_transfers(cap, MAIN, s, CAP_C_RECV, SYS_recvfrom, 0, 7, 0, 1200 * MS);
}

/* 10: accept4 gave it O_NONBLOCK: the flags of the calls count, not those of some earlier time. */
static void nonblocking_by_then(struct iom_capture *cap)
{
	uint32_t s = build_file(cap, 3, CAP_K_SOCK, 0, NULL);

	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 11, 0, 700, 0)->f_flags = O_NONBLOCK;
}

/* 12: O_NONBLOCK means nothing to a disk, in an epoll loop either. */
static void disk_in_a_loop(struct iom_capture *cap)
{
	uint32_t s = loop_with(cap, CAP_K_SOCK, O_NONBLOCK, 900);
	uint32_t f = build_file(cap, 8, CAP_K_REG, O_NONBLOCK, "/var/lib/table");

	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 900, 0, 0, 0);
	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_pread64, 3, 13, 0, 20 * MS);
}

/* 14 */
static void sendfile_slept(struct iom_capture *cap)
{
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, 0, NULL);
	uint32_t f = build_file(cap, 6, CAP_K_REG, 0, "/var/www/index.html");

	build_transfers(cap, MAIN, s, CAP_C_SENDFILE, SYS_sendfile, 10, 91, 0, 90 * MS)->other = f;
}

static void copy_between_disks(struct iom_capture *cap)
{
	uint32_t from = build_file(cap, 5, CAP_K_REG, O_NONBLOCK, "/a");
	uint32_t to = build_file(cap, 6, CAP_K_REG, 0, "/b");

	build_transfers(cap, MAIN, from, CAP_C_COPYRANGE, SYS_copy_file_range, 50, 51, 0, 60 * MS)
		->other = to;
}

/* The pages came from disk, while the socket would never have waited. */
static void sendfile_slept_for_pages(struct iom_capture *cap)
{
	uint32_t s = loop_with(cap, CAP_K_SOCK, O_NONBLOCK, 900);
	uint32_t f = build_file(cap, 6, CAP_K_REG, 0, "/var/www/index.html");

	build_watch(cap, build_file(cap, 3, CAP_K_LISTEN, O_NONBLOCK, NULL), s - 1); /* others may come */
	build_transfers(cap, MAIN, s, CAP_C_SENDFILE, SYS_sendfile, 800, 101, 0, 9 * MS)->other = f;
}

/* 17 */
static void signalfd_under_epoll(struct iom_capture *cap)
{
	uint32_t s = build_file(cap, 6, CAP_K_SOCK, O_NONBLOCK | O_ASYNC, NULL);
	uint32_t sfd = loop_with(cap, CAP_K_SIGNALFD, O_NONBLOCK, 90);

	build_transfers(cap, MAIN, sfd, CAP_C_READ, SYS_read, 90, 0, 0, 0);
	build_signals(cap, CAP_S_SIGNALFD, 34, 1, s, 90);
	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 89, 0, 0, 0);
}

/* One thread takes the signal by sigwaitinfo, another one reads. */
static void signal_here_read_there(struct iom_capture *cap)
{
	uint32_t s = build_file(cap, 6, CAP_K_SOCK, O_NONBLOCK | O_ASYNC, NULL);

	cap->files[s].sig = SIGUSR1;
	build_signals(cap, CAP_S_WAITED, SIGUSR1, 1, s, 90)->wait_ns = 9000 * MS;
	build_thread(cap, BUILD_PID, MAIN + 1, "reader");
	build_transfers(cap, MAIN + 1, s, CAP_C_READ, SYS_read, 89, 0, 0, 0);
}

/* A lease is broken: a signal about a file that nobody transfers. */
static void lease_signals(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 6, CAP_K_REG, 0, "/srv/leased");

	build_signals(cap, CAP_S_DELIVERED, SIGIO, SI_KERNEL_BYTE, f, 500);
}

/* 19 */
static void poll_as_sleep(struct iom_capture *cap)
{
	calls(cap, MAIN, CAP_C_SLEEP_POLL, SYS_poll, 90, 100 * MS);
	cap->threads[0].asleep_ns = 9000 * MS;
}

static void inotify_in_a_loop(struct iom_capture *cap)
{
	uint32_t f = loop_with(cap, CAP_K_INOTIFY, 0, 90);

	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, 89, 0, 0, 0);
}

/* 20: a keyboard looked at in each frame, in vain, between timer sleeps. */
static void keyboard_each_frame(struct iom_capture *cap)
{
	uint32_t tty = build_file(cap, 0, CAP_K_TTY, 0, "/dev/pts/1");
	struct cap_calls *r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_POLL, SYS_poll);

	r->n.zero = r->n.nowait = 450;
	r->set_size = 1;
	build_interest(cap, tty, 0, 450);
	calls(cap, MAIN, CAP_C_TIMER, SYS_clock_nanosleep, 450, 20 * MS);
}

/* 23 */
static void restarted(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_FIFO, 0, NULL);

	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, 0, 13, 0, 500 * MS)->n.restart =
		4000;
}

/* 24 */
static void asleep_in_poll(struct iom_capture *cap)
{
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, 0, NULL);

	cap->files[s].waited_at_end = true;
	build_asleep(cap, 0, CAP_C_POLL, SYS_poll, IOM_NO_FILE, 7000 * MS, BUILD_LIFE_NS);
}

static void asleep_in_getevents(struct iom_capture *cap)
{
	build_asleep(cap, 0, CAP_C_AIO_GETEVENTS, SYS_io_getevents, IOM_NO_FILE, 7000 * MS,
		     BUILD_LIFE_NS);
}

static void asleep_for_a_signal(struct iom_capture *cap)
{
	build_file(cap, 5, CAP_K_SOCK, O_ASYNC | O_NONBLOCK, NULL);
	build_asleep(cap, 0, CAP_C_SIGSUSPEND, SYS_rt_sigsuspend, IOM_NO_FILE, 7000 * MS,
		     BUILD_LIFE_NS);
}

static void asleep_for_a_lock(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 5, CAP_K_REG, 0, "/run/lock");

	build_asleep(cap, 0, CAP_C_LOCK, SYS_flock, f, 7000 * MS, BUILD_LIFE_NS);
}

static void asleep_for_a_timer(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 5, CAP_K_TIMERFD, 0, NULL);

	build_asleep(cap, 0, CAP_C_READ, SYS_read, f, 7000 * MS, BUILD_LIFE_NS);
}

/* 25: a loop, and four workers for files */
static void loop_and_pool(struct iom_capture *cap)
{
	uint32_t s = loop_with(cap, CAP_K_SOCK, O_NONBLOCK, 3000);
	uint32_t f = build_file(cap, 8, CAP_K_REG, 0, "/srv/data");

	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 3001, 0, 3000, 0);
	for (int i = 1; i <= 4; i++) {
		build_thread(cap, BUILD_PID, MAIN + i, "worker");
		build_transfers(cap, MAIN + i, f, CAP_C_READ, SYS_pread64, 100, 50, 0, 5 * MS);
		calls(cap, MAIN + i, CAP_C_FUTEX, SYS_futex, 50, 150 * MS);
	}
}

/* 26: each connection by whichever thread is free */
static void thread_pool(struct iom_capture *cap)
{
	for (int i = 1; i <= 4; i++)
		build_thread(cap, BUILD_PID, MAIN + i, "worker");
	for (int k = 0; k < 8; k++) {
		uint32_t s = build_file(cap, 5 + k, CAP_K_SOCK, 0, NULL);

		for (int i = 1; i <= 4; i++)
			build_transfers(cap, MAIN + i, s, CAP_C_READ, SYS_read, 0, 10, 0, 90 * MS);
	}
}

/* 27: EINPROGRESS, then readiness for writing, then data */
static void connect_in_a_loop(struct iom_capture *cap)
{
	uint32_t s = loop_with(cap, CAP_K_SOCK, O_NONBLOCK, 90);

	build_transfers(cap, MAIN, s, CAP_C_CONNECT, SYS_connect, 0, 0, 1, 0);
	build_transfers(cap, MAIN, s, CAP_C_SEND, SYS_sendto, 89, 0, 0, 0);
}

/* 28 */
static void threads_in_accept(struct iom_capture *cap)
{
	uint32_t l = build_file(cap, 3, CAP_K_LISTEN, 0, "tcp listen 127.0.0.1:80");

	for (int i = 1; i <= 4; i++) {
		uint32_t t = build_thread(cap, BUILD_PID, MAIN + i, "acceptor");

		build_transfers(cap, MAIN + i, l, CAP_C_ACCEPT, SYS_accept4, 0, 25, 0, 300 * MS);
		build_asleep(cap, t, CAP_C_ACCEPT, SYS_accept4, l, 0, 2000 * MS);
	}
}

/* 30 */
static void epoll_once_at_start(struct iom_capture *cap)
{
	uint32_t s = loop_with(cap, CAP_K_SOCK, O_NONBLOCK, 1);
	uint32_t pipe = build_file(cap, 0, CAP_K_FIFO, 0, NULL);

	cap->calls[0].wait_ns = cap->calls[0].max_wait_ns = 2000 * MS;
	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 1, 0, 0, 0);
	build_transfers(cap, MAIN, pipe, CAP_C_READ, SYS_read, 0, 701, 0, 10 * MS);
}

/* O_NONBLOCK, never EAGAIN, and nobody waits for it: as the thread's other files. */
static void never_again_in_a_loop(struct iom_capture *cap)
{
	uint32_t s = loop_with(cap, CAP_K_SOCK, O_NONBLOCK, 90);
	uint32_t out = build_file(cap, 7, CAP_K_FIFO, O_NONBLOCK, NULL);

	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 90, 0, 0, 0);
	build_transfers(cap, MAIN, out, CAP_C_WRITE, SYS_write, 91, 0, 0, 0);
}

static void never_again_alone(struct iom_capture *cap)
{
	uint32_t out = build_file(cap, 7, CAP_K_FIFO, O_NONBLOCK, NULL);

	build_transfers(cap, MAIN, out, CAP_C_WRITE, SYS_write, 91, 0, 0, 0);
}

/* Paced by a timer; one impatient try is not what the pauses are for. */
static void paced_and_one_try(struct iom_capture *cap)
{
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, 0, NULL);
	struct cap_calls *r = build_transfers(cap, MAIN, s, CAP_C_RECV, SYS_recvfrom, 0, 0, 1, 0);

	r->n.nowait = 1;
	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 0, 499, 0, 2 * MS);
	calls(cap, MAIN, CAP_C_TIMER, SYS_clock_nanosleep, 500, 17 * MS);
}

static const struct expected traps[] = {
	{"POSIX AIO ends by signals", posix_aio_with_signals, IOM_M_ASYNC, IOM_FACT_THREADS,
	 "proactor", "", 997, NULL},
	{"a helper gone early", helper_gone_early, IOM_M_ASYNC, IOM_FACT_THREADS,
	 "proactor", "", 1020, NULL},
	{"a helper's stack, but no POSIX AIO", helper_without_posix_aio, IOM_M_BLOCKING, 0,
	 "sequential", "", 997, NULL},
	{"io_uring one by one", uring_one_by_one, IOM_M_ASYNC, IOM_FACT_SYNCHRONOUS, "proactor", "",
	 499, NULL},
	{"libaio for readiness", libaio_for_readiness, IOM_M_MULTIPLEXED, 0, "event-loop", "", 499,
	 NULL},
	{"workers of the kernel", kernel_workers, IOM_M_ASYNC, IOM_FACT_THREADS, "proactor",
	 "iowq-offload", 499, NULL},
	{"multishot", multishot, IOM_M_ASYNC, 0, "proactor", "", 9973, NULL},
	{"submission thread", submission_thread, IOM_M_ASYNC, 0, "proactor", "sqpoll-spin", 9973,
	 NULL},
	{"completions by eventfd", completions_by_eventfd, IOM_M_ASYNC, 0, "proactor", "", 4999,
	 NULL},
	{"several sleeps in one call", several_sleeps_in_one, IOM_M_BLOCKING, 0, "sequential", "", 7,
	 NULL},
	{"O_NONBLOCK by then", nonblocking_by_then, IOM_M_NONBLOCKING, 0, "busy-poll", "", 11,
	 NULL},
	{"a disk in a loop", disk_in_a_loop, IOM_M_MULTIPLEXED, 0, "event-loop", "loop-blocked", 900,
	 NULL},
	{"sendfile slept", sendfile_slept, IOM_M_BLOCKING, 0, "sequential", "", 101, NULL},
	{"copy between disks", copy_between_disks, IOM_M_BLOCKING, 0, "sequential", "", 101, NULL},
	{"sendfile slept for pages", sendfile_slept_for_pages, IOM_M_MULTIPLEXED, 0, "event-loop",
	 "loop-blocked", 800, NULL},
	{"signalfd under epoll", signalfd_under_epoll, IOM_M_SIGNAL, 0, "signal loop", "", 89,
	 NULL},
	{"signal here, read there", signal_here_read_there, IOM_M_SIGNAL, 0, "signal loop", "", 89,
	 NULL},
	{"lease signals", lease_signals, IOM_M_SIGNAL, 0, "signal loop", "", 500, NULL},
	{"poll as a sleep", poll_as_sleep, IOM_M_NONE, 0, NULL, "", 0, NULL},
	{"inotify in a loop", inotify_in_a_loop, IOM_M_MULTIPLEXED, 0, "event-loop", "", 89, NULL},
	{"keyboard each frame", keyboard_each_frame, IOM_M_NONBLOCKING, IOM_FACT_POLLING,
	 "busy-poll", "idle-wakeups", NO_TRANSFERS, NULL},
	{"restarted calls", restarted, IOM_M_BLOCKING, 0, "sequential", "", 13, NULL},
	{"asleep in poll", asleep_in_poll, IOM_M_MULTIPLEXED, 0, "event-loop", "", NO_TRANSFERS,
	 NULL},
	{"asleep in io_getevents", asleep_in_getevents, IOM_M_ASYNC, 0, "proactor", "", NO_TRANSFERS,
	 NULL},
	{"asleep for a signal", asleep_for_a_signal, IOM_M_SIGNAL, 0, "signal loop", "",
	 NO_TRANSFERS, NULL},
	{"asleep for a lock", asleep_for_a_lock, IOM_M_NONE, 0, NULL, "", 0, NULL},
	{"asleep for a timer", asleep_for_a_timer, IOM_M_NONE, 0, NULL, "", 0, NULL},
	{"loop and pool", loop_and_pool, IOM_M_MULTIPLEXED, 0, "event-loop + worker pool", "", 3001,
	 NULL},
	{"thread pool", thread_pool, IOM_M_BLOCKING, 0, "thread pool", "", 320, NULL},
	{"connect in a loop", connect_in_a_loop, IOM_M_MULTIPLEXED, 0, "event-loop", "", 89, NULL},
	{"threads in accept", threads_in_accept, IOM_M_BLOCKING, 0, "thread pool", "", 100, NULL},
	{"epoll once at start", epoll_once_at_start, IOM_M_BLOCKING, 0, "pipeline", "", 701, NULL},
	{"never EAGAIN, in a loop", never_again_in_a_loop, IOM_M_MULTIPLEXED, 0, "event-loop", "",
	 181, NULL},
	{"never EAGAIN, alone", never_again_alone, IOM_M_NONBLOCKING, 0, "busy-poll", "", 91, NULL},
	{"paced, and one try", paced_and_one_try, IOM_M_BLOCKING, 0, "sequential", "", 499, NULL},
};
#define NTRAPS (sizeof(traps) / sizeof(traps[0]))

/* ---- what needs more than the verdict ------------------------------------- */

/* 5: the worker is named as what it is, and nothing is laid at its door. */
static void worker_is_no_thread_of_the_program(void **state)
{
	struct iom_capture *cap = build_capture("program");
	struct iom_report *rep;

	(void)state;
	kernel_workers(cap);
	rep = iom_judge(cap);
	assert_int_equal(rep->procs[0].nthreads, 2);
	assert_int_equal(rep->procs[0].threads[1].verdict.model, IOM_M_NONE);
	assert_non_null(strstr(rep->procs[0].threads[1].what, "worker"));
	assert_int_equal(rep->procs[0].models[IOM_M_BLOCKING].transfers, 0);
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* 31: descriptor 7 was a watched socket, and then a pipe that is slept in. */
static void one_number_two_files(void **state)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t was = build_file(cap, 7, CAP_K_SOCK, O_NONBLOCK, NULL);
	uint32_t is = build_file(cap, 7, CAP_K_FIFO, 0, NULL);
	struct iom_report *rep;

	(void)state;
	build_watch(cap, was, ep);
	build_epoll_wait(cap, MAIN, ep, 0, 90, 50 * MS);
	build_transfers(cap, MAIN, was, CAP_C_READ, SYS_read, 97, 0, 3, 0);
	build_transfers(cap, MAIN, is, CAP_C_READ, SYS_read, 0, 89, 0, 50 * MS);
	rep = iom_judge(cap);
	assert_int_equal(expected_file(rep, was)->model, IOM_M_MULTIPLEXED);
	assert_int_equal(expected_file(rep, was)->attempts, 100);
	assert_int_equal(expected_file(rep, was)->slept, 0);
	assert_int_equal(expected_file(rep, is)->model, IOM_M_BLOCKING);
	assert_int_equal(expected_file(rep, is)->attempts, 89);
	assert_int_equal(expected_file(rep, is)->eagain, 0);
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* 32: a thread's number is used again in another process, and once more by
 * nobody that is watched. */
static void numbers_used_again(void **state)
{
	struct iom_capture *cap = build_capture("first");
	uint32_t pipe = build_file(cap, 0, CAP_K_FIFO, 0, NULL);
	struct cap_calls *r;
	struct iom_report *rep;

	(void)state;
	build_proc(cap, MAIN + 100, "second");
	build_thread(cap, MAIN + 100, MAIN, "again");
	build_thread(cap, MAIN + 999, MAIN + 999, "orphan");
	cap->threads[0].exited = true;
	build_transfers(cap, MAIN, pipe, CAP_C_READ, SYS_read, 0, 100, 0, 10 * MS);
	r = build_transfers(cap, MAIN, IOM_NO_FILE, CAP_C_READ, SYS_read, 13, 0, 0, 0);
	r->tgid = MAIN + 100;
	r = build_transfers(cap, MAIN + 999, IOM_NO_FILE, CAP_C_READ, SYS_read, 777, 0, 0, 0);
	r->tgid = MAIN + 999;
	build_transfers(cap, 1, IOM_NO_FILE, CAP_C_READ, SYS_read, 7, 0, 0, 0);
	rep = iom_judge(cap);
	assert_int_equal(rep->nprocs, 2);
	assert_int_equal(rep->procs[0].nthreads, 1);
	assert_int_equal(rep->procs[0].threads[0].models[IOM_M_BLOCKING].transfers, 100);
	assert_int_equal(rep->procs[0].models[IOM_M_BLOCKING].transfers, 107);
	assert_int_equal(rep->procs[1].nthreads, 2);
	assert_int_equal(rep->procs[1].threads[0].models[IOM_M_BLOCKING].transfers, 0);
	assert_int_equal(rep->procs[1].threads[1].models[IOM_M_BLOCKING].transfers, 13);
	assert_int_equal(rep->procs[1].models[IOM_M_BLOCKING].transfers, 13);
	iom_report_free(rep);
	iom_capture_free(cap);
}

int main(void)
{
	static struct CMUnitTest tests[NTRAPS + 3];

	for (size_t i = 0; i < NTRAPS; i++)
		tests[i] = (struct CMUnitTest){.name = traps[i].name,
					       .test_func = check_judged,
					       .initial_state = (void *)&traps[i]};
	tests[NTRAPS] = (struct CMUnitTest)cmocka_unit_test(worker_is_no_thread_of_the_program);
	tests[NTRAPS + 1] = (struct CMUnitTest)cmocka_unit_test(one_number_two_files);
	tests[NTRAPS + 2] = (struct CMUnitTest)cmocka_unit_test(numbers_used_again);
	return cmocka_run_group_tests_name("traps", tests, NULL, NULL);
}
