/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loops that come back often: interrupted, kept awake, or loaded; and what the headline says
 * of waiting that nobody saw.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "build.h"
#include "expected.h"
#include "judge/judge.h"

#define MAIN BUILD_PID

/* ---- interrupted ------------------------------------------------------------------------ */

/* So many calls were interrupted, and slept for so much of the watch; of how many is not counted. */
static struct cap_calls *interrupted(struct iom_capture *cap, uint64_t n, uint64_t asleep_ns, uint64_t each_ns)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	struct cap_calls *r;

	build_watch(cap, build_file(cap, 5, CAP_K_LISTEN, O_NONBLOCK, NULL), ep);
	build_signals(cap, CAP_S_DELIVERED, SIGALRM, 0x80, IOM_NO_FILE, n);
	r = build_epoll_wait(cap, MAIN, ep, 0, 0, 0);
	r->n.err = n;
	r->wait_ns = asleep_ns;
	r->max_wait_ns = each_ns;
	cap->threads[0].asleep_ns = asleep_ns;
	cap->threads[0].nvcsw = n;
	return r;
}

static void by_a_timer(struct iom_capture *cap)
{
	interrupted(cap, 2500, 9800 * MS, 4 * MS);
}

/* None of them slept. */
static void at_once(struct iom_capture *cap)
{
	interrupted(cap, 2500, 0, 0);
	cap->threads[0].nvcsw = 0;
}

static void interrupted_calls_slept(void **state)
{
	struct iom_capture *cap = build_capture("profiled");
	struct iom_report *rep;
	struct cap_turns *n;
	uint32_t i;

	(void)state;
	interrupted(cap, 2500, 9800 * MS, 5 * MS);
	rep = iom_judge(cap);
	/* 9.8 s in sleeps of 5 ms at most. */
	assert_int_equal(rep->procs[0].threads[0].time.waits[0].slept, 1960);
	iom_report_free(rep);
	i = iom_capture_add_turns(cap);
	n = &cap->turns[i];
	n->tid = n->tgid = MAIN;
	n->class = CAP_C_EPOLL_WAIT;
	n->file = 0;
	n->exact = 2449;
	rep = iom_judge(cap);
	assert_int_equal(rep->procs[0].threads[0].time.waits[0].slept, 2449);
	assert_non_null(strstr(rep->procs[0].verdict.headline, "and nothing came"));
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* A message queue whose time limit ran out: all of these calls slept. */
static void time_ran_out_slept(void **state)
{
	struct iom_capture *cap = build_capture("queue");
	struct cap_calls *r;
	struct iom_report *rep;

	(void)state;
	r = build_calls(cap, MAIN, build_file(cap, 3, CAP_K_REG, 0, "/queue"), CAP_C_QUEUE_GET, SYS_mq_timedreceive);
	r->n.ok_slept = 15;
	r->n.err = r->n.failed = 44;
	r->error = ETIMEDOUT;
	r->wait_ns = 59 * 50 * MS;
	r->max_wait_ns = 73 * MS;
	cap->threads[0].asleep_ns = r->wait_ns;
	rep = iom_judge(cap);
	assert_int_equal(rep->procs[0].threads[0].time.waits[0].slept, 59);
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* ---- kept awake ------------------------------------------------------------------------- */

#define TURNS UINT64_C(100000)

static void awake_by(struct iom_capture *cap, uint32_t file, uint64_t samples)
{
	uint32_t i = iom_capture_add_awake(cap);
	struct cap_awake *w = &cap->awakes[i];

	w->tid = w->tgid = MAIN;
	w->class = CAP_C_EPOLL_WAIT;
	w->set_file = 0;
	w->file = file;
	w->events = EPOLLIN;
	w->samples = samples;
}

/* A loop that never sleeps, and reads a file of this kind in each turn; its index. */
static uint32_t never_sleeps(struct iom_capture *cap, uint8_t kind, const char *name)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL), f;

	f = build_file(cap, 5, kind, O_NONBLOCK, name);
	cap->files[f].ino = 77;
	build_watch(cap, f, ep);
	build_watch(cap, build_file(cap, 6, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:6"), ep);
	build_epoll_wait(cap, MAIN, ep, TURNS, 0, 0);
	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, TURNS, 0, 0, 0);
	cap->threads[0].cpu_ns = BUILD_LIFE_NS;
	return f;
}

/* It reads five of the files that it watches in each turn, and none of these reads sleeps. */
static void watches_itself(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, -1, CAP_K_REG, 0, NULL), in;

	cap->files[f].merged = 1000;
	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, 5 * TURNS, 0, 0, 0);
	in = never_sleeps(cap, CAP_K_INOTIFY, "inotify");
	awake_by(cap, in, 1000);
}

