// SPDX-License-Identifier: GPL-2.0-only
/*
 * tables.c - which processes and threads are watched, and by whom.
 */
#include <linux/bitmap.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>

#include "session.h"

DEFINE_MUTEX(iom_mutex); /* iom_sessions, and registering probes */
LIST_HEAD(iom_sessions);
struct hlist_head iom_targets[1 << IOM_TABLE_BITS];
struct hlist_head iom_threads[1 << IOM_TABLE_BITS];

static DEFINE_SPINLOCK(iom_tables_lock);
/* One bit per tgid. A bit too many costs a look at the table; one too few would
 * cost facts, so it is set before and cleared after the target is in the table.
 */
static unsigned long *watched_bits;

int iom_tables_init(void)
{
	watched_bits = vzalloc(BITS_TO_LONGS(IOM_PIDS_MAX) * sizeof(long));
	return watched_bits ? 0 : -ENOMEM;
}

void iom_tables_exit(void)
{
	vfree(watched_bits);
}

bool iom_watched(const struct task_struct *t)
{
	return test_bit(t->tgid & (IOM_PIDS_MAX - 1), watched_bits);
}

/* ---- targets ------------------------------------------------------------------ */

static struct iom_target_state *target_find(struct iom_session *session, u32 tgid)
{
	struct iom_target_state *target;

	hash_for_each_possible_rcu(iom_targets, target, node, tgid,
				   lockdep_is_held(&iom_tables_lock))
		if (target->tgid == tgid && target->session == session)
			return target;
	return NULL;
}

int iom_target_add(struct iom_session *session, struct pid *pid, u32 tgid, gfp_t gfp)
{
	struct iom_target_state *target = kzalloc(sizeof(*target), gfp | __GFP_NOWARN);
	unsigned long flags;
	int err = 0;

	if (!target)
		return -ENOMEM;
	target->session = session;
	target->pid = get_pid(pid);
	target->tgid = tgid;
	spin_lock_irqsave(&iom_tables_lock, flags);
	if (session->dying) {
		err = -ESHUTDOWN;
	} else if (target_find(session, tgid)) {
		err = -EEXIST;
	} else if (atomic_read(&session->targets) >= IOM_THREADS) {
		err = -ENOSPC;
	} else {
		set_bit(tgid & (IOM_PIDS_MAX - 1), watched_bits);
		hash_add_rcu(iom_targets, &target->node, tgid);
		atomic_inc(&session->targets);
	}
	spin_unlock_irqrestore(&iom_tables_lock, flags);
	if (err) {
		put_pid(target->pid);
		kfree(target);
	}
	return err;
}

struct iom_stops *iom_stops_find(struct iom_session *session, u32 tgid)
{
	struct iom_target_state *target;

	if (!READ_ONCE(session->stops_seen))
		return NULL;
	target = target_find(session, tgid);
	return target ? &target->stops : NULL;
}

void iom_stop_begin(struct iom_session *session, u32 tgid)
{
	struct iom_target_state *target = target_find(session, tgid);

	WRITE_ONCE(session->stops_seen, true);
	/* A scan may see the process stopped while its signal is still being delivered. */
	if (target)
		cmpxchg(&target->stops.since_ns, 0, ktime_get_mono_fast_ns());
}

void iom_stop_end(struct iom_session *session, u32 tgid)
{
	struct iom_stops *stops = iom_stops_find(session, tgid);
	u64 since = stops ? xchg(&stops->since_ns, 0) : 0;

	if (!since)
		return;
	WRITE_ONCE(stops->total_ns, stops->total_ns + ktime_get_mono_fast_ns() - since);
	WRITE_ONCE(stops->count, stops->count + 1);
}

static void target_free(struct rcu_head *rcu)
{
	struct iom_target_state *target = container_of(rcu, struct iom_target_state, rcu);

	put_pid(target->pid);
	kfree(target);
}

static void target_unlink(struct iom_target_state *target)
{
	struct iom_target_state *other;
	u32 tgid = target->tgid;

	lockdep_assert_held(&iom_tables_lock);
	hash_del_rcu(&target->node);
	atomic_dec(&target->session->targets);
	call_rcu(&target->rcu, target_free);
	hash_for_each_possible_rcu(iom_targets, other, node, tgid,
				   lockdep_is_held(&iom_tables_lock))
		if (other->tgid == tgid)
			return;
	clear_bit(tgid & (IOM_PIDS_MAX - 1), watched_bits);
}

static void target_leaves(struct iom_target_state *target)
{
	target->leaving = true;
	if (!target->threads)
		target_unlink(target);
}

void iom_target_leaves(struct iom_session *session, u32 tgid)
{
	struct iom_target_state *target;
	unsigned long flags;

	spin_lock_irqsave(&iom_tables_lock, flags);
	target = target_find(session, tgid);
	if (target)
		target_leaves(target);
	spin_unlock_irqrestore(&iom_tables_lock, flags);
}

/* ---- threads ------------------------------------------------------------------- */

static struct iom_thread_state *thread_look(struct iom_session *session, u32 tid)
{
	struct iom_thread_state *state;

	hash_for_each_possible_rcu(iom_threads, state, node, tid,
				   lockdep_is_held(&iom_tables_lock))
		if (state->slot.tid == tid && state->session == session)
			return state;
	return NULL;
}

struct iom_thread_state *iom_thread_find(struct iom_session *session, u32 tid)
{
	return thread_look(session, tid);
}

static struct iom_thread_state *thread_new(struct iom_session *session, struct task_struct *t)
{
	struct iom_thread_state *state = kzalloc(sizeof(*state), GFP_ATOMIC | __GFP_NOWARN);

