// SPDX-License-Identifier: GPL-2.0-only
/*
 * async.c - what several contexts count in, and requests in flight.
 *
 * Changes are made under session->async_lock, which interrupts may take too. Whether
 * a request is followed at all is asked before, under RCU alone: every completion on
 * the machine asks. The requests themselves are known by their addresses only;
 * nothing is read through them here.
 */
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/rculist_nulls.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "session.h"

#define REQUEST_BITS 14 /* hash heads, as a power of two */
#define RING_BITS    8
#define SHOTS_MOST   1024

/* Something that is followed. Its memory is used again at once, by whatever is followed
 * next, but stays this struct for whoever looks at it under RCU (SLAB_TYPESAFE_BY_RCU).
 */
struct follow {
	struct hlist_nulls_node node;
	u64 key[2];
	union {
		struct iom_request request;
		struct iom_flight flight;
		s64 depth; /* of a ring */
		u64 row;   /* of a shot: key in shared */
	};
};

static struct kmem_cache *follows;

int iom_followed_init(void)
{
	follows = KMEM_CACHE(follow, SLAB_TYPESAFE_BY_RCU);
	return follows ? 0 : -ENOMEM;
}

void iom_followed_exit(void)
{
	kmem_cache_destroy(follows);
}

/* ---- tables ------------------------------------------------------------------------- */

/* Each list ends in its head's own address, which tells when a look at an entry whose
 * memory was used again has led into another list.
 */
static unsigned long end_of(const struct hlist_nulls_head *head)
{
	return (unsigned long)head >> 1;
}

static int table_init(struct iom_followed *table, u32 bits, u32 most)
{
	table->heads = kvmalloc_array(1U << bits, sizeof(*table->heads), GFP_KERNEL);
	if (!table->heads)
		return -ENOMEM;
	table->bits = bits;
	table->most = most;
	for (u32 i = 0; i < 1U << bits; i++)
		INIT_HLIST_NULLS_HEAD(&table->heads[i], end_of(&table->heads[i]));
	return 0;
}

static void table_free(struct iom_followed *table)
{
	struct hlist_nulls_node *node;
	struct follow *e;

	for (u32 i = 0; table->heads && i < 1U << table->bits; i++) {
		for (;;) {
			node = table->heads[i].first;
			if (is_a_nulls(node))
				break;
			e = hlist_nulls_entry(node, struct follow, node);
			hlist_nulls_del_rcu(node);
			kmem_cache_free(follows, e);
		}
		cond_resched();
	}
	kvfree(table->heads);
}

static struct hlist_nulls_head *head_of(struct iom_session *session, struct iom_followed *table,
					u64 a, u64 b)
{
	return &table->heads[hash_64(a * session->salt[0] + b * session->salt[1], table->bits)];
}

/* Under RCU. Without the lock it says no more than that it is followed. */
static struct follow *lookup(struct iom_session *session, struct iom_followed *table, u64 a, u64 b)
{
	struct hlist_nulls_head *head = head_of(session, table, a, b);
	struct hlist_nulls_node *node;
	struct follow *e;

	do {
		hlist_nulls_for_each_entry_rcu(e, node, head, node)
			if (READ_ONCE(e->key[0]) == a && READ_ONCE(e->key[1]) == b)
				return e;
	} while (get_nulls_value(node) != end_of(head));
	return NULL;
}

static struct follow *find(struct iom_session *session, struct iom_followed *table, u64 a, u64 b)
{
	lockdep_assert_held(&session->async_lock);
	return lookup(session, table, a, b);
}

/* What it is to be is the caller's to say. NULL: no room. */
static struct follow *put(struct iom_session *session, struct iom_followed *table, u64 a, u64 b)
{
	struct follow *e = find(session, table, a, b);

	if (e)
		return e;
	if (table->n >= table->most)
		return NULL;
	e = kmem_cache_alloc(follows, GFP_ATOMIC | __GFP_NOWARN);
	if (!e)
		return NULL;
	/* Somebody may be looking at it still. */
	WRITE_ONCE(e->key[0], a);
	WRITE_ONCE(e->key[1], b);
	hlist_nulls_add_head_rcu(&e->node, head_of(session, table, a, b));
	WRITE_ONCE(table->n, table->n + 1);
	return e;
}

static void del(struct iom_followed *table, struct follow *e)
{
	hlist_nulls_del_rcu(&e->node);
	WRITE_ONCE(table->n, table->n - 1);
	kmem_cache_free(follows, e);
}

int iom_async_init(struct iom_session *session)
{
	int err;

	spin_lock_init(&session->async_lock);
	iom_rows_init(&session->shared, session->salt[0]);
	err = table_init(&session->requests, REQUEST_BITS, IOM_REQUESTS_MAX);
	if (!err)
		err = table_init(&session->flights, REQUEST_BITS, IOM_REQUESTS_MAX);
	if (!err)
		err = table_init(&session->rings, RING_BITS, IOM_RINGS_MAX);
	if (!err)
		err = table_init(&session->shots, RING_BITS, SHOTS_MOST);
	return err;
}

void iom_async_free(struct iom_session *session)
{
	struct list_head list;

	iom_rows_take(&session->shared, &list);
	iom_rows_destroy(&session->shared);
	iom_entries_free(&list);
	table_free(&session->requests);
	table_free(&session->flights);
	table_free(&session->rings);
	table_free(&session->shots);
}

