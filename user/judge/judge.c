/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/parts.h"
#include "judge/judge.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "judge/roles.h"
#include "judge/score.h"

static bool mostly(uint64_t part, uint64_t whole, enum iom_limit_id limit)
{
	return whole && part >= iom_limit(limit) * whole;
}

/* What hides behind an asynchronous interface. */
static enum iom_in_fact async_in_fact(const struct ev_proc *p)
{
	const struct ev_async *a = &p->async;

	if (p->helper_transfers > a->submits || mostly(a->worker, a->submits, LIMIT_THREADS))
		return IOM_FACT_THREADS;
	if (a->spins)
		return IOM_FACT_POLLING;
	if (a->sqpoll || a->more)
		return IOM_FACT_NULL;
	return mostly(a->at_once, a->submits, LIMIT_SYNCHRONOUS) ? IOM_FACT_SYNCHRONOUS : IOM_FACT_NULL;
}

static enum iom_in_fact in_fact(const struct ev_proc *p, enum iom_model m, bool polls)
{
	if (m == IOM_M_ASYNC)
		return async_in_fact(p);
	return (m == IOM_M_NONBLOCKING || m == IOM_M_MULTIPLEXED) && polls ? IOM_FACT_POLLING : IOM_FACT_NULL;
}

/* The account of the thread becomes the report's. */
static void take_time(const struct iom_evidence *ev, struct rep_thread *rt)
{
	struct acc_thread *a = &ev->account->threads[rt->thread];

	rt->time = *a;
	a->waits = NULL;
	a->nwaits = 0;
}

static void add_calls(struct rep_loop *l, const struct loop_set *s)
{
	l->calls += s->calls;
	l->zero_timeout += s->nowait;
	l->empty += s->empty;
	l->slept += s->slept;
	l->failed += s->failed;
}

static void take_loop(const struct iom_evidence *ev, struct rep_thread *rt)
{
	const struct loop_thread *t = &ev->loops->threads[rt->thread];
	const struct loop_set *s = t->sets;

	rt->loop.turns = UINT32_MAX;
	rt->loop.fd = -1;
	if (!t->nsets)
		return;
	rt->loop.is_loop = true;
	rt->loop.files = s->files;
	rt->loop.at_least = s->at_least;
	rt->loop.class = s->class;
	rt->loop.nr = s->nr;
	rt->loop.turns = s->turns;
	rt->loop.edge_triggered = s->edge_triggered;
	add_calls(&rt->loop, s);
	/* A poll's set is known by its first file, which may come and go, and a select's by where it lies: then
	 * the loop's calls are in several. */
	for (size_t i = 1; i < t->nsets && s->class != CAP_C_EPOLL_WAIT; i++)
		if (t->sets[i].own && t->sets[i].class == s->class && t->sets[i].nr == s->nr)
			add_calls(&rt->loop, &t->sets[i]);
	if (s->class == CAP_C_EPOLL_WAIT && s->file != IOM_NO_FILE)
		rt->loop.fd = ev->cap->files[s->file].fd;
}

/* What kept a thread awake, and the first row of the capture that says so. */
struct by_one {
	struct rep_awake sum;
	const struct cap_awake *first;
};

/* As many: as they came. */
static int by_samples(const void *a, const void *b)
{
	const struct by_one *x = a, *y = b;

	if (x->sum.samples != y->sum.samples)
		return x->sum.samples > y->sum.samples ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first;
}

/* What kept threads awake, by thread, and of a thread by what it was. */
struct awakes {
	const struct cap_awake **v;
	size_t n;
};

static int by_thread(const struct cap_awake *x, uint32_t tgid, uint32_t tid)
{
	if (x->tgid != tgid)
		return x->tgid < tgid ? -1 : 1;
	return x->tid < tid ? -1 : x->tid > tid;
}

static int by_thread_and_file(const void *a, const void *b)
{
	const struct cap_awake *x = *(const struct cap_awake *const *)a, *y = *(const struct cap_awake *const *)b;
	int order = by_thread(x, y->tgid, y->tid);

	if (order || x->file != y->file)
		return order ? order : x->file < y->file ? -1 : 1;
	if (x->events != y->events)
		return x->events < y->events ? -1 : 1;
	return x < y ? -1 : x > y;
}

