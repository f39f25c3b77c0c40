/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * uring.h - io_uring requests, from their submission to their completion.
 *
 * A request is followed by its address, never by current: it may be submitted
 * by the SQPOLL thread, run by a worker and completed by anyone.
 *
 * A back end brings, besides what slot.h names:
 *
 *   request_find, request_put, request_del(session, id)  struct iom_request by its address
 *   ring_room(session)           may one more ring have a row?
 *   shot_find, shot_put(session, shot)  key in shared by struct iom_multishot
 *   request_file_id(req)         its struct file, 0 where it has none yet
 *   request_file(req, row)       fill the row's identity from the request's file, if it has one
 */
#ifndef IOM_URING_H
#define IOM_URING_H

#include "requests.h"
#include "slot.h"
#include "uring_ops.h"

#define IOM_REQ_FORCE_ASYNC (1u << 4) /* REQ_F_FORCE_ASYNC, IOSQE_ASYNC_BIT on all versions */
#define IOM_REQ_FIXED_FILE 1u /* REQ_F_FIXED_FILE, bit 0 of io_kiocb.flags on all versions */
#define IOM_OP_CLOSE	   19
#define IOM_OP_SEND_ZC	   47
#define IOM_OP_SENDMSG_ZC  48
#define IOM_CQE_MORE	   2u /* IORING_CQE_F_MORE */
#define IOM_PF_IO_WORKER   0x10 /* include/linux/sched.h */

/*
 * What the requests of one ring did, whoever submitted them. It is found by its address
 * alone, of which 34 bits tell rings apart. NULL: none yet, or no room.
 */
static __always_inline struct iom_row *ring_row(struct iom_session *session, __u64 ring, __u32 tgid,
						int begin)
{
	__u64 at = ring >> 6; /* aligned to more */
	__u64 key = row_key(at & 0x3fffff, IOM_FD_NONE, IOM_C_RING, at >> 22);
	struct iom_row *r = shared_find(session, key);

	if (r || !begin || !ring_room(session))
		return r;
	r = shared_get(session, key, tgid);
	if (r)
		r->file = ring;
	return r;
}

/* Counted for the file and for the ring; either may be NULL. */
static __always_inline void count_both(struct iom_row *r, struct iom_row *ring, __u32 count)
{
	if (r)
		add_fetch_old(&r->n[count], 1);
	if (ring)
		add_fetch_old(&ring->n[count], 1);
}

/* It closes a descriptor, which no call tells of. One that says nothing where it succeeds is
 * not seen to complete: it is looked for when it is submitted, too. */
static __always_inline void uring_closes(struct iom_row *r)
{
	if (r->nr == IOM_OP_CLOSE)
		files_changed(NULL);
}

/* Not 0: it could not be counted, or not be followed. */
static __always_inline int uring_submitted(struct iom_session *session, struct task_struct *t,
					   struct iom_sqe *q)
{
	struct iom_request fresh = {}, *old;
	struct iom_multishot shot = {.ring = q->ring, .user_data = q->user_data};
	struct iom_row *r, *ring;
	struct iom_slot *s;
	__s64 before = 1;
	int err;

	/* What needs no file has what an earlier request left there (io_init_req() in io_uring.c). */
	if (q->opcode < 64 && IOM_URING_NO_FILE >> q->opcode & 1)
		q->fd = IOM_FD_NONE;
	fresh.row = row_key(t->pid, q->fd, IOM_C_URING_REQ, q->opcode);
	r = shared_get(session, fresh.row, t->tgid);
	if (!r)
		return -1;
	r->nr = q->opcode;
	uring_closes(r);
	fresh.ring = q->ring;
	fresh.tid = t->pid;
	fresh.nvcsw = t->nvcsw;
	s = slot_find(session, t->pid);
	if (s)
		fresh.ring_calls = s->ring_calls;
	ring = ring_row(session, q->ring, t->tgid, 1);
	old = request_find(session, q->id);
	if (old) { /* it completed without a word (IOSQE_CQE_SKIP_SUCCESS) and its memory is used again */
		count_both(shared_find(session, old->row), ring, IOM_A_LATE);
		if (ring && old->ring == q->ring)
			add_fetch_old(&ring->bytes, -1);
	}
	if (ring)
		before = add_fetch_old(&ring->bytes, 1);
	if (before < 0)
		before = 0;
	count_both(r, ring, IOM_A_SUBMIT);
	add_fetch_old(&r->n[IOM_A_DEPTH], before + 1);
	if ((__u64)before + 1 > r->aux)
		r->aux = before + 1;
	if (ring) {
		add_fetch_old(&ring->n[IOM_A_DEPTH], before + 1);
		if ((__u64)before + 1 > ring->aux)
			ring->aux = before + 1;
	}
	if (!before)
		count_both(r, ring, IOM_A_DEPTH1);
	if (t->flags & IOM_PF_IO_WORKER) {
		count_both(r, ring, IOM_A_SQPOLL);
		fresh.elsewhere = 1;
	}
	err = request_put(session, q->id, &fresh);
	shot_put(session, &shot, fresh.row);
	return err;
}

