/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * alloc.h - memory, or the end of the program: a half report would lie.
 */
#ifndef IOM_ALLOC_H
#define IOM_ALLOC_H

#include <stddef.h>

/* n zeroed elements, never NULL. free() lets go of them. */
void *iom_alloc(size_t n, size_t size);

/* What realloc() or the like gave; NULL ends the program. */
void *iom_memory(void *p);

/* The end of the program, after a line on stderr. */
__attribute__((noreturn)) void iom_out_of_memory(void);

#endif
