/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * caller.h - who called sudo.
 */
#ifndef IOM_CALLER_H
#define IOM_CALLER_H

#include <sys/types.h>

/* -1: it was not sudo, or we are not root. */
uid_t iom_caller_uid(void);

/* Under sudo an open file, which must be one that we made, becomes the caller's.
 * 0 or -errno; 0 without sudo. */
int iom_give_to_caller(int fd);

#endif
