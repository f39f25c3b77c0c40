/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sleeps inside the turns of a loop: which are one finding, and what is said of them.
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
#include "report/view.h"

#define MAIN BUILD_PID

static struct iom_capture *loop(void)
{
	struct iom_capture *cap = build_capture("server");
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);

	for (int i = 0; i < 3; i++) {
		uint32_t s = build_file(cap, 5 + i, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:81");

		build_watch(cap, s, ep);
		build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 100, 0, 0, 0);
	}
	cap->files[ep].set_size = 3;
	build_epoll_wait(cap, MAIN, ep, 0, 300, 10 * MS);
	return cap;
}

/* Sleeps of the loop's thread in one call on one file, of so many ms each. */
static void slept(struct iom_capture *cap, uint32_t file, uint8_t class, uint16_t nr, uint64_t times,
		  uint64_t ms)
{
	struct cap_calls *r = build_calls(cap, MAIN, file, class, nr);

	r->n.ok_slept = times;
	r->wait_ns = times * ms * MS;
	r->max_wait_ns = ms * MS;
	r->set_size = 1;
}

static size_t findings(const struct iom_report *rep, const char *id)
{
	size_t n = 0;

	for (size_t i = 0; i < rep->procs[0].nfindings; i++)
		n += !strcmp(rep->procs[0].findings[i].id, id);
	return n;
}

static void let_go(struct iom_report *rep, struct iom_capture *cap)
{
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* A connection for each request, asked by poll: one finding, with the sum. */
static void files_of_one_kind(void **state)
{
	struct iom_capture *cap = loop();
	const struct rep_finding *f;
	struct iom_report *rep;
	struct view *v;
	char name[64];

	(void)state;
	for (int i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "tcp 127.0.0.1:%d -> 127.0.0.1:99", 4000 + i);
		slept(cap, build_file(cap, 12, CAP_K_SOCK, 0, name), CAP_C_POLL, SYS_poll, 1, 201 + i);
	}
	rep = iom_judge(cap);
	assert_int_equal(findings(rep, "loop-blocked"), 1);
	f = build_finding(rep, "loop-blocked");
	assert_int_equal(f->count, 8);
	assert_int_equal(f->ns, (8 * 201 + 28) * MS);
	assert_int_equal(f->max_ns, 208 * MS);
	assert_non_null(strstr(f->message, "slept 8 times, 1.64 s in all, 208 ms at worst, in poll(12) tcp "
					   "127.0.0.1:4007 -> 127.0.0.1:99 and 7 others:"));
	v = iom_view(&rep->procs[0], false);
	assert_non_null(strstr(v->threads[0].what, "1.64 s asleep in poll(12) tcp 127.0.0.1:4007 -> "
						   "127.0.0.1:99 and 7 others"));
	iom_view_free(v);
	let_go(rep, cap);
}

/* A loop around select whose sets lie at one place. Under way at the end: a select with no file, with
 * these sets or with none. */
static struct iom_capture *select_under_way(uint32_t set)
{
	struct iom_capture *cap = build_capture("relay");
	uint32_t in = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:81");
	struct cap_calls *r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_SELECT, SYS_pselect6);
	struct cap_interest *interest;

	r->set = 251;
	r->n.ok_slept = 10;
	r->wait_ns = 10 * 900 * MS;
	r->max_wait_ns = 900 * MS;
	cap->threads[0].asleep_ns += r->wait_ns;
	interest = build_interest(cap, in, 10, 0);
	interest->by_select = true;
	interest->set = 251;
	build_transfers(cap, MAIN, in, CAP_C_READ, SYS_read, 10, 0, 0, 0);
	build_asleep(cap, 0, CAP_C_SLEEP_POLL, SYS_pselect6, IOM_NO_FILE, 0, 378 * MS);
	cap->threads[0].at_end.set = set;
	return cap;
}

static void emptied_sets_are_the_loop(void **state)
{
	struct iom_capture *cap = select_under_way(251);
	struct iom_report *rep = iom_judge(cap);

	(void)state;
	assert_int_equal(findings(rep, "loop-blocked"), 0);
	let_go(rep, cap);
	cap = select_under_way(0);
	rep = iom_judge(cap);
	assert_int_equal(findings(rep, "loop-blocked"), 1);
	let_go(rep, cap);
}

