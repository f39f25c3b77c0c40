/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Captures between a threshold's (verdict, account, pattern) usual value and half or double of it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>

#include "build.h"
#include "tried.h"

#define MAIN BUILD_PID

/* ---- the account ------------------------------------------------------------------------ */

static void slept_with_a_page(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_FIFO, 0, "pipe:[3]");
	struct cap_calls *r = build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, 0, 1, 0, 0);

	r->mixed = r->faults = 1;
	r->mixed_ns = r->mixed_max_ns = 150 * MS;
	cap->threads[0].asleep_ns = 150 * MS;
	cap->threads[0].nvcsw = 1;
}

/* So many samples of a call on nothing that waits, and of another one. */
static void sampled(struct iom_capture *cap, uint64_t one, uint64_t other)
{
	uint32_t f = build_file(cap, 3, CAP_K_REG, 0, "/srv/a");

	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, 1000, 0, 0, 0);
	for (uint64_t i = 0; i < one; i++)
		build_sample(cap, f, CAP_C_NAME, SYS_access, 0, 1000, 0);
	for (uint64_t i = 0; i < other; i++)
		build_sample(cap, f, CAP_C_READ, SYS_read, 0, 1000, 0);
	cap->threads[0].cpu_ns = BUILD_LIFE_NS;
}

static void sampled_40(struct iom_capture *cap)
{
	sampled(cap, 40, 0);
}

/* Nothing is transferred: what is sampled is all there is. */
static void sampled_6_of_10(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_REG, 0, "/run/lock");

	for (int i = 0; i < 100; i++)
		build_sample(cap, f, CAP_C_LOCK, i < 60 ? SYS_flock : SYS_fcntl, 0, 1000, 0);
	cap->threads[0].cpu_ns = BUILD_LIFE_NS;
}

static void sampled_15_percent(struct iom_capture *cap)
{
	sampled(cap, 15, 85);
}

/* ---- the verdict and the pattern -------------------------------------------------------- */

/* So many of its 1000 calls did not sleep, and its thread left the CPU so often. */
static void traced(struct iom_capture *cap, uint64_t fast, uint64_t sleeps)
{
	tried_loop(cap, 300);
	for (int i = 0; i < 3; i++)
		cap->calls[i].n.ok = 0;
	build_transfers(cap, MAIN, 1, CAP_C_READ, SYS_read, fast, 700 - fast, 0, 2 * MS);
	cap->threads[0].nvcsw = sleeps;
	cap->threads[0].asleep_ns = (300 * 10 + (700 - fast) * 2) * MS;
	cap->procs[0].tracer = strdup("process 12 strace");
}

/* All of its calls slept, more than once each: a tracer may have stopped them. */
static void traced_at_each_call(struct iom_capture *cap)
{
	traced(cap, 0, 2200);
}

static void traced_at_6_of_10(struct iom_capture *cap)
{
	traced(cap, 400, 1300);
}

static void traced_and_left_the_cpu_seldom(struct iom_capture *cap)
{
	traced(cap, 0, 1170);
}

static void short_and_long_waits(struct iom_capture *cap)
{
	tried_loop(cap, 100);
	cap->calls[3].wait_ns = 5000 * MS;
	tried_sleeps(cap, CAP_C_READ, SYS_read, 100, 8 * MS);
}

/* One thread accepts, and does so much else; another serves by a loop. */
static void accepts(struct iom_capture *cap, uint64_t others)
{
	uint32_t l, f;

	tried_loop(cap, 100);
	for (int i = 0; i < 4; i++)
		cap->calls[i].tid = MAIN + 1;
	build_thread(cap, MAIN, MAIN + 1, "loop");
	l = build_file(cap, 3, CAP_K_LISTEN, 0, "tcp listen 127.0.0.1:80");
	f = build_file(cap, 9, CAP_K_REG, 0, "/var/log/a");
	build_transfers(cap, MAIN, l, CAP_C_ACCEPT, SYS_accept4, 0, 100, 0, 10 * MS);
	build_transfers(cap, MAIN, f, CAP_C_WRITE, SYS_write, others, 0, 0, 0);
}

static void accepts_only(struct iom_capture *cap)
{
	accepts(cap, 0);
}

static void accepts_and_writes(struct iom_capture *cap)
{
	accepts(cap, 40);
}

static void reads_30_an_event(struct iom_capture *cap)
{
	tried_loop(cap, 100);
	cap->calls[3].wait_ns = 10 * MS;
	build_transfers(cap, MAIN, tried_disk(cap), CAP_C_READ, SYS_read, 3000, 0, 0, 0);
}

static void stays_asleep(struct iom_capture *cap)
{
	tried_loop(cap, 0);
	build_asleep(cap, 0, CAP_C_READ, SYS_read, build_file(cap, 9, CAP_K_FIFO, 0, "pipe:[9]"), 0, 7000 * MS);
}

static void beside(struct iom_capture *cap, uint64_t reads)
{
	tried_loop(cap, 100);
	tried_sleeps(cap, CAP_C_READ, SYS_read, 0, 0);
	cap->calls[4].n.ok = reads;
}

