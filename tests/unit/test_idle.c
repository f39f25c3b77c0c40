/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads that wake by the clock, out of calls that are no readiness calls; or ask for files, or
 * wake each other, all the time.
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
#include "judge/judge.h"

#define MAIN	BUILD_PID
#define WORKERS 4

/* A thread slept so often in a call, for 9.9 s in all. */
static void wakes(struct iom_capture *cap, uint32_t thread, uint8_t class, uint16_t nr, uint64_t times)
{
	struct cap_calls *r = build_calls(cap, cap->threads[thread].tid, IOM_NO_FILE, class, nr);

	r->n.ok_slept = times;
	r->wait_ns = 9900 * MS;
	r->max_wait_ns = 2 * r->wait_ns / times;
	cap->threads[thread].asleep_ns = r->wait_ns;
}

/* The main thread waits for them to end. */
static void pool(struct iom_capture *cap)
{
	cap->threads[0].asleep_ns = BUILD_LIFE_NS - MS;
	build_asleep(cap, 0, CAP_C_FUTEX, SYS_futex, IOM_NO_FILE, 0, BUILD_LIFE_NS - MS);
	for (uint32_t i = 1; i <= WORKERS; i++)
		wakes(cap, build_thread(cap, MAIN, MAIN + i, "worker"), CAP_C_FUTEX, SYS_futex, 900 + i);
}

static void by_timer(struct iom_capture *cap)
{
	wakes(cap, 0, CAP_C_TIMER, SYS_clock_nanosleep, 8000);
}

/* Workers that wait for work with a time limit: one finding, with the sum. */
static void by_time_limit(struct iom_capture *cap)
{
	pool(cap);
	for (uint32_t i = 0; i < WORKERS; i++) {
		cap->calls[i].n.zero_slept = cap->calls[i].n.ok_slept;
		cap->calls[i].n.ok_slept = 0;
	}
}

/* The same, and it is others who wake them. */
static void by_work(struct iom_capture *cap)
{
	pool(cap);
}

static void by_both(struct iom_capture *cap)
{
	by_time_limit(cap);
	for (uint32_t i = 0; i < WORKERS; i++)
		cap->calls[i].n.ok_slept = 300;
}

static void seldom(struct iom_capture *cap)
{
	wakes(cap, 0, CAP_C_TIMER, SYS_clock_nanosleep, 90);
}

static void and_sends(struct iom_capture *cap)
{
	by_timer(cap);
	build_transfers(cap, MAIN, build_file(cap, 5, CAP_K_SOCK, 0, NULL), CAP_C_WRITE, SYS_write, 2000, 0, 0, 0);
}

/* What the clock of one thread is for is done by another. */
static void another_sends(struct iom_capture *cap)
{
	by_timer(cap);
	build_thread(cap, MAIN, MAIN + 1, "sender");
	build_transfers(cap, MAIN + 1, build_file(cap, 5, CAP_K_SOCK, 0, NULL), CAP_C_WRITE, SYS_write, 2000, 0, 0, 0);
}

static void and_computes(struct iom_capture *cap)
{
	by_timer(cap);
	cap->calls[0].wait_ns = cap->threads[0].asleep_ns = 6000 * MS;
	cap->threads[0].cpu_ns = 4000 * MS;
}

static const struct {
	const char *name;
	void (*build)(struct iom_capture *cap);
	uint64_t count; /* 0: nothing is said */
	const char *says;
} cases[] = {
	{"by timer", by_timer, 8000, "Thread 4711 slept in clock_nanosleep until its time had run out 8,000 times, 800 a "
				     "second; the process made no transfers."},
	{"by a time limit", by_time_limit, 3610, "4 threads, 4715 among them, slept in futex until their time had run out "
						 "3,610 times, 361 a second;"},
	{"by work", by_work, 0, NULL},
	{"by both", by_both, 0, NULL},
	{"seldom", seldom, 0, NULL},
	{"and sends", and_sends, 0, NULL},
	{"another sends", another_sends, 0, NULL},
	{"and computes", and_computes, 0, NULL},
};

#define NCASES (sizeof(cases) / sizeof(*cases))

