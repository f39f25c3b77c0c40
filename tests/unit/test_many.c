/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a report takes grows with the files and threads of a process, not with their square.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include <cmocka.h>

#include "build.h"
#include "judge/judge.h"
#include "report/text.h"
#include "run_under.h"

#define MANY  40000
#define LESS  (MANY / 4)
#define CALLS 3 /* rows of each thread */

/* Four times as many take four times as long, or sixteen times where each is compared with each. */
#define AT_MOST 10
#define NOISE	0.2 /* s */

/* Seconds of a CPU that judging and telling takes. *page: heap. */
static double time_of(struct iom_capture *cap, char **page)
{
	struct iom_text_options options = {};
	clock_t from = clock(), until;
	struct iom_report *rep = iom_judge(cap);
	size_t n;
	FILE *out = open_memstream(page, &n);

	assert_int_equal(iom_report_text(rep, out, &options), 0);
	fclose(out);
	until = clock();
	iom_report_free(rep);
	iom_capture_free(cap);
	return (double)(until - from) / CLOCKS_PER_SEC;
}

/* made: a capture with so many of something; says: is on the page of the larger one. */
static void grows(struct iom_capture *(*made)(int n), const char *says)
{
	bool slow = SANITIZED || under_valgrind(); /* there memory is looked at, and no time */
	double less, many;
	char *page;

	less = time_of(made(slow ? LESS / 20 : LESS), &page);
	free(page);
	if (slow)
		return;
	many = time_of(made(MANY), &page);
	assert_non_null(strstr(page, says));
	free(page);
	assert_true(many < AT_MOST * less + NOISE);
}

/* Each in a directory of its own, so that none is like another one. */
static struct iom_capture *files(int n)
{
	struct iom_capture *cap = build_capture("program");
	char name[40];

	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "/d%d/f%d", i, i);
		build_transfers(cap, BUILD_PID, build_file(cap, 10 + i, CAP_K_REG, 0, name), CAP_C_READ, SYS_read, 3, 0, 0,
				0);
	}
	return cap;
}

static void many_files(void **state)
{
	(void)state;
	grows(files, "and 39,992 more files");
}

static struct iom_capture *connections(int n)
{
	struct iom_capture *cap = build_capture("server");
	uint32_t epoll = build_file(cap, 5, CAP_K_EPOLL, 0, "epoll");
	char name[60];

	build_epoll_wait(cap, BUILD_PID, epoll, 10, 1000, 1000);
	for (int i = 0; i < n; i++) {
		uint32_t file;

		snprintf(name, sizeof(name), "tcp 10.0.0.1:80 <- 10.1.0.1:%d", i);
		file = build_file(cap, 10 + i, CAP_K_SOCK, 04000, name);
		build_watch(cap, file, epoll);
		build_transfers(cap, BUILD_PID, file, CAP_C_RECV, SYS_recvfrom, 3, 0, 3, 0);
		build_transfers(cap, BUILD_PID, file, CAP_C_SEND, SYS_sendto, 3, 0, 0, 0);
	}
	return cap;
}

static void many_connections(void **state)
{
	(void)state;
	grows(connections, "40,000 x tcp 10.0.0.1:80 <- 10.1.0.1");
}

static struct iom_capture *threads(int n)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t file = build_file(cap, 3, CAP_K_FIFO, 0, "pipe:[1]");

	for (int i = 0; i < n / 2; i++) {
		uint32_t tid = 100000 + (uint32_t)i;

		build_thread(cap, BUILD_PID, tid, "worker");
		for (int k = 0; k < CALLS; k++)
			build_transfers(cap, tid, file, (uint8_t)(CAP_C_READ + k), (uint16_t)(SYS_read + k), 1, 0, 0, 0);
	}
	return cap;
}

static void many_threads(void **state)
{
	(void)state;
	grows(threads, "20,000 x worker");
}

/* Each has a name of its own. */
static struct iom_capture *named(int n)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t file = build_file(cap, 3, CAP_K_FIFO, 0, "pipe:[1]");
	char name[16];

	for (int i = 0; i < n / 2; i++) {
		uint32_t tid = 100000 + (uint32_t)i;

		snprintf(name, sizeof(name), "w%d-", i);
		build_thread(cap, BUILD_PID, tid, name);
		build_transfers(cap, tid, file, CAP_C_READ, SYS_read, 1, 0, 0, 0);
	}
	return cap;
}

static void many_named(void **state)
{
	(void)state;
	grows(named, "and 19,993 more threads");
}

/* Each is asleep throughout for a file of its own. */
static struct iom_capture *sleepers(int n)
{
	struct iom_capture *cap = build_capture("program");
	char name[40];

	for (int i = 0; i < n / 2; i++) {
		uint32_t thread = build_thread(cap, BUILD_PID, 100000 + (uint32_t)i, "worker");

		snprintf(name, sizeof(name), "tcp 10.0.0.1:80 <- 10.1.0.1:%d", i);
		build_asleep(cap, thread, CAP_C_READ, SYS_read, build_file(cap, 10 + i, CAP_K_SOCK, 0, name), 0,
			     BUILD_LIFE_NS);
	}
	return cap;
}

static void many_sleepers(void **state)
{
	(void)state;
	grows(sleepers, "20,000 x worker");
}

/* Kept awake by one file after the other. */
static struct iom_capture *awake(int n)
{
	struct iom_capture *cap = build_capture("server");
	uint32_t epoll = build_file(cap, 5, CAP_K_EPOLL, 0, "epoll");

	build_epoll_wait(cap, BUILD_PID, epoll, 4 * (uint64_t)n, 0, 0);
	for (int i = 0; i < n; i++) {
		uint32_t file = build_file(cap, 10 + i, CAP_K_SOCK, 04000, "tcp 10.0.0.1:80 <- 10.1.0.1:7"), w;

		build_watch(cap, file, epoll);
		w = iom_capture_add_awake(cap);
		cap->awakes[w].tid = cap->awakes[w].tgid = BUILD_PID;
		cap->awakes[w].class = CAP_C_EPOLL_WAIT;
		cap->awakes[w].set_file = epoll;
		cap->awakes[w].file = file;
		cap->awakes[w].events = 1;
		cap->awakes[w].samples = 1;
	}
	return cap;
}

static void many_awake(void **state)
{
	(void)state;
	grows(awake, "server");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_files),
		cmocka_unit_test(many_connections),
		cmocka_unit_test(many_threads),
		cmocka_unit_test(many_named),
		cmocka_unit_test(many_sleepers),
		cmocka_unit_test(many_awake),
	};

	return cmocka_run_group_tests_name("many", tests, NULL, NULL);
}