static void rings_itself(struct iom_capture *cap)
{
	uint32_t f = never_sleeps(cap, CAP_K_EVENTFD, "eventfd");

	build_transfers(cap, MAIN, f, CAP_C_WRITE, SYS_write, TURNS, 0, 0, 0)->bytes = 8 * TURNS;
	awake_by(cap, f, 1000);
	build_transfers(cap, MAIN, f + 1, CAP_C_READ, SYS_read, 1000, 0, 0, 0);
}

/* A pool that rings all the time is load. */
static void rung_by_others(struct iom_capture *cap)
{
	uint32_t f = never_sleeps(cap, CAP_K_EVENTFD, "eventfd");

	build_thread(cap, MAIN, MAIN + 1, "pool");
	build_transfers(cap, MAIN + 1, f, CAP_C_WRITE, SYS_write, TURNS, 0, 0, 0)->bytes = 8 * TURNS;
	awake_by(cap, f, 1000);
}

static void one_client_sends(struct iom_capture *cap)
{
	uint32_t f = never_sleeps(cap, CAP_K_SOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:5");

	build_transfers(cap, MAIN, f, CAP_C_WRITE, SYS_write, TURNS, 0, 0, 0);
	awake_by(cap, f, 1000);
}

/* Of many that send, each makes some of the returns; one of them is inotify. */
static void many_clients_send(struct iom_capture *cap)
{
	uint32_t f = never_sleeps(cap, CAP_K_INOTIFY, "inotify");

	build_transfers(cap, MAIN, f + 1, CAP_C_READ, SYS_read, TURNS, 0, 0, 0);
	awake_by(cap, f, 400);
	awake_by(cap, f + 1, 600);
}

/* Now and then something happens in the folder that is watched. */
static void seldom_awake(struct iom_capture *cap)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t f = build_file(cap, 5, CAP_K_INOTIFY, O_NONBLOCK, "inotify");

	build_watch(cap, f, ep);
	build_epoll_wait(cap, MAIN, ep, 50, 900, 10 * MS);
	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, 950, 0, 0, 0);
	awake_by(cap, f, 100);
}

/* One event, and then a job of a million reads: that is what it does. */
static void one_event_and_a_job(struct iom_capture *cap)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:6");

	build_watch(cap, s, ep);
	build_epoll_wait(cap, MAIN, ep, 100, 0, 0);
	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 100, 0, 0, 0);
	build_transfers(cap, MAIN, build_file(cap, 6, CAP_K_REG, 0, "/srv/big"), CAP_C_READ, SYS_read, 1000000,
			0, 0, 0);
}

/* ---- what a blocking program's headline says -------------------------------------------- */

struct told {
	const char *name;
	uint8_t class;
	uint16_t nr;
	uint8_t kind;
	uint64_t fast, slept;
	const char *says;
};

/* poll() is always told of a regular file, and reads bring nothing at its end. */
static void at_the_end_of_a_log(struct iom_capture *cap)
{
	uint32_t f = never_sleeps(cap, CAP_K_REG, "/var/log/syslog");
	struct cap_calls *r = &cap->calls[cap->ncalls - 1];

	awake_by(cap, f, TURNS / 16);
	r->n.ok = r->bytes = 0;
	r->n.zero = TURNS;
}

