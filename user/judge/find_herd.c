/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * find_herd.c - several who wait for one file, are woken together for one event, and all but
 * one find nothing: thundering-herd.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "judge/findings.h"
#include "judge/limits.h"
#include "judge/roles.h"
#include "report/sentence.h"

#define EPOLL_EXCLUSIVE (1u << 28)
#define EPOLL_ONESHOT	(1u << 30)
#define EPOLL_EDGE	(1u << 31)

/* One that the kernel wakes by itself: a thread, or all threads that wait in one epoll which
 * tells only one of them. */
struct waiter {
	uint32_t tgid, tid; /* tid 0: those of the epoll */
	uint32_t epoll;
	bool exclusive;
	uint64_t done, again; /* what it got of the file, and EAGAIN */
	/* Returns that said it was ready: at least so many, and at most. */
	uint64_t least, most;
};

struct crowd {
	const struct iom_capture *whole;
	const struct cap_file *f;
	uint8_t class;
	struct waiter *v;
	size_t n;
};

/* What several may share, so that each event is for whoever comes first. What comes by a connected
 * stream is for one reader; of other sockets it is not known what they are. */
static bool can_be_shared(const struct cap_file *f)
{
	return f->kind == CAP_K_LISTEN || f->kind == CAP_K_FIFO || f->kind == CAP_K_EVENTFD || is_datagram(f);
}

/* All eventfds have one inode, so that only their descriptor tells them apart. */
static bool is_same(const struct cap_file *a, const struct cap_file *b)
{
	if (a->kind != b->kind)
		return false;
	return a->kind == CAP_K_EVENTFD ? a->tgid == b->tgid && a->fd == b->fd : a->ino && a->ino == b->ino;
}

static struct waiter *waiter_of(struct crowd *c, uint32_t tgid, uint32_t tid, uint32_t epoll)
{
	size_t i = 0;

	while (i < c->n && (c->v[i].tgid != tgid || c->v[i].tid != tid || c->v[i].epoll != epoll))
		i++;
	if (i == c->n)
		c->v[c->n++] = (struct waiter){.tgid = tgid, .tid = tid, .epoll = epoll};
	return &c->v[i];
}

/* The registration of the file in an epoll, or NULL. */
static const struct cap_registration *registration(const struct crowd *c, uint32_t epoll)
{
	for (size_t i = 0; i < c->whole->nregistrations; i++)
		if (c->whole->registrations[i].epoll == epoll &&
		    is_same(c->f, &c->whole->files[c->whole->registrations[i].file]))
			return &c->whole->registrations[i];
	return NULL;
}

/* Was the file in a poll or select of the thread, and how often ready? */
static bool is_polled(const struct crowd *c, const struct cap_calls *wait, uint64_t *ready)
{
	bool is = false;

	*ready = 0;
	for (size_t i = 0; i < c->whole->ninterests; i++) {
		const struct cap_interest *in = &c->whole->interests[i];
		bool of = in->tid == wait->tid && in->tgid == wait->tgid && in->file != IOM_NO_FILE &&
			  is_same(c->f, &c->whole->files[in->file]);

		if (!of || !(in->by_select ? wait->class == CAP_C_SELECT && in->set == wait->set :
					     wait->class == CAP_C_POLL && in->set_file == wait->file))
			continue;
		is = true;
		*ready += in->ready;
	}
	return is;
}

/* Tries of the thread on other files that an epoll may have told it of. */
static uint64_t tries_elsewhere(const struct crowd *c, const struct cap_calls *wait)
{
	uint64_t n = 0;

	for (size_t i = 0; i < c->whole->ncalls; i++) {
		const struct cap_calls *r = &c->whole->calls[i];
		const struct cap_file *f = r->file == IOM_NO_FILE ? NULL : &c->whole->files[r->file];

		if (r->tid != wait->tid || r->tgid != wait->tgid || !is_transfer(r->class) || !f ||
		    is_stored(f->kind) || is_same(c->f, f))
			continue;
		n += r->n.again;
		if (is_taking(r->class))
			n += r->n.ok + r->n.ok_slept + r->n.zero + r->n.zero_slept;
	}
	return n;
}

/* One row of readiness calls: if the file is among those that it waits for, so is its thread. */
static void take_wait(struct crowd *c, const struct cap_calls *r)
{
	uint64_t least = 0, most = r->events, other;
	const struct cap_registration *in;
	struct waiter *w;

	if (r->class != CAP_C_EPOLL_WAIT) {
		if (!is_polled(c, r, &least))
			return;
		w = waiter_of(c, r->tgid, r->tid, IOM_NO_FILE);
	} else {
		in = r->file == IOM_NO_FILE ? NULL : registration(c, r->file);
		if (!in)
			return;
		other = tries_elsewhere(c, r);
		least = most > other ? most - other : 0;
		w = in->events & (EPOLL_EDGE | EPOLL_ONESHOT) ? waiter_of(c, r->tgid, 0, r->file) :
								  waiter_of(c, r->tgid, r->tid, IOM_NO_FILE);
		w->exclusive |= !!(in->events & EPOLL_EXCLUSIVE);
	}
	w->least += least;
	w->most += most;
}

