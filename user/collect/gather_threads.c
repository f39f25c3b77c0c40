/* SPDX-License-Identifier: GPL-2.0-only */
#include "collect/gather_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "collect/proc/procfs.h"

struct proc_entry *gather_proc(struct iom_gather *g, uint32_t tgid)
{
	struct proc_entry *p;

	HASH_FIND_INT(g->procs, &tgid, p);
	return p && p->seen ? p : NULL;
}

bool iom_gather_expect(struct iom_gather *g, uint32_t tgid, uint32_t pid, bool target)
{
	struct proc_entry *p;

	HASH_FIND_INT(g->procs, &tgid, p);
	if (p)
		return false;
	p = iom_alloc(1, sizeof(*p));
	p->tgid = tgid;
	p->pid = pid;
	p->target = target;
	HASH_ADD_INT(g->procs, tgid, p);
	return true;
}

bool iom_gather_has(const struct iom_gather *g, uint32_t tgid)
{
	struct proc_entry *p;

	HASH_FIND_INT(g->procs, &tgid, p);
	return p && p->seen;
}

static void take_tracer(struct cap_proc *c)
{
	if (!c->tracer)
		c->tracer = iom_process_text(pfs_tracer((pid_t)c->pid), 0);
}

/* First sight of a process: it gets its place in the capture, and what /proc
 * says of it and its files is kept. */
static struct proc_entry *take_proc(struct iom_gather *g, const struct iom_thread *t, bool born)
{
	struct proc_entry *p;
	struct cap_proc *c;

	HASH_FIND_INT(g->procs, &t->tgid, p);
	if (!p) {
		iom_gather_expect(g, t->tgid, t->ns_tgid, false);
		HASH_FIND_INT(g->procs, &t->tgid, p);
	}
	if (p->seen && p->start_ns != t->start_ns && t->start_ns) {
		/* The number of a process that left belongs to another one now. */
		HASH_DEL(g->procs, p);
		free(p);
		return take_proc(g, t, born);
	}
	if (p->seen)
		return p;
	p->seen = true;
	p->start_ns = t->start_ns;
	if (!p->pid)
		p->pid = t->ns_tgid;
	p->proc = iom_capture_add_proc(g->cap);
	g->seen++;
	g->alive++;
	c = &g->cap->procs[p->proc];
	c->tgid = t->tgid;
	c->pid = p->pid;
	c->ppid = t->ppid;
	c->target = p->target;
	c->born = born;
	c->start_ns = t->now_ns;
	memcpy(c->comm, t->comm, sizeof(c->comm));
	gather_cpu_begin(g, p, born); /* first: what follows takes its time, and its threads were looked at already */
	pfs_proc_read(p->pid, c);
	take_tracer(c);
	gather_files_seed(g, t->tgid, p->pid);
	return p;
}

static void forget(struct iom_gather *g, struct thread_entry *e)
{
	HASH_DEL(g->threads, e);
	free(e);
}

static struct thread_entry *take_thread(struct iom_gather *g, const struct iom_thread *t)
{
	struct thread_entry *e = iom_alloc(1, sizeof(*e));
	struct cap_thread *c;

	e->tid = t->tid;
	e->thread = iom_capture_add_thread(g->cap);
	e->cpu0 = t->cpu_ns;
	e->nvcsw0 = t->nvcsw;
	e->flt0 = t->maj_flt;
	e->off0 = t->off_ns;
	e->runq0 = t->runq_ns;
	HASH_ADD_INT(g->threads, tid, e);
	c = &g->cap->threads[e->thread];
	c->tid = t->tid;
	c->tgid = t->tgid;
	c->ns_tid = t->ns_tid;
	c->start_ns = t->now_ns;
	c->kernel_worker = t->flags & IOM_TF_IO_WORKER;
	memcpy(c->comm, t->comm, sizeof(c->comm));
	return e;
}

/* What it slept in a second ago. */
static void forget_call(struct cap_open_call *call)
{
	free(call->target);
	*call = (struct cap_open_call){
		.nr = -1, .fd = -1, .file = IOM_NO_FILE, .set_file = IOM_NO_FILE, .timeout_ns = -1};
}

/* The part of its time asleep that its counters do not have: of one that sleeps. */
static uint64_t sleep_so_far(const struct iom_thread *t)
{
	return t->flags & IOM_TF_ASLEEP && !t->woken_ns && t->now_ns > t->asleep_ns ? t->now_ns - t->asleep_ns : 0;
}

/*
 * What a thread's wait for a CPU (sched_info.run_delay) grew by, ns. The kernel adds the difference of
 * two processors' clocks to it (kernel/sched/stats.h, sched_info_arrive()): where the one that the
 * thread came to is behind, it shrinks.
 */
