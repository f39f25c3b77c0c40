/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * threads.h - from a thread's number to its place in the capture.
 */
#ifndef IOM_THREADS_H
#define IOM_THREADS_H

#include "capture/capture.h"

struct iom_threads;

struct iom_threads *iom_threads(const struct iom_capture *cap);
void iom_threads_free(struct iom_threads *x);
/* The last thread that had this number in this process, or UINT32_MAX. */
uint32_t iom_thread_find(const struct iom_threads *x, uint32_t tid, uint32_t tgid);

#endif
