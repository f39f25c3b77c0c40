// SPDX-License-Identifier: GPL-2.0-only
/*
 * facts.c - the facts of each probe, by the headers of ../bpf that say what is a fact.
 *
 * The same headers make the BPF back end. What they ask for is in provides.h; both are included
 * here and nowhere else.
 */
#include <linux/delay.h>
#include <linux/pid.h>
#include <linux/preempt.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>

#include "provides.h"

#include "exit.h"
#include "samples.h"
#include "uring.h"

/* What thread_state.h asks for besides; it has thread_call(). */
static bool call_now(struct iom_thread *e, struct task_struct *t);

#include "thread_state.h"

static const u32 calls[IOM_CALLS] = {IOM_CALL_TABLE};

/* ---- calls --------------------------------------------------------------------- */

static void send_sample(struct iom_thread_state *state, u32 what, u32 fd, long ret)
{
	struct iom_entry *e = iom_entry_new(IOM_R_SAMPLE, GFP_ATOMIC);

	if (!e) {
		iom_lost(state->session, IOM_LOST_SAMPLES);
		return;
	}
	sample_fill(&e->sample, &state->slot, what, fd, ret);
	iom_queue(state->session, e);
}

static void count_and_sample(struct iom_thread_state *state, struct pt_regs *regs, long ret,
			     u64 nr)
{
	u32 call, window = READ_ONCE(state->session->window);
	struct iom_slot *s = &state->slot;
	struct fact f = {.ret = ret};

	lockdep_assert_held(&state->lock);
	call = call_returned(s, current, regs, &f, nr, calls);
	if (window && s->enter_ns && s->window == window)
		send_sample(state, f.nr << 8 | IOM_CALL_CLASS(call), call_fd(call, regs, ret), ret);
	s->enter_ns = 0;
}

void iom_fact_exit(struct iom_session *session, struct pt_regs *regs, long ret)
{
	struct iom_thread_state *state;
	u64 nr = regs->orig_ax;
	unsigned long flags;

	if (nr >= IOM_CALLS) {
		if (nr == (u64)-1) /* rt_sigreturn's */
			return;
		iom_lost(session, nr & 0x40000000 /* x32 */ ? IOM_SEEN_COMPAT : IOM_SEEN_UNKNOWN);
		return;
	}
	if (calls[nr] == IOM_CALL_SKIP)
		return;
	if (current->thread_info.status & TS_COMPAT) {
		iom_lost(session, IOM_SEEN_COMPAT);
		return;
	}
	state = iom_thread_get(session, current);
	if (!state)
		return;
	spin_lock_irqsave(&state->lock, flags);
	state->flags = flags;
	if (!state->gone)
		count_and_sample(state, regs, ret, nr);
	spin_unlock_irqrestore(&state->lock, flags);
	iom_session_wake(session);
}

/* ---- signals -------------------------------------------------------------------- */

/* from may be one of two constants instead of a pointer, when a signal is generated, and
 * when the SIGKILL of an exiting group is delivered (kernel/signal.c, get_signal()).
 */
static void siginfo_copy(struct iom_siginfo *to, const struct kernel_siginfo *from)
{
	BUILD_BUG_ON(sizeof(*to) > sizeof(*from));
	memset(to, 0, sizeof(*to));
	if (from == SEND_SIG_PRIV) /* the kernel, without details */
		to->code = 0x80;
	else if (from != SEND_SIG_NOINFO)
		memcpy(to, from, sizeof(*to));
}

void iom_fact_signal_generated(struct iom_session *session, struct task_struct *t, int sig,
			       const struct kernel_siginfo *info, int result)
{
	struct iom_siginfo si;
	unsigned long flags;
	int err;

	siginfo_copy(&si, info);
	if (sig == IOM_SIGCONT)
		iom_stop_end(session, t->tgid);
	spin_lock_irqsave(&session->async_lock, flags);
	err = signal_generated(session, t->tgid, sig, &si, result);
	spin_unlock_irqrestore(&session->async_lock, flags);
	if (err)
		iom_lost(session, IOM_LOST_ROWS);
}

#define TRIES 10000

/* A signal is delivered under siglock, which nobody may hold who waits for state->lock
 * (session.h). Only a scan can have that, for some rows.
 */
