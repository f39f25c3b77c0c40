/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * moment.h - what the scheduler's counters of a task say, and of which moment that is.
 *
 * A back end brings:
 *
 *   now_ns()          CLOCK_MONOTONIC
 *   iom_on_cpu(t)     it runs, or is on its way in or out
 *   barrier()         loads are not moved across it by the compiler; x86-64 does not reorder them
 */
#ifndef IOM_MOMENT_H
#define IOM_MOMENT_H

#define IOM_SCHED_FIFO	   1 /* uapi/linux/sched.h */
#define IOM_SCHED_RR	   2
#define IOM_SCHED_DEADLINE 6
#define IOM_SCHED_EXT	   7

/* Classes that leave prev_sum_exec_runtime alone: only kernel/sched/fair.c writes it. */
static __always_inline int keeps_no_sum(struct task_struct *t)
{
	return t->policy == IOM_SCHED_FIFO || t->policy == IOM_SCHED_RR ||
	       t->policy == IOM_SCHED_DEADLINE || t->policy == IOM_SCHED_EXT;
}

/*
 * Time off the CPU and off the run queue, up to the last switch-in; only the
 * difference of two readings means something. last_arrival is when the task
 * last got the CPU, run_delay all its time on run queues, prev_sum_exec_runtime
 * its CPU time at that moment (kernel/sched/stats.h, sched_info_arrive();
 * kernel/sched/fair.c, set_next_entity()). Where a class leaves the last one
 * alone sum_exec_runtime stands in, too large by the current slice.
 */
static __always_inline __u64 off_time(struct task_struct *t)
{
	__u64 cpu = t->se.prev_sum_exec_runtime;

	if (keeps_no_sum(t))
		cpu = t->se.sum_exec_runtime;
	return t->sched_info.last_arrival - t->sched_info.run_delay - cpu;
}

/* When the task, asleep now, gave up the CPU, by the scheduler's clock. */
static __always_inline __u64 left_cpu(struct task_struct *t)
{
	return t->sched_info.last_arrival + (t->se.sum_exec_runtime - t->se.prev_sum_exec_runtime);
}

/*
 * The scheduler's clock as far as the task's own counters know it: exact when the
 * task has just been switched in, else behind by what it ran since the last tick.
 */
static __always_inline __u64 elapsed(struct task_struct *t)
{
	if (keeps_no_sum(t))
		return t->sched_info.last_arrival;
	return left_cpu(t);
}

/* States in which a task is off the CPU of its own accord (include/linux/sched.h): not on
 * its way in or out. A main thread that has left by pthread_exit() is dead, not asleep. */
#define IOM_TASK_FROZEN	 0x8000 /* it slept when its control group was frozen */
#define IOM_TASK_ASLEEP	 (0x0001 | 0x0002 | IOM_TASK_FROZEN)
#define IOM_TASK_STOPPED (0x0004 | 0x0008)
/* It is being woken, and in no run queue until the CPU that shall run it puts it there: a while
 * where that is a virtual one which its host does not let run (kernel/sched/core.c,
 * try_to_wake_up()). */
#define IOM_TASK_WAKING 0x0200

/*
 * A task as it was at one moment, looked at from wherever. It may fall asleep, be woken and get a
 * CPU meanwhile, and who looks may itself be interrupted: with a state of before and counters of
 * after, a whole sleep would be lost, or counted twice.
 */
struct iom_moment {
	/* What changes with each step of that: who finds them unchanged afterwards has all of one
	 * moment. As in the task. */
	__u64 arrival, last_queued, nvcsw, prev_sum;
	__u32 state, on_cpu;

	__u64 now_ns; /* CLOCK_MONOTONIC */
	__u64 cpu_ns;
	__u64 off_ns;  /* off_time() */
	__u64 runq_ns; /* waits for a CPU that are over */
	__u64 left;    /* left_cpu() */
	/* Since when it waits for a CPU, by the scheduler's clock; 0: it runs or sleeps. Since 6.12
	 * one that sleeps may still be in a run queue (delayed dequeue), and where that is moved to
	 * another CPU it is noted as queued from then on: kernel/sched/core.c, enqueue_task(). */
	__u64 queued;
	/* How long it had slept before it was queued: its own counters tell of that only once it
	 * runs. 0 for one that runs, sleeps, or was only put aside for others. */
	__u64 slept_ns;
	__u32 asleep;
};

/* clock_offset: CLOCK_MONOTONIC - the scheduler's clock. */
static __always_inline void moment_take(struct iom_moment *m, struct task_struct *t,
					__u64 clock_offset)
{
	m->arrival = t->sched_info.last_arrival;
	m->last_queued = t->sched_info.last_queued;
	m->nvcsw = t->nvcsw;
	m->prev_sum = t->se.prev_sum_exec_runtime;
	m->state = t->__state;
	m->on_cpu = iom_on_cpu(t);
	barrier();
	m->now_ns = now_ns();
	m->cpu_ns = t->se.sum_exec_runtime;
	m->runq_ns = t->sched_info.run_delay;
	m->off_ns = off_time(t);
	m->left = left_cpu(t);
	m->asleep = m->state & (IOM_TASK_ASLEEP | IOM_TASK_STOPPED) ||
		    (m->state & IOM_TASK_WAKING && !m->last_queued);
	m->queued = m->asleep ? 0 : m->last_queued;
	/* On its way from one run queue to another (kernel/sched/core.c, move_queued_task()). */
	if (!m->state && !m->on_cpu && !m->last_queued)
		m->queued = m->now_ns - clock_offset;
	m->slept_ns = m->queued > m->left && !keeps_no_sum(t) ? m->queued - m->left : 0;
}

/* Whether all of it is of one moment. */
static __always_inline int moment_holds(const struct iom_moment *m, struct task_struct *t)
{
	barrier();
	return m->arrival == t->sched_info.last_arrival &&
	       m->last_queued == t->sched_info.last_queued && m->nvcsw == t->nvcsw &&
	       m->prev_sum == t->se.prev_sum_exec_runtime && m->state == t->__state &&
	       m->on_cpu == (__u32)iom_on_cpu(t);
}

#endif
