/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * account_calls.c - what the sleep of each row of calls was for: the call itself, or pages.
 */
#include <errno.h>

#include "judge/account.h"
#include "judge/limits.h"
#include "judge/roles.h"

static bool is_for_its_own_pages(const struct iom_capture *cap, const struct cap_calls *r)
{
	uint32_t file = iom_slept_for(cap, r);

	return r->class == CAP_C_SYNC ||
	       (is_transfer(r->class) && file != IOM_NO_FILE && is_stored(cap->files[file].kind));
}

/* Whatever a submission slept for, it was in the call that should not sleep. A fault
 * outside calls that has others with it, which were not seen: most of it was for pages. */
static bool is_all_its_own(uint8_t class)
{
	return class == CAP_C_AIO_SUBMIT || class == CAP_C_URING_SUBMIT || class == CAP_C_FAULT;
}

/*
 * Calls that slept while pages were brought in. A transfer of a stored file sleeps for
 * pages itself. Of the others the call's usual sleep is known from those without page
 * faults, if there are such; else pages account for all that they can have taken.
 */
static void split_pages(const struct iom_capture *cap, const struct cap_calls *r, struct acc_calls *a)
{
	uint64_t own = r->mixed_ns, usual = a->slept ? a->ns / a->slept : 0;

	if (!r->mixed)
		return;
	if (is_all_its_own(r->class)) {
		a->unsplit_ns = r->mixed_ns;
	} else if (!is_for_its_own_pages(cap, r)) {
		if (a->slept)
			own = usual * r->mixed < r->mixed_ns ? usual * r->mixed : r->mixed_ns;
		else if (r->mixed_ns <= r->faults * iom_limit(LIMIT_PAGE_NS))
			own = 0;
		a->unsplit_ns = r->mixed_ns;
	}
	if (own) {
		a->slept += r->mixed;
		a->ns += own;
		if (r->mixed_max_ns > a->max_ns && own == r->mixed_ns)
			a->max_ns = r->mixed_max_ns;
	} else {
		a->pages = r->mixed;
	}
	a->page_ns = r->mixed_ns - own;
}

/* Turns that began and ended with a sleep in the readiness calls of a row. */
static uint64_t turns_between(const struct iom_capture *cap, const struct cap_calls *r)
{
	for (size_t i = 0; i < cap->nturns && is_readiness(r->class); i++) {
		const struct cap_turns *n = &cap->turns[i];

		if (n->tid == r->tid && n->tgid == r->tgid && n->class == r->class && n->file == r->file &&
		    (r->class != CAP_C_SELECT || n->set == r->set))
			return n->exact;
	}
	return 0;
}

/* Of calls that failed or were interrupted it is not counted which slept: so many did, at least,
 * since none slept longer than the longest, and a sleep came before each turn. */
static uint64_t slept_at_least(const struct iom_capture *cap, const struct cap_calls *r, uint64_t known)
{
	uint64_t unknown = r->n.err + (is_sleep(r->class) ? 0 : r->n.restart);
	uint64_t least = r->max_wait_ns ? (r->wait_ns + r->max_wait_ns - 1) / r->max_wait_ns : !!r->wait_ns;
	uint64_t turns = unknown && r->wait_ns ? turns_between(cap, r) : 0;

	if (least < turns)
		least = turns;
	/* A message queue says that nothing came only after the time has run out. */
	if (r->wait_ns && r->error == ETIMEDOUT && (r->class == CAP_C_QUEUE_GET || r->class == CAP_C_QUEUE_PUT) &&
	    least < known + r->n.failed)
		least = known + r->n.failed;
	if (least > known + unknown)
		least = known + unknown;
	return known < least ? least : known;
}

void iom_account_calls(const struct iom_capture *cap, struct acc_calls *calls)
{
	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];
		struct acc_calls *a = &calls[i];
		uint64_t slept = r->n.ok_slept + r->n.zero_slept + r->n.again_slept;

		/* Interrupted ones, and those that failed, slept too: their time is in wait_ns. */
		if (is_sleep(r->class))
			slept += r->n.restart;
		a->slept = slept_at_least(cap, r, slept > r->mixed ? slept - r->mixed : 0);
		if (!a->slept && r->wait_ns)
			a->slept = 1;
		a->ns = r->wait_ns;
		a->max_ns = r->max_wait_ns;
		split_pages(cap, r, a);
	}
}