static uint64_t queued_for(uint64_t from, uint64_t to)
{
	return (int64_t)(to - from) > 0 ? to - from : 0;
}

static void thread_close(struct iom_gather *g, struct thread_entry *e, const struct iom_thread *t)
{
	struct cap_thread *c = &g->cap->threads[e->thread];
	uint64_t off = t->off_ns;

	c->end_ns = t->now_ns;
	c->cpu_ns = t->cpu_ns - e->cpu0;
	c->nvcsw = t->nvcsw - e->nvcsw0;
	c->maj_flt = t->maj_flt - e->flt0;
	c->runq_ns = queued_for(e->runq0, t->runq_ns);
	forget_call(&c->at_end);
	c->sleep_is_bound = t->flags & IOM_TF_RT;
	off += sleep_so_far(t);
	c->asleep_ns = off - e->off0;
	if ((int64_t)c->asleep_ns < 0) { /* what it slept before the watch was taken for a wait for a CPU in it */
		c->runq_ns -= c->runq_ns > e->off0 - off ? e->off0 - off : c->runq_ns;
		c->asleep_ns = 0;
	}
	memcpy(c->comm, t->comm, sizeof(c->comm));
}

/* Of a file on a disk or the like; NULL: the call is for no such file. */
static const char *stored_name(const struct iom_gather *g, const struct cap_open_call *call)
{
	const struct cap_file *f = call->file == IOM_NO_FILE ? NULL : &g->cap->files[call->file];

	return f && (f->kind == IOM_K_REG || f->kind == IOM_K_DIR) ? f->name : NULL;
}

/* The first thread of a process is still listed when it has ended before the others: it neither runs nor
 * sleeps, and its counters stand still. */
static bool has_ended(const struct iom_thread *t, const struct proc_entry *p)
{
	pid_t parent;
	int others;

	return t->tid == t->tgid && !(t->flags & IOM_TF_ASLEEP) && pfs_is_zombie((pid_t)p->pid, &parent, &others);
}

/* Its sleeps are counted from its birth on the scheduler's clock. */
static void count_from_birth(struct iom_gather *g, struct thread_entry *e, uint64_t birth_ns)
{
	g->cap->threads[e->thread].start_ns = birth_ns;
	g->cap->threads[e->thread].born = true;
	e->off0 = birth_ns - g->ops->clock_offset(g->be);
	e->cpu0 = 0;
	e->runq0 = 0;
}

/* A kernel worker that was not there as the watch began. Where tasks are told by classic tracepoints
 * nobody says that one is born, as it returns from no call (bpf/tasks.bpf.h). */
static void born_unseen(struct iom_gather *g, const struct iom_thread *t, struct thread_entry *e,
			const struct proc_entry *p)
{
	uint64_t since = g->cap->procs[p->proc].start_ns, birth = pfs_started_ns((pid_t)t->ns_tid);

	if (!birth)
		return;
	if (birth < since)
		birth = since;
	count_from_birth(g, e, birth < t->now_ns ? birth : t->now_ns);
	e->unseen = true;
	e->nvcsw0 = e->flt0 = 0;
}

static void thread_state(struct iom_gather *g, const struct iom_thread *t)
{
	struct proc_entry *p;
	struct thread_entry *e;
	struct cap_thread *c;

	if (g->phase == IOM_G_SETUP)
		return;
	p = take_proc(g, t, false);
	HASH_FIND_INT(g->threads, &t->tid, e);
	if (!e && has_ended(t, p))
		return;
	if (!e) {
		e = take_thread(g, t);
		e->off0 += sleep_so_far(t);
		if (t->flags & IOM_TF_IO_WORKER && g->phase != IOM_G_START)
			born_unseen(g, t, e, p);
	}
	c = &g->cap->threads[e->thread];
	if (g->phase == IOM_G_START) {
		gather_sleep_state(g, t, p, &c->at_start);
		if (t->flags & IOM_TF_ASLEEP && t->now_ns > t->asleep_ns)
			c->at_start.before_ns = t->now_ns - t->asleep_ns;
	} else if (g->phase == IOM_G_END || g->phase == IOM_G_SECOND) {
		thread_close(g, e, t);
		gather_sleep_state(g, t, p, &c->at_end);
		if (t->flags & IOM_TF_ASLEEP) {
			uint64_t from = t->asleep_ns > c->start_ns ? t->asleep_ns : c->start_ns;
			uint64_t until = t->woken_ns ? t->woken_ns : t->now_ns;

			c->at_end.inside_ns = (until > from ? until - from : 0) + t->earlier_ns;
			c->at_end.before_ns =
				c->start_ns > t->asleep_ns ? c->start_ns - t->asleep_ns : 0;
			iom_open_call_where(t, p->pid, stored_name(g, &c->at_end), &c->at_end);
		}
	}
	if (g->cap->procs[p->proc].imports_posix_aio && !c->libc_helper)
		c->libc_helper = pfs_thread_is_libc_helper(p->pid, t->ns_tid);
}

