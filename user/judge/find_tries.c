/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * find_tries.c - trying what is not ready: eagain-spin, spurious-ready.
 */
#include <poll.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/sysname.h"
#include "judge/doorbell.h"
#include "judge/findings.h"
#include "judge/limits.h"
#include "judge/roles.h"
#include "report/sentence.h"

/* What all threads of the process did to a file by calls of one class. */
struct tries {
	bool first; /* it stands at the place of the first row of these calls; elsewhere it is empty */
	uint64_t taken, again;
};

static bool is_asked(const struct cap_calls *r)
{
	return 2 * iom_only_asked(r) > r->n.again;
}

/* What the attempts of the row were for. FIONREAD says how much any call could take. */
static uint64_t done_for(const struct search *s, const struct cap_calls *one)
{
	uint64_t done = one->n.ok + one->n.ok_slept;

	for (size_t i = 0; i < s->cap->ncalls && is_asked(one); i++) {
		const struct cap_calls *r = &s->cap->calls[i];

		if (r != one && r->tgid == s->tgid && r->file == one->file && is_input(r->class))
			done += r->n.ok + r->n.ok_slept;
	}
	return done;
}

/* What said EAGAIN how often: heap. */
static char *eagain_text(const struct iom_capture *cap, const struct cap_calls *r, uint64_t taken)
{
	const char *name = iom_finding_name(cap, r->file);
	const char *again = iom_count(r->n.again), *done = iom_count(taken);

	if (is_asked(r))
		return iom_sentence("ioctl(%d, FIONREAD) of %s said %s times that nothing is there, for %s reads",
				    cap->files[r->file].fd, name, again, done);
	return iom_sentence("%s(%d) %s said EAGAIN %s times for %s that succeeded", iom_syscall_name(r->nr),
			    cap->files[r->file].fd, name, again, done);
}

/* A loop for other files that looks, at most once a turn, whether the process has told itself something. */
static bool looks_for_notes(const struct search *s, const struct cap_calls *r, uint64_t times)
{
	const struct rep_thread *rt = iom_finding_thread(s, r->tid, r->tgid);

	return rt && rt->loop.is_loop && !s->ev->threads[rt->thread].spin && times <= rt->loop.calls &&
	       iom_is_from_within(s->cap, &s->cap->files[r->file]);
}

static void find_eagain(struct search *s)
{
	const struct iom_capture *cap = s->cap;

	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];
		uint64_t again = r->n.again, done;
		struct rep_finding *f;
		char *said;

		if (r->tgid != s->tgid || !is_transfer(r->class) || r->file == IOM_NO_FILE ||
		    again < iom_limit(LIMIT_AGAIN) || s->ev->files[r->file].watch == EV_WATCHED ||
		    is_stored(cap->files[r->file].kind)) /* RWF_NOWAIT: others wait for the disk */
			continue;
		done = done_for(s, r);
		if (again < iom_limit(LIMIT_AGAIN_EACH) * done || (!done && looks_for_notes(s, r, 0)))
			continue;
		said = eagain_text(cap, r, done);
		f = iom_finding_add(s, "eagain-spin", IOM_SEV_WARNING,
				    iom_sentence("%s, and nobody waited for it to become ready. Usual way out: epoll "
						 "or poll, or a blocking file.", said));
		free(said);
		f->count = again;
		f->nr = r->nr;
		f->file = r->file;
	}
}

struct placed {
	const struct cap_calls *r;
	size_t at;
};

static bool are_of_one(const struct cap_calls *x, const struct cap_calls *y)
{
	return x->tgid == y->tgid && x->file == y->file && x->class == y->class;
}

static int by_file_and_class(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->r->tgid != y->r->tgid)
		return x->r->tgid < y->r->tgid ? -1 : 1;
	if (x->r->file != y->r->file)
		return x->r->file < y->r->file ? -1 : 1;
	if (x->r->class != y->r->class)
		return x->r->class < y->r->class ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* By the place of each row of calls; heap. There may be as many files as a server has connections. */
static struct tries *all_tries(const struct iom_capture *cap)
{
	struct placed *rows = iom_alloc(cap->ncalls + 1, sizeof(*rows));
	struct tries *all = iom_alloc(cap->ncalls + 1, sizeof(*all)), *of = all;

