/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * thread_text.h - what one thread did, in a line.
 */
#ifndef IOM_THREAD_TEXT_H
#define IOM_THREAD_TEXT_H

#include "report/report.h"

/* What there is to say of a thread. */
enum iom_thread_way { WAY_WORKER, WAY_LOOP, WAY_IDLE, WAY_WAITS, WAY_RUNS, WAY_NOTHING };

/* most: the thread's iom_main_wait(). */
enum iom_thread_way iom_thread_way(const struct iom_capture *cap, const struct rep_thread *t,
				   const struct acc_wait *most);

/* All sleeps of a thread in one call, whatever the file; the file where one matters most. */
struct acc_wait iom_main_wait(const struct acc_thread *t);

/* One sleep fills its watch: not many, one after the other, in the same call. */
bool iom_thread_is_idle(const struct rep_thread *t);

/* Waits for other threads or for a time: what a thread of a pool does between two pieces of work. */
bool iom_is_parked(const struct acc_wait *w);

/* Heap. Names in it are raw bytes. */
char *iom_thread_text(const struct iom_capture *cap, const struct rep_thread *t);
/* The same of one that is idle; others: further files, of threads that wait so. */
char *iom_thread_idle_text(const struct iom_capture *cap, const struct rep_thread *t, uint64_t others);

#endif
