/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sentence that a report begins with says no more than happened.
 */
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
#include "judge/judge.h"

#define MAIN BUILD_PID

static uint32_t loop_of_two(struct iom_capture *cap)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);

	build_watch(cap, build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, "tcp listen 127.0.0.1:80"), ep);
	build_watch(cap, build_file(cap, 6, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:81"), ep);
	cap->files[ep].set_size = 2;
	return ep;
}

static void nothing_came(struct iom_capture *cap)
{
	struct cap_calls *r = build_epoll_wait(cap, MAIN, loop_of_two(cap), 0, 0, 0);

	r->n.zero_slept = 290;
	r->wait_ns = 290 * 34 * MS;
	r->max_wait_ns = 34 * MS;
}

static void profiled(struct iom_capture *cap)
{
	nothing_came(cap);
	cap->calls[0].n.zero_slept = 0;
	cap->calls[0].n.failed = 290;
	build_signals(cap, CAP_S_DELIVERED, SIGPROF, SI_KERNEL, IOM_NO_FILE, 1290);
}

static void seldom_told(struct iom_capture *cap)
{
	nothing_came(cap);
	build_signals(cap, CAP_S_DELIVERED, SIGHUP, SI_USER, IOM_NO_FILE, 2);
}

/* A server that nobody asks, and that looks into its own files by the clock. */
static void looks_elsewhere(struct iom_capture *cap)
{
	nothing_came(cap);
	build_transfers(cap, MAIN, build_file(cap, 9, CAP_K_REG, 0, "/var/lib/x.db"), CAP_C_READ, SYS_pread64, 4, 0, 0, 0);
}

static void events_that_nobody_took(struct iom_capture *cap)
{
	build_epoll_wait(cap, MAIN, loop_of_two(cap), 0, 290, 34 * MS);
}

static void served(struct iom_capture *cap)
{
	events_that_nobody_took(cap);
	build_transfers(cap, MAIN, 2, CAP_C_READ, SYS_read, 290, 0, 0, 0);
}

/* The connection was closed before the set was looked at. */
static void one_is_left(struct iom_capture *cap)
{
	served(cap);
	cap->files[0].set_size = 1;
	cap->files[1].open_at_start = cap->files[1].open_at_end = cap->files[2].open_at_start = true;
}

/* One file of the set was ready; how many never were is known from a call under way alone. */
static void selects(struct iom_capture *cap)
{
	struct cap_calls *r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_SELECT, SYS_select);
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:81");
	struct cap_interest *in = build_interest(cap, s, 290, 0);

	r->n.ok_slept = 290;
	r->wait_ns = 290 * 34 * MS;
	in->by_select = true;
	in->set = r->set = 7;
	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 290, 0, 0, 0);
}

static void selects_on_one(struct iom_capture *cap)
{
	selects(cap);
	build_asleep(cap, 0, CAP_C_SELECT, SYS_select, IOM_NO_FILE, 0, MS);
	cap->threads[0].at_end.set = 7;
	cap->threads[0].at_end.nfiles = 1;
}

/* A pipe by which its threads wake each other: what comes out was put in. */
static void woken_by_itself(struct iom_capture *cap, uint64_t written)
{
	uint32_t ep = loop_of_two(cap), in = build_file(cap, 7, CAP_K_FIFO, O_NONBLOCK, "pipe:[9]");
	uint32_t out = build_file(cap, 8, CAP_K_FIFO, O_NONBLOCK, "pipe:[9]");

	cap->files[in].ino = cap->files[out].ino = 9;
	build_watch(cap, in, ep);
	build_epoll_wait(cap, MAIN, ep, 0, 290, 34 * MS);
	build_transfers(cap, MAIN, in, CAP_C_READ, SYS_read, 290, 0, 0, 0);
	build_transfers(cap, MAIN, out, CAP_C_WRITE, SYS_write, written, 0, 0, 0);
}

static void all_written_itself(struct iom_capture *cap)
{
	woken_by_itself(cap, 290);
}

/* Somebody else writes into the pipe as well. */
static void not_all_written_itself(struct iom_capture *cap)
{
	woken_by_itself(cap, 100);
}

static void asleep(struct iom_capture *cap, uint32_t thread, uint8_t class, int32_t nr, uint64_t before)
{
	struct cap_thread *t = &cap->threads[thread];

	t->cpu_ns = t->runq_ns = 0;
	t->asleep_ns = BUILD_LIFE_NS;
	build_asleep(cap, thread, class, nr, IOM_NO_FILE, before, BUILD_LIFE_NS);
	t->at_start = t->at_end;
}

static void deadlock(struct iom_capture *cap)
{
	build_thread(cap, BUILD_PID, MAIN + 1, "a");
	build_thread(cap, BUILD_PID, MAIN + 2, "b");
	for (uint32_t i = 0; i < 3; i++)
		asleep(cap, i, CAP_C_FUTEX, SYS_futex, (3 - i) * 1000 * MS);
}

static void waits_for_children(struct iom_capture *cap)
{
	deadlock(cap);
	asleep(cap, 1, CAP_C_CHILD, SYS_wait4, 500 * MS);
	asleep(cap, 2, CAP_C_CHILD, SYS_wait4, 500 * MS);
}

/* One of them did something. */
static void one_works(struct iom_capture *cap)
{
	deadlock(cap);
	build_thread(cap, BUILD_PID, MAIN + 3, "c");
}

/* It has the CPU for 3 s of 10, and wants it for all of them. */
static void computes_when_it_may(struct iom_capture *cap)
{
	cap->threads[0].cpu_ns = 3000 * MS;
	cap->threads[0].runq_ns = BUILD_LIFE_NS - cap->threads[0].cpu_ns;
}

static void computes(struct iom_capture *cap)
{
	cap->threads[0].cpu_ns = BUILD_LIFE_NS;
}

static void computes_in_kernel(struct iom_capture *cap)
{
	computes(cap);
	cap->procs[0].user_ns = 2000 * MS;
	cap->procs[0].system_ns = BUILD_LIFE_NS - cap->procs[0].user_ns;
}

