/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * votes.c - each row of the capture is asked about, and votes for the model that the first
 * rule says.
 */
#include <fcntl.h>

#include "judge/asked.h"
#include "judge/doorbell.h"
#include "judge/roles.h"
#include "judge/score.h"

#define TIME_MOST 1e18 /* ns: thirty years */

static void add(struct ev_vote *to, const struct ev_vote *v)
{
	to->transfers += v->transfers;
	to->bytes += v->bytes;
	to->wait_ns += v->wait_ns;
	to->ops += v->ops;
	if (v->max_ns > to->max_ns)
		to->max_ns = v->max_ns;
	to->open_ns += v->open_ns;
	to->work += v->work;
	to->idle += v->idle;
}

static void speak(const struct iom_evidence *ev, const struct asked *q, enum iom_rule rule)
{
	struct ev_spoke *s = &q->p->spoke[rule];
	double loud = iom_weight(&q->n);

	add(&s->vote, &q->n);
	if (loud <= s->loudest)
		return;
	s->loudest = loud;
	s->calls = q->calls;
	s->thread = q->t ? q->t - ev->threads : UINT32_MAX;
}

/* Does the thread that waits for connections leave them to others? */
static bool hands_over(const struct ev_thread *t)
{
	return t && t->accepts && t->done - t->accepts <= iom_limit(LIMIT_HANDED) * t->accepts;
}

/* How much of its waiting is waited for the sake of I/O. */
static double part_of(const struct asked *q)
{
	if (q->side.stored)
		return iom_limit(LIMIT_DISK);
	return q->side.kind == CAP_K_LISTEN && hands_over(q->t) ? iom_limit(LIMIT_LISTENER) : 1;
}

/*
 * Transfers of stored files that did not sleep, by a thread that asks for readiness: they are
 * part of serving what a readiness call told of, and weigh so much of it. Beyond so many to each
 * event they are a job of their own.
 */
static double part_served(const struct ev_thread *t)
{
	double part = iom_limit(LIMIT_DISK) * t->ready_events, most = iom_limit(LIMIT_SERVED) * t->ready_events;
	double beyond = t->stored > most ? t->stored - most : 0;

	if (!t->ready_events || !t->stored || t->stored_slept || part + beyond >= t->stored)
		return 1;
	return (part + beyond) / t->stored;
}

/* One vote counts for the thread, the file and the process at once. */
static void vote(struct iom_evidence *ev, struct asked *q, enum iom_rule rule, enum iom_model model)
{
	enum iom_model own = model;

	if (model == IOM_M_NONE)
		return;
	iom_weigh(&q->n, q->side.kind, part_of(q));
	if (rule == RULE_MAY_SLEEP && q->side.stored && q->t)
		q->n.work *= part_served(q->t);
	if (rule == RULE_HELPER) { /* the helper itself does what any other thread would */
		own = iom_rule(iom_first_rule(q, RULE_HELPER + 1))->model;
		q->p->helper_transfers += q->n.transfers;
	}
	if (q->t && !q->t->kernel && own != IOM_M_NONE)
		add(&q->t->votes[own], &q->n);
	if (q->side.file != IOM_NO_FILE) {
		ev->files[q->side.file].used = true;
		add(&ev->files[q->side.file].votes[model], &q->n);
		if (rule == RULE_WATCHED)
			ev->files[q->side.file].ready += q->n.transfers;
	}
	add(&q->p->votes[model], &q->n);
	speak(ev, q, rule);
}

static bool is_nothing(const struct ev_vote *v)
{
	return !v->transfers && !v->wait_ns && !v->open_ns;
}

static bool is_silent(const struct ev_vote votes[IOM_M_NR])
{
	int m = 0;

	while (m < IOM_M_NR && is_nothing(&votes[m]))
		m++;
	return m == IOM_M_NR;
}

static void ask(struct iom_evidence *ev, struct asked *q)
{
	enum iom_rule rule = iom_first_rule(q, 0);

	if (rule != RULE_COMPANY && !is_nothing(&q->n))
		vote(ev, q, rule, iom_rule(rule)->model);
}

