/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * find_files.c - how files are used: may-block, tiny-transfers, signal-overflow.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sysname.h"
#include "judge/doorbell.h"
#include "judge/findings.h"
#include "judge/limits.h"
#include "judge/roles.h"
#include "report/sentence.h"

static bool may_wait(uint8_t kind)
{
	return kind == CAP_K_SOCK || kind == CAP_K_LISTEN || kind == CAP_K_FIFO || kind == CAP_K_TTY;
}

/* A thread that waits for this file alone may as well sleep in the read: that is said, and O_NONBLOCK would be the
 * opposite. */
static bool may_as_well_block(const struct search *s, uint32_t file)
{
	return iom_finding_said(s, "one-file-readiness", file);
}

/* Of a row's transfers those that took, by calls which would have slept with nothing there, from a file
 * that is waited for by readiness: as if readiness could not be wrong. The flags are those of the file as
 * the calls were made: some programs set O_NONBLOCK just for a read. */
static uint64_t trusting(const struct search *s, const struct cap_calls *r)
{
	uint64_t n = r->n.ok + r->n.ok_slept;

	if (r->tgid != s->tgid || !is_taking(r->class) || r->f_flags & O_NONBLOCK || r->file == IOM_NO_FILE ||
	    !may_wait(s->cap->files[r->file].kind) || s->ev->files[r->file].watch != EV_WATCHED ||
	    !s->ev->files[r->file].votes[IOM_M_MULTIPLEXED].transfers || may_as_well_block(s, r->file))
		return 0;
	return n > r->n.nowait ? n - r->n.nowait : 0;
}

/* The calls that take from such a file of which one slept longest; NULL: none slept to speak of. */
static const struct acc_calls *has_blocked(const struct search *s, const struct cap_calls **calls)
{
	const struct acc_calls *worst = NULL;

	for (size_t i = 0; i < s->cap->ncalls; i++) {
		const struct cap_calls *r = &s->cap->calls[i];
		const struct acc_calls *a = &s->ev->account->calls[i];

		if (a->max_ns < iom_limit(LIMIT_BLOCKED_NS) || !trusting(s, r) || (worst && a->max_ns <= worst->max_ns))
			continue;
		worst = a;
		*calls = r;
	}
	return worst;
}

static void find_may_block(struct search *s)
{
	const struct iom_capture *cap = s->cap;
	uint64_t n = 0, times = 0, *reads = iom_alloc(cap->nfiles, sizeof(*reads));
	uint32_t first = IOM_NO_FILE;
	const struct cap_calls *calls;
	const struct acc_calls *slept;
	struct rep_finding *f;
	char *happened;
	bool accepts;

	for (size_t i = 0; i < cap->ncalls; i++) {
		uint64_t some = trusting(s, &cap->calls[i]);

		if (some)
			reads[cap->calls[i].file] += some;
	}
	for (size_t i = 0; i < cap->nfiles; i++) {
		n += reads[i] > 0;
		times += reads[i];
		if (reads[i] && (first == IOM_NO_FILE || reads[i] > reads[first]))
			first = i;
	}
	free(reads);
	if (!n)
		return;
	slept = has_blocked(s, &calls);
	happened = slept ? iom_sentence(" It has happened: %s(%d) %s slept %s %s, %s at worst.",
					iom_syscall_name(calls->nr), cap->files[calls->file].fd,
					iom_finding_name(cap, calls->file), iom_count(slept->slept),
					slept->slept == 1 ? "time" : "times", iom_time(slept->max_ns)) :
			   iom_sentence("%s", "");
	accepts = n == 1 && cap->files[first].kind == CAP_K_LISTEN;
	f = iom_finding_add(
		s, "may-block", slept ? IOM_SEV_WARNING : IOM_SEV_INFO,
		iom_sentence("%s file%s waited for by readiness and then %s without O_NONBLOCK (%s time%s%s "
			     "on fd %d %s): one false report of readiness, or somebody else who takes "
			     "the %s first, and the thread sleeps.%s Usual way out: O_NONBLOCK%s.",
			     iom_count(n), n == 1 ? " is" : "s are", accepts ? "accepted from" : "read",
			     iom_count(times), times == 1 ? "" : "s", n == 1 ? "" : "; most", cap->files[first].fd,
			     iom_finding_name(cap, first), accepts ? "connection" : "data", happened,
			     accepts ? "" : " or MSG_DONTWAIT"));
	free(happened);
	f->count = times;
	f->file = first;
}

/* A short answer on a connection has nothing to wait in a buffer for, unless the next is there when
 * this one is read: nobody waits for it by readiness, and the reads do not sleep all the same. */
static bool is_there_already(const struct search *s, const struct cap_calls *r)
{
	return s->cap->files[r->file].kind == CAP_K_SOCK && is_input(r->class) &&
	       r->n.ok >= iom_limit(LIMIT_TINY_THERE) * (r->n.ok + r->n.ok_slept) && !r->n.again &&
	       s->ev->files[r->file].watch == EV_UNWATCHED;
}

