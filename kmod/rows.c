// SPDX-License-Identifier: GPL-2.0-only
/*
 * rows.c - tables of rows, and the rows of one thread: found, begun, and sent away when
 * their descriptor means another file.
 *
 * Rows are bounded per session; beyond that operations are counted as lost.
 */
#include <linux/slab.h>
#include <linux/swab.h>
#include <linux/timekeeping.h>

#include "session.h"

/* ---- tables ------------------------------------------------------------------------ */

void iom_rows_init(struct iom_rows *rows, u64 salt)
{
	memset(rows, 0, sizeof(*rows));
	INIT_LIST_HEAD(&rows->all);
	rows->salt = salt;
	rows->nheads = IOM_FEW_HEADS;
	rows->mask = IOM_FEW_HEADS - 1;
}

/* Of the product of a key and a secret odd number the upper bits are good; where there are
 * few heads it is the lower ones that count, so the bytes change places.
 */
static u32 index_of(struct iom_rows *rows, u64 key)
{
	u32 at = swab64(key * rows->salt) & rows->mask;

	return at < rows->nheads ? at : at & rows->mask >> 1;
}

static struct iom_entry **head_at(struct iom_rows *rows, u32 at)
{
	if (at < IOM_FEW_HEADS)
		return &rows->few[at];
	return &rows->pages[at / IOM_PAGE_HEADS][at % IOM_PAGE_HEADS];
}

struct iom_entry *iom_rows_find(struct iom_rows *rows, u64 key)
{
	struct iom_entry *e;

	for (e = *head_at(rows, index_of(rows, key)); e; e = e->next)
		if (e->row.key == key)
			return e;
	return NULL;
}

/* Is there memory for head number at? */
static bool has_page(struct iom_rows *rows, u32 at)
{
	const gfp_t gfp = GFP_ATOMIC | __GFP_NOWARN;
	u32 page = at / IOM_PAGE_HEADS;

	if (page >= IOM_HEAD_PAGES)
		return false;
	if (!rows->pages)
		rows->pages = kcalloc(IOM_HEAD_PAGES, sizeof(*rows->pages), gfp);
	if (rows->pages && !rows->pages[page])
		rows->pages[page] = kzalloc(PAGE_SIZE, gfp);
	return rows->pages && rows->pages[page];
}

/* One head more, which takes its share of the rows of one that is there. Without memory
 * for it the chains get longer, and nothing else.
 */
static void grow(struct iom_rows *rows)
{
	struct iom_entry **from, **to, *e;
	u32 fresh = rows->nheads;

	if (!has_page(rows, fresh))
		return;
	if (fresh > rows->mask)
		rows->mask = 2 * rows->mask + 1;
	from = head_at(rows, fresh & rows->mask >> 1);
	to = head_at(rows, fresh);
	rows->nheads++;
	while ((e = *from)) {
		if (index_of(rows, e->row.key) != fresh) {
			from = &e->next;
			continue;
		}
		*from = e->next;
		e->next = *to;
		*to = e;
	}
}

void iom_rows_add(struct iom_rows *rows, struct iom_entry *e)
{
	struct iom_entry **head;

	if (++rows->n > 2 * rows->nheads)
		grow(rows);
	head = head_at(rows, index_of(rows, e->row.key));
	e->next = *head;
	*head = e;
	list_add_tail(&e->list, &rows->all);
}

static void rows_remove(struct iom_rows *rows, struct iom_entry *e)
{
	struct iom_entry **at = head_at(rows, index_of(rows, e->row.key));

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	list_del(&e->list);
	rows->n--;
}

u32 iom_rows_take(struct iom_rows *rows, struct list_head *list)
{
	u32 n = rows->n;

	INIT_LIST_HEAD(list);
	list_splice_init(&rows->all, list);
	rows->n = 0;
	return n;
}

void iom_rows_destroy(struct iom_rows *rows)
{
	for (u32 i = 0; rows->pages && i < IOM_HEAD_PAGES; i++)
		kfree(rows->pages[i]);
	kfree(rows->pages);
}

/* ---- the rows of a thread ------------------------------------------------------------ */

/* A picture: it may be lost. */
static void name_send(struct iom_thread_state *state, struct iom_row *row)
{
	struct iom_entry *e = iom_entry_new(IOM_R_NAME, GFP_ATOMIC);

	if (!e) {
		iom_lost(state->session, IOM_LOST_SAMPLES);
		return;
	}
	e->name.ino = row->ino;
	e->name.tgid = row->tgid;
	if (iom_file_name(key_fd(row->key), &e->name))
		iom_queue(state->session, e);
	else
		iom_entry_free(e);
}

/* NULL: no room, counted; or the descriptor is nothing but a path, which select calls ready. */
static struct iom_entry *begin(struct iom_thread_state *state, u64 key, u64 id)
{
	struct iom_session *session = state->session;
	struct iom_entry *e = NULL;

	if (atomic_inc_return(&session->rows) <= IOM_ROWS)
		e = iom_entry_new(IOM_R_ROW, GFP_ATOMIC);
	if (!e) {
		iom_lost(session, IOM_LOST_ROWS);
		goto none;
	}
	e->row.key = key;
	e->row.id = id;
	e->row.tgid = state->slot.tgid;
	e->row.since_ns = ktime_get_mono_fast_ns();
	if (key_fd(key) != IOM_FD_NONE && !iom_file_begin(key_fd(key), &e->row)) {
		iom_entry_free(e);
		goto none;
	}
	iom_rows_add(&state->rows, e);
	if (key_fd(key) != IOM_FD_NONE && !state->nameless && name_wanted(&state->slot, &e->row))
		name_send(state, &e->row);
	return e;
none:
	atomic_dec(&session->rows);
	return NULL;
}

struct iom_row *iom_row_get(struct iom_thread_state *state, u32 fd, u32 class, u32 nr)
{
	struct iom_slot *s = &state->slot;
	u64 key = row_key(s->tid, fd, class, nr);
	u64 id = (u64)s->serial << 32;
	struct iom_entry *e = iom_rows_find(&state->rows, key);
	enum iom_still still = IOM_STILL_SAME;
	atomic_t *gen;

	lockdep_assert_held(&state->lock);
	if (fd < IOM_FD_NONE) {
		gen = &state->session->gens[IOM_GEN_INDEX(s->tgid, fd)];
		id |= (u32)atomic_read(gen);
		if (e && e->row.id == id)
			still = iom_file_still(fd, &e->row);
		if (still == IOM_STILL_OTHER)
			id = (u64)s->serial << 32 | (u32)atomic_inc_return(gen);
	}
	if (e && (e->row.id != id || still != IOM_STILL_SAME)) {
		rows_remove(&state->rows, e);
		iom_queue(state->session, e);
		e = NULL;
	}
	if (!e)
		e = begin(state, key, id);
	return e ? &e->row : NULL;
}

struct iom_row *iom_row_peek(struct iom_thread_state *state, u32 fd, u32 class)
{
	struct iom_entry *e = iom_rows_find(&state->rows, row_key(state->slot.tid, fd, class, 0));

	return e ? &e->row : NULL;
}
