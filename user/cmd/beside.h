/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * beside.h - programs that belong to iomodel and lie beside it: in the source tree, in a kit
 * of the lab, or installed.
 */
#ifndef IOM_BESIDE_H
#define IOM_BESIDE_H

/* Heap: the path of the first of these that can be executed. Places are relative to the folder
 * that this program's own file is in. NULL: none is there, or no memory. */
char *iom_beside(const char *const *places, unsigned int n);

#endif