/* What needed no wait is waited for as the rest of its file is, else of its thread, else of
 * its process: by what was waited, and by transfers that readiness, signals or retries
 * brought. */
static enum iom_model company(const struct ev_vote votes[IOM_M_NR])
{
	enum iom_model best = IOM_M_NONE;
	double most = 0;

	for (int m = 0; m < IOM_M_NR; m++) {
		double weight = iom_weight(&votes[m]);

		if (m == IOM_M_BLOCKING)
			weight -= votes[m].transfers * iom_limit(LIMIT_TRANSFER_NS);
		if (m != IOM_M_ASYNC && weight > most)
			best = m, most = weight;
	}
	return best;
}

static void ask_company(struct iom_evidence *ev, struct asked *q)
{
	enum iom_model m = IOM_M_NONE;

	if (!q->n.transfers || iom_first_rule(q, 0) != RULE_COMPANY)
		return;
	if (q->side.file != IOM_NO_FILE)
		m = company(ev->files[q->side.file].votes);
	if (m == IOM_M_NONE && q->t)
		m = company(q->t->votes);
	if (m == IOM_M_NONE)
		m = company(q->p->votes);
	vote(ev, q, RULE_COMPANY, m == IOM_M_NONE ? IOM_M_NONBLOCKING : m);
}

/* ---- transfers --------------------------------------------------------------------------------- */

static struct side side_of(const struct iom_evidence *ev, uint32_t file, uint8_t class, uint32_t f_flags)
{
	struct side s = {.file = file};

	if (file != IOM_NO_FILE)
		s.kind = ev->cap->files[file].kind;
	s.stored = is_stored(s.kind) || class == CAP_C_SYNC || class == CAP_C_PROCMEM;
	if (s.stored)
		return s;
	s.nonblock = f_flags & O_NONBLOCK;
	s.async = f_flags & O_ASYNC;
	if (file != IOM_NO_FILE) {
		s.watch = ev->files[file].watch;
		s.watch_sleeps = ev->files[file].watch_sleeps;
	}
	return s;
}

static struct side other_side(const struct iom_evidence *ev, const struct cap_calls *r)
{
	struct side s = side_of(ev, r->other, r->class, r->other_nonblock ? O_NONBLOCK : 0);

	if (r->other == IOM_NO_FILE) {
		s.kind = r->other_kind;
		s.stored = is_stored(s.kind);
	}
	return s;
}

static bool is_stream(const struct side *s)
{
	return s->kind != CAP_K_UNKNOWN && s->kind != CAP_K_NULL && !s->stored;
}

/* A call with two files: the one that can wait for somebody decides, and readiness of either
 * is readiness. A sleep is for the one that was not told not to wait. */
static struct side decide(struct side a, struct side b, bool slept)
{
	struct side s = is_stream(&a) || !is_stream(&b) ? a : b;

	if (slept && is_stream(&s) && s.nonblock) {
		if (s.file == a.file && (b.stored || (is_stream(&b) && !b.nonblock)))
			return b;
		if (s.file == b.file && a.stored)
			return a;
	}
	if (is_stream(&b) && b.watch > s.watch) {
		s.watch = b.watch;
		s.watch_sleeps = b.watch_sleeps;
	}
	return s;
}

enum { SLEPT, AGAIN, DONE, PARTS };

struct row { /* of transfers */
	struct asked part[PARTS];
	uint64_t tries; /* in vain */
};

/* At the end of a file, a pipe or a connection there is nothing to transfer. */
static bool may_end(const struct cap_calls *r)
{
	return is_input(r->class);
}

static uint64_t ends(const struct cap_calls *r)
{
	return may_end(r) ? r->n.zero + r->n.zero_slept : 0;
}

/* Is a regular file looked at beyond its end, again and again, with nobody who tells the
 * thread when? */
