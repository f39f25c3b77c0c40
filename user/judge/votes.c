/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * votes.c - each row of transfers or requests votes for a model.
 */
#include "judge/correlate_int.h"

#include <fcntl.h>

/* So many ends of file on one regular file are somebody waiting for it to grow. */
#define EOF_POLLING 3

struct side { /* the file that decides a transfer */
	uint8_t kind;
	bool nonblock, async;
	enum cor_watch watch;
	bool watch_sleeps;
	bool disk;	    /* the other side is a stored file: what a sleep is for when this cannot wait */
	uint32_t disk_file; /* which one, or IOM_NO_FILE */
};

static struct side side_of(const struct iom_correlation *cor, const struct cap_calls *r)
{
	const struct cap_file *f = r->file == IOM_NO_FILE ? NULL : &cor->cap->files[r->file];
	struct side s = {
		.kind = f ? f->kind : CAP_K_UNKNOWN,
		.nonblock = r->f_flags & O_NONBLOCK,
		.async = r->f_flags & O_ASYNC,
		.watch = f ? cor->files[r->file].watch : COR_UNWATCHED,
		.watch_sleeps = f && cor->files[r->file].watch_sleeps,
		.disk_file = IOM_NO_FILE,
	};
	uint8_t other;

	if (r->class != CAP_C_SENDFILE && r->class != CAP_C_SPLICE && r->class != CAP_C_COPYRANGE)
		return s;
	/* Two files: the one that can wait for somebody decides, and readiness of
	 * either is readiness. */
	other = r->other != IOM_NO_FILE ? cor->cap->files[r->other].kind : r->other_kind;
	if ((is_stored(s.kind) || s.kind == CAP_K_NULL || s.kind == CAP_K_UNKNOWN) && other &&
	    !is_stored(other) && other != CAP_K_NULL) {
		s.disk = is_stored(s.kind);
		s.disk_file = s.disk ? r->file : IOM_NO_FILE;
		s.kind = other;
		s.nonblock = r->other_nonblock;
		s.watch = COR_UNWATCHED;
	} else if (is_stored(other)) {
		s.disk = true;
		s.disk_file = r->other;
	}
	if (r->other != IOM_NO_FILE && cor->files[r->other].watch > s.watch &&
	    !is_stored(cor->cap->files[r->other].kind)) {
		s.watch = cor->files[r->other].watch;
		s.watch_sleeps = cor->files[r->other].watch_sleeps;
	}
	return s;
}

static void vote_stored(struct ballot *b, const struct cap_calls *r, const struct cap_file *f)
{
	uint64_t fast = r->n.ok, slept = r->n.ok_slept;
	uint64_t ends = r->n.zero + r->n.zero_slept;
	uint64_t files = f && f->merged ? f->merged : 1;

	if (r->class != CAP_C_READ)
		fast += r->n.zero, slept += r->n.zero_slept, ends = 0;
	/* Reading on after the end, again and again, is asking whether a file grew. */
	if (f && f->kind == CAP_K_REG && r->class == CAP_C_READ && ends >= EOF_POLLING * files &&
	    ends * 4 >= fast + slept) {
		cor_vote(b, IOM_M_NONBLOCKING, fast + slept, r->bytes, 0, 0);
		if (b->t)
			b->t->tries += ends;
		return;
	}
	cor_vote(b, IOM_M_BLOCKING, fast + slept, r->bytes, r->wait_ns, slept);
}

/* Sleeps in sendfile or splice while the side that can wait was told not to:
 * for the pages of the other side. */
static void vote_disk(struct iom_correlation *cor, const struct ballot *b, const struct cap_calls *r,
		      const struct side *s, uint64_t slept, uint64_t bytes)
{
	struct ballot disk = *b;

	disk.f = s->disk_file == IOM_NO_FILE ? NULL : &cor->files[s->disk_file];
	if (disk.f)
		disk.f->used = true;
	cor_vote(&disk, IOM_M_BLOCKING, slept, bytes, r->wait_ns, slept);
}

