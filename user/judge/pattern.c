/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pattern.c - the architecture: what the threads do that do the work.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "judge/doorbell.h"
#include "judge/judge.h"
#include "judge/roles.h"
#include "judge/score.h"

struct duty { /* of one thread */
	uint64_t pairs; /* connections that it reads */
	uint64_t own_pairs; /* such that it reads and that the program made itself: to an upstream */
	uint64_t moved; /* transfers of connections */
	uint64_t watched; /* of these, of such that somebody waits for by readiness */
	bool answers;	/* writes to connections */
	bool asks;	/* uses other sockets: a resolver's, a wake-up of the program's own */
};

enum { READ = 1, WRITTEN = 2 }; /* by the process */

struct cast {
	const struct iom_evidence *ev;
	const struct rep_process *rp;
	uint32_t tgid;
	struct duty *duties; /* by thread of the capture */
	uint8_t *used;	     /* by file of the capture: READ, WRITTEN */
	uint64_t connections;
	bool accepts;
	size_t loops, servers, workers;	 /* threads: of many files, of connections, of other files */
	uint64_t loops_moved, loops_pairs, loops_accepts, servers_moved, servers_watched, servers_pairs;
	uint64_t servers_answer; /* threads */
};

/* Idle waiting is no work. */
static double work_of(const struct ev_vote votes[IOM_M_NR])
{
	double work = 0;

	for (int m = 0; m < IOM_M_NR; m++)
		work += votes[m].work;
	return work;
}

static void find_use(struct cast *c)
{
	const struct iom_capture *cap = c->ev->cap;

	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];

		if (r->tgid == c->tgid && r->file != IOM_NO_FILE && is_transfer(r->class) && r->n.ok + r->n.ok_slept)
			c->used[r->file] |= is_input(r->class) ? READ : WRITTEN;
	}
}

/*
 * A socket that clients may be served by. One for datagrams that has a peer is a client's own, as
 * a resolver's is. An end of a pair within the process by which data goes in one direction only
 * is a pipe: asyncio and others wake their loop so.
 */
static bool serves(const struct cast *c, uint32_t file)
{
	const struct cap_file *f = &c->ev->cap->files[file];

	if (f->kind != CAP_K_SOCK || (is_datagram(f) && (strncmp(f->name, "udp", 3) || strstr(f->name, " -> "))))
		return false;
	return c->used[file] == (READ | WRITTEN) || !iom_is_own_pair(c->ev->cap, file);
}

/* Did the program itself connect, not a client? */
static bool is_outgoing(const struct iom_capture *cap, uint32_t file)
{
	return cap->files[file].name && strncmp(cap->files[file].name, "unix", 4) &&
	       strstr(cap->files[file].name, " -> ");
}

/* Whoever accepts may read the first words before he hands the connection over. */
static bool is_greeting(const struct cast *c, const struct ev_thread *t, uint32_t file, uint64_t n)
{
	return t->accepts && n < iom_limit(LIMIT_ROLE_WORK) * c->ev->files[file].taken;
}

struct reading { /* of a connection, by a thread */
	uint32_t file, tid;
	size_t row;
};

static int by_reader(const void *a, const void *b)
{
	const struct reading *x = a, *y = b;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if (x->tid != y->tid)
		return x->tid < y->tid ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* For each row: is it the first by which its thread reads its file? By read and by recv the same connection is
 * read: it is one. Heap. */
static bool *first_readings(const struct cast *c)
{
	const struct iom_capture *cap = c->ev->cap;
	struct reading *v = iom_alloc(cap->ncalls, sizeof(*v));
	bool *first = iom_alloc(cap->ncalls, sizeof(*first));
	size_t n = 0;

	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];

		if (r->tgid == c->tgid && r->file != IOM_NO_FILE && is_input(r->class) && r->n.ok + r->n.ok_slept)
			v[n++] = (struct reading){r->file, r->tid, i};
	}
	if (n)
		qsort(v, n, sizeof(*v), by_reader);
	for (size_t i = 0; i < n; i++)
		first[v[i].row] = !i || v[i].file != v[i - 1].file || v[i].tid != v[i - 1].tid;
	free(v);
	return first;
}

