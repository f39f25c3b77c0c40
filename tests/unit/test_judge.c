/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The list of rules and the score: no cliff, one scale for files, threads and processes,
 * sleeps under way as any other, reasons that are the causes, and doubt where there is cause.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
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

#define MAIN	       BUILD_PID
#define URING_READ     22
#define URING_POLL_ADD 6

static void let_go(struct iom_report *rep, struct iom_capture *cap)
{
	iom_report_free(rep);
	iom_capture_free(cap);
}

static uint32_t loop_with(struct iom_capture *cap, uint32_t f_flags, uint64_t turns, uint64_t each)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t f = build_file(cap, 5, CAP_K_SOCK, f_flags, "tcp");

	build_watch(cap, f, ep);
	build_epoll_wait(cap, MAIN, ep, 1000, turns, each);
	return f;
}

/* ---- no cliff ------------------------------------------------------------------------- */

/* A loop that moves 100,000 times, and writes 20 times to a file that sleeps. */
static struct rep_verdict loop_and_sleeps(double ns, double *share)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t s = loop_with(cap, O_NONBLOCK, 900, 10000);
	uint32_t f = build_file(cap, 8, CAP_K_REG, 0, "/var/log/slow");
	struct rep_verdict v;
	struct iom_report *rep;

	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 100000, 0, 0, 0);
	build_transfers(cap, MAIN, f, CAP_C_WRITE, SYS_write, 0, 20, 0, ns / 20);
	rep = iom_judge(cap);
	v = rep->procs[0].verdict;
	*share = rep->procs[0].models[IOM_M_MULTIPLEXED].share;
	let_go(rep, cap);
	return v;
}

static void no_cliff(void **state)
{
	struct rep_verdict a, b;
	double share_a, share_b;

	(void)state;
	a = loop_and_sleeps(99e6, &share_a);
	b = loop_and_sleeps(101e6, &share_b);
	assert_int_equal(a.model, IOM_M_MULTIPLEXED);
	assert_int_equal(b.model, IOM_M_MULTIPLEXED);
	assert_true(fabs(share_a - share_b) < 0.005);
	assert_true(fabs(a.confidence - b.confidence) < 0.005);
	/* From 1 ms to 10 s, no step of a hundredth moves the share by more than that. */
	for (double ns = 1e6; ns < 1e10; ns *= 1.01) {
		loop_and_sleeps(ns, &share_a);
		loop_and_sleeps(ns * 1.01, &share_b);
		assert_true(share_b <= share_a && share_a - share_b < 0.01);
	}
}

/* ---- one scale -------------------------------------------------------------------------- */

static void one_sleep_in_a_million(void **state)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t s = loop_with(cap, 0, 900, 10 * MS);
	struct iom_report *rep;

	(void)state;
	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 1000000, 1, 0, 1000);
	rep = iom_judge(cap);
	assert_int_equal(rep->procs[0].verdict.model, IOM_M_MULTIPLEXED);
	assert_int_equal(expected_file(rep, s)->model, IOM_M_MULTIPLEXED);
	assert_int_equal(expected_file(rep, s)->models[IOM_M_BLOCKING].transfers, 1);
	let_go(rep, cap);
}

/* The same operations give the same shares for a file, its thread and its process. */
static void alike_for_all(void **state)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t f = build_file(cap, 3, CAP_K_FIFO, O_NONBLOCK, NULL);
	struct cap_calls *r = build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, 300, 0, 700, 0);
	const struct rep_process *p;
	struct iom_report *rep;

	(void)state;
	r->n.retry = 150;
	build_transfers(cap, MAIN, f, CAP_C_WRITE, SYS_write, 100, 200, 0, MS)->f_flags = 0;
	rep = iom_judge(cap);
	p = &rep->procs[0];
	for (int m = 0; m < IOM_M_NR; m++) {
		assert_int_equal(p->models[m].transfers, p->threads[0].models[m].transfers);
		assert_int_equal(p->models[m].transfers, expected_file(rep, f)->models[m].transfers);
		assert_true(fabs(p->models[m].share - expected_file(rep, f)->models[m].share) < 1e-6);
		assert_true(fabs(p->models[m].share - p->threads[0].models[m].share) < 1e-6);
	}
	let_go(rep, cap);
}