static bool is_tiny(const struct search *s, const struct cap_calls *r)
{
	const struct iom_capture *cap = s->cap;
	uint64_t n = r->n.ok + r->n.ok_slept;

	if (r->tgid != s->tgid || r->class < CAP_C_READ || r->class > CAP_C_SEND ||
	    r->file == IOM_NO_FILE || !r->bytes || r->bytes > iom_limit(LIMIT_TINY_BYTES) * n)
		return false;
	if (cap->files[r->file].kind != CAP_K_FIFO && cap->files[r->file].kind != CAP_K_REG &&
	    !is_there_already(s, r))
		return false;
	if (iom_is_own_bell(cap, r))
		return false;
	return !cap->files[r->file].merged; /* of many files each may have been read whole */
}

/* Tiny calls by one number on one opening of a file, in whichever threads. */
struct stream {
	uint32_t file;
	int32_t nr;
	const char *path; /* of a file of many calls; NULL: what is small enough is read whole by one */
	uint64_t n, bytes;
};

static int by_opening(const void *a, const void *b)
{
	const struct stream *x = a, *y = b;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return x->nr < y->nr ? -1 : x->nr > y->nr;
}

/* Openings of one path together; those without one each for itself. */
static int by_path(const void *a, const void *b)
{
	const struct stream *x = a, *y = b;
	int path = x->path && y->path ? strcmp(x->path, y->path) : !!x->path - !!y->path;

	if (path)
		return path;
	if (x->path)
		return x->nr < y->nr ? -1 : x->nr > y->nr;
	return by_opening(a, b);
}

/* Sorts, and adds up those that are equal; how many are left. */
static size_t add_up(struct stream *v, size_t n, int (*compare)(const void *, const void *))
{
	size_t kept = 0;

	if (!n)
		return 0;
	qsort(v, n, sizeof(*v), compare);
	for (size_t i = 1; i < n; i++) {
		if (compare(&v[kept], &v[i])) {
			v[++kept] = v[i];
			continue;
		}
		v[kept].n += v[i].n;
		v[kept].bytes += v[i].bytes;
	}
	return kept + 1;
}

/* All tiny calls of the process by what they are of: heap, their number in *n. */
static struct stream *tiny_streams(const struct search *s, size_t *n)
{
	const struct iom_capture *cap = s->cap;
	struct stream *v = iom_alloc(cap->ncalls, sizeof(*v));

	*n = 0;
	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];

		if (is_tiny(s, r))
			v[(*n)++] = (struct stream){.file = r->file, .nr = r->nr, .n = r->n.ok + r->n.ok_slept,
						    .bytes = r->bytes};
	}
	*n = add_up(v, *n, by_opening);
	for (size_t i = 0; i < *n; i++) {
		const char *name = cap->files[v[i].file].name;

		v[i].path = v[i].n >= iom_limit(LIMIT_TINY_EACH) && name && name[0] == '/' ? name : NULL;
	}
	*n = add_up(v, *n, by_path);
	return v;
}

static void find_tiny(struct search *s)
{
	const struct iom_capture *cap = s->cap;
	const struct stream *worst = NULL;
	struct rep_finding *f;
	struct stream *all;
	size_t n;

	all = tiny_streams(s, &n);
	for (size_t i = 0; i < n; i++)
		if (all[i].n >= iom_limit(LIMIT_TINY) && (!worst || all[i].n > worst->n))
			worst = &all[i];
	if (worst) {
		f = iom_finding_add(s, "tiny-transfers", IOM_SEV_INFO,
				    iom_sentence("%s calls of %s(%d) %s moved %.1f bytes each on average: each pays "
						 "the price of a whole call. Usual way out: a buffer.",
						 iom_count(worst->n), iom_syscall_name(worst->nr),
						 cap->files[worst->file].fd, iom_finding_name(cap, worst->file),
						 (double)worst->bytes / worst->n));
		f->count = worst->n;
		f->nr = worst->nr;
		f->file = worst->file;
	}
	free(all);
}

static void find_overflow(struct search *s)
{
	const struct ev_proc *p = &s->ev->procs[s->rp->proc];
	struct rep_finding *f;

	if (!p->lost_signals && !(p->set_sig && p->plain_sigio))
		return;
	f = iom_finding_add(
		s, "signal-overflow", IOM_SEV_WARNING,
		iom_sentence("The signal queue overflowed: %s signals about files were lost and plain SIGIO, "
			     "which names no file, came %s times instead. Usual way out: after SIGIO look at "
			     "all files, take signals faster, or use epoll.",
			     iom_count(p->lost_signals), iom_count(p->plain_sigio)));
	f->count = p->lost_signals ? p->lost_signals : p->plain_sigio;
}

void iom_find_files(struct search *s)
{
	find_may_block(s);
	find_tiny(s);
	find_overflow(s);
}