static void beside_4_percent(struct iom_capture *cap)
{
	beside(cap, 12);
}

static void seven_beside(struct iom_capture *cap)
{
	beside(cap, 7);
	cap->calls[0].n.ok = cap->calls[1].n.ok = 20;
	cap->calls[2].n.ok = 60;
}

static void two_waits_beside(struct iom_capture *cap)
{
	tried_loop(cap, 100);
	tried_sleeps(cap, CAP_C_READ, SYS_read, 2, 100 * MS);
}

static struct cap_calls *looks(struct iom_capture *cap, uint64_t zero, uint64_t nowait)
{
	uint32_t f = tried_connection(cap, 5, O_NONBLOCK);
	struct cap_calls *r = build_calls(cap, MAIN, f, CAP_C_POLL, SYS_poll);

	r->n.zero = zero;
	r->n.nowait = nowait;
	r->set_size = 2;
	build_interest(cap, f, 0, zero)->set_file = f;
	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, 20, 0, 0, 0);
	return &cap->calls[0];
}

static void looks_7_times(struct iom_capture *cap)
{
	looks(cap, 7, 7);
}

static void waits_in_4_of_10(struct iom_capture *cap)
{
	looks(cap, 1000, 600);
}

static void finds_7_of_10(struct iom_capture *cap)
{
	looks(cap, 300, 1000)->n.ok = 700;
	cap->calls[1].n.ok = 700;
}

static void sleeps_in_7_percent(struct iom_capture *cap)
{
	struct cap_calls *r = looks(cap, 930, 1000);

	r->n.ok_slept = 70;
	r->wait_ns = 70 * MS;
}

static void looks_after_signals(struct iom_capture *cap)
{
	looks(cap, 150, 150);
	cap->files[0].f_flags |= O_ASYNC;
	build_signals(cap, CAP_S_DELIVERED, 29 /* SIGIO */, 1 /* POLL_IN */, 0, 100);
}

static void told_in_vain(struct iom_capture *cap, uint64_t slept, uint64_t taken)
{
	struct cap_calls *r = looks(cap, 0, 0);

	r->n.ok = 1000 - slept;
	r->n.ok_slept = slept;
	r->wait_ns = slept * 1000;
	cap->calls[1].n.ok = taken;
}

static void in_vain_but_15_percent(struct iom_capture *cap)
{
	told_in_vain(cap, 150, 0);
}

static void in_vain_and_takes(struct iom_capture *cap)
{
	told_in_vain(cap, 0, 300);
}

static void asleep_outside(struct iom_capture *cap)
{
	cap->threads[0].asleep_ns = 300 * MS;
	cap->threads[0].nvcsw = 4000;
}

static void grows(struct iom_capture *cap, uint64_t reads, uint64_t nothing)
{
	build_transfers(cap, MAIN, tried_disk(cap), CAP_C_READ, SYS_read, reads, 0, 0, 0)->n.zero = nothing;
}

static void ends_twice(struct iom_capture *cap)
{
	grows(cap, 3, 2);
}

static void ends_15_percent(struct iom_capture *cap)
{
	grows(cap, 1000, 150);
}

static void alone_3_of_10(struct iom_capture *cap)
{
	build_requests(cap, tried_disk(cap), CAP_I_AIO, 0, 1000)->alone = 300;
}

static void workers_take_3_of_10(struct iom_capture *cap)
{
	build_requests(cap, tried_disk(cap), CAP_I_URING, 22, 1000)->by_worker = 300;
}

static void computes_beside_a_sleep(struct iom_capture *cap)
{
	uint32_t thread = build_thread(cap, MAIN, MAIN + 1, "computes");

	tried_asleep(cap, 9900);
	cap->threads[thread].cpu_ns = 3500 * MS;
	cap->threads[thread].asleep_ns = 6500 * MS;
	cap->threads[thread].nvcsw = 1000;
}

static void loses_counts(struct iom_capture *cap)
{
	tried_loop(cap, 300);
	cap->lost.counts = 3;
}

static void three_reads(struct iom_capture *cap)
{
	tried_again(cap, 3, 0);
}

static void little_by_a_pipe(struct iom_capture *cap)
{
	uint32_t out = build_file(cap, 1, CAP_K_FIFO, 0, "pipe:[1]");

	build_transfers(cap, MAIN, tried_disk(cap), CAP_C_READ, SYS_read, 1000, 0, 0, 0);
	build_transfers(cap, MAIN, out, CAP_C_WRITE, SYS_write, 30, 0, 0, 0);
}

static void loop_with_a_sixth(struct iom_capture *cap)
{
	tried_loop(cap, 100);
	tried_sleeps(cap, CAP_C_READ, SYS_read, 500, 10 * MS);
}

static void one_connection_each(struct iom_capture *cap)
{
	build_thread(cap, MAIN, MAIN + 1, "other");
	for (int i = 0; i < 2; i++)
		build_transfers(cap, MAIN + i, tried_connection(cap, 5 + i, 0), CAP_C_READ, SYS_read, 0, 100, 0,
				10 * MS);
}