static bool looks_for_more(const struct iom_evidence *ev, const struct cap_calls *r)
{
	const struct cap_file *f = r->file == IOM_NO_FILE ? NULL : &ev->cap->files[r->file];
	const struct ev_thread *t = ev_thread_of(ev, r->tid, r->tgid);

	return f && f->kind == CAP_K_REG && r->class == CAP_C_READ && (!t || t->told <= ends(r) / 2) &&
	       ends(r) >= iom_limit(LIMIT_GROWING_ENDS) * (f->merged ? f->merged : 1) &&
	       ends(r) >= iom_limit(LIMIT_GROWING_PART) * (r->n.ok + r->n.ok_slept);
}

static bool is_two_files(uint8_t class)
{
	return class == CAP_C_SENDFILE || class == CAP_C_SPLICE || class == CAP_C_COPYRANGE;
}

static void share_out(struct asked *q, uint64_t n, uint64_t all, uint64_t bytes)
{
	q->n.transfers = n;
	q->n.bytes = all ? (double)bytes * n / all : 0;
}

/* Where a tracer makes all calls sleep, who is told of a file's readiness may not have slept for it. */
static bool is_for_tracer(const struct asked *q)
{
	return q->p && q->p->stops.at_calls && q->side.watch == EV_WATCHED;
}

static struct row read_row(const struct iom_evidence *ev, size_t i)
{
	const struct cap_calls *r = &ev->cap->calls[i];
	const struct acc_calls *sleep = &ev->account->calls[i];
	struct side a = side_of(ev, r->file, r->class, r->f_flags), b = other_side(ev, r);
	bool two = is_two_files(r->class), growing = looks_for_more(ev, r);
	struct asked q = {.what = ASK_DONE, .calls = i, .p = ev_proc_of(ev, r->tgid), .growing = growing,
			  .t = ev_thread_of(ev, r->tid, r->tgid), .side = two ? decide(a, b, false) : a};
	uint64_t all = r->n.ok + r->n.ok_slept + (may_end(r) ? 0 : r->n.zero + r->n.zero_slept);
	uint64_t slept = r->n.ok_slept + (may_end(r) ? 0 : r->n.zero_slept), again = r->n.retry;
	uint64_t tries = r->n.again - iom_turned_away(ev->cap, r); /* after those there is nothing to ask again for */
	bool rings = r->n.again && iom_rings_own_bell(ev->cap, r);
	struct row row = {};

	q.may_sleep = !q.side.nonblock && (!r->n.nowait || r->n.nowait < all - slept + r->n.again);
	row.part[SLEPT] = row.part[AGAIN] = row.part[DONE] = q;
	row.part[AGAIN].again = true;
	/* Whoever looks so often without waiting does not leave the waiting to the call. */
	row.part[AGAIN].may_sleep = q.may_sleep && (slept || r->n.again <= all);
	row.part[SLEPT].what = ASK_SLEPT;
	if (two)
		row.part[SLEPT].side = decide(a, b, true);
	/* Told not to wait, by O_NONBLOCK or with each call: it slept for a lock, a page or a tracer. */
	if (row.part[SLEPT].side.nonblock || is_for_tracer(&q) || (r->n.nowait && r->n.nowait >= iom_operations(r))) {
		slept = 0;
	} else {
		slept -= sleep->pages < slept ? sleep->pages : slept; /* of the program's memory */
		row.part[SLEPT].n = (struct ev_vote){.wait_ns = sleep->ns, .ops = sleep->slept,
							     .max_ns = sleep->max_ns};
	}
	if (again > all - slept || r->n.again > all - slept)
		again = all - slept;
	if (rings)
		again = 0;
	share_out(&row.part[SLEPT], slept, all, r->bytes);
	share_out(&row.part[AGAIN], again, all, r->bytes);
	share_out(&row.part[DONE], all - slept - again, all, r->bytes);
	if (growing)
		row.tries = ends(r);
	else if (q.side.watch != EV_SPUN && tries && !rings && (again || !all) &&
		 iom_first_rule(&row.part[AGAIN], 0) == RULE_AGAIN)
		row.tries = tries;
	return row;
}

