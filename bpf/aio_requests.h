/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * aio_requests.h - libaio requests: submitted, and complete before or after io_submit returned.
 *
 * Two ways. Where io_submit_one() and aio_complete() of fs/aio.c can be probed
 * each request is followed by the address of its context and of its iocb in the
 * program, and every completion is seen (aio_followed). Elsewhere the ring's
 * tail, looked at when io_submit returns, says how many were complete by then;
 * the first ones are taken for these, and the others for complete later.
 *
 * A back end brings, besides what slot.h names:
 *
 *   aio_followed               not 0: the first way
 *   aio_ring(s, id)            the second: struct iom_aio_ctx brought up to date, or NULL
 *   aio_known(s, id)           the same as it was left, NULL at first sight
 *   flight_find, flight_put, flight_del(session, key)   struct iom_flight by struct iom_flight_key
 *   slot_session(s)
 *   lost_async(s, n)           n requests found no room
 *   requests_lock(session), requests_unlock(session)   around what looks at flights and
 *                              shared rows, which completions change
 *   repeat_long(s, n, fn, arg) repeat() for so many that others must get a turn in between
 *   ring_depth(session, ring, begin)  counter of what is in flight in a ring or context,
 *                              or NULL; begin: make one if there is none
 */
#ifndef IOM_AIO_REQUESTS_H
#define IOM_AIO_REQUESTS_H

#include "counts.h"
#include "requests.h"

#define IOM_AIO_POLL 5 /* IOCB_CMD_POLL */

/* Requests of one io_submit that are looked at, when it returns, in one go. Those beyond are
 * counted as lost: the time that takes is the watcher's, not the program's.
 */
#define IOM_AIO_MOST 16384
/* A context has no room for more (fs/aio.c, ioctx_alloc()). A larger result is not the kernel's:
 * a seccomp supervisor can make any.
 */
#define IOM_AIO_EVENTS (0x10000000 / 32)

struct iom_iocb { /* the middle of struct iocb, uapi/linux/aio_abi.h, from offset 16 */
	__u16 opcode;
	__s16 reqprio;
	__u32 fd;
	__u64 buf, nbytes;
};

struct aio_loop {
	struct iom_slot *slot;
	__u64 iocbs; /* address of the array */
	__u32 here; /* requests of this call that were complete when it returned */
	__u32 depth1, slept;
};

/* Its completion will be counted by whoever sees it, in a row that many write. */
static __always_inline __u64 late_row(struct iom_slot *s, struct iom_row *r, __u32 fd)
{
	__u64 key = row_key(s->tid, fd, IOM_C_AIO_REQ, r->nr | (r->id & 0xff) << 4);
	struct iom_row *late = shared_get(slot_session(s), key, s->tgid);

	if (!late) {
		lost_async(s, 1);
		return 0;
	}
	if (late->id != r->id) {
		late->file = r->file;
		late->ino = r->ino;
		late->f_flags = r->f_flags;
		late->mode = r->mode;
		late->nr = r->nr;
		late->kind = r->kind;
		late->bits = r->bits;
		late->name_kind = r->name_kind;
		late->code = r->code;
		__builtin_memcpy(late->name, r->name, sizeof(late->name));
		late->id = r->id;
	}
	return key;
}

static __always_inline void aio_result(struct iom_row *r, __s64 res)
{
	if (res < 0) {
		add_fetch_old(&r->n[IOM_A_ERR], 1);
		r->error = -res;
	} else if (r->nr != IOM_AIO_POLL) {
		add_fetch_old(&r->bytes, res);
	}
}

static __always_inline int aio_follow(struct aio_loop *l, struct iom_row *r, __u64 iocb, __u32 fd)
{
	struct iom_flight_key key = {.ctx = l->slot->aio_ctx, .iocb = iocb};
	struct iom_flight *e = flight_find(slot_session(l->slot), &key);

	if (!e)
		return -1;
	if (l->depth1 && e->alone)
		r->n[IOM_A_DEPTH1]++;
	if (!(e->state & IOM_FLIGHT_DONE))
		e->row = late_row(l->slot, r, fd);
	if (!(add_fetch_old(&e->state, IOM_FLIGHT_RETURNED) & IOM_FLIGHT_DONE))
		return 0;
	r->n[l->slept ? IOM_A_SLEPT : IOM_A_INLINE]++;
	aio_result(r, e->res);
	flight_del(slot_session(l->slot), &key);
	return 0;
}

#define IOM_AIO_PREADV	7
#define IOM_AIO_PWRITEV 8
#define IOM_AIO_VECTORS 16 /* that are looked at; more are rare, and their bytes are not counted */

/* What a request is to move. Of one with vectors nbytes is how many there are (io_submit(2)). */
static __always_inline __u64 aio_bytes(const struct iom_iocb *cb)
{
	__u64 v[2], bytes = 0;

	if (cb->opcode != IOM_AIO_PREADV && cb->opcode != IOM_AIO_PWRITEV)
		return cb->nbytes;
	for (__u32 i = 0; i < IOM_AIO_VECTORS && i < cb->nbytes; i++)
		if (!user_read(v, sizeof(v), cb->buf + i * sizeof(v)))
			bytes += v[1];
	return bytes;
}

