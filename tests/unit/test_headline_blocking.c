/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a report begins with, of a program that leaves the waiting to the call.
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

/* The headline of a capture, which is let go, has this in it. */
static void says(struct iom_capture *cap, const char *wanted)
{
	struct iom_report *rep = iom_judge(cap);

	assert_int_equal(rep->procs[0].verdict.model, IOM_M_BLOCKING);
	if (!strstr(rep->procs[0].verdict.headline, wanted))
		fail_msg("no `%s` in `%s`", wanted, rep->procs[0].verdict.headline);
	iom_report_free(rep);
	iom_capture_free(cap);
}

static void sleeps(struct iom_capture *cap, uint32_t thread, uint64_t n, uint64_t each)
{
	cap->threads[thread].nvcsw = n;
	cap->threads[thread].asleep_ns = n * each;
}

/* One thread accepts and sleeps longest; six read, and together sleep longer. */
static void most_of_all_threads(void **state)
{
	struct iom_capture *cap = build_capture("pool");
	uint32_t listener = build_file(cap, 3, CAP_K_LISTEN, 0, "tcp listen 127.0.0.1:80");

	(void)state;
	build_transfers(cap, BUILD_PID, listener, CAP_C_ACCEPT, SYS_accept, 0, 3, 0, 3000 * MS);
	sleeps(cap, 0, 3, 3000 * MS);
	for (int i = 1; i <= 6; i++) {
		uint32_t s = build_file(cap, 3 + i, CAP_K_SOCK, 0, "tcp 127.0.0.1:80 <- 127.0.0.1:4000");
		uint32_t t = build_thread(cap, BUILD_PID, BUILD_PID + i, "worker");

		build_transfers(cap, BUILD_PID + i, s, CAP_C_READ, SYS_read, 0, 800, 0, 10 * MS);
		sleeps(cap, t, 800, 10 * MS);
	}
	says(cap, "most of all in read.");
}

/* Data is of a file that never waits for others; the doorbell beside it was slept for. */
static void slept_for_a_bell(void **state)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t bell = build_file(cap, 3, CAP_K_SIGNALFD, 0, NULL), f = build_file(cap, 4, CAP_K_PROC, 0, "/proc/1/stat");

	(void)state;
	build_transfers(cap, BUILD_PID, bell, CAP_C_READ, SYS_read, 9000, 500, 0, 1000);
	build_transfers(cap, BUILD_PID, f, CAP_C_READ, SYS_read, 500, 0, 0, 0);
	sleeps(cap, 0, 500, 1000);
	says(cap, "may sleep until that is done; 500 of 10,000 slept, most of all in read of a signalfd.");
}

/* From a pipe into a file of a disk: either may be what was slept for. */
static void between_two_files(void **state)
{
	struct iom_capture *cap = build_capture("mover");
	uint32_t pipe = build_file(cap, 6, CAP_K_FIFO, 0, "pipe:[6]"), f = build_file(cap, 8, CAP_K_REG, 0, "/srv/file");

	(void)state;
	build_transfers(cap, BUILD_PID, pipe, CAP_C_SPLICE, SYS_splice, 500, 500, 0, MS)->other = f;
	sleeps(cap, 0, 500, MS);
	says(cap, "Its threads sleep inside the transfer call, for one of its two files, most of all in splice(6) pipe:[6].");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(most_of_all_threads),
		cmocka_unit_test(slept_for_a_bell),
		cmocka_unit_test(between_two_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
