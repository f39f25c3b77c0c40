/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lines of threads: what each slept in for its work, in an order in which those come first
 * that a question is about.
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
#include "judge/judge.h"
#include "report/view.h"

/* A capture, its report, and what is shown of the first process. */
struct shown {
	struct iom_capture *cap;
	struct iom_report *rep;
	struct view *v;
};

static struct shown show(struct iom_capture *cap)
{
	struct shown s = {.cap = cap, .rep = iom_judge(cap)};

	s.v = iom_view(&s.rep->procs[0], false);
	return s;
}

static void let_go(struct shown *s)
{
	iom_view_free(s->v);
	iom_report_free(s->rep);
	iom_capture_free(s->cap);
}

/* A process whose main thread waits for others all the time. */
static struct iom_capture *parked_process(const char *comm)
{
	struct iom_capture *cap = build_capture(comm);

	cap->threads[0].cpu_ns = 0;
	build_asleep(cap, 0, CAP_C_FUTEX, SYS_futex, IOM_NO_FILE, MS, BUILD_LIFE_NS);
	return cap;
}

/* A thread that slept in futex n times, for so long each. */
static uint32_t add_parked(struct iom_capture *cap, uint32_t tid, const char *comm, uint64_t n, uint64_t sleep_ns)
{
	uint32_t thread = build_thread(cap, BUILD_PID, tid, comm);

	build_transfers(cap, tid, IOM_NO_FILE, CAP_C_FUTEX, SYS_futex, 0, n, 0, sleep_ns);
	cap->threads[thread].nvcsw = n;
	cap->threads[thread].asleep_ns = n * sleep_ns;
	return thread;
}

/* A worker is parked for most of the time: its line tells what it slept in for its work too. */
static void work_of_a_parked_thread(void **state)
{
	struct iom_capture *cap = parked_process("server");
	uint32_t thread = add_parked(cap, 5000, "worker", 90, 100 * MS);
	uint32_t log = build_file(cap, 7, CAP_K_REG, 0, "/srv/log");
	struct shown s;

	(void)state;
	build_transfers(cap, 5000, log, CAP_C_SYNC, SYS_fsync, 0, 90, 0, MS);
	cap->threads[thread].asleep_ns += 90 * MS;
	cap->threads[thread].nvcsw += 90;
	s = show(cap);
	assert_string_equal(s.v->threads[0].name, "5000 worker");
	assert_string_equal(s.v->threads[0].what, "futex: slept 90 times, 9.00 s in all, 100 ms at most; "
						  "90 ms asleep in fsync(7) /srv/log; 9 % on a CPU");
	let_go(&s);
}

/* Calls on many files of one kind are told by one of these. */
static void one_of_many_files_is_named(void **state)
{
	struct iom_capture *cap = parked_process("resolver");
	uint32_t thread = build_thread(cap, BUILD_PID, 5000, "resolver");
	struct shown s;
	char name[64];

	(void)state;
	for (int i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "udp 127.0.0.1:4000%d -> 127.0.0.9:53", i);
		build_transfers(cap, 5000, build_file(cap, 3, CAP_K_SOCK, 0, name), CAP_C_RECV, SYS_recvfrom, 0, 1, 0,
				1000 * MS + i);
	}
	cap->threads[thread].asleep_ns = 5000 * MS + 10;
	cap->threads[thread].nvcsw = 5;
	s = show(cap);
	assert_string_equal(s.v->threads[0].what, "recvfrom(3) udp 127.0.0.1:40004 -> 127.0.0.9:53 and 4 others: "
						  "slept 5 times, 5.00 s in all, 1.00 s at most; 50 % on a CPU");
	let_go(&s);
}

