/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * view_int.h - between the parts of the view.
 */
#ifndef IOM_VIEW_INT_H
#define IOM_VIEW_INT_H

#include "report/view.h"

/* Room for one more element of this size after n; it is zeroed. */
void *view_more(void *v, size_t n, size_t size);

void view_threads(struct view *v, const struct rep_process *rp, bool verbose);

#endif
