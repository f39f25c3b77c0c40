/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * interest.c - who waits for which file in readiness calls, and whether that waiting
 * is real.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "judge/evidence.h"
#include "judge/roles.h"

struct crowd { /* of the files that one epoll has */
	struct ev_set in;
	enum ev_watch watch; /* how somebody waits for them */
	bool sleeps;
};

struct look {
	struct iom_evidence *ev;
	struct crowd *epolls;  /* by file */
	struct crowd *unknown; /* by process: files of which only is known that some epoll has them */
};

static void add_member(struct ev_set *to, const struct iom_evidence *ev, uint32_t file)
{
	bool bell = is_bell_kind(ev->cap->files[file].kind);

	*(bell ? &to->bells : &to->payload) += 1;
	*(bell ? &to->rung : &to->taken) += ev->files[file].taken;
	to->rings += ev_is_ring(ev, file);
	to->urings += ev->cap->files[file].kind == CAP_K_URING;
}

static void add_members(struct ev_set *to, const struct ev_set *from)
{
	to->payload += from->payload;
	to->bells += from->bells;
	to->taken += from->taken;
	to->rung += from->rung;
	to->rings += from->rings;
	to->urings += from->urings;
}

/* ---- what is in the sets ------------------------------------------------------------ */

static void fill_epolls(struct look *l)
{
	const struct iom_capture *cap = l->ev->cap;
	size_t n;

	for (size_t i = 0; i < cap->nfiles; i++) {
		const struct cap_registration *in = iom_capture_epolls(cap, i, &n);
		struct ev_proc *p = ev_proc_of(l->ev, cap->files[i].tgid);

		if (cap->files[i].kind == CAP_K_EPOLL)
			continue;
		for (size_t k = 0; k < n; k++)
			add_member(&l->epolls[in[k].epoll].in, l->ev, i);
		if (!n && cap->files[i].in_epoll && p)
			add_member(&l->unknown[p->proc].in, l->ev, i);
	}
	for (size_t i = 0; i < cap->nregistrations; i++) { /* an epoll in an epoll */
		const struct cap_registration *r = &cap->registrations[i];

		if (cap->files[r->file].kind == CAP_K_EPOLL)
			add_members(&l->epolls[r->epoll].in, &l->epolls[r->file].in);
	}
}

static size_t set_of(const struct loop_thread *t, const struct cap_interest *in)
{
	size_t k = 0;

	while (k < t->nsets && !(in->by_select ? t->sets[k].class == CAP_C_SELECT && t->sets[k].set == in->set :
						 t->sets[k].class == CAP_C_POLL &&
						 t->sets[k].file == in->set_file))
		k++;
	return k;
}

static void fill_polls(struct look *l)
{
	const struct iom_capture *cap = l->ev->cap;

	for (size_t i = 0; i < cap->ninterests; i++) {
		const struct cap_interest *in = &cap->interests[i];
		struct ev_thread *t = ev_thread_of(l->ev, in->tid, in->tgid);
		size_t k = t ? set_of(&l->ev->loops->threads[t - l->ev->threads], in) : 0;

		if (!t || in->file == IOM_NO_FILE || k == l->ev->loops->threads[t - l->ev->threads].nsets)
			continue;
		if (cap->files[in->file].kind == CAP_K_EPOLL)
			add_members(&t->sets[k], &l->epolls[in->file].in);
		else
			add_member(&t->sets[k], l->ev, in->file);
	}
}

/* Files of a poll that was under way when the watch began or ended. */
static void fill_sleeping(struct look *l, size_t thread, struct ev_set *s)
{
	const struct iom_capture *cap = l->ev->cap;

	for (size_t i = 0; i < cap->nfiles; i++)
		if (cap->files[i].tgid == cap->threads[thread].tgid &&
		    (cap->files[i].waited_at_start || cap->files[i].waited_at_end))
			add_member(s, l->ev, i);
}

