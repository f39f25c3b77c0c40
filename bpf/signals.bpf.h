/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * signals.bpf.h - the tracepoints of signals.
 */
#ifndef IOM_SIGNALS_BPF_H
#define IOM_SIGNALS_BPF_H

#include "shared.bpf.h"
#include "signals.h"
#include "tasks.bpf.h"

SEC("tp_btf/signal_generate")
int BPF_PROG(iom_signal_generate, int sig, struct kernel_siginfo *info, struct task_struct *t,
	     int group, int result)
{
	struct iom_siginfo si = {};

	if (!watched(t->tgid))
		return 0;
	if ((__u64)info == 1) /* SEND_SIG_PRIV: the kernel, without details */
		si.code = 0x80;
	else if (info)
		bpf_probe_read_kernel(&si, sizeof(si), info);
	if (sig == IOM_SIGCONT)
		stop_end(t->tgid);
	if (signal_generated(NULL, t->tgid, sig, &si, result))
		IOM_COUNT(lost_rows);
	return 0;
}

SEC("tp_btf/signal_deliver")
int BPF_PROG(iom_signal_deliver, int sig, struct kernel_siginfo *info, struct k_sigaction *ka)
{
	struct task_struct *t = bpf_get_current_task_btf();
	struct iom_siginfo si = {};
	struct iom_slot *s;

	if (!watched(t->tgid))
		return 0;
	s = slot_find(NULL, t->pid);
	if (!s)
		s = slot_add(t);
	if (!s)
		return 0;
	bpf_probe_read_kernel(&si, sizeof(si), info);
	si.signo = sig;
	signal_taken(s, IOM_C_SIGDELIVER, &si, NULL);
	if (sig_stops(sig) && !BPF_CORE_READ(ka, sa.sa_handler))
		stop_begin(t->tgid);
	return 0;
}

#endif