	for (size_t i = 0; i < cap->ncalls; i++)
		rows[i] = (struct placed){&cap->calls[i], i};
	qsort(rows, cap->ncalls, sizeof(*rows), by_file_and_class);
	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = rows[i].r;

		if (!i || !are_of_one(rows[i - 1].r, r))
			of = &all[rows[i].at];
		of->first = true;
		of->taken += r->n.ok + r->n.ok_slept;
		of->again += r->n.again - iom_only_asked(r);
	}
	free(rows);
	return all;
}

static bool is_edge_triggered(const struct iom_capture *cap, uint32_t file)
{
	size_t n;
	const struct cap_registration *in = iom_capture_epolls(cap, file, &n);

	while (n && !(in[n - 1].events >> 31)) /* EPOLLET */
		n--;
	return n;
}

static bool is_spurious(const struct iom_capture *cap, uint32_t file, const struct tries *d)
{
	double usual = iom_limit(LIMIT_SPURIOUS_EACH);

	if (is_edge_triggered(cap, file))
		usual += iom_limit(LIMIT_SPURIOUS_EDGES);
	return d->again >= iom_limit(LIMIT_SPURIOUS) && d->again >= usual * d->taken;
}

/* Is it an error that some loop is kept awake by? Reading does not fetch those of an error queue (ip(7),
 * IP_RECVERR): it is tried since there is something, and finds nothing. */
static bool has_error_waiting(const struct search *s, uint32_t file)
{
	struct rep_awake by;

	for (size_t i = 0; i < s->rp->nthreads; i++)
		if (iom_awake_by(&s->rp->threads[i], &by) && by.file == file && by.events & POLLERR)
			return true;
	return false;
}

/* Some loops try all that they have in each turn, whatever poll said of it: a call each in vain, and no more.
 * Of an epoll and of select it is not known how often they said nothing. */
static bool is_tried_each_turn(const struct search *s, const struct cap_calls *r, const struct tries *d)
{
	const struct rep_thread *rt = iom_finding_thread(s, r->tid, r->tgid);
	uint64_t ready = 0, not_ready = 0;

	for (size_t i = 0; i < s->cap->ninterests; i++) {
		const struct cap_interest *in = &s->cap->interests[i];

		if (in->tgid != s->tgid || in->file != r->file || in->by_select)
			continue;
		ready += in->ready;
		not_ready += in->not_ready;
	}
	return rt && rt->loop.is_loop && d->again <= rt->loop.calls && not_ready > ready;
}

static void find_spurious(struct search *s)
{
	const struct iom_capture *cap = s->cap;
	struct tries *all = all_tries(cap);

	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];
		struct rep_finding *f;
		struct tries d = all[i];
		bool turns;

		if (r->tgid != s->tgid || r->file == IOM_NO_FILE || s->ev->files[r->file].watch != EV_WATCHED)
			continue;
		if (!is_taking(r->class) || !d.first)
			continue;
		/* A doorbell is made sure to be silent before each wait, or after. */
		if ((is_bell_kind(cap->files[r->file].kind) && !d.taken) || looks_for_notes(s, r, d.again))
			continue;
		if (d.again < iom_limit(LIMIT_HERD_HERE) || iom_find_herd(s, r) ||
		    !is_spurious(cap, r->file, &d) || has_error_waiting(s, r->file))
			continue;
		turns = is_tried_each_turn(s, r, &d);
		f = iom_finding_add(
			s, "spurious-ready", turns ? IOM_SEV_INFO : IOM_SEV_WARNING,
			iom_sentence("%s(%d) %s said EAGAIN %s times for %s that succeeded, though it is waited for "
				     "by readiness: %s.",
				     iom_syscall_name(r->nr), cap->files[r->file].fd,
				     iom_finding_name(cap, r->file), iom_count(d.again), iom_count(d.taken),
				     turns ? "poll mostly said that it was not ready, and the loop tries it all the "
					     "same, at most once a turn" :
					     "it was tried without being ready, or somebody else took what was there"));
		f->count = d.again;
		f->nr = r->nr;
		f->file = r->file;
	}
	free(all);
}

void iom_find_tries(struct search *s)
{
	find_eagain(s);
	find_spurious(s);
}
