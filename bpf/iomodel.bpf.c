// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * iomodel.bpf.c - the facts of every call, recorded at sys_exit alone.
 *
 * Order of work, so that the cheap question comes first: is this process
 * watched (one bit), does this number matter (a table), did it sleep (one
 * counter of the task), which row. No clock is read, no hash map is searched
 * and no record is sent for an ordinary call. Nothing here judges.
 */
#include "kernel.h"
#include "state.bpf.h"
#include "files.bpf.h"
#include "rows.bpf.h"
#include "shared.bpf.h"
#include "tasks.bpf.h"
#include "signals.bpf.h"
#include "async.bpf.h"
#include "windows.bpf.h"
#include "exit.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const __u32 calls[IOM_CALLS] = {IOM_CALL_TABLE};

/* A number outside the table: x32 calls carry bit 30, -1 is rt_sigreturn's. */
static __always_inline int unknown_call(__u64 nr)
{
	if (nr == (__u64)-1)
		return 0;
	if (nr & 0x40000000)
		IOM_COUNT(compat_calls);
	else
		IOM_COUNT(unknown_calls);
	return 0;
}

static __always_inline int returned(struct task_struct *t, struct pt_regs *regs, long ret)
{
	struct fact f = {.ret = ret};
	struct iom_slot *s;
	__u64 nr = regs->orig_ax;
	__u32 call;

	if (nr >= IOM_CALLS)
		return unknown_call(nr);
	IOM_BOUND(nr, IOM_CALLS - 1);
	if (calls[nr] == IOM_CALL_SKIP)
		return 0;
	if (t->thread_info.status & TS_COMPAT) {
		IOM_COUNT(compat_calls);
		return 0;
	}
	s = slot_find(NULL, t->pid);
	if (!s) {
		s = slot_add(t);
		if (!s)
			return 0;
		if (classic)
			thread_send(t, s, IOM_T_NEW, 0);
	}
	call = call_returned(s, t, regs, &f, nr, calls);
	names_tell(s);
	if (window && s->enter_ns && s->window == window)
		sample_send(s->tid, f.nr << 8 | IOM_CALL_CLASS(call), call_fd(call, regs, ret), ret);
	s->enter_ns = 0;
	return 0;
}

SEC("?tp_btf/io_uring_cqring_wait")
int BPF_PROG(iom_uring_cqring_wait, struct io_ring_ctx *ring)
{
	struct task_struct *t = bpf_get_current_task_btf();
	struct iom_slot *s;

	if (!watched(t->tgid))
		return 0;
	s = slot_find(NULL, t->pid);
	if (s)
		uring_waits(s, t, (void *)bpf_task_pt_regs(t));
	return 0;
}

/* The kernel has counted a major fault (mm_account_fault() in mm/memory.c). */
SEC("?perf_event")
int iom_page_fault(struct iom_user_regs *ctx)
{
	struct task_struct *t = bpf_get_current_task_btf();
	struct iom_slot *s;

	if (!watched(t->tgid) || !(ctx->cs & 3)) /* 3: in user code */
		return 0;
	s = slot_find(NULL, t->pid);
	if (s)
		fault_served(s, t);
	return 0;
}

SEC("?tp_btf/sys_exit")
int BPF_PROG(iom_sys_exit, struct pt_regs *regs, long ret)
{
	struct task_struct *t = bpf_get_current_task_btf();

	if (!watched(t->tgid))
		return 0;
	return returned(t, regs, ret);
}

/*
 * The same at the classic tracepoint, for kernels where the one above may be
 * preempted: while it is, calls of other threads on that CPU pass it unseen.
 * Here the kernel disables preemption (include/trace/perf.h); it is the dearer one.
 */
SEC("?tp/raw_syscalls/sys_exit")
int iom_sys_exit_classic(struct iom_trace_sys_exit *ctx)
{
	struct task_struct *t = bpf_get_current_task_btf();

	if (!watched(t->tgid))
		return 0;
	return returned(t, (void *)bpf_task_pt_regs(t), ctx->ret);
}