/* A doorbell, unless reading it is what the thread sleeps in; what counts aside. */
static bool is_no_data(const struct iom_evidence *ev, const struct cap_calls *r, const struct side *s)
{
	if (s->kind == CAP_K_EVENTFD)
		return !r->n.ok_slept;
	return is_bell_kind(s->kind) || s->kind == CAP_K_EPOLL || s->kind == CAP_K_NULL ||
	       (ev_is_aside(ev, s->file) && !r->n.ok_slept);
}

/* Does the thread look once a tick of a timer, and do other work too? Then the pauses are the
 * timer's. */
static bool looks_by_the_way(const struct ev_thread *t)
{
	return t->done >= t->tries && t->tries <= t->timer_sleeps;
}

/* What trying takes: the part of the thread's CPU time that the fruitless tries are of its
 * calls, each up to what a transfer weighs; and the pauses between them, one each. */
static void vote_tries(struct iom_evidence *ev, struct asked q, enum iom_rule rule, uint64_t tries)
{
	const struct ev_thread *t = q.t;
	uint64_t calls = t->calls > t->tries ? t->calls : t->tries;
	uint64_t pauses = t->tries < t->timer_sleeps ? t->timer_sleeps : t->tries;
	double each = (double)ev->cap->threads[t - ev->threads].cpu_ns / calls;

	if (each > iom_limit(LIMIT_TRANSFER_NS))
		each = iom_limit(LIMIT_TRANSFER_NS);
	if (!looks_by_the_way(t))
		each += (double)t->timer_ns / pauses;
	if (each * tries > TIME_MOST) /* a forged recording may say anything */
		each = TIME_MOST / tries;
	q.n = (struct ev_vote){.ops = tries, .wait_ns = tries * each};
	vote(ev, &q, rule, iom_rule(rule)->model);
}

static void vote_transfers(struct iom_evidence *ev, size_t i)
{
	struct row row = read_row(ev, i);
	struct asked *q = &row.part[SLEPT];

	if (q->side.kind == CAP_K_SIGNALFD) {
		row.part[SLEPT].what = ASK_SIGNAL;
		row.part[SLEPT].n.transfers = row.part[SLEPT].n.bytes = 0;
		ask(ev, q);
	} else if (!is_no_data(ev, &ev->cap->calls[i], &q->side)) {
		for (int k = 0; k < PARTS; k++)
			ask(ev, &row.part[k]);
		if (row.tries && q->t)
			vote_tries(ev, row.part[AGAIN], q->growing ? RULE_GROWING : RULE_AGAIN, row.tries);
	}
}

/* ---- all other waiting ---------------------------------------------------------------------------- */

static enum asked_what what_of(uint8_t class)
{
	if (class >= CAP_C_AIO_SUBMIT && class <= CAP_C_URING_SUBMIT)
		return ASK_COMPLETION;
	if (class == CAP_C_SIGSUSPEND || class == CAP_C_SIGWAIT)
		return ASK_SIGNAL;
	return class == CAP_C_NAME ? ASK_NAME : is_transfer(class) ? ASK_SLEPT : ASK_NOTHING;
}

/* Work on names that slept. What opens a file that waits for its other party, such as a
 * FIFO, is like a connect: a transfer of 0 bytes. */
static bool is_rendezvous(const struct iom_capture *cap, uint32_t file)
{
	uint8_t kind = file == IOM_NO_FILE ? CAP_K_UNKNOWN : cap->files[file].kind;

	return kind == CAP_K_FIFO || kind == CAP_K_TTY || kind == CAP_K_CHR;
}

