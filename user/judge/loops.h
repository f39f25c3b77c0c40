/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * loops.h - which readiness calls a thread makes on which sets of files, and which of
 * them is its loop's own.
 *
 * In: a capture and its account. A set is told by its readiness call and by its epoll,
 * by the first file of a poll, or by where the program keeps the sets of a select.
 */
#ifndef IOM_LOOPS_H
#define IOM_LOOPS_H

#include "judge/account.h"

struct loop_set {
	uint8_t class; /* CAP_C_EPOLL_WAIT, _POLL, _SELECT */
	int32_t nr;    /* system call */
	uint32_t file; /* the epoll; the first file of a poll's set; IOM_NO_FILE */
	uint32_t set;  /* select */
	uint32_t main_file; /* of the set: the one on which the thread moves most; or IOM_NO_FILE */
	uint64_t files; /* in the set, the most known; 0: unknown */
	bool several; /* epoll: files is not known, and there were several in the watch, at once or one after another */
	uint32_t nfds; /* select: above all its descriptors, as the program says; 0: unknown */
	uint32_t told; /* select: files in it, as of a call that was under way; 0: unknown */
	bool at_least; /* a select: there may be more, which never were ready */
	uint64_t calls, nowait, forever, empty, empty_fast, slept, events; /* returns; see struct cap_counts */
	uint64_t failed; /* interrupted, or ended by an error */
	uint64_t looked; /* poll: of the calls those of which is known what the set had; large ones are read seldom */
	uint64_t ns;	/* asleep in it, a sleep under way included */
	uint64_t open_ns; /* of these, the sleep under way at the end */
	uint32_t turns; /* index into capture->turns, UINT32_MAX: none */
	bool edge_triggered;
	bool stored, streams; /* poll, select: it has files that are always ready; such that wait for somebody */
	bool shared; /* poll: has a file in common with the first of the thread's sets */
	bool last_left; /* poll: its one file is the only one of the first set that has not ended */
	bool old_files, new_files; /* poll, select: it has files that were open when the watch began; others */
	bool own; /* a loop's, and no readiness call that is made inside a turn of another */
};

struct loop_thread {
	struct loop_set *sets; /* the loop's own first */
	size_t nsets;
};

struct iom_loops {
	struct loop_thread *threads; /* capture->nthreads */
};

/* Both are borrowed; of the account's waits `own` is set. Out of memory ends the program. */
struct iom_loops *iom_loops(const struct iom_capture *cap, struct iom_account *acc);
void iom_loops_free(struct iom_loops *loops, const struct iom_capture *cap);

/* The thread's sets are known: puts the loop's own one first, and marks what else is its own. A stage of
 * iom_loops() (own_sets.c). */
void iom_choose_own(const struct iom_capture *cap, const struct cap_thread *ct, struct loop_thread *t);

#endif