static void computes_by_itself(struct iom_capture *cap)
{
	computes(cap);
	cap->procs[0].system_ns = 2000 * MS;
	cap->procs[0].user_ns = BUILD_LIFE_NS - cap->procs[0].system_ns;
}

/* No call, and so no number: since 2 s before the watch. */
static void stopped(struct iom_capture *cap, uint32_t thread, const char *by)
{
	struct cap_thread *t = &cap->threads[thread];

	t->cpu_ns = t->runq_ns = 0;
	t->asleep_ns = BUILD_LIFE_NS;
	t->at_start.class = t->at_end.class = CAP_C_STOPPED;
	t->at_start.before_ns = t->at_end.before_ns = 2000 * MS;
	t->at_end.inside_ns = BUILD_LIFE_NS;
	t->at_end.target = by ? strdup(by) : NULL;
}

static void stopped_by_signal(struct iom_capture *cap)
{
	stopped(cap, 0, NULL);
}

static void stopped_by_tracer(struct iom_capture *cap)
{
	stopped(cap, 0, "process 12 gdb");
}

static void frozen(struct iom_capture *cap)
{
	stopped(cap, 0, "the freezer of its control group");
}

static void all_stopped_by_tracer(struct iom_capture *cap)
{
	build_thread(cap, BUILD_PID, MAIN + 1, "a");
	stopped(cap, 0, "process 12 gdb");
	stopped(cap, 1, "process 12 gdb");
}

/* Asleep since 2 s before the watch, for a file or its set. */
static void asleep_on(struct iom_capture *cap, uint8_t class, int32_t nr, uint32_t file)
{
	asleep(cap, 0, class, nr, 2000 * MS);
	cap->threads[0].at_end.file = cap->threads[0].at_start.file = file;
}

static void reads_a_pipe(struct iom_capture *cap)
{
	asleep_on(cap, CAP_C_READ, SYS_read, build_file(cap, 3, CAP_K_FIFO, 0, "pipe:[7] <- a b 12 fd 1"));
}

static void reads_its_own_pipe(struct iom_capture *cap)
{
	asleep_on(cap, CAP_C_READ, SYS_read, build_file(cap, 3, CAP_K_FIFO, 0, "pipe:[7] <- program 4711 fd 4"));
}

static void reads_a_socket(struct iom_capture *cap)
{
	asleep_on(cap, CAP_C_RECV, SYS_recvfrom, build_file(cap, 3, CAP_K_SOCK, 0, "unix -> 12 dbus-daemon"));
}

static void selects_a_pipe(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_FIFO, 0, "pipe:[7] <- make 12 fd 4");

	build_file(cap, 5, CAP_K_SOCK, 0, "unix");
	cap->files[f].waited_at_end = true;
	asleep_on(cap, CAP_C_SELECT, SYS_pselect6, IOM_NO_FILE);
}

/* Who has the pipe may never write to it, and anybody may send a signal. */
static void waits_for_signals_too(struct iom_capture *cap)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);

	build_watch(cap, build_file(cap, 3, CAP_K_FIFO, 0, "pipe:[7] <- postgres 12 fd 4"), ep);
	build_watch(cap, build_file(cap, 8, CAP_K_SIGNALFD, 0, NULL), ep);
	iom_capture_order(cap);
	asleep_on(cap, CAP_C_EPOLL_WAIT, SYS_epoll_wait, ep);
}

static void waits_for_four(struct iom_capture *cap)
{
	uint32_t ep = loop_of_two(cap);

	build_watch(cap, build_file(cap, 7, CAP_K_TIMERFD, 0, NULL), ep);
	build_watch(cap, build_file(cap, 8, CAP_K_SOCK, 0, "udp"), ep);
	iom_capture_order(cap);
	asleep_on(cap, CAP_C_EPOLL_WAIT, SYS_epoll_wait, ep);
}

/* Of two threads in such calls it is not known whose set a file is in. */
static void selects_in_a_thread(struct iom_capture *cap, uint32_t threads)
{
	selects_a_pipe(cap);
	asleep(cap, 0, CAP_C_FUTEX, SYS_futex, 2000 * MS);
	for (uint32_t i = 1; i <= threads; i++) {
		build_thread(cap, BUILD_PID, MAIN + i, "t");
		asleep(cap, i, CAP_C_SELECT, SYS_pselect6, 2000 * MS);
	}
}

static void one_selects(struct iom_capture *cap)
{
	selects_in_a_thread(cap, 1);
}

static void two_select(struct iom_capture *cap)
{
	selects_in_a_thread(cap, 2);
}

static void waits_for_thread(struct iom_capture *cap, uint32_t thread, const char *what)
{
	asleep(cap, thread, CAP_C_FUTEX, SYS_futex, 2000 * MS);
	cap->threads[thread].at_end.target = strdup(what);
	cap->threads[thread].at_start = cap->threads[thread].at_end;
	cap->threads[thread].at_start.target = NULL;
}

/* One waits for the end of another, which waits for the mutex of a third, which reads a pipe. */
static void chain(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_FIFO, 0, "pipe:[7] <- cat 12 fd 1");

	for (uint32_t i = 1; i < 3; i++)
		build_thread(cap, BUILD_PID, MAIN + i, "t");
	waits_for_thread(cap, 0, "the end of thread 4712 t");
	waits_for_thread(cap, 1, "a mutex that thread 4713 t has");
	asleep(cap, 2, CAP_C_READ, SYS_read, 2000 * MS);
	cap->threads[2].at_end.file = cap->threads[2].at_start.file = f;
}

/* What the last one waits for is not known. */
/* A queue's feeder, whose items nobody takes. */
static void feeder(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 4, CAP_K_FIFO, 0, "pipe:[7] -> cat 12 fd 0");

	asleep(cap, 0, CAP_C_FUTEX, SYS_futex, 2000 * MS);
	build_thread(cap, BUILD_PID, MAIN + 1, "feeder");
	asleep(cap, 1, CAP_C_WRITE, SYS_write, 2000 * MS);
	cap->threads[1].at_end.file = cap->threads[1].at_start.file = f;
}

