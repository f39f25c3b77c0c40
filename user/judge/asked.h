/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * asked.h - what a rule is asked about: operations that are alike. Shared by votes.c, which
 * asks, and rules.c, which answers.
 */
#ifndef IOM_ASKED_H
#define IOM_ASKED_H

#include "judge/evidence.h"

enum asked_what {
	ASK_NOTHING,	/* no I/O */
	ASK_REQUEST,	/* handed over to the kernel */
	ASK_COMPLETION, /* sleep in handing over, or until requests are done */
	ASK_READINESS,	/* sleep in a readiness call */
	ASK_SIGNAL,	/* sleep until a signal */
	ASK_EVENT,	/* a signal that is the event itself */
	ASK_PAGE,	/* sleep for pages of a mapped file */
	ASK_NAME,	/* sleep in work on names: open, stat, rename */
	ASK_SLEPT,	/* transfers that slept in the call */
	ASK_DONE,	/* those that did not */
};

/* One side of a transfer: a file and how it can be waited for. */
struct side {
	uint32_t file;
	uint8_t kind;
	bool stored; /* never waits for another party: O_NONBLOCK and readiness mean nothing to it */
	bool nonblock, async;
	enum ev_watch watch;
	bool watch_sleeps;
};

/* A number of like operations. */
struct asked {
	enum asked_what what;
	struct ev_vote n; /* how many, and how long they waited */
	uint32_t calls;	  /* index into cap->calls or UINT32_MAX */
	struct ev_proc *p;
	struct ev_thread *t; /* NULL: unknown */
	const struct ev_set *set;
	struct side side;
	bool may_sleep; /* neither the file nor the call said not to wait */
	bool growing;	/* reads of a file that is read on after its end, again and again */
	bool again;	/* the same thread had been told that there is nothing yet */
};

/* The first rule that holds, from one of the list on. There always is one. */
enum iom_rule iom_first_rule(const struct asked *q, enum iom_rule from);

#endif
