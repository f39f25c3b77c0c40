/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/loops.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "judge/roles.h"
#include "judge/threads.h"

static struct loop_set *find(struct loop_thread *t, uint8_t class, uint32_t file, uint32_t set)
{
	struct loop_set *s;

	for (size_t i = 0; i < t->nsets; i++)
		if (t->sets[i].class == class && t->sets[i].file == file && t->sets[i].set == set)
			return &t->sets[i];
	/* Room doubles at powers of two. */
	if (!(t->nsets & (t->nsets - 1)))
		t->sets = iom_memory(realloc(t->sets, (t->nsets ? 2 * t->nsets : 1) * sizeof(*t->sets)));
	s = &t->sets[t->nsets++];
	*s = (struct loop_set){.class = class, .file = file, .set = set, .main_file = IOM_NO_FILE,
			       .turns = UINT32_MAX, .at_least = class == CAP_C_SELECT};
	return s;
}

static void take_calls(struct loop_thread *t, const struct iom_capture *cap, const struct acc_calls *a,
		       const struct cap_calls *r)
{
	struct loop_set *s = find(t, r->class, r->file, r->class == CAP_C_SELECT ? r->set : 0);

	s->nr = r->nr;
	s->calls += iom_operations(r);
	s->nowait += r->n.nowait;
	s->forever += r->n.forever;
	s->empty += r->n.zero + r->n.zero_slept;
	s->empty_fast += r->n.zero;
	s->slept += a->slept;
	s->failed += r->n.err + r->n.restart;
	s->events += r->n.ok + r->n.ok_slept;
	s->ns += a->ns;
	if (r->class == CAP_C_EPOLL_WAIT && r->file != IOM_NO_FILE)
		s->files = cap->files[r->file].set_size;
	else if (r->class == CAP_C_POLL && r->set_size > s->files)
		s->files = r->set_size;
	else if (r->class == CAP_C_SELECT)
		s->nfds = r->set_size;
}

static bool has_select(const struct loop_thread *t, uint32_t set)
{
	for (size_t i = 0; i < t->nsets; i++)
		if (t->sets[i].class == CAP_C_SELECT && t->sets[i].set == set)
			return true;
	return false;
}

/* How many files a select has is said of one under way alone. */
static void take_told(struct loop_thread *t, const struct cap_open_call *c)
{
	if (c->nr < 0 || c->class != CAP_C_SELECT || c->nfiles == UINT32_MAX)
		return;
	for (size_t i = 0; i < t->nsets; i++)
		if (t->sets[i].class == CAP_C_SELECT && t->sets[i].set == c->set && c->nfiles > t->sets[i].told)
			t->sets[i].told = c->nfiles;
}

/* One under way with sets that no call had yet: they are allocated anew for each. */
static struct loop_set *any_select(struct loop_thread *t)
{
	for (size_t i = 0; i < t->nsets; i++)
		if (t->sets[i].class == CAP_C_SELECT)
			return &t->sets[i];
	return NULL;
}

static void take_open(struct loop_thread *t, const struct iom_capture *cap, const struct cap_open_call *c)
{
	struct loop_set *s;

	if (c->nr < 0 || !is_readiness(c->class))
		return;
	s = c->class == CAP_C_SELECT && !has_select(t, c->set) ? any_select(t) : NULL;
	if (!s)
		s = find(t, c->class, c->class == CAP_C_POLL ? c->set_file : c->file,
			 c->class == CAP_C_SELECT ? c->set : 0);
	s->nr = c->nr;
	s->ns += c->inside_ns;
	s->open_ns += c->inside_ns;
	if (c->nfiles != UINT32_MAX && c->nfiles > s->files)
		s->files = c->nfiles;
	if (c->nfiles != UINT32_MAX && c->nfiles)
		s->at_least = false;
	if (c->class == CAP_C_EPOLL_WAIT && c->file != IOM_NO_FILE && cap->files[c->file].set_size > s->files)
		s->files = cap->files[c->file].set_size;
}