/* Signals of a runtime go through a pipe to the thread that handles them. */
static void runtime_asleep(struct iom_capture *cap)
{
	uint32_t in = build_file(cap, 3, CAP_K_FIFO, O_RDONLY, "pipe:[7]");
	uint32_t out = build_file(cap, 4, CAP_K_FIFO, O_WRONLY, "pipe:[7]");

	cap->files[in].ino = cap->files[out].ino = 7;
	cap->files[out].open_at_end = true;
	asleep(cap, 0, CAP_C_FUTEX, SYS_futex, 2000 * MS);
	build_thread(cap, BUILD_PID, MAIN + 1, "signals");
	asleep(cap, 1, CAP_C_READ, SYS_read, 2000 * MS);
	cap->threads[1].at_end.file = cap->threads[1].at_start.file = in;
}

static void chain_to_a_futex(struct iom_capture *cap)
{
	chain(cap);
	asleep(cap, 2, CAP_C_FUTEX, SYS_futex, 2000 * MS);
}

static void circle(struct iom_capture *cap)
{
	build_thread(cap, BUILD_PID, MAIN + 1, "t");
	waits_for_thread(cap, 0, "a mutex that thread 4712 t has");
	waits_for_thread(cap, 1, "a mutex that thread 4711 program has");
}

static void circle_of_two_kinds(struct iom_capture *cap)
{
	build_thread(cap, BUILD_PID, MAIN + 1, "t");
	waits_for_thread(cap, 0, "the end of thread 4712 t");
	waits_for_thread(cap, 1, "a rwlock that thread 4711 program has for writing");
}

/* Asked again without waiting, between sleeps of 10 ms. */
static void asks_again(struct iom_capture *cap, uint8_t class, uint16_t nr)
{
	struct cap_calls *r;

	build_transfers(cap, MAIN, build_file(cap, 3, CAP_K_TTY, O_NONBLOCK, "/dev/pts/0"), class, nr, 0, 0, 300, 0);
	r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_TIMER, SYS_clock_nanosleep);
	r->n.ok_slept = 300;
	r->wait_ns = 3000 * MS;
	r->max_wait_ns = 10 * MS;
}

static void no_data(struct iom_capture *cap)
{
	asks_again(cap, CAP_C_READ, SYS_read);
}

static void no_room(struct iom_capture *cap)
{
	asks_again(cap, CAP_C_WRITE, SYS_write);
}

/* Asleep in read on this file all the time. */
static uint32_t reads_on(struct iom_capture *cap, uint8_t kind, const char *name)
{
	uint32_t f = build_file(cap, 5, kind, 0, name);

	asleep(cap, 0, CAP_C_READ, SYS_read, 1000 * MS);
	cap->threads[0].at_start.file = cap->threads[0].at_end.file = f;
	cap->threads[0].at_start.fd = cap->threads[0].at_end.fd = 5;
	return f;
}

static void reads_from_a_pipe(struct iom_capture *cap)
{
	reads_on(cap, CAP_K_FIFO, "pipe:[7] <- php fd 3 12 fd 1");
}

static void reads_from_its_own_pipe(struct iom_capture *cap)
{
	reads_on(cap, CAP_K_FIFO, "pipe:[7]");
}

/* It has not closed the end that its child wrote to. */
static void keeps_both_ends(struct iom_capture *cap)
{
	uint32_t other;

	reads_on(cap, CAP_K_FIFO, "pipe:[7]");
	other = build_file(cap, 6, CAP_K_FIFO, O_WRONLY, "pipe:[7]");
	cap->files[other].ino = cap->files[0].ino = 7;
}

/* It has filled a pipe from which only it could read. */
static void fills_its_own_pipe(struct iom_capture *cap)
{
	keeps_both_ends(cap);
	cap->files[0].f_flags = O_WRONLY;
	cap->files[1].f_flags = O_RDONLY;
	cap->threads[0].at_end.nr = cap->threads[0].at_start.nr = SYS_write;
	cap->threads[0].at_end.class = cap->threads[0].at_start.class = CAP_C_WRITE;
}

static void reads_from_a_socket(struct iom_capture *cap)
{
	reads_on(cap, CAP_K_SOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:81");
	cap->threads[0].at_end.target = strdup("process 12 curl");
}

static void asks_itself(struct iom_capture *cap)
{
	reads_on(cap, CAP_K_SOCK, "tcp 127.0.0.1:81 -> 127.0.0.1:80");
	cap->threads[0].at_end.target = strdup("not accepted yet: this process listens there itself");
}

/* A read with a time limit, by two calls. */
static void polls_a_socket(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:81 -> 127.0.0.1:80");

	asleep_on(cap, CAP_C_POLL, SYS_poll, IOM_NO_FILE);
	cap->files[f].waited_at_end = true;
	cap->threads[0].at_end.set_file = cap->threads[0].at_start.set_file = f;
	cap->threads[0].at_end.target = strdup("process 12 mariadbd (stopped)");
}

/* POSIX AIO: so many threads of libc read the file for the program. */
static void helpers_read(struct iom_capture *cap, uint32_t n)
{
	uint32_t file = build_file(cap, 3, CAP_K_REG, 0, "/srv/data");

	cap->procs[0].imports_posix_aio = true;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t helper = build_thread(cap, BUILD_PID, MAIN + 1 + i, "program");

		cap->threads[helper].libc_helper = true;
		build_transfers(cap, MAIN + 1 + i, file, CAP_C_READ, SYS_pread64, 10, 1000, 0, MS);
	}
}

static void one_helper_reads(struct iom_capture *cap)
{
	helpers_read(cap, 1);
}

static void two_helpers_read(struct iom_capture *cap)
{
	helpers_read(cap, 2);
}

static void reads_from_a_named_socket(struct iom_capture *cap)
{
	reads_on(cap, CAP_K_SOCK, "unix -> 12 node");
	cap->threads[0].at_end.target = strdup("process 12 node");
}

/* Of a FIFO the name is a path, and says nothing of that. */
static void reads_from_a_fifo(struct iom_capture *cap)
{
	reads_on(cap, CAP_K_FIFO, "/run/app/log.fifo");
	cap->threads[0].at_end.target = strdup("process 12 shim (stopped)");
}