static void fill_set(struct look *l, size_t thread, size_t k)
{
	const struct loop_set *s = &l->ev->loops->threads[thread].sets[k];
	struct ev_set *to = &l->ev->threads[thread].sets[k];

	if (s->class == CAP_C_EPOLL_WAIT) {
		if (s->file != IOM_NO_FILE)
			add_members(to, &l->epolls[s->file].in);
		add_members(to, &l->unknown[l->ev->threads[thread].proc].in);
	} else if (!to->payload && !to->bells && s->open_ns) {
		fill_sleeping(l, thread, to);
	}
}

/* ---- is it waiting? ------------------------------------------------------------------- */

/* Loaded event loops (Node, Go, uvicorn) ask with a zero timeout most of the time too, but
 * sleep now and then. An empty look that a signal about a file provoked is no spin. */
static bool is_spun(const struct ev_thread *t, uint64_t calls, uint64_t nowait, uint64_t empty, double life)
{
	return calls >= iom_limit(LIMIT_SPIN_CALLS) && nowait >= iom_limit(LIMIT_SPIN_NOWAIT) * calls &&
	       empty >= iom_limit(LIMIT_SPIN_EMPTY) * calls && empty > iom_limit(LIMIT_SPIN_SIGNALS) * t->io_signals &&
	       t->ready_slept <= iom_limit(LIMIT_SPIN_SLEPT) * calls &&
	       t->ready_wait_ns + t->ready_open_ns <= iom_limit(LIMIT_SPIN_SLEPT) * life;
}

/* Operations that may be what the set's calls brought; of a ring these are the completions. */
static uint64_t taken_after(const struct ev_proc *p, const struct ev_thread *t, const struct ev_set *set)
{
	const struct ev_async *a = &p->async;
	uint64_t taken = set->taken + set->rung;

	if (t->done > taken)
		taken = t->done;
	return taken + (set->urings ? a->inline_ + a->slept + a->late + a->more : 0);
}

/* One of its files is ready all the time, and nobody takes what is there. Calls that are
 * interrupted come back with nothing too, after a sleep. */
static bool is_vain(const struct ev_set *set, const struct loop_set *s, uint64_t taken, double life)
{
	return !set->rings && s->calls >= iom_limit(LIMIT_SPIN_CALLS) &&
	       s->ns <= iom_limit(LIMIT_VAIN_SLEPT) * life &&
	       s->slept + s->empty <= iom_limit(LIMIT_VAIN_SLEPT) * s->calls &&
	       taken <= iom_limit(LIMIT_VAIN_TAKEN) * s->calls;
}

static uint64_t tries_of(const struct ev_set *set, const struct loop_set *s, uint64_t taken)
{
	uint64_t useful = s->slept + s->empty + taken;

	if (set->spin)
		return s->empty_fast;
	return set->vain && s->calls > useful ? s->calls - useful : 0;
}

static void note_waiter(struct crowd *to, enum ev_watch watch, bool sleeps)
{
	if (watch > to->watch)
		to->watch = watch;
	to->sleeps |= sleeps;
}

static void judge_sets(struct look *l, size_t thread)
{
	const struct cap_thread *ct = &l->ev->cap->threads[thread];
	const struct loop_thread *sets = &l->ev->loops->threads[thread];
	struct ev_thread *t = &l->ev->threads[thread];
	double life = ct->end_ns - ct->start_ns;
	uint64_t polled = 0;

	t->spin = is_spun(t, t->ready_calls, t->ready_nowait, t->ready_empty_fast, life);
	for (size_t k = 0; k < sets->nsets; k++) {
		const struct loop_set *s = &sets->sets[k];
		uint64_t taken;
		enum ev_watch w;

		fill_set(l, thread, k);
		taken = taken_after(&l->ev->procs[t->proc], t, &t->sets[k]);
		t->sets[k].spin = t->spin || is_spun(t, s->calls, s->nowait, s->empty_fast, life);
		t->sets[k].vain = is_vain(&t->sets[k], s, taken, life);
		t->sets[k].tries = tries_of(&t->sets[k], s, taken);
		if (t->sets[k].spin || t->sets[k].vain)
			polled += s->calls;
		w = t->sets[k].spin ? EV_SPUN : EV_WATCHED;
		if (s->class == CAP_C_EPOLL_WAIT && s->file != IOM_NO_FILE)
			note_waiter(&l->epolls[s->file], w, s->slept || s->open_ns);
		if (s->class == CAP_C_EPOLL_WAIT)
			note_waiter(&l->unknown[t->proc], w, s->slept || s->open_ns);
	}
	t->polls = polled && 2 * polled >= t->ready_calls;
	l->ev->procs[t->proc].polled += polled;
	l->ev->procs[t->proc].ready_calls += t->ready_calls;
}