static void find_duties(struct cast *c)
{
	const struct iom_capture *cap = c->ev->cap;
	bool *first = first_readings(c);

	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];
		const struct ev_thread *t = ev_thread_of(c->ev, r->tid, r->tgid);
		uint64_t n = r->n.ok + r->n.ok_slept;

		if (r->tgid != c->tgid || r->file == IOM_NO_FILE || !is_transfer(r->class) || !n)
			continue;
		c->accepts |= r->class == CAP_C_ACCEPT;
		if (!t || cap->files[r->file].kind != CAP_K_SOCK)
			continue;
		if (!serves(c, r->file)) {
			c->duties[t - c->ev->threads].asks = true;
			continue;
		}
		c->duties[t - c->ev->threads].moved += n;
		c->duties[t - c->ev->threads].answers |= is_output(r->class);
		c->duties[t - c->ev->threads].watched += c->ev->files[r->file].watch == EV_WATCHED ? n : 0;
		if (is_input(r->class) && !is_greeting(c, t, r->file, n) && first[i])
			*(is_outgoing(cap, r->file) ? &c->duties[t - c->ev->threads].own_pairs :
						      &c->duties[t - c->ev->threads].pairs) += 1;
	}
	free(first);
	for (size_t i = 0; i < cap->nfiles; i++)
		if (cap->files[i].tgid == c->tgid && c->ev->files[i].taken && serves(c, i))
			c->connections += cap->files[i].merged ? cap->files[i].merged : 1;
}

/* poll or select on one file, and then that file, is a blocking call in two steps. */
static bool waits_for_one(const struct cast *c, const struct rep_thread *rt)
{
	const struct loop_thread *t = &c->ev->loops->threads[rt->thread];

	return t->nsets && t->sets[0].class != CAP_C_EPOLL_WAIT && t->sets[0].files == 1;
}

/* Whoever passes on what one client says, to an upstream and back, waits for both ends at once, by a
 * poll or select of these alone; there may be one upstream after the other. Whom clients come to by the
 * same wait is a loop. */
static bool serves_one(const struct cast *c, const struct rep_thread *rt)
{
	const struct loop_thread *t = &c->ev->loops->threads[rt->thread];
	const struct duty *d = &c->duties[rt->thread];

	return t->nsets && t->sets[0].class != CAP_C_EPOLL_WAIT && t->sets[0].files <= iom_limit(LIMIT_NESTED_FILES) &&
	       d->pairs == 1 && d->own_pairs && !c->ev->threads[rt->thread].accepts;
}

/* A loop that goes round has its part, whatever it goes round for. One that came back a few times has it if that
 * was some of the work: the runtime of a language may have a thread that waits for a file besides. */
static bool is_some_loop(const struct cast *c, const struct rep_thread *rt)
{
	return rt->loop.calls >= iom_limit(LIMIT_SPIN_CALLS) ||
	       work_of(c->ev->threads[rt->thread].votes) >=
		       iom_limit(LIMIT_ROLE_WORK) * work_of(c->ev->procs[c->rp->proc].votes);
}

/* Is it a loop by what it transfers? One that is only told, by eventfds and the like, transfers nothing that would
 * speak of a model, and goes round all the same: others make the transfers for it. */
static bool is_loop(const struct cast *c, const struct rep_thread *rt)
{
	const struct loop_thread *t = &c->ev->loops->threads[rt->thread];

	if (!rt->loop.is_loop)
		return false;
	if (rt->verdict.model == IOM_M_NONE)
		return !waits_for_one(c, rt) && t->sets[0].events && rt->loop.calls >= iom_limit(LIMIT_SPIN_CALLS);
	return rt->models[IOM_M_MULTIPLEXED].share >= iom_limit(LIMIT_ROLE_LOOP);
}

static void give_role(struct cast *c, const struct rep_thread *rt)
{
	const struct duty *d = &c->duties[rt->thread];
	/* What a client is served with is none of the connections that a thread serves. */
	uint64_t pairs = d->pairs ? d->pairs : d->own_pairs;
	bool one = (waits_for_one(c, rt) && (d->moved || d->asks)) || serves_one(c, rt);

	if (rt->verdict.model != IOM_M_BLOCKING && rt->verdict.model != IOM_M_MULTIPLEXED &&
	    (rt->verdict.model != IOM_M_NONE || !is_loop(c, rt)))
		return;
	if (!one && is_loop(c, rt)) {
		if (!is_some_loop(c, rt))
			return;
		c->loops++;
		c->loops_moved += d->moved;
		c->loops_pairs += pairs;
		c->loops_accepts += c->ev->threads[rt->thread].accepts;
		return;
	}
	*(d->moved ? &c->servers : &c->workers) += 1;
	c->servers_moved += d->moved;
	c->servers_answer += d->answers;
	c->servers_watched += d->watched;
	c->servers_pairs += pairs;
}

static void give_roles(struct cast *c)
{
	for (size_t i = 0; i < c->rp->nthreads; i++) {
		const struct rep_thread *rt = &c->rp->threads[i];

		if (work_of(c->ev->threads[rt->thread].votes) > 0 ||
		    rt->loop.calls >= iom_limit(LIMIT_SPIN_CALLS))
			give_role(c, rt);
	}
}

/* A pool hands each connection to any of its threads, and each thread serves many. Threads that share few connections
 * are one too; one that reads and one that writes may be there for each. */