/* A request left its submitter. count: IOM_A_WORKER or IOM_A_POLLARM, each counted once
 * for a request however often it comes; forced: the program asked for a worker. */
static __always_inline void uring_elsewhere(struct iom_session *session, __u64 id, __u32 count,
					    int forced)
{
	struct iom_request *q = request_find(session, id);
	__u32 bit = 1u << count;
	struct iom_row *r, *ring;

	if (!q || q->elsewhere & bit)
		return;
	q->elsewhere |= bit;
	r = shared_find(session, q->row);
	ring = ring_row(session, q->ring, 0, 0);
	count_both(r, ring, count);
	if (count == IOM_A_WORKER && forced && r && !(r->nr < 64 && IOM_URING_WAITS >> r->nr & 1))
		count_both(r, ring, IOM_A_FORCED);
}

static __always_inline void uring_result(struct iom_row *r, __s32 res)
{
	if (res < 0) {
		add_fetch_old(&r->n[IOM_A_ERR], 1);
		r->error = -res;
	} else if (r->nr < 64 && IOM_URING_BYTES >> r->nr & 1) {
		add_fetch_old(&r->bytes, res);
	}
}

/*
 * The row of a request's open file. Its descriptor may have come to mean another file,
 * or there never was one (a registered file): further files of the same number have
 * rows of their own, told apart by the file's address.
 */
static __always_inline struct iom_row *uring_row(struct iom_session *session, __u64 key, __u64 id)
{
	struct iom_row *r = shared_find(session, key), *own;
	__u64 file = request_file_id(id);

	if (!r || !file || r->file == file)
		return r;
	if (!r->file) {
		request_file(id, r);
		return r;
	}
	key |= (1 + (file >> 8) % 31) << 7; /* operations need seven of the key's last bits */
	own = shared_get(session, key, r->tgid);
	if (!own)
		return r;
	own->nr = r->nr;
	if (!own->file)
		request_file(id, own);
	return own;
}

/* One completion entry; id 0: it names no request. t: the current task. */
static __always_inline void uring_completed(struct iom_session *session, struct task_struct *t,
					    __u64 ring, __u64 id, __u64 user_data, __s32 res,
					    __u32 cqe_flags)
{
	struct iom_multishot shot = {.ring = ring, .user_data = user_data};
	struct iom_request *q;
	struct iom_row *r, *as_submitted, *of_ring = ring_row(session, ring, 0, 0);
	struct iom_slot *s;
	__u64 *key;

	if (!id) {
		key = shot_find(session, &shot);
		r = key ? shared_find(session, *key) : NULL;
		if (r) {
			count_both(r, of_ring, IOM_A_MORE);
			uring_result(r, res);
		}
		return;
	}
	q = request_find(session, id);
	if (!q)
		return;
	r = uring_row(session, q->row, id);
	if (!r)
		return;
	uring_result(r, res);
	uring_closes(r);
	/* A zero-copy send is done at its first completion: the notification that follows is
	 * a request of the kernel's own. */
	if (cqe_flags & IOM_CQE_MORE && r->nr != IOM_OP_SEND_ZC && r->nr != IOM_OP_SENDMSG_ZC) {
		count_both(r, of_ring, IOM_A_MORE);
		return;
	}
	/* Which file it was submitted for is known only now. */
	as_submitted = shared_find(session, q->row);
	if (as_submitted && as_submitted != r) {
		add_fetch_old(&as_submitted->n[IOM_A_SUBMIT], -1);
		add_fetch_old(&r->n[IOM_A_SUBMIT], 1);
	}
	s = slot_find(session, q->tid);
	if (!q->elsewhere && (__u32)t->pid == q->tid && s && s->ring_calls == q->ring_calls &&
	    !s->border)
		count_both(r, of_ring, t->nvcsw == q->nvcsw ? IOM_A_INLINE : IOM_A_SLEPT);
	else
		count_both(r, of_ring, IOM_A_LATE);
	if (of_ring)
		add_fetch_old(&of_ring->bytes, -1);
	request_del(session, id);
}

#endif
