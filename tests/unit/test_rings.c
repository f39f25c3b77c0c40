/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests that are asked about again and again instead of waited for.
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
#include "expected.h"
#include "judge/judge.h"

#define MAIN	       BUILD_PID
#define URING_READ     22
#define URING_WRITE    23
#define URING_FSYNC    3
#define URING_FALLOC   17
#define URING_STATX    21
#define URING_POLL_ADD 6
#define AIO_PREAD      0
#define AIO_PWRITE     1
#define LOOKS	       1000000

/* The main thread runs all the time; the ring it has. */
static uint32_t busy_with_ring(struct iom_capture *cap)
{
	uint32_t ring = build_file(cap, 3, CAP_K_URING, O_RDWR, "io_uring");

	cap->files[ring].open_at_start = cap->files[ring].open_at_end = true;
	cap->threads[0].cpu_ns = BUILD_LIFE_NS;
	cap->threads[0].asleep_ns = cap->threads[0].nvcsw = 0;
	return ring;
}

/* What is in flight was handed over before the watch. */
static void looks_at_ring(struct iom_capture *cap)
{
	build_calls(cap, MAIN, busy_with_ring(cap), CAP_C_URING_SUBMIT, SYS_io_uring_enter)->n.ok = LOOKS;
}

static void looks_between_requests(struct iom_capture *cap)
{
	looks_at_ring(cap);
	build_requests(cap, build_file(cap, 4, CAP_K_FIFO, 0, "pipe:[7]"), CAP_I_URING, URING_READ, 200)->alone = 200;
}

/* The ring is asked for readiness only, and the data read by calls. */
static void looks_for_readiness(struct iom_capture *cap)
{
	uint32_t pipe = build_file(cap, 4, CAP_K_FIFO, O_NONBLOCK, "pipe:[7]");

	looks_at_ring(cap);
	build_requests(cap, pipe, CAP_I_URING, URING_POLL_ADD, 200);
	build_transfers(cap, MAIN, pipe, CAP_C_READ, SYS_read, 200, 0, 0, 0);
}

/* Each call hands something over. */
static void submits_only(struct iom_capture *cap)
{
	looks_at_ring(cap);
	build_requests(cap, build_file(cap, 4, CAP_K_REG, O_DIRECT, "/srv/data"), CAP_I_URING, URING_READ, LOOKS);
}

/* In many calls one hands over, the other fetches. */
static void submits_and_fetches(struct iom_capture *cap)
{
	looks_at_ring(cap);
	build_requests(cap, build_file(cap, 4, CAP_K_REG, O_DIRECT, "/srv/data"), CAP_I_URING, URING_READ, LOOKS / 2);
}

/* By the kernel's own thread, which the calls only wake. */
static void wakes_the_kernels_thread(struct iom_capture *cap)
{
	uint32_t file = build_file(cap, 4, CAP_K_REG, O_DIRECT, "/srv/data");

	looks_at_ring(cap);
	build_thread(cap, MAIN, MAIN + 1, "iou-sqp-4711");
	cap->threads[1].kernel_worker = true;
	build_requests(cap, file, CAP_I_URING, URING_READ, LOOKS)->by_sqpoll = LOOKS;
	cap->requests[0].tid = MAIN + 1;
}

static void asks_libaio(struct iom_capture *cap)
{
	busy_with_ring(cap);
	build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_AIO_GETEVENTS, SYS_io_getevents)->n.zero = LOOKS;
}

/* A look now and then costs nothing. */
static void looks_seldom(struct iom_capture *cap)
{
	looks_at_ring(cap);
	cap->calls[0].n.ok = 50;
}

/* The completions are seen in memory. */
static void peeks(struct iom_capture *cap)
{
	uint32_t ring = busy_with_ring(cap);

	build_calls(cap, MAIN, ring, CAP_C_URING_SUBMIT, SYS_io_uring_enter)->n.ok = 200;
	build_requests(cap, build_file(cap, 4, CAP_K_FIFO, 0, "pipe:[7]"), CAP_I_URING, URING_READ, 200)->alone = 200;
}

static void peeks_after_sleep(struct iom_capture *cap)
{
	peeks(cap);
	cap->threads[0].cpu_ns = BUILD_LIFE_NS / 2;
	cap->threads[0].asleep_ns = BUILD_LIFE_NS / 2;
	build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_TIMER, SYS_clock_nanosleep)->n.ok_slept = 200;
	cap->calls[1].wait_ns = BUILD_LIFE_NS / 2;
}

