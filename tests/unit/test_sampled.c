/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The line that tells of one transfer, as it was sampled.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "build.h"
#include "judge/judge.h"
#include "report/text.h"

/* Waits are those of the thread whose transfers are told, and of its returns few slept. */
static void waits_of_who_transfers(void **state)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t ep = build_file(cap, 5, CAP_K_EPOLL, 0, NULL), other = build_file(cap, 6, CAP_K_EPOLL, 0, NULL);
	uint32_t s = build_file(cap, 7, CAP_K_SOCK, O_NONBLOCK, "tcp");
	const struct rep_example *e;
	struct iom_report *rep;

	(void)state;
	build_thread(cap, BUILD_PID, BUILD_PID + 1, "other");
	build_watch(cap, s, ep);
	build_transfers(cap, BUILD_PID, s, CAP_C_READ, SYS_read, 6000, 0, 0, 0);
	build_epoll_wait(cap, BUILD_PID, ep, 1000, 200, 2 * MS);
	build_epoll_wait(cap, BUILD_PID + 1, other, 0, 300, 10 * MS);
	for (int i = 0; i < 17; i++)
		build_sample(cap, s, CAP_C_READ, SYS_read, 0, 1000, 0);
	for (int i = 0; i < 6; i++)
		build_sample(cap, ep, CAP_C_EPOLL_WAIT, SYS_epoll_wait, i ? 0 : 2 * MS, 1000, 0);
	for (int i = 0; i < 9; i++) {
		build_sample(cap, other, CAP_C_EPOLL_WAIT, SYS_epoll_wait, 10 * MS, 1000, 0);
		cap->samples[cap->nsamples - 1].tid = BUILD_PID + 1;
	}
	rep = iom_judge(cap);
	e = &rep->procs[0].example;
	assert_int_equal(e->samples, 17);
	assert_int_equal(e->returns, 6);
	assert_int_equal(e->slept, 1);
	assert_int_equal(e->wait_ns, 2 * MS);
	assert_int_equal(e->woken, 1);
	assert_int_equal(e->all, 1200);
	assert_int_equal(e->all_slept, 200);
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* The page of a capture, which is let go, says this. */
static void says(struct iom_capture *cap, const char *wanted)
{
	struct iom_report *rep = iom_judge(cap);
	struct iom_text_options opt = {.width = 300};
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	assert_non_null(out);
	assert_int_equal(iom_report_text(rep, out, &opt), 0);
	fclose(out);
	if (!strstr(text, wanted))
		fail_msg("no `%s` in `%s`", wanted, strstr(text, "sampled:") ? strstr(text, "sampled:") : text);
	free(text);
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* Reads of an eventfd: so many counted at once and after a sleep, and so many sampled of each. */
static struct iom_capture *reads(uint64_t fast, uint64_t slept, int sampled_fast, int sampled_slept)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t f = build_file(cap, 4, CAP_K_EVENTFD, 0, NULL);

	build_transfers(cap, BUILD_PID, f, CAP_C_READ, SYS_read, fast, slept, 0, MS);
	for (int i = 0; i < sampled_fast + sampled_slept; i++)
		build_sample(cap, f, CAP_C_READ, SYS_read, i < sampled_fast ? 0 : MS, 2000, 0);
	return cap;
}

static void sampled_as_counted(void **state)
{
	(void)state;
	says(reads(10, 1000, 4, 20), "a read of an eventfd, sampled: 2.0 us in itself (median of 24); 20 of 24 slept "
				     "1.0 ms, waited 4.0 us for a CPU (medians); woken by a soft interrupt");
	says(reads(10, 1000, 0, 1), "2.0 us in itself; it slept 1.0 ms, waited 4.0 us for a CPU; woken by");
	says(reads(10, 1000, 0, 2), "2.0 us in itself (the longer of two); both slept 1.0 ms, waited 4.0 us for a CPU "
				    "(the longer of two); woken by");
	says(reads(1000, 10, 24, 0), "2.0 us in itself (median of 24); none of 24 slept\n");
}

/* A window begins where a turn does, and sees more of those that sleep than there are, or none. */
static void counted_otherwise(void **state)
{
	(void)state;
	says(reads(9850, 150, 4, 20), "(median of 24); of all such calls in the watch 2 % slept\n");
	says(reads(400, 600, 24, 0), "(median of 24); of all such calls in the watch 60 % slept\n");
}

static void returns_of_a_loop(void **state)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t ep = build_file(cap, 5, CAP_K_EPOLL, 0, NULL), s = build_file(cap, 7, CAP_K_SOCK, O_NONBLOCK, "tcp");

	(void)state;
	build_watch(cap, s, ep);
	build_transfers(cap, BUILD_PID, s, CAP_C_READ, SYS_read, 6000, 0, 0, 0);
	build_epoll_wait(cap, BUILD_PID, ep, 1000, 200, 2 * MS);
	for (int i = 0; i < 23; i++)
		build_sample(cap, i < 17 ? s : ep, i < 17 ? CAP_C_READ : CAP_C_EPOLL_WAIT,
			     i < 17 ? SYS_read : SYS_epoll_wait, i < 22 ? 0 : 2 * MS, 1000, 0);
	says(cap, "a read of a socket, sampled: 1.0 us in itself (median of 17); 1 of 6 returns of epoll_wait slept "
		  "2.0 ms, waited 4.0 us for a CPU; woken by");
}

static void fanotify_by_its_name(void **state)
{
	static const char *const names[] = {"fanotify", "inotify"};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct iom_capture *cap = build_capture("program");
		uint32_t f = build_file(cap, 4, CAP_K_INOTIFY, 0, names[i]);

		build_transfers(cap, BUILD_PID, f, CAP_C_READ, SYS_read, 0, 100, 0, MS);
		build_sample(cap, f, CAP_C_READ, SYS_read, MS, 2000, 0);
		says(cap, i ? "a read of an inotify, sampled" : "a read of a fanotify, sampled");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_of_who_transfers),
		cmocka_unit_test(sampled_as_counted),
		cmocka_unit_test(counted_otherwise),
		cmocka_unit_test(returns_of_a_loop),
		cmocka_unit_test(fanotify_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