static bool try_signal_taken(struct iom_thread_state *state, struct iom_siginfo *si)
{
	unsigned long flags;

	if (!spin_trylock_irqsave(&state->lock, flags))
		return false;
	state->nameless = true;
	if (!state->gone)
		signal_taken(&state->slot, IOM_C_SIGDELIVER, si, NULL);
	state->nameless = false;
	spin_unlock_irqrestore(&state->lock, flags);
	return true;
}

void iom_fact_signal_delivered(struct iom_session *session, int sig,
			       const struct kernel_siginfo *info, const struct k_sigaction *ka)
{
	struct iom_thread_state *state = iom_thread_get(session, current);
	struct iom_siginfo si;
	int tries = 0;

	if (!state)
		return;
	siginfo_copy(&si, info);
	si.signo = sig;
	while (!try_signal_taken(state, &si)) {
		if (++tries == TRIES) {
			iom_lost(session, IOM_LOST_ROWS);
			break;
		}
		cpu_relax();
	}
	if (sig_stops(sig) && ka->sa.sa_handler == SIG_DFL)
		iom_stop_begin(session, current->tgid);
}

/* ---- requests -------------------------------------------------------------------- */

void iom_fact_uring_submitted(struct iom_session *session, struct iom_sqe *q)
{
	unsigned long flags;
	int err;

	spin_lock_irqsave(&session->async_lock, flags);
	err = uring_submitted(session, current, q);
	spin_unlock_irqrestore(&session->async_lock, flags);
	if (err)
		iom_lost(session, IOM_LOST_ASYNC);
}

void iom_fact_uring_elsewhere(struct iom_session *session, u64 id, u32 count, bool forced)
{
	unsigned long flags;

	spin_lock_irqsave(&session->async_lock, flags);
	uring_elsewhere(session, id, count, forced);
	spin_unlock_irqrestore(&session->async_lock, flags);
}

void iom_fact_uring_waits(struct iom_session *session)
{
	struct iom_thread_state *state = iom_thread_find(session, current->pid);
	unsigned long flags;

	if (!state)
		return;
	spin_lock_irqsave(&state->lock, flags);
	if (!state->gone)
		uring_waits(&state->slot, current, task_pt_regs(current));
	spin_unlock_irqrestore(&state->lock, flags);
}

void iom_fact_fault(struct iom_session *session)
{
	struct iom_thread_state *state = iom_thread_find(session, current->pid);
	unsigned long flags;

	if (!state)
		return;
	spin_lock_irqsave(&state->lock, flags);
	if (!state->gone)
		fault_served(&state->slot, current);
	spin_unlock_irqrestore(&state->lock, flags);
}

void iom_fact_uring_completed(struct iom_session *session, u64 ring, u64 id, u64 user_data,
			      s32 res, u32 cqe_flags)
{
	unsigned long flags;

	spin_lock_irqsave(&session->async_lock, flags);
	uring_completed(session, current, ring, id, user_data, res, cqe_flags);
	spin_unlock_irqrestore(&session->async_lock, flags);
}

void iom_fact_aio_begun(struct iom_session *session, u64 ctx, u64 iocb)
{
	struct iom_thread_state *state = iom_thread_get(session, current);
	unsigned long flags;
	int err;

	if (!state)
		return;
	spin_lock_irqsave(&session->async_lock, flags);
	err = aio_begun(session, &state->slot, ctx, iocb);
	spin_unlock_irqrestore(&session->async_lock, flags);
	if (err)
		iom_lost(session, IOM_LOST_ASYNC);
}

void iom_fact_aio_completed(struct iom_session *session, u64 ctx, u64 iocb, s64 res)
{
	unsigned long flags;

	spin_lock_irqsave(&session->async_lock, flags);
	aio_completed(session, ctx, iocb, res);
	spin_unlock_irqrestore(&session->async_lock, flags);
}

/* ---- sampled windows --------------------------------------------------------------- */

void iom_fact_enter(struct iom_session *session)
{
	struct iom_thread_state *state = iom_thread_find(session, current->pid);
	u32 window = READ_ONCE(session->window);

	if (state && window)
		sample_enter(&state->slot, window);
}

