/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/correlate_int.h"

#include <fcntl.h>
#include <stdlib.h>

#define SIGIO_NR 29

bool iom_signal_is_io(const struct iom_capture *cap, uint32_t tgid, int signo, int code)
{
	bool poll_code = code >= 1 && code <= 6; /* POLL_IN..POLL_HUP */

	if (signo == SIGIO_NR)
		return code == 0x80 || poll_code; /* SI_KERNEL */
	if (!poll_code)
		return false;
	if (signo >= 32)
		return true;
	for (size_t i = 0; i < cap->nfiles; i++)
		if (cap->files[i].tgid == tgid && cap->files[i].sig == signo)
			return true;
	return false;
}

/* Requests that only ask for readiness, or move no data at all. */
static bool uring_moves_data(uint16_t opcode)
{
	switch (opcode) {
	case 0: /* NOP */
	case 6: /* POLL_ADD */
	case 7: /* POLL_REMOVE */
	case 11: /* TIMEOUT */
	case 12: /* TIMEOUT_REMOVE */
	case 14: /* ASYNC_CANCEL */
	case 15: /* LINK_TIMEOUT */
	case 18: /* OPENAT */
	case 19: /* CLOSE */
	case 20: /* FILES_UPDATE */
	case 21: /* STATX */
	case 28: /* OPENAT2 */
	case 29: /* EPOLL_CTL */
	case 40: /* MSG_RING */
		return false;
	}
	return true;
}

bool cor_only_polls(const struct cap_requests *r)
{
	return r->operation == (r->interface == CAP_I_URING ? 6 : 5 /* IOCB_CMD_POLL */);
}

bool cor_moves_data(const struct cap_requests *r)
{
	return r->interface == CAP_I_URING ? uring_moves_data(r->operation) : !cor_only_polls(r);
}

struct cor_thread *cor_thread_of(struct iom_correlation *cor, uint32_t tid, uint32_t tgid)
{
	uint32_t i = iom_thread_find(cor->by_tid, tid, tgid);

	return i == UINT32_MAX ? NULL : &cor->threads[i];
}

struct cor_proc *cor_proc_of(struct iom_correlation *cor, uint32_t tgid)
{
	for (size_t i = cor->cap->nprocs; i-- > 0;)
		if (cor->cap->procs[i].tgid == tgid)
			return &cor->procs[i];
	return NULL;
}

static void add(struct cor_vote *v, uint64_t transfers, uint64_t bytes, uint64_t wait, uint64_t ops)
{
	v->transfers += transfers;
	v->bytes += bytes;
	v->wait_ns += wait;
	v->ops += ops;
}

void cor_vote(struct ballot *b, enum iom_model m, uint64_t transfers, uint64_t bytes,
		 uint64_t wait, uint64_t ops)
{
	enum iom_model pm = b->helper && m == IOM_M_BLOCKING ? IOM_M_ASYNC : m;

	if (b->t)
		add(&b->t->votes[m], transfers, bytes, wait, ops);
	if (b->f)
		add(&b->f->votes[pm], transfers, bytes, wait, ops);
	add(&b->p->votes[pm], transfers, bytes, wait, ops);
	if (b->helper)
		b->p->helper_transfers += transfers;
}

static void take_readiness(struct cor_thread *t, const struct cap_calls *r, const struct iom_capture *cap)
{
	uint64_t slept = r->n.ok_slept + r->n.zero_slept;
	uint64_t calls = r->n.ok + r->n.zero + slept + r->n.err;

	t->ready_calls += calls;
	t->calls += calls;
	t->ready_nowait += r->n.nowait;
	t->ready_empty += r->n.zero + r->n.zero_slept;
	t->ready_empty_fast += r->n.zero;
	t->ready_slept += slept;
	t->ready_events += r->n.ok + r->n.ok_slept;
	t->ready_wait_ns += r->wait_ns;
	if (calls > t->class_calls[r->class - CAP_C_EPOLL_WAIT] && r->class == CAP_C_EPOLL_WAIT)
		t->epoll = r->file;
	t->class_calls[r->class - CAP_C_EPOLL_WAIT] += calls;
	if (r->class == CAP_C_EPOLL_WAIT && r->file != IOM_NO_FILE) {
		if (cap->files[r->file].set_size > t->set_size)
			t->set_size = cap->files[r->file].set_size;
	} else if (r->class == CAP_C_POLL && r->set_size > t->set_size) {
		t->set_size = r->set_size;
	}
}

static void take_signals(struct iom_correlation *cor, const struct cap_signals *s)
{
	struct cor_proc *p = cor_proc_of(cor, s->tgid);
	struct cor_thread *t = cor_thread_of(cor, s->tid, s->tgid);

	if (!p)
		return;
	if (t)
		t->counted_ns += s->wait_ns;
	if (!iom_signal_is_io(cor->cap, s->tgid, s->signo, s->code))
		return;
	if (s->way == CAP_S_GENERATED) {
		p->lost_signals += s->lost;
		return;
	}
	p->io_signals += s->count;
	if (s->signo == SIGIO_NR && s->code == 0x80)
		p->plain_sigio += s->count;
	if (t) {
		t->io_signals += s->count;
		t->sigwait_ns += s->wait_ns;
	}
	if (s->file != IOM_NO_FILE) {
		cor->files[s->file].signals += s->count;
		cor->files[s->file].used = true;
	}
}