static void check(void **state)
{
	size_t k = (size_t)*state, found = 0;
	struct iom_capture *cap = build_capture("app");
	struct iom_report *rep;

	cases[k].build(cap);
	rep = iom_judge(cap);
	for (size_t i = 0; i < rep->procs[0].nfindings; i++) {
		const struct rep_finding *f = &rep->procs[0].findings[i];

		if (strcmp(f->id, "idle-wakeups"))
			continue;
		found++;
		assert_int_equal(f->count, cases[k].count);
		assert_non_null(strstr(f->message, cases[k].says));
	}
	assert_int_equal(found, cases[k].count ? 1 : 0);
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* Each file is asked by a poll of its own, without waiting: one finding, with the sum. */
static void files_asked_in_turn(void **state)
{
	struct iom_capture *cap = build_capture("php");
	const struct rep_finding *f;
	struct iom_report *rep;

	(void)state;
	for (int i = 0; i < 3; i++) {
		uint32_t s = build_file(cap, 6 + i, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:81 -> 127.0.0.1:80");
		struct cap_calls *r = build_calls(cap, MAIN, s, CAP_C_POLL, SYS_poll);

		r->n.zero = r->n.nowait = 10000;
		r->set_size = 1;
		build_interest(cap, s, 0, 10000)->set_file = s;
	}
	cap->threads[0].cpu_ns = BUILD_LIFE_NS;
	rep = iom_judge(cap);
	f = build_finding(rep, "busy-poll");
	assert_non_null(f);
	assert_int_equal(f->count, 30000);
	assert_non_null(strstr(f->message, "tcp 127.0.0.1:81 -> 127.0.0.1:80 and 2 others 3,000 times a second"));
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* A byte that one thread writes and another reads is a wake-up: no buffer would help. */
static void tokens_are_no_transfers(void **state)
{
	(void)state;
	for (int others = 0; others < 2; others++) {
		struct iom_capture *cap = build_capture("tclsh");
		struct iom_report *rep;

		for (int end = 0; end < 2; end++) {
			uint32_t f = build_file(cap, 5 + end, CAP_K_FIFO, 0,
						others ? "pipe:[9] -> cat 12 fd 0" : "pipe:[9]");

			cap->files[f].ino = 9;
			build_transfers(cap, MAIN, f, end ? CAP_C_WRITE : CAP_C_READ, end ? SYS_write : SYS_read,
					20000, 0, 0, 0)->bytes = 20000;
		}
		rep = iom_judge(cap);
		assert_int_equal(!!build_finding(rep, "tiny-transfers"), others);
		iom_report_free(rep);
		iom_capture_free(cap);
	}
}

/* One byte at a time of what is there already; or one byte at a time as it comes. */
static void bytes_of_a_socket(void **state)
{
	(void)state;
	for (int there = 0; there < 2; there++) {
		struct iom_capture *cap = build_capture("client");
		uint32_t f = build_file(cap, 3, CAP_K_SOCK, 0, "tcp 127.0.0.1:81 -> 127.0.0.1:80");
		struct iom_report *rep;

		build_transfers(cap, MAIN, f, CAP_C_RECV, SYS_recvfrom, there ? 20000 : 200, there ? 200 : 20000, 0,
				MS / 10)->bytes = 20200;
		rep = iom_judge(cap);
		assert_int_equal(!!build_finding(rep, "tiny-transfers"), there);
		iom_report_free(rep);
		iom_capture_free(cap);
	}
}

int main(void)
{
	static struct CMUnitTest tests[NCASES + 3];

	for (size_t i = 0; i < NCASES; i++)
		tests[i] = (struct CMUnitTest){
			.name = cases[i].name, .test_func = check, .initial_state = (void *)i};
	tests[NCASES] = (struct CMUnitTest)cmocka_unit_test(files_asked_in_turn);
	tests[NCASES + 1] = (struct CMUnitTest)cmocka_unit_test(tokens_are_no_transfers);
	tests[NCASES + 2] = (struct CMUnitTest)cmocka_unit_test(bytes_of_a_socket);
	return cmocka_run_group_tests_name("idle", tests, NULL, NULL);
}