static void computes_with_ring(struct iom_capture *cap)
{
	busy_with_ring(cap);
}

/* A poll that tells of the ring each time. */
static void told_of_ring(struct iom_capture *cap)
{
	uint32_t ring = busy_with_ring(cap), awake = iom_capture_add_awake(cap);
	struct cap_calls *r = build_calls(cap, MAIN, ring, CAP_C_POLL, SYS_poll);
	struct cap_awake *w = &cap->awakes[awake];

	r->n.ok = r->events = LOOKS;
	r->set_size = 1;
	w->tid = w->tgid = MAIN;
	w->class = CAP_C_POLL;
	w->set_file = w->file = ring;
	w->events = 1; /* POLLIN */
	w->samples = 100;
	build_interest(cap, ring, LOOKS, 0)->set_file = ring;
}

/* A completion is there for each return: nobody knows that it was not taken. */
static void told_of_completions(struct iom_capture *cap)
{
	told_of_ring(cap);
	build_requests(cap, build_file(cap, 4, CAP_K_FIFO, 0, "pipe:[7]"), CAP_I_URING, URING_READ, LOOKS);
}

/* libaio waits in io_submit for what is no disk; kind: of the file. */
static void submits_slowly(struct iom_capture *cap, uint8_t kind, const char *name)
{
	uint32_t file = build_file(cap, 4, kind, 0, name);
	struct cap_requests *r = build_requests(cap, file, CAP_I_AIO, 0, 100);
	struct cap_calls *c = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_AIO_SUBMIT, SYS_io_submit);

	r->done_late = 0;
	r->done_asleep = r->alone = 100;
	c->n.ok_slept = 100;
	c->wait_ns = BUILD_LIFE_NS / 2;
	c->max_wait_ns = 60 * MS;
	cap->threads[0].asleep_ns = BUILD_LIFE_NS / 2;
}

static const struct expected judged[] = {
	{"looks at a ring", looks_at_ring, IOM_M_ASYNC, IOM_FACT_POLLING, "proactor", "busy-poll", NO_TRANSFERS, ""},
	{"looks between requests", looks_between_requests, IOM_M_ASYNC, IOM_FACT_POLLING, "proactor", "busy-poll",
	 200, ""},
	{"looks for readiness", looks_for_readiness, IOM_M_MULTIPLEXED, 0, "event-loop", "busy-poll", 0, NULL},
	{"submits only", submits_only, IOM_M_ASYNC, 0, "proactor", "", LOOKS, ""},
	{"submits and fetches", submits_and_fetches, IOM_M_ASYNC, 0, "proactor", "", LOOKS / 2, ""},
	{"wakes the kernel's thread", wakes_the_kernels_thread, IOM_M_ASYNC, 0, "proactor", NULL, LOOKS, ""},
	{"asks libaio", asks_libaio, IOM_M_ASYNC, IOM_FACT_POLLING, "proactor", "busy-poll", NO_TRANSFERS, ""},
	{"looks seldom", looks_seldom, IOM_M_ASYNC, IOM_FACT_POLLING, "proactor", "", NO_TRANSFERS, ""},
	{"peeks in memory", peeks, IOM_M_ASYNC, IOM_FACT_SYNCHRONOUS, "proactor", "busy-poll", 200, ""},
	{"peeks after sleep", peeks_after_sleep, IOM_M_ASYNC, IOM_FACT_SYNCHRONOUS, "proactor", "", 200, ""},
	{"told of completions of before", told_of_ring, IOM_M_MULTIPLEXED, IOM_FACT_POLLING, "event-loop", "not-drained",
	 NO_TRANSFERS, ""},
	{"told of completions", told_of_completions, IOM_M_ASYNC, 0, "proactor", "", LOOKS, NULL},
	{"computes beside a ring", computes_with_ring, IOM_M_NONE, 0, NULL, "", 0, NULL},
};
#define NJUDGED (sizeof(judged) / sizeof(*judged))