static void vote_stream(struct iom_correlation *cor, struct ballot *b, const struct cap_calls *r,
			const struct side *s)
{
	uint64_t slept = r->n.ok_slept + r->n.zero_slept;
	uint64_t fast = r->n.ok + r->n.zero, again = r->n.again;
	uint64_t n = fast + slept, slept_bytes = n ? r->bytes * slept / n : 0;
	uint64_t bytes = r->bytes - slept_bytes;

	if (s->nonblock && s->disk) {
		vote_disk(cor, b, r, s, slept, slept_bytes);
	} else if (s->nonblock) { /* such a sleep is a mutex or a page, not data */
		fast += slept;
		bytes = r->bytes;
	} else {
		cor_vote(b, IOM_M_BLOCKING, slept, slept_bytes, r->wait_ns,
		     slept + r->n.again_slept);
	}
	if (s->async && b->p->io_signals && !s->watch_sleeps) {
		cor_vote(b, IOM_M_SIGNAL, fast, bytes, 0, 0);
	} else if (s->watch == COR_WATCHED) {
		cor_vote(b, IOM_M_MULTIPLEXED, fast, bytes, 0, 0);
		if (b->f)
			b->f->ready += fast;
	} else if (s->watch == COR_SPUN) {
		cor_vote(b, IOM_M_NONBLOCKING, fast, bytes, 0, 0);
	} else if (again && (s->nonblock || r->n.nowait)) {
		cor_vote(b, IOM_M_NONBLOCKING, fast, bytes, 0, 0);
		if (b->t)
			b->t->tries += again;
	} else if (s->nonblock || r->n.nowait >= fast + again) {
		if (b->t && fast) { /* decided by the company it keeps: settle_deferred() */
			b->t->deferred += fast;
			b->t->deferred_bytes += bytes;
		}
	} else {
		cor_vote(b, IOM_M_BLOCKING, fast, bytes, 0, 0);
	}
}

static void note_loop_sleeps(struct cor_thread *t, const struct cap_calls *r)
{
	uint64_t slept = r->n.ok_slept + r->n.zero_slept;

	if (!t || !slept)
		return;
	if (r->class == CAP_C_SYNC) {
		t->sync_ops += slept;
		t->sync_ns += r->wait_ns;
		if (r->max_wait_ns >= t->sync_max_ns) {
			t->sync_max_ns = r->max_wait_ns;
			t->sync_file = r->file;
		}
		return;
	}
	t->loop_block_ops += slept;
	t->loop_block_ns += r->wait_ns;
	if (r->max_wait_ns >= t->loop_block_max_ns) {
		t->loop_block_max_ns = r->max_wait_ns;
		t->loop_block_file = r->file;
		t->loop_block_nr = r->nr;
	}
}

/* What the thread does most; ringing doorbells is nothing it is there for. */
static void note_top_row(const struct iom_correlation *cor, struct cor_thread *t, size_t row)
{
	const struct cap_calls *rows = cor->cap->calls;

	if (t && (t->top_row == UINT32_MAX || cor_operations(&rows[row]) > cor_operations(&rows[t->top_row])))
		t->top_row = row;
}

static void vote_transfer(struct iom_correlation *cor, struct ballot *b, size_t row)
{
	const struct cap_calls *r = &cor->cap->calls[row];
	const struct cap_file *f = r->file == IOM_NO_FILE ? NULL : &cor->cap->files[r->file];
	struct side s = side_of(cor, r);
	uint64_t ops = cor_operations(r);

	if (b->f) {
		b->f->used = true;
		b->f->attempts += ops;
		b->f->slept += r->n.ok_slept + r->n.zero_slept +
			       r->n.again_slept;
		b->f->eagain += r->n.again + r->n.again_slept;
	}
	if (b->t)
		b->t->calls += ops;
	switch (s.kind) {
	case CAP_K_TIMERFD:
	case CAP_K_EPOLL:
	case CAP_K_SIGNALFD:
	case CAP_K_URING:
		if (b->t && s.kind != CAP_K_SIGNALFD) {
			b->t->timer_ns += r->wait_ns;
			b->t->timer_sleeps += r->n.ok_slept;
		}
		return;
	case CAP_K_EVENTFD: /* a doorbell, unless reading it is what the thread sleeps in */
		if (!(r->n.ok_slept))
			return;
		break;
	case CAP_K_NULL:
		if (b->t)
			b->t->null_ops += ops;
		b->p->null_ops += ops;
		note_top_row(cor, b->t, row);
		return;
	}
	note_top_row(cor, b->t, row);
	note_loop_sleeps(b->t, r);
	if (is_stored(s.kind) || r->class == CAP_C_SYNC)
		vote_stored(b, r, f);
	else
		vote_stream(cor, b, r, &s);
}

