/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of a thread's readiness sets are its loop's own: sleeping in one of these keeps nobody waiting. And
 * which sleeps were before there was a loop.
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

static bool is_blocked(const struct iom_report *rep)
{
	return build_finding(rep, "loop-blocked");
}

static void let_go(struct iom_report *rep, struct iom_capture *cap)
{
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* Sleeps in a select whose set lies at one place. */
static struct cap_calls *selects(struct iom_capture *cap, uint32_t set, uint32_t nfds, uint64_t times, uint64_t ms)
{
	struct cap_calls *r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_SELECT, SYS_pselect6);

	r->set = set;
	r->set_size = nfds;
	r->n.ok_slept = times;
	r->wait_ns = times * ms * MS;
	r->max_wait_ns = ms * MS;
	cap->threads[0].asleep_ns += r->wait_ns;
	return r;
}

static void was_ready(struct iom_capture *cap, uint32_t file, uint32_t set, uint64_t times)
{
	struct cap_interest *in = build_interest(cap, file, times, 0);

	in->by_select = true;
	in->set = set;
}

/* A loop whose set is at one place most of the time: a listener, and a connection. */
static struct iom_capture *select_loop(void)
{
	struct iom_capture *cap = build_capture("server");
	uint32_t listen = build_file(cap, 5, CAP_K_LISTEN, O_NONBLOCK, "tcp listen 127.0.0.1:80");
	uint32_t client = build_file(cap, 7, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:81");

	selects(cap, 1103, 8, 600, 4);
	build_transfers(cap, MAIN, listen, CAP_C_ACCEPT, SYS_accept4, 600, 0, 0, 0);
	build_transfers(cap, MAIN, client, CAP_C_READ, SYS_read, 600, 0, 0, 0);
	return cap;
}

/* All that was ever ready is in the other set too: the same loop, with its set elsewhere. What else may have
 * been waited for was never ready. */
static void a_select_may_move(void **state)
{
	static const struct {
		uint32_t ready, nfds; /* in the other set */
		bool client_too, blocked;
	} cases[] = {
		{0, 9, false, false}, /* the listener alone was ever ready, in both */
		{0, 9, true, true},   /* the client was in the loop's, and waited */
		{0, 8, true, false},  /* the set goes up to the client */
		{1, 9, false, true},  /* the listener waited */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct iom_capture *cap = select_loop();
		struct iom_report *rep;
		char *text;

		was_ready(cap, 0, 1103, 600);
		if (cases[i].client_too)
			was_ready(cap, 1, 1103, 600);
		selects(cap, 1098, cases[i].nfds, 7, 100);
		was_ready(cap, cases[i].ready, 1098, 7);
		rep = iom_judge(cap);
		assert_int_equal(is_blocked(rep), cases[i].blocked);
		text = iom_thread_text(cap, &rep->procs[0].threads[0]);
		assert_int_equal(!!strstr(text, "607 returns, 0 empty, 3.10 s asleep"), !cases[i].blocked);
		assert_int_equal(!!strstr(text, "700 ms asleep in pselect6"), cases[i].blocked);
		free(text);
		let_go(rep, cap);
	}
}

/* Sets that go as high, and have as many files: known of those that were under way. */
static void as_many_files(void **state)
{
	(void)state;
	for (uint32_t told = 1; told <= 2; told++) {
		struct iom_capture *cap = select_loop();
		struct iom_report *rep;

		was_ready(cap, 0, 1103, 600);
		was_ready(cap, build_file(cap, 6, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:82"), 1103, 9);
		selects(cap, 1098, 8, 7, 40);
		build_asleep(cap, 0, CAP_C_SELECT, SYS_pselect6, IOM_NO_FILE, 0, MS);
		cap->threads[0].at_end.set = 1103;
		cap->threads[0].at_end.nfiles = 2;
		cap->threads[0].at_start = cap->threads[0].at_end;
		cap->threads[0].at_start.inside_ns = 0;
		cap->threads[0].at_start.set = 1098;
		cap->threads[0].at_start.nfiles = told;
		rep = iom_judge(cap);
		assert_int_equal(is_blocked(rep), told != 2);
		let_go(rep, cap);
	}
}

/* Between two sleeps in a set the loop slept in another of its own: that is no turn. */
static void no_turn_between_own_sleeps(void **state)
{
	(void)state;
	for (int moves = 0; moves < 2; moves++) {
		struct iom_capture *cap = select_loop();
		struct iom_report *rep;
		struct cap_turns *n;
		uint32_t turns;
		char *text;

		was_ready(cap, 0, 1103, 600);
		if (moves) {
			selects(cap, 1098, 8, 100, 4);
			was_ready(cap, 0, 1098, 100);
		}
		turns = iom_capture_add_turns(cap);
		n = &cap->turns[turns];
		n->tid = n->tgid = MAIN;
		n->class = CAP_C_SELECT;
		n->file = IOM_NO_FILE;
		n->set = 1103;
		n->exact = 599;
		n->longest_ns = 9 * MS;
		n->parts[0] = (struct cap_part){.class = CAP_C_SELECT, .nr = SYS_pselect6, .file = IOM_NO_FILE,
						.count = 2, .ns = 8 * MS};
		rep = iom_judge(cap);
		text = iom_thread_text(cap, &rep->procs[0].threads[0]);
		assert_int_equal(!!strstr(text, "599 turns, the longest 9.0 ms"), !moves);
		assert_int_equal(!!strstr(text, " turns"), !moves);
		free(text);
		let_go(rep, cap);
	}
}

/* One connection after the other, each with a loop of its own, and the listener alone between them: then the
 * thread waits for the next client, and nobody for it. */
static void waits_for_the_next(void **state)
{
	static const struct {
		uint64_t accepts;
		bool stays, blocked;
	} cases[] = {
		{14, false, false},
		{14, true, true},  /* a connection was open all the time */
		{30, false, true}, /* some came without the listener's being asked */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct iom_capture *cap = build_capture("server");
		uint32_t listen = build_file(cap, 3, CAP_K_LISTEN, 0, "tcp listen 127.0.0.1:80");
		struct iom_report *rep;

		selects(cap, 783, 5, 300, 1);
		selects(cap, 782, 4, 14, 200);
		was_ready(cap, listen, 782, 14);
		for (uint32_t k = 0; k < 14; k++) {
			uint32_t c = build_file(cap, 4, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:81");

			cap->files[c].open_at_start = cap->files[c].open_at_end = cases[i].stays && !k;
			was_ready(cap, c, 783, 20);
			build_transfers(cap, MAIN, c, CAP_C_READ, SYS_read, 20, 0, 0, 0);
		}
		build_transfers(cap, MAIN, listen, CAP_C_ACCEPT, SYS_accept4, cases[i].accepts, 0, 0, 0);
		rep = iom_judge(cap);
		assert_int_equal(is_blocked(rep), cases[i].blocked);
		let_go(rep, cap);
	}
}

/* A loop around an epoll of two files, which slept 300 times of 10 ms. */
static struct iom_capture *epoll_loop(void)
{
	struct iom_capture *cap = build_capture("server");
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);

	for (int i = 0; i < 2; i++) {
		uint32_t s = build_file(cap, 5 + i, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:81");

		build_watch(cap, s, ep);
		build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 100, 0, 0, 0);
		cap->files[s].open_at_start = cap->files[s].open_at_end = true;
	}
	cap->files[ep].set_size = 2;
	cap->files[ep].open_at_start = cap->files[ep].open_at_end = true;
	build_epoll_wait(cap, MAIN, ep, 0, 300, 10 * MS);
	cap->threads[0].asleep_ns += 3000 * MS;
	return cap;
}

/* Another epoll, that so many clients were in one after the other; none is left. */
static uint32_t epoll_of_many(struct iom_capture *cap, int clients)
{
	uint32_t ep = build_file(cap, 30, CAP_K_EPOLL, 0, NULL);

	for (int i = 0; i < clients; i++) {
		uint32_t s = build_file(cap, 31, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:82");

		build_watch(cap, s, ep);
		cap->files[s].open_at_start = cap->files[s].open_at_end = false;
	}
	cap->files[ep].set_size = 1; /* of these nothing is left, but for one */
	return ep;
}

/* How many files an epoll has as the watch ends does not make it less of a loop: the one that is returned from
 * most is the thread's. */
static void the_epoll_of_most_returns(void **state)
{
	(void)state;
	for (int clients = 1; clients <= 18; clients += 17) {
		struct iom_capture *cap = epoll_loop();
		uint32_t ep = epoll_of_many(cap, clients);
		struct iom_report *rep;

		build_epoll_wait(cap, MAIN, ep, 0, 500, 10 * MS);
		cap->threads[0].asleep_ns += 5000 * MS;
		rep = iom_judge(cap);
		assert_int_equal(rep->procs[0].threads[0].loop.fd, clients == 1 ? 4 : 30);
		let_go(rep, cap);
	}
}

/* An epoll for each wait: none is waited in inside another's turn. */
static void an_epoll_for_each_wait(void **state)
{
	(void)state;
	for (uint64_t times = 1; times <= 2; times++) {
		struct iom_capture *cap = build_capture("receiver");
		uint32_t s = build_file(cap, 3, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:82 -> 127.0.0.1:80");
		uint64_t own = 0;
		struct iom_report *rep;

		for (int i = 0; i < 20; i++) {
			uint32_t ep = build_file(cap, 6, CAP_K_EPOLL, 0, NULL);

			build_watch(cap, s, ep);
			build_epoll_wait(cap, MAIN, ep, 0, i ? 1 : times, 100 * MS);
		}
		build_transfers(cap, MAIN, s, CAP_C_RECV, SYS_recvfrom, 20, 0, 0, 0);
		cap->threads[0].asleep_ns = 2000 * MS;
		rep = iom_judge(cap);
		for (size_t i = 0; i < rep->procs[0].threads[0].time.nwaits; i++)
			own += rep->procs[0].threads[0].time.waits[i].own;
		assert_int_equal(own, times == 1 ? 20 : 1);
		let_go(rep, cap);
	}
}

/* One sleep, that was under way as the watch began. */
static void slept_since_before(struct iom_capture *cap, uint32_t file, uint8_t class, uint16_t nr, uint64_t ms)
{
	struct cap_calls *r = build_calls(cap, MAIN, file, class, nr);

	r->n.ok_slept = 1;
	r->wait_ns = r->max_wait_ns = ms * MS;
	cap->threads[0].asleep_ns += ms * MS;
	cap->threads[0].at_start = (struct cap_open_call){.nr = nr, .class = class, .fd = -1, .file = file,
							  .before_ns = 2000 * MS, .set_file = file,
							  .nfiles = UINT32_MAX, .timeout_ns = -1};
}

/* The epoll was made after the connection had come that the thread waited for. */
static void an_epoll_made_later(void **state)
{
	(void)state;
	for (int later = 0; later < 2; later++) {
		struct iom_capture *cap = epoll_loop();
		struct iom_report *rep;

		slept_since_before(cap, build_file(cap, 3, CAP_K_LISTEN, 0, "tcp listen 127.0.0.1:80"), CAP_C_ACCEPT,
				   SYS_accept, 170);
		cap->files[0].open_at_start = !later;
		rep = iom_judge(cap);
		assert_int_equal(is_blocked(rep), !later);
		let_go(rep, cap);
	}
}

/* The loop's own call, on the set that it had when the watch began. */
static void its_call_since_before(void **state)
{
	(void)state;
	for (int since_before = 0; since_before < 2; since_before++) {
		struct iom_capture *cap = select_loop();
		struct iom_report *rep;

		was_ready(cap, 0, 1103, 600);
		was_ready(cap, 1, 1103, 600);
		selects(cap, 1098, 6, 1, 104);
		if (since_before)
			cap->threads[0].at_start = (struct cap_open_call){.nr = SYS_pselect6, .class = CAP_C_SELECT,
									  .fd = -1, .file = IOM_NO_FILE, .set = 1098,
									  .set_file = IOM_NO_FILE, .nfiles = 2,
									  .before_ns = 300 * MS, .timeout_ns = -1};
		rep = iom_judge(cap);
		assert_int_equal(is_blocked(rep), !since_before);
		let_go(rep, cap);
	}
}

/* Sleeps that were each longer than any turn, while all from the first wait to the one under way are known. */
static void before_the_first_turn(void **state)
{
	static const struct {
		uint64_t max_ms, longest_ms;
		bool inexact, in_loop_at_end, blocked;
	} cases[] = {
		{200, 1, false, true, false},
		{200, 1, true, true, false},
		{200, 1, false, false, true}, /* it may be in a turn that has not ended */
		{200, 150, false, true, true}, /* it may be in that one */
		{330, 1, false, true, true}, /* three of them take nearly all: the fourth may be in a turn */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct iom_capture *cap = epoll_loop();
		struct cap_calls *r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_TIMER, SYS_clock_nanosleep);
		uint32_t turns = iom_capture_add_turns(cap);
		struct cap_turns *n = &cap->turns[turns];
		struct iom_report *rep;

		r->n.ok_slept = 4;
		r->wait_ns = (cases[i].max_ms == 200 ? 4 * 200 : 3 * 330 + 1) * MS;
		r->max_wait_ns = cases[i].max_ms * MS;
		cap->threads[0].asleep_ns += r->wait_ns;
		n->tid = n->tgid = MAIN;
		n->class = CAP_C_EPOLL_WAIT;
		n->file = 0;
		n->exact = 299;
		n->longest_ns = cases[i].longest_ms * MS;
		n->longest_inexact = cases[i].inexact;
		if (cases[i].in_loop_at_end)
			build_asleep(cap, 0, CAP_C_EPOLL_WAIT, SYS_epoll_wait, 0, 0, 50 * MS);
		rep = iom_judge(cap);
		assert_int_equal(is_blocked(rep), cases[i].blocked);
		let_go(rep, cap);
	}
}

/* Calls that are begun again end turns as well, and are no returns: both numbers are said. Where it was for a
 * signal, that is. */
static void restarted_by_the_kernel(void **state)
{
	(void)state;
	for (int by_signal = 0; by_signal < 2; by_signal++) {
		struct iom_capture *cap = epoll_loop();
		struct iom_report *rep;
		char *text;

		for (size_t i = 0; i < cap->ncalls; i++)
			if (cap->calls[i].class == CAP_C_EPOLL_WAIT)
				cap->calls[i].n.restart = 290;
		if (by_signal)
			build_signals(cap, CAP_S_DELIVERED, 17, 1, IOM_NO_FILE, 290);
		rep = iom_judge(cap);
		text = iom_thread_text(cap, &rep->procs[0].threads[0]);
		assert_int_equal(!!strstr(text, "300 returns, 0 empty, 3.00 s asleep, interrupted 290 times and "
						"restarted by the kernel"), !by_signal);
		assert_int_equal(!!strstr(text, "interrupted by SIGCHLD about 29 times a second"), by_signal);
		free(text);
		let_go(rep, cap);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_select_may_move),
		cmocka_unit_test(as_many_files),
		cmocka_unit_test(no_turn_between_own_sleeps),
		cmocka_unit_test(waits_for_the_next),
		cmocka_unit_test(the_epoll_of_most_returns),
		cmocka_unit_test(an_epoll_for_each_wait),
		cmocka_unit_test(an_epoll_made_later),
		cmocka_unit_test(its_call_since_before),
		cmocka_unit_test(before_the_first_turn),
		cmocka_unit_test(restarted_by_the_kernel),
	};

	return cmocka_run_group_tests_name("own_sets", tests, NULL, NULL);
}
