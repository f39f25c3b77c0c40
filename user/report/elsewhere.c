/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/elsewhere.h"

#include <stdlib.h>

#include "judge/limits.h"
#include "judge/roles.h"
#include "report/view.h"

/* A sleep that the sentence about the model does not tell of. What threads sleep for each other, for
 * work or for a lock, is no news. */
static bool is_untold(const struct acc_wait *w, const void *model)
{
	if (w->own)
		return false;
	switch (w->what) {
	case ACC_TRANSFER:
	case ACC_SYNC:
	case ACC_QUEUE:
	case ACC_OPEN:
	case ACC_READINESS:
		return *(const enum iom_model *)model == IOM_M_MULTIPLEXED;
	case ACC_LOCK:
		return w->class == CAP_C_LOCK;
	case ACC_TIMER:
	case ACC_CHILD:
	case ACC_DEVICE:
		return true;
	default:
		return false;
	}
}

/* Among many threads those that read, accept or pause may have nothing to do. One that cannot go on
 * with what it has got is held up. */
static bool is_held_up(const struct acc_wait *w, const void *unused)
{
	(void)unused;
	switch (w->what) {
	case ACC_TRANSFER:
		return w->class == CAP_C_WRITE || w->class == CAP_C_SEND || w->class == CAP_C_CONNECT ||
		       w->class == CAP_C_SENDFILE;
	case ACC_LOCK:
		return w->class == CAP_C_LOCK;
	case ACC_SYNC:
	case ACC_OPEN:
		return true;
	default:
		return false;
	}
}

static bool is_at_work(const struct rep_thread *t)
{
	return iom_view_transfers(t) || (t->loop.is_loop && t->loop.calls);
}

/* The longest of such sleeps of a thread, if it is longer than most, and much of its time. */
static bool take_longer(const struct rep_process *rp, const struct rep_thread *t, acc_wanted wanted,
			struct acc_alike *most)
{
	size_t n;
	struct acc_alike *all = iom_alike(rp->cap, &t->time, wanted, &rp->verdict.model, &n);
	bool is = n && all->sum.ns >= iom_limit(LIMIT_ELSEWHERE) * t->time.wall_ns &&
		  all->sum.ns > most->sum.ns;

	if (is)
		*most = *all;
	free(all);
	return is;
}

const struct rep_thread *iom_elsewhere(const struct rep_process *rp, struct acc_alike *most)
{
	const struct rep_thread *t = iom_view_principal(rp), *held = NULL;

	*most = (struct acc_alike){};
	if (t && (rp->nthreads == 1 || is_at_work(t)) && take_longer(rp, t, is_untold, most))
		return t;
	for (size_t i = 0; i < rp->nthreads && rp->nthreads > 1; i++)
		if (!rp->cap->threads[rp->threads[i].thread].kernel_worker &&
		    take_longer(rp, &rp->threads[i], is_held_up, most))
			held = &rp->threads[i];
	return held;
}
