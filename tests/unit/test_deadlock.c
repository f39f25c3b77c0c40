/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads that wait for each other: in a chain of many thousands, in a ring at the end of one.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include <cmocka.h>

#include "build.h"
#include "capture/values.h"
#include "judge/judge.h"

#define MANY	 20000
#define SECONDS	 20 /* a machine without anything else to do takes a tenth of one */
#define FIRST	 10000
#define BEFORE   1000000

static void asleep_in_futex(struct iom_capture *cap, uint32_t thread, unsigned int tid)
{
	build_asleep(cap, thread, CAP_C_FUTEX, SYS_futex, IOM_NO_FILE, BEFORE, BUILD_LIFE_NS);
	cap->threads[thread].asleep_ns = BUILD_LIFE_NS;
	cap->threads[thread].cpu_ns = 0;
	assert_true(asprintf(&cap->threads[thread].at_end.target, "a mutex that thread %u worker has", tid) > 0);
}

/* Each waits for the next one, and the last for the one that stands there, or in a call of its own. */
static struct iom_capture *chain(uint32_t n, unsigned int last)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t t;

	build_asleep(cap, 0, CAP_C_SIGSUSPEND, SYS_pause, IOM_NO_FILE, BEFORE, BUILD_LIFE_NS);
	cap->threads[0].asleep_ns = BUILD_LIFE_NS;
	cap->threads[0].cpu_ns = 0;
	for (uint32_t i = 0; i < n; i++) {
		t = build_thread(cap, BUILD_PID, FIRST + i, "worker");
		if (i + 1 < n || last)
			asleep_in_futex(cap, t, i + 1 < n ? FIRST + i + 1 : last);
		else
			build_asleep(cap, t, CAP_C_SIGSUSPEND, SYS_pause, IOM_NO_FILE, BEFORE, BUILD_LIFE_NS);
		cap->threads[t].asleep_ns = BUILD_LIFE_NS;
		cap->threads[t].cpu_ns = 0;
	}
	return cap;
}

static void says(struct iom_capture *cap, const char *expected)
{
	time_t until = time(NULL) + SECONDS;
	struct iom_report *rep = iom_judge(cap);

	assert_true(time(NULL) <= until);
	if (!strstr(rep->procs[0].verdict.headline, expected))
		fail_msg("%s", rep->procs[0].verdict.headline);
	iom_report_free(rep);
	iom_capture_free(cap);
}

static void long_chains(void **state)
{
	char text[200];

	(void)state;
	snprintf(text, sizeof(text), "Thread %d, for which 19,999 of them wait, sleeps in pause.", FIRST + MANY - 1);
	says(chain(MANY, 0), text);
	snprintf(text, sizeof(text), "Threads %d and %d and others wait for each other's mutexes: a deadlock.", FIRST,
		 FIRST + 1);
	says(chain(MANY, FIRST), text);
}

static void ring_behind_a_chain(void **state)
{
	(void)state;
	says(chain(10, FIRST + 8), "Threads 10008 and 10009 wait for each other's mutexes: a deadlock.");
	says(chain(10, FIRST + 9), "Thread 10009 waits for a mutex that it has itself: a deadlock.");
	/* One of no thread that is known. */
	says(chain(2, 77), "All its 3 threads are asleep");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_chains),
		cmocka_unit_test(ring_behind_a_chain),
	};

	return cmocka_run_group_tests_name("deadlock", tests, NULL, NULL);
}
