/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * alloc.h - memory, or the end of the program: a half report would lie.
 */
#ifndef IOM_ALLOC_H
#define IOM_ALLOC_H

#include <stddef.h>

/* n zeroed elements, never NULL. free() lets go of them. */
void *iom_alloc(size_t n, size_t size);

#endif
