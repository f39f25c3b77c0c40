/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * signals.h - signals generated for, and delivered to, watched processes.
 *
 * With F_SETSIG a signal about a file carries POLL_* as si_code and the
 * descriptor in si_fd; plain SIGIO carries SI_KERNEL and knows no file
 * (fs/fcntl.c, send_sigio_to_task()). sigwaitinfo and signalfd never pass
 * signal_deliver: their facts come from sys_exit.
 */
#ifndef IOM_SIGNALS_H
#define IOM_SIGNALS_H

#include "counts.h"

struct iom_siginfo { /* uapi/asm-generic/siginfo.h, as POLL_* uses it */
	__s32 signo, err, code, pad;
	__s64 band;
	__s32 fd;
	__s32 pad2;
};

/* SIGILL TRAP BUS FPE SEGV CHLD SYS: they have codes of their own from 1 on */
#define IOM_OWN_CODES (1ULL << 4 | 1ULL << 5 | 1ULL << 7 | 1ULL << 8 | 1ULL << 11 | 1ULL << 17 | \
		       1ULL << 31)

/* uapi/asm/signal.h. Those from STOP on stop the process where they have no handler. */
#define IOM_SIGCONT 18
#define IOM_SIGSTOP 19
#define IOM_SIGTTOU 22

static __always_inline int sig_stops(__u32 sig)
{
	return sig >= IOM_SIGSTOP && sig <= IOM_SIGTTOU;
}

/* POLL_IN..POLL_HUP are 1..6 (kernel/signal.c, sig_specific_sicodes()). */
static __always_inline int sig_has_fd(__u32 sig, __s32 code)
{
	return code >= 1 && code <= 6 && !(IOM_OWN_CODES >> (sig & 63) & 1);
}

/* The last part of a signal row's key: the number, and what kind of code. */
static __always_inline __u32 sig_nr(__u32 sig, __s32 code)
{
	return (sig & 127) | (code == 0x80 ? 1 << 7 : code >= 1 && code <= 6 ? 2 << 7 : 0);
}

/* A signal was generated for a watched process. result: TRACE_SIGNAL_* of
 * include/trace/events/signal.h: 0 queued, 1 ignored, 2 already pending,
 * 3 overflow (failed), 4 information lost. Not 0: there was no room to count it. */
static __always_inline int signal_generated(struct iom_session *session, __u32 tgid, int sig,
					    struct iom_siginfo *si, int result)
{
	__u32 fd = sig_has_fd(sig, si->code) ? (__u32)si->fd : IOM_FD_NONE;
	struct iom_row *r = shared_get(
		session, row_key(tgid, fd, IOM_C_SIGGEN, sig_nr(sig, si->code)), tgid);

	if (!r)
		return -1;
	r->nr = sig;
	r->code = si->code;
	add_fetch_old(&r->n[result >= 3 ? IOM_N_ERR : result == 0 ? IOM_N_OK : IOM_N_ZERO], 1);
	return 0;
}

/* f: the call that took it, or NULL. */
static __always_inline void signal_taken(struct iom_slot *s, __u32 class, struct iom_siginfo *si,
					 struct fact *f)
{
	__u32 fd = sig_has_fd(si->signo, si->code) ? si->fd : IOM_FD_NONE;
	struct iom_row *r = row_get(s, fd, class, sig_nr(si->signo, si->code));

	if (!r)
		return;
	r->nr = si->signo;
	r->code = si->code;
	r->n[f && f->slept ? IOM_N_OK_SLEPT : IOM_N_OK]++;
	if (f && f->slept)
		row_slept(r, f);
}

#endif