/* Who waits for I/O is shown before a dozen threads that keep house, and those that are parked come last. */
static void who_waits_comes_before_housekeeping(void **state)
{
	struct iom_capture *cap = parked_process("java");
	struct shown s;

	(void)state;
	for (int i = 0; i < 12; i++)
		add_parked(cap, 5000 + i, "VM Thread", 99, 100 * MS);
	build_asleep(cap, build_thread(cap, BUILD_PID, 6000, "reaper"), CAP_C_CHILD, SYS_wait4, IOM_NO_FILE, MS,
		     BUILD_LIFE_NS);
	build_asleep(cap, build_thread(cap, BUILD_PID, 6001, "pool-1"), CAP_C_READ, SYS_read,
		     build_file(cap, 7, CAP_K_SOCK, 0, "tcp 127.0.0.1:4000 -> 127.0.0.1:80"), MS, BUILD_LIFE_NS);
	s = show(cap);
	assert_int_equal(s.v->nthreads, 4);
	assert_int_equal(s.v->threads[0].rank, VIEW_WAITS);
	assert_int_equal(s.v->threads[1].rank, VIEW_WAITS);
	assert_string_equal(s.v->threads[2].name, "12 x VM Thread");
	assert_int_equal(s.v->threads[3].rank, VIEW_PARKED);
	let_go(&s);
}

/* A thread that lived for 2 ms did not use "100 % of a CPU" in any sense that a reader means. */
static void short_lives_are_told(void **state)
{
	struct iom_capture *cap = parked_process("notifier");
	struct shown s;

	(void)state;
	for (int i = 0; i < 100; i++) {
		uint32_t thread = build_thread(cap, BUILD_PID, 5000 + i, "thread");
		struct cap_thread *t = &cap->threads[thread];

		t->born = t->exited = true;
		t->end_ns = t->start_ns + 2 * MS;
		t->cpu_ns = 2 * MS;
	}
	cap->end_ns = cap->start_ns + BUILD_LIFE_NS;
	s = show(cap);
	assert_int_equal(s.v->threads[0].threads, 100);
	assert_string_equal(s.v->threads[0].what, "began and ended in the watch, 10 a second, after 2.0 ms on average");
	let_go(&s);

	/* 0 a second it would be, rounded. */
	cap = parked_process("notifier");
	for (int i = 0; i < 4; i++) {
		uint32_t thread = build_thread(cap, BUILD_PID, 5000 + i, "thread");
		struct cap_thread *t = &cap->threads[thread];

		t->born = t->exited = true;
		t->end_ns = t->start_ns + 2 * MS;
		t->cpu_ns = 2 * MS;
	}
	cap->end_ns = cap->start_ns + BUILD_LIFE_NS;
	s = show(cap);
	assert_string_equal(s.v->threads[0].what, "began and ended in the watch, after 2.0 ms on average");
	let_go(&s);

	cap = parked_process("notifier");
	for (int i = 0; i < 3; i++) {
		uint32_t thread = build_thread(cap, BUILD_PID, 5000 + i, "thread");

		cap->threads[thread].born = true;
	}
	s = show(cap);
	for (size_t i = 0; i < s.v->nthreads; i++)
		assert_null(strstr(s.v->threads[i].what, "began and ended"));
	let_go(&s);
}

/* Calls of poll for n files of which file is the first, each of which slept. */
static void polls(struct iom_capture *cap, uint32_t tid, uint32_t file, uint32_t n)
{
	struct cap_calls *r = build_transfers(cap, tid, file, CAP_C_POLL, SYS_poll, 0, 20, 0, 400 * MS);
	struct cap_interest *in;

	r->set_size = n;
	in = build_interest(cap, file, 20, 0);
	in->set_file = file;
	in->tid = tid;
}

