/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * thread_state.h - how a thread is just now: struct iom_thread.
 *
 * A back end brings, besides what slot.h names:
 *
 *   ns_id(session, t) the task's id in the collector's PID namespace, 0: not visible there
 *   parent_tgid(t)
 *   comm_copy(to, t)  IOM_COMM_LEN bytes
 *   call_now(e, t)    thread_call() with the registers of one that is off the CPU; 0: it leaves,
 *                     and may have none
 *   session_clock_offset(session)  CLOCK_MONOTONIC - the scheduler's clock
 */
#ifndef IOM_THREAD_STATE_H
#define IOM_THREAD_STATE_H

#include "slot.h"

static __always_inline void thread_fill(struct iom_session *session, struct iom_thread *e,
					const struct iom_moment *m, struct task_struct *t,
					__u8 event)
{
	__u64 queued = m->queued + session_clock_offset(session);

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
	e->off_ns = m->off_ns + m->slept_ns;
	e->runq_ns = m->runq_ns;
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

static __always_inline void thread_no_call(struct iom_thread *e)
{
	e->nr = 0xffff;
	__builtin_memset(e->args, 0, sizeof(e->args));
	e->flags &= ~IOM_TF_COMPAT;
}

static __always_inline int look_once(struct iom_session *session, struct iom_thread *e,
				     struct iom_moment *m, struct task_struct *t, int *off)
{
	moment_take(m, t, session_clock_offset(session));
	thread_fill(session, e, m, t, IOM_T_STATE);
	*off = !m->on_cpu && call_now(e, t);
	return moment_holds(m, t);
}

/* How it is, and in which call if it is off the CPU: returns whether it is. One that is never found
 * as it was a moment before runs most of the time. Written out, since 6.1's verifier wants no loop
 * here. */
static __always_inline int look_at_thread(struct iom_session *session, struct iom_thread *e,
					  struct iom_moment *m, struct task_struct *t)
{
	int off = 0;

	if ((look_once(session, e, m, t, &off) || look_once(session, e, m, t, &off) ||
	     look_once(session, e, m, t, &off)) &&
	    off)
		return 1;
	thread_no_call(e);
	return 0;
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

/* Woken from a sleep, in a call that has not returned, it waits for a CPU. Who is moved to another
 * CPU while it waits for one is queued there anew, and its counters have what it waited before:
 * between leaving the CPU and being queued it did not only sleep. */
static __always_inline void thread_woken(struct iom_session *session, struct iom_thread *e,
					 const struct iom_moment *m, struct iom_slot *s,
					 struct task_struct *t)
{
	__s64 most = e->off_ns - s->off_ns, ns = m->slept_ns;

	if (ns > most)
		ns = most > 0 ? most : 0;
	thread_earlier(e, s, t, ns);
	e->flags |= IOM_TF_ASLEEP;
	e->asleep_ns = m->left + session_clock_offset(session);
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
static __always_inline void thread_queued(struct iom_session *session, struct iom_thread *e,
					  const struct iom_moment *m, struct iom_slot *s,
					  struct task_struct *t, __u32 begun)
{
	if (m->slept_ns && s->nvcsw != m->nvcsw)
		thread_woken(session, e, m, s, t);
	else
		thread_no_call(e);
	if (!begun && !s->born)
		counts_begin(e, s, t, 0);
}

/*
 * For a thread that sleeps: since when, and in which call. One that sleeps when
 * it is first seen is in a call that will end later: its slot's counters are set
 * back so that this sleep is found, and only the part of it from now on counts.
 * s may be NULL.
 */
static __always_inline void thread_asleep(struct iom_session *session, struct iom_thread *e,
					  const struct iom_moment *m, struct iom_slot *s,
					  struct task_struct *t, __u32 begun)
{
	e->flags |= IOM_TF_ASLEEP;
	if (m->state & IOM_TASK_FROZEN)
		e->flags |= IOM_TF_FROZEN;
	if (m->state & IOM_TASK_STOPPED) {
		e->flags |= IOM_TF_STOPPED;
		thread_no_call(e);
	}
	e->asleep_ns = m->left + session_clock_offset(session);
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

/* How a thread is; s: its slot, may be NULL. Between the look and what it makes of the slot nothing
 * takes time: the thread's own calls write there, too. */
static __always_inline void thread_seen(struct iom_session *session, struct iom_thread *e,
					struct iom_slot *s, struct task_struct *t, __u32 begun)
{
	struct iom_moment m;

	if (!look_at_thread(session, e, &m, t))
		return;
	if (m.asleep)
		thread_asleep(session, e, &m, s, t, begun);
	/* clang makes one test of this and the next; 6.1's verifier then takes s for a number. */
	__asm__ volatile("" : "+r"(s));
	if (!m.asleep && s)
		thread_queued(session, e, &m, s, t, begun);
	else if (!m.asleep)
		thread_no_call(e);
}

#endif