/* The wait of one idle listener is not paid by the many reads of others. */
static void each_wait_by_its_own_operations(void **state)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t s = loop_with(cap, O_NONBLOCK, 500, 10 * MS);
	uint32_t l = build_file(cap, 8, CAP_K_LISTEN, 0, NULL);
	uint32_t pipe = build_file(cap, 9, CAP_K_FIFO, 0, NULL);
	struct iom_report *rep;

	(void)state;
	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 500, 0, 0, 0);
	build_thread(cap, BUILD_PID, MAIN + 1, "acceptor");
	build_transfers(cap, MAIN + 1, l, CAP_C_ACCEPT, SYS_accept4, 0, 1, 0, 9000 * MS);
	build_thread(cap, BUILD_PID, MAIN + 2, "reader");
	build_transfers(cap, MAIN + 2, pipe, CAP_C_READ, SYS_read, 0, 1000, 0, 1000);
	rep = iom_judge(cap);
	assert_int_equal(rep->procs[0].verdict.model, IOM_M_MULTIPLEXED);
	assert_true(rep->procs[0].models[IOM_M_MULTIPLEXED].share > 0.9);
	let_go(rep, cap);
}

/* The few sleeps of a set that is spun are part of the spinning. */
static void spun_set_sleeps_a_little(void **state)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t s = loop_with(cap, O_NONBLOCK, 100, 4 * MS);
	struct iom_report *rep;

	(void)state;
	cap->calls[0].n.zero = 990000;
	cap->calls[0].n.nowait = 991000;
	cap->threads[0].cpu_ns = 9 * (BUILD_LIFE_NS / 10);
	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 1100, 0, 0, 0);
	rep = iom_judge(cap);
	assert_int_equal(rep->procs[0].verdict.model, IOM_M_NONBLOCKING);
	assert_int_equal(rep->procs[0].verdict.in_fact, IOM_FACT_POLLING);
	assert_int_equal(rep->procs[0].models[IOM_M_MULTIPLEXED].phase1_ns, 0);
	let_go(rep, cap);
}

/* ---- sleeps under way --------------------------------------------------------------------- */

static void ring_that_polls_asleep(void **state)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t ring = build_file(cap, 4, CAP_K_URING, 0, NULL);
	uint32_t s = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, NULL);
	struct iom_report *rep;

	(void)state;
	build_requests(cap, s, CAP_I_URING, URING_POLL_ADD, 1)->done_late = 0;
	build_asleep(cap, 0, CAP_C_URING_ENTER, SYS_io_uring_enter, ring, 0, 9000 * MS);
	rep = iom_judge(cap);
	assert_int_equal(rep->procs[0].verdict.model, IOM_M_MULTIPLEXED);
	assert_int_equal(rep->procs[0].threads[0].verdict.model, IOM_M_MULTIPLEXED);
	let_go(rep, cap);
}

static void helper_asleep(void **state)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t s = build_file(cap, 3, CAP_K_SOCK, 0, NULL);
	uint32_t helper = build_thread(cap, BUILD_PID, MAIN + 1, "program");
	struct iom_report *rep;

	(void)state;
	cap->procs[0].imports_posix_aio = true;
	cap->threads[helper].libc_helper = true;
	build_asleep(cap, 0, CAP_C_FUTEX, SYS_futex, IOM_NO_FILE, 0, 9000 * MS);
	build_asleep(cap, helper, CAP_C_READ, SYS_pread64, s, 0, 9000 * MS);
	rep = iom_judge(cap);
	assert_int_equal(rep->procs[0].verdict.model, IOM_M_ASYNC);
	assert_int_equal(expected_file(rep, s)->model, IOM_M_ASYNC);
	assert_int_equal(rep->procs[0].threads[1].verdict.model, IOM_M_BLOCKING);
	let_go(rep, cap);
}

