/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/classify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Waiting that brings little must not outvote the data path: an idle listener
 * sleeps all day. So waiting counts up to this much per operation it ended with;
 * what is longer was for lack of work. */
#define CREDIT_PER_OP_NS 10000000.0

/* Where the data path waited for less than this part of the time, it did not
 * really wait: score_idle(). */
#define WAITED_AT_ALL 0.01

/* Waiting decides first, transfers support it. */
#define WEIGHT_WAIT 0.75

/* A further model is named from this part of the transfers or of the waiting. */
#define ALSO_PART 0.05
/* One or two sleeps are no way of working. */
#define ALSO_WAITS 3

/* Asynchronous in name: so many requests done before submission returned, or
 * alone in their ring, or handed to helpers, make it something else in fact. */
#define MOSTLY	     0.90
#define MOSTLY_HELPERS 0.50
#define SUBMIT_SLEPT 0.20

/* Confidence: how far a sole sleep under way, or few operations, can carry. */
#define CONFIDENCE_OPEN 0.90
#define OPS_HALF	2.0

static double credit(const struct cor_vote *v, enum iom_model m)
{
	double wait = v->wait_ns, limit = v->ops * CREDIT_PER_OP_NS;

	if (m == IOM_M_NONBLOCKING) /* trying costs; nobody idles that way */
		return wait;
	return wait < limit ? wait : limit;
}

struct score {
	double s[IOM_M_NR];
	double transfers, credit, open;
	bool from_open; /* nothing but sleeps under way */
};

/* Next to nothing that came was waited for. A loop that idles and looks after itself meanwhile
 * (a server without clients that reads its own /proc files ten times a second) is what
 * it idles in; so a transfer weighs no more than the waiting that it could justify. */
static void score_idle(const struct cor_vote votes[IOM_M_NR], struct score *out)
{
	double busy = out->transfers * CREDIT_PER_OP_NS;

	busy = busy < out->open ? busy / out->open : 1;
	for (int m = 0; m < IOM_M_NR; m++) {
		out->s[m] = busy * votes[m].transfers / out->transfers;
		if (busy < 1)
			out->s[m] += (1 - busy) * (votes[m].open_ns + votes[m].wait_ns) / out->open;
	}
}

static void score(const struct cor_vote votes[IOM_M_NR], double life, struct score *out)
{
	double wait[IOM_M_NR], weight;

	memset(out, 0, sizeof(*out));
	for (int m = 0; m < IOM_M_NR; m++) {
		wait[m] = credit(&votes[m], m);
		out->credit += wait[m];
		out->transfers += votes[m].transfers;
		out->open += votes[m].open_ns + votes[m].wait_ns;
	}
	if (!out->transfers && !out->credit) { /* only sleeps that brought nothing */
		out->from_open = out->open > 0;
		for (int m = 0; m < IOM_M_NR && out->from_open; m++)
			out->s[m] = (votes[m].open_ns + votes[m].wait_ns) / out->open;
		return;
	}
	if (!out->transfers) {
		weight = 1;
	} else if (out->credit > 0 && out->credit >= WAITED_AT_ALL * life) {
		weight = WEIGHT_WAIT;
	} else {
		score_idle(votes, out);
		return;
	}
	for (int m = 0; m < IOM_M_NR; m++) {
		out->s[m] = weight * wait[m] / out->credit;
		if (out->transfers)
			out->s[m] += (1 - weight) * votes[m].transfers / out->transfers;
	}
}

static enum iom_model best(const struct score *sc)
{
	enum iom_model m = IOM_M_NONE;
	double most = 0;

	for (int i = 0; i < IOM_M_NR; i++)
		if (sc->s[i] > most)
			m = i, most = sc->s[i];
	return m;
}

static double confidence(const struct score *sc, enum iom_model m, const struct cor_vote *votes,
			 const struct cap_lost *lost)
{
	double second = 0, ops = 0, c;

	if (m == IOM_M_NONE)
		return CONFIDENCE_OPEN;
	for (int i = 0; i < IOM_M_NR; i++) {
		if (i != (int)m && sc->s[i] > second)
			second = sc->s[i];
		ops += votes[i].transfers + votes[i].ops;
	}
	if (sc->from_open)
		return CONFIDENCE_OPEN * (1 - second / (sc->s[m] + second) / 2);
	c = ops / (ops + OPS_HALF) * (0.5 + 0.49 * (sc->s[m] - second) / sc->s[m]);
	if (lost->counts) /* in proportion, and never as if nothing had happened */
		c *= 0.98 * ops / (ops + lost->counts);
	return c;
}

