/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * headline_none.c - of who does no I/O: what it does instead.
 */
#include "report/headline.h"

#include <stdlib.h>

#include "base/sysname.h"
#include "judge/limits.h"
#include "judge/roles.h"
#include "judge/score.h"
#include "report/asleep.h"
#include "report/sentence.h"
#include "report/view.h"

/* The thread that waits for a child throughout, of a program that does nothing else; NULL: there is none, or
 * several. */
static const struct rep_thread *waits_for_child(const struct rep_process *rp)
{
	const struct rep_thread *one = NULL;

	for (size_t i = 0; i < rp->nthreads; i++) {
		const struct acc_wait *w = iom_only_wait(&rp->threads[i].time);

		if (!w || w->what != ACC_CHILD || !w->path)
			continue;
		if (one)
			return NULL;
		one = &rp->threads[i];
	}
	return one;
}

/* Who computes beside an io_uring may as well look at its completion queue: that is memory. */
static bool may_look_at_ring(const struct rep_process *rp)
{
	const struct iom_capture *cap = rp->cap;
	uint64_t busy = rp->time.running_ns + rp->time.runq_ns;
	size_t i = 0;

	while (i < cap->nfiles && (cap->files[i].tgid != cap->procs[rp->proc].tgid ||
				   cap->files[i].kind != CAP_K_URING || !cap->files[i].open_at_end))
		i++;
	return i < cap->nfiles && busy >= iom_limit(LIMIT_COMPUTES) * rp->time.wall_ns;
}

/* Did it transfer, though so little that it is no way of working? */
static bool has_trifles(const struct rep_process *rp)
{
	for (int m = 0; m < IOM_M_NR; m++)
		if (rp->models[m].transfers || rp->models[m].phase1_ns)
			return true;
	return false;
}

/* What it did beside waiting for children. */
static const char *nothing_else(const struct rep_process *rp)
{
	for (size_t i = 0; i < rp->nthreads && has_trifles(rp); i++)
		for (size_t k = 0; k < rp->threads[i].time.nwaits; k++)
			if (rp->threads[i].time.waits[k].what == ACC_CHILD)
				return "It waits for children, and hardly for any file.";
	return "It transferred nothing and waited for no file.";
}

/* Does it call the kernel for something, whatever comes of it? */
static bool asks(const struct rep_process *rp)
{
	uint32_t tgid = rp->cap->procs[rp->proc].tgid;

	for (size_t i = 0; i < rp->cap->ncalls; i++) {
		const struct cap_calls *r = &rp->cap->calls[i];

		if (r->tgid == tgid && (is_transfer(r->class) || is_readiness(r->class)) && iom_operations(r))
			return true;
	}
	return rp->besides.nr >= 0 || rp->nfindings;
}

/* What a thread does that is awake for so long: a sentence, with the space before it; heap. */
static char *what_is_computed(const struct rep_process *rp)
{
	const struct cap_proc *cp = &rp->cap->procs[rp->proc];
	double most = 0, running = 0;

	for (size_t i = 0; i < rp->nthreads; i++) {
		const struct acc_thread *t = &rp->threads[i].time;
		double part = iom_computing(t);

		if (part > most && !rp->cap->threads[rp->threads[i].thread].kernel_worker) {
			most = part;
			running = (double)t->running_ns / t->wall_ns;
		}
	}
	if (most < iom_limit(LIMIT_COMPUTES) || asks(rp))
		return iom_sentence("%s", "");
	if (iom_view_in_kernel(cp))
		return iom_sentence(" It runs in the kernel most of the time, for page faults or for calls that never "
				    "wait, which are no I/O: `strace -cf -p %u` tells which.", cp->pid);
	return iom_sentence("%s", running < iom_limit(LIMIT_COMPUTES) ? " It computes, whenever it is given a CPU." :
									" It computes.");
}

static char *headline_of_idle(const struct rep_process *rp)
{
	const struct rep_thread *t = waits_for_child(rp);
	const struct acc_wait *w = t ? &t->time.waits[0] : NULL;
	char *computed, *lead, *text;

	if (!t) {
		computed = what_is_computed(rp);
		text = iom_sentence("%s%s%s", nothing_else(rp), computed,
				    !may_look_at_ring(rp) ? "" :
				    " It has an io_uring: were it to look again and again whether a request of before "
				    "is done, that would be no call, and is not seen.");
		free(computed);
		return text;
	}
	lead = iom_lead_text(rp, w, 0);
	text = iom_sentence("It transferred nothing and waited for no file: thread %u is asleep in %s of %s.%s",
			    rp->cap->threads[t->thread].ns_tid, iom_syscall_name(w->nr), w->path, lead);
	free(lead);
	return text;
}

/* What does no I/O may yet call the kernel all the time: to look for a child, a lock, a name. */
char *iom_headline_of_none(const struct rep_process *rp)
{
	const struct rep_sampled *b = &rp->busy;
	char *call, *end, *text;

	if (b->nr < 0)
		return headline_of_idle(rp);
	call = iom_view_sampled(rp->cap, b);
	end = iom_view_sampled_end(b);
	text = iom_sentence("It transferred nothing and waited for no file: thread %u calls %s again and again "
			    "(%s of %s calls that were sampled)%s.", rp->cap->threads[b->thread].ns_tid, call,
			    iom_count(b->samples), iom_count(b->of), end);
	free(call);
	free(end);
	return text;
}