const struct cap_open_call *gather_open_at_start(struct iom_gather *g, uint32_t tid)
{
	struct thread_entry *e;

	HASH_FIND_INT(g->threads, &tid, e);
	return e ? &g->cap->threads[e->thread].at_start : NULL;
}

static void thread_new(struct iom_gather *g, const struct iom_thread *t)
{
	struct thread_entry *e;
	struct proc_entry *p;

	p = take_proc(g, t, true);
	HASH_FIND_INT(g->threads, &t->tid, e);
	if (e && !e->unseen && g->cap->threads[e->thread].start_ns < t->now_ns) {
		forget(g, e); /* an exit record of the number's last owner was lost */
		e = NULL;
	}
	/* The list of threads may have come to it before the word of its birth did. */
	if (!e)
		e = take_thread(g, t);
	count_from_birth(g, e, t->now_ns);
	e->unseen = false;
	if (t->tid == t->tgid && !g->cap->procs[p->proc].born) {
		g->cap->procs[p->proc].born = true;
		g->cap->procs[p->proc].start_ns = t->now_ns;
	}
	if (g->cap->procs[p->proc].imports_posix_aio && t->tid != t->tgid)
		g->cap->threads[e->thread].libc_helper =
			pfs_stack_is_libc_only(p->pid, t->args[0]);
	e->nvcsw0 = t->nvcsw;
	e->flt0 = t->maj_flt;
}

/* The thread goes on as the first one, whose number it has now: what both did, and how long they
 * were there, is one thread's. */
static struct thread_entry *take_over(struct iom_gather *g, const struct iom_thread *t)
{
	struct thread_entry *e;
	struct cap_thread *c;
	size_t i = g->cap->nthreads;

	while (i > 0 && (g->cap->threads[i - 1].tid != t->tid || g->cap->threads[i - 1].tgid != t->tgid))
		i--;
	if (!i)
		return take_thread(g, t);
	c = &g->cap->threads[i - 1];
	e = iom_alloc(1, sizeof(*e));
	e->tid = t->tid;
	e->thread = (uint32_t)(i - 1);
	e->cpu0 = t->cpu_ns - c->cpu_ns;
	e->off0 = t->off_ns - c->asleep_ns;
	e->runq0 = t->runq_ns - c->runq_ns;
	e->nvcsw0 = t->nvcsw - c->nvcsw;
	e->flt0 = t->maj_flt - c->maj_flt;
	HASH_ADD_INT(g->threads, tid, e);
	c->start_ns = t->now_ns - (c->exited ? c->end_ns - c->start_ns : 0);
	c->exited = false;
	return e;
}

/*
 * Who executes a program is alone in its process from then on. If that was not the first thread it
 * takes the first one's number, and the number that it had is nobody's any more. NULL: it was.
 */
static struct thread_entry *executed_by_another(struct iom_gather *g, const struct iom_thread *t)
{
	struct thread_entry *e, *next, *first = NULL;
	bool another = false;

	HASH_ITER(hh, g->threads, e, next) {
		struct cap_thread *c = &g->cap->threads[e->thread];

		if (c->tgid != t->tgid || c->kernel_worker)
			continue;
		if (e->tid == t->tid) {
			first = e;
			continue;
		}
		another = true;
		thread_close(g, e, t);
		c->exited = true;
		forget(g, e);
	}
	if (!another)
		return NULL;
	if (first) /* it had left before the watch */
		forget(g, first);
	return take_over(g, t);
}

static void thread_exec(struct iom_gather *g, const struct iom_thread *t)
{
	bool known = iom_gather_has(g, t->tgid);
	struct proc_entry *p = take_proc(g, t, !known);
	struct thread_entry *e;
	struct cap_proc *c = &g->cap->procs[p->proc];

	if (known) {
		free(c->exe);
		c->exe = NULL;
		c->execed = true;
		memcpy(c->comm, t->comm, sizeof(c->comm));
		pfs_proc_read(p->pid, c);
		gather_files_seed(g, t->tgid, p->pid);
	}
	e = known ? executed_by_another(g, t) : NULL;
	if (!e)
		HASH_FIND_INT(g->threads, &t->tid, e);
	if (!e)
		e = take_thread(g, t);
	memcpy(g->cap->threads[e->thread].comm, t->comm, sizeof(t->comm));
}