/* ---- rows ---------------------------------------------------------------------- */

struct iom_row *iom_shared_find(struct iom_session *session, u64 key)
{
	struct iom_entry *e = iom_rows_find(&session->shared, key);

	lockdep_assert_held(&session->async_lock);
	return e ? &e->row : NULL;
}

struct iom_row *iom_shared_get(struct iom_session *session, u64 key, u32 tgid)
{
	struct iom_row *row = iom_shared_find(session, key);
	struct iom_entry *e;

	if (row)
		return row;
	if (session->shared.n >= IOM_SHARED)
		return NULL;
	e = iom_entry_new(IOM_R_ROW, GFP_ATOMIC);
	if (!e)
		return NULL;
	atomic_inc(&session->rows);
	e->row.key = key;
	e->row.tgid = tgid;
	e->row.since_ns = ktime_get_mono_fast_ns();
	iom_rows_add(&session->shared, e);
	return &e->row;
}

void iom_shared_queue(struct iom_session *session)
{
	struct iom_rows old;
	struct list_head list;
	unsigned long flags;
	u32 n;

	spin_lock_irqsave(&session->async_lock, flags);
	n = iom_rows_take(&session->shared, &list);
	old = session->shared;
	iom_rows_init(&session->shared, old.salt);
	spin_unlock_irqrestore(&session->async_lock, flags);
	iom_queue_list(session, IOM_R_ROW, &list, n);
	iom_rows_destroy(&old);
}

/* ---- io_uring --------------------------------------------------------------------- */

bool iom_request_wanted(struct iom_session *session, u64 id)
{
	return READ_ONCE(session->requests.n) && lookup(session, &session->requests, id, 0);
}

struct iom_request *iom_request_find(struct iom_session *session, u64 id)
{
	struct follow *e = find(session, &session->requests, id, 0);

	return e ? &e->request : NULL;
}

int iom_request_put(struct iom_session *session, u64 id, const struct iom_request *fresh)
{
	struct follow *e = put(session, &session->requests, id, 0);

	if (!e)
		return -ENOSPC;
	e->request = *fresh;
	return 0;
}

void iom_request_del(struct iom_session *session, u64 id)
{
	struct follow *e = find(session, &session->requests, id, 0);

	if (e)
		del(&session->requests, e);
}

/* ---- libaio ----------------------------------------------------------------------- */

bool iom_flight_wanted(struct iom_session *session, u64 ctx, u64 iocb)
{
	return READ_ONCE(session->flights.n) && lookup(session, &session->flights, ctx, iocb);
}

struct iom_flight *iom_flight_find(struct iom_session *session, const struct iom_flight_key *key)
{
	struct follow *e = find(session, &session->flights, key->ctx, key->iocb);

	return e ? &e->flight : NULL;
}

int iom_flight_put(struct iom_session *session, const struct iom_flight_key *key,
		   const struct iom_flight *fresh)
{
	struct follow *e = put(session, &session->flights, key->ctx, key->iocb);

	if (!e)
		return -ENOSPC;
	e->flight = *fresh;
	return 0;
}

void iom_flight_del(struct iom_session *session, const struct iom_flight_key *key)
{
	struct follow *e = find(session, &session->flights, key->ctx, key->iocb);

	if (e)
		del(&session->flights, e);
}

/* ---- rings, and shots of many completions ------------------------------------------ */

bool iom_ring_room(struct iom_session *session)
{
	lockdep_assert_held(&session->async_lock);
	if (session->rings_begun >= IOM_RINGS)
		return false;
	session->rings_begun++;
	return true;
}

s64 *iom_ring_depth(struct iom_session *session, u64 ring, int begin)
{
	struct follow *e = find(session, &session->rings, ring, 0);

	if (!e && begin) {
		e = put(session, &session->rings, ring, 0);
		if (e)
			e->depth = 0;
	}
	return e ? &e->depth : NULL;
}

bool iom_shot_wanted(struct iom_session *session, u64 ring, u64 user_data)
{
	return READ_ONCE(session->shots.n) && lookup(session, &session->shots, ring, user_data);
}

u64 *iom_shot_find(struct iom_session *session, const struct iom_multishot *shot)
{
	struct follow *e = find(session, &session->shots, shot->ring, shot->user_data);

	return e ? &e->row : NULL;
}

/* The latest of some list: what has been there for long may be a multishot's. */
static void forget_shot(struct iom_session *session, const struct iom_multishot *shot)
{
	struct iom_followed *table = &session->shots;
	struct hlist_nulls_head *head = head_of(session, table, shot->ring, shot->user_data);

	for (u32 i = 0; i < 1U << table->bits; i++) {
		if (!hlist_nulls_empty(head)) {
			del(table, hlist_nulls_entry(head->first, struct follow, node));
			return;
		}
		if (++head == table->heads + (1U << table->bits))
			head = table->heads;
	}
}

/* Few are ever asked for, by programs that give each kind of request one
 * user_data; those that give each request one of its own push each other out.
 */
void iom_shot_put(struct iom_session *session, const struct iom_multishot *shot, u64 row)
{
	struct follow *e = find(session, &session->shots, shot->ring, shot->user_data);

	if (!e && session->shots.n >= session->shots.most)
		forget_shot(session, shot);
	if (!e)
		e = put(session, &session->shots, shot->ring, shot->user_data);
	if (e)
		e->row = row;
}
