/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sentence that a report begins with says no more than happened.
 */
#include <fcntl.h>
#include <setjmp.h>
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

static void events_that_nobody_took(struct iom_capture *cap)
{
	build_epoll_wait(cap, MAIN, loop_of_two(cap), 0, 290, 34 * MS);
}

static void served(struct iom_capture *cap)
{
	events_that_nobody_took(cap);
	build_transfers(cap, MAIN, 2, CAP_C_READ, SYS_read, 290, 0, 0, 0);
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

/* The client does not read what it asked for. */
static void waits_for_room(struct iom_capture *cap)
{
	loop_asleep(cap);
	cap->registrations[0].events = EPOLLIN | EPOLLOUT | EPOLLERR;
	cap->registrations[1].events = EPOLLOUT | EPOLLERR | EPOLLHUP;
}

static void reads_pipe(struct iom_capture *cap)
{
	uint32_t in = build_file(cap, 0, CAP_K_FIFO, 0, "pipe:[9] <- my prog 77 fd 1");

	asleep(cap, 0, CAP_C_READ, SYS_read, 1000 * MS);
	cap->threads[0].at_end.file = cap->threads[0].at_start.file = in;
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

static const struct {
	void (*build)(struct iom_capture *cap);
	const char *says;
} heads[] = {
	{nothing_came, "It waits for many files at once, and nothing came."},
	{events_that_nobody_took, "It waits for many files at once, and made no transfer."},
	{served, "It waits for many files at once, then transfers without sleeping."},
	{all_written_itself, "It waits for many files at once; all that it read it had written itself."},
	{not_all_written_itself, "It waits for many files at once, then transfers without sleeping."},
	{deadlock, "All its 3 threads are asleep in futex, and have been since 1.00 s before the watch."},
	{waits_for_children, "All its 3 threads are asleep, and have been since 500 ms before the watch: 2 in "
			     "wait4, 1 in futex."},
	{loop_that_writes, "It waits for many files at once, then transfers. For 3.00 s of 10.00 s it was asleep in "
			   "write(9) /run/log."},
	{loop_that_hardly_writes, "It waits for many files at once, then transfers without sleeping."},
	{pauses, "When there is nothing to read, or no room to write, its threads sleep inside the transfer call. For "
		 "4.00 s of 10.00 s it was asleep in pselect6 (no file, a timer)."},
	{held_back, "It asks a readiness call for many files and never has to wait, then transfers without sleeping. "
		    "For 6.00 s of 10.00 s it was asleep in poll(3) unix."},
	{keeps_to_a_rate, "It asks a readiness call for many files and never waits until one is ready, then transfers "
			  "without sleeping: all that it slept there, 4.95 s, ended by the time limit."},
	{waits_after_all, "It waits for many files at once, then transfers without sleeping."},
	{hardly_anything_came, "It waits for many files at once, then transfers without sleeping."},
	{one_is_held_up, "When there is nothing to read, or no room to write, its threads sleep inside the transfer "
			 "call. For 9.00 s of 10.00 s thread 4712 was asleep in sendto(6) tcp 127.0.0.1:81 -> "
			 "127.0.0.1:80."},
	{poll_of_several, "It is asleep in ppoll for tcp 127.0.0.1:22 <- 127.0.0.1:81, pipe:[7] <- a fd 9 fd 12 fd 1, "
			  "and has been since 1.00 s before the watch. What process 12 does, `iomodel attach 12` "
			  "tells."},
	{poll_of_two_peers, "It is asleep in ppoll for tcp 127.0.0.1:22 <- 127.0.0.1:81, pipe:[7] <- a fd 9 fd 12 fd "
			    "1, pipe:[8] <- b 13 fd 1, and has been since 1.00 s before the watch."},
	{two_polls, "All its 2 threads are asleep in ppoll, and have been since 1.00 s before the watch."},
	{loop_asleep, "It is asleep in epoll_wait(4) for tcp listen 127.0.0.1:80, tcp 127.0.0.1:80 <- 127.0.0.1:81, "
		      "and has been since 1.00 s before the watch."},
	{waits_for_room, "It is asleep in epoll_wait(4) for tcp listen 127.0.0.1:80, room in tcp 127.0.0.1:80 <- "
			 "127.0.0.1:81, and has been since 1.00 s before the watch."},
	{reads_socket, "It is asleep in read(3) unix -> 77 my prog, and has been since 1.00 s before the watch. What "
		       "process 77 does, `iomodel attach 77` tells."},
	{reads_own_socket, "It is asleep in read(3) unix -> 4711 program, and has been since 1.00 s before the "
			   "watch."},
	{reads_pipe, "It is asleep in read(0) pipe:[9] <- my prog 77 fd 1, and has been since 1.00 s before the "
		     "watch. What process 77 does, `iomodel attach 77` tells."},
	{one_works, "It transferred nothing and waited for no file."},
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