static void thread_exit(struct iom_gather *g, const struct iom_thread *t)
{
	struct proc_entry *p = gather_proc(g, t->tgid);
	struct thread_entry *e;

	if (t->serial) {
		if (g->ndead == g->room_dead) {
			g->room_dead = g->room_dead ? 2 * g->room_dead : 64;
			g->dead = iom_memory(realloc(g->dead, g->room_dead * sizeof(*g->dead)));
		}
		g->dead[g->ndead++] = t->serial;
	}
	HASH_FIND_INT(g->threads, &t->tid, e);
	if (e) {
		thread_close(g, e, t);
		g->cap->threads[e->thread].exited = true;
		forget(g, e);
	}
	if (p && t->flags & IOM_TF_LAST && !g->cap->procs[p->proc].exited) {
		g->cap->procs[p->proc].exited = true;
		g->cap->procs[p->proc].end_ns = t->now_ns;
		g->alive--;
	}
}

void iom_gather_thread(void *arg, const struct iom_thread *t)
{
	struct iom_gather *g = arg;

	switch (t->event) {
	case IOM_T_STATE:
		thread_state(g, t);
		break;
	case IOM_T_NEW:
		thread_new(g, t);
		break;
	case IOM_T_EXEC:
		thread_exec(g, t);
		break;
	case IOM_T_EXIT:
		thread_exit(g, t);
		break;
	}
}

/* How long each thread slept by its rows; heap. */
static uint64_t *slept_in_rows(const struct iom_gather *g)
{
	const struct iom_capture *cap = g->cap;
	uint64_t *ns = iom_alloc(cap->nthreads + 1, sizeof(*ns));
	struct thread_entry *e;

	for (size_t i = 0; i < cap->ncalls; i++) {
		HASH_FIND_INT(g->threads, &cap->calls[i].tid, e);
		if (e)
			ns[e->thread] += cap->calls[i].wait_ns + cap->calls[i].mixed_ns;
	}
	for (size_t i = 0; i < cap->nsignals; i++) {
		HASH_FIND_INT(g->threads, &cap->signals[i].tid, e);
		if (e)
			ns[e->thread] += cap->signals[i].wait_ns;
	}
	return ns;
}

/* The counters of CPU time of one that runs are behind by a tick at most. */
#define TICK_NS 4000000

/*
 * Threads are looked at first, then rows are taken. A call that was under way and has ended in
 * between is in a row too: together they sleep longer than the thread did, by all that it slept and no more,
 * except that clocks differ (a thousandth). Else it is the kernel that took sleep for a wait for a
 * CPU: since 6.12 it may move one that sleeps to another CPU's queue (see queued_since()).
 */
static void settle_sleep(struct cap_thread *c, uint64_t rows)
{
	uint64_t inside = c->at_end.nr >= 0 ? c->at_end.inside_ns : 0, excess;
	uint64_t slack = inside / 10 > TICK_NS ? inside / 10 : TICK_NS, apart;

	if (rows + inside <= c->asleep_ns)
		return;
	excess = rows + inside - c->asleep_ns;
	apart = excess > inside ? excess - inside : inside - excess;
	if (inside && excess > c->asleep_ns / 1000 && apart <= slack) {
		forget_call(&c->at_end);
		return;
	}
	if (excess > c->runq_ns)
		excess = c->runq_ns;
	c->runq_ns -= excess;
	c->asleep_ns += excess;
}

static void settle_sleeps(struct iom_gather *g)
{
	uint64_t *rows = slept_in_rows(g);

	for (size_t i = 0; i < g->cap->nthreads; i++)
		settle_sleep(&g->cap->threads[i], rows[i]);
	free(rows);
}

void gather_threads_finish(struct iom_gather *g)
{
	uint64_t now = gather_now();

	settle_sleeps(g);
	for (size_t i = 0; i < g->cap->nthreads; i++)
		if (!g->cap->threads[i].end_ns)
			g->cap->threads[i].end_ns = now;
	for (size_t i = 0; i < g->cap->nprocs; i++) {
		g->cap->procs[i].unread = pfs_unread((pid_t)g->cap->procs[i].pid);
		if (!g->cap->procs[i].exited)
			g->cap->procs[i].end_ns = g->cap->end_ns;
	}
}

void gather_others_finish(struct iom_gather *g)
{
	gather_other_ends(g);
	for (size_t i = 0; i < g->cap->nprocs; i++)
		if (!g->cap->procs[i].exited)
			take_tracer(&g->cap->procs[i]);
}

void gather_threads_free(struct iom_gather *g)
{
	struct thread_entry *t, *tn;
	struct proc_entry *p, *pn;

	HASH_ITER(hh, g->threads, t, tn) {
		HASH_DEL(g->threads, t);
		free(t);
	}
	HASH_ITER(hh, g->procs, p, pn) {
		HASH_DEL(g->procs, p);
		free(p);
	}
}