/* ---- doubt ---------------------------------------------------------------------------------- */

static double confidence_with(uint64_t lost, void (*build)(struct iom_capture *cap))
{
	struct iom_capture *cap = build_capture("program");
	struct iom_report *rep;
	double c;

	build(cap);
	cap->lost.counts = lost;
	rep = iom_judge(cap);
	c = rep->procs[0].verdict.confidence;
	let_go(rep, cap);
	return c;
}

static void nothing(struct iom_capture *cap)
{
	cap->threads[0].cpu_ns = BUILD_LIFE_NS;
}

static void asleep(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 0, CAP_K_TTY, 0, "/dev/pts/1");

	build_asleep(cap, 0, CAP_C_READ, SYS_read, f, 5000 * MS, BUILD_LIFE_NS);
}

static void busy(struct iom_capture *cap)
{
	build_transfers(cap, MAIN, build_file(cap, 0, CAP_K_FIFO, 0, NULL), CAP_C_READ, SYS_read, 0, 1000000, 0,
			9000);
}

static void thin(struct iom_capture *cap)
{
	build_transfers(cap, MAIN, build_file(cap, 0, CAP_K_FIFO, 0, NULL), CAP_C_READ, SYS_read, 0, 2, 0, MS);
}

static void mapped(struct iom_capture *cap)
{
	cap->threads[0].asleep_ns = 5000 * MS;
	cap->threads[0].nvcsw = cap->threads[0].maj_flt = 40000;
}

/* A hypervisor, or interrupts, had the CPU for most of the time. */
static void time_that_was_stolen_is_no_sleep(void **state)
{
	struct iom_capture *cap = build_capture("program");
	struct iom_report *rep;

	(void)state;
	cap->threads[0].cpu_ns = BUILD_LIFE_NS / 5;
	cap->threads[0].runq_ns = BUILD_LIFE_NS / 10;
	rep = iom_judge(cap);
	assert_int_equal(rep->procs[0].threads[0].time.nwaits, 0);
	assert_int_equal(rep->procs[0].threads[0].time.running_ns, BUILD_LIFE_NS - BUILD_LIFE_NS / 10);
	iom_report_free(rep);
	iom_capture_free(cap);
}

static void doubt_where_there_is_cause(void **state)
{
	(void)state;
	assert_true(confidence_with(0, nothing) >= 0.9);
	assert_true(confidence_with(0, asleep) >= 0.9);
	assert_true(confidence_with(0, busy) > 0.98);
	assert_true(confidence_with(1, busy) > 0.95);
	assert_true(confidence_with(1, busy) < confidence_with(0, busy));
	assert_true(confidence_with(1000000, nothing) < 0.1);
	assert_true(confidence_with(1000000, asleep) < 0.1);
	assert_true(confidence_with(1000000, busy) < 0.7);
	assert_true(confidence_with(0, thin) < 0.7);
	assert_true(confidence_with(0, mapped) < 0.9);
}

/* ---- where the time went ------------------------------------------------------------------------ */

/* The counters of a thread that runs lag by a tick: that is no sleep. Where it did sleep, what no
 * call explains is. */
static void running_is_no_sleep(void **state)
{
	(void)state;
	for (int slept = 0; slept < 2; slept++) {
		struct iom_capture *cap = build_capture("program");
		struct iom_report *rep;

		cap->threads[0].cpu_ns = BUILD_LIFE_NS - 2 * MS;
		cap->threads[0].asleep_ns = 2 * MS;
		cap->threads[0].nvcsw = slept;
		rep = iom_judge(cap);
		assert_int_equal(rep->procs[0].threads[0].time.nwaits, slept);
		assert_int_equal(rep->procs[0].threads[0].time.waiting_ns, slept * 2 * MS);
		let_go(rep, cap);
	}
}