static void reads_from_a_socket_in_turn(struct iom_capture *cap)
{
	reads_on(cap, CAP_K_SOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:81");
	cap->threads[0].at_end.target = strdup("process 12 curl (stopped)");
}

/* Whose name says who is there; what it waits for says why that one does not go on. */
static void reads_from_who_waits(struct iom_capture *cap)
{
	reads_on(cap, CAP_K_FIFO, "pipe:[7] <- make (all) 12 fd 4");
	cap->threads[0].at_end.target =
		strdup("process 12 make (all) (in turn waiting until this process reads from a pipe)");
}

static void nobody_wakes_it(struct iom_capture *cap)
{
	asleep(cap, 0, CAP_C_FUTEX, SYS_futex, 1000 * MS);
	cap->threads[0].at_end.target = strdup(CAP_TARGET_ALONE);
}

static void another_has_it(struct iom_capture *cap)
{
	asleep(cap, 0, CAP_C_FUTEX, SYS_futex, 1000 * MS);
	cap->threads[0].at_end.target = strdup("a mutex that process 12 worker has");
}

/* It waits for more than there are, before the watch or since a moment in it. */
static void waits_for_ring(struct iom_capture *cap, uint64_t before_ns)
{
	uint32_t ring = build_file(cap, 5, CAP_K_URING, 0, "io_uring");

	asleep(cap, 0, CAP_C_URING_ENTER, SYS_io_uring_enter, before_ns);
	cap->threads[0].at_end.file = ring;
	cap->threads[0].at_end.fd = 5;
	cap->threads[0].at_end.target = strdup("until 2 requests are done: 1 is there, none is in flight");
}

static void ring_throughout(struct iom_capture *cap)
{
	waits_for_ring(cap, 1000 * MS);
}

static void ring_since_a_moment(struct iom_capture *cap)
{
	waits_for_ring(cap, 0);
}

static void waits_inside(struct iom_capture *cap)
{
	deadlock(cap);
	for (uint32_t i = 0; i < 3; i++)
		cap->threads[i].at_end.target = strdup(CAP_TARGET_INSIDE);
}

/* One has a time limit, or is for another process. */
static void not_all_wait_inside(struct iom_capture *cap)
{
	waits_inside(cap);
	free(cap->threads[1].at_end.target);
	cap->threads[1].at_end.target = NULL;
}

static void other_processes_may(struct iom_capture *cap)
{
	asleep(cap, 0, CAP_C_FUTEX, SYS_futex, 1000 * MS);
	cap->threads[0].at_end.target = strdup("in the shared memory /dev/shm/sem.mp-1");
}

/* A runtime that waits for a child's output, which a grandchild keeps open: what wakes the runtime itself is
 * told after that. */
static void asleep_for_a_pipe(struct iom_capture *cap)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t own = build_file(cap, 5, CAP_K_FIFO, O_RDONLY | O_NONBLOCK, "pipe:[8]");
	uint32_t back = build_file(cap, 6, CAP_K_FIFO, O_WRONLY | O_NONBLOCK, "pipe:[8]");

	cap->files[own].ino = cap->files[back].ino = 8;
	build_watch(cap, own, ep);
	build_watch(cap, build_file(cap, 8, CAP_K_SOCK, O_NONBLOCK, "unix -> 4711 program"), ep);
	build_watch(cap, build_file(cap, 7, CAP_K_FIFO, O_RDONLY | O_NONBLOCK, "pipe:[9] <- sleep 900 fd 1"), ep);
	build_thread(cap, BUILD_PID, MAIN + 1, "b");
	asleep(cap, 0, CAP_C_FUTEX, SYS_futex, 1000 * MS);
	asleep(cap, 1, CAP_C_EPOLL_WAIT, SYS_epoll_pwait, 1000 * MS);
	cap->threads[1].at_start.file = cap->threads[1].at_end.file = ep;
	cap->threads[1].at_start.fd = cap->threads[1].at_end.fd = 4;
}

/* A log that is a pipe, and nobody who reads it in time. */
static void loop_that_writes(struct iom_capture *cap)
{
	uint32_t out;

	build_epoll_wait(cap, MAIN, loop_of_two(cap), 0, 100, 10 * MS);
	build_transfers(cap, MAIN, 2, CAP_C_READ, SYS_read, 100, 0, 0, 0);
	out = build_file(cap, 9, CAP_K_FIFO, 0, "/run/log");
	build_transfers(cap, MAIN, out, CAP_C_WRITE, SYS_write, 300, 30, 0, 100 * MS);
}

/* Not for long enough to be what a report begins with. */
static void loop_that_hardly_writes(struct iom_capture *cap)
{
	loop_that_writes(cap);
	cap->calls[2].wait_ns = 2000 * MS;
}

static void pauses(struct iom_capture *cap)
{
	uint32_t in = build_file(cap, 9, CAP_K_REG, 0, "/srv/table");
	struct cap_calls *r;

	build_transfers(cap, MAIN, in, CAP_C_READ, SYS_pread64, 300, 2, 0, 1 * MS);
	r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_SLEEP_POLL, SYS_pselect6);
	r->n.zero_slept = 200;
	r->wait_ns = 200 * 20 * MS;
	r->max_wait_ns = 20 * MS;
	cap->threads[0].asleep_ns += r->wait_ns;
}

/* A transfer that is held back: between two looks at its socket it waits for something else. */
static void held_back(struct iom_capture *cap)
{
	uint32_t sock = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:81 -> 127.0.0.1:80");
	uint32_t wake = build_file(cap, 3, CAP_K_SOCK, O_NONBLOCK, "unix");
	struct cap_calls *r = build_calls(cap, MAIN, sock, CAP_C_POLL, SYS_poll);

	r->n.ok = r->n.nowait = 100;
	r->set_size = 2;
	r = build_calls(cap, MAIN, wake, CAP_C_POLL, SYS_poll);
	r->n.zero_slept = 6;
	r->wait_ns = 6 * 1000 * MS;
	r->max_wait_ns = 1000 * MS;
	r->set_size = 1;
	cap->threads[0].asleep_ns += r->wait_ns;
	build_interest(cap, sock, 100, 0)->set_file = sock;
	build_interest(cap, wake, 0, 100)->set_file = sock;
	build_interest(cap, wake, 0, 6)->set_file = wake;
	build_transfers(cap, MAIN, sock, CAP_C_READ, SYS_read, 100, 0, 0, 0);
}

