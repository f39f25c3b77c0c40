/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a report says besides the verdict: threads, files, counts, medians,
 * further models, and how sure it is.
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
#include "expected.h"
#include "judge/judge.h"

static void let_go(struct iom_report *rep, struct iom_capture *cap)
{
	iom_report_free(rep);
	iom_capture_free(cap);
}

static void sleep_since_before(void **state)
{
	struct iom_capture *cap = build_capture("cat");
	uint32_t tty = build_file(cap, 0, CAP_K_TTY, 0, "/dev/pts/1");
	const struct rep_file *f;
	struct iom_report *rep;
	bool said = false;

	(void)state;
	build_asleep(cap, 0, CAP_C_READ, SYS_read, tty, 5000 * MS, BUILD_LIFE_NS);
	rep = iom_judge(cap);
	f = expected_file(rep, tty);
	assert_non_null(f);
	assert_int_equal(f->since_ns, 5000 * MS);
	assert_true(f->open_at_end);
	assert_int_equal(f->model, IOM_M_BLOCKING);
	assert_int_equal(rep->procs[0].models[IOM_M_BLOCKING].transfers, 0);
	assert_int_equal(rep->procs[0].models[IOM_M_BLOCKING].phase1_ns, BUILD_LIFE_NS);
	for (size_t i = 0; i < rep->procs[0].verdict.nbecause; i++)
		said |= strstr(rep->procs[0].verdict.because[i], "5.00 s before") != NULL;
	assert_true(said);
	let_go(rep, cap);
}

static void exact_counts_of_a_file(void **state)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, "tcp");
	const struct rep_share *m;
	const struct rep_file *f;
	struct iom_report *rep;

	(void)state;
	build_watch(cap, s, ep);
	build_epoll_wait(cap, BUILD_PID, ep, 100, 900, 10 * MS);
	build_transfers(cap, BUILD_PID, s, CAP_C_READ, SYS_read, 1234, 0, 77, 0);
	build_transfers(cap, BUILD_PID, s, CAP_C_WRITE, SYS_write, 1000, 0, 0, 0);
	rep = iom_judge(cap);
	f = expected_file(rep, s);
	assert_non_null(f);
	assert_int_equal(f->attempts, 1234 + 77 + 1000);
	assert_int_equal(f->eagain, 77);
	assert_int_equal(f->slept, 0);
	assert_int_equal(f->ready, 2234);
	assert_int_equal(f->since_ns, -1);
	assert_false(f->open_at_end);
	m = &rep->procs[0].models[IOM_M_MULTIPLEXED];
	assert_int_equal(m->transfers, 2234);
	assert_int_equal(m->bytes, 223400);
	assert_int_equal(m->phase1_ns, 9000 * MS);
	assert_int_equal(rep->procs[0].threads[0].loop.calls, 1000);
	assert_int_equal(rep->procs[0].threads[0].loop.fd, 4);
	assert_int_equal(rep->procs[0].threads[0].loop.files, 1);
	let_go(rep, cap);
}

static void each_thread_has_its_model(void **state)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, NULL);
	uint32_t pipe = build_file(cap, 6, CAP_K_FIFO, 0, NULL);
	uint32_t i, waits = 0, reads, sleeps, computes;
	static const enum iom_model want[] = {IOM_M_MULTIPLEXED, IOM_M_MULTIPLEXED, IOM_M_BLOCKING,
					      IOM_M_NONE};
	struct iom_report *rep;

	(void)state;
	reads = build_thread(cap, BUILD_PID, BUILD_PID + 1, "reads");
	sleeps = build_thread(cap, BUILD_PID, BUILD_PID + 2, "sleeps");
	computes = build_thread(cap, BUILD_PID, BUILD_PID + 3, "computes");
	build_watch(cap, s, ep);
	build_epoll_wait(cap, BUILD_PID, ep, 0, 900, 10 * MS);
	build_transfers(cap, BUILD_PID + 1, s, CAP_C_READ, SYS_read, 900, 0, 900, 0);
	build_transfers(cap, BUILD_PID + 2, pipe, CAP_C_READ, SYS_read, 0, 900, 0, 10 * MS);
	assert_int_equal(waits + 1, reads);
	assert_int_equal(reads + 1, sleeps);
	assert_int_equal(sleeps + 1, computes);
	rep = iom_judge(cap);
	for (i = waits; i <= computes; i++)
		assert_string_equal(iom_model_name(rep->procs[0].threads[i].verdict.model),
				    iom_model_name(want[i]));
	let_go(rep, cap);
}