/* An interrupted sigsuspend has slept: it is counted at all only since it did. */
static void interrupted_sleeps_count(void **state)
{
	struct iom_capture *cap = build_capture("program");
	struct cap_calls *r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_SIGSUSPEND, SYS_rt_sigsuspend);
	struct iom_report *rep;

	(void)state;
	r->n.restart = 90;
	r->wait_ns = 900 * MS;
	r->max_wait_ns = 20 * MS;
	rep = iom_judge(cap);
	assert_int_equal(rep->procs[0].threads[0].time.waits[0].slept, 90);
	let_go(rep, cap);
}

/* Sleeps with faults that were not seen one by one are for pages too, and said to be unsplit. */
static void unseen_faults_are_pages(void **state)
{
	struct iom_capture *cap = build_capture("program");
	struct cap_calls *r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_FAULT, 0);
	const struct acc_thread *time;
	struct iom_report *rep;

	(void)state;
	cap->threads[0].asleep_ns = 140 * MS;
	cap->threads[0].nvcsw = 151;
	r->n.ok_slept = 101;
	r->wait_ns = 100 * MS;
	r->max_wait_ns = 2 * MS;
	r->mixed = 1;
	r->mixed_ns = r->mixed_max_ns = 40 * MS;
	r->faults = 50;
	rep = iom_judge(cap);
	time = &rep->procs[0].threads[0].time;
	assert_int_equal(time->nwaits, 1);
	assert_int_equal(time->waits[0].what, ACC_PAGE);
	assert_int_equal(time->waits[0].ns, 140 * MS);
	assert_int_equal(time->waits[0].unsplit_ns, 40 * MS);
	assert_int_equal(rep->procs[0].ncalls, 1); /* and no call of the number that none has */
	assert_int_equal(rep->procs[0].calls[0].nr, -1);
	let_go(rep, cap);
}

/* What goes into a socket that is not waited for slept for the disk that it comes from. */
static void sendfile_sleeps_for_the_disk(void **state)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t to = build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:4000");
	uint32_t from = build_file(cap, 6, CAP_K_REG, 0, "/srv/video.mp4");
	struct cap_calls *r = build_calls(cap, MAIN, to, CAP_C_SENDFILE, SYS_sendfile);
	const struct acc_thread *time;
	struct iom_report *rep;

	(void)state;
	for (int known = 0; known < 2; known++) {
		r->other = known ? from : IOM_NO_FILE;
		r->n.ok_slept = 30;
		r->wait_ns = 4000 * MS;
		r->max_wait_ns = 150 * MS;
		cap->threads[0].asleep_ns = 4000 * MS;
		cap->threads[0].nvcsw = 30;
		rep = iom_judge(cap);
		time = &rep->procs[0].threads[0].time;
		assert_int_equal(time->nwaits, 1);
		assert_int_equal(time->waits[0].file, known ? from : to);
		iom_report_free(rep);
	}
	iom_capture_free(cap);
}

