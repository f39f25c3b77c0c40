/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs that start others and wait for them: shells, make, xargs.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "build.h"
#include "expected.h"
#include "judge/judge.h"

#define MAIN BUILD_PID

/* Sleeps for children, so many, each of so long; the rest of the time it sleeps in reads. */
static void waits_for(struct iom_capture *cap, uint64_t children, uint64_t each)
{
	struct cap_calls *r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_CHILD, SYS_wait4);

	r->n.ok_slept = children;
	r->wait_ns = children * each;
	r->max_wait_ns = each;
	cap->threads[0].asleep_ns = BUILD_LIFE_NS;
	cap->threads[0].cpu_ns = 0;
	cap->threads[0].nvcsw = 2 * children + 100;
}

/* By a pipe of its own it is told that a child has begun, or could not. */
static void told_by_pipe(struct iom_capture *cap, uint64_t times, uint64_t each)
{
	uint32_t pipe = build_file(cap, 4, CAP_K_FIFO, 0, "pipe:[9]");
	struct cap_calls *r = build_transfers(cap, MAIN, pipe, CAP_C_READ, SYS_read, 0, 0, 0, 0);

	r->n.zero_slept = times;
	r->wait_ns = times * each;
	r->max_wait_ns = each;
}

static void one_read_of_a_pipe(struct iom_capture *cap)
{
	waits_for(cap, 2, 4900 * MS);
	told_by_pipe(cap, 1, 6 * MS);
}

static void a_pipe_for_each(struct iom_capture *cap)
{
	waits_for(cap, 100, 97 * MS);
	told_by_pipe(cap, 101, 2 * MS);
}

/* The next line, and one to a log, beside each child. */
static void lines_of_a_script(struct iom_capture *cap)
{
	waits_for(cap, 100, 97 * MS);
	build_transfers(cap, MAIN, build_file(cap, 3, CAP_K_REG, 0, "/srv/script"), CAP_C_READ, SYS_read, 100, 0, 0, 0);
	build_transfers(cap, MAIN, build_file(cap, 1, CAP_K_REG, 0, "/srv/log"), CAP_C_WRITE, SYS_write, 90, 0, 0, 0);
}

/* What the children write is what it waits for. */
static void takes_their_output(struct iom_capture *cap)
{
	waits_for(cap, 100, 2 * MS);
	told_by_pipe(cap, 100, 90 * MS);
}

static void takes_some_output(struct iom_capture *cap)
{
	waits_for(cap, 100, 60 * MS);
	told_by_pipe(cap, 100, 30 * MS);
}

/* It copies in between. */
static void copies_a_lot(struct iom_capture *cap)
{
	waits_for(cap, 100, 97 * MS);
	build_transfers(cap, MAIN, build_file(cap, 3, CAP_K_REG, 0, "/srv/data"), CAP_C_READ, SYS_read, 900, 0, 0, 0);
}

/* Asleep for a timer, not for children. */
static void sleeps_and_reads(struct iom_capture *cap)
{
	waits_for(cap, 2, 4900 * MS);
	cap->calls[0].class = CAP_C_TIMER;
	cap->calls[0].nr = SYS_clock_nanosleep;
	told_by_pipe(cap, 1, 6 * MS);
}

static const struct expected judged[] = {
	{"one read of a pipe", one_read_of_a_pipe, IOM_M_NONE, 0, NULL, "", 0, ""},
	{"a pipe for each child", a_pipe_for_each, IOM_M_NONE, 0, NULL, "", 0, ""},
	{"lines of a script", lines_of_a_script, IOM_M_NONE, 0, NULL, "", 0, ""},
	{"takes their output", takes_their_output, IOM_M_BLOCKING, 0, "sequential", "", 0, ""},
	{"takes some output", takes_some_output, IOM_M_BLOCKING, 0, "sequential", "", 0, ""},
	{"copies a lot", copies_a_lot, IOM_M_BLOCKING, 0, "sequential", "", 900, ""},
	{"sleeps and reads", sleeps_and_reads, IOM_M_BLOCKING, 0, "sequential", "", 0, ""},
};
#define NJUDGED (sizeof(judged) / sizeof(*judged))

static void says_for_whom(void **state)
{
	struct iom_capture *cap = build_capture("program");
	struct iom_report *rep;

	(void)state;
	a_pipe_for_each(cap);
	rep = iom_judge(cap);
	assert_non_null(strstr(rep->procs[0].verdict.headline, "waits for children, and hardly for any file"));
	assert_true(rep->procs[0].verdict.confidence >= 0.9);
	iom_report_free(rep);
	iom_capture_free(cap);
}

int main(void)
{
	static struct CMUnitTest tests[NJUDGED + 1];

	for (size_t i = 0; i < NJUDGED; i++)
		tests[i] = (struct CMUnitTest){.name = judged[i].name,
					       .test_func = check_judged,
					       .initial_state = (void *)&judged[i]};
	tests[NJUDGED] = (struct CMUnitTest)cmocka_unit_test(says_for_whom);
	return cmocka_run_group_tests_name("children", tests, NULL, NULL);
}