void iom_fact_sleep(struct iom_session *session, struct task_struct *t)
{
	struct iom_thread_state *state = iom_thread_find(session, t->pid);

	if (state)
		sample_sleep(&state->slot);
}

void iom_fact_run(struct iom_session *session, struct task_struct *t)
{
	struct iom_thread_state *state = iom_thread_find(session, t->pid);

	if (state)
		sample_run(&state->slot);
}

/* Who wakes runs in current's context, unless an interrupt does: then current is
 * its victim and must not be blamed.
 */
static u32 waker_class(const struct task_struct *sleeper)
{
	if (in_hardirq() || in_nmi())
		return IOM_W_HARDIRQ;
	if (in_serving_softirq())
		return IOM_W_SOFTIRQ;
	if (current->flags & PF_IO_WORKER)
		return IOM_W_IOWQ;
	if (current->flags & PF_KTHREAD)
		return IOM_W_KTHREAD;
	return current == sleeper ? IOM_W_SELF : IOM_W_TASK;
}

void iom_fact_waking(struct iom_session *session, struct task_struct *t)
{
	struct iom_thread_state *state = iom_thread_find(session, t->pid);
	struct iom_slot *s;

	if (!state || !state->slot.cur_sleep_ns)
		return;
	s = &state->slot;
	s->wake_ns = now_ns();
	s->waker = waker_class(t);
	s->waker_tid = 0;
	memset(s->waker_comm, 0, sizeof(s->waker_comm));
	if (s->waker == IOM_W_TASK || s->waker == IOM_W_IOWQ || s->waker == IOM_W_KTHREAD) {
		s->waker_tid = current->pid;
		comm_copy(s->waker_comm, current);
	}
}

/* ---- threads come and go ------------------------------------------------------------- */

static struct iom_entry *thread_entry_new(struct iom_session *session)
{
	struct iom_entry *e = iom_entry_new(IOM_R_THREAD, GFP_ATOMIC);

	if (!e)
		iom_lost(session, IOM_LOST_RECORDS);
	return e;
}

static struct iom_entry *thread_entry(struct iom_session *session, struct task_struct *t,
				      struct iom_thread_state *state, u8 event)
{
	struct iom_entry *e = thread_entry_new(session);
	struct iom_moment m;

	if (!e)
		return NULL;
	moment_take(&m, t, session->clock_offset);
	thread_fill(session, &e->thread, &m, t, event);
	if (state)
		e->thread.serial = state->slot.serial;
	return e;
}

void iom_fact_new(struct iom_session *session, struct task_struct *t)
{
	struct iom_thread_state *state;
	struct iom_entry *e;
	int err;

	if (t->tgid != current->tgid) {
		if (!session->follow)
			return;
		err = iom_target_add(session, task_tgid(t), t->tgid, GFP_ATOMIC);
		if (err && err != -EEXIST && err != -ESHUTDOWN)
			iom_lost(session, IOM_LOST_THREADS);
		if (err)
			return;
	}
	state = iom_thread_get(session, t);
	/* Nothing of its life is missed: its scheduler clock begins when it is first run. */
	if (state) {
		state->slot.off_ns = now_ns() - session->clock_offset;
		state->slot.born = 1;
	}
	e = thread_entry(session, t, state, IOM_T_NEW);
	if (e) {
		e->thread.args[0] = task_pt_regs(t)->sp;
		iom_queue(session, e);
	}
	iom_session_wake(session);
}

void iom_fact_exec(struct iom_session *session, struct task_struct *t, pid_t old_pid)
{
	struct iom_thread_state *state;
	struct iom_entry *e;

	/* A thread that is not the first takes the first one's number when it executes. What
	 * it had under its own nobody would find any more, until that is another thread's.
	 */
	if (old_pid != t->pid) {
		state = iom_thread_find(session, old_pid);
		if (state && state->slot.tgid == t->tgid)
			iom_thread_del(state);
	}
	state = iom_thread_find(session, t->pid);
	e = thread_entry(session, t, state, IOM_T_EXEC);
	if (e)
		iom_queue(session, e);
	iom_session_wake(session);
}

