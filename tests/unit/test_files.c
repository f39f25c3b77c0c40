/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How files are used: tiny transfers of one stream are one, in whichever threads and however
 * often it was opened; what only tells of something is of no model.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "build.h"
#include "expected.h"
#include "judge/judge.h"

/* n reads of one byte each by thread tid. */
static void read_bytes(struct iom_capture *cap, uint32_t tid, uint32_t file, uint64_t n)
{
	build_transfers(cap, tid, file, CAP_C_READ, SYS_read, n, 0, 0, 0)->bytes = n;
}

/* How many tiny transfers are told; 0: none. The capture is let go. */
static uint64_t tiny(struct iom_capture *cap)
{
	struct iom_report *rep = iom_judge(cap);
	const struct rep_finding *f = build_finding(rep, "tiny-transfers");
	uint64_t n = f ? f->count : 0;

	iom_report_free(rep);
	iom_capture_free(cap);
	return n;
}

/* A runtime moves what reads from thread to thread. */
static void threads_read_one_pipe(void **state)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t pipe = build_file(cap, 0, CAP_K_FIFO, 0, "pipe:[7]");

	(void)state;
	for (int i = 0; i < 4; i++) {
		build_thread(cap, BUILD_PID, 5000 + i, "program");
		read_bytes(cap, 5000 + i, pipe, 400);
	}
	assert_int_equal(tiny(cap), 1600);
}

static void a_file_opened_anew(void **state)
{
	struct iom_capture *cap = build_capture("program");

	(void)state;
	for (int i = 0; i < 4; i++)
		read_bytes(cap, BUILD_PID, build_file(cap, 3, CAP_K_REG, 0, "/srv/log"), 400);
	assert_int_equal(tiny(cap), 1600);
}

/* Many files of which each has few, and one that is read whole beside them. */
static void other_files_are_others(void **state)
{
	struct iom_capture *cap = build_capture("program");
	char name[32];

	(void)state;
	for (int i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "/srv/log%d", i);
		read_bytes(cap, BUILD_PID, build_file(cap, 3, CAP_K_REG, 0, name), 400);
		read_bytes(cap, BUILD_PID, build_file(cap, 3, CAP_K_FIFO, 0, "pipe"), 400);
	}
	build_transfers(cap, BUILD_PID, build_file(cap, 3, CAP_K_REG, 0, "/srv/log0"), CAP_C_READ, SYS_read, 9000, 0, 0,
			0);
	assert_int_equal(tiny(cap), 0);
}

/* A small file that is read whole each time it is opened. */
static void a_small_file_read_whole(void **state)
{
	struct iom_capture *cap = build_capture("program");

	(void)state;
	for (int i = 0; i < 600; i++)
		read_bytes(cap, BUILD_PID, build_file(cap, 3, CAP_K_REG, 0, "/srv/counter"), 2);
	assert_int_equal(tiny(cap), 0);
}

/* What only tells of something counts for nothing when it is read, whoever waits for it; a socket does. */
static void bells_are_of_no_model(void **state)
{
	static const struct {
		uint8_t kind;
		const char *name;
		enum iom_model model;
	} of[] = {
		{CAP_K_TIMERFD, NULL, IOM_M_NONE},
		{CAP_K_EVENTFD, NULL, IOM_M_NONE},
		{CAP_K_NULL, "/dev/null", IOM_M_NONE},
		{CAP_K_PROC, "/proc/net/dev", IOM_M_NONE},
		{CAP_K_SOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:5", IOM_M_MULTIPLEXED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		struct iom_capture *cap = build_capture("program");
		uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL), s, f;
		struct iom_report *rep;

		cap->procs[0].runtime = IOM_RT_GO;
		s = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:6");
		f = build_file(cap, 6, of[i].kind, O_NONBLOCK, of[i].name);
		build_watch(cap, s, ep);
		build_watch(cap, f, ep);
		build_transfers(cap, BUILD_PID, s, CAP_C_READ, SYS_read, 900, 0, 0, 0);
		build_transfers(cap, BUILD_PID, f, CAP_C_READ, SYS_read, 900, 0, 0, 0);
		build_epoll_wait(cap, BUILD_PID, ep, 0, 900, 10 * MS);
		rep = iom_judge(cap);
		assert_int_equal(expected_file(rep, f)->model, of[i].model);
		assert_int_equal(expected_file(rep, s)->model, IOM_M_MULTIPLEXED);
		iom_report_free(rep);
		iom_capture_free(cap);
	}
}

/* A listener that blocks, and a poll of that and of so many other files before each accept. */
static struct iom_report *polls_and_accepts(struct iom_capture *cap, uint64_t others)
{
	uint32_t l = build_file(cap, 3, CAP_K_LISTEN, 0, "tcp listen 127.0.0.1:80");
	struct cap_calls *r = build_calls(cap, BUILD_PID, l, CAP_C_POLL, SYS_poll);

	r->n.ok_slept = r->events = r->n.forever = 28;
	r->wait_ns = 2800 * MS;
	r->set_size = 1 + others;
	build_interest(cap, l, 28, 0)->set_file = l;
	for (uint64_t i = 0; i < others; i++)
		build_interest(cap, build_file(cap, 4 + i, CAP_K_LISTEN, 0, "tcp listen 127.0.0.1:81"), 0, 28)->set_file = l;
	build_transfers(cap, BUILD_PID, l, CAP_C_ACCEPT, SYS_accept, 28, 0, 0, 0);
	return iom_judge(cap);
}

/* Whoever waits for one file alone may block in it: he is not told the opposite as well. */
static void one_way_out_for_a_file(void **state)
{
	struct iom_capture *cap = build_capture("program");
	struct iom_report *rep = polls_and_accepts(cap, 0);

	(void)state;
	assert_null(build_finding(rep, "may-block"));
	assert_non_null(build_finding(rep, "one-file-readiness"));
	assert_non_null(strstr(build_finding(rep, "one-file-readiness")->message, "a blocking accept waits just so"));
	iom_report_free(rep);
	iom_capture_free(cap);
	cap = build_capture("program");
	rep = polls_and_accepts(cap, 1);
	assert_null(build_finding(rep, "one-file-readiness"));
	assert_non_null(build_finding(rep, "may-block"));
	assert_non_null(strstr(build_finding(rep, "may-block")->message, "then accepted from without O_NONBLOCK"));
	assert_null(strstr(build_finding(rep, "may-block")->message, "MSG_DONTWAIT"));
	iom_report_free(rep);
	iom_capture_free(cap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_read_one_pipe),
		cmocka_unit_test(a_file_opened_anew),
		cmocka_unit_test(other_files_are_others),
		cmocka_unit_test(a_small_file_read_whole),
		cmocka_unit_test(bells_are_of_no_model),
		cmocka_unit_test(one_way_out_for_a_file),
	};

	return cmocka_run_group_tests_name("files", tests, NULL, NULL);
}
