/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * parts.h - a capture taken apart by process, so that what is done for each of
 * ten thousand processes need not walk through what belongs to the others.
 */
#ifndef IOM_PARTS_H
#define IOM_PARTS_H

#include <stddef.h>

#include "capture/capture.h"

/*
 * Captures of one process each, in the order of cap->procs; of processes that
 * had one number after the other, of all of these. Each has what belongs to its
 * process, in the order of the whole, with indices of its own; what says
 * something of the watch as a whole is in all of them. Texts and what is not
 * divided are borrowed from cap, which must outlive them. Heap array of *n; give
 * it back to iom_parts_free(). Out of memory ends the program.
 */
struct iom_capture *iom_parts(const struct iom_capture *cap, size_t *n);
void iom_parts_free(struct iom_capture *parts, size_t n);

#endif