/* What workers were given is named, and what cannot be helped has no way out. */
static void workers_are_given_an_operation(void **state)
{
	static const struct {
		uint16_t operation;
		const char *says;
	} cases[] = {{3, "FSYNC, which the kernel does not even try without a worker"},
		     {18, "OPENAT, which could not be done at once"},
		     {23, "WRITE on /var/lib/data: the operation or its file"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct iom_capture *cap = build_capture("program");
		uint32_t f = build_file(cap, 4, CAP_K_REG, 0, "/var/lib/data");
		struct cap_requests *r = build_requests(cap, f, CAP_I_URING, 22, 40);
		struct iom_report *rep;

		r->by_worker = 10;
		r = build_requests(cap, f, CAP_I_URING, cases[i].operation, 40);
		r->by_worker = 30;
		rep = iom_judge(cap);
		assert_int_equal(rep->procs[0].nfindings, 1);
		assert_non_null(strstr(rep->procs[0].findings[0].message, cases[i].says));
		let_go(rep, cap);
	}
}

/* Who moves nothing and is on a CPU: what it calls is in the samples. */
static void one_call_again_and_again(void **state)
{
	(void)state;
	for (int n = 1; n <= 2; n++) {
		struct iom_capture *cap = build_capture("program");
		uint32_t f = build_file(cap, 3, CAP_K_REG, 0, "/run/lock");
		struct iom_report *rep;

		cap->threads[0].cpu_ns = BUILD_LIFE_NS;
		for (int i = 0; i < 100; i++) {
			build_sample(cap, f, CAP_C_LOCK, i % n ? SYS_fcntl : SYS_flock, 0, 1000, 0);
			cap->samples[i].ret = -EAGAIN;
		}
		rep = iom_judge(cap);
		assert_int_equal(rep->procs[0].verdict.model, IOM_M_NONE);
		assert_int_equal(strstr(rep->procs[0].verdict.headline,
					"calls flock(3) /run/lock again and again (100 of 100 calls that were sampled), in "
					"vain with EAGAIN") != NULL, n == 1);
		assert_int_equal(rep->procs[0].besides.nr, SYS_flock);
		assert_int_equal(rep->procs[0].besides.samples, 100 / n);
		let_go(rep, cap);
	}
}

/* The same on a busy machine, where it is seldom given a CPU: it never sleeps all the same. Calls that a signal ends
 * are begun again, and those of different files are of none. */
static void interrupted_again_and_again(void **state)
{
	(void)state;
	for (int files = 1; files <= 2; files++) {
		struct iom_capture *cap = build_capture("program");
		uint32_t f[2] = {build_file(cap, 4, CAP_K_TTY, 0, "/dev/pts/1"),
				 build_file(cap, 5, CAP_K_TTY, 0, "/dev/pts/2")};
		const struct rep_verdict *v;
		struct iom_report *rep;

		cap->threads[0].cpu_ns = BUILD_LIFE_NS / 5;
		cap->threads[0].runq_ns = BUILD_LIFE_NS - BUILD_LIFE_NS / 5;
		for (int i = 0; i < 100; i++) {
			build_sample(cap, f[i % files], CAP_C_OTHER, SYS_ioctl, 0, 1000, 0);
			cap->samples[i].ret = -512 - (files == 2 ? i % 3 : 0);
		}
		rep = iom_judge(cap);
		v = &rep->procs[0].verdict;
		assert_int_equal(v->model, IOM_M_NONE);
		assert_string_equal(v->headline, files == 1 ?
			"It transferred nothing and waited for no file: thread 4711 calls ioctl(4) /dev/pts/1 again and "
			"again (100 of 100 calls that were sampled), interrupted by a signal each time." :
			"It transferred nothing and waited for no file: thread 4711 calls ioctl again and again (100 of 100 "
			"calls that were sampled), interrupted by a signal each time.");
		assert_int_equal(v->nbecause, 1);
		assert_string_equal(v->because[0], "Thread 4711 ran for 20 % of the time, and waited for a CPU for "
						   "80 %.");
		let_go(rep, cap);
	}
}

/* Each waits for the mutex that the other has; or there is a third who does not wait. */
static void mutexes_in_a_ring(void **state)
{
	(void)state;
	for (int third = 0; third < 2; third++) {
		struct iom_capture *cap = build_capture("program");
		struct iom_report *rep;

		for (uint32_t i = 0; i < 2; i++) {
			uint32_t t = build_thread(cap, MAIN, 100 + i, "worker");

			build_asleep(cap, t, CAP_C_FUTEX, SYS_futex, IOM_NO_FILE, 0, BUILD_LIFE_NS);
			cap->threads[t].asleep_ns = BUILD_LIFE_NS;
			cap->threads[t].at_end.target = strdup(i		 ? "a mutex that thread 100 worker has" :
							       third ? "a mutex that thread 102 worker has" :
								       "a mutex that thread 101 worker has");
		}
		build_thread(cap, MAIN, 102, "worker");
		rep = iom_judge(cap);
		assert_int_equal(strstr(rep->procs[0].verdict.headline,
					"Threads 100 and 101 wait for each other's mutexes: a deadlock.") != NULL, !third);
		let_go(rep, cap);
	}
}

static uint64_t calls_of(const struct iom_report *rep, int32_t nr)
{
	for (size_t i = 0; i < rep->procs[0].ncalls; i++)
		if (rep->procs[0].calls[i].nr == nr)
			return rep->procs[0].calls[i].calls;
	return 0;
}

/* Asking by FIONREAD is no read that said EAGAIN, and none in vain where each recv is asked about once. */
static void fionread_is_said(void **state)
{
	(void)state;
	for (int asks = 0; asks < 3; asks++) {
		struct iom_capture *cap = build_capture("program");
		uint32_t f = build_file(cap, 4, CAP_K_SOCK, asks ? 0 : O_NONBLOCK, "unix");
		struct cap_calls *r = build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, 10, 0, 5000000, 0);
		const struct rep_finding *found;
		struct iom_report *rep;

		r->n.nowait = asks ? 5000000 : 0;
		if (asks > 1)
			build_transfers(cap, MAIN, f, CAP_C_RECV, SYS_recvfrom, 0, 5000000, 0, 100 * MS);
		rep = iom_judge(cap);
		assert_int_equal(calls_of(rep, SYS_read), asks ? 10 : 5000010);
		found = build_finding(rep, "eagain-spin");
		assert_true(!!found == (asks < 2));
		if (!found) {
			let_go(rep, cap);
			continue;
		}
		assert_int_equal(strstr(found->message, "ioctl(4, FIONREAD) of unix said 5,000,000 times") != NULL, asks);
		let_go(rep, cap);
	}
}

