/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * waiting.h - what a readiness call waits for, by name.
 */
#ifndef IOM_WAITING_H
#define IOM_WAITING_H

#include <sys/types.h>

#include "report/report.h"

/* "tcp listen 127.0.0.1:80, pipe:[7] <- cat 12 fd 1 and 3 more", heap; NULL: not known, or one
 * file alone, which the wait itself names. */
char *iom_waiting_for(const struct iom_capture *cap, const struct acc_wait *w);

/* The other process that has the pipes and unix sockets which the wait is for, where it is one; 0: not
 * known. */
pid_t iom_waiting_peer(const struct iom_capture *cap, const struct acc_wait *w);

#endif