static void says_why(void **state)
{
	struct iom_capture *cap = build_capture("tail");
	const struct rep_finding *f;
	struct iom_report *rep;

	(void)state;
	at_the_end_of_a_log(cap);
	rep = iom_judge(cap);
	f = build_finding(rep, "busy-poll");
	assert_non_null(f);
	assert_non_null(strstr(f->message, "/var/log/syslog is a file for which readiness calls do not wait"));
	assert_non_null(strstr(f->message, "inotify"));
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* FIONREAD says 0 at the end of a file: nothing was tried that said EAGAIN. */
static void asked_at_the_end(void **state)
{
	(void)state;
	for (int tried = 0; tried < 2; tried++) {
		struct iom_capture *cap = build_capture("asks");
		uint32_t f = never_sleeps(cap, CAP_K_SOCK, "unix");
		struct cap_calls *r = &cap->calls[cap->ncalls - 1];
		struct iom_report *rep;

		awake_by(cap, f, TURNS / 16);
		r->n.ok = r->bytes = 0;
		r->n.zero = r->n.again = TURNS;
		r->n.nowait = tried ? 0 : TURNS;
		rep = iom_judge(cap);
		assert_non_null(build_finding(rep, "busy-poll"));
		assert_true(!!build_finding(rep, "spurious-ready") == !!tried);
		iom_report_free(rep);
		iom_capture_free(cap);
	}
}

/* Each turn of a relay looks for notes of its signal handlers in a socket pair of its own. */
static void looks_into_its_own_pair(void **state)
{
	(void)state;
	for (int loop = 0; loop < 2; loop++) {
		struct iom_capture *cap = build_capture("relay");
		uint32_t pair = build_file(cap, 3, CAP_K_SOCK, 0, "unix -> 4711 relay");
		uint32_t s = build_file(cap, 5, CAP_K_SOCK, 0, "tcp 127.0.0.1:80 <- 127.0.0.1:40000");
		uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
		struct iom_report *rep;

		build_transfers(cap, MAIN, pair, CAP_C_RECV, SYS_recvfrom, 0, 0, 6 * TURNS, 0);
		build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, TURNS, 0, 0, 0);
		if (loop) {
			build_watch(cap, s, ep);
			build_epoll_wait(cap, MAIN, ep, 0, TURNS, 500 * MS);
		}
		rep = iom_judge(cap);
		assert_true(!!build_finding(rep, "eagain-spin") == !loop);
		iom_report_free(rep);
		iom_capture_free(cap);
	}
}

/* The end of a pipe of its own that a loop has in its set is looked into once a turn, whether it is ready or
 * not. Whose other end somebody else has, or what is looked into more often, is tried on suspicion. */
static void looks_into_its_own_pipe(void **state)
{
	enum { OWN, WRITTEN_ELSEWHERE, OFTEN, CASES };

	(void)state;
	for (int k = 0; k < CASES; k++) {
		struct iom_capture *cap = build_capture("loop");
		uint32_t ep = build_file(cap, 3, CAP_K_EPOLL, 0, NULL);
		uint32_t out = build_file(cap, 4, CAP_K_FIFO, O_NONBLOCK, "pipe:[77]");
		uint32_t in = build_file(cap, 5, CAP_K_FIFO, O_NONBLOCK | O_WRONLY, "pipe:[77]");
		uint32_t s = build_file(cap, 6, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:40000");
		struct iom_report *rep;

		cap->files[out].ino = 77;
		cap->files[in].ino = k == WRITTEN_ELSEWHERE ? 78 : 77;
		build_watch(cap, out, ep);
		build_watch(cap, s, ep);
		build_transfers(cap, MAIN, out, CAP_C_READ, SYS_read, 2, 0, k == OFTEN ? 300 : 150, 0);
		build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 150, 0, 0, 0);
		build_epoll_wait(cap, MAIN, ep, 0, 160, 50 * MS);
		rep = iom_judge(cap);
		assert_true(!!build_finding(rep, "spurious-ready") == (k != OWN));
		iom_report_free(rep);
		iom_capture_free(cap);
	}
}

