// SPDX-License-Identifier: GPL-2.0-only
/*
 * async.c - what several contexts count in, and requests in flight.
 *
 * All of it is under session->async_lock, which interrupts may take too. The
 * requests themselves are known by their addresses only; nothing is read
 * through them here.
 */
#include <linux/hash.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "session.h"

struct request_entry {
	struct hlist_node node;
	u64 id;
	struct iom_request request;
};

struct flight_entry {
	struct hlist_node node;
	struct iom_flight_key key;
	struct iom_flight flight;
};

struct ring_entry {
	struct hlist_node node;
	u64 ring;
	s64 depth;
};

struct shot_entry {
	struct hlist_node node;
	struct iom_multishot shot;
	u64 row;
};

#define NEW(type) kzalloc(sizeof(struct type), GFP_ATOMIC | __GFP_NOWARN)

/* ---- rows ---------------------------------------------------------------------- */

struct iom_row *iom_shared_find(struct iom_session *session, u64 key)
{
	struct iom_entry *e;

	lockdep_assert_held(&session->async_lock);
	hash_for_each_possible(session->shared, e, hash, key)
		if (e->row.key == key)
			return &e->row;
	return NULL;
}

struct iom_row *iom_shared_get(struct iom_session *session, u64 key, u32 tgid)
{
	struct iom_row *row = iom_shared_find(session, key);
	struct iom_entry *e;

	if (row)
		return row;
	if (session->nshared >= IOM_SHARED)
		return NULL;
	e = iom_entry_new(GFP_ATOMIC);
	if (!e)
		return NULL;
	session->nshared++;
	atomic_inc(&session->rows);
	e->head.kind = IOM_R_ROW;
	e->row.key = key;
	e->row.tgid = tgid;
	e->row.since_ns = ktime_get_mono_fast_ns();
	hash_add(session->shared, &e->hash, key);
	return &e->row;
}

void iom_shared_queue(struct iom_session *session)
{
	struct hlist_node *next;
	struct iom_entry *e;
	unsigned long flags;
	unsigned int bucket;

	spin_lock_irqsave(&session->async_lock, flags);
	hash_for_each_safe(session->shared, bucket, next, e, hash) {
		hash_del(&e->hash);
		iom_queue(session, e);
	}
	session->nshared = 0;
	spin_unlock_irqrestore(&session->async_lock, flags);
}

/* ---- io_uring --------------------------------------------------------------------- */

static struct request_entry *request_entry(struct iom_session *session, u64 id)
{
	struct request_entry *e;

	lockdep_assert_held(&session->async_lock);
	hash_for_each_possible(session->requests, e, node, id)
		if (e->id == id)
			return e;
	return NULL;
}

struct iom_request *iom_request_find(struct iom_session *session, u64 id)
{
	struct request_entry *e = request_entry(session, id);

	return e ? &e->request : NULL;
}

int iom_request_put(struct iom_session *session, u64 id, const struct iom_request *fresh)
{
	struct request_entry *e = request_entry(session, id);

	if (!e) {
		if (session->nrequests >= IOM_REQUESTS_MAX)
			return -ENOSPC;
		e = NEW(request_entry);
		if (!e)
			return -ENOMEM;
		e->id = id;
		hash_add(session->requests, &e->node, id);
		session->nrequests++;
	}
	e->request = *fresh;
	return 0;
}

void iom_request_del(struct iom_session *session, u64 id)
{
	struct request_entry *e = request_entry(session, id);

	if (!e)
		return;
	hash_del(&e->node);
	session->nrequests--;
	kfree(e);
}

/* ---- libaio ----------------------------------------------------------------------- */

static u64 flight_hash(const struct iom_flight_key *key)
{
	return key->ctx ^ hash_64(key->iocb, 64);
}

static struct flight_entry *flight_entry(struct iom_session *session,
					 const struct iom_flight_key *key)
{
	struct flight_entry *e;

	lockdep_assert_held(&session->async_lock);
	hash_for_each_possible(session->flights, e, node, flight_hash(key))
		if (e->key.ctx == key->ctx && e->key.iocb == key->iocb)
			return e;
	return NULL;
}