/* Half of the work of each sort: both are named, whichever comes first. */
static void further_models(void **state)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, NULL);
	uint32_t pipe = build_file(cap, 6, CAP_K_FIFO, 0, NULL);
	struct iom_report *rep;

	(void)state;
	build_thread(cap, BUILD_PID, BUILD_PID + 1, "worker");
	build_watch(cap, s, ep);
	build_epoll_wait(cap, BUILD_PID, ep, 0, 900, 10 * MS);
	build_transfers(cap, BUILD_PID, s, CAP_C_READ, SYS_read, 900, 0, 0, 0);
	build_transfers(cap, BUILD_PID + 1, pipe, CAP_C_READ, SYS_read, 0, 300, 0, 10 * MS);
	rep = iom_judge(cap);
	assert_int_equal(rep->procs[0].verdict.model, IOM_M_MULTIPLEXED);
	assert_int_equal(rep->procs[0].verdict.nalso, 1);
	assert_int_equal(rep->procs[0].verdict.also[0], IOM_M_BLOCKING);
	assert_true(rep->procs[0].models[IOM_M_BLOCKING].share > 0.2);
	assert_true(rep->procs[0].verdict.confidence < 0.95);
	let_go(rep, cap);
}

/* A loop that besides tries a pipe it does not wait for. */
static void file_tried_by_hand(void **state)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, NULL);
	uint32_t pipe = build_file(cap, 6, CAP_K_FIFO, O_NONBLOCK, NULL);
	struct iom_report *rep;

	(void)state;
	build_watch(cap, s, ep);
	build_epoll_wait(cap, BUILD_PID, ep, 0, 900, 10 * MS);
	build_transfers(cap, BUILD_PID, s, CAP_C_READ, SYS_read, 900, 0, 0, 0);
	build_transfers(cap, BUILD_PID, pipe, CAP_C_READ, SYS_read, 100, 0, 400, 0);
	rep = iom_judge(cap);
	assert_int_equal(rep->procs[0].verdict.model, IOM_M_MULTIPLEXED);
	assert_int_equal(rep->procs[0].verdict.nalso, 1);
	assert_int_equal(rep->procs[0].verdict.also[0], IOM_M_NONBLOCKING);
	assert_int_equal(expected_file(rep, s)->model, IOM_M_MULTIPLEXED);
	assert_int_equal(expected_file(rep, pipe)->model, IOM_M_NONBLOCKING);
	assert_int_equal(expected_file(rep, pipe)->models[IOM_M_NONBLOCKING].transfers, 100);
	let_go(rep, cap);
}

static double confidence_of(uint64_t transfers, uint64_t lost)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t pipe = build_file(cap, 0, CAP_K_FIFO, 0, NULL);
	struct iom_report *rep;
	double c;

	build_transfers(cap, BUILD_PID, pipe, CAP_C_READ, SYS_read, 0, transfers, 0, MS);
	cap->lost.counts = lost;
	rep = iom_judge(cap);
	assert_int_equal(rep->procs[0].verdict.model, IOM_M_BLOCKING);
	c = rep->procs[0].verdict.confidence;
	let_go(rep, cap);
	return c;
}

static void sure_by_evidence(void **state)
{
	(void)state;
	assert_true(confidence_of(1000, 0) > 0.98);
	assert_true(confidence_of(1, 0) < 0.7);
	assert_true(confidence_of(1000, 1) < confidence_of(1000, 0));
	assert_true(confidence_of(1000, 3000) < 0.5 * confidence_of(1000, 0));
}

