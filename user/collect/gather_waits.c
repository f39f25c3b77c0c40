/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gather_waits.c - paths of calls that slept, turns of loops, and what keeps a
 * loop awake, added up into the capture.
 */
#include "collect/gather_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "collect/proc/procfs.h"

#define PATHS_MAX  4096 /* different ones; the rest stays in the rows, without a name */
#define AWAKES_MAX 4096
#define DATAS_MAX  65536 /* files of epoll sets whose epoll_data is remembered */

void iom_gather_path(void *arg, const struct iom_path *path)
{
	const struct iom_path_head *h = &path->head;
	struct iom_gather *g = arg;
	struct path_key key = {.tid = h->tid, .tgid = h->tgid, .nr = h->nr, .class = h->class};
	struct path_entry *e;
	struct cap_path *p;

	if (!path->path[0] || h->mixed || !gather_proc(g, h->tgid))
		return;
	key.file = h->fd >= 0 ? gather_file_now(g, h->tgid, h->fd) : IOM_NO_FILE;
	memcpy(key.path, path->path, strnlen(path->path, sizeof(key.path) - 1));
	HASH_FIND(hh, g->paths, &key, sizeof(key), e);
	if (!e) {
		if (g->cap->npaths >= PATHS_MAX)
			return;
		e = iom_alloc(1, sizeof(*e));
		e->key = key;
		e->path = iom_capture_add_path(g->cap);
		HASH_ADD(hh, g->paths, key, sizeof(key), e);
		p = &g->cap->paths[e->path];
		p->tid = h->tid;
		p->tgid = h->tgid;
		p->nr = h->nr;
		p->class = h->class;
		p->file = key.file;
		p->path = strdup(key.path);
	}
	p = &g->cap->paths[e->path];
	p->count++;
	p->ns += h->ns;
	if (h->ns > p->max_ns)
		p->max_ns = h->ns;
}

static void set_part(struct iom_gather *g, uint32_t tgid, struct cap_part *to,
		     const struct iom_part *from)
{
	to->class = from->class;
	to->nr = from->nr;
	to->count = from->count;
	to->ns = from->ns;
	to->file = from->class == IOM_C_NONE ? IOM_NO_FILE :
					       gather_file_then(g, tgid, from->fd, from->gen);
}

void iom_gather_turns(void *arg, const struct iom_turns *turns)
{
	struct iom_gather *g = arg;
	struct turns_key key = {.key = turns->key, .serial = turns->serial};
	struct turns_entry *e;
	struct cap_turns *t;

	if (!gather_proc(g, turns->tgid))
		return;
	HASH_FIND(hh, g->turns, &key, sizeof(key), e);
	if (!e) {
		e = iom_alloc(1, sizeof(*e));
		e->key = key;
		e->turns = iom_capture_add_turns(g->cap);
		HASH_ADD(hh, g->turns, key, sizeof(key), e);
	}
	t = &g->cap->turns[e->turns];
	t->tid = turns->key >> 42;
	t->tgid = turns->tgid;
	t->class = turns->key >> 12 & 0xff;
	t->set = t->class == IOM_C_SELECT ? turns->key & 0xfff : 0;
	t->file = gather_file_then(g, turns->tgid, turns->key >> 20 & IOM_FD_NONE, turns->gen);
	/* Totals so far: they replace what was said before. */
	t->exact = turns->exact;
	t->inexact = turns->inexact;
	t->longest_ns = turns->longest_ns;
	t->longest_runq_ns = turns->longest_runq_ns;
	t->longest_sleep_ns = turns->longest_sleep_ns;
	t->longest_inexact = turns->longest_inexact;
	for (size_t i = 0; i < IOM_PARTS; i++)
		set_part(g, turns->tgid, &t->parts[i], &turns->parts[i]);
	for (size_t i = 0; i < IOM_TURN_BINS; i++)
		t->bins[i] = turns->bins[i];
}

static struct data_entry *data_known(struct iom_gather *g, const struct data_key *key, bool make)
{
	struct data_entry *e;