static bool is_pool(const struct cast *c)
{
	double many = iom_limit(LIMIT_ROLE_POOL);

	return c->servers_pairs > many * c->servers || c->servers_pairs > many * c->connections ||
	       c->servers_answer > many * c->connections;
}

static bool is_pipeline(const struct cast *c)
{
	const struct iom_capture *cap = c->ev->cap;
	double all = work_of(c->ev->procs[c->rp->proc].votes), pipes = 0;

	for (size_t i = 0; i < cap->nfiles; i++)
		if (cap->files[i].tgid == c->tgid && cap->files[i].stdio && cap->files[i].kind == CAP_K_FIFO)
			pipes += work_of(c->ev->files[i].votes) + c->ev->files[i].open_at_end;
	return pipes > 0 && pipes >= iom_limit(LIMIT_ROLE_WORK) * all;
}

/* Does another process that was watched accept from the same listener? */
static bool shares_listener(const struct cast *c)
{
	const struct iom_capture *cap = c->ev->cap;

	for (size_t i = 0; i < cap->nfiles; i++)
		for (size_t k = 0; k < cap->nfiles && cap->files[i].tgid == c->tgid; k++)
			if (cap->files[i].kind == CAP_K_LISTEN && cap->files[k].kind == CAP_K_LISTEN &&
			    cap->files[k].tgid != c->tgid && cap->files[k].ino == cap->files[i].ino &&
			    cap->files[i].ino && c->ev->files[i].used && c->ev->files[k].used)
				return true;
	return false;
}

static bool blocks(const struct rep_verdict *v)
{
	bool does = v->model == IOM_M_BLOCKING;

	for (size_t i = 0; i < v->nalso; i++)
		does |= v->also[i] == IOM_M_BLOCKING;
	return does;
}

/* A loop that takes nothing of any connection, and a thread that takes of those which the loop
 * waits for: one event loop in two threads, as Tcl's notifier makes it. */
static bool is_notifier(const struct cast *c)
{
	return c->loops == 1 && !c->loops_moved && !c->loops_accepts && c->servers == 1 && !c->workers &&
	       2 * c->servers_watched > c->servers_moved;
}

/* The loop reads what the others only answer: they work for it. */
static bool only_answers(const struct cast *c)
{
	return c->loops_pairs && !c->servers_pairs;
}

static const char *loop_pattern(const struct cast *c)
{
	if (is_notifier(c))
		return "event-loop";
	if (c->servers > 1 && c->servers_moved >= c->loops_moved && !is_pool(c) && !only_answers(c))
		return "thread-per-connection";
	if (c->servers > 1 || c->workers > 1 || (c->servers + c->workers && blocks(&c->rp->verdict)))
		return "event-loop + worker pool";
	return "event-loop";
}

/* Whoever accepts asleep, and then waits for that one connection, waits in two steps, and for no two files at once. */
static bool serves_in_two_steps(const struct cast *c)
{
	const struct iom_capture *cap = c->ev->cap;
	bool two_steps = false;

	for (size_t i = 0; i < c->rp->nthreads; i++)
		two_steps |= waits_for_one(c, &c->rp->threads[i]) && c->ev->threads[c->rp->threads[i].thread].accepts;
	for (size_t i = 0; i < cap->ncalls && two_steps; i++) {
		const struct cap_calls *r = &cap->calls[i];

		if (r->tgid == c->tgid && r->class == CAP_C_ACCEPT && r->file != IOM_NO_FILE &&
		    r->n.ok + r->n.ok_slept && c->ev->files[r->file].watch == EV_UNWATCHED)
			return true;
	}
	return false;
}

/* Asleep throughout for somebody else: in a transfer of a connection, or in an open that waits. */
static bool is_stuck(const struct cast *c, const struct rep_thread *rt)
{
	const struct cap_open_call *o = &c->ev->cap->threads[rt->thread].at_end;
	const struct cap_file *f = o->file == IOM_NO_FILE ? NULL : &c->ev->cap->files[o->file];

	if (o->nr < 0 || o->inside_ns < iom_limit(LIMIT_ROLE_STUCK) * rt->time.wall_ns)
		return false;
	if (o->class == CAP_C_NAME)
		return o->target && !is_close(o->nr);
	return is_transfer(o->class) && f && f->kind == CAP_K_SOCK && serves(c, o->file);
}

/* Threads that each are stuck with something of their own do not work one after the other. */
static const char *stuck_pattern(const struct cast *c)
{
	const struct iom_capture *cap = c->ev->cap;
	size_t stuck = 0, accepted = 0;

	for (size_t i = 0; i < c->rp->nthreads; i++) {
		const struct rep_thread *rt = &c->rp->threads[i];
		uint32_t file = cap->threads[rt->thread].at_end.file;

		if (!is_stuck(c, rt))
			continue;
		stuck++;
		accepted += file != IOM_NO_FILE && cap->files[file].name && strstr(cap->files[file].name, " <- ");
	}
	if (stuck < 2)
		return NULL;
	return accepted == stuck ? "thread-per-connection" : "thread pool";
}