/* ---- who is waited for ------------------------------------------------------------------ */

static void watch(struct ev_file *f, enum ev_watch w, bool sleeps)
{
	if (w > f->watch)
		f->watch = w;
	f->watch_sleeps |= sleeps;
}

static void watch_polls(struct look *l)
{
	const struct iom_capture *cap = l->ev->cap;

	for (size_t i = 0; i < cap->nrequests; i++)
		if (cap->requests[i].file != IOM_NO_FILE && ev_only_polls(&cap->requests[i]))
			watch(&l->ev->files[cap->requests[i].file], EV_WATCHED, false);
	for (size_t i = 0; i < cap->ninterests; i++) {
		const struct cap_interest *in = &cap->interests[i];
		struct ev_thread *t = ev_thread_of(l->ev, in->tid, in->tgid);
		const struct loop_thread *sets;
		size_t k;

		if (in->file == IOM_NO_FILE)
			continue;
		l->ev->files[in->file].used = true;
		if (!t)
			continue;
		sets = &l->ev->loops->threads[t - l->ev->threads];
		k = set_of(sets, in);
		if (k < sets->nsets)
			watch(&l->ev->files[in->file], t->sets[k].spin ? EV_SPUN : EV_WATCHED,
			      sets->sets[k].slept || sets->sets[k].open_ns);
	}
	for (size_t i = 0; i < cap->nfiles; i++)
		if (cap->files[i].waited_at_start || cap->files[i].waited_at_end) {
			watch(&l->ev->files[i], EV_WATCHED, true);
			l->ev->files[i].used = true;
		}
}

/*
 * Of a poll with many files the set is read now and then alone, and a connection that came and went in between was
 * in it unseen. Where others that were accepted at the same address, or made to it, are in the set, it was too.
 */
struct party { /* whose connections wait in the sets of a thread */
	uint32_t thread;
	enum ev_watch watch;
	bool sleeps;
	const char *at; /* a part of a name: of the listener's address, or of the peer's with its arrow */
	size_t n;
};

static bool party_of(const struct cap_file *f, struct party *p)
{
	const char *arrow;

	if (f->kind != CAP_K_SOCK || !f->name || (strncmp(f->name, "tcp", 3) && strncmp(f->name, "udp", 3)))
		return false;
	p->at = f->name;
	arrow = strstr(f->name, " <- ");
	p->n = arrow ? arrow - f->name : 0;
	if (!arrow && (arrow = strstr(f->name, " -> "))) {
		p->at = arrow;
		p->n = strlen(arrow);
	}
	return arrow;
}

static int by_party(const void *a, const void *b)
{
	const struct party *x = a, *y = b;

	if (x->thread != y->thread)
		return x->thread < y->thread ? -1 : 1;
	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	return memcmp(x->at, y->at, x->n);
}