/* That a read may sleep though readiness was waited for is a warning once it did, for long. */
static void may_block_has_blocked(void **state)
{
	(void)state;
	for (int slept = 0; slept < 3; slept++) {
		struct iom_capture *cap = build_capture("program");
		uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
		uint32_t s = build_file(cap, 5, CAP_K_SOCK, 0, "udp 127.0.0.1:53");
		const struct rep_finding *found;
		struct cap_calls *r;
		struct iom_report *rep;

		build_watch(cap, s, ep);
		build_epoll_wait(cap, MAIN, ep, 0, 100, 9 * MS);
		r = build_transfers(cap, MAIN, s, CAP_C_RECV, SYS_recvfrom, 100, 0, 0, 0);
		r->n.ok_slept = slept > 0;
		r->wait_ns = r->max_wait_ns = slept == 2 ? 300 * MS : slept * MS;
		cap->threads[0].nvcsw = 101;
		cap->threads[0].asleep_ns = 900 * MS + r->wait_ns;
		rep = iom_judge(cap);
		found = build_finding(rep, "may-block");
		assert_non_null(found);
		assert_non_null(strstr(found->message, slept ? "(101 times on fd 5 udp 127.0.0.1:53)" :
							       "(100 times on fd 5 udp 127.0.0.1:53)"));
		assert_int_equal(found->severity, slept == 2 ? IOM_SEV_WARNING : IOM_SEV_INFO);
		assert_int_equal(strstr(found->message, "It has happened: recvfrom(5) udp 127.0.0.1:53 slept 1 time, "
							"300 ms at worst.") != NULL, slept == 2);
		let_go(rep, cap);
	}
}

/* Of a file that is in two sets of select one set is kept; the other has the same file, where there
 * is no other. */
