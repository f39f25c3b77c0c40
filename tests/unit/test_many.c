/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a report takes grows with the files and threads of a process, not with their square.
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
#include "judge/judge.h"
#include "report/text.h"
#include "run_under.h"

#define FILES	 40000
#define THREADS	 20000
#define CALLS	 3  /* rows of each thread */
#define SECONDS	 30 /* a machine without anything else to do takes one; each square took minutes */

/* Heap. */
static char *page_of(struct iom_capture *cap)
{
	time_t until = time(NULL) + SECONDS * (SANITIZED || under_valgrind() ? 10 : 1);
	struct iom_text_options options = {};
	struct iom_report *rep = iom_judge(cap);
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	assert_int_equal(iom_report_text(rep, out, &options), 0);
	fclose(out);
	assert_true(time(NULL) <= until);
	iom_report_free(rep);
	iom_capture_free(cap);
	return text;
}

/* Each in a directory of its own, so that none is like another one. */
static void many_files(void **state)
{
	struct iom_capture *cap = build_capture("program");
	char name[40], *page;

	(void)state;
	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "/d%d/f%d", i, i);
		build_transfers(cap, BUILD_PID, build_file(cap, 10 + i, CAP_K_REG, 0, name), CAP_C_READ, SYS_read, 3, 0, 0,
				0);
	}
	page = page_of(cap);
	assert_non_null(strstr(page, "and 39,992 more files"));
	free(page);
}

static void many_connections(void **state)
{
	struct iom_capture *cap = build_capture("server");
	uint32_t epoll = build_file(cap, 5, CAP_K_EPOLL, 0, "epoll");
	char name[60], *page;

	(void)state;
	build_epoll_wait(cap, BUILD_PID, epoll, 10, 1000, 1000);
	for (int i = 0; i < FILES; i++) {
		uint32_t file;

		snprintf(name, sizeof(name), "tcp 10.0.0.1:80 <- 10.1.0.1:%d", i);
		file = build_file(cap, 10 + i, CAP_K_SOCK, 04000, name);
		build_watch(cap, file, epoll);
		build_transfers(cap, BUILD_PID, file, CAP_C_RECV, SYS_recvfrom, 3, 0, 3, 0);
		build_transfers(cap, BUILD_PID, file, CAP_C_SEND, SYS_sendto, 3, 0, 0, 0);
	}
	page = page_of(cap);
	assert_non_null(strstr(page, "40,000 x tcp 10.0.0.1:80 <- 10.1.0.1"));
	free(page);
}

static void many_threads(void **state)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t file = build_file(cap, 3, CAP_K_FIFO, 0, "pipe:[1]");

	(void)state;
	for (uint32_t i = 0; i < THREADS; i++) {
		uint32_t tid = 100000 + i;

		build_thread(cap, BUILD_PID, tid, "worker");
		for (int k = 0; k < CALLS; k++)
			build_transfers(cap, tid, file, (uint8_t)(CAP_C_READ + k), (uint16_t)(SYS_read + k), 1, 0, 0, 0);
	}
	free(page_of(cap));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_files),
		cmocka_unit_test(many_connections),
		cmocka_unit_test(many_threads),
	};

	return cmocka_run_group_tests_name("many", tests, NULL, NULL);
}
