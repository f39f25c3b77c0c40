/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * errname.h - what error numbers of system calls mean.
 */
#ifndef IOM_ERRNAME_H
#define IOM_ERRNAME_H

/* "EMFILE"; "error" for numbers that have no name. Static, in no language but C's. */
const char *iom_errno_name(int error);
/* "EMFILE (too many open files)", or "error 1234": heap. */
char *iom_errno_text(int error);

/* The kernel's own (linux/errno.h), which no program sees: a signal ended the call, which is then begun again or
 * fails with EINTR. */
#define IOM_RESTART_FIRST 512 /* ERESTARTSYS */
#define IOM_RESTART_LAST  516 /* ERESTART_RESTARTBLOCK */

#endif