static void vote_request(struct ballot *b, const struct cap_requests *r)
{
	struct cor_async *a = &b->p->async;
	bool uring = r->interface == CAP_I_URING;
	uint64_t n = r->submitted, done = r->done_inline + r->done_late + r->done_asleep;

	if (r->more) /* multishot: each completion is a transfer, its end is none */
		n = r->more + (done > r->errors ? done - r->errors : 0);
	if (b->f) {
		b->f->used = true;
		if (cor_only_polls(r))
			return;
		b->f->inline_ += r->done_inline;
		b->f->late += r->done_late;
		/* io_uring_enter may go on to wait: done while it slept is done later.
		 * io_submit has nothing to wait for. */
		*(uring ? &b->f->late : &b->f->inline_) += r->done_asleep;
		b->f->attempts += n;
	}
	if (!cor_moves_data(r))
		return;
	a->submits += r->submitted;
	a->inline_ += r->done_inline;
	a->late += r->done_late;
	a->slept += r->done_asleep;
	a->worker += r->by_worker;
	a->depth1 += r->alone;
	a->sqpoll += r->by_sqpoll;
	a->more += r->more;
	a->uring |= uring;
	cor_vote(b, IOM_M_ASYNC, n, r->bytes, 0, n);
}

static void vote_async_call(struct ballot *b, const struct cap_calls *r)
{
	struct cor_async *a = &b->p->async;
	uint64_t slept = r->n.ok_slept + r->n.zero_slept;

	if (r->class == CAP_C_AIO_SUBMIT || r->class == CAP_C_URING_SUBMIT) {
		a->submit_calls += cor_operations(r);
		a->submit_slept += slept;
		a->submit_wait_ns += r->wait_ns;
		if (r->max_wait_ns > a->submit_max_ns)
			a->submit_max_ns = r->max_wait_ns;
	} else {
		a->reap_slept += slept;
		a->reap_wait_ns += r->wait_ns;
	}
	/* A ring, or a context, that is only asked for readiness multiplexes. */
	cor_vote(b, b->p->poll_requests > b->p->data_requests ? IOM_M_MULTIPLEXED : IOM_M_ASYNC, 0, 0,
	     r->wait_ns, slept);
}

void cor_vote_rows(struct iom_correlation *cor)
{
	const struct iom_capture *cap = cor->cap;

	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];
		struct ballot b = {
			.t = cor_thread_of(cor, r->tid, r->tgid),
			.f = r->file == IOM_NO_FILE ? NULL : &cor->files[r->file],
			.p = cor_proc_of(cor, r->tgid),
		};

		if (!b.p)
			continue;
		if (b.t && b.t->kernel)
			continue;
		b.helper = b.t && cap->threads[b.t - cor->threads].libc_helper &&
			   cap->procs[b.p->proc].imports_posix_aio;
		if (is_transfer(r->class)) {
			vote_transfer(cor, &b, i);
		} else if (r->class >= CAP_C_AIO_SUBMIT && r->class <= CAP_C_URING_SUBMIT) {
			vote_async_call(&b, r);
		} else if (r->class == CAP_C_FAULT && b.t) {
			b.t->faults += r->n.ok_slept;
			b.t->fault_ns += r->wait_ns;
			if (r->max_wait_ns > b.t->fault_max_ns)
				b.t->fault_max_ns = r->max_wait_ns;
		}
	}
	for (size_t i = 0; i < cap->nrequests; i++) {
		const struct cap_requests *r = &cap->requests[i];
		struct ballot b = {
			.t = cor_thread_of(cor, r->tid, r->tgid),
			.f = r->file == IOM_NO_FILE ? NULL : &cor->files[r->file],
			.p = cor_proc_of(cor, r->tgid),
		};

		if (b.p)
			vote_request(&b, r);
	}
}