/* The set of a loop around poll begins with another file when a client leaves. */
static struct iom_capture *poll_by_two_names(uint32_t files)
{
	struct iom_capture *cap = build_capture("server");
	uint32_t client = build_file(cap, 3, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:81");
	uint32_t listen = build_file(cap, 4, CAP_K_LISTEN, O_NONBLOCK, "tcp listen 127.0.0.1:80");

	slept(cap, client, CAP_C_POLL, SYS_ppoll, 500, 10);
	cap->calls[0].set_size = 5;
	slept(cap, listen, CAP_C_POLL, SYS_ppoll, 26, 100);
	cap->calls[1].set_size = files;
	cap->threads[0].asleep_ns = 7600 * MS;
	build_interest(cap, client, 500, 0)->set_file = client;
	build_interest(cap, listen, 26, 0)->set_file = listen;
	build_transfers(cap, MAIN, client, CAP_C_RECV, SYS_recvfrom, 500, 0, 0, 0);
	return cap;
}

static void a_set_may_change_its_first_file(void **state)
{
	struct iom_capture *cap = poll_by_two_names(4);
	struct iom_report *rep = iom_judge(cap);

	(void)state;
	assert_int_equal(findings(rep, "loop-blocked"), 0);
	let_go(rep, cap);
	/* A file and what cancels it are asked inside a turn. */
	cap = poll_by_two_names(2);
	rep = iom_judge(cap);
	assert_int_equal(findings(rep, "loop-blocked"), 1);
	let_go(rep, cap);
}

/* One lock file, opened anew each time, is one file. */
static void one_file_by_its_name(void **state)
{
	struct iom_capture *cap = loop();
	const struct rep_finding *f;
	struct iom_report *rep;

	(void)state;
	for (int i = 0; i < 5; i++)
		slept(cap, build_file(cap, 9, CAP_K_REG, 0, "/run/lock"), CAP_C_LOCK, SYS_flock, 1, 400);
	rep = iom_judge(cap);
	assert_int_equal(findings(rep, "loop-blocked"), 1);
	f = build_finding(rep, "loop-blocked");
	assert_int_equal(f->count, 5);
	assert_non_null(strstr(f->message, "in flock(9) /run/lock:"));
	let_go(rep, cap);
}

/* Another kind of file, another call: a finding of its own. */
static void kinds_apart(void **state)
{
	struct iom_capture *cap = loop();
	struct iom_report *rep;

	(void)state;
	slept(cap, build_file(cap, 9, CAP_K_REG, 0, "/srv/a"), CAP_C_READ, SYS_read, 3, 20);
	slept(cap, build_file(cap, 10, CAP_K_REG, 0, "/srv/b"), CAP_C_READ, SYS_read, 3, 20);
	slept(cap, build_file(cap, 11, CAP_K_FIFO, 0, NULL), CAP_C_READ, SYS_read, 3, 20);
	slept(cap, build_file(cap, 12, CAP_K_REG, 0, "/srv/c"), CAP_C_READ, SYS_pread64, 3, 20);
	rep = iom_judge(cap);
	assert_int_equal(findings(rep, "loop-blocked"), 3);
	let_go(rep, cap);
}

/* Short sleeps on many files do not add up to a long one. */
static void short_ones_stay_short(void **state)
{
	struct iom_capture *cap = loop();
	struct iom_report *rep;

	(void)state;
	for (int i = 0; i < 20; i++)
		build_transfers(cap, MAIN, build_file(cap, 9, CAP_K_REG, 0, NULL), CAP_C_READ, SYS_read, 0, 5, 0,
				MS / 2);
	rep = iom_judge(cap);
	assert_int_equal(findings(rep, "loop-blocked"), 0);
	let_go(rep, cap);
}

/* What there is to do depends on what was waited for. */
static void ways_out(void **state)
{
	static const struct {
		uint8_t kind, class;
		uint16_t nr;
		const char *says, *says_not;
	} waits[] = {
		{CAP_K_SOCK, CAP_C_NAME, SYS_close, "SO_LINGER", "look up names"},
		{CAP_K_REG, CAP_C_NAME, SYS_close, "close in a thread", "SO_LINGER"},
		{CAP_K_UNKNOWN, CAP_C_FUTEX, SYS_futex, "a lock, or work that it waits for", "critical sections"},
		{CAP_K_EPOLL, CAP_C_EPOLL_WAIT, SYS_epoll_wait,
		 "a second loop inside a turn (on pipe:[7])", "waits here"},
		{CAP_K_SOCK, CAP_C_POLL, SYS_poll, "or its file in the loop's set", "second loop"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		struct iom_capture *cap = loop();
		uint32_t f = waits[i].kind == CAP_K_UNKNOWN ? IOM_NO_FILE :
							   build_file(cap, 20, waits[i].kind, 0, NULL);
		const struct rep_finding *found;
		struct iom_report *rep;

		if (waits[i].kind == CAP_K_EPOLL)
			build_watch(cap, build_file(cap, 21, CAP_K_FIFO, 0, "pipe:[7]"), f);
		slept(cap, f, waits[i].class, waits[i].nr, 3, 200);
		rep = iom_judge(cap);
		found = build_finding(rep, "loop-blocked");
		assert_non_null(found);
		assert_non_null(strstr(found->message, waits[i].says));
		assert_null(strstr(found->message, waits[i].says_not));
		let_go(rep, cap);
	}
}

/* Of a select those that were ready are known, in the whole watch: they were not there at once. */
static void files_of_a_select(void **state)
{
	struct iom_capture *cap = build_capture("server");
	uint32_t s = build_file(cap, 3, CAP_K_LISTEN, 0, "tcp listen 127.0.0.1:80");
	struct cap_calls *r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_SELECT, SYS_select);
	struct iom_report *rep;

	(void)state;
	r->n.ok_slept = 5;
	r->set = 7;
	r->wait_ns = 8000 * MS;
	r->max_wait_ns = 4000 * MS;
	cap->files[s].open_at_start = cap->files[s].open_at_end = true;
	for (int i = 0; i < 5; i++) {
		struct cap_interest *in = build_interest(cap, s, 1, 0);

		in->by_select = true;
		in->set = 7;
		s = build_file(cap, 5, CAP_K_SOCK, 0, "tcp 127.0.0.1:80 <- 127.0.0.1:81");
		cap->files[s].open_at_start = cap->files[s].open_at_end = false;
		build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 1, 0, 0, 0);
	}
	slept(cap, IOM_NO_FILE, CAP_C_TIMER, SYS_clock_nanosleep, 2, 800);
	rep = iom_judge(cap);
	assert_int_equal(rep->procs[0].threads[0].loop.files, 2);
	assert_non_null(strstr(build_finding(rep, "loop-blocked")->message, "the other files of its set waited"));
	let_go(rep, cap);
}