static size_t find_parties(const struct look *l, struct party *to)
{
	const struct iom_capture *cap = l->ev->cap;
	size_t n = 0;

	for (size_t i = 0; i < cap->ninterests; i++) {
		const struct cap_interest *in = &cap->interests[i];
		struct ev_thread *t = ev_thread_of(l->ev, in->tid, in->tgid);
		const struct loop_thread *sets;
		size_t k;

		if (!t || in->file == IOM_NO_FILE || !party_of(&cap->files[in->file], &to[n]))
			continue;
		to[n].thread = t - l->ev->threads;
		sets = &l->ev->loops->threads[to[n].thread];
		k = set_of(sets, in);
		if (k == sets->nsets || in->by_select || sets->sets[k].looked >= sets->sets[k].calls / 2)
			continue;
		to[n].watch = l->ev->files[in->file].watch;
		to[n++].sleeps = l->ev->files[in->file].watch_sleeps;
	}
	qsort(to, n, sizeof(*to), by_party);
	return n;
}

static void watch_unseen(struct look *l)
{
	const struct iom_capture *cap = l->ev->cap;
	struct party *parties = iom_alloc(cap->ninterests + 1, sizeof(*parties));
	size_t n = find_parties(l, parties);

	for (size_t i = 0; i < cap->ncalls && n; i++) {
		const struct cap_calls *r = &cap->calls[i];
		const struct cap_file *f = r->file == IOM_NO_FILE ? NULL : &cap->files[r->file];
		const struct ev_thread *t = ev_thread_of(l->ev, r->tid, r->tgid);
		struct party wanted;
		const struct party *found;

		if (!f || !t || !is_transfer(r->class) || l->ev->files[r->file].watch ||
		    (f->open_at_start && f->open_at_end) || !party_of(f, &wanted))
			continue;
		wanted.thread = t - l->ev->threads;
		found = bsearch(&wanted, parties, n, sizeof(*parties), by_party);
		if (found)
			watch(&l->ev->files[r->file], found->watch, found->sleeps);
	}
	free(parties);
}

static void watch_epolls(struct look *l)
{
	const struct iom_capture *cap = l->ev->cap;
	size_t n;

	for (size_t i = 0; i < cap->nfiles; i++) {
		const struct cap_registration *in = iom_capture_epolls(cap, i, &n);
		struct ev_proc *p = ev_proc_of(l->ev, cap->files[i].tgid);

		for (size_t k = 0; k < n; k++) {
			const struct ev_file *epoll = &l->ev->files[in[k].epoll];

			watch(&l->ev->files[i], l->epolls[in[k].epoll].watch, l->epolls[in[k].epoll].sleeps);
			/* An epoll may itself be in a set. */
			watch(&l->ev->files[i], epoll->watch, epoll->watch_sleeps);
			if (l->ev->files[i].watch == EV_UNWATCHED && cap->files[in[k].epoll].in_epoll)
				watch(&l->ev->files[i], EV_WATCHED, false);
		}
		if (!n && cap->files[i].in_epoll && p) /* in some set: any waiter may be it */
			watch(&l->ev->files[i], l->unknown[p->proc].watch, l->unknown[p->proc].sleeps);
	}
}

static void find_unseen(struct iom_evidence *ev)
{
	for (size_t i = 0; i < ev->cap->nfiles; i++) {
		struct ev_proc *p = ev_proc_of(ev, ev->cap->files[i].tgid);

		ev->files[i].unseen = ev->files[i].watch && ev_is_ring(ev, i);
		if (p)
			p->unseen += ev->files[i].unseen;
	}
}

void ev_find_interest(struct iom_evidence *ev)
{
	struct look l = {.ev = ev,
			 .epolls = iom_alloc(ev->cap->nfiles, sizeof(*l.epolls)),
			 .unknown = iom_alloc(ev->cap->nprocs, sizeof(*l.unknown))};

	fill_epolls(&l);
	fill_polls(&l);
	for (size_t i = 0; i < ev->cap->nthreads; i++)
		if (ev->threads[i].proc != UINT32_MAX)
			judge_sets(&l, i);
	watch_polls(&l);
	watch_epolls(&l);
	watch_unseen(&l);
	find_unseen(ev);
	free(l.epolls);
	free(l.unknown);
}
