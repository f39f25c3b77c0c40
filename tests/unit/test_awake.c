/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loops that come back often: interrupted, kept awake, or loaded; and what the headline says
 * of waiting that nobody saw.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "build.h"
#include "expected.h"
#include "judge/judge.h"

#define MAIN BUILD_PID

/* ---- interrupted ------------------------------------------------------------------------ */

/* So many calls were interrupted, and slept for so much of the watch; of how many is not counted. */
static struct cap_calls *interrupted(struct iom_capture *cap, uint64_t n, uint64_t asleep_ns, uint64_t each_ns)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	struct cap_calls *r;

	build_watch(cap, build_file(cap, 5, CAP_K_LISTEN, O_NONBLOCK, NULL), ep);
	build_signals(cap, CAP_S_DELIVERED, SIGALRM, 0x80, IOM_NO_FILE, n);
	r = build_epoll_wait(cap, MAIN, ep, 0, 0, 0);
	r->n.err = n;
	r->wait_ns = asleep_ns;
	r->max_wait_ns = each_ns;
	cap->threads[0].asleep_ns = asleep_ns;
	cap->threads[0].nvcsw = n;
	return r;
}

static void by_a_timer(struct iom_capture *cap)
{
	interrupted(cap, 2500, 9800 * MS, 4 * MS);
}

/* None of them slept. */
static void at_once(struct iom_capture *cap)
{
	interrupted(cap, 2500, 0, 0);
	cap->threads[0].nvcsw = 0;
}

static void interrupted_calls_slept(void **state)
{
	struct iom_capture *cap = build_capture("profiled");
	struct iom_report *rep;
	struct cap_turns *n;
	uint32_t i;

	(void)state;
	interrupted(cap, 2500, 9800 * MS, 5 * MS);
	rep = iom_judge(cap);
	/* 9.8 s in sleeps of 5 ms at most. */
	assert_int_equal(rep->procs[0].threads[0].time.waits[0].slept, 1960);
	iom_report_free(rep);
	i = iom_capture_add_turns(cap);
	n = &cap->turns[i];
	n->tid = n->tgid = MAIN;
	n->class = CAP_C_EPOLL_WAIT;
	n->file = 0;
	n->exact = 2449;
	rep = iom_judge(cap);
	assert_int_equal(rep->procs[0].threads[0].time.waits[0].slept, 2449);
	assert_non_null(strstr(rep->procs[0].verdict.headline, "and nothing came"));
	iom_report_free(rep);
	iom_capture_free(cap);
}

static const struct expected judged[] = {
	{"23 interrupted by a timer", by_a_timer, IOM_M_MULTIPLEXED, IOM_FACT_NULL, "event-loop", "",
	 NO_TRANSFERS, ""},
	{"23 interrupted at once", at_once, IOM_M_MULTIPLEXED, IOM_FACT_POLLING, "event-loop", "",
	 NO_TRANSFERS, ""},
};

#define NJUDGED (sizeof(judged) / sizeof(*judged))

int main(void)
{
	static struct CMUnitTest tests[NJUDGED + 1];

	for (size_t i = 0; i < NJUDGED; i++)
		tests[i] = (struct CMUnitTest){.name = judged[i].name,
					       .test_func = check_judged,
					       .initial_state = (void *)&judged[i]};
	tests[NJUDGED] = (struct CMUnitTest)cmocka_unit_test(interrupted_calls_slept);
	return cmocka_run_group_tests_name("awake", tests, NULL, NULL);
}