/* A loop whose reads slept each time; so many sleeps of the thread for each call, by so many of the calls. */
static struct iom_capture *traced(uint64_t reads_slept, uint64_t sleeps, bool by_somebody)
{
	struct iom_capture *cap = loop();
	uint32_t s = build_file(cap, 20, CAP_K_SOCK, 0, "tcp 127.0.0.1:80 <- 127.0.0.1:82");

	build_watch(cap, s, 0);
	for (size_t i = 0; i + 1 < cap->ncalls; i++)
		cap->calls[i].n.ok = 0;
	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 300 - reads_slept, reads_slept, 0, 2 * MS);
	cap->threads[0].nvcsw = sleeps;
	cap->threads[0].asleep_ns = 300 * 12 * MS;
	cap->procs[0].tracer = by_somebody ? strdup("process 12 strace") : NULL;
	return cap;
}

/* All that slept may have slept for the tracer: nothing of it is the loop's fault. */
static void sleeps_for_a_tracer(void **state)
{
	static const struct {
		uint64_t reads_slept, sleeps;
		bool by_somebody;
		size_t blocked, warned;
	} cases[] = {
		{300, 1300, true, 0, 1},
		{300, 1300, false, 1, 0},
		{300, 620, true, 1, 0},	 /* each slept once: of its own accord */
		{100, 1300, true, 1, 0}, /* most did not sleep: nobody stopped them */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct iom_capture *cap = traced(cases[i].reads_slept, cases[i].sleeps, cases[i].by_somebody);
		struct iom_report *rep = iom_judge(cap);
		const struct rep_finding *f = build_finding(rep, "traced");

		assert_int_equal(findings(rep, "loop-blocked"), cases[i].blocked);
		assert_int_equal(!!f, cases[i].by_somebody);
		assert_int_equal(f && f->severity == IOM_SEV_WARNING, cases[i].warned);
		if (cases[i].warned) {
			assert_int_equal(f->count, 600);
			assert_non_null(strstr(f->message, "traced by process 12 strace (ptrace), which seems to stop it"));
			assert_true(rep->procs[0].verdict.confidence < 0.75);
			assert_int_equal(rep->procs[0].verdict.nalso, 0);
			assert_int_equal(rep->procs[0].verdict.model, IOM_M_MULTIPLEXED);
		}
		let_go(rep, cap);
	}
}