/* A loop that tries all its listeners in each turn has no fault for it, where poll said that they are not ready.
 * One that was told of what then was not there, or tries more often, has. */
static void tries_all_in_each_turn(void **state)
{
	static const struct {
		uint64_t again, ready, not_ready;
		enum rep_severity severity;
	} cases[] = {{350, 60, 300, IOM_SEV_INFO}, {350, 300, 60, IOM_SEV_WARNING}, {700, 60, 300, IOM_SEV_WARNING}};

	(void)state;
	for (size_t k = 0; k < sizeof(cases) / sizeof(*cases); k++) {
		struct iom_capture *cap = build_capture("server");
		uint32_t l = build_file(cap, 16, CAP_K_LISTEN, O_NONBLOCK, "unix listen /run/ctl");
		struct cap_calls *r = build_calls(cap, MAIN, l, CAP_C_POLL, SYS_poll);
		const struct rep_finding *f;
		struct iom_report *rep;

		r->n.ok_slept = 360;
		r->wait_ns = 9000 * MS;
		r->max_wait_ns = 50 * MS;
		r->set_size = 4;
		build_interest(cap, l, cases[k].ready, cases[k].not_ready)->set_file = l;
		build_transfers(cap, MAIN, l, CAP_C_ACCEPT, SYS_accept, 60, 0, cases[k].again, 0);
		rep = iom_judge(cap);
		f = build_finding(rep, "spurious-ready");
		assert_non_null(f);
		assert_int_equal(f->severity, cases[k].severity);
		assert_true(!!strstr(f->message, "at most once a turn") == (f->severity == IOM_SEV_INFO));
		iom_report_free(rep);
		iom_capture_free(cap);
	}
}

/* What a thread does between its sleeps: of two samples nothing is said. */
static void looks_for_a_child(void **state)
{
	(void)state;
	for (int n = 2; n <= 3; n++) {
		struct iom_capture *cap = build_capture("waits");
		struct cap_calls *r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_SLEEP_POLL, SYS_pselect6);
		const struct rep_finding *f;
		struct iom_report *rep;

		r->n.zero_slept = 990;
		r->wait_ns = cap->threads[0].asleep_ns = 9800 * MS;
		r->max_wait_ns = 10 * MS;
		for (int i = 0; i < n; i++) {
			build_sample(cap, IOM_NO_FILE, CAP_C_CHILD, SYS_wait4, 0, 1000, 0);
			build_sample(cap, IOM_NO_FILE, CAP_C_SELECT, SYS_pselect6, 10 * MS, 1000, 0);
		}
		rep = iom_judge(cap);
		f = build_finding(rep, "idle-wakeups");
		assert_non_null(f);
		assert_int_equal(f->count, 990);
		assert_true(!!strstr(f->message, "in between called wait4 (3 of 3 other") == (n == 3));
		iom_report_free(rep);
		iom_capture_free(cap);
	}
}