static void take_requests(struct iom_correlation *cor, const struct cap_requests *r)
{
	struct cor_proc *p = cor_proc_of(cor, r->tgid);

	if (p && cor_only_polls(r))
		p->poll_requests += r->submitted + r->more;
	else if (p && cor_moves_data(r))
		p->data_requests += r->submitted;
}

static void take_sleeps(struct cor_thread *t, const struct cap_calls *r)
{
	switch (r->class) {
	case CAP_C_FUTEX:
		t->futex_ns += r->wait_ns;
		break;
	case CAP_C_TIMER:
	case CAP_C_SLEEP_POLL:
		t->timer_ns += r->wait_ns;
		t->timer_sleeps += cor_operations(r) + r->n.restart;
		break;
	case CAP_C_CHILD:
		t->child_ns += r->wait_ns;
		break;
	case CAP_C_LOCK:
		t->lock_ns += r->wait_ns;
		break;
	case CAP_C_OTHER:
		t->other_ns += r->wait_ns;
		break;
	case CAP_C_SIGSUSPEND:
		t->sigwait_ns += r->wait_ns;
		break;
	}
}

static void first_pass(struct iom_correlation *cor)
{
	const struct iom_capture *cap = cor->cap;

	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];
		struct cor_thread *t = cor_thread_of(cor, r->tid, r->tgid);

		if (!t || !cor_proc_of(cor, r->tgid))
			continue;
		t->counted_ns += r->wait_ns;
		if (is_readiness(r->class))
			take_readiness(t, r, cap);
		else
			take_sleeps(t, r);
	}
	for (size_t i = 0; i < cap->nsignals; i++)
		take_signals(cor, &cap->signals[i]);
	for (size_t i = 0; i < cap->nrequests; i++)
		take_requests(cor, &cap->requests[i]);
	for (size_t i = 0; i < cap->nfiles; i++) {
		struct cor_proc *p = cor_proc_of(cor, cap->files[i].tgid);

		cor->files[i].since_ns = -1;
		if (p && cap->files[i].f_flags & O_ASYNC)
			p->fasync = true;
		if (p && cap->files[i].sig)
			p->set_sig = true;
	}
}

/* What a thread slept in when the watch ended, and never came out of. */
static void open_calls(struct iom_correlation *cor)
{
	for (size_t i = 0; i < cor->cap->nthreads; i++) {
		const struct cap_thread *ct = &cor->cap->threads[i];
		const struct cap_open_call *c = &ct->at_end;
		struct cor_thread *t = &cor->threads[i];

		if (c->nr < 0 || t->kernel)
			continue;
		if (is_readiness(c->class)) {
			t->ready_open_ns = c->inside_ns;
			if (!t->ready_calls)
				t->class_calls[c->class - CAP_C_EPOLL_WAIT]++;
			if (c->class == CAP_C_EPOLL_WAIT && t->epoll == IOM_NO_FILE)
				t->epoll = c->file;
			if (c->nfiles != UINT32_MAX && c->nfiles > t->set_size)
				t->set_size = c->nfiles;
		} else if (c->class == CAP_C_SIGSUSPEND || c->class == CAP_C_SIGWAIT) {
			t->sigwait_open_ns = c->inside_ns;
		} else {
			struct cap_calls r = {.class = c->class, .wait_ns = c->inside_ns};

			take_sleeps(t, &r);
		}
		if (c->file != IOM_NO_FILE) {
			cor->files[c->file].used = true;
			cor->files[c->file].open_at_end = true;
			if (c->before_ns)
				cor->files[c->file].since_ns = c->before_ns;
		}
	}
}

struct iom_correlation *iom_correlate(const struct iom_capture *cap)
{
	struct iom_correlation *cor = calloc(1, sizeof(*cor));

	if (!cor)
		abort();
	cor->cap = cap;
	cor->procs = calloc(cap->nprocs + 1, sizeof(*cor->procs));
	cor->threads = calloc(cap->nthreads + 1, sizeof(*cor->threads));
	cor->files = calloc(cap->nfiles + 1, sizeof(*cor->files));
	cor->by_tid = iom_threads(cap);
	cor->account = iom_account(cap);
	cor->loops = iom_loops(cap, cor->account);
	if (!cor->procs || !cor->threads || !cor->files)
		abort();
	for (size_t i = 0; i < cap->nprocs; i++) {
		cor->procs[i].proc = i;
		cor->procs[i].life_ns = cap->procs[i].end_ns - cap->procs[i].start_ns;
	}
	for (size_t i = 0; i < cap->nthreads; i++) {
		struct cor_proc *p = cor_proc_of(cor, cap->threads[i].tgid);

		cor->threads[i].proc = p ? p->proc : UINT32_MAX;
		cor->threads[i].kernel = cap->threads[i].kernel_worker;
		cor->threads[i].epoll = IOM_NO_FILE;
		cor->threads[i].top_row = UINT32_MAX;
		cor->threads[i].sync_file = cor->threads[i].loop_block_file = IOM_NO_FILE;
		if (p && cap->threads[i].libc_helper)
			p->helpers++;
	}
	first_pass(cor);
	open_calls(cor);
	cor_find_watchers(cor);
	cor_vote_rows(cor);
	cor_vote_waiting(cor);
	return cor;
}

void iom_correlation_free(struct iom_correlation *cor)
{
	if (!cor)
		return;
	free(cor->procs);
	free(cor->threads);
	free(cor->files);
	iom_threads_free(cor->by_tid);
	iom_loops_free(cor->loops, cor->cap);
	iom_account_free(cor->account, cor->cap);
	free(cor);
}
