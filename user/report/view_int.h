/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * view_int.h - between view.c, which shows files, and view_threads.c.
 */
#ifndef IOM_VIEW_INT_H
#define IOM_VIEW_INT_H

#include "report/view.h"

/* Fills v->threads, which must be empty. */
void iom_view_threads(struct view *v, const struct rep_process *rp, bool verbose);

#endif
