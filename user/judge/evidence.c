/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/evidence.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/sysname.h"
#include "judge/roles.h"
#include "judge/rules.h"

#define SIGIO_NR       29
#define SI_KERNEL_BYTE 0x80
#define IOCB_CMD_POLL  5
#define NR_PREAD64     17
#define NR_PWRITE64    18
#define NR_FSYNC       74
#define NR_FDATASYNC   75

struct ev_thread *ev_thread_of(const struct iom_evidence *ev, uint32_t tid, uint32_t tgid)
{
	uint32_t i = iom_thread_find(ev->by_tid, tid, tgid);

	return i == UINT32_MAX ? NULL : &ev->threads[i];
}

struct ev_proc *ev_proc_of(const struct iom_evidence *ev, uint32_t tgid)
{
	for (size_t i = ev->cap->nprocs; i-- > 0;)
		if (ev->cap->procs[i].tgid == tgid)
			return &ev->procs[i];
	return NULL;
}

/* ---- requests ------------------------------------------------------------------------ */

bool ev_only_polls(const struct cap_requests *r)
{
	return r->interface == CAP_I_URING ? iom_uring_only_polls(r->operation) :
					     r->operation == IOCB_CMD_POLL;
}

/* Anonymous files that tell of events, and have no memory to share. */
static bool is_event_only(const char *name)
{
	static const char *const events[] = {"pidfd", "userfaultfd", "seccomp"};

	for (size_t i = 0; i < sizeof(events) / sizeof(*events); i++)
		if (name && !strncmp(name, events[i], strlen(events[i])))
			return true;
	return false;
}

bool ev_is_ring(const struct iom_evidence *ev, uint32_t file)
{
	const struct cap_file *f = &ev->cap->files[file];

	if (ev->files[file].attempts)
		return false;
	if (f->kind == CAP_K_ANON)
		return !is_event_only(f->name);
	return f->kind == CAP_K_SOCK && f->name && (!strncmp(f->name, "packet", 6) || !strncmp(f->name, "xdp", 3));
}

bool ev_moves_data(const struct cap_requests *r)
{
	return r->interface == CAP_I_URING ? iom_uring_moves_data(r->operation) :
					     r->operation != IOCB_CMD_POLL;
}

/* Done at once is done by the submitting thread: what was done while io_submit slept is, while
 * that of io_uring may have slept for room with others in flight. Most of it was alone too. */
static uint64_t done_at_once(const struct cap_requests *r)
{
	uint64_t n = r->done_inline + (r->interface == CAP_I_AIO ? r->done_asleep : 0);

	if (n < r->alone)
		n = r->alone;
	return n < r->submitted ? n : r->submitted;
}

static void take_requests(struct iom_evidence *ev, const struct cap_requests *r)
{
	struct ev_proc *p = ev_proc_of(ev, r->tgid);
	struct ev_async *a = &p->async;

	if (!p)
		return;
	if (r->file != IOM_NO_FILE)
		ev->files[r->file].used = true;
	if (ev_only_polls(r))
		p->poll_requests += r->submitted + r->more;
	if (r->interface == CAP_I_URING && iom_uring_works_on_names(r->operation))
		p->name_requests += r->submitted;
	if (!ev_moves_data(r))
		return;
	p->data_requests += r->submitted + r->more;
	a->submits += r->submitted;
	a->inline_ += r->done_inline;
	a->late += r->done_late;
	a->slept += r->done_asleep;
	a->worker += r->by_worker;
	a->depth1 += r->alone;
	a->at_once += done_at_once(r);
	a->sqpoll += r->by_sqpoll;
	a->more += r->more;
	a->uring |= r->interface == CAP_I_URING;
	if (r->file == IOM_NO_FILE)
		return;
	ev->files[r->file].inline_ += r->done_inline + r->done_asleep;
	ev->files[r->file].late += r->done_late;
}

/* ---- signals --------------------------------------------------------------------------- */

/* Is a signal one about a file? */
static bool is_about_a_file(const struct iom_capture *cap, const struct cap_signals *s)
{
	bool poll_code = s->code >= 1 && s->code <= 6; /* POLL_IN..POLL_HUP */

	if (s->signo == SIGIO_NR)
		return s->code == SI_KERNEL_BYTE || poll_code;
	if (!poll_code)
		return false;
	if (s->signo >= 32)
		return true;
	for (size_t i = 0; i < cap->nfiles; i++)
		if (cap->files[i].tgid == s->tgid && cap->files[i].sig == s->signo)
			return true;
	return false;
}

