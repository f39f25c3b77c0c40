/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tasks.bpf.h - processes and threads: how they are, come, change and go.
 */
#ifndef IOM_TASKS_BPF_H
#define IOM_TASKS_BPF_H

#include "rows.bpf.h"
#include "turns.h"

#define IOM_PIDNS_DEPTH 8

/* The task's id in the collector's PID namespace, 0 if it is not visible there
 * (kernel/pid.c, pid_nr_ns()). */
static __always_inline __u32 ns_id(struct iom_session *session, struct task_struct *t)
{
	struct pid *p = BPF_CORE_READ(t, thread_pid);
	__u32 depth = BPF_CORE_READ(p, level);
	__u32 at = bpf_core_field_offset(struct pid, numbers);
	__u32 step = bpf_core_type_size(struct upid);

	for (__u32 i = 0; i < IOM_PIDNS_DEPTH && i <= depth; i++) {
		struct upid *u = (void *)p + at + i * step;

		if (BPF_CORE_READ(u, ns, ns.inum) == pidns_inum)
			return BPF_CORE_READ(u, nr);
	}
	return 0;
}

#define parent_tgid(t)	 ((t)->real_parent->tgid)
#define comm_copy(to, t) bpf_probe_read_kernel(to, IOM_COMM_LEN, (t)->comm)
/* One that leaves may have no stack any more, or give it away. */
#define call_now(e, t)                                                                             \
	((t)->flags & PF_EXITING ? 0 : (thread_call(e, t, (const void *)bpf_task_pt_regs(t)), 1))

#include "thread_state.h"

/* Of its own: its caller's stack is full. */
static __noinline void thread_send(struct task_struct *t, struct iom_slot *s, __u8 event, __u8 flags)
{
	struct {
		struct iom_record head;
		struct iom_thread thread;
	} *rec = bpf_ringbuf_reserve(&ring, sizeof(*rec), 0);
	struct iom_moment m;

	if (!rec) {
		IOM_COUNT(lost_records);
		return;
	}
	rec->head.size = sizeof(*rec);
	rec->head.kind = IOM_R_THREAD;
	moment_take(&m, t, clock_offset);
	thread_fill(NULL, &rec->thread, &m, t, event);
	if (event == IOM_T_NEW) {
		struct pt_regs *regs = (void *)bpf_task_pt_regs(t);

		rec->thread.args[0] = regs->sp;
	}
	rec->thread.flags |= flags;
	if (s)
		rec->thread.serial = s->serial;
	/* These are rare and the collector acts on them: wake it. */
	bpf_ringbuf_submit(rec, BPF_RB_FORCE_WAKEUP);
}

SEC("?tp_btf/task_newtask")
int BPF_PROG(iom_task_newtask, struct task_struct *t, unsigned long clone_flags)
{
	struct task_struct *creator = bpf_get_current_task_btf();
	struct iom_slot *s;

	if (!watched(creator->tgid))
		return 0;
	if (t->tgid != creator->tgid) {
		if (!follow)
			return 0;
		watch_set(t->tgid);
		if (clone_flags & IOM_CLONE_FILES)
			files_shared = 1;
	}
	s = slot_add(t);
	if (s) { /* nothing of its life is missed: its scheduler clock begins when it is first run */
		s->off_ns = bpf_ktime_get_ns() - clock_offset;
		s->born = 1;
	}
	thread_send(t, s, IOM_T_NEW, 0);
	return 0;
}

static __always_inline void task_exec(struct task_struct *t, __u32 old_pid)
{
	struct iom_slot *s;

	if (arm_on_exec && arm_on_exec == (__u32)t->tgid) {
		arm_on_exec = 0;
		watch_set(t->tgid);
	}
	if (!watched(t->tgid))
		return;
	__sync_fetch_and_add(&recheck, 1);
	/* A thread that is not the first takes the first one's number when it executes; its
	 * own may be another thread's soon. */
	if (old_pid != (__u32)t->pid) {
		s = slot_find(NULL, old_pid);
		if (s && s->tgid == (__u32)t->tgid)
			slot_free(s, old_pid);
	}
	thread_send(t, slot_find(NULL, t->pid), IOM_T_EXEC, 0);
}

