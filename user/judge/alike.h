/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * alike.h - waits of one thread in the same call on files of the same kind, as one.
 *
 * A program that makes a connection, a descriptor or a lock file for each request sleeps in
 * one call on many files: each of them has only its part of the whole.
 */
#ifndef IOM_ALIKE_H
#define IOM_ALIKE_H

#include "judge/account.h"

struct acc_alike {
	struct acc_wait sum; /* the file and path are those of the longest wait among them */
	uint64_t others;     /* further files */
};

/* Which waits are looked at. */
typedef bool (*acc_wanted)(const struct acc_wait *w, const void *arg);

/* The wanted waits of a thread, what lasted longest first: heap, their number in *n. */
struct acc_alike *iom_alike(const struct iom_capture *cap, const struct acc_thread *t, acc_wanted wanted,
			    const void *arg, size_t *n);

/* "", " and another", " and 7 others": one static buffer, good until the next one. */
const char *iom_alike_others(const struct acc_alike *a);

#endif
