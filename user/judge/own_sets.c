/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * own_sets.c - which of a thread's readiness sets are its loop's own, and which it asks inside
 * a turn.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "judge/limits.h"
#include "judge/loops.h"
#include "judge/roles.h"

static bool only_asks(const struct loop_set *s)
{
	return s->nowait >= s->calls && !s->open_ns;
}

/* A loop's set has several files, and stays; what is asked inside a turn is mostly one file, or is asked
 * without waiting, as an epoll of which poll has told. */
static bool better(const struct loop_set *a, const struct loop_set *b, double life)
{
	bool many = a->files > 1 || a->several, many_b = b->files > 1 || b->several;

	if (many != many_b)
		return many;
	if (many && only_asks(a) != only_asks(b) &&
	    (only_asks(a) ? b : a)->ns > iom_limit(LIMIT_SPIN_SLEPT) * life)
		return only_asks(b);
	if (a->calls != b->calls)
		return a->calls > b->calls;
	return a->ns > b->ns;
}

/* Were there sleeps in b inside the longest turn of a? Then b is asked within a's turns. */
static bool is_inside(const struct iom_capture *cap, const struct loop_set *a, const struct loop_set *b)
{
	const struct cap_turns *n = a->turns == UINT32_MAX ? NULL : &cap->turns[a->turns];

	if (b->class == CAP_C_EPOLL_WAIT || b->files > iom_limit(LIMIT_NESTED_FILES))
		return false;
	for (size_t i = 0; n && i < CAP_PARTS; i++)
		if (n->parts[i].class == b->class &&
		    (b->class == CAP_C_SELECT || n->parts[i].file == b->file))
			return true;
	return false;
}

/* A set whose first file was not known when the row began goes by the descriptor alone. */
static bool is_of_set(const struct iom_capture *cap, const struct cap_interest *in, const struct loop_set *s)
{
	if (in->by_select || s->class != CAP_C_POLL || s->file == IOM_NO_FILE)
		return false;
	if (in->set_file != IOM_NO_FILE)
		return in->set_file == s->file;
	return in->set == (uint32_t)cap->files[s->file].fd;
}

/* Files that a loop has done with: read to the end, hung up, or closed. */
static void find_ended(const struct iom_capture *cap, bool *ended)
{
	for (size_t i = 0; i < cap->nfiles; i++)
		ended[i] = cap->files[i].open_at_start && !cap->files[i].open_at_end;
	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];

		if (r->file != IOM_NO_FILE && is_input(r->class) && r->n.zero + r->n.zero_slept)
			ended[r->file] = true;
	}
	for (size_t i = 0; i < cap->ninterests; i++)
		if (cap->interests[i].file != IOM_NO_FILE && cap->interests[i].hang_ups)
			ended[cap->interests[i].file] = true;
}

/* One file is all that is left of the first set: the loop goes on with it. */
static void find_last_left(const struct iom_capture *cap, struct loop_thread *t, const bool *in_first)
{
	bool *ended = iom_alloc(cap->nfiles, sizeof(*ended));

	find_ended(cap, ended);
	for (size_t k = 1; k < t->nsets; k++) {
		struct loop_set *s = &t->sets[k];
		size_t i = 0;

		while (i < cap->nfiles && (!in_first[i] || ended[i] || i == s->file))
			i++;
		s->last_left = s->shared && s->files == 1 && s->nr == t->sets[0].nr && i == cap->nfiles;
	}
	free(ended);
}

static bool is_threads(const struct cap_interest *in, const struct cap_thread *ct)
{
	return in->tid == ct->tid && in->tgid == ct->tgid && in->file != IOM_NO_FILE;
}

/* A poll whose set changes from turn to turn is known by whichever file comes first. Sets that have a file
 * in common with the first one are the same loop's. */
static void find_shared(const struct iom_capture *cap, const struct cap_thread *ct, struct loop_thread *t)
{
	bool *in_first = iom_alloc(cap->nfiles, sizeof(*in_first));

	for (size_t i = 0; i < cap->ninterests; i++) {
		const struct cap_interest *in = &cap->interests[i];

		if (is_threads(in, ct) && is_of_set(cap, in, &t->sets[0]))
			in_first[in->file] = true;
	}
	for (size_t i = 0; i < cap->ninterests; i++) {
		const struct cap_interest *in = &cap->interests[i];

		if (!is_threads(in, ct) || !in_first[in->file])
			continue;
		for (size_t k = 1; k < t->nsets; k++)
			t->sets[k].shared |= is_of_set(cap, in, &t->sets[k]);
	}
	find_last_left(cap, t, in_first);
	free(in_first);
}

/* A poll's set is named by its first file, which may come and go: the loop goes on by another name
 * then. What is asked inside a turn has few files. */
static bool is_same_loop(const struct loop_set *own, const struct loop_set *s)
{
	return s->class == CAP_C_POLL && s->nr == own->nr && s->files > iom_limit(LIMIT_NESTED_FILES) &&
	       2 * s->files >= own->files;
}

/* Files that are known to be in a set of a select: that were ready, and the one with the highest
 * descriptor, which the program itself names. */