static void vote_calls(struct iom_evidence *ev, size_t i)
{
	const struct cap_calls *r = &ev->cap->calls[i];
	const struct acc_calls *sleep = &ev->account->calls[i];
	struct asked q = {.what = what_of(r->class), .calls = i, .p = ev_proc_of(ev, r->tgid),
			  .t = ev_thread_of(ev, r->tid, r->tgid), .side.file = IOM_NO_FILE,
			  .n = {.wait_ns = sleep->ns, .ops = sleep->slept, .max_ns = sleep->max_ns}};

	if (is_transfer(r->class)) {
		vote_transfers(ev, i);
	} else if (q.what == ASK_COMPLETION || q.what == ASK_NAME) {
		if (q.what == ASK_NAME && is_rendezvous(ev->cap, r->file)) {
			q.n.transfers = r->n.ok_slept;
			q.side.file = r->file;
		}
		ask(ev, &q);
	}
}

static void vote_requests(struct iom_evidence *ev, const struct cap_requests *r)
{
	uint64_t done = r->done_inline + r->done_late + r->done_asleep;
	struct asked q = {.what = ASK_REQUEST, .calls = UINT32_MAX, .p = ev_proc_of(ev, r->tgid),
			  .t = ev_thread_of(ev, r->tid, r->tgid), .side.file = r->file,
			  .n = {.transfers = r->submitted, .bytes = r->bytes}};

	if (!q.p || !ev_moves_data(r))
		return;
	if (r->more) /* multishot: each completion is a transfer, its end is none */
		q.n.transfers = r->more + (done > r->errors ? done - r->errors : 0);
	if (r->file != IOM_NO_FILE)
		ev->files[r->file].attempts += q.n.transfers;
	ask(ev, &q);
}

/* A sleep under way is an operation that has not ended. */
static void vote_open(struct iom_evidence *ev, const struct cap_open_call *c, struct asked q)
{
	const struct cap_file *f = c->file == IOM_NO_FILE ? NULL : &ev->cap->files[c->file];

	q.what = what_of(c->class);
	if (c->nr < 0 || q.what == ASK_NOTHING || (f && f->kind == CAP_K_TIMERFD))
		return;
	if (f && f->kind == CAP_K_SIGNALFD)
		q.what = ASK_SIGNAL;
	q.n.open_ns = c->inside_ns;
	if (q.what == ASK_SLEPT)
		q.side = side_of(ev, c->file, c->class, 0);
	ask(ev, &q);
}

/* What a readiness call's waiting brought. Where bells rang and none of the other files was
 * used, the bells were what it woke for. */
static uint64_t brought(const struct ev_set *set, const struct loop_set *s)
{
	return set->payload && set->rung && !set->taken && !set->rings ? 0 : s->events;
}

static void vote_thread(struct iom_evidence *ev, size_t i)
{
	const struct loop_thread *sets = &ev->loops->threads[i];
	struct ev_thread *t = &ev->threads[i];
	struct asked q = {.calls = UINT32_MAX, .p = &ev->procs[t->proc], .t = t, .side.file = IOM_NO_FILE};

	for (size_t k = 0; k < sets->nsets; k++) {
		q.what = ASK_READINESS;
		q.set = &t->sets[k];
		q.n = (struct ev_vote){.wait_ns = sets->sets[k].ns - sets->sets[k].open_ns,
				       .ops = brought(&t->sets[k], &sets->sets[k]),
				       .open_ns = sets->sets[k].open_ns};
		ask(ev, &q);
		if (q.set->tries)
			vote_tries(ev, q, q.set->spin ? RULE_SPIN : RULE_VAIN, q.set->tries);
	}
	q.what = ASK_COMPLETION;
	q.set = NULL;
	q.n = (struct ev_vote){.ops = t->ring_looks};
	if (t->ring_spin)
		vote_tries(ev, q, iom_first_rule(&q, 0), t->ring_looks);
	q.what = ASK_SIGNAL;
	q.n = (struct ev_vote){.wait_ns = t->sigwait_ns, .ops = t->io_signals};
	if (t->io_signals)
		ask(ev, &q);
	q.what = ASK_EVENT;
	q.n = (struct ev_vote){.transfers = t->signal_events};
	ask(ev, &q);
	q.what = ASK_PAGE;
	q.n = (struct ev_vote){.wait_ns = t->page_ns, .ops = t->pages};
	ask(ev, &q);
	q.n = (struct ev_vote){};
	vote_open(ev, &ev->cap->threads[i].at_end, q);
}

