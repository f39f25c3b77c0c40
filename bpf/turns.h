/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * turns.h - the turns of a loop, told from the task's own counters: no clock is read.
 *
 * When a readiness call that slept returns, the task has just been switched in, so
 * its counters say exactly how much time has passed, how much of it asleep and how
 * much waiting for a CPU. The difference to the last such return, less the sleep of
 * the call itself, is the turn. Which of a thread's readiness calls is its loop is
 * judged in user space: here each of the two sets slept on most is followed.
 */
#ifndef IOM_TURNS_H
#define IOM_TURNS_H

#include "slot.h"

/* A sleep inside a turn goes to its call's part, or takes the smallest one's place. */
static __always_inline void part_add(struct iom_part *parts, struct iom_part *p)
{
	struct iom_part *to = &parts[0];

	for (int i = 0; i < IOM_PARTS; i++) {
		struct iom_part *at = &parts[i];

		if (at->class == p->class && at->nr == p->nr && at->fd == p->fd &&
		    at->gen == p->gen) {
			at->ns += p->ns;
			at->count++;
			return;
		}
		if (at->ns < to->ns)
			to = at;
	}
	if (to->class != IOM_C_NONE && to->ns > p->ns)
		return;
	*to = *p;
}

/* A call slept. key: the readiness row's, if it is one: no part of its own turns. */
IOM_SEPARATE int turns_part(iom_slot_ref ref, struct fact *f, __u64 class, __u64 fd, __u64 key)
{
	struct iom_slot *s = slot_of(ref);
	struct iom_part p = {};

	if (!s || !f)
		return 0;
	p.ns = f->waited;
	p.fd = fd;
	p.gen = fd == IOM_FD_NONE ? 0 : gen_get(s, fd);
	p.count = 1;
	p.nr = f->nr;
	p.class = class;
	for (int i = 0; i < IOM_HOMES; i++)
		if (s->home[i].turns.key && s->home[i].turns.key != key)
			part_add(s->home[i].parts, &p);
	return 0;
}

static __always_inline void turns_slept(struct iom_slot *s, struct fact *f, __u32 class, __u32 fd,
					__u64 key)
{
	if (s->home[0].turns.key) /* else there is no loop yet */
		turns_part(slot_ref(s), f, class, fd, key);
}

static __always_inline void parts_clear(struct iom_part *parts)
{
	for (int i = 0; i < IOM_PARTS; i++) {
		parts[i].class = IOM_C_NONE;
		parts[i].ns = 0;
	}
}

static __always_inline __u32 turn_bin(__u64 ns)
{
	__u32 bin = 0;

	ns >>= IOM_TURN_FIRST;
	for (int step = 16; step; step >>= 1)
		if (ns >> step) {
			ns >>= step;
			bin += step;
		}
	bin += ns != 0;
	return bin < IOM_TURN_BINS ? bin : IOM_TURN_BINS - 1;
}

/* Clocks of processors differ: one that the task has come to may be behind, and what it waited for
 * a CPU then shrinks as well (kernel/sched/stats.h, sched_info_arrive()). */
static __always_inline __u64 span(__u64 from, __u64 to)
{
	return (__s64)(to - from) > 0 ? to - from : 0;
}

static __always_inline void turn_ended(struct iom_home *h, struct task_struct *t, struct fact *f)
{
	struct iom_turns *n = &h->turns;
	__u64 ns = span(h->at_ns, elapsed(t)), sleep = span(h->off_ns, off_time(t));
	__u32 inexact = !f->slept || h->inexact;
	__u64 bin;

	ns = ns > f->waited ? ns - f->waited : 0;
	sleep = sleep > f->waited ? sleep - f->waited : 0;
	if (inexact)
		n->inexact++;
	else
		n->exact++;
	bin = turn_bin(ns);
	IOM_BOUND(bin, 31);
	if (!inexact && bin < IOM_TURN_BINS)
		n->bins[bin]++;
	if (ns <= n->longest_ns)
		return;
	n->longest_ns = ns;
	n->longest_inexact = inexact;
	n->longest_sleep_ns = sleep;
	n->longest_runq_ns = span(h->runq_ns, t->sched_info.run_delay);
	n->longest_end_ns = elapsed(t);
	for (int i = 0; i < IOM_PARTS; i++)
		n->parts[i] = h->parts[i];
}

static __always_inline struct iom_home *home_of(struct iom_slot *s, __u64 key)
{
	for (int i = 0; i < IOM_HOMES; i++)
		if (s->home[i].turns.key == key)
			return &s->home[i];
	return NULL;
}

/* The set gets the place of the one that had fewer turns, which may come again. */
static __always_inline struct iom_home *home_new(struct iom_slot *s, __u64 key)
{
	struct iom_home *h = &s->home[0], *other = &s->home[1];

	if (h->turns.key && (!other->turns.key || other->turns.exact + other->turns.inexact <
						       h->turns.exact + h->turns.inexact))
		h = other;
	if (h->turns.key && h->turns.exact + h->turns.inexact)
		turns_send(s, &h->turns);
	__builtin_memset(&h->turns, 0, sizeof(h->turns));
	h->turns.key = key;
	h->turns.tgid = s->tgid;
	h->turns.serial = s->serial;
	h->shape = 0;
	parts_clear(h->turns.parts);
	return h;
}

/*
 * A readiness call returned: its set, by its row's key and fd, ends a turn and
 * begins one. A set that nobody ever slept on has no turns.
 */
IOM_SEPARATE int turns_ready(iom_slot_ref ref, struct fact *f, __u64 key, __u64 fd)
{
	struct task_struct *t = this_task();
	struct iom_slot *s = slot_of(ref);
	struct iom_home *h;

	if (!s || !f)
		return 0;
	h = home_of(s, key);
	if (h) {
		turn_ended(h, t, f);
	} else {
		if (!f->slept)
			return 0;
		h = home_new(s, key);
	}
	h->inexact = !f->slept;
	h->turns.gen = fd == IOM_FD_NONE ? 0 : gen_get(s, fd);
	h->at_ns = elapsed(t);
	h->off_ns = off_time(t);
	h->runq_ns = t->sched_info.run_delay;
	parts_clear(h->parts);
	return 0;
}

/* The thread ends, or the watch does: what is known of its turns. */
static __always_inline void turns_tell(struct iom_slot *s)
{
	for (int i = 0; i < IOM_HOMES; i++)
		if (s->home[i].turns.key && s->home[i].turns.exact + s->home[i].turns.inexact)
			turns_send(s, &s->home[i].turns);
}

#endif