static void take_signals(struct iom_evidence *ev, const struct cap_signals *s)
{
	struct ev_proc *p = ev_proc_of(ev, s->tgid);
	struct ev_thread *t = ev_thread_of(ev, s->tid, s->tgid);

	if (!p || !is_about_a_file(ev->cap, s))
		return;
	if (s->way == CAP_S_GENERATED) {
		p->lost_signals += s->lost;
		return;
	}
	p->io_signals += s->count;
	if (s->signo == SIGIO_NR && s->code == SI_KERNEL_BYTE)
		p->plain_sigio += s->count;
	if (t) {
		t->io_signals += s->count;
		t->sigwait_ns += s->wait_ns;
		if (s->file == IOM_NO_FILE ? !p->fasync : is_stored(ev->cap->files[s->file].kind))
			t->signal_events += s->count;
	}
	if (s->file != IOM_NO_FILE) {
		ev->files[s->file].signals += s->count;
		ev->files[s->file].used = true;
	}
}

bool ev_is_aside(const struct iom_evidence *ev, uint32_t file)
{
	const struct cap_file *f = file == IOM_NO_FILE ? NULL : &ev->cap->files[file];
	const struct ev_proc *p = f ? ev_proc_of(ev, f->tgid) : NULL;
	enum iom_runtime rt = p ? ev->cap->procs[p->proc].runtime : IOM_RT_NATIVE;

	if (!f)
		return false;
	return f->kind == CAP_K_NULL || (f->kind == CAP_K_PROC && (rt == IOM_RT_GO || rt == IOM_RT_JVM ||
								   rt == IOM_RT_NODE));
}

/* ---- calls ------------------------------------------------------------------------------ */

static void take_transfers(struct iom_evidence *ev, struct ev_thread *t, size_t row)
{
	const struct cap_calls *rows = ev->cap->calls, *r = &rows[row];
	uint8_t kind = r->file == IOM_NO_FILE ? CAP_K_UNKNOWN : ev->cap->files[r->file].kind;
	uint64_t ops = iom_operations(r);

	if (r->file != IOM_NO_FILE) {
		struct ev_file *f = &ev->files[r->file];

		f->used = true;
		f->attempts += ops;
		f->taken += r->n.ok + r->n.ok_slept;
		f->slept += r->n.ok_slept + r->n.zero_slept + r->n.again_slept;
		f->eagain += r->n.again + r->n.again_slept;
		f->failed += r->n.failed;
	}
	if (!t)
		return;
	t->calls += ops;
	t->done += r->n.ok + r->n.ok_slept;
	if (r->class == CAP_C_ACCEPT)
		t->accepts += r->n.ok + r->n.ok_slept;
	if (is_stored(kind)) {
		t->stored += r->n.ok + r->n.ok_slept;
		t->stored_slept += r->n.ok_slept;
	}
	if (ev_is_aside(ev, r->file))
		t->aside += ops;
	else if (is_bell_kind(kind) && !(kind == CAP_K_EVENTFD && r->n.ok_slept))
		return;
	if (t->top_row == UINT32_MAX || ops > iom_operations(&rows[t->top_row]))
		t->top_row = row;
}

/* All that a helper of glibc's POSIX AIO ever does with files (rt/aio_misc.c). */
static bool is_helpers_call(int32_t nr)
{
	return nr == NR_PREAD64 || nr == NR_PWRITE64 || nr == NR_FSYNC || nr == NR_FDATASYNC;
}

static void take_calls(struct iom_evidence *ev, size_t row)
{
	const struct cap_calls *r = &ev->cap->calls[row];
	const struct acc_calls *slept = &ev->account->calls[row];
	struct ev_proc *p = ev_proc_of(ev, r->tgid);
	struct ev_thread *t = ev_thread_of(ev, r->tid, r->tgid);

	if (!p || (t && t->kernel))
		return;
	if (t && r->file != IOM_NO_FILE)
		*(is_helpers_call(r->nr) ? &t->like_helper : &t->unlike_helper) = true;
	if (is_transfer(r->class)) {
		take_transfers(ev, t, row);
	} else if (r->class == CAP_C_AIO_SUBMIT || r->class == CAP_C_URING_SUBMIT) {
		p->async.submit_calls += iom_operations(r);
		p->async.submit_slept += slept->slept;
		p->async.submit_wait_ns += slept->ns;
		if (slept->max_ns > p->async.submit_max_ns)
			p->async.submit_max_ns = slept->max_ns;
	} else if (r->class == CAP_C_SIGSUSPEND && t) {
		t->sigwait_ns += slept->ns;
	}
}

