/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * served.h - whom a thread's loop serves: who waits while the thread is asleep in something else.
 *
 * In: a capture and the thread's sets. A file of the loop's own sets carries somebody's data if it
 * listens, or if data was moved on it: what only rings carries none.
 */
#ifndef IOM_SERVED_H
#define IOM_SERVED_H

#include "judge/loops.h"

struct served {
	bool *carries; /* capture->nfiles */
	uint64_t files; /* that do */
	bool answers; /* they are one, on which the thread writes too: that one waits for its own answer */
	bool unknown; /* not all files of its sets are known */
};

enum served_by_sleep {
	SERVED_NOBODY, /* else */
	SERVED_ONE, /* nobody but what comes on one file */
	SERVED_OTHERS,
};

struct served iom_served(const struct iom_capture *cap, uint32_t thread, const struct loop_thread *t);
void iom_served_free(struct served *s);

/* Who has to wait while the thread is in this sleep. */
enum served_by_sleep iom_served_by(const struct served *s, const struct acc_wait *w);

#endif
