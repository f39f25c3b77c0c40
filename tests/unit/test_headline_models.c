/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a report begins with, where the usual words for the model would say too much.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "build.h"
#include "judge/judge.h"

/* The headline of a capture, which is let go, is this. */
static void says(struct iom_capture *cap, enum iom_model model, const char *wanted)
{
	struct iom_report *rep = iom_judge(cap);

	assert_int_equal(rep->procs[0].verdict.model, model);
	assert_string_equal(rep->procs[0].verdict.headline, wanted);
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* A loop that waits for a socket, and so many of its reads of a pipe sleep. */
static struct iom_capture *loop(uint64_t fast, uint64_t slept)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t ep = build_file(cap, 5, CAP_K_EPOLL, 0, NULL), s = build_file(cap, 7, CAP_K_SOCK, O_NONBLOCK, "tcp");
	uint32_t other = build_file(cap, 8, CAP_K_SOCK, O_NONBLOCK, "tcp"), pipe = build_file(cap, 9, CAP_K_FIFO, 0, NULL);

	build_watch(cap, s, ep);
	build_watch(cap, other, ep);
	build_epoll_wait(cap, BUILD_PID, ep, 0, 900, 5 * MS);
	build_transfers(cap, BUILD_PID, s, CAP_C_READ, SYS_read, 800, 0, 0, 0);
	build_transfers(cap, BUILD_PID, pipe, CAP_C_WRITE, SYS_write, fast, slept, 0, 1000);
	return cap;
}

static void part_of_the_transfers_slept(void **state)
{
	(void)state;
	says(loop(100, 100), IOM_M_MULTIPLEXED,
	     "It waits for several files at once, then transfers, and sleeps in 100 of 1,000 of these calls.");
	says(loop(180, 20), IOM_M_MULTIPLEXED, "It waits for several files at once, then transfers without sleeping.");
}

static void events_that_bring_nothing(void **state)
{
	struct iom_capture *cap = build_capture("program");

	(void)state;
	build_signals(cap, CAP_S_DELIVERED, 35, 1, IOM_NO_FILE, 13203);
	says(cap, IOM_M_SIGNAL,
	     "It is told by signal of events, as of a lease or a directory, 13,203 times, and transfers nothing.");
}

/* One request after another, each done as it is handed over. */
static struct iom_capture *one_by_one(uint64_t slept)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t f = build_file(cap, 5, CAP_K_REG, 0, "/srv/file");
	struct cap_requests *r = build_requests(cap, f, CAP_I_AIO, 0, 9000);
	struct cap_calls *c;

	r->done_late = 0;
	r->done_inline = 9000;
	c = build_calls(cap, BUILD_PID, IOM_NO_FILE, CAP_C_AIO_GETEVENTS, SYS_io_getevents);
	c->n.ok = 9000 - slept;
	c->n.ok_slept = slept;
	c->wait_ns = slept * 1000;
	c->max_wait_ns = 1000;
	return cap;
}

static void one_request_at_a_time(void **state)
{
	(void)state;
	says(one_by_one(9000), IOM_M_ASYNC,
	     "It uses an asynchronous interface, but waits for each request: synchronous in fact.");
	says(one_by_one(75), IOM_M_ASYNC,
	     "It uses an asynchronous interface, but hardly ever has two requests in flight: synchronous in fact.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(part_of_the_transfers_slept),
		cmocka_unit_test(events_that_bring_nothing),
		cmocka_unit_test(one_request_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