/* ---- threads ------------------------------------------------------------------------------ */

static void take_sets(struct ev_thread *t, const struct loop_thread *l)
{
	t->sets = iom_alloc(l->nsets, sizeof(*t->sets));
	for (size_t i = 0; i < l->nsets; i++) {
		const struct loop_set *s = &l->sets[i];

		t->calls += s->calls;
		t->ready_calls += s->calls;
		t->ready_nowait += s->nowait;
		t->ready_empty += s->empty;
		t->ready_empty_fast += s->empty_fast;
		t->ready_slept += s->slept;
		t->ready_events += s->events;
		t->ready_wait_ns += s->ns - s->open_ns;
		t->ready_open_ns += s->open_ns;
	}
}

/* Sleeps in no call. The clocks differ by a little. */
static void take_outside(const struct iom_evidence *ev, struct ev_thread *t, const struct acc_thread *a,
			 const struct acc_wait *w)
{
	uint64_t all = ev->cap->threads[t - ev->threads].nvcsw, inside = 0;

	if (ev->cap->lost.counts || w->ns < iom_limit(LIMIT_OUTSIDE) * a->wall_ns)
		return;
	for (size_t i = 0; i < a->nwaits; i++)
		inside += a->waits[i].nr >= 0 ? a->waits[i].slept : 0;
	if (all <= inside)
		return;
	t->outside_ns += w->ns;
	t->outside += all - inside;
}

/* Page faults, timers, and sleeps until somebody woke the thread. */
static void take_waits(struct iom_evidence *ev, struct ev_thread *t, const struct acc_thread *a)
{
	for (size_t i = 0; i < a->nwaits; i++) {
		const struct acc_wait *w = &a->waits[i];
		bool timer = w->what == ACC_TIMER || (w->file != IOM_NO_FILE && w->what == ACC_TRANSFER &&
						      ev->cap->files[w->file].kind == CAP_K_TIMERFD);

		if (w->what == ACC_PAGE)
			t->page_ns += w->ns, t->pages += w->slept;
		else if (w->what == ACC_OTHER && w->nr < 0)
			take_outside(ev, t, a, w);
		else if (timer)
			t->timer_ns += w->ns, t->timer_sleeps += w->slept;
		else if (w->what == ACC_READINESS || w->what == ACC_LOCK || w->what == ACC_SIGNAL ||
			 w->what == ACC_CHILD)
			t->told += w->slept;
	}
}

static void take_open(struct iom_evidence *ev, const struct cap_open_call *c)
{
	struct ev_file *f;

	if (c->nr < 0 || c->file == IOM_NO_FILE)
		return;
	f = &ev->files[c->file];
	f->used = f->open_at_end = true;
	if (c->before_ns)
		f->since_ns = c->before_ns;
}

static void take_thread(struct iom_evidence *ev, size_t i)
{
	const struct cap_thread *ct = &ev->cap->threads[i];
	struct ev_proc *p = ev_proc_of(ev, ct->tgid);
	struct ev_thread *t = &ev->threads[i];

	t->proc = p ? p->proc : UINT32_MAX;
	t->kernel = ct->kernel_worker;
	t->helper = p && ct->libc_helper && ev->cap->procs[p->proc].imports_posix_aio;
	t->top_row = UINT32_MAX;
	if (p && ct->libc_helper)
		p->helpers++;
	take_sets(t, &ev->loops->threads[i]);
	take_waits(ev, t, &ev->account->threads[i]);
	if (!t->kernel)
		take_open(ev, &ct->at_end);
}

/* A helper may be born and gone before its stack could be looked at: where there were others, one
 * that did nothing else is told by what it did. */
