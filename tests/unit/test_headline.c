/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sentence that a report begins with says no more than happened.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
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

static void reads_from_a_socket(struct iom_capture *cap)
{
	reads_on(cap, CAP_K_SOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:81");
	cap->threads[0].at_end.target = strdup("process 12 curl");
}

static void nobody_wakes_it(struct iom_capture *cap)
{
	asleep(cap, 0, CAP_C_FUTEX, SYS_futex, 1000 * MS);
	cap->threads[0].at_end.target = strdup(CAP_TARGET_ALONE);
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

static const struct {
	void (*build)(struct iom_capture *cap);
	const char *says;
} heads[] = {
	{nothing_came, "It waits for many files at once, and nothing came."},
	{events_that_nobody_took, "It waits for many files at once, and made no transfer."},
	{served, "It waits for many files at once, then transfers without sleeping."},
	{selects, "It waits for files in a readiness call, then transfers without sleeping."},
	{selects_on_one, "It waits for a file in a readiness call, then transfers without sleeping."},
	{all_written_itself, "It waits for many files at once; all that it read it had written itself."},
	{not_all_written_itself, "It waits for many files at once, then transfers without sleeping."},
	{deadlock, "All its 3 threads are asleep in futex, and have been since 1.00 s before the watch."},
	{waits_for_children, "All its 3 threads are asleep, and have been since 500 ms before the watch: 2 in "
			     "wait4, 1 in futex."},
	{reads_from_a_pipe, "It is asleep in read(5) pipe:[7] <- php fd 3 12 fd 1, and has been since 1.00 s before "
			    "the watch. What process 12 does, `iomodel attach 12` tells."},
	{reads_from_its_own_pipe, "It is asleep in read(5) pipe:[7], and has been since 1.00 s before the watch."},
	{reads_from_a_socket, "It is asleep in read(5) tcp 127.0.0.1:80 <- 127.0.0.1:81 (process 12 curl), and has been "
			      "since 1.00 s before the watch. What process 12 does, `iomodel attach 12` tells."},
	{waits_inside, "All its 3 threads are asleep in futex, and have been since 1.00 s before the watch. Each waits "
		       "until another of them wakes it, without a time limit: nothing but a signal can end that."},
	{not_all_wait_inside, "All its 3 threads are asleep in futex, and have been since 1.00 s before the watch."},
	{nobody_wakes_it, "It is asleep in futex (for its own process, which has no other thread), and has been "
			  "since 1.00 s before the watch. Nothing but a signal can end that. So hangs a child of "
			  "fork() on a lock that another thread had at the time, and who takes a lock twice."},
	{other_processes_may, "It is asleep in futex (in the shared memory /dev/shm/sem.mp-1), and has been since 1.00 s "
			      "before the watch."},
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
