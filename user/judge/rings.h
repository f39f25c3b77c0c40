/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rings.h - what was asked of io_uring and libaio, ring by ring.
 */
#ifndef IOM_RINGS_H
#define IOM_RINGS_H

#include "judge/evidence.h"
#include "report/report.h"

/* The rings of a process of the report, whose threads are there already. */
void iom_rings(const struct iom_evidence *ev, struct rep_process *rp);

#endif
