/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * counts.bpf.h - one call, and how it is counted in its row.
 */
#ifndef IOM_COUNTS_BPF_H
#define IOM_COUNTS_BPF_H

#include "rows.bpf.h"

/* include/linux/errno.h and uapi; negated in results */
#define E_AGAIN	       11
#define E_BADF	       9
#define E_INPROGRESS   115
#define E_RESTART_MIN  512 /* ERESTARTSYS */
#define E_RESTART_BLOCK 516

#define SLEEPS_PER_FAULT 8 /* a network file system sleeps a few times for one page */

#define MSG_DONTWAIT 0x40
#define RWF_NOWAIT   0x08
#define O_NONBLOCK   04000
#define POLL_SMALL   4	  /* sets up to this size are read at every call */
#define POLL_LARGE   256  /* of larger ones so many entries, now and then */
#define POLL_EVERY   16
#define MMSG_MAX     64
#define F_DUPFD		0
#define F_SETFL		4
#define F_SETOWN	8
#define F_SETSIG	10
#define F_SETOWN_EX	15
#define F_DUPFD_CLOEXEC 1030
#define FIONBIO		0x5421
#define FIOASYNC	0x5452

struct fact { /* one call, as sys_exit sees it */
	long ret;
	__u64 waited; /* ns asleep in it */
	__u32 slept;
	__u32 nr;
};

static __always_inline void count_error(struct iom_row *r, struct iom_slot *s, struct fact *f)
{
	if (f->ret == -E_AGAIN || f->ret == -E_INPROGRESS) {
		r->n[f->slept ? IOM_N_AGAIN_SLEPT : IOM_N_AGAIN]++;
		r->retry_mark = s->waits + 1;
	} else if (f->ret <= -E_RESTART_MIN && f->ret >= -E_RESTART_BLOCK) {
		r->n[IOM_N_RESTART]++;
	} else {
		r->n[IOM_N_ERR]++;
	}
}

/* A transfer. end: 0 means end of file; 2: and tells of polling when asked again. */
static __always_inline void count_transfer(struct iom_row *r, struct iom_slot *s, struct fact *f,
					   __u64 bytes, int end)
{
	r->nr = f->nr;
	if (f->slept)
		row_slept(r, f->waited);
	if (f->ret < 0) {
		count_error(r, s, f);
		return;
	}
	if (end && f->ret == 0) {
		r->n[f->slept ? IOM_N_ZERO_SLEPT : IOM_N_ZERO]++;
		if (end == 2)
			r->retry_mark = s->waits + 1;
		return;
	}
	r->bytes += bytes;
	if (f->slept) {
		r->n[IOM_N_OK_SLEPT]++;
	} else {
		r->n[IOM_N_OK]++;
		if (r->retry_mark && r->retry_mark == s->waits + 1)
			r->n[IOM_N_RETRY]++;
	}
	r->retry_mark = 0;
}

static __always_inline void count_sleep(struct iom_slot *s, struct fact *f, __u32 class)
{
	struct iom_row *r;

	if (!f->slept)
		return;
	r = row_get(s, IOM_FD_NONE, class, 0);
	if (!r)
		return;
	r->nr = f->nr;
	row_slept(r, f->waited);
	r->n[f->ret <= -E_RESTART_MIN && f->ret >= -E_RESTART_BLOCK ? IOM_N_RESTART :
								       IOM_N_OK_SLEPT]++;
}

#endif