static long aio_one(__u32 i, struct aio_loop *l)
{
	struct iom_iocb cb;
	struct iom_row *r;
	__u64 at;
	int err;

	if (user_read(&at, sizeof(at), l->iocbs + i * 8) || user_read(&cb, sizeof(cb), at + 16))
		return 0;
	r = row_get(l->slot, cb.fd, IOM_C_AIO_REQ, cb.opcode);
	if (!r)
		return 0;
	r->nr = cb.opcode;
	r->n[IOM_A_SUBMIT]++;
	if (aio_followed) {
		requests_lock(slot_session(l->slot));
		err = aio_follow(l, r, at, cb.fd);
		requests_unlock(slot_session(l->slot));
		if (err)
			lost_async(l->slot, 1);
		return 0;
	}
	r->bytes += aio_bytes(&cb);
	if (i < l->here)
		r->n[l->slept ? IOM_A_SLEPT : IOM_A_INLINE]++;
	else
		r->n[IOM_A_LATE]++;
	if (l->depth1)
		r->n[IOM_A_DEPTH1]++;
	return 0;
}

/* io_submit stopped at this request: it is not in flight after all. */
static __always_inline void aio_refused(struct iom_slot *s, __u64 at)
{
	struct iom_flight_key key = {.ctx = s->aio_ctx};
	__s64 *depth;

	if (user_read(&key.iocb, sizeof(key.iocb), at))
		return;
	requests_lock(slot_session(s));
	if (flight_find(slot_session(s), &key)) {
		flight_del(slot_session(s), &key);
		depth = ring_depth(slot_session(s), key.ctx, 0);
		if (depth)
			add_fetch_old(depth, -1);
	}
	requests_unlock(slot_session(s));
}

IOM_SEPARATE int aio_submitted(iom_slot_ref ref, struct fact *f, __u64 id, __u64 n, __u64 iocbs)
{
	struct iom_slot *s = slot_of(ref);
	struct aio_loop loop = {.iocbs = iocbs};
	struct iom_aio_ctx *c;
	__u64 flying, look;

	if (!s || !f)
		return 0;
	loop.slot = s;
	loop.slept = f->slept;
	s->aio_begun = 0;
	if (aio_followed) {
		if ((__s64)n > (f->ret > 0 ? f->ret : 0))
			aio_refused(s, iocbs + (f->ret > 0 ? f->ret : 0) * 8);
		loop.depth1 = f->ret == 1;
	}
	if (f->ret <= 0 || f->ret > IOM_AIO_EVENTS)
		return 0;
	if (!aio_followed) {
		c = aio_known(s, id);
		if (!c) { /* first sight of it: what is in flight is not known yet */
			aio_ring(s, id);
		} else {
			c->submitted += f->ret;
			aio_ring(s, id);
			flying = c->submitted - c->completed;
			if (flying < (__u64)f->ret)
				loop.here = f->ret - flying;
			/* Alone in its context: nothing else was left when the call returned. */
			loop.depth1 = f->ret == 1 && flying <= 1;
		}
	}
	look = f->ret < IOM_AIO_MOST ? f->ret : IOM_AIO_MOST;
	if (!aio_followed && look < (__u64)f->ret) /* else it was said when they were begun */
		lost_async(s, f->ret - look);
	repeat_long(s, look, aio_one, &loop);
	return 0;
}

/* At io_submit_one(), in the submitter. Not 0: no room, the request is not followed. */
static __always_inline int aio_begun(struct iom_session *session, struct iom_slot *s, __u64 ctx,
				     __u64 iocb)
{
	struct iom_flight_key key = {.ctx = ctx, .iocb = iocb};
	struct iom_flight fresh = {};
	__s64 *depth;

	s->aio_ctx = ctx;
	if (s->aio_begun >= IOM_AIO_MOST)
		return -1;
	s->aio_begun++;
	depth = ring_depth(session, ctx, 1);
	if (depth)
		fresh.alone = add_fetch_old(depth, 1) <= 0;
	return flight_put(session, &key, &fresh);
}

/* At aio_complete(), wherever that is. */
static __always_inline void aio_completed(struct iom_session *session, __u64 ctx, __u64 iocb,
					  __s64 res)
{
	struct iom_flight_key key = {.ctx = ctx, .iocb = iocb};
	struct iom_flight *e = flight_find(session, &key);
	struct iom_row *late;
	__s64 *depth;

	if (!e)
		return;
	depth = ring_depth(session, ctx, 0);
	if (depth)
		add_fetch_old(depth, -1);
	e->res = res;
	if (!(add_fetch_old(&e->state, IOM_FLIGHT_DONE) & IOM_FLIGHT_RETURNED))
		return;
	late = shared_find(session, e->row);
	if (late) {
		add_fetch_old(&late->n[IOM_A_LATE], 1);
		aio_result(late, res);
	}
	flight_del(session, &key);
}

#endif
