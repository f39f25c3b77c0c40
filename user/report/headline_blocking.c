/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * headline_blocking.c - of who leaves the waiting to the call: what its threads slept in.
 */
#include "report/headline.h"

#include <stdlib.h>

#include "base/sysname.h"
#include "capture/names.h"
#include "judge/limits.h"
#include "judge/roles.h"
#include "judge/score.h"
#include "report/asleep.h"
#include "report/elsewhere.h"
#include "report/sentence.h"
#include "report/thread_text.h"
#include "report/view.h"

static bool waited_by(const struct ev_proc *p, enum iom_rule rule)
{
	return p->spoke[rule].vote.wait_ns || p->spoke[rule].vote.open_ns;
}

static bool is_in_transfer(const struct acc_wait *w, const void *unused)
{
	(void)unused;
	return iom_is_of_transfer(w);
}

static bool is_in_name(const struct acc_wait *w, const void *unused)
{
	(void)unused;
	return w->what == ACC_OPEN;
}

/* What threads slept in most, of the wanted waits, and who of them did so throughout. */
struct slept_most {
	struct acc_alike in; /* .sum.ns is 0: in none */
	uint32_t idle; /* threads besides, each asleep in one such call throughout */
	int32_t idle_nr; /* the call of the last of them */
};

static bool comes_back(const struct rep_process *rp, acc_wanted wanted)
{
	for (size_t i = 0; i < rp->nthreads; i++)
		for (size_t k = 0; k < rp->threads[i].time.nwaits; k++)
			if (!iom_thread_is_idle(&rp->threads[i]) && wanted(&rp->threads[i].time.waits[k], NULL))
				return true;
	return false;
}

/* How long the threads that are looked at slept in a call, of the wanted waits. */
static uint64_t slept_in_call(const struct rep_process *rp, acc_wanted wanted, bool awake, int32_t nr)
{
	uint64_t ns = 0;

	for (size_t i = 0; i < rp->nthreads; i++)
		for (size_t k = 0; k < rp->threads[i].time.nwaits; k++) {
			const struct acc_wait *w = &rp->threads[i].time.waits[k];

			if (w->nr == nr && wanted(w, NULL) && !(awake && iom_thread_is_idle(&rp->threads[i])))
				ns += w->ns;
		}
	return ns;
}

/* Is that more than the most so far? Of several threads the call alone will be named: then it is the one that all
 * of them slept in longest, and of it the thread that did so most. */
static bool is_more(const struct rep_process *rp, acc_wanted wanted, bool awake, const struct acc_alike *one,
		    const struct acc_alike *most)
{
	uint64_t one_ns, most_ns;

	if (rp->nthreads == 1 || one->sum.nr == most->sum.nr || !most->sum.ns)
		return one->sum.ns > most->sum.ns;
	one_ns = slept_in_call(rp, wanted, awake, one->sum.nr);
	most_ns = slept_in_call(rp, wanted, awake, most->sum.nr);
	return one_ns > most_ns;
}

/* A thread that was never woken tells of what it waits for, not of what the process does: it is looked at
 * where all are such. */
static struct slept_most slept_most(const struct rep_process *rp, acc_wanted wanted)
{
	struct slept_most most = {};
	bool awake = comes_back(rp, wanted);

	for (size_t i = 0; i < rp->nthreads; i++) {
		size_t n;
		struct acc_alike *all = iom_alike(rp->cap, &rp->threads[i].time, wanted, NULL, &n);

		if (n && awake && iom_thread_is_idle(&rp->threads[i])) {
			most.idle++;
			most.idle_nr = all->sum.nr;
			n = 0;
		}
		for (size_t k = 0; k < n; k++)
			if (is_more(rp, wanted, awake, &all[k], &most.in))
				most.in = all[k];
		free(all);
	}
	return most;
}

/* "; 2 threads are asleep so throughout": heap. */
static char *idle_besides(const struct slept_most *most)
{
	if (most->idle == 1)
		return iom_sentence("; one is asleep in %s throughout", iom_syscall_name(most->idle_nr));
	return most->idle ? iom_sentence("; %s are asleep so throughout", iom_count(most->idle)) :
			    iom_sentence("%s", "");
}

/* "fsync(3) /srv/log and another"; of several threads the call alone, since each may have its file: heap. */
static char *slept_in(const struct rep_process *rp, const struct acc_alike *most)
{
	char *call, *text;

	if (rp->nthreads > 1 || most->sum.nr < 0)
		return iom_sentence("%s", iom_syscall_name(most->sum.nr));
	call = iom_view_call(rp->cap, &most->sum);
	text = iom_sentence("%s%s", call, iom_alike_others(most));
	free(call);
	return text;
}

/* A file of a disk has something to read, and room, all the time: what is waited for is the disk, or a lock. */
static bool is_for_stored(const struct iom_capture *cap, const struct acc_wait *w)
{
	return w->what == ACC_SYNC ||
	       (w->what == ACC_TRANSFER && w->file != IOM_NO_FILE && is_stored(cap->files[w->file].kind));
}

/* Does a call from a pipe or to one have a stored file at its other end? Which of the two it slept for is not known. */
static bool has_stored_end(const struct iom_capture *cap, const struct acc_wait *w)
{
	for (size_t i = 0; i < cap->ncalls && (w->class == CAP_C_SPLICE || w->class == CAP_C_COPYRANGE); i++) {
		const struct cap_calls *r = &cap->calls[i];

		if (r->class == w->class && r->file == w->file && r->tid == cap->threads[w->thread].tid &&
		    r->tgid == cap->threads[w->thread].tgid && (r->wait_ns || r->mixed_ns) &&
		    is_stored(r->other == IOM_NO_FILE ? r->other_kind : cap->files[r->other].kind))
			return true;
	}
	return false;
}