/* Each is asleep in a connection of its own, and was not before. */
static void stuck_for_7_s(struct iom_capture *cap)
{
	build_thread(cap, MAIN, MAIN + 1, "other");
	for (int i = 0; i < 2; i++) {
		cap->threads[i].cpu_ns = 3000 * MS;
		cap->threads[i].nvcsw = 1;
		build_asleep(cap, i, CAP_C_READ, SYS_read, tried_connection(cap, 5 + i, 0), 0, 7000 * MS);
	}
}

static void polls_at_7_percent(struct iom_capture *cap)
{
	tried_again(cap, 100, 900);
	tried_computes(cap, 700);
}

static void looks_at_proc(struct iom_capture *cap)
{
	uint32_t f;

	tried_loop(cap, 100);
	f = build_file(cap, 9, CAP_K_PROC, 0, "/proc/stat");
	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, 300000, 0, 0, 0);
}

static void syncs(struct iom_capture *cap)
{
	tried_loop(cap, 100);
	build_transfers(cap, MAIN, tried_disk(cap), CAP_C_SYNC, SYS_fdatasync, 0, 100, 0, 5 * MS);
}

const struct tried tried_verdict[] = {
	{"credit: 8 ms", short_and_long_waits, 0.5, NULL, NULL},
	{"listener: a loop beside", accepts_only, 0.5, NULL, NULL},
	{"handed-over: 4 of 10", accepts_and_writes, 2, NULL, NULL},
	{"disk: it syncs", syncs, 0.5, NULL, NULL},
	{"transfer: some, and waits", reads_30_an_event, 0.5, NULL, NULL},
	{"served: 30 an event", reads_30_an_event, 2, NULL, NULL},
	{"kernel-file: with a loop", looks_at_proc, 0.5, NULL, NULL},
	{"idle: stays asleep", stays_asleep, 2, NULL, NULL},
	{"also: 4 %", beside_4_percent, 0.5, NULL, NULL},
	{"also-waits: two sleeps", two_waits_beside, 0.5, NULL, NULL},
	{"also-few: seven", seven_beside, 0.5, NULL, NULL},
	{"spin-calls: seven", looks_7_times, 0.5, NULL, NULL},
	{"spin-zero-timeout: 6 of 10", waits_in_4_of_10, 0.5, NULL, NULL},
	{"spin-empty: 3 of 10", finds_7_of_10, 0.5, NULL, NULL},
	{"spin-slept: 7 %", sleeps_in_7_percent, 2, NULL, NULL},
	{"spin-signals: 15 to 10", looks_after_signals, 0.5, NULL, NULL},
	{"vain-slept: 15 %", in_vain_but_15_percent, 2, NULL, NULL},
	{"vain-taken: 3 of 10", in_vain_and_takes, 2, NULL, NULL},
	{"outside: 3 %", asleep_outside, 0.5, NULL, NULL},
	{"growing-ends: two", ends_twice, 0.5, NULL, NULL},
	{"growing-part: 15 %", ends_15_percent, 0.5, NULL, NULL},
	{"synchronous: 3 of 10", alone_3_of_10, 0.5, NULL, NULL},
	{"threads: 3 of 10", workers_take_3_of_10, 0.5, NULL, NULL},
	{"computes: 35 %", computes_beside_a_sleep, 0.5, NULL, NULL},
	{"unseen: pages", tried_pages_now_and_then, 0.5, NULL, NULL},
	{"stopped: 6 of 10", traced_at_6_of_10, 0.5, NULL, NULL},
	{"stops: 1.17", traced_and_left_the_cpu_seldom, 0.5, NULL, NULL},
	{"traced: at each call", traced_at_each_call, 0.5, NULL, NULL},
	{"open-sure: asleep", tried_asleep_for_7_s, 0.5, NULL, NULL},
	{"few: three", three_reads, 0.5, NULL, NULL},
	{"tie: a loop and waits", loop_with_a_sixth, 0.5, NULL, NULL},
	{"sure: a loop", tried_turn_of_7_ms, 0.5, NULL, NULL},
	{"lost: three", loses_counts, 0.5, NULL, NULL},
	{"role-work: 3 %", little_by_a_pipe, 0.5, NULL, NULL},
	{"role-loop: a sixth", loop_with_a_sixth, 0.5, NULL, NULL},
	{"role-pool: one each", one_connection_each, 0.5, NULL, NULL},
	{"role-stuck: for 7 s", stuck_for_7_s, 0.5, NULL, NULL},
	{"busy: 7 %", polls_at_7_percent, 0.5, NULL, NULL},
	{"page: 150 ms", slept_with_a_page, 2, NULL, NULL},
	{"sampled: 40", sampled_40, 0.5, NULL, NULL},
	{"sampled-part: 6 of 10", sampled_6_of_10, 0.5, NULL, NULL},
	{"sampled-besides: 15 %", sampled_15_percent, 0.5, NULL, NULL},
	{},
};