static void tell_turns(struct iom_thread_state *state)
{
	unsigned long flags;

	spin_lock_irqsave(&state->lock, flags);
	if (!state->gone)
		turns_tell(&state->slot);
	spin_unlock_irqrestore(&state->lock, flags);
}

void iom_fact_left(struct iom_session *session, struct task_struct *t, bool last)
{
	struct iom_thread_state *state = iom_thread_find(session, t->pid);
	struct iom_entry *e = thread_entry(session, t, state, IOM_T_EXIT);

	if (state) {
		tell_turns(state);
		iom_thread_del(state);
	}
	if (e) {
		e->thread.flags |= last ? IOM_TF_LAST : 0;
		iom_queue(session, e);
	}
	if (last)
		iom_target_leaves(session, t->tgid);
	iom_session_wake(session);
}

/* ---- how they are just now --------------------------------------------------------------- */

/* The call of a thread that is off the CPU. Its stack may be given away, or unmapped, any time:
 * the pointer is read once, and what it points to without trust.
 */
static bool call_now(struct iom_thread *e, struct task_struct *t)
{
	const void *stack = READ_ONCE(t->stack);
	const struct pt_regs *at = stack + THREAD_SIZE - TOP_OF_KERNEL_STACK_PADDING;
	struct pt_regs regs;

	if (!stack || copy_from_kernel_nofault(&regs, at - 1, sizeof(regs)))
		return false;
	/* Then it was still its own: a stack is let go of after the end. */
	smp_rmb();
	if (READ_ONCE(t->stack) != stack || READ_ONCE(t->flags) & PF_EXITING)
		return false;
	thread_call(e, t, &regs);
	return true;
}

/* The state of a thread, begun if need be; but none for one that leaves: nobody would take
 * it away again. What leaves marks itself before it looks for its state.
 */
static struct iom_thread_state *scan_state(struct iom_session *session, struct task_struct *t)
{
	struct iom_thread_state *state = iom_thread_find(session, t->pid);
	unsigned long flags;

	if (state || READ_ONCE(t->flags) & PF_EXITING)
		return state;
	state = iom_thread_get(session, t);
	if (!state)
		return NULL;
	spin_lock_irqsave(&state->lock, flags);
	slot_begin_other(&state->slot, t, session->clock_offset);
	spin_unlock_irqrestore(&state->lock, flags);
	smp_mb();
	if (READ_ONCE(t->flags) & PF_EXITING) {
		iom_thread_del(state);
		return NULL;
	}
	return state;
}

static void scan_thread(struct iom_session *session, struct task_struct *t)
{
	struct iom_thread_state *state = scan_state(session, t);
	struct iom_entry *e = thread_entry_new(session);
	unsigned long flags;

	if (READ_ONCE(t->__state) & IOM_TASK_STOPPED)
		iom_stop_begin(session, t->tgid);
	if (state)
		tell_turns(state);
	if (!e)
		return;
	if (state) {
		spin_lock_irqsave(&state->lock, flags);
		thread_seen(session, &e->thread, &state->slot, t, session->begun);
		e->thread.serial = state->slot.serial;
		spin_unlock_irqrestore(&state->lock, flags);
	} else {
		thread_seen(session, &e->thread, NULL, t, session->begun);
	}
	iom_queue(session, e);
}

static void scan_target(struct iom_session *session, struct iom_target_state *target)
{
	struct task_struct *leader = pid_task(target->pid, PIDTYPE_TGID), *t;

	if (leader)
		for_each_thread(leader, t)
			scan_thread(session, t);
}

void iom_fact_scan(struct iom_session *session)
{
	struct iom_target_state *target;

	/* The two clocks are compared just after we were switched in. */
	fsleep(100);
	preempt_disable();
	session->clock_offset = now_ns() - left_cpu(current);
	preempt_enable();

	for (unsigned int bucket = 0; bucket < ARRAY_SIZE(iom_targets); bucket++) {
		rcu_read_lock();
		hlist_for_each_entry_rcu(target, &iom_targets[bucket], node)
			if (target->session == session)
				scan_target(session, target);
		rcu_read_unlock();
		cond_resched();
	}
	session->begun = session->running;
	iom_session_wake(session);
}