/* A pipeline that keeps to a rate: files are ready, and it pauses by the call's time limit. */
static void keeps_to_a_rate(struct iom_capture *cap)
{
	struct cap_calls *r = build_epoll_wait(cap, MAIN, loop_of_two(cap), 200, 0, 0);

	r->n.zero_slept = 55;
	r->wait_ns = 55 * 90 * MS;
	r->max_wait_ns = 90 * MS;
	cap->threads[0].asleep_ns += r->wait_ns;
	build_transfers(cap, MAIN, 2, CAP_C_READ, SYS_read, 200, 0, 0, 0);
}

/* One of the sleeps brought something. */
static void waits_after_all(struct iom_capture *cap)
{
	keeps_to_a_rate(cap);
	cap->calls[0].n.ok_slept = 1;
}

/* It mostly waited in vain. */
static void hardly_anything_came(struct iom_capture *cap)
{
	keeps_to_a_rate(cap);
	cap->calls[0].n.ok = 10;
}

/* The main thread has nothing to do; of the others one waits for room, and one for that one. */
static void one_is_held_up(struct iom_capture *cap)
{
	uint32_t out = build_file(cap, 6, CAP_K_SOCK, 0, "tcp 127.0.0.1:81 -> 127.0.0.1:80");
	struct cap_calls *r;

	asleep(cap, 0, CAP_C_SLEEP_POLL, SYS_pselect6, 1000 * MS);
	build_thread(cap, BUILD_PID, MAIN + 1, "out");
	build_asleep(cap, 1, CAP_C_SEND, SYS_sendto, out, 0, 9000 * MS);
	build_thread(cap, BUILD_PID, MAIN + 2, "in");
	r = build_calls(cap, MAIN + 2, IOM_NO_FILE, CAP_C_FUTEX, SYS_futex);
	r->n.ok_slept = 4;
	r->wait_ns = 9000 * MS;
	r->max_wait_ns = 3000 * MS;
	cap->threads[2].asleep_ns = r->wait_ns;
}

/* A reader of a file that is in memory, but for a page of it. */
static void hardly_slept(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 9, CAP_K_REG, 0, "/srv/table");

	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_pread64, 15000, 1, 0, MS / 5);
	cap->threads[0].asleep_ns = MS / 5;
}

/* The middle of a pipeline: what it writes is taken too slowly. */
static void slow_reader(struct iom_capture *cap)
{
	uint32_t in = build_file(cap, 0, CAP_K_FIFO, 0, "pipe:[7] <- cat 12 fd 1");
	uint32_t out = build_file(cap, 1, CAP_K_FIFO, 0, "pipe:[8] -> ssh 13 fd 0");

	build_transfers(cap, MAIN, in, CAP_C_READ, SYS_read, 900, 20, 0, MS / 5);
	build_transfers(cap, MAIN, out, CAP_C_WRITE, SYS_write, 0, 50, 0, 100 * MS);
	cap->threads[0].asleep_ns = 5004 * MS;
}

static void asleep_in_poll(struct iom_capture *cap, uint32_t thread, uint32_t first)
{
	asleep(cap, thread, CAP_C_POLL, SYS_ppoll, 1000 * MS);
	cap->threads[thread].at_end.set_file = cap->threads[thread].at_start.set_file = first;
}

