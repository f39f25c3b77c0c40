/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gather_rows.c - rows of the kernel side, added up into the capture: calls,
 * requests, signals, and the sets of poll and select.
 */
#include "collect/gather_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define NR_RESTART_SYSCALL 219

static bool is_request(uint8_t class)
{
	return class == IOM_C_AIO_REQ || class == IOM_C_URING_REQ;
}

static bool is_signal(uint8_t class)
{
	return class == IOM_C_SIGWAIT || class == IOM_C_SIGGEN || class == IOM_C_SIGDELIVER ||
	       class == IOM_C_SIGFD;
}

static bool has_two_files(uint8_t class)
{
	return class == IOM_C_SENDFILE || class == IOM_C_SPLICE || class == IOM_C_COPYRANGE;
}

static uint8_t class_of(const struct iom_row *row)
{
	return row->key >> 12;
}

static void note_registration(struct iom_gather *g, const struct iom_row *row, uint32_t file)
{
	uint32_t epoll = gather_file_now(g, row->tgid, (uint32_t)row->aux);

	g->cap->files[file].in_epoll = true;
	if (epoll != IOM_NO_FILE)
		iom_capture_register(g->cap, file, epoll, row->aux >> 32);
}

static uint32_t new_calls(struct iom_capture *cap, const struct row_key *key)
{
	uint32_t i = iom_capture_add_calls(cap);
	struct cap_calls *c = &cap->calls[i];

	c->tid = key->tid;
	c->tgid = key->tgid;
	c->file = key->file;
	c->other = key->other;
	c->class = key->class;
	c->f_flags = key->f_flags;
	if (key->class == IOM_C_SELECT)
		c->set = key->nr;
	return i;
}

static void add_calls(struct cap_calls *c, const struct iom_row *row)
{
	bool transfer = c->class >= IOM_C_READ && c->class <= IOM_C_TRANSFER_LAST;

	c->nr = row->nr;
	c->n.ok += row->n[IOM_N_OK];
	c->n.ok_slept += row->n[IOM_N_OK_SLEPT];
	c->n.zero += row->n[IOM_N_ZERO];
	c->n.zero_slept += row->n[IOM_N_ZERO_SLEPT];
	c->n.again += row->n[IOM_N_AGAIN];
	c->n.again_slept += row->n[IOM_N_AGAIN_SLEPT];
	c->n.err += row->n[IOM_N_ERR];
	c->n.restart += row->n[IOM_N_RESTART];
	c->n.retry += row->n[IOM_N_RETRY];
	c->n.nowait += row->n[IOM_N_NOWAIT];
	c->n.forever += row->n[IOM_N_FOREVER];
	c->n.failed += row->n[IOM_N_FAILED];
	if (row->error)
		c->error = row->error;
	if (row->no_file)
		c->no_file = row->no_file < IOM_FD_NONE ? (int32_t)row->no_file - 1 : -1;
	*(transfer ? &c->bytes : &c->events) += row->bytes;
	c->wait_ns += row->wait_ns;
	if (row->max_wait_ns > c->max_wait_ns)
		c->max_wait_ns = row->max_wait_ns;
	c->mixed += row->mixed;
	c->mixed_ns += row->mixed_ns;
	if (row->mixed_max_ns > c->mixed_max_ns)
		c->mixed_max_ns = row->mixed_max_ns;
	c->faults += row->faults;
	if (!row->aux)
		return;
	if (has_two_files(c->class)) {
		c->other_kind = IOM_AUX_KIND(row->aux);
		c->other_nonblock = IOM_AUX_NONBLOCK(row->aux);
	} else if (c->class == IOM_C_POLL || c->class == IOM_C_SELECT) {
		c->set_size = row->aux;
	}
}

static uint32_t new_requests(struct iom_capture *cap, const struct row_key *key)
{
	uint32_t i = iom_capture_add_requests(cap);
	struct cap_requests *r = &cap->requests[i];

	r->tid = key->tid;
	r->tgid = key->tgid;
	r->file = key->file;
	r->interface = key->class == IOM_C_URING_REQ ? CAP_I_URING : CAP_I_AIO;
	r->operation = key->nr;
	r->f_flags = key->f_flags;
	return i;
}