static void medians(void **state)
{
	struct iom_capture *cap = build_server("redis-server", "/var/lib/redis/appendonly.aof");
	struct iom_report *rep = iom_judge(cap);
	const struct rep_process *p = &rep->procs[0];

	(void)state;
	assert_int_equal(p->verdict.model, IOM_M_MULTIPLEXED);
	assert_int_equal(p->example.samples, 100);
	assert_int_equal(p->example.nr, SYS_read);
	assert_int_equal(p->example.wait_nr, SYS_epoll_wait);
	assert_in_range(p->example.copy_ns, 1045, 1055);
	assert_in_range(p->example.wait_ns, 97045, 97055);
	assert_int_equal(p->example.returns, 100);
	assert_int_equal(p->example.slept, 100);
	assert_int_equal(p->example.waker, CAP_W_SOFTIRQ);
	assert_int_equal(p->models[IOM_M_MULTIPLEXED].phase2_samples > 0, 1);
	let_go(rep, cap);
}

/* What waited longest is shown, and not what was sampled most. */
static void example_of_what_waited(void **state)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t log = build_file(cap, 6, CAP_K_REG, 0, "/var/log/much");
	uint32_t s = build_file(cap, 7, CAP_K_SOCK, 0, "tcp");
	struct iom_report *rep;

	(void)state;
	build_transfers(cap, BUILD_PID, log, CAP_C_WRITE, SYS_write, 90000, 3, 0, 1000);
	build_transfers(cap, BUILD_PID, s, CAP_C_RECV, SYS_recvfrom, 0, 700, 0, 10 * MS);
	for (int i = 0; i < 90; i++)
		build_sample(cap, log, CAP_C_WRITE, SYS_write, 0, 1000, 0);
	for (int i = 0; i < 3; i++)
		build_sample(cap, s, CAP_C_RECV, SYS_recvfrom, 10 * MS, 2000, 0);
	rep = iom_judge(cap);
	assert_int_equal(rep->procs[0].example.nr, SYS_recvfrom);
	assert_int_equal(rep->procs[0].example.samples, 3);
	assert_int_equal(rep->procs[0].example.wait_ns, 10 * MS);
	let_go(rep, cap);
}

static void findings_name_their_place(void **state)
{
	struct iom_capture *cap = build_server("redis-server", "/var/lib/redis/appendonly.aof");
	struct iom_report *rep = iom_judge(cap);
	const struct rep_finding *f = build_finding(rep, "loop-blocked");

	(void)state;
	assert_non_null(f);
	assert_int_equal(f->count, 3);
	assert_int_equal(f->max_ns, 41 * MS);
	assert_int_equal(f->thread, 0);
	assert_int_equal(cap->files[f->file].fd, 8);
	assert_non_null(strstr(f->message, "appendonly.aof"));
	f = build_finding(rep, "may-block");
	assert_non_null(f);
	assert_int_equal(cap->files[f->file].fd, 9 + 51);
	assert_int_equal(f->count, 7600); /* its reads: writes wait for nobody's data */
	assert_null(build_finding(rep, "sync-on-loop")); /* it syncs in a thread of its own */
	assert_int_equal(rep->procs[0].nfindings, 2);
	let_go(rep, cap);
}

/* A read that asked not to wait cannot sleep, whatever the file's flags are before and after; what is
 * written is not taken by somebody else. */