static void headline(void **state)
{
	const struct told *t = *state;
	struct iom_capture *cap = build_capture("program");
	uint32_t f = t->kind == CAP_K_UNKNOWN ? IOM_NO_FILE : build_file(cap, 3, t->kind, 0, "/srv/file");
	struct iom_report *rep;

	build_transfers(cap, MAIN, f, t->class, t->nr, t->fast, t->slept, 0, 100 * MS);
	cap->threads[0].asleep_ns = 100 * MS * t->slept;
	cap->threads[0].nvcsw = t->slept;
	rep = iom_judge(cap);
	assert_int_equal(rep->procs[0].verdict.model, IOM_M_BLOCKING);
	assert_non_null(strstr(rep->procs[0].verdict.headline, t->says));
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* It says that threads sleep inside the transfer call only where one did. */
static const struct told told[] = {
	{"a read that slept", CAP_C_READ, SYS_read, CAP_K_FIFO, 30, 1, "sleep inside the transfer call"},
	{"a read of a disk that slept", CAP_C_READ, SYS_read, CAP_K_REG, 30, 1,
	 "until that is done, most of all in read(3) /srv/file."},
	{"syncs that slept", CAP_C_SYNC, SYS_fsync, CAP_K_REG, 0, 30, "most of all in fsync(3) /srv/file."},
	{"reads that did not sleep", CAP_C_READ, SYS_pread64, CAP_K_REG, 30, 0,
	 "It transfers by calls that may sleep until that is done; none of them slept."},
	{"a pipe that always had something", CAP_C_READ, SYS_read, CAP_K_FIFO, 30, 0,
	 "until there is data, or room; none of them slept."},
	{"opens that slept", CAP_C_NAME, SYS_openat, CAP_K_UNKNOWN, 0, 30,
	 "work on names, most of all in openat;"},
	{"closes that slept", CAP_C_NAME, SYS_close, CAP_K_UNKNOWN, 0, 30, "Its threads sleep in close; no transfer"},
	{"pages that were brought", CAP_C_FAULT, 0, CAP_K_UNKNOWN, 0, 30, "pages of mapped files"},
	{"a file that never waits", CAP_C_WRITE, SYS_write, CAP_K_NULL, 30, 0, "never wait"},
};

#define NTOLD (sizeof(told) / sizeof(*told))

/* Nothing is read by calls, though there is something each time: from a ring of packets nobody can
 * tell, of a connection it is not drained. */
static void never_read(struct iom_capture *cap, uint8_t kind, const char *name)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t f = build_file(cap, 5, kind, O_NONBLOCK, name);

	build_watch(cap, f, ep);
	build_epoll_wait(cap, MAIN, ep, TURNS, 100, MS);
	cap->threads[0].asleep_ns = 100 * MS;
	cap->threads[0].nvcsw = 100;
	cap->threads[0].cpu_ns = BUILD_LIFE_NS - 100 * MS;
	awake_by(cap, f, 1000);
}

static void taken_from_memory(struct iom_capture *cap)
{
	never_read(cap, CAP_K_SOCK, "packet");
}

/* Each turn it looks for data, and what there is is an error. */
static void error_not_fetched(struct iom_capture *cap)
{
	never_read(cap, CAP_K_SOCK, "udp 127.0.0.1:40000 -> 127.0.0.1:9");
	cap->awakes[0].events = EPOLLERR;
	build_transfers(cap, MAIN, 1, CAP_C_RECV, SYS_recvfrom, 0, 0, TURNS, 0);
}

static void samples_in_memory(struct iom_capture *cap)
{
	never_read(cap, CAP_K_ANON, "perf_event");
}

/* The process has ended, which its pidfd tells for ever. */
static void ended_process(struct iom_capture *cap)
{
	never_read(cap, CAP_K_ANON, "pidfd:[77]");
}