static void add_requests(struct cap_requests *r, const struct iom_row *row)
{
	r->submitted += row->n[IOM_A_SUBMIT];
	r->done_inline += row->n[IOM_A_INLINE];
	r->done_asleep += row->n[IOM_A_SLEPT];
	r->done_late += row->n[IOM_A_LATE];
	r->errors += row->n[IOM_A_ERR];
	if (row->error)
		r->error = row->error;
	r->more += row->n[IOM_A_MORE];
	r->by_worker += row->n[IOM_A_WORKER];
	r->forced += row->n[IOM_A_FORCED];
	r->depth_sum += row->n[IOM_A_DEPTH];
	if (row->aux > r->depth_max)
		r->depth_max = row->aux;
	r->by_poll += row->n[IOM_A_POLLARM];
	r->by_sqpoll += row->n[IOM_A_SQPOLL];
	r->alone += row->n[IOM_A_DEPTH1];
	r->bytes += row->bytes;
}

static uint32_t new_signals(struct iom_capture *cap, const struct row_key *key)
{
	uint32_t i = iom_capture_add_signals(cap);
	struct cap_signals *s = &cap->signals[i];

	s->tid = key->tid;
	s->tgid = key->tgid;
	s->file = key->file;
	s->way = key->class == IOM_C_SIGGEN	? CAP_S_GENERATED :
		 key->class == IOM_C_SIGDELIVER ? CAP_S_DELIVERED :
		 key->class == IOM_C_SIGWAIT	? CAP_S_WAITED :
						  CAP_S_SIGNALFD;
	s->code = key->code;
	s->signo = key->nr;
	return i;
}

static void add_signals(struct cap_signals *s, const struct iom_row *row)
{
	s->count += row->n[IOM_N_OK] + row->n[IOM_N_OK_SLEPT];
	s->lost += row->n[IOM_N_ERR];
	s->wait_ns += row->wait_ns;
}

static uint32_t new_interest(struct iom_capture *cap, const struct row_key *key)
{
	uint32_t i = iom_capture_add_interest(cap);
	struct cap_interest *in = &cap->interests[i];

	in->tid = key->tid;
	in->tgid = key->tgid;
	in->file = key->file;
	in->by_select = key->set >> 31;
	in->set = key->set & 0xfff;
	in->set_file = key->other;
	return i;
}

static void add_interest(struct cap_interest *in, const struct iom_row *row)
{
	in->ready += row->n[IOM_N_OK];
	in->not_ready += row->n[IOM_N_ZERO];
	in->hang_ups += row->n[IOM_N_ERR];
}

/* Calls that are counted only when they sleep stand in rows of their own by number. */
static bool has_own_number(uint8_t class)
{
	return (class >= IOM_C_FUTEX && class <= IOM_C_STOPPED) || class == IOM_C_SIGSUSPEND ||
	       (class >= IOM_C_QUEUE_GET && class <= IOM_C_PROCMEM) || class == IOM_C_SYNC;
}

static struct row_entry *entry_of(struct iom_gather *g, const struct row_key *key)
{
	struct row_entry *e;

	HASH_FIND(hh, g->rows, key, sizeof(*key), e);
	if (e)
		return e;
	e = iom_alloc(1, sizeof(*e));
	e->key = *key;
	e->row = is_request(key->class)	       ? new_requests(g->cap, key) :
		 is_signal(key->class)	       ? new_signals(g->cap, key) :
		 key->class == IOM_C_WATCH     ? new_interest(g->cap, key) :
						 new_calls(g->cap, key);
	HASH_ADD(hh, g->rows, key, sizeof(*key), e);
	return e;
}

/* By its generation: the number may belong to another file by now. The first file's own row
 * needs none. */
static uint32_t first_of_set(struct iom_gather *g, const struct iom_row *row, uint32_t file)
{
	uint32_t fd = IOM_AUX_FD(row->aux), gen = row->aux >> 32;

	if (fd == (row->key >> 20 & IOM_FD_NONE))
		return file;
	return gather_file_then(g, row->tgid, fd, gen);
}

/*
 * What restart_syscall goes on with is not known in the kernel where that call began before the
 * watch: it comes as call 0, of a class that call 0 does not have but where it was given no open
 * file. It is the one that was under way then.
 */
static bool is_restarted(const struct iom_row *row)
{
	return class_of(row) == IOM_C_OTHER && !row->nr && !row->no_file;
}

static void name_restarted(struct iom_gather *g, struct iom_row *row, struct row_key *key)
{
	const struct cap_open_call *call = gather_open_at_start(g, key->tid);

	row->nr = NR_RESTART_SYSCALL;
	if (!call || call->nr < 0)
		return;
	row->nr = call->nr;
	key->class = call->class;
	key->file = call->set_file;
}

