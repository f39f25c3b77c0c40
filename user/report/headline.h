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

#endif