/* Accept, then select with a time limit on that one connection: only where somebody waits for the
 * listener by readiness as well does a sleep in accept keep others waiting. */
static void accept_is_no_turn(void **state)
{
	(void)state;
	for (int watched = 0; watched < 2; watched++) {
		struct iom_capture *cap = build_capture("worker");
		uint32_t l = build_file(cap, 3, CAP_K_LISTEN, 0, "tcp listen 127.0.0.1:80");
		struct cap_calls *r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_SELECT, SYS_select);
		struct iom_report *rep;

		r->n.ok = r->n.ok_slept = 8;
		r->set = 7;
		r->wait_ns = 8 * MS;
		r->max_wait_ns = MS;
		for (int i = 0; i < 16 + watched; i++) {
			uint32_t c = i == 16 ? l : build_file(cap, 5, CAP_K_SOCK, 0, "tcp 127.0.0.1:80 <- 127.0.0.1:81");
			struct cap_interest *in = build_interest(cap, c, 1, 0);

			in->by_select = true;
			in->set = 7;
			if (c != l)
				build_transfers(cap, MAIN, c, CAP_C_READ, SYS_read, 1, 0, 0, 0);
		}
		slept(cap, l, CAP_C_ACCEPT, SYS_accept4, 16, 280);
		rep = iom_judge(cap);
		assert_int_equal(findings(rep, "loop-blocked"), watched);
		let_go(rep, cap);
	}
}

/* A call of poll by the loop's thread for n files of which first is the first: so many sleeps of 20 ms. */
static void polled(struct iom_capture *cap, uint32_t first, uint32_t n, uint64_t times)
{
	slept(cap, first, CAP_C_POLL, SYS_poll, times, 20);
	cap->calls[cap->ncalls - 1].set_size = n;
}

static void in_poll(struct iom_capture *cap, uint32_t file, uint32_t first)
{
	build_interest(cap, file, 1, 10)->set_file = first;
}

/* A loop of poll that waits for other files in one turn than in another: none of its sets is waited for
 * while the other has to be served. One that has nothing in common with it is no part of it. */
