/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whom a loop serves: how many files it waits for, who waits while it sleeps in something else, and what there is
 * to do about that.
 */
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
#include "report/thread_text.h"

#define MAIN BUILD_PID
#define EPOLL 0 /* the loop's: the first file */

static void let_go(struct iom_report *rep, struct iom_capture *cap)
{
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* A loop around an epoll with a pipe on which nothing comes, and a signalfd. */
static struct iom_capture *loop(void)
{
	struct iom_capture *cap = build_capture("server");

	build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	build_watch(cap, build_file(cap, 5, CAP_K_FIFO, 0, "pipe:[5]"), EPOLL);
	build_watch(cap, build_file(cap, 6, CAP_K_SIGNALFD, O_NONBLOCK, "signalfd"), EPOLL);
	build_epoll_wait(cap, MAIN, EPOLL, 0, 300, 10 * MS);
	cap->threads[0].asleep_ns = 3000 * MS;
	return cap;
}

static uint32_t client(struct iom_capture *cap, uint64_t reads, uint64_t writes)
{
	uint32_t s = build_file(cap, 7, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:81");

	build_watch(cap, s, EPOLL);
	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, reads, 0, 0, 0);
	if (writes)
		build_transfers(cap, MAIN, s, CAP_C_WRITE, SYS_write, writes, 0, 0, 0);
	return s;
}

static void syncs(struct iom_capture *cap)
{
	build_transfers(cap, MAIN, build_file(cap, 9, CAP_K_REG, 0, "/srv/log"), CAP_C_SYNC, SYS_fsync, 0, 100, 0, 3 * MS);
	cap->threads[0].asleep_ns += 300 * MS;
}

/* What a sync keeps waiting is somebody else's data, on a file of the loop: not what only rings, and not the
 * one client, who waits for just that. */
static void who_waits_for_a_sync(void **state)
{
	static const struct {
		int clients;
		uint64_t writes;
		const char *says; /* NULL: nothing */
	} cases[] = {
		{0, 0, NULL},
		{1, 100, NULL},
		{1, 0, "what came for it waited meanwhile"},
		{2, 100, "the 4 files of its set waited meanwhile"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct iom_capture *cap = loop();
		const struct rep_finding *f;
		struct iom_report *rep;

		for (int k = 0; k < cases[i].clients; k++)
			client(cap, 100, cases[i].writes);
		syncs(cap);
		rep = iom_judge(cap);
		f = build_finding(rep, "sync-on-loop");
		assert_int_equal(!!f, !!cases[i].says);
		if (f)
			assert_non_null(strstr(f->message, cases[i].says));
		let_go(rep, cap);
	}
}

/* Clients that came and went are no part of what the set had as the watch began, or ended. */
static void clients_that_went(void **state)
{
	static const struct {
		int went, came;
		const char *row;
	} cases[] = {
		{0, 0, "epoll_wait(4), 2 files: "},
		{1, 0, "epoll_wait(4), 3 files: "},
		{11, 0, "epoll_wait(4), at least 3 files: "},
		{11, 8, "epoll_wait(4), at least 10 files: "},
		{0, 8, "epoll_wait(4), 10 files: "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct iom_capture *cap = loop();
		const struct rep_finding *f;
		struct iom_report *rep;
		char *text;

		for (int k = 0; k < cases[i].went + cases[i].came; k++) {
			uint32_t s = client(cap, 100, 100);

			cap->files[s].open_at_start = false;
			cap->files[s].open_at_end = k >= cases[i].went;
		}
		cap->files[EPOLL].set_size = 2 + cases[i].came; /* as the watch ends */
		syncs(cap);
		rep = iom_judge(cap);
		text = iom_thread_text(cap, &rep->procs[0].threads[0]);
		assert_non_null(strstr(text, cases[i].row));
		free(text);
		f = build_finding(rep, "sync-on-loop");
		if (cases[i].went > 1)
			assert_non_null(strstr(f->message, "the other files of its set waited meanwhile"));
		let_go(rep, cap);
	}
}

/* Two files, one of which was ready and then not: nobody else waits, but that it sleeps there is news. */
static void said_to_be_ready(void **state)
{
	struct iom_capture *cap = loop();
	uint32_t s = client(cap, 100, 0);
	struct iom_report *rep;

	(void)state;
	build_transfers(cap, MAIN, s, CAP_C_RECV, SYS_recvfrom, 0, 4, 0, 150 * MS);
	cap->threads[0].asleep_ns += 600 * MS;
	rep = iom_judge(cap);
	assert_non_null(strstr(build_finding(rep, "loop-blocked")->message,
			       "it had been waited for, and was not ready all the same"));
	let_go(rep, cap);
}

/* What the thread slept in, one call of 200 ms, and what is said of it. */
static void what_there_is_to_do(void **state)
{
	static const struct {
		uint8_t kind, class;
		uint16_t nr;
		uint32_t f_flags;
		enum iom_runtime runtime;
		const char *says, *says_not; /* NULL: no such finding */
	} waits[] = {
		{CAP_K_UNKNOWN, CAP_C_CHILD, SYS_vfork, 0, IOM_RT_NATIVE, "a helper process", "WNOHANG"},
		{CAP_K_UNKNOWN, CAP_C_CHILD, SYS_clone3, 0, IOM_RT_NATIVE, "a helper process", "WNOHANG"},
		{CAP_K_UNKNOWN, CAP_C_CHILD, SYS_wait4, 0, IOM_RT_NATIVE, "WNOHANG", "a helper process"},
		{CAP_K_EPOLL, CAP_C_EPOLL_WAIT, SYS_epoll_wait, 0, IOM_RT_NATIVE, "the call that runs it.", "execSync"},
		{CAP_K_EPOLL, CAP_C_EPOLL_WAIT, SYS_epoll_wait, 0, IOM_RT_NODE, "exec for execSync", "waits here"},
		{CAP_K_SOCK, CAP_C_WRITE, SYS_writev, 0, IOM_RT_NATIVE, "O_NONBLOCK or MSG_DONTWAIT", "a tracer"},
		{CAP_K_SOCK, CAP_C_WRITE, SYS_writev, O_NONBLOCK, IOM_RT_NATIVE, "a lock, a page or a tracer",
		 "Usual way out"},
		{CAP_K_REG, CAP_C_WRITE, SYS_writev, O_NONBLOCK, IOM_RT_NATIVE, "for files on disk", "a tracer"},
		{CAP_K_UNKNOWN, CAP_C_AIO_SUBMIT, SYS_io_submit, 0, IOM_RT_NATIVE, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		struct iom_capture *cap = loop();
		uint32_t f = waits[i].kind == CAP_K_UNKNOWN ?
				     IOM_NO_FILE :
				     build_file(cap, 20, waits[i].kind, waits[i].f_flags, NULL);
		const struct rep_finding *found;
		struct cap_calls *r;
		struct iom_report *rep;

		client(cap, 100, 100);
		client(cap, 100, 100);
		cap->procs[0].runtime = waits[i].runtime;
		r = build_calls(cap, MAIN, f, waits[i].class, waits[i].nr);
		r->n.ok_slept = 1;
		r->wait_ns = r->max_wait_ns = 200 * MS;
		cap->threads[0].asleep_ns += r->wait_ns;
		rep = iom_judge(cap);
		found = build_finding(rep, "loop-blocked");
		assert_int_equal(!!found, !!waits[i].says);
		if (found) {
			assert_non_null(strstr(found->message, waits[i].says));
			assert_null(strstr(found->message, waits[i].says_not));
		}
		let_go(rep, cap);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_waits_for_a_sync),
		cmocka_unit_test(clients_that_went),
		cmocka_unit_test(said_to_be_ready),
		cmocka_unit_test(what_there_is_to_do),
	};

	return cmocka_run_group_tests_name("served", tests, NULL, NULL);
}