	HASH_FIND(hh, g->datas, key, sizeof(*key), e);
	if (e || !make || HASH_COUNT(g->datas) >= DATAS_MAX)
		return e;
	e = iom_alloc(1, sizeof(*e));
	e->key = *key;
	e->fd = -1;
	e->closed = IOM_NO_FILE;
	HASH_ADD(hh, g->datas, key, sizeof(*key), e);
	return e;
}

/* A file that its epoll still knows by a number that is closed. */
static uint32_t closed_file(struct iom_gather *g, struct data_entry *e)
{
	struct cap_file *f;

	if (e->closed != IOM_NO_FILE || !gather_is_missing(g, e->key.tgid, (uint32_t)e->fd))
		return e->closed;
	e->closed = iom_capture_add_file(g->cap);
	f = &g->cap->files[e->closed];
	f->tgid = e->key.tgid;
	f->fd = e->fd;
	f->in_epoll = f->closed = true;
	return e->closed;
}

/* epoll hands back what the program registered with a file: its descriptor, a pointer, or
 * anything else. The kernel lists both for each file of the set (proc(5), fdinfo). */
static uint32_t file_of_data(struct iom_gather *g, const struct iom_awake *a)
{
	struct data_key key = {.data = a->data, .tgid = a->tgid, .epoll = a->fd};
	struct proc_entry *p = gather_proc(g, a->tgid);
	struct data_entry *e = data_known(g, &key, false);
	struct pfs_file f = {};
	uint32_t file;

	if (!e && p && pfs_file_read(p->pid, a->fd, &f) == 0) {
		for (size_t i = 0; i < f.nwatches; i++) {
			struct data_key one = {.data = f.watches[i].data, .tgid = a->tgid, .epoll = a->fd};

			e = data_known(g, &one, true);
			if (e)
				e->fd = f.watches[i].fd;
		}
		free(f.name);
		free(f.watches);
		e = data_known(g, &key, true); /* known not to be there, if it was not */
	}
	if (!e || e->fd < 0)
		return IOM_NO_FILE;
	file = gather_file_now(g, a->tgid, e->fd);
	return file == IOM_NO_FILE ? closed_file(g, e) : file;
}

void iom_gather_awake(void *arg, const struct iom_awake *a)
{
	struct iom_gather *g = arg;
	struct awake_key key = {.tid = a->tid, .tgid = a->tgid, .events = a->events, .class = a->class};
	struct awake_entry *e;
	struct cap_awake *w;

	if (!gather_proc(g, a->tgid))
		return;
	key.set_file = gather_file_then(g, a->tgid, a->fd, a->gen);
	key.file = a->ready_fd == IOM_FD_NONE ? file_of_data(g, a) :
						gather_file_now(g, a->tgid, a->ready_fd);
	HASH_FIND(hh, g->awakes, &key, sizeof(key), e);
	if (!e) {
		if (g->cap->nawakes >= AWAKES_MAX)
			return;
		e = iom_alloc(1, sizeof(*e));
		e->key = key;
		e->awake = iom_capture_add_awake(g->cap);
		HASH_ADD(hh, g->awakes, key, sizeof(key), e);
		w = &g->cap->awakes[e->awake];
		w->tid = a->tid;
		w->tgid = a->tgid;
		w->class = a->class;
		w->set_file = key.set_file;
		w->file = key.file;
		w->events = a->events;
	}
	g->cap->awakes[e->awake].samples++;
}

void gather_waits_free(struct iom_gather *g)
{
	struct path_entry *p, *pn;
	struct turns_entry *t, *tn;
	struct awake_entry *a, *an;
	struct data_entry *d, *dn;

	HASH_ITER(hh, g->paths, p, pn) {
		HASH_DEL(g->paths, p);
		free(p);
	}
	HASH_ITER(hh, g->turns, t, tn) {
		HASH_DEL(g->turns, t);
		free(t);
	}
	HASH_ITER(hh, g->awakes, a, an) {
		HASH_DEL(g->awakes, a);
		free(a);
	}
	HASH_ITER(hh, g->datas, d, dn) {
		HASH_DEL(g->datas, d);
		free(d);
	}
}