/* How long its threads slept in transfers. */
static uint64_t slept_in_transfers(const struct rep_process *rp)
{
	uint64_t ns = 0;

	for (size_t i = 0; i < rp->nthreads; i++)
		for (size_t k = 0; k < rp->threads[i].time.nwaits; k++)
			if (iom_is_of_transfer(&rp->threads[i].time.waits[k]))
				ns += rp->threads[i].time.waits[k].ns;
	return ns;
}

static char *headline_between(const struct rep_process *rp, const struct slept_most *most)
{
	char *call = slept_in(rp, &most->in), *idle = idle_besides(most), *text;

	text = iom_sentence("Its threads sleep inside the transfer call, for one of its two files, most of all in %s%s.",
			    call, idle);
	free(call);
	free(idle);
	return text;
}

/* Of data that others bring or take it is said for whom was waited most, unless what is held up will be. */
static char *headline_streams(const struct rep_process *rp, const struct slept_most *most)
{
	static const char always[] = "When there is nothing to read, or no room to write, its threads sleep inside the "
				     "transfer call";
	struct acc_alike held;
	char *call, *text, *idle;

	if (most->in.sum.ns && has_stored_end(rp->cap, &most->in.sum))
		return headline_between(rp, most);
	if (!most->in.sum.ns || (iom_elsewhere(rp, &held) && iom_is_of_transfer(&held.sum)))
		return iom_sentence("%s.", always);
	call = slept_in(rp, &most->in);
	idle = idle_besides(most);
	text = iom_sentence("%s, most of all in %s%s.", always, call, idle);
	free(call);
	free(idle);
	return text;
}

static char *headline_slept(const struct rep_process *rp)
{
	struct slept_most most = slept_most(rp, is_in_transfer);
	uint64_t slept = slept_in_transfers(rp);
	char *call, *text, *idle;

	if (!most.in.sum.ns || !is_for_stored(rp->cap, &most.in.sum))
		return headline_streams(rp, &most);
	call = slept_in(rp, &most.in);
	idle = idle_besides(&most);
	if (slept < iom_limit(LIMIT_PAGE_SLEPT) * rp->time.running_ns)
		text = iom_sentence("It transfers by calls that may sleep until that is done, and hardly did: %s in "
				    "all, most of it in %s.", iom_time(slept), call);
	else
		text = iom_sentence("Its threads sleep inside the call until that is done, most of all in %s%s.", call,
				    idle);
	free(call);
	free(idle);
	return text;
}

static char *headline_names(const struct rep_process *rp)
{
	struct slept_most most = slept_most(rp, is_in_name);
	char *call, *text;

	if (!most.in.sum.ns)
		return iom_sentence("Its threads sleep in work on names, such as open; no transfer call slept.");
	call = slept_in(rp, &most.in);
	text = iom_sentence("Its threads sleep in %s%s; no transfer call slept.",
			    is_close(most.in.sum.nr) ? "" : "work on names, most of all in ", call);
	free(call);
	return text;
}

/* The transfers of the process, and those of them that slept. */
struct slept_of {
	uint64_t slept, calls;
	uint32_t most; /* row that slept most often, UINT32_MAX: none */
	bool stored; /* all are of files that never wait for another party */
};

static struct slept_of slept_of(const struct iom_evidence *ev, const struct rep_process *rp)
{
	const struct iom_capture *cap = rp->cap;
	struct slept_of all = {.most = UINT32_MAX, .stored = true};
	uint64_t most = 0;

	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];
		uint64_t slept = ev->account->calls[i].slept;
		uint8_t kind = r->file == IOM_NO_FILE ? CAP_K_UNKNOWN : cap->files[r->file].kind;

		if (r->tgid != cap->procs[rp->proc].tgid || !is_transfer(r->class))
			continue;
		all.calls += iom_operations(r);
		all.slept += slept;
		if (iom_is_done(r) && kind != CAP_K_NULL && !is_bell_kind(kind))
			all.stored &= is_stored(kind);
		if (slept > most) {
			most = slept;
			all.most = i;
		}
	}
	return all;
}

/* What counts did not sleep; a doorbell may have been waited for. */
static char *headline_awake(const struct iom_evidence *ev, const struct rep_process *rp)
{
	struct slept_of all = slept_of(ev, rp);
	const char *until = all.stored ? "that is done" : "there is data, or room", *kind;
	const struct cap_calls *r;

	if (!all.slept)
		return iom_sentence("It transfers by calls that may sleep until %s; none of them slept.", until);
	r = &rp->cap->calls[all.most];
	kind = iom_kind_name(r->file == IOM_NO_FILE ? CAP_K_UNKNOWN : rp->cap->files[r->file].kind);
	return iom_sentence("It transfers by calls that may sleep until %s; %s of %s slept, most of all in %s of %s %s.",
			    until, iom_count(all.slept), iom_count(all.calls), iom_syscall_name(r->nr),
			    iom_article(kind), kind);
}

/* Most blocking programs sleep. Those that read files which the kernel has in memory do not, and of
 * them it is not said. */
char *iom_headline_blocking(const struct iom_evidence *ev, const struct rep_process *rp)
{
	const struct ev_proc *p = &ev->procs[rp->proc];

	if (waited_by(p, RULE_SLEPT))
		return headline_slept(rp);
	if (iom_waits_for_pages(p))
		return iom_sentence("Its threads sleep until pages of mapped files are there.");
	if (waited_by(p, RULE_NAME))
		return headline_names(rp);
	if (p->spoke[RULE_ASIDE].vote.transfers)
		return iom_sentence("Its transfers are of files that never wait; none of them slept.");
	return headline_awake(ev, rp);
}