static void take_also(struct rep_verdict *v, const struct score *sc,
		      const struct cor_vote votes[IOM_M_NR])
{
	for (int m = 0; m < IOM_M_NR; m++) {
		bool much = sc->transfers && votes[m].transfers >= ALSO_PART * sc->transfers;

		much |= sc->credit && credit(&votes[m], m) >= ALSO_PART * sc->credit &&
			votes[m].ops >= ALSO_WAITS;
		much |= sc->from_open && sc->s[m] >= ALSO_PART;
		if (m != (int)v->model && much && sc->s[m] > 0)
			v->also[v->nalso++] = m;
	}
	for (size_t i = 1; i < v->nalso; i++)
		for (size_t k = i; k > 0 && sc->s[v->also[k]] > sc->s[v->also[k - 1]]; k--) {
			enum iom_model swap = v->also[k];

			v->also[k] = v->also[k - 1];
			v->also[k - 1] = swap;
		}
}

static void take_shares(struct rep_share *models, const struct score *sc,
			const struct cor_vote votes[IOM_M_NR])
{
	for (int m = 0; m < IOM_M_NR; m++) {
		models[m].transfers = votes[m].transfers;
		models[m].bytes = votes[m].bytes;
		models[m].phase1_ns = votes[m].wait_ns + votes[m].open_ns;
		models[m].share = sc->s[m];
	}
}

/* Files that never wait for anybody (/dev/null, /dev/zero) count when nothing
 * else does: the program did use blocking calls. */
static void take_null(struct cor_vote votes[IOM_M_NR], uint64_t null_ops)
{
	uint64_t any = 0;

	for (int m = 0; m < IOM_M_NR; m++)
		any += votes[m].transfers + votes[m].wait_ns + votes[m].open_ns;
	if (!any)
		votes[IOM_M_BLOCKING].transfers = null_ops;
}

/* Memory-mapped I/O makes no call: what shows of it is the waiting for pages. */
static void take_faults(struct cor_vote *v, uint64_t faults, uint64_t ns)
{
	v->wait_ns += ns;
	v->ops += faults;
}

/* Signals about files and nothing else, as with leases: they are what it waits for. */
static void take_signals(struct cor_vote votes[IOM_M_NR], uint64_t io_signals)
{
	uint64_t any = 0;

	for (int m = 0; m < IOM_M_NR; m++)
		any += votes[m].transfers + votes[m].wait_ns + votes[m].open_ns;
	if (!any)
		votes[IOM_M_SIGNAL].open_ns = io_signals;
}

static bool mostly(uint64_t part, uint64_t whole, double share)
{
	return whole && part >= share * whole;
}

/* What hides behind an asynchronous interface. */
static enum iom_in_fact async_in_fact(const struct cor_proc *p)
{
	const struct cor_async *a = &p->async;

	if (p->helper_transfers > a->submits || mostly(a->worker, a->submits, MOSTLY_HELPERS))
		return IOM_FACT_THREADS;
	if (a->sqpoll || a->more)
		return IOM_FACT_NULL;
	if (mostly(a->inline_ + a->depth1, a->submits, MOSTLY) &&
	    (mostly(a->depth1, a->submits, MOSTLY) || mostly(a->inline_, a->submits, MOSTLY)))
		return IOM_FACT_SYNCHRONOUS;
	if (a->submit_slept && a->submit_wait_ns >= SUBMIT_SLEPT * (a->submit_wait_ns + a->reap_wait_ns))
		return IOM_FACT_SYNCHRONOUS;
	return IOM_FACT_NULL;
}

static void judge(struct rep_verdict *v, struct rep_share *models, struct cor_vote votes[IOM_M_NR],
		  double life, const struct cap_lost *lost)
{
	struct score sc;

	score(votes, life, &sc);
	v->model = best(&sc);
	v->confidence = confidence(&sc, v->model, votes, lost);
	take_also(v, &sc, votes);
	take_shares(models, &sc, votes);
}