/* A thread that asks for one file is another line than the loop of the same name, and says for which. */
static void a_loop_and_its_resolver(void **state)
{
	struct iom_capture *cap = parked_process("client");
	struct shown s;

	(void)state;
	for (uint32_t tid = 5000; tid < 5002; tid++) {
		uint32_t thread = build_thread(cap, BUILD_PID, tid, "client");

		cap->threads[thread].nvcsw = 20;
		cap->threads[thread].asleep_ns = 8000 * MS;
	}
	polls(cap, 5000, build_file(cap, 3, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:81 -> 127.0.0.1:80"), 5);
	polls(cap, 5001, build_file(cap, 4, CAP_K_SOCK, O_NONBLOCK, "udp 127.0.0.1:82 -> 127.0.0.9:53"), 1);
	s = show(cap);
	assert_int_equal(s.v->nthreads, 3);
	for (size_t i = 0; i < 2; i++)
		assert_non_null(strstr(s.v->threads[i].what,
				       strstr(s.v->threads[i].name, "5000") ?
					       "poll, 5 files: 20 returns" :
					       "poll(4) udp 127.0.0.1:82 -> 127.0.0.9:53: 20 returns"));
	let_go(&s);
}

/* n threads of a pool asleep in a read, of two connections, or of so many as they are. */
static struct shown show_pool(int n, bool two)
{
	struct iom_capture *cap = parked_process("server");
	uint32_t file = IOM_NO_FILE;
	char name[64];

	for (int i = 0; i < n; i++) {
		if (!two || i < 2) {
			snprintf(name, sizeof(name), "tcp 127.0.0.1:400%d -> 127.0.0.1:80", i);
			file = build_file(cap, 7 + i, CAP_K_SOCK, 0, name);
		}
		snprintf(name, sizeof(name), "pool-%d", i + 7);
		build_asleep(cap, build_thread(cap, BUILD_PID, 5000 + i, name), CAP_C_READ, SYS_read, file, MS,
			     BUILD_LIFE_NS);
	}
	return show(cap);
}

static void a_crowd_is_one_line(void **state)
{
	struct shown s = show_pool(5, false);

	(void)state;
	assert_int_equal(s.v->nthreads, 2);
	assert_string_equal(s.v->threads[0].name, "5 x pool-*");
	assert_string_equal(s.v->threads[0].what, "asleep in read(7) tcp 127.0.0.1:4000 -> 127.0.0.1:80 and 4 others "
						  "throughout, since 1.0 ms before the watch");
	let_go(&s);
	s = show_pool(5, true);
	assert_non_null(strstr(s.v->threads[0].what, "127.0.0.1:80 and another throughout"));
	let_go(&s);
	s = show_pool(3, false);
	assert_int_equal(s.v->nthreads, 4);
	let_go(&s);
}

static const struct rep_call *call_of(const struct rep_process *rp, int nr)
{
	for (size_t i = 0; i < rp->ncalls; i++)
		if (rp->calls[i].nr == nr)
			return &rp->calls[i];
	return NULL;
}

/* Page faults are no calls, whatever number their rows have; signals were taken by calls. */
static void calls_are_calls(void **state)
{
	struct iom_capture *cap = build_capture("program");
	struct iom_report *rep;

	(void)state;
	build_transfers(cap, BUILD_PID, IOM_NO_FILE, CAP_C_FAULT, 0, 0, 30, 0, MS);
	build_signals(cap, CAP_S_WAITED, 35, 0x80, IOM_NO_FILE, 100)->wait_ns = 900 * MS;
	cap->threads[0].asleep_ns = 930 * MS;
	rep = iom_judge(cap);
	assert_null(call_of(rep->procs, SYS_read));
	assert_int_equal(call_of(rep->procs, -1)->calls, 30);
	assert_int_equal(call_of(rep->procs, SYS_rt_sigtimedwait)->calls, 100);
	assert_int_equal(call_of(rep->procs, SYS_rt_sigtimedwait)->slept, 100);
	iom_report_free(rep);
	iom_capture_free(cap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(work_of_a_parked_thread),
		cmocka_unit_test(one_of_many_files_is_named),
		cmocka_unit_test(who_waits_comes_before_housekeeping),
		cmocka_unit_test(short_lives_are_told),
		cmocka_unit_test(a_loop_and_its_resolver),
		cmocka_unit_test(a_crowd_is_one_line),
		cmocka_unit_test(calls_are_calls),
	};

	return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
