/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sandbox.h - the system calls that the two kinds of helpers may make; any other
 * one fails with EPERM. For the calling process and its children, for good.
 * 0 or a negative errno.
 */
#ifndef IOM_SANDBOX_H
#define IOM_SANDBOX_H

/* Looks at /proc, at memory and at files, and starts parsers: nothing that
 * changes a file or another process. */
int sandbox_reader(void);

/* Reads the files that it has open, and computes. */
int sandbox_parser(void);

#endif
