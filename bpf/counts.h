/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * counts.h - one call, and how it is counted in its row.
 */
#ifndef IOM_COUNTS_H
#define IOM_COUNTS_H

#include "slot.h"

/* include/linux/errno.h and uapi; negated in results */
#define IOM_EINTR	  4
#define IOM_EAGAIN	  11
#define IOM_EBADF	  9
#define IOM_EINPROGRESS	  115
#define IOM_ETIMEDOUT	  110
#define IOM_RESTART_MIN	  512 /* ERESTARTSYS */
#define IOM_RESTART_BLOCK 516

/* Interrupted: the kernel starts the call again, or the C library does. */
static __always_inline int will_restart(long ret)
{
	return ret <= -IOM_RESTART_MIN && ret >= -IOM_RESTART_BLOCK;
}

static __always_inline void row_failed(struct iom_row *r, long ret)
{
	r->n[IOM_N_ERR]++;
	if (ret == -IOM_EINTR)
		return;
	r->n[IOM_N_FAILED]++;
	r->error = -ret;
}

static __always_inline void count_error(struct iom_row *r, struct iom_slot *s, struct fact *f)
{
	if (f->ret == -IOM_EAGAIN || f->ret == -IOM_EINPROGRESS) {
		r->n[f->slept ? IOM_N_AGAIN_SLEPT : IOM_N_AGAIN]++;
		r->retry_mark = s->waits + 1;
	} else if (will_restart(f->ret)) {
		r->n[IOM_N_RESTART]++;
	} else {
		row_failed(r, f->ret);
	}
}

/* A transfer. end: 0 means end of file; 2: and tells of polling when asked again. */
static __always_inline void count_transfer(struct iom_row *r, struct iom_slot *s, struct fact *f,
					   __u64 bytes, int end)
{
	r->nr = f->nr;
	if (f->slept)
		row_slept(r, f);
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

/* A call that slept and moved nothing, of those that timed out as ZERO; one that did not sleep leaves
 * no trace, unless it asked for a lock that somebody else has, without waiting for it. */
static __always_inline void count_sleep(struct iom_slot *s, struct fact *f, __u32 class, __u32 fd)
{
	int refused = !f->slept && class == IOM_C_LOCK && f->ret == -IOM_EAGAIN;
	struct iom_row *r;

	if (!f->slept && !refused)
		return;
	r = row_get(s, fd, class, f->nr);
	if (!r)
		return;
	r->nr = f->nr;
	if (refused) {
		row_failed(r, f->ret);
		return;
	}
	row_slept(r, f);
	r->n[will_restart(f->ret)	    ? IOM_N_RESTART :
	     f->ret == -IOM_ETIMEDOUT ? IOM_N_ZERO_SLEPT :
					IOM_N_OK_SLEPT]++;
}

/* A call on a descriptor that is no open file, or one that cannot be used like this (O_PATH,
 * the wrong mode): nothing is said of any file. Who closes all descriptors that there might
 * be tries each once; only one that is tried again counts as failing. fd may be IOM_FD_NONE. */
IOM_SEPARATE int count_no_file(iom_slot_ref ref, struct fact *f, __u64 fd)
{
	struct iom_slot *s = slot_of(ref);
	__u32 at = fd < IOM_FD_NONE ? fd + 1 : IOM_FD_NONE;
	struct iom_row *r;

	if (!s || !f)
		return 0;
	r = row_get(s, IOM_FD_NONE, IOM_C_OTHER, f->nr);
	if (!r)
		return 0;
	r->nr = f->nr;
	if (f->slept)
		row_slept(r, f);
	r->n[f->slept ? IOM_N_OK_SLEPT : IOM_N_ERR]++;
	if (!r->no_file || r->no_file == at) {
		r->n[IOM_N_FAILED]++;
		r->error = IOM_EBADF;
	}
	r->no_file = at;
	return 0;
}

#endif
