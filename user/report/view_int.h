/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * view_int.h - between the files that make a view, and nobody else.
 */
#ifndef IOM_VIEW_INT_H
#define IOM_VIEW_INT_H

#include "report/view.h"

/* Room for one element more than n, zeroed. Out of memory ends the program. */
void *iom_view_more(void *v, size_t n, size_t size);

/* Fills v->threads, which must be empty. */
void iom_view_threads(struct view *v, const struct rep_process *rp, bool verbose);

#endif
