/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * headline.h - the sentence that a report begins with.
 */
#ifndef IOM_HEADLINE_H
#define IOM_HEADLINE_H

#include "judge/evidence.h"
#include "report/report.h"

/* Of a process that was judged; heap. */
char *iom_headline(const struct iom_evidence *ev, const struct rep_process *rp);

/* The same of one whose verdict is none: what it does instead of I/O; heap. */
char *iom_headline_of_none(const struct rep_process *rp);

/* The same of one whose verdict is blocking (headline_blocking.c); heap. */
char *iom_headline_blocking(const struct iom_evidence *ev, const struct rep_process *rp);

/* A wait that a blocking program transfers by. */
static inline bool iom_is_of_transfer(const struct acc_wait *w)
{
	return w->what == ACC_TRANSFER || w->what == ACC_SYNC || w->what == ACC_QUEUE;
}

/* Did any call of the row bring, or take, something? */
static inline bool iom_is_done(const struct cap_calls *r)
{
	return r->n.ok || r->n.ok_slept;
}

#endif