/* The account of the thread becomes the report's. */
static void take_time(const struct iom_correlation *cor, struct rep_thread *rt)
{
	struct acc_thread *a = &cor->account->threads[rt->thread];

	rt->time = *a;
	a->waits = NULL;
	a->nwaits = 0;
}

static void take_loop(const struct iom_correlation *cor, struct rep_thread *rt)
{
	const struct loop_thread *t = &cor->loops->threads[rt->thread];
	const struct loop_set *s = t->sets;

	rt->loop.turns = UINT32_MAX;
	rt->loop.fd = -1;
	if (!t->nsets)
		return;
	rt->loop.is_loop = true;
	rt->loop.calls = s->calls;
	rt->loop.zero_timeout = s->nowait;
	rt->loop.empty = s->empty;
	rt->loop.slept = s->slept;
	rt->loop.files = s->files;
	rt->loop.class = s->class;
	rt->loop.nr = s->nr;
	rt->loop.turns = s->turns;
	rt->loop.edge_triggered = s->edge_triggered;
	if (s->class == CAP_C_EPOLL_WAIT && s->file != IOM_NO_FILE)
		rt->loop.fd = cor->cap->files[s->file].fd;
}

static int by_samples(const void *a, const void *b)
{
	const struct rep_awake *x = a, *y = b;

	return x->samples > y->samples ? -1 : x->samples < y->samples;
}

static void take_awake(const struct iom_correlation *cor, struct rep_thread *rt)
{
	const struct iom_capture *cap = cor->cap;
	const struct cap_thread *ct = &cap->threads[rt->thread];
	uint64_t all = 0;

	for (size_t i = 0; i < cap->nawakes; i++) {
		const struct cap_awake *w = &cap->awakes[i];
		size_t k = 0;

		if (w->tid != ct->tid || w->tgid != ct->tgid)
			continue;
		all += w->samples;
		while (k < rt->nawake_by &&
		       (rt->awake_by[k].file != w->file || rt->awake_by[k].events != w->events))
			k++;
		if (k == rt->nawake_by) {
			rt->awake_by = realloc(rt->awake_by, (k + 1) * sizeof(*rt->awake_by));
			if (!rt->awake_by)
				abort();
			rt->awake_by[k] = (struct rep_awake){.file = w->file, .events = w->events};
			rt->nawake_by++;
		}
		rt->awake_by[k].samples += w->samples;
	}
	for (size_t k = 0; k < rt->nawake_by; k++)
		rt->awake_by[k].share = (double)rt->awake_by[k].samples / all;
	if (rt->nawake_by)
		qsort(rt->awake_by, rt->nawake_by, sizeof(*rt->awake_by), by_samples);
}

static void judge_thread(const struct iom_correlation *cor, struct rep_thread *rt)
{
	const struct cap_thread *ct = &cor->cap->threads[rt->thread];
	struct cor_thread *t = &cor->threads[rt->thread];
	struct cor_proc *p = &cor->procs[t->proc];
	struct cor_vote votes[IOM_M_NR];
	uint64_t any = 0;

	memcpy(votes, t->votes, sizeof(votes));
	take_faults(&votes[IOM_M_BLOCKING], t->faults, t->fault_ns);
	take_signals(votes, t->io_signals);
	take_null(votes, t->null_ops);
	if (t->kernel)
		memset(votes, 0, sizeof(votes));
	for (int m = 0; m < IOM_M_NR; m++)
		any += votes[m].transfers + votes[m].wait_ns + votes[m].open_ns;
	/* The thread that asks glibc's helpers transfers nothing itself. */
	if (p->helper_transfers && !ct->libc_helper && !t->kernel &&
	    (!any || votes[IOM_M_ASYNC].transfers) && t->futex_ns + ct->cpu_ns > 0 &&
	    ct->tid == ct->tgid)
		votes[IOM_M_ASYNC].transfers += p->helper_transfers;
	judge(&rt->verdict, rt->models, votes, ct->end_ns - ct->start_ns, &cor->cap->lost);
	if (rt->verdict.model == IOM_M_NONBLOCKING && t->spin)
		rt->verdict.in_fact = IOM_FACT_POLLING;
	if (rt->verdict.model == IOM_M_ASYNC)
		rt->verdict.in_fact = async_in_fact(p);
	rt->in_futex_ns = t->futex_ns;
	rt->in_timer_ns = t->timer_ns;
	rt->in_child_ns = t->child_ns;
	rt->in_lock_ns = t->lock_ns;
	rt->in_other_ns = t->other_ns;
	take_time(cor, rt);
	take_loop(cor, rt);
	take_awake(cor, rt);
}

