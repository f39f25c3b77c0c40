/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * elsewhere.h - what a process sleeps in that its model does not tell of.
 */
#ifndef IOM_ELSEWHERE_H
#define IOM_ELSEWHERE_H

#include "judge/alike.h"
#include "report/report.h"

/* The thread that slept so, and in what, where that is much of its time; NULL: none. */
const struct rep_thread *iom_elsewhere(const struct rep_process *rp, struct acc_alike *most);

#endif
