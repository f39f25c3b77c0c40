/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sysname.h - names of numbers, x86-64 (asm/unistd_64.h, linux/io_uring.h).
 */
#ifndef IOM_SYSNAME_H
#define IOM_SYSNAME_H

/* Static strings; "call" and "request" for numbers not known here. */
const char *iom_syscall_name(int nr);
const char *iom_uring_opcode_name(int opcode);

#endif