/* A session that ended but for what a process left behind holds open. */
static void poll_of_several(struct iom_capture *cap)
{
	uint32_t sock = build_file(cap, 4, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:22 <- 127.0.0.1:81");
	uint32_t out = build_file(cap, 7, CAP_K_FIFO, O_NONBLOCK, "pipe:[7] <- a fd 9 fd 12 fd 1");

	build_file(cap, 8, CAP_K_FIFO, O_NONBLOCK, "pipe:[8] <- b 13 fd 1");
	cap->files[sock].waited_at_end = cap->files[out].waited_at_end = true;
	asleep_in_poll(cap, 0, sock);
}

static void poll_of_two_peers(struct iom_capture *cap)
{
	poll_of_several(cap);
	cap->files[2].waited_at_end = true;
}

/* Of two threads in poll it is not known which waits for what. */
static void two_polls(struct iom_capture *cap)
{
	poll_of_several(cap);
	build_thread(cap, BUILD_PID, MAIN + 1, "b");
	asleep_in_poll(cap, 1, 2);
}

static void loop_asleep(struct iom_capture *cap)
{
	asleep(cap, 0, CAP_C_EPOLL_WAIT, SYS_epoll_wait, 1000 * MS);
	cap->threads[0].at_end.file = cap->threads[0].at_start.file = loop_of_two(cap);
}

/* A handler of the loop asks another server, and waits for the answer. */
static void loop_in_a_read(struct iom_capture *cap)
{
	uint32_t out = build_file(cap, 9, CAP_K_SOCK, 0, "tcp 127.0.0.1:82 -> 127.0.0.1:83"), ep = loop_of_two(cap);

	build_watch(cap, build_file(cap, 7, CAP_K_EVENTFD, O_NONBLOCK, "eventfd"), ep);
	cap->files[ep].open_at_end = true;
	asleep(cap, 0, CAP_C_RECV, SYS_recvfrom, 1000 * MS);
	cap->threads[0].at_end.file = cap->threads[0].at_start.file = out;
}

/* The same while a thread of the runtime waits in an epoll of its own. */
static void loop_in_a_read_of_two(struct iom_capture *cap)
{
	uint32_t ep;

	loop_in_a_read(cap);
	ep = build_file(cap, 10, CAP_K_EPOLL, 0, NULL);
	build_watch(cap, build_file(cap, 11, CAP_K_EVENTFD, O_NONBLOCK, "eventfd"), ep);
	build_thread(cap, BUILD_PID, MAIN + 1, "platform");
	asleep(cap, 1, CAP_C_EPOLL_WAIT, SYS_epoll_wait, 1000 * MS);
	cap->threads[1].at_end.file = cap->threads[1].at_start.file = ep;
}

static void reads_pipe(struct iom_capture *cap)
{
	uint32_t in = build_file(cap, 0, CAP_K_FIFO, 0, "pipe:[9] <- my prog 77 fd 1");

	asleep(cap, 0, CAP_C_READ, SYS_read, 1000 * MS);
	cap->threads[0].at_end.file = cap->threads[0].at_start.file = in;
}

static void always_something(struct iom_capture *cap)
{
	build_transfers(cap, MAIN, build_file(cap, 3, CAP_K_FIFO, O_NONBLOCK, "pipe:[7]"), CAP_C_READ, SYS_read, 300, 0, 0,
			0);
}

static void reads_socket(struct iom_capture *cap)
{
	uint32_t in = build_file(cap, 3, CAP_K_SOCK, 0, "unix -> 77 my prog");

	asleep(cap, 0, CAP_C_READ, SYS_read, 1000 * MS);
	cap->threads[0].at_end.file = cap->threads[0].at_start.file = in;
}

/* Both ends are its own. */
static void reads_own_socket(struct iom_capture *cap)
{
	char name[64];

	reads_socket(cap);
	snprintf(name, sizeof(name), "unix -> %d program", MAIN);
	free(cap->files[0].name);
	cap->files[0].name = strdup(name);
}

/* A sender whose peer reads slowly: it is asleep while it asks for room in the connection. */
static void sender(struct iom_capture *cap, uint32_t asks)
{
	uint32_t ep = loop_of_two(cap), s = ep + 2, i;

	for (size_t k = 0; k < cap->nregistrations; k++)
		if (cap->registrations[k].file == s)
			cap->registrations[k].events = asks;
	build_epoll_wait(cap, MAIN, ep, 260, 35, 250 * MS)->events = 295;
	build_transfers(cap, MAIN, s, CAP_C_SEND, SYS_sendto, 300, 0, 0, 0);
	i = iom_capture_add_awake(cap);
	cap->awakes[i] = (struct cap_awake){.tid = MAIN, .tgid = MAIN, .class = CAP_C_EPOLL_WAIT, .set_file = ep,
					    .file = s, .events = EPOLLOUT, .samples = 16};
	build_asleep(cap, 0, CAP_C_EPOLL_WAIT, SYS_epoll_wait, ep, 0, 20 * MS);
}

static void waits_for_room(struct iom_capture *cap)
{
	sender(cap, EPOLLIN | EPOLLOUT);
}

/* It had room to write, and now waits for answers only; or is told of changes alone. */
static void waits_for_answers(struct iom_capture *cap)
{
	sender(cap, EPOLLIN);
}

static void told_of_changes(struct iom_capture *cap)
{
	sender(cap, EPOLLIN | EPOLLOUT | EPOLLET);
}

/* A runtime with threads that keep house, and one that waits for a child. */
static void waits_for_a_child(struct iom_capture *cap)
{
	one_works(cap);
	asleep(cap, 1, CAP_C_CHILD, SYS_wait4, 500 * MS);
	cap->threads[1].at_end.target = strdup("process 900 sh");
}

static const struct {
	void (*build)(struct iom_capture *cap);
	const char *says;
} heads[] = {
	{nothing_came, "It waits for several files at once, and nothing came."},
	{profiled, "It waits for several files at once, and nothing came but SIGPROF, 1,290 times."},
	{seldom_told, "It waits for several files at once, and nothing came."},
	{looks_elsewhere, "It waits for several files at once, and nothing came; what it transferred it had not waited "
			  "for."},
	{events_that_nobody_took, "It waits for several files at once, and made no transfer."},
	{served, "It waits for several files at once, then transfers without sleeping."},
	{one_is_left, "It waits for several files at once, then transfers without sleeping."},
	{selects, "It waits for files in a readiness call, then transfers without sleeping."},
	{selects_on_one, "It waits for a file in a readiness call, then transfers without sleeping."},
	{all_written_itself, "It waits for several files at once; all that it read it had written itself."},
	{not_all_written_itself, "It waits for several files at once, then transfers without sleeping."},
	{deadlock, "All its 3 threads are asleep in futex, and have been since 1.00 s before the watch."},
	{waits_for_children, "All its 3 threads are asleep, and have been since 500 ms before the watch: 2 in "
			     "wait4, 1 in futex."},
	{reads_from_a_pipe, "It is asleep in read(5) pipe:[7] <- php fd 3 12 fd 1, and has been since 1.00 s before "
			    "the watch. What process 12 does, `iomodel attach 12` tells."},
	{reads_from_its_own_pipe, "It is asleep in read(5) pipe:[7], and has been since 1.00 s before the watch."},
	{keeps_both_ends, "It is asleep in read(5) pipe:[7], and has been since 1.00 s before the watch. No other process "
			  "was found that can write there, and this one can, by its own fd 6: as long as that is open "
			  "the end of the pipe is never read. Usual way out: close fd 6 where nothing is written to it, "
			  "as a parent does after fork()."},
	{fills_its_own_pipe, "It is asleep in write(5) pipe:[7], and has been since 1.00 s before the watch. No other "
			     "process was found that can read there, and this one can, by its own fd 6: while it sleeps "
			     "here nobody makes room. Usual way out: O_NONBLOCK for a pipe that a program writes to "
			     "itself, for what does not fit."},
	{reads_from_a_socket, "It is asleep in read(5) tcp 127.0.0.1:80 <- 127.0.0.1:81 (process 12 curl), and has been "
			      "since 1.00 s before the watch. What process 12 does, `iomodel attach 12` tells."},
	{asks_itself, "It is asleep in read(5) tcp 127.0.0.1:81 -> 127.0.0.1:80 (not accepted yet: this process listens "
		      "there itself), and has been since 1.00 s before the watch."},
	{polls_a_socket, "It is asleep in poll for fd 5 tcp 127.0.0.1:81 -> 127.0.0.1:80 (process 12 mariadbd: stopped), "
			 "and has been since 2.00 s before the watch. What process 12 does, `iomodel attach 12` tells."},
	{one_helper_reads, "It hands its transfers over and is told when they are done; one thread made for it by libc "
			   "does them, one after another, as glibc has all requests of one descriptor done."},
	{two_helpers_read, "It hands its transfers over and is told when they are done; threads made for it, of the "
			   "kernel or of libc, do them."},
	{reads_from_a_fifo, "It is asleep in read(5) /run/app/log.fifo (process 12 shim: stopped), and has been since 1.00 s "
			    "before the watch. What process 12 does, `iomodel attach 12` tells."},
	{reads_from_a_socket_in_turn, "It is asleep in read(5) tcp 127.0.0.1:80 <- 127.0.0.1:81 (process 12 curl: stopped), "
				      "and has been since 1.00 s before the watch. What process 12 does, `iomodel attach "
				      "12` tells."},
	{reads_from_a_named_socket, "It is asleep in read(5) unix -> 12 node, and has been since 1.00 s before the watch. "
				    "What process 12 does, `iomodel attach 12` tells."},
	{reads_from_who_waits, "It is asleep in read(5) pipe:[7] <- make (all) 12 fd 4 (in turn waiting until this "
			       "process reads from a pipe), and has been since 1.00 s before the watch. What process "
			       "12 does, `iomodel attach 12` tells."},
	{another_has_it, "It is asleep in futex (a mutex that process 12 worker has), and has been since 1.00 s before the "
			 "watch. What process 12 does, `iomodel attach 12` tells."},
	{ring_throughout, "It is asleep in io_uring_enter(5) io_uring (until 2 requests are done: 1 is there, none is in "
			  "flight), and has been since 1.00 s before the watch."},
	{ring_since_a_moment, "It is asleep in io_uring_enter(5) io_uring, and has been since the watch began."},
	{waits_inside, "All its 3 threads are asleep in futex, and have been since 1.00 s before the watch. Each waits "
		       "until another of them wakes it, without a time limit: nothing but a signal can end that."},
	{not_all_wait_inside, "All its 3 threads are asleep in futex, and have been since 1.00 s before the watch."},
	{nobody_wakes_it, "It is asleep in futex (for its own process, which has no other thread), and has been "
			  "since 1.00 s before the watch. Nothing but a signal can end that. So hangs a child of "
			  "fork() on a lock that another thread had at the time, and who takes a lock twice."},
	{other_processes_may, "It is asleep in futex (in the shared memory /dev/shm/sem.mp-1), and has been since 1.00 s "
			      "before the watch."},
	{asleep_for_a_pipe, "All its 2 threads are asleep, and have been since 1.00 s before the watch: 1 in futex, "
			    "1 in epoll_pwait(4) for fd 7 pipe:[9] <- sleep 900 fd 1, fd 5 pipe:[8] and 1 more file."},
	{loop_that_writes, "It waits for several files at once, then transfers. For 3.00 s of 10.00 s it was asleep in "
			   "write(9) /run/log."},
	{loop_that_hardly_writes, "It waits for several files at once, then transfers, and sleeps in 30 of 430 of these "
				  "calls."},
	{pauses, "It transfers by calls that may sleep until that is done, and hardly did: 2.0 ms in all, most of it in "
		 "pread64(9) /srv/table. For 4.00 s of 10.00 s it was asleep in pselect6 (no file, a timer)."},
	{held_back, "It asks a readiness call for several files and never has to wait, then transfers without sleeping. "
		    "For 6.00 s of 10.00 s it was asleep in poll(3) unix."},
	{keeps_to_a_rate, "It asks a readiness call for several files and never waits until one is ready, then transfers "
			  "without sleeping: all that it slept there, 4.95 s, ended by the time limit."},
	{waits_after_all, "It waits for several files at once, then transfers without sleeping."},
	{hardly_anything_came, "It waits for several files at once, then transfers without sleeping."},
	{one_is_held_up, "When there is nothing to read, or no room to write, its threads sleep inside the transfer "
			 "call. For 9.00 s of 10.00 s thread 4712 was asleep in sendto(6) tcp 127.0.0.1:81 -> "
			 "127.0.0.1:80."},
	{hardly_slept, "It transfers by calls that may sleep until that is done, and hardly did: 200 us in all, most "
		       "of it in pread64(9) /srv/table."},
	{slow_reader, "When there is nothing to read, or no room to write, its threads sleep inside the transfer call, "
		      "most of all in write(1) pipe:[8] -> ssh 13 fd 0."},
	{poll_of_several, "It is asleep in ppoll for fd 4 tcp 127.0.0.1:22 <- 127.0.0.1:81 and fd 7 pipe:[7] <- a fd 9 fd 12 "
			  "fd 1, and has been since 1.00 s before the watch. What process 12 does, `iomodel attach 12` "
			  "tells."},
	{poll_of_two_peers, "It is asleep in ppoll for fd 4 tcp 127.0.0.1:22 <- 127.0.0.1:81, fd 7 pipe:[7] <- a fd 9 fd 12 "
			    "fd 1 and 1 more file, and has been since 1.00 s before the watch."},
	{two_polls, "All its 2 threads are asleep in ppoll, and have been since 1.00 s before the watch."},
	{loop_asleep, "It is asleep in epoll_wait(4) for fd 5 tcp listen 127.0.0.1:80 and fd 6 tcp 127.0.0.1:80 <- "
		      "127.0.0.1:81, and has been since 1.00 s before the watch."},
	{loop_in_a_read, "It is asleep in recvfrom(9) tcp 127.0.0.1:82 -> 127.0.0.1:83, and has been since 1.00 s before the "
			 "watch. Meanwhile no thread of it asks epoll(4), in which 2 files are."},
	{loop_in_a_read_of_two, "All its 2 threads are asleep, and have been since 1.00 s before the watch: 1 in recvfrom(9) "
			  "tcp 127.0.0.1:82 -> 127.0.0.1:83, 1 in epoll_wait(10) for fd 11 eventfd. Meanwhile no thread of it "
			  "asks epoll(4), in which 2 files are."},
	{reads_socket, "It is asleep in read(3) unix -> 77 my prog, and has been since 1.00 s before the watch. What "
		       "process 77 does, `iomodel attach 77` tells."},
	{reads_own_socket, "It is asleep in read(3) unix -> 4711 program, and has been since 1.00 s before the "
			   "watch."},
	{reads_pipe, "It is asleep in read(0) pipe:[9] <- my prog 77 fd 1, and has been since 1.00 s before the "
		     "watch. What process 77 does, `iomodel attach 77` tells."},
	{waits_for_room, "It waits for several files at once, then transfers without sleeping. Thread 4711 waits for "
			 "room to write in fd 6 tcp 127.0.0.1:80 <- 127.0.0.1:81: what it writes there is not taken "
			 "any faster."},
	{waits_for_answers, "It waits for several files at once, then transfers without sleeping."},
	{told_of_changes, "It waits for several files at once, then transfers without sleeping."},
	{waits_for_a_child, "It transferred nothing and waited for no file: thread 4712 is asleep in wait4 of process "
			    "900 sh. What process 900 does, `iomodel attach 900` tells."},
	{one_works, "It transferred nothing and waited for no file. It computes."},
	{computes, "It transferred nothing and waited for no file. It computes."},
	{computes_when_it_may, "It transferred nothing and waited for no file. It computes, whenever it is given a CPU."},
	{computes_in_kernel, "It transferred nothing and waited for no file. It runs in the kernel most of the time, for "
			     "page faults or for calls that never wait, which are no I/O: `strace -cf -p 4711` tells "
			     "which."},
	{computes_by_itself, "It transferred nothing and waited for no file. It computes."},
	{stopped_by_signal, "It is asleep in no call: stopped by a signal, and has been since 2.00 s before the "
			    "watch."},
	{frozen, "It is asleep in no call: stopped by the freezer of its control group, and has been since 2.00 s "
		 "before the watch."},
	{stopped_by_tracer, "It is asleep in no call: stopped by its tracer, process 12 gdb, and has been since "
			    "2.00 s before the watch. What process 12 does, `iomodel attach 12` tells."},
	{all_stopped_by_tracer, "All its 2 threads are asleep in no call: stopped by its tracer, process 12 gdb, "
				"and have been since 2.00 s before the watch. What process 12 does, `iomodel "
				"attach 12` tells."},
	{reads_a_pipe, "It is asleep in read(3) pipe:[7] <- a b 12 fd 1, and has been since 2.00 s before the watch. "
		       "What process 12 does, `iomodel attach 12` tells."},
	{reads_its_own_pipe, "It is asleep in read(3) pipe:[7] <- program 4711 fd 4, and has been since 2.00 s "
			     "before the watch."},
	{reads_a_socket, "It is asleep in recvfrom(3) unix -> 12 dbus-daemon, and has been since 2.00 s before the "
			 "watch. What process 12 does, `iomodel attach 12` tells."},
	{selects_a_pipe, "It is asleep in pselect6 for fd 3 pipe:[7] <- make 12 fd 4, and has been since 2.00 s "
			 "before the watch. What process 12 does, `iomodel attach 12` tells."},
	{waits_for_signals_too, "It is asleep in epoll_wait(4) for fd 3 pipe:[7] <- postgres 12 fd 4 and fd 8 signalfd, and "
				"has been since 2.00 s before the watch."},
	{waits_for_four, "It is asleep in epoll_wait(4) for fd 5 tcp listen 127.0.0.1:80, fd 6 tcp 127.0.0.1:80 <- "
			 "127.0.0.1:81 and 2 more files, and has been since 2.00 s before the watch."},
	{one_selects, "All its 2 threads are asleep, and have been since 2.00 s before the watch: 1 in futex, 1 in "
		      "pselect6 for fd 3 pipe:[7] <- make 12 fd 4."},
	{two_select, "All its 3 threads are asleep, and have been since 2.00 s before the watch: 2 in pselect6, 1 in "
		     "futex."},
	{feeder, "All its 2 threads are asleep, and have been since 2.00 s before the watch: 1 in write(4) pipe:[7] -> cat "
		 "12 fd 0, 1 in futex. What process 12 does, `iomodel attach 12` tells."},
	{runtime_asleep, "All its 2 threads are asleep, and have been since 2.00 s before the watch: 1 in read(3) pipe:[7], "
			 "1 in futex."},
	{chain, "All its 3 threads are asleep, and have been since 2.00 s before the watch: 2 in futex, 1 in read. "
		"Thread 4713, for which 2 of them wait, sleeps in read(3) pipe:[7] <- cat 12 fd 1. What process 12 "
		"does, `iomodel attach 12` tells."},
	{chain_to_a_futex, "All its 3 threads are asleep in futex, and have been since 2.00 s before the watch."},
	{circle, "All its 2 threads are asleep in futex, and have been since 2.00 s before the watch. Threads 4711 and "
		 "4712 wait for each other's mutexes: a deadlock."},
	{circle_of_two_kinds, "All its 2 threads are asleep in futex, and have been since 2.00 s before the watch. "
			      "Threads 4711 and 4712 wait for each other: a deadlock."},
	{no_data, "It asks again and again and is told that there is nothing yet. For 3.00 s of 10.00 s it was "
		  "asleep in clock_nanosleep."},
	{always_something, "It transfers by calls that are told not to wait; each found data, or room, at once."},
	{no_room, "It asks again and again and is told that there is no room yet. For 3.00 s of 10.00 s it was "
		  "asleep in clock_nanosleep."},
};

static void headlines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		struct iom_capture *cap = build_capture("program");
		struct iom_report *rep;

		heads[i].build(cap);
		rep = iom_judge(cap);
		assert_string_equal(rep->procs[0].verdict.headline, heads[i].says);
		iom_report_free(rep);
		iom_capture_free(cap);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headlines),
	};

	return cmocka_run_group_tests_name("headline", tests, NULL, NULL);
}
