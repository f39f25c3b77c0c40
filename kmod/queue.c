// SPDX-License-Identifier: GPL-2.0-only
/*
 * queue.c - records on their way from a session to its reader.
 */
#include <linux/slab.h>

#include "session.h"

static struct kmem_cache *entries;

int iom_entries_init(void)
{
	entries = KMEM_CACHE_USERCOPY(iom_entry, SLAB_HWCACHE_ALIGN, record);
	return entries ? 0 : -ENOMEM;
}

void iom_entries_exit(void)
{
	/* Entries freed by RCU-delayed owners were freed before the module may go. */
	rcu_barrier();
	kmem_cache_destroy(entries);
}

struct iom_entry *iom_entry_new(u32 kind, gfp_t gfp)
{
	static const u32 sizes[] = {
		[IOM_R_ROW] = sizeof(struct iom_row),
		[IOM_R_THREAD] = sizeof(struct iom_thread),
		[IOM_R_SAMPLE] = sizeof(struct iom_sample),
		[IOM_R_PATH] = sizeof(struct iom_path),
		[IOM_R_TURNS] = sizeof(struct iom_turns),
		[IOM_R_AWAKE] = sizeof(struct iom_awake),
		[IOM_R_NAME] = sizeof(struct iom_name),
		[IOM_R_SO_FAR] = sizeof(struct iom_row),
	};
	struct iom_entry *e = kmem_cache_zalloc(entries, gfp | __GFP_NOWARN);

	/* Aligned to cache lines: a byte more would take a line more. */
	BUILD_BUG_ON(sizeof(*e) > 320);
	BUILD_BUG_ON(sizeof(e->record) > IOM_READ_MIN);
	if (!e)
		return NULL;
	e->head.kind = kind;
	e->head.size = sizeof(e->head);
	e->head.size += sizes[kind];
	return e;
}

void iom_entry_free(struct iom_entry *e)
{
	kmem_cache_free(entries, e);
}

void iom_entries_free(struct list_head *list)
{
	struct iom_entry *e, *next;

	list_for_each_entry_safe(e, next, list, list) {
		iom_entry_free(e);
		cond_resched();
	}
	INIT_LIST_HEAD(list);
}

static void count_rows(struct iom_session *session, u32 n)
{
	u32 now = session->queued_rows + n;

	lockdep_assert_held(&session->queue_lock);
	if (now / IOM_WAKE_ROWS != session->queued_rows / IOM_WAKE_ROWS)
		session->wake = true;
	session->queued_rows = now;
}

void iom_queue_list(struct iom_session *session, u32 kind, struct list_head *list, u32 n)
{
	unsigned long flags;

	spin_lock_irqsave(&session->queue_lock, flags);
	list_splice_tail_init(list, &session->queue);
	session->queued += n;
	if (kind == IOM_R_ROW)
		count_rows(session, n);
	else
		session->queued_so_far += n;
	spin_unlock_irqrestore(&session->queue_lock, flags);
}

void iom_queue(struct iom_session *session, struct iom_entry *e)
{
	enum iom_loss loss = IOM_LOSSES;
	unsigned long flags;

	spin_lock_irqsave(&session->queue_lock, flags);
	switch (e->head.kind) {
	case IOM_R_ROW:
		count_rows(session, 1);
		break;
	case IOM_R_THREAD:
		if (session->queued_threads >= IOM_QUEUE_THREADS)
			loss = IOM_LOST_RECORDS;
		else
			session->queued_threads++;
		/* These are rare and the reader acts on them. */
		session->wake = true;
		break;
	default:
		if (session->queued_samples >= IOM_QUEUE_SAMPLES)
			loss = IOM_LOST_SAMPLES;
		else
			session->queued_samples++;
		break;
	}
	if (loss == IOM_LOSSES) {
		list_add_tail(&e->list, &session->queue);
		session->queued++;
	}
	spin_unlock_irqrestore(&session->queue_lock, flags);
	if (loss != IOM_LOSSES) {
		iom_lost(session, loss);
		iom_entry_free(e);
	}
}

struct iom_entry *iom_queue_first(struct iom_session *session)
{
	struct iom_entry *e;
	unsigned long flags;

	/* The one reader, who holds session->lock, alone takes entries off. */
	lockdep_assert_held(&session->lock);
	spin_lock_irqsave(&session->queue_lock, flags);
	e = list_first_entry_or_null(&session->queue, struct iom_entry, list);
	spin_unlock_irqrestore(&session->queue_lock, flags);
	return e;
}

void iom_queue_drop_first(struct iom_session *session)
{
	struct iom_entry *e;
	unsigned long flags;

	lockdep_assert_held(&session->lock);
	spin_lock_irqsave(&session->queue_lock, flags);
	e = list_first_entry(&session->queue, struct iom_entry, list);
	list_del(&e->list);
	session->queued--;
	if (e->head.kind == IOM_R_ROW)
		session->queued_rows--;
	else if (e->head.kind == IOM_R_THREAD)
		session->queued_threads--;
	else if (e->head.kind == IOM_R_SO_FAR)
		session->queued_so_far--;
	else
		session->queued_samples--;
	spin_unlock_irqrestore(&session->queue_lock, flags);
	if (e->head.kind == IOM_R_ROW)
		atomic_dec(&session->rows);
	iom_entry_free(e);
}

void iom_session_wake(struct iom_session *session)
{
	if (!READ_ONCE(session->wake))
		return;
	WRITE_ONCE(session->wake, false);
	wake_up_interruptible(&session->wait);
}