static void may_block_is_of_the_read(void **state)
{
	enum { FLAG_OF_THE_READ, FLAG_OF_EACH_CALL, ONLY_WRITES, SOME_READS, CASES };

	(void)state;
	for (int k = 0; k < CASES; k++) {
		struct iom_capture *cap = build_capture("program");
		uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
		uint32_t s = build_file(cap, 5, CAP_K_SOCK, 0, "udp 127.0.0.1:69");
		const struct rep_finding *found;
		struct cap_calls *r;
		struct iom_report *rep;

		build_watch(cap, s, ep);
		build_epoll_wait(cap, BUILD_PID, ep, 0, 100, 9 * MS);
		r = build_transfers(cap, BUILD_PID, s, k == ONLY_WRITES ? CAP_C_SEND : CAP_C_RECV,
				    k == ONLY_WRITES ? SYS_sendto : SYS_recvfrom, 100, 0, 0, 0);
		r->f_flags = k == FLAG_OF_THE_READ ? O_NONBLOCK : 0;
		r->n.nowait = k == FLAG_OF_EACH_CALL ? 100 : k == SOME_READS ? 60 : 0;
		build_transfers(cap, BUILD_PID, s, CAP_C_SEND, SYS_sendto, 100, 0, 0, 0);
		rep = iom_judge(cap);
		found = build_finding(rep, "may-block");
		assert_int_equal(found != NULL, k == SOME_READS);
		if (found)
			assert_non_null(strstr(found->message, "then read without O_NONBLOCK (40 times on fd 5"));
		let_go(rep, cap);
	}
}

/* A poll of many files is read now and then alone: connections that came and went in between were in it as
 * those were that came by the same way. */
static void connections_that_poll_was_not_seen_with(void **state)
{
	enum { ALIKE, OTHER_PORT, STAYED, READ_EACH_TIME, CASES };
	static const enum iom_model models[] = {IOM_M_MULTIPLEXED, IOM_M_BLOCKING, IOM_M_BLOCKING, IOM_M_BLOCKING};

	(void)state;
	for (int k = 0; k < CASES; k++) {
		struct iom_capture *cap = build_capture("relay");
		uint32_t l = build_file(cap, 3, CAP_K_LISTEN, 0, "tcp listen 127.0.0.1:80");
		uint32_t seen = build_file(cap, 4, CAP_K_SOCK, 0, "tcp 127.0.0.1:80 <- 127.0.0.1:40000");
		uint32_t new = build_file(cap, 5, CAP_K_SOCK, 0,
					  k == OTHER_PORT ? "tcp 127.0.0.1:81 <- 127.0.0.1:40001" :
							    "tcp 127.0.0.1:80 <- 127.0.0.1:40001");
		struct iom_report *rep;
		struct cap_calls *r;

		cap->files[new].open_at_start = cap->files[new].open_at_end = k == STAYED;
		r = build_calls(cap, BUILD_PID, l, CAP_C_POLL, SYS_poll);
		r->n.ok_slept = 1600;
		r->wait_ns = 8000 * MS;
		r->max_wait_ns = 10 * MS;
		r->set_size = 20;
		build_interest(cap, l, 20, k == READ_EACH_TIME ? 1580 : 80)->set_file = l;
		build_interest(cap, seen, 6, 1)->set_file = l;
		build_transfers(cap, BUILD_PID, seen, CAP_C_RECV, SYS_recvfrom, 10, 0, 0, 0);
		build_transfers(cap, BUILD_PID, new, CAP_C_RECV, SYS_recvfrom, 10, 0, 0, 0);
		rep = iom_judge(cap);
		assert_int_equal(expected_file(rep, seen)->model, IOM_M_MULTIPLEXED);
		assert_int_equal(expected_file(rep, new)->model, models[k]);
		let_go(rep, cap);
	}
}

/* A player asks poll of its file, which is always ready, and of the eventfd that calls its reads off: while it
 * waits for other threads nobody else does. With a connection in the set somebody may. */