static void take_row(struct iom_gather *g, const struct iom_row *row)
{
	struct row_key key = {.tid = row->key >> 42,
			      .tgid = row->tgid,
			      .class = class_of(row),
			      .f_flags = row->f_flags,
			      .other = IOM_NO_FILE};
	struct iom_row named;
	struct row_entry *e;

	if (!row->key || !gather_proc(g, row->tgid))
		return;
	if (key.class == IOM_C_RING) {
		gather_take_ring(g, row);
		return;
	}
	key.file = gather_file_of_row(g, row);
	if (is_restarted(row)) {
		named = *row;
		name_restarted(g, &named, &key);
		row = &named;
	}
	if (key.class == IOM_C_URING_ENTER || key.class == IOM_C_URING_SUBMIT)
		gather_note_ring(g, row, key.file);
	if (has_two_files(key.class) && row->aux)
		key.other = gather_file_now(g, row->tgid, IOM_AUX_FD(row->aux));
	if (is_request(key.class) || is_signal(key.class))
		key.nr = row->nr;
	if (is_signal(key.class))
		key.code = row->code;
	if (is_signal(key.class) || key.class == IOM_C_WATCH)
		key.f_flags = 0;
	if (key.class == IOM_C_SELECT)
		key.nr = row->key & 0xfff;
	else if (has_own_number(key.class))
		key.nr = row->nr;
	if (key.class == IOM_C_WATCH && (uint32_t)row->aux >> 31) {
		key.set = row->aux;
	} else if (key.class == IOM_C_WATCH) {
		key.other = first_of_set(g, row, key.file);
	}
	if (key.class == IOM_C_EPOLL_CTL && key.file != IOM_NO_FILE)
		note_registration(g, row, key.file);
	e = entry_of(g, &key);
	if (is_request(key.class))
		add_requests(&g->cap->requests[e->row], row);
	else if (is_signal(key.class))
		add_signals(&g->cap->signals[e->row], row);
	else if (key.class == IOM_C_WATCH)
		add_interest(&g->cap->interests[e->row], row);
	else
		add_calls(&g->cap->calls[e->row], row);
}

/* What row counted beyond that. The largest of something stays what it is. */
static struct iom_row beyond(const struct iom_row *row, const struct iom_row *that)
{
	struct iom_row rest = *row;

	for (size_t i = 0; i < IOM_N_MAX; i++)
		rest.n[i] -= that->n[i];
	rest.bytes -= that->bytes;
	rest.wait_ns -= that->wait_ns;
	rest.mixed_ns -= that->mixed_ns;
	rest.mixed -= that->mixed;
	rest.faults -= that->faults;
	return rest;
}

static struct so_far_entry *taken_before(struct iom_gather *g, const struct iom_row *row)
{
	struct so_far_key key = {.key = row->key, .id = row->id, .since_ns = row->since_ns};
	struct so_far_entry *e = NULL;

	if (g->so_far)
		HASH_FIND(hh, g->so_far, &key, sizeof(key), e);
	return e;
}

void iom_gather_row(void *arg, const struct iom_row *row)
{
	struct iom_gather *g = arg;
	struct so_far_entry *e = taken_before(g, row);
	struct iom_row rest;

	if (!e) {
		take_row(g, row);
		return;
	}
	rest = beyond(row, &e->row);
	HASH_DEL(g->so_far, e);
	free(e);
	take_row(g, &rest);
}

void iom_gather_so_far(void *arg, const struct iom_row *row)
{
	struct iom_gather *g = arg;
	struct so_far_entry *e = taken_before(g, row);
	struct iom_row rest;

	/* Of a process whose birth is still in the ring: nothing of it was taken then. */
	if (!gather_proc(g, row->tgid))
		return;
	if (e && !memcmp(&e->row, row, sizeof(*row)))
		return;
	if (!e) {
		e = iom_alloc(1, sizeof(*e));
		e->key = (struct so_far_key){.key = row->key, .id = row->id,
					     .since_ns = row->since_ns};
		HASH_ADD(hh, g->so_far, key, sizeof(e->key), e);
	}
	rest = beyond(row, &e->row);
	e->row = *row;
	take_row(g, &rest);
}

void gather_rows_free(struct iom_gather *g)
{
	struct row_entry *r, *rn;
	struct so_far_entry *s, *sn;

	HASH_ITER(hh, g->rows, r, rn) {
		HASH_DEL(g->rows, r);
		free(r);
	}
	HASH_ITER(hh, g->so_far, s, sn) {
		HASH_DEL(g->so_far, s);
		free(s);
	}
}