static void a_set_that_changes(void **state)
{
	struct iom_capture *cap = build_capture("client");
	uint32_t wake = build_file(cap, 3, CAP_K_SOCK, O_NONBLOCK, "unix");
	uint32_t a = build_file(cap, 4, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:81 -> 127.0.0.1:80");
	uint32_t b = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:82 -> 127.0.0.1:80");
	uint32_t alone = build_file(cap, 6, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:83 -> 127.0.0.1:79");
	struct iom_report *rep;

	(void)state;
	polled(cap, a, 3, 200);
	in_poll(cap, wake, a);
	polled(cap, b, 2, 11);
	in_poll(cap, wake, b);
	in_poll(cap, alone, alone);
	rep = iom_judge(cap);
	assert_int_equal(findings(rep, "loop-blocked"), 0);
	iom_report_free(rep);

	polled(cap, alone, 1, 11);
	rep = iom_judge(cap);
	assert_int_equal(findings(rep, "loop-blocked"), 1);
	assert_non_null(strstr(build_finding(rep, "loop-blocked")->message, "poll(6) tcp 127.0.0.1:83"));
	let_go(rep, cap);
}

/* How often it came back and how long it slept is of all sets by which its poll is known; of an epoll, which is
 * named, of that alone. */
static void returns_by_all_names(void **state)
{
	struct iom_capture *cap = build_capture("client");
	uint32_t a = build_file(cap, 4, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:81 -> 127.0.0.1:80");
	uint32_t b = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:82 -> 127.0.0.1:80"), other;
	struct iom_report *rep;
	char *text;

	(void)state;
	polled(cap, a, 3, 200);
	in_poll(cap, b, a);
	polled(cap, b, 3, 100);
	in_poll(cap, b, b);
	rep = iom_judge(cap);
	text = iom_thread_text(cap, &rep->procs[0].threads[0]);
	assert_non_null(strstr(text, "poll, 3 files: 300 returns, 0 empty, 6.00 s asleep"));
	free(text);
	let_go(rep, cap);

	cap = loop();
	other = build_file(cap, 30, CAP_K_EPOLL, 0, NULL);
	for (int i = 0; i < 2; i++)
		build_watch(cap, build_file(cap, 31 + i, CAP_K_SOCK, O_NONBLOCK, "unix"), other);
	cap->files[other].set_size = 2;
	build_epoll_wait(cap, MAIN, other, 0, 100, 10 * MS);
	rep = iom_judge(cap);
	text = iom_thread_text(cap, &rep->procs[0].threads[0]);
	assert_non_null(strstr(text, "epoll_wait(4), 3 files: 300 returns, 0 empty, 3.00 s asleep"));
	assert_non_null(strstr(text, "1.00 s asleep in epoll_wait(30)"));
	free(text);
	let_go(rep, cap);
}

/* Others of a loop's files have ended, and it goes on with the last one; while others can still come, one
 * file of them is asked inside a turn. */
static void the_last_file_is_the_loops(void **state)
{
	struct iom_capture *cap = build_capture("client");
	uint32_t a = build_file(cap, 3, CAP_K_FIFO, 0, "pipe:[1]");
	uint32_t b = build_file(cap, 4, CAP_K_FIFO, 0, "pipe:[2]");
	struct iom_report *rep;

	(void)state;
	polled(cap, a, 2, 200);
	in_poll(cap, a, a);
	in_poll(cap, b, a);
	polled(cap, b, 1, 11);
	in_poll(cap, b, b);
	build_transfers(cap, BUILD_PID, a, CAP_C_READ, SYS_read, 20, 0, 0, 0);
	rep = iom_judge(cap);
	assert_int_equal(findings(rep, "loop-blocked"), 1);
	iom_report_free(rep);

	cap->calls[cap->ncalls - 1].n.zero = 1;
	rep = iom_judge(cap);
	assert_int_equal(findings(rep, "loop-blocked"), 0);
	let_go(rep, cap);
}

/* A loop of poll has an epoll among its files, and asks that for one file after the other, without waiting:
 * what it waits in is poll, however often the other is asked. One that hardly waits there spins. */
static void asked_inside_a_turn(void **state)
{
	(void)state;
	for (int waits = 0; waits < 2; waits++) {
		struct iom_capture *cap = loop();
		uint32_t ep = 0, l = build_file(cap, 20, CAP_K_LISTEN, O_NONBLOCK, "tcp listen 127.0.0.1:80");
		struct cap_calls *r = &cap->calls[cap->ncalls - 1];
		struct iom_report *rep;

		assert_int_equal(r->class, CAP_C_EPOLL_WAIT);
		r->n.ok_slept = 0;
		r->n.ok = 300;
		r->n.zero = 900;
		r->n.nowait = 1200;
		r->wait_ns = r->max_wait_ns = 0;
		polled(cap, l, 3, waits ? 300 : 3);
		in_poll(cap, ep, l);
		rep = iom_judge(cap);
		assert_int_equal(rep->procs[0].threads[0].loop.class, waits ? CAP_C_POLL : CAP_C_EPOLL_WAIT);
		assert_int_equal(findings(rep, "loop-blocked"), !waits);
		let_go(rep, cap);
	}
}

/* Which thread a loop waits for is known of the sleep that is under way. */
static void whose_end_is_waited_for(void **state)
{
	struct iom_capture *cap = loop();
	struct iom_report *rep;

	(void)state;
	slept(cap, IOM_NO_FILE, CAP_C_FUTEX, SYS_futex, 1, 1900);
	build_asleep(cap, 0, CAP_C_FUTEX, SYS_futex, IOM_NO_FILE, 0, 1500 * MS);
	cap->threads[0].at_end.target = strdup("the end of thread 5000 resolver");
	rep = iom_judge(cap);
	assert_non_null(strstr(build_finding(rep, "loop-blocked")->message,
			       "and is asleep in it (the end of thread 5000 resolver): "));
	let_go(rep, cap);
}

/* sleep() of a runtime: poll of an eventfd, until the time is over; or until that is written to. */
static void a_pause_by_poll(void **state)
{
	(void)state;
	for (int pause = 0; pause < 2; pause++) {
		struct iom_capture *cap = loop();
		uint32_t f = build_file(cap, 20, CAP_K_EVENTFD, O_NONBLOCK, "eventfd");
		struct iom_report *rep;

		slept(cap, f, CAP_C_POLL, SYS_ppoll, 10, 150);
		if (pause) {
			cap->calls[cap->ncalls - 1].n.ok_slept = 0;
			cap->calls[cap->ncalls - 1].n.zero_slept = 10;
		}
		build_interest(cap, f, pause ? 0 : 10, pause ? 10 : 0)->set_file = f;
		rep = iom_judge(cap);
		assert_int_equal(findings(rep, "loop-blocked"), 1);
		assert_int_equal(!!strstr(build_finding(rep, "loop-blocked")->message,
					  "(a pause): the 3 files of its set waited meanwhile. Usual way out: a timer "
					  "of the loop."),
				 pause);
		let_go(rep, cap);
	}
}

/* A turn that did not end, nor begin, in the watch: of what the thread ran a part is in one turn. */
static void turns_without_an_end(void **state)
{
	(void)state;
	for (int runs = 0; runs < 2; runs++) {
		struct iom_capture *cap = loop();
		struct iom_report *rep;

		cap->calls[cap->ncalls - 1].n.ok_slept = 1;
		cap->calls[cap->ncalls - 1].wait_ns = 10 * MS;
		cap->threads[0].cpu_ns = runs ? 9000 * MS : 100 * MS;
		cap->threads[0].asleep_ns = runs ? 10 * MS : 9900 * MS;
		rep = iom_judge(cap);
		assert_int_equal(findings(rep, "loop-computes"), runs);
		if (runs)
			assert_non_null(strstr(build_finding(rep, "loop-computes")->message,
					       "in one turn at least (it came back 1 time in 10.00 s, and ran for "));
		let_go(rep, cap);
	}
}

/* It came back once and slept then: in a read the others waited, parked it is as likely as not for
 * want of work. */
static void one_return(void **state)
{
	(void)state;
	for (int parked = 0; parked < 2; parked++) {
		struct iom_capture *cap = loop();
		struct iom_report *rep;

		cap->calls[cap->ncalls - 1].n.ok_slept = 1;
		cap->calls[cap->ncalls - 1].wait_ns = 10 * MS;
		if (parked)
			slept(cap, IOM_NO_FILE, CAP_C_FUTEX, SYS_futex, 1, 8000);
		else
			slept(cap, build_file(cap, 9, CAP_K_FIFO, 0, NULL), CAP_C_READ, SYS_read, 1, 8000);
		rep = iom_judge(cap);
		assert_int_equal(findings(rep, "loop-blocked"), !parked);
		let_go(rep, cap);
	}
}

/* What it waited in as the watch began, for the first connection, is no turn of the loop that serves it. Nor is
 * a select at another place, for all that the loop was ever told of. */
static void loop_that_had_not_begun(void **state)
{
	(void)state;
	for (int call = 0; call < 2; call++)
		for (int old = 0; old < 2; old++) {
			struct iom_capture *cap = select_under_way(251);
			uint32_t listen = build_file(cap, 3, CAP_K_LISTEN, 0, "tcp listen 127.0.0.1:80");
			struct iom_report *rep;

			cap->files[0].open_at_start = old; /* the only file of the loop's set */
			if (call)
				slept(cap, listen, CAP_C_ACCEPT, SYS_accept, 1, 600);
			else
				slept(cap, IOM_NO_FILE, CAP_C_SELECT, SYS_pselect6, 1, 600);
			cap->calls[cap->ncalls - 1].set = call ? 0 : 99;
			cap->threads[0].asleep_ns += 600 * MS;
			cap->threads[0].at_start = (struct cap_open_call){
				.nr = call ? SYS_accept : SYS_pselect6,
				.class = call ? CAP_C_ACCEPT : CAP_C_SELECT,
				.fd = call ? 3 : -1,
				.file = call ? listen : IOM_NO_FILE,
				.before_ns = 2000 * MS,
				.set = call ? 0 : 99,
				.nfiles = UINT32_MAX,
				.timeout_ns = -1,
			};
			rep = iom_judge(cap);
			assert_int_equal(findings(rep, "loop-blocked"), old && call);
			let_go(rep, cap);
		}
}

/* Of a thread that came and went all turns are known: what lasted longer than any was before the first of
 * them, or after the last. */
static void longer_than_any_turn(void **state)
{
	(void)state;
	for (int outside = 0; outside < 2; outside++) {
		struct iom_capture *cap = loop();
		struct iom_report *rep;
		struct cap_turns *n;
		uint32_t turns;

		slept(cap, build_file(cap, 9, CAP_K_FIFO, 0, NULL), CAP_C_READ, SYS_read, 1, 40);
		turns = iom_capture_add_turns(cap);
		n = &cap->turns[turns];
		n->tid = n->tgid = MAIN;
		n->class = CAP_C_EPOLL_WAIT;
		n->file = 0;
		n->exact = 299;
		n->longest_ns = outside ? 15 * MS : 41 * MS;
		for (int whole = 0; whole < 2; whole++) {
			cap->threads[0].born = cap->threads[0].exited = whole;
			rep = iom_judge(cap);
			assert_int_equal(findings(rep, "loop-blocked"), !(outside && whole));
			iom_report_free(rep);
		}
		iom_capture_free(cap);
	}
}

/* Turns that took no tick of the counters: how long the longest was is not known, and none took no time. */
static void turns_below_a_tick(void **state)
{
	struct iom_capture *cap = loop();
	uint32_t turns = iom_capture_add_turns(cap);
	struct iom_report *rep;
	struct view *v;

	(void)state;
	cap->turns[turns].tid = cap->turns[turns].tgid = MAIN;
	cap->turns[turns].class = CAP_C_EPOLL_WAIT;
	cap->turns[turns].file = 0;
	cap->turns[turns].inexact = 299;
	cap->turns[turns].longest_inexact = true;
	rep = iom_judge(cap);
	v = iom_view(&rep->procs[0], false);
	assert_non_null(strstr(v->threads[0].what, "; 299 turns"));
	assert_null(strstr(v->threads[0].what, "the longest"));
	iom_view_free(v);
	let_go(rep, cap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_one_kind),
		cmocka_unit_test(emptied_sets_are_the_loop),
		cmocka_unit_test(a_set_may_change_its_first_file),
		cmocka_unit_test(one_file_by_its_name),
		cmocka_unit_test(kinds_apart),
		cmocka_unit_test(short_ones_stay_short),
		cmocka_unit_test(ways_out),
		cmocka_unit_test(files_of_a_select),
		cmocka_unit_test(sleeps_for_a_tracer),
		cmocka_unit_test(accept_is_no_turn),
		cmocka_unit_test(a_set_that_changes),
		cmocka_unit_test(returns_by_all_names),
		cmocka_unit_test(the_last_file_is_the_loops),
		cmocka_unit_test(asked_inside_a_turn),
		cmocka_unit_test(whose_end_is_waited_for),
		cmocka_unit_test(a_pause_by_poll),
		cmocka_unit_test(turns_without_an_end),
		cmocka_unit_test(one_return),
		cmocka_unit_test(loop_that_had_not_begun),
		cmocka_unit_test(longer_than_any_turn),
		cmocka_unit_test(turns_below_a_tick),
	};

	return cmocka_run_group_tests_name("on_loops", tests, NULL, NULL);
}
