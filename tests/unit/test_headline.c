/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sentence that a report begins with says no more than happened.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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
	{nothing_came, "It waits for many files at once, and nothing came."},
	{events_that_nobody_took, "It waits for many files at once, and made no transfer."},
	{served, "It waits for many files at once, then transfers without sleeping."},
	{all_written_itself, "It waits for many files at once; all that it read it had written itself."},
	{not_all_written_itself, "It waits for many files at once, then transfers without sleeping."},
	{deadlock, "All its 3 threads are asleep in futex, and have been since 1.00 s before the watch."},
	{waits_for_children, "All its 3 threads are asleep, and have been since 500 ms before the watch: 2 in "
			     "wait4, 1 in futex."},
	{waits_for_room, "It waits for many files at once, then transfers without sleeping. Thread 4711 waits for "
			 "room to write in fd 6 tcp 127.0.0.1:80 <- 127.0.0.1:81: what it writes there is not taken "
			 "any faster."},
	{waits_for_answers, "It waits for many files at once, then transfers without sleeping."},
	{told_of_changes, "It waits for many files at once, then transfers without sleeping."},
	{asleep_for_a_pipe, "All its 2 threads are asleep, and have been since 1.00 s before the watch: 1 in futex, "
			    "1 in epoll_pwait(4) (on pipe:[9] <- sleep 900 fd 1, pipe:[8], unix -> 4711 program)."},
	{waits_for_a_child, "It transferred nothing and waited for no file: thread 4712 is asleep in wait4 of process "
			    "900 sh. What process 900 does, `iomodel attach 900` tells."},
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