static void selects_on_one_file(void **state)
{
	(void)state;
	for (int files = 1; files <= 2; files++) {
		struct iom_capture *cap = build_capture("program");
		uint32_t f = build_file(cap, 3, CAP_K_TTY, O_NONBLOCK, "/dev/pts/0");
		struct cap_interest *in = build_interest(cap, f, 30, 0);
		struct cap_calls *r;
		struct iom_report *rep;

		in->by_select = true;
		in->set = 5;
		if (files == 2) {
			in = build_interest(cap, build_file(cap, 4, CAP_K_FIFO, O_NONBLOCK, "pipe:[4]"), 30, 0);
			in->by_select = true;
			in->set = 5;
		}
		for (uint32_t set = 5; set <= 6; set++) {
			r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_SELECT, SYS_pselect6);
			r->set = set;
			r->set_size = 7;
			r->n.ok_slept = 15;
			r->events = 15;
			r->wait_ns = set * 100 * MS;
			r->max_wait_ns = 90 * MS;
		}
		cap->threads[0].asleep_ns = 1100 * MS;
		cap->threads[0].nvcsw = 30;
		rep = iom_judge(cap);
		/* Set 6 slept longest. */
		assert_int_equal(rep->procs[0].threads[0].time.waits[0].ns, 600 * MS);
		assert_int_equal(rep->procs[0].threads[0].time.waits[0].file, files == 1 ? f : IOM_NO_FILE);
		let_go(rep, cap);
	}
}

/* ---- reasons --------------------------------------------------------------------------------- */

/* What is named is the call that decided, and not the most frequent one. */
static void the_cause_is_the_reason(void **state)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t pipe = build_file(cap, 6, CAP_K_FIFO, 0, "pipe:[7]");
	uint32_t log = build_file(cap, 7, CAP_K_REG, 0, "/var/log/much");
	struct iom_report *rep;

	(void)state;
	build_transfers(cap, MAIN, log, CAP_C_WRITE, SYS_write, 90000, 1, 0, MS);
	build_transfers(cap, MAIN, pipe, CAP_C_READ, SYS_read, 0, 800, 0, 10 * MS);
	rep = iom_judge(cap);
	assert_non_null(strstr(rep->procs[0].verdict.because[0], "pipe:[7] slept in 800 of 800"));
	let_go(rep, cap);
}

/* A rule that votes is in the table of explanations, once. */
static void tables_are_whole(void **state)
{
	(void)state;
	for (int i = 0; i < RULE_NR; i++) {
		assert_non_null(iom_rule(i)->id);
		assert_non_null(iom_rule(i)->says);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(iom_rule(i)->id, iom_rule(k)->id);
	}
}