static void take_interest(struct loop_thread *t, const struct cap_interest *in, uint64_t *best, size_t set,
			  uint64_t weight)
{
	struct loop_set *s = &t->sets[set];

	if (in->file == IOM_NO_FILE || weight + 1 <= best[set])
		return;
	best[set] = weight + 1;
	s->main_file = in->file;
}

/* Files that were ready in a select's set: those that were open as the watch began, as it ended, all
 * the time; those that came or went, and of these such as did both. */
struct at_once {
	uint64_t start, end, stayed, passed, between;
};

static uint64_t most(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* A select tells only what was ready. Who was ready in the watch was not in the set at once: as
 * many as can be known to have been open together. */
static void count_at_once(struct at_once *o, struct loop_set *s, const struct iom_capture *cap, uint32_t file)
{
	const struct cap_file *f = file == IOM_NO_FILE ? NULL : &cap->files[file];

	if (!f)
		return;
	o->start += f->open_at_start;
	o->end += f->open_at_end;
	o->stayed += f->open_at_start && f->open_at_end;
	o->passed += !f->open_at_start || !f->open_at_end;
	o->between += !f->open_at_start && !f->open_at_end;
	s->files = most(s->files, most(most(o->start, o->end), o->stayed + !!o->passed));
	if (s->files == 1 && o->passed > 1)
		s->files = 0; /* they came one after the other, or together: not known */
}

static void note_file(struct loop_set *s, const struct iom_capture *cap, uint32_t file)
{
	uint8_t kind = file == IOM_NO_FILE ? CAP_K_UNKNOWN : cap->files[file].kind;

	s->old_files |= file != IOM_NO_FILE && cap->files[file].open_at_start;
	s->new_files |= file != IOM_NO_FILE && !cap->files[file].open_at_start;
	s->stored |= is_stored(kind);
	s->streams |= !is_stored(kind) && !is_bell_kind(kind);
}

static void name_sets(const struct iom_capture *cap, struct iom_loops *loops, const struct iom_threads *x)
{
	uint64_t *moved = iom_alloc(cap->nfiles + 1, sizeof(*moved));
	uint64_t **best = iom_alloc(cap->nthreads + 1, sizeof(*best));
	struct at_once **once = iom_alloc(cap->nthreads + 1, sizeof(*once));

	for (size_t i = 0; i < cap->ncalls; i++)
		if (cap->calls[i].file != IOM_NO_FILE && is_transfer(cap->calls[i].class))
			moved[cap->calls[i].file] += iom_operations(&cap->calls[i]);
	for (size_t i = 0; i < cap->ninterests; i++) {
		const struct cap_interest *in = &cap->interests[i];
		uint32_t thread = iom_thread_find(x, in->tid, in->tgid);
		struct loop_thread *t = &loops->threads[thread];

		if (thread == UINT32_MAX || !t->nsets)
			continue;
		if (!best[thread]) {
			best[thread] = iom_alloc(t->nsets, sizeof(**best));
			once[thread] = iom_alloc(t->nsets, sizeof(**once));
		}
		for (size_t k = 0; k < t->nsets; k++) {
			struct loop_set *s = &t->sets[k];
			bool in_set = in->by_select ? s->class == CAP_C_SELECT && s->set == in->set :
						      s->class == CAP_C_POLL && s->file == in->set_file;

			if (!in_set)
				continue;
			s->looked = most(s->looked, in->ready + in->not_ready);
			note_file(s, cap, in->file);
			take_interest(t, in, best[thread], k, in->file == IOM_NO_FILE ? 0 : moved[in->file]);
			if (s->class == CAP_C_SELECT)
				count_at_once(&once[thread][k], s, cap, in->file);
		}
	}
	for (size_t i = 0; i < cap->nthreads; i++) {
		free(best[i]);
		free(once[i]);
	}
	free(best);
	free(once);
	free(moved);
}

/* Of those that came and went it is not known how many were there at once; a single one was there with those that
 * stayed, and it is not known whether with others. */
static bool may_be_more(const struct at_once *o)
{
	return o->between > 1 || (o->between && (o->start > o->stayed || o->end > o->stayed));
}

/* How many files an epoll has was read as the watch began, or as it ended. Others were taken out or closed before, and
 * of those that were in it as many are known to have been there at once. */
static void count_registered(struct iom_loops *loops, const struct iom_capture *cap)
{
	struct at_once *once = iom_alloc(cap->nfiles + 1, sizeof(*once));
	struct loop_set *sets = iom_alloc(cap->nfiles + 1, sizeof(*sets));

	for (size_t i = 0; i < cap->nregistrations; i++) {
		const struct cap_registration *r = &cap->registrations[i];

		count_at_once(&once[r->epoll], &sets[r->epoll], cap, r->file);
	}
	for (size_t i = 0; i < cap->nthreads; i++)
		for (size_t k = 0; k < loops->threads[i].nsets; k++) {
			struct loop_set *s = &loops->threads[i].sets[k];

			if (s->class != CAP_C_EPOLL_WAIT || s->file == IOM_NO_FILE)
				continue;
			if (s->files == 1 && !sets[s->file].files && once[s->file].passed > 1)
				s->files = 0;
			s->several = !s->files && once[s->file].passed > 1;
			s->files = most(s->files, sets[s->file].files);
			s->at_least = s->files && may_be_more(&once[s->file]);
		}
	free(once);
	free(sets);
}

/*
 * Of a file that is in several of a thread's select sets one set alone is kept. Another that
 * brought something brought this file, where the thread's selects never told of any other.
 */
static void lend_only_file(struct iom_loops *loops, const struct iom_capture *cap, const struct iom_threads *x)
{
	uint32_t *only = iom_memory(malloc((cap->nthreads + 1) * sizeof(*only)));
	bool *several = iom_alloc(cap->nthreads + 1, sizeof(*several));

	for (size_t i = 0; i < cap->nthreads; i++)
		only[i] = IOM_NO_FILE;
	for (size_t i = 0; i < cap->ninterests; i++) {
		const struct cap_interest *in = &cap->interests[i];
		uint32_t thread = iom_thread_find(x, in->tid, in->tgid);

		if (thread == UINT32_MAX || !in->by_select || !in->ready)
			continue;
		several[thread] |= only[thread] != IOM_NO_FILE && only[thread] != in->file;
		only[thread] = in->file;
	}
	for (size_t i = 0; i < cap->nthreads; i++)
		for (size_t k = 0; k < loops->threads[i].nsets && !several[i]; k++) {
			struct loop_set *s = &loops->threads[i].sets[k];

			if (s->class == CAP_C_SELECT && s->main_file == IOM_NO_FILE && s->events)
				s->main_file = only[i];
		}
	free(only);
	free(several);
}

static void take_turns(const struct iom_capture *cap, struct iom_loops *loops, const struct iom_threads *x)
{
	for (size_t i = 0; i < cap->nturns; i++) {
		const struct cap_turns *n = &cap->turns[i];
		uint32_t thread = iom_thread_find(x, n->tid, n->tgid);
		struct loop_thread *t = &loops->threads[thread];

		if (thread == UINT32_MAX)
			continue;
		for (size_t k = 0; k < t->nsets; k++)
			if (t->sets[k].class == n->class && t->sets[k].file == n->file &&
			    t->sets[k].set == n->set)
				t->sets[k].turns = i;
	}
}

static void take_edges(const struct iom_capture *cap, struct iom_loops *loops)
{
	for (size_t r = 0; r < cap->nregistrations; r++) {
		if (!(cap->registrations[r].events >> 31)) /* EPOLLET */
			continue;
		for (size_t i = 0; i < cap->nthreads; i++)
			for (size_t k = 0; k < loops->threads[i].nsets; k++)
				if (loops->threads[i].sets[k].class == CAP_C_EPOLL_WAIT &&
				    loops->threads[i].sets[k].file == cap->registrations[r].epoll)
					loops->threads[i].sets[k].edge_triggered = true;
	}
}

/* Waits of a poll or select are about the file of the set that matters most. */
static void name_waits(struct iom_loops *loops, const struct iom_capture *cap, struct iom_account *acc)
{
	for (size_t i = 0; i < cap->nthreads; i++)
		for (size_t w = 0; w < acc->threads[i].nwaits; w++) {
			struct acc_wait *a = &acc->threads[i].waits[w];

			for (size_t k = 0; k < loops->threads[i].nsets; k++) {
				const struct loop_set *s = &loops->threads[i].sets[k];

				if (s->class != a->class || s->main_file == IOM_NO_FILE)
					continue;
				if ((s->class == CAP_C_POLL && s->file == a->set_file) ||
				    (s->class == CAP_C_SELECT && s->set == a->set))
					a->file = s->main_file;
			}
		}
}

/* A select under way in which a loop has put no file this time, where it keeps its sets; those that
 * came back cannot be told from those with files. */
static bool is_emptied(const struct loop_set *s, const struct acc_wait *w)
{
	return w->class == CAP_C_SLEEP_POLL && w->set && s->class == CAP_C_SELECT && s->set == w->set;
}

/* Is the wait a sleep in one of the thread's own loop's sets? */
static bool is_own(const struct loop_thread *t, const struct acc_wait *w)
{
	for (size_t i = 0; i < t->nsets; i++) {
		const struct loop_set *s = &t->sets[i];

		if (s->own && is_emptied(s, w))
			return true;
		if (!s->own || s->class != w->class)
			continue;
		if (s->class == CAP_C_EPOLL_WAIT ? s->file == w->file :
		    s->class == CAP_C_POLL	 ? s->file == w->set_file :
						   s->set == w->set || !has_select(t, w->set))
			return true;
	}
	return false;
}

static void mark_own(const struct loop_thread *t, struct acc_thread *a)
{
	for (size_t i = 0; i < a->nwaits; i++)
		a->waits[i].own = is_own(t, &a->waits[i]);
}

struct iom_loops *iom_loops(const struct iom_capture *cap, struct iom_account *acc)
{
	struct iom_loops *loops = iom_alloc(1, sizeof(*loops));
	struct iom_threads *x = iom_threads(cap);

	loops->threads = iom_alloc(cap->nthreads + 1, sizeof(*loops->threads));
	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];
		uint32_t thread = is_readiness(r->class) ? iom_thread_find(x, r->tid, r->tgid) : UINT32_MAX;

		if (thread != UINT32_MAX)
			take_calls(&loops->threads[thread], cap, &acc->calls[i], r);
	}
	for (size_t i = 0; i < cap->nthreads; i++) {
		take_open(&loops->threads[i], cap, &cap->threads[i].at_end);
		take_told(&loops->threads[i], &cap->threads[i].at_start);
		take_told(&loops->threads[i], &cap->threads[i].at_end);
	}
	name_sets(cap, loops, x);
	count_registered(loops, cap);
	lend_only_file(loops, cap, x);
	take_turns(cap, loops, x);
	take_edges(cap, loops);
	for (size_t i = 0; i < cap->nthreads; i++) {
		iom_choose_own(cap, &cap->threads[i], &loops->threads[i]);
		mark_own(&loops->threads[i], &acc->threads[i]);
	}
	name_waits(loops, cap, acc);
	iom_threads_free(x);
	return loops;
}

void iom_loops_free(struct iom_loops *loops, const struct iom_capture *cap)
{
	if (!loops)
		return;
	for (size_t i = 0; i < cap->nthreads; i++)
		free(loops->threads[i].sets);
	free(loops->threads);
	free(loops);
}