static __always_inline void task_left(struct task_struct *t)
{
	struct iom_slot *s;
	__u8 last;

	if (!watched(t->tgid))
		return;
	/* do_exit() has taken this thread off the count before (kernel/exit.c) */
	last = t->signal->live.counter == 0;
	s = slot_find(NULL, t->pid);
	if (s)
		turns_tell(s);
	thread_send(t, s, IOM_T_EXIT, last ? IOM_TF_LAST : 0);
	if (s)
		slot_free(s, t->pid);
	if (last)
		process_leaves(t->tgid);
}

SEC("?tp_btf/sched_process_exec")
int BPF_PROG(iom_sched_process_exec, struct task_struct *t, int old_pid)
{
	task_exec(t, old_pid);
	return 0;
}

SEC("?tp_btf/sched_process_exit")
int BPF_PROG(iom_sched_process_exit, struct task_struct *t)
{
	task_left(t);
	return 0;
}

/*
 * The same three at classic tracepoints, for kernels where the above may be
 * preempted and then pass others' events unseen (see iom_sys_exit_classic). Of a
 * newborn task only the number is told there: its record is sent when its first
 * call, the clone that it returns from, is seen.
 */
SEC("?tp/task/task_newtask")
int iom_task_newtask_classic(struct iom_trace_task_newtask *ctx)
{
	if (watched(bpf_get_current_task_btf()->tgid) && follow &&
	    !(ctx->clone_flags & IOM_CLONE_THREAD)) {
		watch_set(ctx->pid);
		if (ctx->clone_flags & IOM_CLONE_FILES)
			files_shared = 1;
	}
	return 0;
}

SEC("?tp/sched/sched_process_exec")
int iom_sched_process_exec_classic(struct iom_trace_exec *ctx)
{
	task_exec(bpf_get_current_task_btf(), ctx->old_pid);
	return 0;
}

SEC("?tp/sched/sched_process_exit")
int iom_sched_process_exit_classic(void *ctx)
{
	task_left(bpf_get_current_task_btf());
	return 0;
}

/* The process stops, all its threads, or goes on. A process that was stopped before the
 * watch counts from now. */
static __always_inline void stop_begin(__u32 tgid)
{
	struct iom_stops none = {}, *stops;

	stops_seen = 1;
	bpf_map_update_elem(&stopped, &tgid, &none, BPF_NOEXIST);
	stops = bpf_map_lookup_elem(&stopped, &tgid);
	if (stops && !stops->since_ns)
		stops->since_ns = bpf_ktime_get_ns();
}

static __always_inline void stop_end(__u32 tgid)
{
	struct iom_stops *stops = stops_find(tgid);

	if (!stops || !stops->since_ns)
		return;
	stops->total_ns += bpf_ktime_get_ns() - stops->since_ns;
	stops->since_ns = 0;
	stops->count++;
}

/* The slot of a thread that is found to be there, begun if need be; but none for one that
 * leaves: nobody would free it. What leaves marks itself before it looks for its slot. */
static __always_inline struct iom_slot *slot_seen(struct task_struct *t)
{
	struct iom_slot *s = slot_find(NULL, t->pid);

	if (s || t->flags & PF_EXITING)
		return s;
	s = slot_add(t);
	if (!s)
		return NULL;
	slot_begin_other(s, t, clock_offset);
	if (t->flags & PF_EXITING) {
		slot_free(s, t->pid);
		return NULL;
	}
	return s;
}

/* One pass over all tasks: gives each watched thread its slot, and tells how it
 * is just now. */
SEC("iter/task")
int iom_iter_task(struct bpf_iter__task *ctx)
{
	struct task_struct *t = ctx->task;
	struct iom_thread e;
	struct iom_slot *s;

	if (!t)
		return 0;
	if (!ctx->meta->seq_num) /* the collector has slept just before */
		clock_offset = bpf_ktime_get_ns() - left_cpu(bpf_get_current_task_btf());
	if (find_tgid && ns_id(NULL, t) == find_tgid)
		found_tgid = t->tgid;
	if (!watched(t->tgid))
		return 0;
	s = slot_seen(t);
	if (s)
		turns_tell(s);
	if (t->__state & IOM_TASK_STOPPED)
		stop_begin(t->tgid);
	thread_seen(NULL, &e, s, t, begun);
	if (s)
		e.serial = s->serial;
	bpf_seq_write(ctx->meta->seq, &e, sizeof(e));
	return 0;
}

#endif