/* What would have slept in a call: what comes from /dev/zero is always there. */
static void what_would_have_slept(void **state)
{
	static const struct {
		uint8_t class;
		uint16_t nr;
		bool zero;
		const char *says;
	} cases[] = {
		{CAP_C_SPLICE, SYS_splice, true, "splice(3) /dev/zero never slept in 900 calls; with no room there"},
		{CAP_C_SPLICE, SYS_splice, false, "splice(3) pipe:[3] never slept in 900 calls; with nothing there, or no room,"},
		{CAP_C_WRITE, SYS_write, false, "write(3) pipe:[3] never slept in 900 calls; with no room there"},
		{CAP_C_READ, SYS_read, false, "read(3) pipe:[3] never slept in 900 calls; with nothing there it"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct iom_capture *cap = build_capture("mover");
		uint32_t in = build_file(cap, 3, cases[i].zero ? CAP_K_NULL : CAP_K_FIFO, 0,
					 cases[i].zero ? "/dev/zero" : "pipe:[3]");
		uint32_t out = build_file(cap, 4, CAP_K_FIFO, 0, "pipe:[4]");
		struct cap_calls *r = build_transfers(cap, BUILD_PID, in, cases[i].class, cases[i].nr, 900, 0, 0, 0);
		struct iom_report *rep;

		if (cases[i].class == CAP_C_SPLICE)
			r->other = out;
		rep = iom_judge(cap);
		assert_non_null(strstr(rep->procs[0].verdict.because[0], cases[i].says));
		iom_report_free(rep);
		iom_capture_free(cap);
	}
}

/* A stored file has data, and room, all the time. */
static void what_a_stored_file_sleeps_for(void **state)
{
	struct iom_capture *cap = build_capture("writer");
	struct iom_report *rep;

	(void)state;
	build_transfers(cap, BUILD_PID, build_file(cap, 3, CAP_K_REG, 0, "/srv/file"), CAP_C_WRITE, SYS_write, 1, 0, 0,
			0);
	rep = iom_judge(cap);
	assert_string_equal(rep->procs[0].verdict.because[0],
			    "write(3) /srv/file never slept in 1 call; it may sleep until that is done.");
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* Transfers of files that never wait are transfers: the reason is not that there were none. */
static void never_waits_is_a_reason(void **state)
{
	struct iom_capture *cap = build_capture("filler");
	struct iom_report *rep;

	(void)state;
	build_transfers(cap, BUILD_PID, build_file(cap, 4, CAP_K_NULL, 0, "/dev/null"), CAP_C_SENDFILE, SYS_sendfile,
			900, 0, 0, 0);
	rep = iom_judge(cap);
	assert_int_equal(rep->procs[0].verdict.model, IOM_M_BLOCKING);
	assert_string_equal(rep->procs[0].verdict.because[0], "It made 900 transfers, all of files that never wait.");
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* FIONREAD is counted as an attempt to read; that a read was tried is not said. */
static void asked_alone(void **state)
{
	struct iom_capture *cap = build_capture("asker");
	uint32_t tty = build_file(cap, 7, CAP_K_TTY, 0, "/dev/pts/7");
	struct iom_report *rep;

	(void)state;
	build_transfers(cap, BUILD_PID, tty, CAP_C_READ, SYS_read, 0, 0, 50, 0)->n.nowait = 50;
	rep = iom_judge(cap);
	assert_string_equal(rep->procs[0].verdict.because[0], "ioctl(7, FIONREAD) of /dev/pts/7 said 50 times that "
							      "nothing is there; it was asked again without waiting.");
	iom_report_free(rep);
	iom_capture_free(cap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asked_alone),
		cmocka_unit_test(what_would_have_slept),
		cmocka_unit_test(what_a_stored_file_sleeps_for),
		cmocka_unit_test(never_waits_is_a_reason),
		cmocka_unit_test(no_cliff),
		cmocka_unit_test(one_sleep_in_a_million),
		cmocka_unit_test(alike_for_all),
		cmocka_unit_test(each_wait_by_its_own_operations),
		cmocka_unit_test(spun_set_sleeps_a_little),
		cmocka_unit_test(ring_that_polls_asleep),
		cmocka_unit_test(helper_asleep),
		cmocka_unit_test(time_that_was_stolen_is_no_sleep),
		cmocka_unit_test(doubt_where_there_is_cause),
		cmocka_unit_test(running_is_no_sleep),
		cmocka_unit_test(unseen_faults_are_pages),
		cmocka_unit_test(selects_on_one_file),
		cmocka_unit_test(may_block_has_blocked),
		cmocka_unit_test(fionread_is_said),
		cmocka_unit_test(one_call_again_and_again),
		cmocka_unit_test(interrupted_again_and_again),
		cmocka_unit_test(mutexes_in_a_ring),
		cmocka_unit_test(workers_are_given_an_operation),
		cmocka_unit_test(sendfile_sleeps_for_the_disk),
		cmocka_unit_test(interrupted_sleeps_count),
		cmocka_unit_test(the_cause_is_the_reason),
		cmocka_unit_test(tables_are_whole),
	};

	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
