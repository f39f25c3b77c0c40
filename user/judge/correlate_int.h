/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * correlate_int.h - shared by the parts of correlate: watchers.c (who waits for
 * which file), votes.c (transfers and requests), waiting.c (sleeps and tries).
 */
#ifndef IOM_CORRELATE_INT_H
#define IOM_CORRELATE_INT_H

#include "judge/correlate.h"

/* One vote counts for the thread, the file and the process at once. t and f may be NULL. */
struct ballot {
	struct cor_thread *t;
	struct cor_file *f;
	struct cor_proc *p;
	bool helper; /* the thread is glibc's: for the process its work is asynchronous */
};

void cor_vote(struct ballot *b, enum iom_model m, uint64_t transfers, uint64_t bytes, uint64_t wait,
	      uint64_t ops);

/* The last thread that had this number in this process, or NULL. */
struct cor_thread *cor_thread_of(struct iom_correlation *cor, uint32_t tid, uint32_t tgid);
struct cor_proc *cor_proc_of(struct iom_correlation *cor, uint32_t tgid);

void cor_find_watchers(struct iom_correlation *cor);
void cor_vote_rows(struct iom_correlation *cor);
void cor_vote_waiting(struct iom_correlation *cor);

/* Requests that move data, and those that only ask for readiness. */
bool cor_moves_data(const struct cap_requests *r);
bool cor_only_polls(const struct cap_requests *r);

/* All calls of a row; one that the kernel restarts is none of its own. */
uint64_t cor_operations(const struct cap_calls *r);

static inline bool is_transfer(uint8_t class)
{
	return class >= CAP_C_READ && class <= CAP_C_COPYRANGE;
}

static inline bool is_readiness(uint8_t class)
{
	return class >= CAP_C_EPOLL_WAIT && class <= CAP_C_SELECT;
}

/* Files that tell of something else than data. */
static inline bool is_doorbell(uint8_t kind)
{
	return kind == CAP_K_EVENTFD || kind == CAP_K_TIMERFD || kind == CAP_K_SIGNALFD ||
	       kind == CAP_K_URING;
}

/* Files that never wait for another party. */
static inline bool is_stored(uint8_t kind)
{
	return kind == CAP_K_REG || kind == CAP_K_DIR || kind == CAP_K_BLK || kind == CAP_K_PROC;
}

#endif
