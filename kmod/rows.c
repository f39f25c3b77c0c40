// SPDX-License-Identifier: GPL-2.0-only
/*
 * rows.c - the rows of one thread: found, begun, and sent away when their
 * descriptor means another file.
 *
 * Everything here holds state->lock. Rows are bounded per session; beyond that
 * operations are counted as lost.
 */
#include <linux/hash.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "session.h"

void iom_rows_begin(struct iom_thread_state *state)
{
	state->heads = state->few;
	state->bits = ilog2(IOM_FEW_ROWS);
	state->nrows = 0;
}

static struct hlist_head *head_of(struct iom_thread_state *state, u64 key)
{
	return &state->heads[hash_64(key, state->bits)];
}

/* Twice as many heads when there are twice as many rows. Without memory for them
 * the chains get longer, and nothing else.
 */
static void grow(struct iom_thread_state *state)
{
	struct hlist_head *old = state->heads, *fresh;
	unsigned int n = 1U << state->bits;
	struct hlist_node *next;
	struct iom_entry *e;

	fresh = kcalloc(2 * n, sizeof(*fresh), GFP_ATOMIC | __GFP_NOWARN);
	if (!fresh)
		return;
	state->heads = fresh;
	state->bits++;
	for (unsigned int i = 0; i < n; i++)
		hlist_for_each_entry_safe(e, next, &old[i], hash) {
			hlist_del(&e->hash);
			hlist_add_head(&e->hash, head_of(state, e->row.key));
		}
	if (old != state->few)
		kfree(old);
}

static struct iom_entry *find(struct iom_thread_state *state, u64 key)
{
	struct iom_entry *e;

	hlist_for_each_entry(e, head_of(state, key), hash)
		if (e->row.key == key)
			return e;
	return NULL;
}

static struct iom_entry *begin(struct iom_thread_state *state, u64 key, u64 id)
{
	struct iom_session *session = state->session;
	struct iom_entry *e = NULL;

	if (atomic_inc_return(&session->rows) <= IOM_ROWS)
		e = iom_entry_new(GFP_ATOMIC);
	if (!e) {
		atomic_dec(&session->rows);
		return NULL;
	}
	e->head.kind = IOM_R_ROW;
	e->row.key = key;
	e->row.id = id;
	e->row.tgid = state->slot.tgid;
	e->row.since_ns = ktime_get_mono_fast_ns();
	if (key_fd(key) != IOM_FD_NONE)
		iom_file_begin(key_fd(key), &e->row);
	if (++state->nrows > 2U << state->bits)
		grow(state);
	hlist_add_head(&e->hash, head_of(state, key));
	return e;
}

static void send(struct iom_thread_state *state, struct iom_entry *e)
{
	hlist_del(&e->hash);
	state->nrows--;
	iom_queue(state->session, e);
}

struct iom_row *iom_row_get(struct iom_thread_state *state, u32 fd, u32 class, u32 nr)
{
	struct iom_slot *s = &state->slot;
	u64 key = row_key(s->tid, fd, class, nr);
	u64 id = (u64)s->serial << 32;
	struct iom_entry *e = find(state, key);

	lockdep_assert_held(&state->lock);
	if (fd < IOM_FD_NONE)
		id |= (u32)atomic_read(&state->session->gens[IOM_GEN_INDEX(s->tgid, fd)]);
	if (e && (e->row.id != id || (fd < IOM_FD_NONE && !iom_file_same(fd, &e->row)))) {
		send(state, e);
		e = NULL;
	}
	if (!e)
		e = begin(state, key, id);
	if (!e) {
		iom_lost(state->session, IOM_LOST_ROWS);
		return NULL;
	}
	return &e->row;
}

struct iom_row *iom_row_peek(struct iom_thread_state *state, u32 fd, u32 class)
{
	struct iom_entry *e = find(state, row_key(state->slot.tid, fd, class, 0));

	return e ? &e->row : NULL;
}

static struct hlist_head *all_rows(struct iom_thread_state *state, unsigned int *n)
{
	lockdep_assert_held(&state->lock);
	*n = 1U << state->bits;
	return state->heads;
}

static void no_heads(struct iom_thread_state *state)
{
	if (state->heads != state->few)
		kfree(state->heads);
	iom_rows_begin(state);
}

void iom_rows_queue(struct iom_thread_state *state)
{
	struct hlist_node *next;
	struct hlist_head *heads;
	struct iom_entry *e;
	unsigned int n;

	heads = all_rows(state, &n);
	for (unsigned int i = 0; i < n; i++)
		hlist_for_each_entry_safe(e, next, &heads[i], hash)
			send(state, e);
	no_heads(state);
}

void iom_rows_free(struct iom_thread_state *state)
{
	struct hlist_node *next;
	struct hlist_head *heads;
	struct iom_entry *e;
	unsigned int n;

	heads = all_rows(state, &n);
	for (unsigned int i = 0; i < n; i++)
		hlist_for_each_entry_safe(e, next, &heads[i], hash) {
			hlist_del(&e->hash);
			atomic_dec(&state->session->rows);
			iom_entry_free(e);
		}
	no_heads(state);
}