static void not_drained(struct iom_capture *cap)
{
	never_read(cap, CAP_K_SOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:6");
}

/* Asleep in poll for a ring, to which it handed requests before the watch. */
static void sleeps_for_a_ring(struct iom_capture *cap)
{
	uint32_t ring = build_file(cap, 5, CAP_K_URING, 0, "io_uring");

	cap->files[ring].waited_at_start = cap->files[ring].waited_at_end = true;
	cap->threads[0].cpu_ns = cap->threads[0].runq_ns = 0;
	cap->threads[0].asleep_ns = BUILD_LIFE_NS;
	build_asleep(cap, 0, CAP_C_POLL, SYS_poll, IOM_NO_FILE, MS, BUILD_LIFE_NS);
	cap->threads[0].at_end.set_file = ring;
	cap->threads[0].at_start = cap->threads[0].at_end;
}

static const struct expected judged[] = {
	{"04 asleep for a ring", sleeps_for_a_ring, IOM_M_ASYNC, IOM_FACT_NULL, "proactor", "", NO_TRANSFERS, NULL},
	{"42 taken from memory", taken_from_memory, IOM_M_MULTIPLEXED, IOM_FACT_NULL, "event-loop", "",
	 NO_TRANSFERS, ""},
	{"42 samples in memory", samples_in_memory, IOM_M_MULTIPLEXED, IOM_FACT_NULL, "event-loop", "",
	 NO_TRANSFERS, ""},
	{"42 error not fetched", error_not_fetched, IOM_M_MULTIPLEXED, IOM_FACT_POLLING, "event-loop", "busy-poll",
	 0, NULL},
	{"42 ended process", ended_process, IOM_M_MULTIPLEXED, IOM_FACT_POLLING, "event-loop", "busy-poll",
	 NO_TRANSFERS, ""},
	{"42 not drained", not_drained, IOM_M_MULTIPLEXED, IOM_FACT_POLLING, "event-loop", "not-drained",
	 NO_TRANSFERS, ""},
	{"43 it reads what it watches", watches_itself, IOM_M_MULTIPLEXED, IOM_FACT_NULL, "event-loop",
	 "busy-poll", TURNS, "blocking"},
	{"43 it rings its own bell", rings_itself, IOM_M_MULTIPLEXED, IOM_FACT_NULL, "event-loop", "busy-poll",
	 1000, ""},
	{"43 others ring", rung_by_others, IOM_M_NONE, IOM_FACT_NULL, NULL, "", 0, NULL},
	{"43 one client sends", one_client_sends, IOM_M_MULTIPLEXED, IOM_FACT_NULL, "event-loop", "", 0, ""},
	{"43 many clients send", many_clients_send, IOM_M_MULTIPLEXED, IOM_FACT_NULL, "event-loop", "", 0, ""},
	{"43 seldom awake", seldom_awake, IOM_M_MULTIPLEXED, IOM_FACT_NULL, "event-loop", "", 0, ""},
	{"43 one event and a job", one_event_and_a_job, IOM_M_BLOCKING, IOM_FACT_NULL, "sequential", "", 0, NULL},
	{"23 interrupted by a timer", by_a_timer, IOM_M_MULTIPLEXED, IOM_FACT_NULL, "event-loop", "",
	 NO_TRANSFERS, ""},
	{"23 interrupted at once", at_once, IOM_M_MULTIPLEXED, IOM_FACT_POLLING, "event-loop", "",
	 NO_TRANSFERS, ""},
};

#define NJUDGED (sizeof(judged) / sizeof(*judged))

int main(void)
{
	static struct CMUnitTest tests[NJUDGED + NTOLD + 8];

	for (size_t i = 0; i < NJUDGED; i++)
		tests[i] = (struct CMUnitTest){.name = judged[i].name,
					       .test_func = check_judged,
					       .initial_state = (void *)&judged[i]};
	for (size_t i = 0; i < NTOLD; i++)
		tests[NJUDGED + i] = (struct CMUnitTest){.name = told[i].name,
							 .test_func = headline,
							 .initial_state = (void *)&told[i]};
	tests[NJUDGED + NTOLD] = (struct CMUnitTest)cmocka_unit_test(interrupted_calls_slept);
	tests[NJUDGED + NTOLD + 1] = (struct CMUnitTest)cmocka_unit_test(says_why);
	tests[NJUDGED + NTOLD + 2] = (struct CMUnitTest)cmocka_unit_test(asked_at_the_end);
	tests[NJUDGED + NTOLD + 3] = (struct CMUnitTest)cmocka_unit_test(time_ran_out_slept);
	tests[NJUDGED + NTOLD + 4] = (struct CMUnitTest)cmocka_unit_test(looks_for_a_child);
	tests[NJUDGED + NTOLD + 5] = (struct CMUnitTest)cmocka_unit_test(looks_into_its_own_pair);
	tests[NJUDGED + NTOLD + 6] = (struct CMUnitTest)cmocka_unit_test(looks_into_its_own_pipe);
	tests[NJUDGED + NTOLD + 7] = (struct CMUnitTest)cmocka_unit_test(tries_all_in_each_turn);
	return cmocka_run_group_tests_name("awake", tests, NULL, NULL);
}
