/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * windows.bpf.h - the dear probes, attached only in short sampled windows.
 *
 * sys_enter and the scheduler's events stamp times into the thread's slot;
 * sys_exit then sends the whole operation as one sample. Outside a window none
 * of these programs is attached and sys_exit sees window == 0.
 */
#ifndef IOM_WINDOWS_BPF_H
#define IOM_WINDOWS_BPF_H

#include "rows.bpf.h"
#include "samples.h"

#define IOM_WAKER_FRAMES       24

SEC("tp_btf/sys_enter")
int BPF_PROG(iom_sys_enter, struct pt_regs *regs, long nr)
{
	struct task_struct *t = bpf_get_current_task_btf();
	struct iom_slot *s;

	if (!watched(t->tgid))
		return 0;
	s = slot_find(NULL, t->pid);
	if (!s)
		return 0;
	sample_enter(s, window);
	return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(iom_sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	struct iom_slot *s;

	if (!preempt && watched(prev->tgid) && prev->__state != 0) {
		s = slot_find(NULL, prev->pid);
		if (s)
			sample_sleep(s);
	}
	if (watched(next->tgid)) {
		s = slot_find(NULL, next->pid);
		if (s)
			sample_run(s);
	}
	return 0;
}

/* Who wakes runs in current's context, unless an interrupt does: then current
 * is its victim and must not be blamed. The kernel stack tells. */
static __always_inline __u32 waker_class(void *ctx, struct task_struct *waker, __u32 sleeper)
{
	__u64 ip[IOM_WAKER_FRAMES] = {};
	__u32 class = IOM_W_TASK;
	long n;

	if (!irq_text[1])
		return IOM_W_UNKNOWN;
	n = bpf_get_stack(ctx, ip, sizeof(ip), 0);
	if (n <= 0)
		return IOM_W_UNKNOWN;
	for (int i = 0; i < IOM_WAKER_FRAMES; i++) {
		if (ip[i] >= softirq_text[0] && ip[i] < softirq_text[1])
			return IOM_W_SOFTIRQ;
		if (ip[i] >= irq_text[0] && ip[i] < irq_text[1])
			class = IOM_W_HARDIRQ;
	}
	if (class != IOM_W_TASK)
		return class;
	if (waker->flags & PF_IO_WORKER)
		return IOM_W_IOWQ;
	if (waker->flags & PF_KTHREAD)
		return IOM_W_KTHREAD;
	return (__u32)waker->pid == sleeper ? IOM_W_SELF : IOM_W_TASK;
}

SEC("tp_btf/sched_waking")
int BPF_PROG(iom_sched_waking, struct task_struct *p)
{
	struct task_struct *waker;
	struct iom_slot *s;

	if (!watched(p->tgid))
		return 0;
	s = slot_find(NULL, p->pid);
	if (!s || !s->cur_sleep_ns)
		return 0;
	waker = bpf_get_current_task_btf();
	s->wake_ns = bpf_ktime_get_ns();
	s->waker = waker_class(ctx, waker, p->pid);
	s->waker_tid = 0;
	__builtin_memset(s->waker_comm, 0, sizeof(s->waker_comm));
	if (s->waker == IOM_W_TASK || s->waker == IOM_W_IOWQ || s->waker == IOM_W_KTHREAD) {
		s->waker_tid = waker->pid;
		bpf_probe_read_kernel(s->waker_comm, sizeof(s->waker_comm), waker->comm);
	}
	return 0;
}

/* From sys_exit, in a window, for a call whose beginning was stamped in it. */
__noinline int sample_send(__u32 tid, __u32 what, __u32 fd, long ret)
{
	struct iom_slot *s = slot_find(NULL, tid);
	struct {
		struct iom_record head;
		struct iom_sample s;
	} *rec;

	if (!s)
		return 0;
	rec = bpf_ringbuf_reserve(&sample_ring, sizeof(*rec), 0);
	if (!rec) {
		IOM_COUNT(lost_samples);
		return 0;
	}
	rec->head.size = sizeof(*rec);
	rec->head.kind = IOM_R_SAMPLE;
	sample_fill(&rec->s, s, what, fd, ret);
	bpf_ringbuf_submit(rec, BPF_RB_NO_WAKEUP);
	return 0;
}

#endif
