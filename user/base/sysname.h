/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sysname.h - what numbers mean: system calls of x86-64 and operations of io_uring.
 */
#ifndef IOM_SYSNAME_H
#define IOM_SYSNAME_H

#include <stdbool.h>

/* Static strings; "call" and "request" for numbers not known here. */
const char *iom_syscall_name(int nr);
const char *iom_uring_opcode_name(int opcode);

/* Does the operation move data of a file, connect or sync one? Does it only ask whether
 * a file is ready? */
bool iom_uring_moves_data(int opcode);
bool iom_uring_only_polls(int opcode);
bool iom_uring_works_on_names(int opcode);

#endif
