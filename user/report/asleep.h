/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * asleep.h - of a process whose threads sleep: in what, for whom, and who could end that.
 */
#ifndef IOM_ASLEEP_H
#define IOM_ASLEEP_H

#include "report/report.h"

/* The sleep that a thread was in from the beginning to the end; NULL: it was not. */
const struct acc_wait *iom_only_wait(const struct acc_thread *t);

/* " What process 12 does, `iomodel attach 12` tells.", where the sleep ends when that process does
 * something; "" otherwise. peer: the process at the other end of what the sleep is for; 0: it is not
 * known; below 0: several. Heap. */
char *iom_lead_text(const struct rep_process *rp, const struct acc_wait *w, int peer);

/* The process at the other end of a pipe or a unix socket, by its name; 0: none is named. */
int iom_peer_of(const struct cap_file *f);
int iom_peer_of_file(const struct iom_capture *cap, uint32_t file);

/* All threads slept throughout: in what. NULL: one was awake. Heap; names in it are raw bytes. */
char *iom_headline_of_sleepers(const struct rep_process *rp);

/* Threads that wait for each other in a ring; NULL: there are none. Heap. */
char *iom_deadlock(const struct rep_process *rp);

/* What the thread sleeps in that most of the others wait for in the end; NULL: there is none, or some wait for each
 * other. Heap. */
char *iom_held_up_by(const struct rep_process *rp);

#endif