/* Does the thread wait in the epoll that this waiter stands for? */
static bool waits_in(const struct crowd *c, uint32_t tgid, uint32_t tid, uint32_t epoll)
{
	for (size_t i = 0; i < c->whole->ncalls; i++) {
		const struct cap_calls *r = &c->whole->calls[i];

		if (r->tgid == tgid && r->tid == tid && r->class == CAP_C_EPOLL_WAIT && r->file == epoll)
			return true;
	}
	return false;
}

/* Whoever tries the file belongs to the waiter that he is, or whose epoll he looks at. */
static void take_tries(struct crowd *c, const struct cap_calls *r)
{
	size_t i = 0;

	while (i < c->n && (c->v[i].tgid != r->tgid || (c->v[i].tid ? c->v[i].tid != r->tid :
							!waits_in(c, r->tgid, r->tid, c->v[i].epoll))))
		i++;
	if (i == c->n)
		return;
	c->v[i].done += r->n.ok + r->n.ok_slept;
	c->v[i].again += r->n.again;
}

static void gather(struct crowd *c)
{
	for (size_t i = 0; i < c->whole->ncalls; i++)
		if (is_readiness(c->whole->calls[i].class))
			take_wait(c, &c->whole->calls[i]);
	for (size_t i = 0; i < c->whole->ncalls && c->n > 1; i++) {
		const struct cap_calls *r = &c->whole->calls[i];

		if (r->file != IOM_NO_FILE && r->class == c->class && is_same(c->f, &c->whole->files[r->file]))
			take_tries(c, r);
	}
}

/*
 * Wake-ups that ended in EAGAIN with nothing taken, at least. A program that tries before it
 * waits, or that takes until there is no more, gets one EAGAIN to each success without any
 * such wake-up: only those beyond are counted, or the wake-ups that brought nothing.
 */
static uint64_t missed_by(const struct waiter *w)
{
	uint64_t beyond = w->again > w->done ? w->again - w->done : 0;
	uint64_t vain = w->least > w->done ? w->least - w->done : 0;
	uint64_t most = w->most > w->done ? w->most - w->done : 0;
	uint64_t n = vain < w->again ? vain : w->again;

	if (n < beyond)
		n = beyond;
	return n < most ? n : most;
}

struct herd {
	uint64_t done, missed;
	size_t waiters, processes;
};

static struct herd herd_of(const struct crowd *c)
{
	struct herd h = {};
	uint32_t last = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct waiter *w = &c->v[i];

		h.done += w->done;
		if (w->exclusive || !(w->done || w->again))
			continue;
		h.missed += missed_by(w);
		h.waiters++;
		h.processes += w->tgid != last;
		last = w->tgid;
	}
	return h;
}

bool iom_find_herd(struct search *s, const struct cap_calls *r)
{
	const struct iom_capture *whole = s->ev->whole ? s->ev->whole : s->cap;
	struct crowd c = {.whole = whole, .f = &s->cap->files[r->file], .class = r->class};
	struct rep_finding *f;
	struct herd h;

	if (!can_be_shared(c.f))
		return false;
	c.v = iom_alloc(whole->ncalls, sizeof(*c.v));
	gather(&c);
	h = herd_of(&c);
	free(c.v);
	if (h.waiters < 2 || !h.done || h.missed < iom_limit(LIMIT_HERD) ||
	    h.missed < iom_limit(LIMIT_HERD_EACH) * h.done)
		return false;
	f = iom_finding_add(
		s, "thundering-herd", IOM_SEV_WARNING,
		iom_sentence("%s threads%s%s%s wait for %s and were woken together: at least %s wake-ups found "
			     "nothing and got EAGAIN, while %s brought something, %.1f to each. Usual way out: "
			     "%s.",
			     iom_count(h.waiters), h.processes > 1 ? " of " : "",
			     h.processes > 1 ? iom_count(h.processes) : "", h.processes > 1 ? " processes" : "",
			     iom_finding_name(s->cap, r->file), iom_count(h.missed), iom_count(h.done),
			     (double)h.missed / h.done,
			     c.f->kind == CAP_K_LISTEN || c.f->kind == CAP_K_SOCK ?
				     "EPOLLEXCLUSIVE, or SO_REUSEPORT with a socket for each" :
				     "EPOLLEXCLUSIVE, or one who takes and hands over"));
	f->count = h.missed;
	f->nr = r->nr;
	f->file = r->file;
	return true;
}