static struct awakes sort_awakes(const struct iom_capture *cap)
{
	struct awakes w = {iom_alloc(cap->nawakes, sizeof(*w.v)), cap->nawakes};

	for (size_t i = 0; i < w.n; i++)
		w.v[i] = &cap->awakes[i];
	if (w.n)
		qsort(w.v, w.n, sizeof(*w.v), by_thread_and_file);
	return w;
}

static size_t first_of(const struct awakes *w, uint32_t tgid, uint32_t tid)
{
	size_t low = 0, high = w->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (by_thread(w->v[mid], tgid, tid) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void take_awake(const struct iom_capture *cap, const struct awakes *awakes, struct rep_thread *rt)
{
	const struct cap_thread *ct = &cap->threads[rt->thread];
	size_t first = first_of(awakes, ct->tgid, ct->tid), end = first;
	struct by_one *sums, *to = NULL;
	uint64_t all = 0;

	while (end < awakes->n && !by_thread(awakes->v[end], ct->tgid, ct->tid))
		all += awakes->v[end++]->samples;
	if (first == end)
		return;
	sums = iom_alloc(end - first, sizeof(*sums));
	for (size_t i = first; i < end; i++) {
		const struct cap_awake *w = awakes->v[i];

		if (!to || to->sum.file != w->file || to->sum.events != w->events) {
			to = &sums[rt->nawake_by++];
			*to = (struct by_one){{.file = w->file, .events = w->events}, w};
		}
		to->sum.samples += w->samples;
	}
	qsort(sums, rt->nawake_by, sizeof(*sums), by_samples);
	rt->awake_by = iom_alloc(rt->nawake_by, sizeof(*rt->awake_by));
	for (size_t k = 0; k < rt->nawake_by; k++) {
		rt->awake_by[k] = sums[k].sum;
		rt->awake_by[k].share = (double)sums[k].sum.samples / all;
	}
	free(sums);
}

static void say_none(struct rep_verdict *v, struct rep_share models[IOM_M_NR])
{
	v->model = IOM_M_NONE;
	v->nalso = 0;
	for (int m = 0; m < IOM_M_NR; m++)
		models[m].share = 0;
}

/* A few transfers that needed no wait, in a process that does far more, are no way of working:
 * a line to a log, a file of the kernel. */
static bool is_trifle(const struct ev_thread *t, const struct ev_proc *p)
{
	uint64_t n = 0, all = 0;

	for (int m = 0; m < IOM_M_NR; m++) {
		if (t->votes[m].wait_ns || t->votes[m].open_ns)
			return false;
		n += t->votes[m].transfers;
		all += p->votes[m].transfers;
	}
	return n && n < iom_limit(LIMIT_ALSO_FEW) && n < iom_limit(LIMIT_ALSO) * all;
}

static void judge_thread(const struct iom_evidence *ev, const struct awakes *awakes, struct rep_thread *rt)
{
	const struct ev_thread *t = &ev->threads[rt->thread];

	iom_score(t->votes, &ev->cap->lost, &rt->verdict, rt->models);
	if (is_trifle(t, &ev->procs[t->proc]))
		say_none(&rt->verdict, rt->models);
	rt->verdict.in_fact = in_fact(&ev->procs[t->proc], rt->verdict.model, t->polls);
	take_time(ev, rt);
	take_loop(ev, rt);
	take_awake(ev->cap, awakes, rt);
}

/* Were its operations such that they count for nothing? Then that somebody waits for it says nothing of a model. */
static bool counts_for_nothing(const struct iom_evidence *ev, uint32_t file)
{
	const struct cap_file *f = &ev->cap->files[file];

	return ev->files[file].attempts && (is_bell_kind(f->kind) || f->kind == CAP_K_EPOLL || ev_is_aside(ev, file));
}

static void judge_file(const struct iom_evidence *ev, uint32_t file, struct rep_file *rf)
{
	const struct ev_file *f = &ev->files[file];

	rf->file = file;
	rf->attempts = f->attempts;
	rf->slept = f->slept;
	rf->eagain = f->eagain;
	rf->failed = f->failed;
	rf->ready = f->ready;
	rf->signals = f->signals;
	rf->inline_ = f->inline_;
	rf->late = f->late;
	rf->since_ns = f->since_ns;
	rf->open_at_end = f->open_at_end;
	rf->model = iom_shares(f->votes, rf->models);
	if (rf->model == IOM_M_NONE && f->watch == EV_WATCHED && !counts_for_nothing(ev, file))
		rf->model = IOM_M_MULTIPLEXED;
}

static void add_time(struct rep_time *to, const struct acc_thread *t)
{
	to->wall_ns += t->wall_ns;
	to->running_ns += t->running_ns;
	to->runq_ns += t->runq_ns;
	to->waiting_ns += t->waiting_ns;
}

/* Nothing came of any wait, while a thread that waits for no file computed: that is what
 * happened. */
static void weigh_computing(const struct iom_evidence *ev, const struct ev_proc *p, struct rep_process *rp)
{
	double most = 0;

	for (int m = 0; m < IOM_M_NR; m++)
		if (p->votes[m].transfers || p->votes[m].ops)
			return;
	for (size_t i = 0; i < rp->nthreads; i++) {
		const struct rep_thread *rt = &rp->threads[i];
		double part = iom_computing(&rt->time);

		if (rt->verdict.model == IOM_M_NONE && !ev->threads[rt->thread].kernel && part > most)
			most = part;
	}
	if (rp->verdict.model == IOM_M_NONE)
		return;
	if (most < iom_limit(LIMIT_COMPUTES)) {
		rp->verdict.confidence *= 1 - most;
		return;
	}
	say_none(&rp->verdict, rp->models);
	rp->verdict.confidence *= most;
}

/* What was waited for children, and how often. */
static void add_children(const struct acc_thread *a, uint64_t *ns, uint64_t *times)
{
	for (size_t i = 0; i < a->nwaits; i++)
		if (a->waits[i].what == ACC_CHILD) {
			*ns += a->waits[i].ns;
			*times += a->waits[i].slept;
		}
}

/*
 * Most of the time was waited for children, and of files little was wanted, both in number (of
 * each child how it began and ended, say) and in time: a read that tells whether a child has begun,
 * the next line of a script. What such a program does with files is no way of working.
 */
static bool is_beside_children(const struct ev_vote votes[IOM_M_NR], uint64_t ns, uint64_t times, uint64_t wall_ns)
{
	uint64_t waited = 0, n = 0;

	for (int m = 0; m < IOM_M_NR; m++) {
		waited += votes[m].wait_ns + votes[m].open_ns;
		n += votes[m].transfers > votes[m].ops ? votes[m].transfers : votes[m].ops;
	}
	return 2 * ns >= wall_ns && waited <= iom_limit(LIMIT_ALSO) * ns &&
	       (n <= 2 * times || n < iom_limit(LIMIT_ALSO_FEW));
}

static void weigh_children(const struct iom_evidence *ev, const struct ev_proc *p, struct rep_process *rp)
{
	uint64_t ns = 0, times = 0;

	for (size_t i = 0; i < rp->nthreads; i++) {
		struct rep_thread *rt = &rp->threads[i];
		uint64_t own_ns = 0, own_times = 0;

		add_children(&rt->time, &own_ns, &own_times);
		ns += own_ns;
		times += own_times;
		if (own_ns && is_beside_children(ev->threads[rt->thread].votes, own_ns, own_times, rt->time.wall_ns))
			say_none(&rt->verdict, rt->models);
	}
	if (!ns || rp->verdict.model == IOM_M_NONE || !is_beside_children(p->votes, ns, times, rp->time.wall_ns))
		return;
	say_none(&rp->verdict, rp->models);
	/* What was lost may have been anything. */
	if (!ev->cap->lost.counts || rp->verdict.confidence > iom_limit(LIMIT_OPEN_SURE))
		rp->verdict.confidence = iom_limit(LIMIT_OPEN_SURE);
}

static void take_rules(const struct ev_proc *p, struct rep_process *rp)
{
	double all = 0;

	for (int m = 0; m < IOM_M_NR; m++)
		all += iom_weight(&p->votes[m]);
	rp->rules = iom_alloc(RULE_NR, sizeof(*rp->rules));
	for (int i = 0; i < RULE_NR; i++) {
		const struct ev_vote *v = &p->spoke[i].vote;

		if (!v->transfers && !v->wait_ns && !v->open_ns)
			continue;
		rp->rules[rp->nrules++] = (struct rep_rule){
			.id = iom_rule(i)->id,
			.model = iom_rule(i)->model,
			.transfers = v->transfers,
			.phase1_ns = v->wait_ns + v->open_ns,
			.share = all > 0 && rp->verdict.model != IOM_M_NONE ? iom_weight(v) / all : 0,
		};
	}
}

/* Does most of the verdict rest on data that no call moves? */
static bool is_unseen(const struct ev_proc *p, enum iom_model m)
{
	return p->unseen ||
	       (m == IOM_M_BLOCKING && iom_waits_for_pages(p));
}

static void judge_process(const struct iom_evidence *ev, const struct ev_proc *p, struct rep_process *rp)
{
	const struct iom_capture *cap = ev->cap;
	uint32_t tgid = cap->procs[p->proc].tgid;
	struct awakes awakes = sort_awakes(cap);

	rp->proc = p->proc;
	rp->threads = iom_alloc(cap->nthreads, sizeof(*rp->threads));
	rp->files = iom_alloc(cap->nfiles, sizeof(*rp->files));
	for (size_t i = 0; i < cap->nthreads; i++) {
		if (cap->threads[i].tgid != tgid)
			continue;
		rp->threads[rp->nthreads].thread = i;
		judge_thread(ev, &awakes, &rp->threads[rp->nthreads]);
		add_time(&rp->time, &rp->threads[rp->nthreads++].time);
	}
	free(awakes.v);
	for (size_t i = 0; i < cap->nfiles; i++)
		if (cap->files[i].tgid == tgid && ev->files[i].used)
			judge_file(ev, i, &rp->files[rp->nfiles++]);
	iom_score(p->votes, &cap->lost, &rp->verdict, rp->models);
	weigh_computing(ev, p, rp);
	weigh_children(ev, p, rp);
	take_rules(p, rp);
	if (is_unseen(p, rp->verdict.model))
		rp->verdict.confidence *= iom_limit(LIMIT_UNSEEN);
	if (p->stops.at_calls) {
		rp->verdict.confidence *= iom_limit(LIMIT_TRACED);
		rp->verdict.nalso = 0;
	}
	rp->verdict.in_fact = in_fact(p, rp->verdict.model, p->polled && 2 * p->polled >= p->ready_calls);
	rp->verdict.pattern = iom_pattern(ev, rp);
	iom_tables(ev, rp);
	iom_measure(ev, rp);
	for (size_t i = 0; i < rp->nthreads; i++)
		iom_explain_thread(ev, &rp->threads[i]);
	iom_explain_process(ev, rp);
	iom_find(ev, rp);
}

static void judge_part(struct iom_report *rep, const struct iom_capture *part)
{
	struct iom_evidence *ev = iom_evidence(part);

	ev->whole = rep->whole;
	for (size_t i = 0; i < part->nprocs; i++) {
		struct rep_process *rp = &rep->procs[rep->nprocs++];

		rp->cap = part;
		judge_process(ev, &ev->procs[i], rp);
	}
	iom_evidence_free(ev);
}

/* Each process by itself: most rules walk through all that a capture has. */
struct iom_report *iom_judge(const struct iom_capture *cap)
{
	struct iom_report *rep = iom_alloc(1, sizeof(*rep));

	rep->whole = cap;
	rep->parts = iom_parts(cap, &rep->nparts);
	rep->procs = iom_alloc(cap->nprocs, sizeof(*rep->procs));
	for (size_t i = 0; i < rep->nparts; i++)
		judge_part(rep, &rep->parts[i]);
	return rep;
}
