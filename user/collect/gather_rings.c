/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gather_rings.c - what the requests of each io_uring did. A ring is known by its address;
 * which descriptor it has say the rows of io_uring_enter.
 */
#include "collect/gather_int.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "collect/proc/procfs.h"

static struct ring_entry *entry_of(struct iom_gather *g, const struct open_key *key)
{
	struct ring_entry *e;

	HASH_FIND(hh, g->rings, key, sizeof(*key), e);
	if (e)
		return e;
	e = iom_alloc(1, sizeof(*e));
	e->key = *key;
	e->ring = UINT32_MAX;
	e->file = IOM_NO_FILE;
	HASH_ADD(hh, g->rings, key, sizeof(*key), e);
	return e;
}

void gather_take_ring(struct iom_gather *g, const struct iom_row *row)
{
	struct open_key key = {.file = row->file, .tgid = row->tgid};
	struct ring_entry *e = entry_of(g, &key);
	struct cap_ring *r;

	if (e->ring == UINT32_MAX) {
		e->ring = iom_capture_add_ring(g->cap);
		g->cap->rings[e->ring].tgid = row->tgid;
	}
	r = &g->cap->rings[e->ring];
	r->file = e->file;
	r->submitted += row->n[IOM_A_SUBMIT];
	r->done_inline += row->n[IOM_A_INLINE];
	r->done_asleep += row->n[IOM_A_SLEPT];
	r->done_late += row->n[IOM_A_LATE];
	r->errors += row->n[IOM_A_ERR];
	r->more += row->n[IOM_A_MORE];
	r->by_worker += row->n[IOM_A_WORKER];
	r->forced += row->n[IOM_A_FORCED];
	r->by_poll += row->n[IOM_A_POLLARM];
	r->by_sqpoll += row->n[IOM_A_SQPOLL];
	r->alone += row->n[IOM_A_DEPTH1];
	r->depth_sum += row->n[IOM_A_DEPTH];
	if (row->aux > r->depth_max)
		r->depth_max = row->aux;
}

void gather_note_ring(struct iom_gather *g, const struct iom_row *row, uint32_t file)
{
	struct open_key key = {.file = row->aux, .tgid = row->tgid};
	struct ring_entry *e;

	if (!row->aux || file == IOM_NO_FILE || g->cap->files[file].kind != IOM_K_URING)
		return;
	e = entry_of(g, &key);
	e->file = file;
	if (e->ring != UINT32_MAX)
		g->cap->rings[e->ring].file = file;
}

/* Rings that the process opened in the watch, if it is there yet. */
static void meet_rings(struct iom_gather *g, uint32_t tgid, uint32_t pid)
{
	struct pfs_files files = {};

	if (pfs_files_read((pid_t)pid, &files))
		return;
	for (size_t i = 0; i < files.n; i++)
		if (files.v[i].kind == IOM_K_URING)
			gather_file_now(g, tgid, files.v[i].fd);
	pfs_files_free(&files);
}

/* The only ring of a process of which no call said the descriptor, and its only descriptor
 * of a ring that no call named: with SQPOLL a program need not make any. */
static void name_last(struct iom_gather *g, uint32_t tgid, uint32_t pid)
{
	uint32_t ring = UINT32_MAX, file = IOM_NO_FILE;
	struct ring_entry *e;
	size_t rings = 0, files = 0;

	for (e = g->rings; e; e = e->hh.next)
		if (e->key.tgid == tgid && e->ring != UINT32_MAX && e->file == IOM_NO_FILE) {
			ring = e->ring;
			rings++;
		}
	if (rings != 1)
		return;
	meet_rings(g, tgid, pid);
	for (uint32_t i = 0; i < g->cap->nfiles; i++) {
		const struct cap_file *f = &g->cap->files[i];
		bool named = f->tgid != tgid || f->kind != IOM_K_URING;

		for (e = g->rings; e && !named; e = e->hh.next)
			named = e->file == i;
		if (!named) {
			file = i;
			files++;
		}
	}
	if (files == 1)
		g->cap->rings[ring].file = file;
}

void gather_rings_finish(struct iom_gather *g)
{
	for (size_t i = 0; g->rings && i < g->cap->nprocs; i++)
		name_last(g, g->cap->procs[i].tgid, g->cap->procs[i].pid);
}

void gather_rings_free(struct iom_gather *g)
{
	struct ring_entry *e, *next;

	HASH_ITER(hh, g->rings, e, next) {
		HASH_DEL(g->rings, e);
		free(e);
	}
}
