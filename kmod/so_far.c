// SPDX-License-Identifier: GPL-2.0-only
/*
 * so_far.c - copies of the rows that still count, for a reader that may not live to see
 * the end.
 *
 * A copy is one moment of its row. It costs memory until it is read: there is one of each
 * row at most, since none is made while there are any in the queue.
 */
#include <linux/sched.h>

#include "session.h"

struct copies {
	struct list_head list;
	u32 n;
};

/* Without memory the copy is left out: the row itself is not lost. */
static void copy_row(struct copies *copies, const struct iom_entry *from)
{
	struct iom_entry *e = iom_entry_new(IOM_R_SO_FAR, GFP_ATOMIC);

	if (!e)
		return;
	e->row = from->row;
	list_add_tail(&e->list, &copies->list);
	copies->n++;
}

/*
 * All rows of a table, which the lock guards. It is let go of now and then, so rows may
 * leave and come meanwhile. Each that was copied goes to the end of the list, and so does
 * each that is new: as many steps as there were rows at first meet all of those that stay.
 */
static void copy_table(struct copies *copies, struct iom_rows *rows, spinlock_t *lock)
{
	struct iom_entry *e;
	unsigned long flags;
	u32 left;

	spin_lock_irqsave(lock, flags);
	left = rows->n;
	while (left && !list_empty(&rows->all)) {
		e = list_first_entry(&rows->all, struct iom_entry, list);
		list_move_tail(&e->list, &rows->all);
		copy_row(copies, e);
		if (--left % IOM_STEP == 0) {
			spin_unlock_irqrestore(lock, flags);
			spin_lock_irqsave(lock, flags);
		}
	}
	spin_unlock_irqrestore(lock, flags);
}

int iom_rows_so_far(struct iom_session *session)
{
	struct copies copies = {.n = 0};
	struct iom_thread_state *state;

	lockdep_assert_held(&session->lock);
	if (READ_ONCE(session->queued_so_far))
		return -EBUSY;
	INIT_LIST_HEAD(&copies.list);
	for (unsigned int bucket = 0; bucket < ARRAY_SIZE(iom_threads); bucket++) {
		rcu_read_lock();
		hlist_for_each_entry_rcu(state, &iom_threads[bucket], node)
			if (state->session == session)
				copy_table(&copies, &state->rows, &state->lock);
		rcu_read_unlock();
		cond_resched();
	}
	copy_table(&copies, &session->shared, &session->async_lock);
	iom_queue_list(session, IOM_R_SO_FAR, &copies.list, copies.n);
	return 0;
}