static void find_held(const struct iom_capture *cap, const struct cap_thread *ct, const struct loop_set *s, bool *held)
{
	for (size_t i = 0; i < cap->nfiles; i++)
		held[i] = cap->files[i].tgid == ct->tgid && (uint32_t)cap->files[i].fd + 1 == s->nfds;
	for (size_t i = 0; i < cap->ninterests; i++) {
		const struct cap_interest *in = &cap->interests[i];

		if (is_threads(in, ct) && in->by_select && in->set == s->set)
			held[in->file] = true;
	}
	if (s->main_file != IOM_NO_FILE)
		held[s->main_file] = true;
}

/* Whatever was ever ready in a select's set a is in b too: nobody of a waits while the thread is asleep in b. */
static bool holds_all_ready(const struct iom_capture *cap, const struct cap_thread *ct, const struct loop_set *a,
			    const struct loop_set *b)
{
	bool *held = iom_alloc(cap->nfiles + 1, sizeof(*held));
	bool any = a->main_file != IOM_NO_FILE, all;

	find_held(cap, ct, b, held);
	all = !any || held[a->main_file];
	for (size_t i = 0; i < cap->ninterests && all; i++) {
		const struct cap_interest *in = &cap->interests[i];

		if (!is_threads(in, ct) || !in->by_select || in->set != a->set || !in->ready)
			continue;
		any = true;
		all = held[in->file];
	}
	free(held);
	return any && all;
}

/* A select's set is told by where it lies, and a program may put it somewhere else each time. */
static bool is_moved(const struct iom_capture *cap, const struct cap_thread *ct, const struct loop_set *a,
		     const struct loop_set *b)
{
	if (a->class != CAP_C_SELECT || b->class != CAP_C_SELECT || a->nr != b->nr)
		return false;
	return (a->nfds && a->nfds == b->nfds && a->told && a->told == b->told) || holds_all_ready(cap, ct, a, b);
}

static uint64_t accepted(const struct iom_capture *cap, const struct cap_thread *ct, uint32_t listener)
{
	uint64_t n = 0;

	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];

		if (r->tid == ct->tid && r->tgid == ct->tgid && r->class == CAP_C_ACCEPT && r->file == listener)
			n += r->n.ok + r->n.ok_slept;
	}
	return n;
}

/* Is a file of the set, but for the listener, open as the watch begins or ends? */
static bool keeps_files(const struct iom_capture *cap, const struct cap_thread *ct, const struct loop_set *s,
			uint32_t listener)
{
	for (size_t i = 0; i < cap->ninterests; i++) {
		const struct cap_interest *in = &cap->interests[i];

		if (is_threads(in, ct) && in->file != listener &&
		    (in->by_select ? s->class == CAP_C_SELECT && in->set == s->set : is_of_set(cap, in, s)) &&
		    (cap->files[in->file].open_at_start || cap->files[in->file].open_at_end))
			return true;
	}
	return false;
}

/* A listener alone, of which each return is one connection, and none is open before the first and after the
 * last: they are served one after the other, and in b the thread waits for the next. */
static bool is_for_next(const struct iom_capture *cap, const struct cap_thread *ct, const struct loop_set *a,
			const struct loop_set *b)
{
	uint64_t n;

	if (a->class == CAP_C_EPOLL_WAIT || b->class == CAP_C_EPOLL_WAIT || b->files != 1 ||
	    b->main_file == IOM_NO_FILE || cap->files[b->main_file].kind != CAP_K_LISTEN)
		return false;
	n = accepted(cap, ct, b->main_file);
	return n && n <= b->calls + 1 && b->calls <= n + 1 && !keeps_files(cap, ct, a, b->main_file);
}

/* Epolls of which even the first came back no more than once are made anew for each wait. */
static bool is_anew(const struct loop_set *a, const struct loop_set *b)
{
	return a->class == CAP_C_EPOLL_WAIT && b->class == CAP_C_EPOLL_WAIT && a->nr == b->nr && a->calls <= 1 &&
	       b->calls <= 1;
}

/* Is b waited in instead of a, not while what a waits for has to be served? */
static bool is_loops_own(const struct iom_capture *cap, const struct cap_thread *ct, const struct loop_set *a,
			 const struct loop_set *b)
{
	if (is_moved(cap, ct, a, b) || is_for_next(cap, ct, a, b))
		return true;
	if (is_anew(a, b))
		return true;
	if (b->files <= 1 && !b->several)
		return b->last_left && !is_inside(cap, a, b);
	if (b->shared || is_same_loop(a, b))
		return true;
	return b->calls >= iom_limit(LIMIT_SECOND_LOOP) * a->calls && !is_inside(cap, a, b);
}

void iom_choose_own(const struct iom_capture *cap, const struct cap_thread *ct, struct loop_thread *t)
{
	struct loop_set swap;
	size_t first = 0;

	if (!t->nsets)
		return;
	for (size_t i = 1; i < t->nsets; i++)
		if (better(&t->sets[i], &t->sets[first], ct->end_ns - ct->start_ns))
			first = i;
	swap = t->sets[0];
	t->sets[0] = t->sets[first];
	t->sets[first] = swap;
	t->sets[0].own = true;
	if (t->nsets > 1 && t->sets[0].class == CAP_C_POLL)
		find_shared(cap, ct, t);
	for (size_t i = 1; i < t->nsets; i++)
		t->sets[i].own = is_loops_own(cap, ct, &t->sets[0], &t->sets[i]);
}