	if (!state)
		return NULL;
	state->session = session;
	spin_lock_init(&state->lock);
	iom_rows_init(&state->rows, session->salt[0]);
	state->slot.tid = t->pid;
	state->slot.serial = atomic_inc_return(&session->serials);
	slot_begin(&state->slot, t, iom_stops_find(session, t->tgid));
	return state;
}

/* Into the table, unless another is there or none may be: then that or NULL. */
static struct iom_thread_state *thread_link(struct iom_thread_state *state)
{
	struct iom_session *session = state->session;
	struct iom_target_state *target;
	struct iom_thread_state *other;

	lockdep_assert_held(&iom_tables_lock);
	target = target_find(session, state->slot.tgid);
	if (session->dying || !target)
		return NULL;
	/* A scan and the thread itself may want it at the same time. */
	other = thread_look(session, state->slot.tid);
	if (other)
		return other;
	if (atomic_read(&session->threads) >= IOM_THREADS) {
		iom_lost(session, IOM_LOST_THREADS);
		return NULL;
	}
	hash_add_rcu(iom_threads, &state->node, state->slot.tid);
	atomic_inc(&session->threads);
	target->threads++;
	return state;
}

struct iom_thread_state *iom_thread_get(struct iom_session *session, struct task_struct *t)
{
	struct iom_thread_state *state = iom_thread_find(session, t->pid), *linked;
	unsigned long flags;

	if (state)
		return state;
	/* Told again under the lock; here it spares who finds no room the work. */
	if (atomic_read(&session->threads) < IOM_THREADS)
		state = thread_new(session, t);
	if (!state) {
		iom_lost(session, IOM_LOST_THREADS);
		return NULL;
	}
	spin_lock_irqsave(&iom_tables_lock, flags);
	linked = thread_link(state);
	spin_unlock_irqrestore(&iom_tables_lock, flags);
	if (linked != state)
		kfree(state);
	return linked;
}

/* false: it was not in the table any more, and is another's to close. */
static bool thread_unlink(struct iom_thread_state *state)
{
	struct iom_target_state *target;

	lockdep_assert_held(&iom_tables_lock);
	if (hlist_unhashed(&state->node))
		return false;
	hlist_del_init_rcu(&state->node);
	atomic_dec(&state->session->threads);
	target = target_find(state->session, state->slot.tgid);
	if (target && !--target->threads && target->leaving)
		target_unlink(target);
	return true;
}

/* Its last rows; who still has it by RCU finds it gone. */
static void thread_close(struct iom_thread_state *state, struct list_head *list, u32 *n)
{
	unsigned long flags;

	spin_lock_irqsave(&state->lock, flags);
	state->gone = true;
	*n = iom_rows_take(&state->rows, list);
	spin_unlock_irqrestore(&state->lock, flags);
	iom_rows_destroy(&state->rows);
}

void iom_thread_del(struct iom_thread_state *state)
{
	struct list_head list;
	unsigned long flags;
	bool ours;
	u32 n;

	spin_lock_irqsave(&iom_tables_lock, flags);
	ours = thread_unlink(state);
	spin_unlock_irqrestore(&iom_tables_lock, flags);
	if (!ours)
		return;
	thread_close(state, &list, &n);
	iom_queue_list(state->session, IOM_R_ROW, &list, n);
	kfree_rcu(state, rcu);
}

/* ---- the end ----------------------------------------------------------------------- */

static struct iom_thread_state *any_thread(struct iom_session *session, unsigned int *bucket)
{
	struct iom_thread_state *state;

	lockdep_assert_held(&iom_tables_lock);
	for (; *bucket < ARRAY_SIZE(iom_threads); (*bucket)++)
		hlist_for_each_entry(state, &iom_threads[*bucket], node)
			if (state->session == session)
				return state;
	return NULL;
}

/* One head at a time: who forks much has many targets. */
static void unlink_targets(struct iom_session *session)
{
	struct iom_target_state *target;
	struct hlist_node *next;
	unsigned long flags;

	for (unsigned int bucket = 0; bucket < ARRAY_SIZE(iom_targets); bucket++) {
		spin_lock_irqsave(&iom_tables_lock, flags);
		hlist_for_each_entry_safe(target, next, &iom_targets[bucket], node)
			if (target->session == session)
				target_unlink(target);
		spin_unlock_irqrestore(&iom_tables_lock, flags);
		cond_resched();
	}
}

static struct iom_thread_state *unlink_thread(struct iom_session *session, unsigned int *bucket)
{
	struct iom_thread_state *state;
	unsigned long flags;

	spin_lock_irqsave(&iom_tables_lock, flags);
	state = any_thread(session, bucket);
	if (state)
		thread_unlink(state);
	spin_unlock_irqrestore(&iom_tables_lock, flags);
	return state;
}

void iom_session_unlink(struct iom_session *session, bool keep_rows)
{
	struct iom_thread_state *state;
	struct list_head list;
	unsigned int bucket = 0;
	unsigned long flags;
	u32 n;

	lockdep_assert_held(&iom_mutex);
	spin_lock_irqsave(&iom_tables_lock, flags);
	session->dying = true;
	spin_unlock_irqrestore(&iom_tables_lock, flags);
	/* From here on nothing is added to the tables for it. */
	unlink_targets(session);
	/* No probe finds it by a process any more; those that had are done after this. */
	synchronize_rcu();
	while ((state = unlink_thread(session, &bucket))) {
		thread_close(state, &list, &n);
		if (keep_rows)
			iom_queue_list(session, IOM_R_ROW, &list, n);
		else
			iom_entries_free(&list);
		kfree_rcu(state, rcu);
		cond_resched();
	}
}
