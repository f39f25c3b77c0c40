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

struct iom_entry *iom_entry_new(gfp_t gfp)
{
	return kmem_cache_zalloc(entries, gfp | __GFP_NOWARN);
}

void iom_entry_free(struct iom_entry *e)
{
	kmem_cache_free(entries, e);
}

void iom_queue(struct iom_session *session, struct iom_entry *e)
{
	enum iom_loss loss = IOM_LOSSES;
	unsigned long flags;

	spin_lock_irqsave(&session->queue_lock, flags);
	switch (e->head.kind) {
	case IOM_R_ROW:
		e->head.size = sizeof(e->head) + sizeof(e->row);
		session->queued_rows++;
		if (session->queued_rows % IOM_WAKE_ROWS == 0)
			session->wake = true;
		break;
	case IOM_R_THREAD:
		e->head.size = sizeof(e->head) + sizeof(e->thread);
		if (session->queued_threads >= IOM_QUEUE_THREADS)
			loss = IOM_LOST_RECORDS;
		else
			session->queued_threads++;
		/* These are rare and the reader acts on them. */
		session->wake = true;
		break;
	default:
		e->head.size = sizeof(e->head) + sizeof(e->sample);
		if (session->queued_samples >= IOM_QUEUE_SAMPLES)
			loss = IOM_LOST_SAMPLES;
		else
			session->queued_samples++;
		break;
	}
	if (loss == IOM_LOSSES) {
		list_add_tail(&e->queue, &session->queue);
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
	e = list_first_entry_or_null(&session->queue, struct iom_entry, queue);
	spin_unlock_irqrestore(&session->queue_lock, flags);
	return e;
}

void iom_queue_drop_first(struct iom_session *session)
{
	struct iom_entry *e;
	unsigned long flags;

	lockdep_assert_held(&session->lock);
	spin_lock_irqsave(&session->queue_lock, flags);
	e = list_first_entry(&session->queue, struct iom_entry, queue);
	list_del(&e->queue);
	session->queued--;
	if (e->head.kind == IOM_R_ROW)
		session->queued_rows--;
	else if (e->head.kind == IOM_R_THREAD)
		session->queued_threads--;
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
