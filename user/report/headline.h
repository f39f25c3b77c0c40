/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * headline.h - the sentence that a report begins with.
 */
#ifndef IOM_HEADLINE_H
#define IOM_HEADLINE_H

#include "report/report.h"

/* Heap. unseen: data of the process moves by shared memory, which no call shows. */
char *iom_headline(const struct rep_process *rp, bool unseen);

#endif