static void judge_file(const struct iom_correlation *cor, uint32_t file, struct rep_file *rf)
{
	struct cor_file *f = &cor->files[file];
	struct score sc;

	rf->file = file;
	rf->attempts = f->attempts;
	rf->slept = f->slept;
	rf->eagain = f->eagain;
	rf->ready = f->ready;
	rf->signals = f->signals;
	rf->inline_ = f->inline_;
	rf->late = f->late;
	rf->since_ns = f->since_ns;
	rf->open_at_end = f->open_at_end;
	score(f->votes, 0, &sc);
	rf->model = best(&sc);
	if (rf->model == IOM_M_NONE && f->watch == COR_WATCHED)
		rf->model = IOM_M_MULTIPLEXED;
	take_shares(rf->models, &sc, f->votes);
}

static void *alloc(size_t n, size_t size)
{
	void *p = calloc(n + 1, size);

	if (!p) {
		fputs("iomodel: out of memory\n", stderr);
		exit(1);
	}
	return p;
}

static void add_time(struct rep_time *to, const struct acc_thread *t)
{
	to->wall_ns += t->wall_ns;
	to->running_ns += t->running_ns;
	to->runq_ns += t->runq_ns;
	to->waiting_ns += t->waiting_ns;
}

static void judge_process(const struct iom_correlation *cor, struct cor_proc *p,
			  struct rep_process *rp)
{
	const struct iom_capture *cap = cor->cap;
	const struct cap_proc *cp = &cap->procs[p->proc];
	uint64_t faults = 0, fault_ns = 0;
	bool spin = false;

	rp->proc = p->proc;
	rp->threads = alloc(cap->nthreads, sizeof(*rp->threads));
	rp->files = alloc(cap->nfiles, sizeof(*rp->files));
	for (size_t i = 0; i < cap->nthreads; i++) {
		if (cap->threads[i].tgid != cp->tgid)
			continue;
		rp->threads[rp->nthreads].thread = i;
		judge_thread(cor, &rp->threads[rp->nthreads]);
		add_time(&rp->time, &rp->threads[rp->nthreads++].time);
		faults += cor->threads[i].faults;
		fault_ns += cor->threads[i].fault_ns;
		spin |= cor->threads[i].spin;
	}
	take_faults(&p->votes[IOM_M_BLOCKING], faults, fault_ns);
	take_signals(p->votes, p->io_signals);
	take_null(p->votes, p->null_ops);
	judge(&rp->verdict, rp->models, p->votes, p->life_ns, &cap->lost);
	if (rp->verdict.model == IOM_M_NONBLOCKING && spin)
		rp->verdict.in_fact = IOM_FACT_POLLING;
	if (rp->verdict.model == IOM_M_ASYNC)
		rp->verdict.in_fact = async_in_fact(p);
	for (size_t i = 0; i < cap->nfiles; i++)
		if (cap->files[i].tgid == cp->tgid && cor->files[i].used)
			judge_file(cor, i, &rp->files[rp->nfiles++]);
	rp->verdict.pattern = iom_pattern(cor, rp);
	iom_tables(cor, rp);
	iom_measure(cor, rp);
	for (size_t i = 0; i < rp->nthreads; i++)
		iom_explain_thread(cor, &rp->threads[i]);
	iom_explain_process(cor, rp);
	iom_find(cor, rp);
}

struct iom_report *iom_classify(const struct iom_capture *cap)
{
	struct iom_correlation *cor = iom_correlate(cap);
	struct iom_report *rep = alloc(1, sizeof(*rep));

	rep->cap = cap;
	rep->nprocs = cap->nprocs;
	rep->procs = alloc(cap->nprocs, sizeof(*rep->procs));
	for (size_t i = 0; i < cap->nprocs; i++)
		judge_process(cor, &cor->procs[i], &rep->procs[i]);
	iom_correlation_free(cor);
	return rep;
}
