/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * thread_state.h - how a thread is just now: struct iom_thread.
 *
 * A back end brings, besides what slot.h names:
 *
 *   ns_id(session, t) the task's id in the collector's PID namespace, 0: not visible there
 *   parent_tgid(t)
 *   comm_copy(to, t)  IOM_COMM_LEN bytes
 *   iom_on_cpu(t)     it runs, or is on its way in or out
 *   call_now(e, t)    thread_call() with the registers of one that is off the CPU; 0: it leaves,
 * and may have none session_clock_offset(session)  CLOCK_MONOTONIC - the scheduler's clock
 */
#ifndef IOM_THREAD_STATE_H
#define IOM_THREAD_STATE_H

#include "slot.h"

#define IOM_MOMENT_TRIES 4

/* A task at one moment: its state, and counters that fit it. */
struct iom_moment {
	__u64 now_ns;
	__u64 cpu_ns, nvcsw;
	__u64 off_ns;		    /* off_time() */
	__u64 runq_ns;		    /* waits for a CPU that are over */
	__u64 left;		    /* left_cpu() */
	__u64 queued;		    /* queued_since() */
	__u64 arrival, last_queued; /* of its sched_info */
	__u32 state;
	__u8 asleep, on_cpu;
};

static __always_inline void moment_take(struct iom_moment *m, struct task_struct *t)
{
	m->arrival = t->sched_info.last_arrival;
	m->last_queued = t->sched_info.last_queued;
	barrier();
	m->on_cpu = !!iom_on_cpu(t);
	m->state = t->__state;
	m->asleep = m->state & (IOM_TASK_ASLEEP | IOM_TASK_STOPPED) ||
		    (m->state & IOM_TASK_WAKING && !m->last_queued);
	m->queued = m->asleep ? 0 : m->last_queued;
	m->cpu_ns = t->se.sum_exec_runtime;
	m->nvcsw = t->nvcsw;
	m->left = left_cpu(t);
	m->off_ns = off_time(t);
	m->runq_ns = t->sched_info.run_delay;
	m->now_ns = now_ns();
}

/* Whether it was still so after the last load. x86-64 does not reorder them. */
static __always_inline int moment_holds(const struct iom_moment *m, struct task_struct *t)
{
	barrier();
	return m->arrival == t->sched_info.last_arrival &&
	       m->last_queued == t->sched_info.last_queued;
}

/* m: is taken here. */
static __always_inline void thread_fill(struct iom_session *session, struct iom_thread *e,
					struct iom_moment *m, struct task_struct *t, __u8 event)
{
	__u64 queued;

	moment_take(m, t);
	__builtin_memset(e, 0, sizeof(*e));
	e->event = event;
	e->nr = 0xffff;
	e->tid = t->pid;
	e->tgid = t->tgid;
	e->ns_tid = ns_id(session, t);
	e->ns_tgid = ns_id(session, t->group_leader);
	e->ppid = parent_tgid(t);
	e->now_ns = m->now_ns;
	e->start_ns = t->group_leader->start_boottime;
	e->nvcsw = m->nvcsw;
	e->cpu_ns = m->cpu_ns;
	e->off_ns = m->off_ns + slept_before(t, m->queued, m->left);
	e->runq_ns = m->runq_ns;
	queued = m->queued + session_clock_offset(session);
	if (m->queued && e->now_ns > queued)
		e->runq_ns += e->now_ns - queued;
	e->maj_flt = t->maj_flt;
	if (t->flags & PF_KTHREAD)
		e->flags |= IOM_TF_KTHREAD;
	if (t->flags & PF_IO_WORKER)
		e->flags |= IOM_TF_IO_WORKER;
	if (keeps_no_sum(t))
		e->flags |= IOM_TF_RT;
	comm_copy(e->comm, t);
}

/* The call that it is in. */
static __always_inline void thread_call(struct iom_thread *e, struct task_struct *t,
					const struct pt_regs *regs)
{
	e->nr = (__u16)regs->orig_ax;
	e->args[0] = regs->di;
	e->args[1] = regs->si;
	e->args[2] = regs->dx;
	e->args[3] = regs->r10;
	e->args[4] = regs->r8;
	e->args[5] = regs->r9;
	if (t->thread_info.status & TS_COMPAT)
		e->flags |= IOM_TF_COMPAT;
}

/*
 * How it is, and in which call where it is off the CPU then: returns whether it is. m: is taken
 * here.
 *
 * It may be woken and get a CPU while it is looked at from another one, which may itself be
 * interrupted meanwhile: a sleep that has just ended would be lost, or counted twice, between its
 * state and its counters. These change when it is queued and when it gets a CPU
 * (kernel/sched/stats.h, sched_info_enqueue(), sched_info_arrive()); where one of them was, it is
 * looked at again.
 */