static void find_short_helpers(struct iom_evidence *ev)
{
	for (size_t i = 0; i < ev->cap->nthreads; i++) {
		const struct cap_thread *ct = &ev->cap->threads[i];
		struct ev_thread *t = &ev->threads[i];

		if (t->proc == UINT32_MAX || t->helper || !ev->procs[t->proc].helpers ||
		    !ev->cap->procs[t->proc].imports_posix_aio || ct->tid == ct->tgid || !ct->born || !ct->exited)
			continue;
		t->helper = t->like_helper && !t->unlike_helper;
		ev->procs[t->proc].helpers += t->helper;
	}
}

static void take_file(struct iom_evidence *ev, const struct cap_file *f)
{
	struct ev_proc *p = ev_proc_of(ev, f->tgid);

	if (p && f->f_flags & O_ASYNC && !is_stored(f->kind)) /* a lease sets it too */
		p->fasync = true;
	if (p && f->sig)
		p->set_sig = true;
}

/* Nearly all calls slept, and threads left the CPU more often than calls slept: at the beginning and
 * at the end of each. Of what is not traced this holds where calls are woken in vain. */
static bool is_stopped_at_calls(const struct ev_stops *n)
{
	return n->calls >= iom_limit(LIMIT_SPIN_CALLS) && n->slept >= iom_limit(LIMIT_STOPPED) * n->calls &&
	       n->sleeps >= iom_limit(LIMIT_STOPS) * n->slept;
}

static void take_stops(struct iom_evidence *ev)
{
	const struct iom_capture *cap = ev->cap;

	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];
		struct ev_proc *p = ev_proc_of(ev, r->tgid);

		if (!p)
			continue;
		p->stops.slept += r->n.ok_slept + r->n.zero_slept + r->n.again_slept;
		p->stops.calls += iom_operations(r) - r->n.err;
	}
	for (size_t i = 0; i < cap->nthreads; i++) {
		struct ev_proc *p = ev_proc_of(ev, cap->threads[i].tgid);

		if (p)
			p->stops.sleeps += cap->threads[i].nvcsw;
	}
	for (size_t i = 0; i < cap->nprocs; i++) {
		struct ev_stops *n = &ev->procs[i].stops;

		n->at_calls = cap->procs[i].tracer && is_stopped_at_calls(n);
	}
}

static void take_facts(struct iom_evidence *ev)
{
	const struct iom_capture *cap = ev->cap;

	for (size_t i = 0; i < cap->nprocs; i++) {
		ev->procs[i].proc = i;
		ev->procs[i].life_ns = cap->procs[i].end_ns - cap->procs[i].start_ns;
		for (int k = 0; k < RULE_NR; k++)
			ev->procs[i].spoke[k].calls = ev->procs[i].spoke[k].thread = UINT32_MAX;
	}
	take_stops(ev);
	for (size_t i = 0; i < cap->nfiles; i++) {
		ev->files[i].since_ns = -1;
		take_file(ev, &cap->files[i]);
	}
	for (size_t i = 0; i < cap->nthreads; i++)
		take_thread(ev, i);
	for (size_t i = 0; i < cap->ncalls; i++)
		take_calls(ev, i);
	find_short_helpers(ev);
	for (size_t i = 0; i < cap->nsignals; i++)
		take_signals(ev, &cap->signals[i]);
	for (size_t i = 0; i < cap->nrequests; i++)
		take_requests(ev, &cap->requests[i]);
}

struct iom_evidence *iom_evidence(const struct iom_capture *cap)
{
	struct iom_evidence *ev = iom_alloc(1, sizeof(*ev));

	ev->cap = cap;
	ev->procs = iom_alloc(cap->nprocs, sizeof(*ev->procs));
	ev->threads = iom_alloc(cap->nthreads, sizeof(*ev->threads));
	ev->files = iom_alloc(cap->nfiles, sizeof(*ev->files));
	ev->by_tid = iom_threads(cap);
	ev->account = iom_account(cap);
	ev->loops = iom_loops(cap, ev->account);
	take_facts(ev);
	ev_find_interest(ev);
	ev_find_looks(ev);
	ev_vote_all(ev);
	return ev;
}

void iom_evidence_free(struct iom_evidence *ev)
{
	if (!ev)
		return;
	for (size_t i = 0; i < ev->cap->nthreads; i++)
		free(ev->threads[i].sets);
	free(ev->procs);
	free(ev->threads);
	free(ev->files);
	iom_threads_free(ev->by_tid);
	iom_loops_free(ev->loops, ev->cap);
	iom_account_free(ev->account, ev->cap);
	free(ev);
}