static void count_tries(struct iom_evidence *ev)
{
	for (size_t i = 0; i < ev->cap->ncalls; i++) {
		struct ev_thread *t = ev_thread_of(ev, ev->cap->calls[i].tid, ev->cap->calls[i].tgid);

		if (t && t->proc != UINT32_MAX && is_transfer(ev->cap->calls[i].class))
			t->tries += read_row(ev, i).tries;
	}
	for (size_t i = 0; i < ev->cap->nthreads; i++) {
		for (size_t k = 0; k < ev->loops->threads[i].nsets; k++)
			ev->threads[i].tries += ev->threads[i].sets[k].tries;
		ev->threads[i].tries += ev->threads[i].ring_spin ? ev->threads[i].ring_looks : 0;
	}
}

/* What counts only where nothing else happened: files that never wait, and sleep that only
 * pages without a major fault can explain. */
static void vote_silent(struct iom_evidence *ev, size_t i)
{
	struct ev_thread *t = &ev->threads[i];
	struct asked q = {.what = ASK_PAGE, .calls = UINT32_MAX, .p = &ev->procs[t->proc], .t = t,
			  .side.file = IOM_NO_FILE, .n = {.wait_ns = t->outside_ns, .ops = t->outside}};

	ask(ev, &q);
	q.n = (struct ev_vote){.transfers = t->aside};
	if (t->aside)
		vote(ev, &q, RULE_ASIDE, IOM_M_BLOCKING);
}

static void vote_rest(struct iom_evidence *ev)
{
	for (size_t i = 0; i < ev->cap->nprocs; i++)
		ev->procs[i].silent = is_silent(ev->procs[i].votes);
	for (size_t i = 0; i < ev->cap->nthreads; i++) {
		struct ev_thread *t = &ev->threads[i];
		struct ev_vote helped = {};

		if (t->proc == UINT32_MAX || t->kernel)
			continue;
		if (ev->procs[t->proc].silent)
			vote_silent(ev, i);
		/* The thread that asks glibc's helpers transfers nothing itself. */
		helped.transfers = ev->procs[t->proc].helper_transfers;
		iom_weigh(&helped, CAP_K_UNKNOWN, 1);
		if (!t->helper && !t->done && ev->cap->threads[i].tid == ev->cap->threads[i].tgid)
			add(&t->votes[IOM_M_ASYNC], &helped);
	}
}

static bool is_ours(const struct iom_evidence *ev, const struct cap_calls *r)
{
	const struct ev_thread *t = ev_thread_of(ev, r->tid, r->tgid);

	return ev_proc_of(ev, r->tgid) && !(t && t->kernel);
}

void ev_vote_all(struct iom_evidence *ev)
{
	const struct iom_capture *cap = ev->cap;

	count_tries(ev);
	for (size_t i = 0; i < cap->ncalls; i++)
		if (is_ours(ev, &cap->calls[i]))
			vote_calls(ev, i);
	for (size_t i = 0; i < cap->nrequests; i++)
		vote_requests(ev, &cap->requests[i]);
	for (size_t i = 0; i < cap->nthreads; i++)
		if (ev->threads[i].proc != UINT32_MAX && !ev->threads[i].kernel)
			vote_thread(ev, i);
	for (size_t i = 0; i < cap->ncalls; i++) {
		struct row row;

		if (!is_ours(ev, &cap->calls[i]) || !is_transfer(cap->calls[i].class))
			continue;
		row = read_row(ev, i);
		for (int k = 0; k < PARTS && !is_no_data(ev, &cap->calls[i], &row.part[k].side); k++)
			ask_company(ev, &row.part[k]);
	}
	vote_rest(ev);
}