static __always_inline int thread_look(struct iom_session *session, struct iom_thread *e,
				       struct iom_moment *m, struct task_struct *t)
{
	int off = 0;

	for (int i = 0; i < IOM_MOMENT_TRIES; i++) {
		thread_fill(session, e, m, t, IOM_T_STATE);
		off = !m->on_cpu && call_now(e, t);
		if (moment_holds(m, t))
			break;
	}
	return off;
}

static __always_inline void thread_no_call(struct iom_thread *e)
{
	e->nr = 0xffff;
	__builtin_memset(e->args, 0, sizeof(e->args));
	e->flags &= ~IOM_TF_COMPAT;
}

/* A call may sleep several times before it returns: woken in vain, it goes on. Where as many
 * pages came since the last call that slept as there were sleeps, these may have been for the
 * pages, before the call. sleep_ns: of the last one, as far as the counters have it. */
static __always_inline void thread_earlier(struct iom_thread *e, struct iom_slot *s,
					   struct task_struct *t, __u64 sleep_ns)
{
	__s64 ns = e->off_ns - sleep_ns - s->off_ns;

	if (t->min_flt - s->min_flt >= t->nvcsw - s->nvcsw - 1)
		return;
	e->earlier_ns = ns > 0 ? ns : 0;
}

/*
 * Woken from a sleep, in a call that has not returned, it waits for a CPU: ns it had slept. Who is
 * moved to another CPU while it waits for one is queued there anew, and its counters have what it
 * waited before: between leaving the CPU and being queued it did not only sleep.
 */
static __always_inline void thread_woken(struct iom_thread *e, const struct iom_moment *m,
					 struct iom_slot *s, struct task_struct *t, __s64 ns,
					 __u64 clock_offset)
{
	__s64 most = e->off_ns - s->off_ns;

	if (ns > most)
		ns = most > 0 ? most : 0;
	thread_earlier(e, s, t, ns);
	e->flags |= IOM_TF_ASLEEP;
	e->asleep_ns = m->left + clock_offset;
	e->woken_ns = e->asleep_ns + ns;
}

/* An io_uring_enter that is asleep when it is first seen, and wants completions, is taken to wait
 * for them: submissions seldom sleep, and not for long. */
static __always_inline int waits_for_completions(const struct iom_thread *e)
{
	return e->nr == 426 && (e->args[3] & 1) && e->args[2];
}

/*
 * What a call sleeps counts from the beginning of the watch, which is the last look at a thread
 * before the watch has begun: a thread that was looked at before may have slept and been woken in
 * one and the same call meanwhile, and more often while the watch is being armed on a busy machine.
 * Once begun, who has been seen counts on, however often it is looked at. sleeps: those of now,
 * which are not over.
 */
static __always_inline void counts_begin(struct iom_thread *e, struct iom_slot *s,
					 struct task_struct *t, __u64 sleeps)
{
	s->nvcsw = e->nvcsw - sleeps;
	s->off_ns = e->off_ns;
	s->maj_flt = t->maj_flt;
	s->min_flt = t->min_flt;
}

/* For a thread that neither runs nor sleeps. */
static __always_inline void thread_queued(struct iom_thread *e, const struct iom_moment *m,
					  struct iom_slot *s, struct task_struct *t,
					  __u64 clock_offset, __u32 begun)
{
	__u64 slept = slept_before(t, m->queued, m->left);

	if (slept && s->nvcsw != m->nvcsw)
		thread_woken(e, m, s, t, (__s64)slept, clock_offset);
	else
		thread_no_call(e);
	if (!begun && !s->born)
		counts_begin(e, s, t, 0);
}

/*
 * For a thread that sleeps: since when, and in which call. One that sleeps when
 * it is first seen is in a call that will end later: its slot's counters are set
 * back so that this sleep is found, and only the part of it from now on counts.
 * s may be NULL; clock_offset: CLOCK_MONOTONIC - the scheduler's clock.
 */
static __always_inline void thread_asleep(struct iom_thread *e, const struct iom_moment *m,
					  struct iom_slot *s, struct task_struct *t,
					  __u64 clock_offset, __u32 begun)
{
	e->flags |= IOM_TF_ASLEEP;
	if (m->state & IOM_TASK_FROZEN)
		e->flags |= IOM_TF_FROZEN;
	if (m->state & IOM_TASK_STOPPED) {
		e->flags |= IOM_TF_STOPPED;
		thread_no_call(e);
	}
	e->asleep_ns = m->left + clock_offset;
	if (s)
		thread_earlier(e, s, t, 0);
	if (s && (s->nvcsw == e->nvcsw || (!begun && !s->born))) {
		counts_begin(e, s, t, 1);
		if (e->now_ns > e->asleep_ns)
			s->off_ns += e->now_ns - e->asleep_ns;
		if (waits_for_completions(e))
			s->border = 1;
	}
}

#endif
