/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a thread is found that is woken, or gets a CPU, just while it is looked at from another one:
 * bpf/thread_state.h, compiled here for a task that is made up and changes while its clock is read.
 * Its life: it runs from 0 to 100 ms, sleeps until 600, waits for a CPU until 650, and runs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <linux/types.h>

#define MS	1000000ULL
#define NR_READ 0

struct pt_regs {
	unsigned long r10, r9, r8, dx, si, di, orig_ax;
};

struct task_struct {
	struct {
		unsigned int status;
	} thread_info;
	unsigned int __state, flags, policy, on_cpu;
	int pid, tgid;
	unsigned long nvcsw, min_flt, maj_flt;
	unsigned long long start_boottime;
	struct {
		unsigned long long run_delay, last_arrival, last_queued;
	} sched_info;
	struct {
		unsigned long long sum_exec_runtime, prev_sum_exec_runtime;
	} se;
	struct task_struct *group_leader;
	char comm[16];
};

struct iom_session;

static struct task_struct task;
/* What happens to it as the clock is read: once, and NULL after. */
static void (*meanwhile)(void);
static uint64_t clock_ns;
static bool restless; /* it gets a CPU anew whenever the clock is read */

static uint64_t now_ns(void)
{
	void (*what)(void) = meanwhile;

	meanwhile = NULL;
	if (what)
		what();
	if (restless)
		task.sched_info.last_arrival++;
	return clock_ns;
}

#define barrier()		      __asm__ volatile("" ::: "memory")
#define TS_COMPAT		      2
#define PF_KTHREAD		      0x00200000
#define PF_IO_WORKER		      0x00000010
#define ns_id(session, t)	      ((void)(session), (unsigned int)(t)->pid)
#define parent_tgid(t)		      1
#define comm_copy(to, t)	      memcpy(to, (t)->comm, sizeof((t)->comm))
#define session_clock_offset(session) ((void)(session), 0)
#define iom_on_cpu(t)		      ((t)->on_cpu)
#define call_now(e, t)		      (thread_call(e, t, &(const struct pt_regs){.orig_ax = NR_READ}), 1)

#include "thread_state.h"

static void asleep(void)
{
	task = (struct task_struct){
		.pid = 7, .tgid = 7, .nvcsw = 1, .__state = 1, .group_leader = &task};
	task.se.sum_exec_runtime = 100 * MS;
	clock_ns = 500 * MS;
}

static void being_woken(void)
{
	asleep();
	task.__state = IOM_TASK_WAKING;
	clock_ns = 600 * MS;
}

static void queued(void)
{
	being_woken();
	task.__state = 0;
	task.sched_info.last_queued = 600 * MS;
	clock_ns = 620 * MS;
}

static void running(void)
{
	queued();
	task.sched_info.last_queued = 0;
	task.sched_info.run_delay = 50 * MS;
	task.sched_info.last_arrival = 650 * MS;
	task.se.prev_sum_exec_runtime = 100 * MS;
	task.on_cpu = 1;
	clock_ns = 650 * MS;
}

/* Of a thread that was seen before it fell asleep. */
static struct iom_thread look(void)
{
	struct iom_slot slot = {.tgid = 7};
	struct iom_thread e;

	thread_seen(NULL, &e, &slot, &task, 1);
	return e;
}

/* All that it slept in its life, as the collector adds it up. */
static uint64_t slept(const struct iom_thread *e)
{
	return e->off_ns +
	       (e->flags & IOM_TF_ASLEEP && !e->woken_ns ? e->now_ns - e->asleep_ns : 0);
}

static void is_asleep_in_read(const struct iom_thread *e, uint64_t ns)
{
	assert_true(e->flags & IOM_TF_ASLEEP);
	assert_int_equal(e->nr, NR_READ);
	assert_int_equal(e->asleep_ns, 100 * MS);
	assert_int_equal(slept(e), ns);
}

static void it_sleeps(void **state)
{
	struct iom_thread e;

	(void)state;
	asleep();
	e = look();
	is_asleep_in_read(&e, 400 * MS);
	assert_int_equal(e.woken_ns, 0);
	assert_int_equal(e.runq_ns, 0);
}

/* It was on its way out as the look began. */
static void it_falls_asleep_meanwhile(void **state)
{
	struct iom_thread e;

	(void)state;
	asleep();
	task.__state = 0;
	task.on_cpu = 1;
	task.nvcsw = 0;
	meanwhile = asleep;
	e = look();
	is_asleep_in_read(&e, 400 * MS);
}

/* Neither here nor there: it has left one CPU's queue for another's. */
static void it_is_moved(void **state)
{
	struct iom_thread e;

	(void)state;
	queued();
	task.sched_info.last_queued = 0;
	task.sched_info.run_delay = 15 * MS;
	e = look();
	is_asleep_in_read(&e, 505 * MS);
	assert_int_equal(e.runq_ns, 15 * MS);
}

/* The slot of one that is met for the first time knows of the sleep before. */
static void it_is_met_while_it_gets_a_cpu(void **state)
{
	struct iom_slot slot = {};

	(void)state;
	queued();
	meanwhile = running;
	slot_begin_other(&slot, &task, 0);
	assert_int_equal(slot.off_ns, 500 * MS);
	assert_int_equal(slot.nvcsw, 1);
}

/* One that never stands still is in no call that we know of. */
static void it_never_stands_still(void **state)
{
	struct iom_thread e;

	(void)state;
	running();
	restless = true;
	e = look();
	restless = false;
	assert_false(e.flags & IOM_TF_ASLEEP);
	assert_int_equal(e.nr, 0xffff);
}

/* In no run queue yet: it is not taken for one that runs since 100 ms. */
static void it_is_being_woken(void **state)
{
	struct iom_thread e;

	(void)state;
	being_woken();
	e = look();
	is_asleep_in_read(&e, 500 * MS);
}

static void it_waits_for_a_cpu(void **state)
{
	struct iom_thread e;

	(void)state;
	queued();
	e = look();
	is_asleep_in_read(&e, 500 * MS);
	assert_int_equal(e.woken_ns, 600 * MS);
	assert_int_equal(e.runq_ns, 20 * MS);
}

static void it_is_queued_meanwhile(void **state)
{
	struct iom_thread e;

	(void)state;
	being_woken();
	meanwhile = queued;
	e = look();
	is_asleep_in_read(&e, 500 * MS);
	assert_int_equal(e.woken_ns, 600 * MS);
	assert_int_equal(e.runq_ns, 20 * MS);
}

/* Neither is the sleep lost, nor does it go on. */
static void it_gets_a_cpu_meanwhile(void **state)
{
	void (*const before[])(void) = {asleep, being_woken, queued};
	struct iom_thread e;

	(void)state;
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		before[i]();
		meanwhile = running;
		e = look();
		assert_false(e.flags & IOM_TF_ASLEEP);
		assert_int_equal(slept(&e), 500 * MS);
		assert_int_equal(e.runq_ns, 50 * MS);
		assert_int_equal(e.nr, 0xffff);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_sleeps),
		cmocka_unit_test(it_is_being_woken),
		cmocka_unit_test(it_waits_for_a_cpu),
		cmocka_unit_test(it_is_queued_meanwhile),
		cmocka_unit_test(it_gets_a_cpu_meanwhile),
		cmocka_unit_test(it_falls_asleep_meanwhile),
		cmocka_unit_test(it_is_moved),
		cmocka_unit_test(it_is_met_while_it_gets_a_cpu),
		cmocka_unit_test(it_never_stands_still),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