/* Whoever computes beside the thread that transfers does its part of the work, and not after the other has done his.
 * How they share it, no call tells. */
static bool computes_beside(const struct cast *c)
{
	const struct iom_capture *cap = c->ev->cap;

	for (size_t i = 0; i < c->rp->nthreads; i++) {
		const struct rep_thread *rt = &c->rp->threads[i];

		if (rt->verdict.model == IOM_M_NONE && !c->ev->threads[rt->thread].kernel &&
		    iom_computing(&rt->time) >= iom_limit(LIMIT_COMPUTES) &&
		    2 * rt->time.wall_ns >= cap->end_ns - cap->start_ns)
			return true;
	}
	return false;
}

/* Threads that accept, and are asleep or done with that alone. */
static size_t acceptors(const struct cast *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->rp->nthreads; i++) {
		uint32_t thread = c->rp->threads[i].thread;
		const struct cap_open_call *o = &c->ev->cap->threads[thread].at_end;

		n += !c->duties[thread].moved &&
		     (c->ev->threads[thread].accepts || (o->nr >= 0 && o->class == CAP_C_ACCEPT));
	}
	return n;
}

static bool reads_accepted(const struct cast *c)
{
	for (size_t i = 0; i < c->ev->cap->nfiles; i++) {
		const struct cap_file *f = &c->ev->cap->files[i];

		if (f->tgid == c->tgid && c->used[i] & READ && f->kind == CAP_K_SOCK && f->name &&
		    strstr(f->name, " <- "))
			return true;
	}
	return false;
}

/* One thread accepts, and another serves the connection that came of it: with more of them there were more threads. */
static bool hands_over(const struct cast *c)
{
	size_t n = acceptors(c);

	return n && c->servers == 1 && c->servers_pairs && c->workers <= n && reads_accepted(c) && !is_pool(c);
}

/* Any program waits for pages of its own code at its start, and may have waited for its files even less. */
static bool is_memory_mapped(const struct cast *c)
{
	const struct ev_proc *p = &c->ev->procs[c->rp->proc];
	uint64_t transfers = 0;

	if (!iom_waits_for_pages(p))
		return false;
	for (int m = 0; m < IOM_M_NR; m++)
		transfers += p->votes[m].transfers;
	for (size_t i = 0; i < c->rp->nthreads; i++) {
		const struct rep_thread *rt = &c->rp->threads[i];

		for (size_t k = 0; k < rt->time.nwaits; k++)
			if (iom_held_up_by_pages(rt, &rt->time.waits[k]))
				return true;
	}
	return !transfers;
}

static const char *synchronous_pattern(const struct cast *c)
{
	if (c->loops)
		return loop_pattern(c);
	if (c->servers > 1)
		return is_pool(c) ? "thread pool" : "thread-per-connection";
	if (c->rp->verdict.model == IOM_M_MULTIPLEXED && !serves_in_two_steps(c))
		return "event-loop";
	if (is_memory_mapped(c))
		return "memory-mapped";
	if (stuck_pattern(c))
		return stuck_pattern(c);
	if (hands_over(c))
		return "thread-per-connection";
	if (c->workers + c->servers > 1)
		return "thread pool";
	if (c->accepts && shares_listener(c))
		return "process-per-connection";
	if (is_pipeline(c))
		return "pipeline";
	return computes_beside(c) ? NULL : "sequential";
}

static const char *polling_pattern(const struct rep_process *rp)
{
	return rp->time.running_ns + rp->time.runq_ns >= iom_limit(LIMIT_BUSY) * rp->time.wall_ns ? "busy-poll" :
											"timer poll";
}

const char *iom_pattern(const struct iom_evidence *ev, const struct rep_process *rp)
{
	struct cast c = {.ev = ev, .rp = rp, .tgid = ev->cap->procs[rp->proc].tgid};
	const char *pattern = NULL;

	switch (rp->verdict.model) {
	case IOM_M_NONBLOCKING:
		return polling_pattern(rp);
	case IOM_M_SIGNAL:
		return "signal loop";
	case IOM_M_ASYNC:
		return "proactor";
	case IOM_M_NONE:
		return NULL;
	default:
		break;
	}
	c.duties = iom_alloc(ev->cap->nthreads, sizeof(*c.duties));
	c.used = iom_alloc(ev->cap->nfiles, sizeof(*c.used));
	find_use(&c);
	find_duties(&c);
	give_roles(&c);
	pattern = synchronous_pattern(&c);
	free(c.duties);
	free(c.used);
	return pattern;
}