struct iom_flight *iom_flight_find(struct iom_session *session, const struct iom_flight_key *key)
{
	struct flight_entry *e = flight_entry(session, key);

	return e ? &e->flight : NULL;
}

int iom_flight_put(struct iom_session *session, const struct iom_flight_key *key,
		   const struct iom_flight *fresh)
{
	struct flight_entry *e = flight_entry(session, key);

	if (!e) {
		if (session->nflights >= IOM_REQUESTS_MAX)
			return -ENOSPC;
		e = NEW(flight_entry);
		if (!e)
			return -ENOMEM;
		e->key = *key;
		hash_add(session->flights, &e->node, flight_hash(key));
		session->nflights++;
	}
	e->flight = *fresh;
	return 0;
}

void iom_flight_del(struct iom_session *session, const struct iom_flight_key *key)
{
	struct flight_entry *e = flight_entry(session, key);

	if (!e)
		return;
	hash_del(&e->node);
	session->nflights--;
	kfree(e);
}

/* ---- rings, and shots of many completions ------------------------------------------ */

s64 *iom_ring_depth(struct iom_session *session, u64 ring, int begin)
{
	struct ring_entry *e;

	lockdep_assert_held(&session->async_lock);
	hash_for_each_possible(session->rings, e, node, ring)
		if (e->ring == ring)
			return &e->depth;
	if (!begin || session->nrings >= IOM_RINGS_MAX)
		return NULL;
	e = NEW(ring_entry);
	if (!e)
		return NULL;
	e->ring = ring;
	hash_add(session->rings, &e->node, ring);
	session->nrings++;
	return &e->depth;
}

static struct shot_entry *shot_entry(struct iom_session *session, const struct iom_multishot *shot)
{
	struct shot_entry *e;

	lockdep_assert_held(&session->async_lock);
	hash_for_each_possible(session->shots, e, node, shot->user_data)
		if (e->shot.ring == shot->ring && e->shot.user_data == shot->user_data)
			return e;
	return NULL;
}

u64 *iom_shot_find(struct iom_session *session, const struct iom_multishot *shot)
{
	struct shot_entry *e = shot_entry(session, shot);

	return e ? &e->row : NULL;
}

/* Few are ever asked for, by programs that give each kind of request one
 * user_data; those that give each request one of its own push each other out.
 */
void iom_shot_put(struct iom_session *session, const struct iom_multishot *shot, u64 row)
{
	struct shot_entry *e = shot_entry(session, shot);
	struct hlist_node *next;
	unsigned int bucket;

	if (!e && session->nshots >= 4 * HASH_SIZE(session->shots)) {
		bucket = hash_min(shot->user_data, HASH_BITS(session->shots));
		hlist_for_each_entry_safe(e, next, &session->shots[bucket], node) {
			hash_del(&e->node);
			session->nshots--;
			kfree(e);
		}
		e = NULL;
	}
	if (!e) {
		e = NEW(shot_entry);
		if (!e)
			return;
		e->shot = *shot;
		hash_add(session->shots, &e->node, shot->user_data);
		session->nshots++;
	}
	e->row = row;
}

#define FREE_ALL(table, type)						\
	do {								\
		struct type *e_;					\
		struct hlist_node *next_;				\
		unsigned int bucket_;					\
									\
		hash_for_each_safe(table, bucket_, next_, e_, node) {	\
			hash_del(&e_->node);				\
			kfree(e_);					\
		}							\
	} while (0)

void iom_async_free(struct iom_session *session)
{
	struct hlist_node *next;
	struct iom_entry *e;
	unsigned int bucket;

	hash_for_each_safe(session->shared, bucket, next, e, hash) {
		hash_del(&e->hash);
		iom_entry_free(e);
	}
	FREE_ALL(session->requests, request_entry);
	FREE_ALL(session->flights, flight_entry);
	FREE_ALL(session->rings, ring_entry);
	FREE_ALL(session->shots, shot_entry);
}