static void poll_of_a_stored_file(void **state)
{
	(void)state;
	for (int connected = 0; connected < 2; connected++) {
		struct iom_capture *cap = build_capture("player");
		uint32_t f = build_file(cap, 3, CAP_K_REG, 0, "/srv/a.wav");
		struct cap_calls *r = build_calls(cap, BUILD_PID, f, CAP_C_POLL, SYS_poll);
		struct iom_report *rep;

		r->n.ok = r->n.forever = 200;
		r->set_size = 2 + connected;
		build_interest(cap, f, 200, 0)->set_file = f;
		build_interest(cap, build_file(cap, 4, CAP_K_EVENTFD, 0, "eventfd"), 0, 200)->set_file = f;
		build_transfers(cap, BUILD_PID, f, CAP_C_READ, SYS_readv, 200, 0, 0, 0);
		if (connected) {
			uint32_t c = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, "unix");

			build_interest(cap, c, 20, 180)->set_file = f;
			build_transfers(cap, BUILD_PID, c, CAP_C_RECV, SYS_recvfrom, 20, 0, 0, 0);
		}
		r = build_calls(cap, BUILD_PID, IOM_NO_FILE, CAP_C_FUTEX, SYS_futex);
		r->n.ok_slept = 190;
		r->wait_ns = cap->threads[0].asleep_ns = 9500 * MS;
		r->max_wait_ns = 50 * MS;
		cap->threads[0].nvcsw = 190;
		rep = iom_judge(cap);
		assert_int_equal(build_finding(rep, "loop-blocked") != NULL, connected);
		let_go(rep, cap);
	}
}

/* What the threads that work sleep in is said first, however long others were asleep that nobody woke. */
static void sleepers_of_the_whole_watch(void **state)
{
	struct iom_capture *cap = build_capture("relay");
	uint32_t l = build_file(cap, 3, CAP_K_LISTEN, 0, "tcp listen 127.0.0.1:53");
	uint32_t s = build_file(cap, 4, CAP_K_SOCK, 0, "udp 127.0.0.1:53");
	uint32_t t = build_thread(cap, BUILD_PID, BUILD_PID + 1, "accepts");
	struct iom_report *rep;

	(void)state;
	build_asleep(cap, t, CAP_C_ACCEPT, SYS_accept, l, 5000 * MS, BUILD_LIFE_NS);
	build_transfers(cap, BUILD_PID, s, CAP_C_RECV, SYS_recvfrom, 0, 6000, 0, MS);
	cap->threads[0].nvcsw = 6000;
	cap->threads[0].asleep_ns = 6000 * MS;
	rep = iom_judge(cap);
	assert_non_null(strstr(rep->procs[0].verdict.headline,
			       "most of all in recvfrom; one is asleep in accept throughout."));
	let_go(rep, cap);
}

static void processes_apart(void **state)
{
	struct iom_capture *cap = build_capture("first");
	uint32_t pipe = build_file(cap, 0, CAP_K_FIFO, 0, NULL);
	struct iom_report *rep;

	(void)state;
	build_proc(cap, BUILD_PID + 100, "second");
	build_transfers(cap, BUILD_PID, pipe, CAP_C_READ, SYS_read, 0, 100, 0, 10 * MS);
	rep = iom_judge(cap);
	assert_int_equal(rep->nprocs, 2);
	assert_int_equal(rep->procs[0].verdict.model, IOM_M_BLOCKING);
	assert_int_equal(rep->procs[1].verdict.model, IOM_M_NONE);
	assert_int_equal(rep->procs[1].nthreads, 1);
	assert_int_equal(rep->procs[1].nfiles, 0);
	let_go(rep, cap);
}

static void empty_capture(void **state)
{
	struct iom_capture *cap = iom_capture_new();
	struct iom_report *rep = iom_judge(cap);

	(void)state;
	assert_int_equal(rep->nprocs, 0);
	let_go(rep, cap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sleep_since_before),
		cmocka_unit_test(exact_counts_of_a_file),
		cmocka_unit_test(each_thread_has_its_model),
		cmocka_unit_test(further_models),
		cmocka_unit_test(file_tried_by_hand),
		cmocka_unit_test(sure_by_evidence),
		cmocka_unit_test(medians),
		cmocka_unit_test(example_of_what_waited),
		cmocka_unit_test(findings_name_their_place),
		cmocka_unit_test(may_block_is_of_the_read),
		cmocka_unit_test(connections_that_poll_was_not_seen_with),
		cmocka_unit_test(poll_of_a_stored_file),
		cmocka_unit_test(sleepers_of_the_whole_watch),
		cmocka_unit_test(processes_apart),
		cmocka_unit_test(empty_capture),
	};

	return cmocka_run_group_tests_name("evidence", tests, NULL, NULL);
}
