/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * correlate_int.h - shared by the parts of correlate: watchers.c (who waits for
 * which file), votes.c (transfers and requests), waiting.c (sleeps and tries).
 */
#ifndef IOM_CORRELATE_INT_H
#define IOM_CORRELATE_INT_H

#include "judge/correlate.h"
#include "judge/roles.h"

/* One vote counts for the thread, the file and the process at once. t and f may be NULL. */
struct ballot {
	struct cor_thread *t;
	struct cor_file *f;
	struct cor_proc *p;
	bool helper; /* the thread is glibc's: for the process its work is asynchronous */
};

void cor_vote(struct ballot *b, enum iom_model m, uint64_t transfers, uint64_t bytes, uint64_t wait,
	      uint64_t ops);

/* See threads.h. */
struct cor_thread *cor_thread_of(struct iom_correlation *cor, uint32_t tid, uint32_t tgid);
struct cor_proc *cor_proc_of(struct iom_correlation *cor, uint32_t tgid);

void cor_find_watchers(struct iom_correlation *cor);
void cor_vote_rows(struct iom_correlation *cor);
void cor_vote_waiting(struct iom_correlation *cor);

/* Requests that move data, and those that only ask for readiness. */
bool cor_moves_data(const struct cap_requests *r);
bool cor_only_polls(const struct cap_requests *r);

#endif