static void tells_the_way_out(void **state)
{
	struct iom_capture *cap = build_capture("program");
	const struct rep_finding *f;
	struct iom_report *rep;

	(void)state;
	looks_at_ring(cap);
	rep = iom_judge(cap);
	f = build_finding(rep, "busy-poll");
	assert_non_null(f);
	assert_non_null(strstr(f->message, "asked io_uring_enter(3) 100,000 times a second"));
	assert_non_null(strstr(f->message, "io_uring_wait_cqe"));
	assert_int_equal(f->count, LOOKS);
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* What is in memory is not seen, and that is said. */
static void says_what_is_not_seen(void **state)
{
	struct iom_capture *cap = build_capture("program");
	struct iom_report *rep;

	(void)state;
	computes_with_ring(cap);
	rep = iom_judge(cap);
	assert_non_null(strstr(rep->procs[0].verdict.headline, "It has an io_uring"));
	iom_report_free(rep);
	cap->threads[0].cpu_ns = 0;
	cap->threads[0].asleep_ns = BUILD_LIFE_NS;
	cap->threads[0].nvcsw = 1;
	rep = iom_judge(cap);
	assert_null(strstr(rep->procs[0].verdict.headline, "It has an io_uring"));
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* io_uring does not wait for a pipe in the call that submits: it slept for something else. */
static void names_no_pipe(void **state)
{
	struct iom_capture *cap = build_capture("program");
	const struct rep_finding *f;
	struct iom_report *rep;

	(void)state;
	submits_slowly(cap, CAP_K_FIFO, "pipe:[7]");
	cap->requests[0].interface = CAP_I_URING;
	cap->calls[0].class = CAP_C_URING_SUBMIT;
	cap->calls[0].nr = SYS_io_uring_enter;
	rep = iom_judge(cap);
	f = build_finding(rep, "submit-blocked");
	assert_non_null(f);
	assert_null(strstr(f->message, "pipe"));
	assert_null(strstr(f->message, "O_DIRECT"));
	assert_int_equal(f->file, IOM_NO_FILE);
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* O_DIRECT is for disks. */
static void knows_the_kind(void **state)
{
	static const struct {
		uint8_t kind;
		const char *name, *says, *not;
	} files[] = {
		{CAP_K_FIFO, "pipe:[7]", "most of them on fd 4 pipe:[7]", "O_DIRECT"},
		{CAP_K_SOCK, "tcp 127.0.0.1:1 -> 127.0.0.1:2", "epoll or poll", "O_DIRECT"},
		{CAP_K_REG, "/srv/data", "O_DIRECT, or threads", "/srv/data"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct iom_capture *cap = build_capture("program");
		const struct rep_finding *f;
		struct iom_report *rep;

		submits_slowly(cap, files[i].kind, files[i].name);
		rep = iom_judge(cap);
		f = build_finding(rep, "submit-blocked");
		assert_non_null(f);
		assert_non_null(strstr(f->message, files[i].says));
		assert_null(strstr(f->message, files[i].not));
		iom_report_free(rep);
		iom_capture_free(cap);
	}
}

/* Of all that threads hand over by one ring, one submission slept. */
static void counts_by_ring(void **state)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t ring = build_file(cap, 3, CAP_K_URING, O_RDWR, "io_uring");
	const struct rep_finding *f;
	struct iom_report *rep;
	struct cap_calls *r;

	(void)state;
	r = build_calls(cap, MAIN, ring, CAP_C_URING_SUBMIT, SYS_io_uring_enter);
	r->n.ok_slept = 1;
	r->wait_ns = r->max_wait_ns = cap->threads[0].asleep_ns = 177 * MS;
	build_thread(cap, MAIN, MAIN + 1, "other");
	build_calls(cap, MAIN + 1, ring, CAP_C_URING_SUBMIT, SYS_io_uring_enter)->n.ok = 1000;
	build_requests(cap, build_file(cap, 4, CAP_K_REG, 0, "/srv/data"), CAP_I_URING, URING_READ, 1001);
	rep = iom_judge(cap);
	f = build_finding(rep, "submit-blocked");
	assert_non_null(f);
	assert_non_null(strstr(f->message, "1 of 1,001 submissions by io_uring_enter slept in thread 4711,"));
	assert_int_equal(f->count, 1);
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* Space is for what is written, and fewer requests in flight for those that have company. */
static void advises_what_helps(void **state)
{
	static const struct {
		uint16_t operation;
		uint64_t alone;
		const char *says;
	} of[] = {
		{AIO_PREAD, 100, "not free. Usual way out: threads of one's own."},
		{AIO_PREAD, 1, "not free. Usual ways out: fewer requests in flight, or threads of one's own."},
		{AIO_PWRITE, 100, "not free. Usual ways out: files with space allocated ahead, or threads of one's own."},
		{AIO_PWRITE, 1, "not free. Usual ways out: files with space allocated ahead, fewer requests in flight, "
				"or threads of one's own."},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		struct iom_capture *cap = build_capture("program");
		const struct rep_finding *f;
		struct iom_report *rep;

		submits_slowly(cap, CAP_K_REG, "/srv/data");
		cap->requests[0].f_flags = O_DIRECT;
		cap->requests[0].operation = of[i].operation;
		cap->requests[0].alone = of[i].alone;
		rep = iom_judge(cap);
		f = build_finding(rep, "submit-blocked");
		assert_non_null(f);
		assert_non_null(strstr(f->message, of[i].says));
		iom_report_free(rep);
		iom_capture_free(cap);
	}
}

/* All that workers took was of so many operations, the same number of each. */
static struct iom_capture *offloads(const uint16_t *operations, size_t n, uint32_t f_flags)
{
	struct iom_capture *cap = build_capture("program");

	for (size_t i = 0; i < n; i++) {
		uint32_t file = build_file(cap, 4 + i, CAP_K_REG, f_flags, "/srv/data");
		struct cap_requests *r = build_requests(cap, file, CAP_I_URING, operations[i], 30);

		r->by_worker = r->alone = 30;
	}
	return cap;
}

static void names_what_workers_took(void **state)
{
	static const struct {
		uint16_t operations[4];
		size_t n;
		uint32_t f_flags;
		const char *says;
	} of[] = {
		{{URING_WRITE}, 1, 0, "most of them WRITE on /srv/data: the operation or its file could not be done "
				      "without waiting. Usual ways out: O_DIRECT for files, non-blocking sockets."},
		{{URING_WRITE}, 1, O_DIRECT, "without waiting. Usual way out: files with space allocated ahead."},
		{{URING_READ}, 1, O_DIRECT, "most of them READ on /srv/data: the operation or its file could not be done "
					    "without waiting."},
		{{URING_FSYNC, URING_STATX, URING_FALLOC}, 3, 0,
		 "kernel, FSYNC (30), FALLOCATE (30) and STATX (30), which could not be done at once."},
		{{URING_FSYNC, URING_STATX, URING_FALLOC, URING_WRITE}, 4, 0,
		 "kernel, FSYNC (30), FALLOCATE (30), STATX (30) and 1 more operation, which could not be done at once. "
		 "Usual ways out, for those that move data: O_DIRECT for files, non-blocking sockets."},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		struct iom_capture *cap = offloads(of[i].operations, of[i].n, of[i].f_flags);
		struct iom_report *rep = iom_judge(cap);
		const struct rep_finding *f = build_finding(rep, "iowq-offload");
		size_t says = strlen(of[i].says);

		assert_non_null(f);
		assert_true(strlen(f->message) > says);
		assert_string_equal(f->message + strlen(f->message) - says, of[i].says);
		iom_report_free(rep);
		iom_capture_free(cap);
	}
}

int main(void)
{
	static struct CMUnitTest tests[NJUDGED + 7];

	for (size_t i = 0; i < NJUDGED; i++)
		tests[i] = (struct CMUnitTest){.name = judged[i].name,
					       .test_func = check_judged,
					       .initial_state = (void *)&judged[i]};
	tests[NJUDGED] = (struct CMUnitTest)cmocka_unit_test(tells_the_way_out);
	tests[NJUDGED + 1] = (struct CMUnitTest)cmocka_unit_test(says_what_is_not_seen);
	tests[NJUDGED + 2] = (struct CMUnitTest)cmocka_unit_test(knows_the_kind);
	tests[NJUDGED + 3] = (struct CMUnitTest)cmocka_unit_test(names_no_pipe);
	tests[NJUDGED + 4] = (struct CMUnitTest)cmocka_unit_test(counts_by_ring);
	tests[NJUDGED + 5] = (struct CMUnitTest)cmocka_unit_test(advises_what_helps);
	tests[NJUDGED + 6] = (struct CMUnitTest)cmocka_unit_test(names_what_workers_took);
	return cmocka_run_group_tests_name("rings", tests, NULL, NULL);
}
