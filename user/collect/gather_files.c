/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "collect/gather_int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "collect/proc/procfs.h"

void gather_file_remember(struct iom_gather *g, uint32_t tgid, uint32_t fd, uint32_t gen, uint32_t file)
{
	struct file_key key = {.tgid = tgid, .fd = fd, .gen = gen};
	struct fd_key now = {.tgid = tgid, .fd = fd};
	struct file_entry *e;
	struct fd_entry *n;

	HASH_FIND(hh, g->files, &key, sizeof(key), e);
	if (!e) {
		e = iom_alloc(1, sizeof(*e));
		e->key = key;
		HASH_ADD(hh, g->files, key, sizeof(key), e);
	}
	e->file = file;
	HASH_FIND(hh, g->fds, &now, sizeof(now), n);
	if (!n) {
		n = iom_alloc(1, sizeof(*n));
		n->key = now;
		HASH_ADD(hh, g->fds, key, sizeof(now), n);
	}
	n->gen = gen;
	n->file = file;
}

uint32_t gather_file_add(struct iom_gather *g, uint32_t tgid, struct pfs_file *p, uint32_t gen)
{
	uint32_t file = iom_capture_add_file(g->cap);
	struct cap_file *f = &g->cap->files[file];

	f->tgid = tgid;
	f->fd = p->fd;
	f->kind = p->kind;
	f->mode = p->mode;
	f->f_flags = p->f_flags;
	f->ino = p->ino;
	f->rdev = p->rdev;
	f->name = p->name;
	p->name = NULL;
	f->stdio = p->fd <= 2;
	g->seeds++;
	gather_file_remember(g, tgid, p->fd, gen, file);
	return file;
}

bool gather_may_look(struct iom_gather *g, bool first)
{
	if (g->seeds < GATHER_SEEDS_MAX)
		return true;
	if (first || !g->not_looked_at)
		g->not_looked_at++;
	return false;
}

/* Where a descriptor is remembered that was not open. */
static struct missing_file *missing_place(struct iom_gather *g, uint32_t tgid, uint32_t fd)
{
	return &g->missing[(tgid * 31 + fd) % GATHER_MISSING];
}

/* Was it looked for a moment ago, and not there? A closed descriptor that is still in the set
 * of an epoll is in each of many thousand samples. */
static bool was_missing(struct iom_gather *g, uint32_t tgid, uint32_t fd, uint32_t gen)
{
	const struct missing_file *m = missing_place(g, tgid, fd);

	return m->at_ns && m->tgid == tgid && m->fd == fd && m->gen == gen &&
	       gather_now() - m->at_ns < GATHER_MISSING_NS;
}

bool gather_is_missing(struct iom_gather *g, uint32_t tgid, uint32_t fd)
{
	return was_missing(g, tgid, fd, g->ops->generation(g->be, tgid, fd));
}

static void note_missing(struct iom_gather *g, uint32_t tgid, uint32_t fd, uint32_t gen)
{
	*missing_place(g, tgid, fd) = (struct missing_file){.tgid = tgid, .fd = fd, .gen = gen, .at_ns = gather_now()};
}

bool gather_is_current(struct iom_gather *g, uint32_t tgid, uint32_t fd, uint32_t gen)
{
	return g->ops->generation(g->be, tgid, fd) == gen;
}

/* What a descriptor means in its generation. The number may come to mean another file while
 * one asks, in parts: then the inode would be of one file and the name of the other. 0, or a
 * negative errno, -ESTALE for this; f's name and watches are the caller's only after 0. */
static int file_in_generation(struct iom_gather *g, const struct proc_entry *p, uint32_t tgid,
			      uint32_t fd, uint32_t gen, struct pfs_file *f)
{
	int err = gather_is_current(g, tgid, fd, gen) ? pfs_file_read(p->pid, fd, f) : -ESTALE;

	if (err || gather_is_current(g, tgid, fd, gen))
		return err;
	free(f->name);
	free(f->watches);
	return -ESTALE;
}

uint32_t gather_file_now(struct iom_gather *g, uint32_t tgid, uint32_t fd)
{
	struct fd_key key = {.tgid = tgid, .fd = fd};
	struct proc_entry *p = gather_proc(g, tgid);
	uint32_t gen = g->ops->generation(g->be, tgid, fd), file;
	struct pfs_file f = {};
	struct fd_entry *e;
	int err;

	HASH_FIND(hh, g->fds, &key, sizeof(key), e);
	if (e && e->gen == gen)
		return e->file;
	/* Of a process that is gone nobody knows the generations any more. */
	if (!p || g->cap->procs[p->proc].exited)
		return e ? e->file : IOM_NO_FILE;
	/* What is known of the number is of an earlier file: look. */
	if (was_missing(g, tgid, fd, gen) || !gather_may_look(g, false))
		return IOM_NO_FILE;
	err = file_in_generation(g, p, tgid, fd, gen, &f);
	if (err == -ENOENT)
		note_missing(g, tgid, fd, gen);
	if (err)
		return IOM_NO_FILE;
	file = gather_file_add(g, tgid, &f, gen);
	free(f.name);
	free(f.watches);
	return file;
}

uint32_t gather_file_then(struct iom_gather *g, uint32_t tgid, uint32_t fd, uint32_t gen)
{
	struct file_key key = {.tgid = tgid, .fd = fd, .gen = gen};
	struct file_entry *e;

	if (fd == IOM_FD_NONE)
		return IOM_NO_FILE;
	HASH_FIND(hh, g->files, &key, sizeof(key), e);
	if (e)
		return e->file;
	return gather_is_current(g, tgid, fd, gen) ? gather_file_now(g, tgid, fd) : IOM_NO_FILE;
}

/* Another descriptor of the same process that is still the same open file: dup and the like.
 * The memory of a file that was closed is soon another's: both are one where both are open, or
 * the other was when the row began. */
static uint32_t same_open_file(struct iom_gather *g, const struct iom_row *row, uint32_t fd, uint32_t gen)
{
	struct open_key key = {.file = row->file, .tgid = row->tgid};
	struct open_entry *e;

	if (!row->file)
		return IOM_NO_FILE;
	HASH_FIND(hh, g->opens, &key, sizeof(key), e);
	if (e && g->cap->files[e->file].ino == row->ino && gather_is_current(g, row->tgid, e->fd, e->gen) &&
	    (e->since_ns <= row->since_ns || gather_is_current(g, row->tgid, fd, gen)))
		return e->file;
	return IOM_NO_FILE;
}

static void note_open(struct iom_gather *g, const struct iom_row *row, uint32_t fd, uint32_t gen,
		      uint32_t file)
{
	struct open_key key = {.file = row->file, .tgid = row->tgid};
	struct open_entry *e;

	if (!row->file)
		return;
	HASH_FIND(hh, g->opens, &key, sizeof(key), e);
	if (!e) {
		e = iom_alloc(1, sizeof(*e));
		e->key = key;
		HASH_ADD(hh, g->opens, key, sizeof(key), e);
		e->since_ns = row->since_ns;
	} else if (e->fd != fd || e->gen != gen) {
		if (gather_is_current(g, row->tgid, e->fd, e->gen) && !gather_is_current(g, row->tgid, fd, gen))
			return;
		e->since_ns = row->since_ns;
	} else if (row->since_ns < e->since_ns) {
		e->since_ns = row->since_ns;
	}
	e->fd = fd;
	e->gen = gen;
	e->file = file;
}

char *gather_name_of_row(const struct iom_row *row)
{
	struct iom_sockname sock;

	if (row->name_kind == IOM_NAME_SOCK) {
		memcpy(&sock, row->name, sizeof(sock));
		return pfs_sockname_text(&sock, row->kind == IOM_K_LISTEN);
	}
	if (row->name_kind == IOM_NAME_DEVICE)
		return row->name[0] ? strndup(row->name, sizeof(((struct iom_devname *)0)->name)) : NULL;
	return row->name_kind == IOM_NAME_TEXT && row->name[0]
		       ? strndup(row->name, sizeof(row->name))
		       : NULL;
}

/* The path, while the descriptor still means this file; else what the kernel
 * side noted. Sockets of the Internet are named by their addresses, which the
 * row has. */
static char *name_now(struct iom_gather *g, const struct iom_row *row, uint32_t fd, uint32_t gen)
{
	struct proc_entry *p = gather_proc(g, row->tgid);
	struct pfs_file f = {};
	struct iom_sockname sock;
	char *name = NULL;

	memcpy(&sock, row->name, sizeof(sock));
	if (row->name_kind == IOM_NAME_SOCK && (sock.family == 2 || sock.family == 10))
		return gather_name_of_row(row);
	if (p && file_in_generation(g, p, row->tgid, fd, gen, &f) == 0) {
		if (f.ino == row->ino) {
			name = f.name;
			f.name = NULL;
		}
		free(f.name);
		free(f.watches);
	}
	if (!name)
		name = gather_name_then(g, row);
	return name ? name : gather_name_of_row(row);
}

void gather_update_file(struct cap_file *f, const struct iom_row *row)
{
	if (!(row->bits & IOM_B_FILE))
		return;
	/* A row from before it listened may come later. */
	if (f->kind != IOM_K_LISTEN || row->kind != IOM_K_SOCK)
		f->kind = row->kind;
	f->in_epoll |= row->bits & IOM_B_EPOLL;
	f->mode = row->mode;
	f->f_flags = row->f_flags;
	f->ino = row->ino;
	if (row->name_kind == IOM_NAME_DEVICE) {
		struct iom_devname device;

		memcpy(&device, row->name, sizeof(device));
		f->rdev = device.rdev;
	}
	if (row->code && (row->key >> 12 & 0xff) < IOM_C_SIGWAIT)
		f->sig = row->code;
}

static bool ends_in(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && !strcmp(text + n - m, end);
}

/* A socket that was met before it was bound, listened, or was connected: a later row knows. */
static void name_better(struct cap_file *f, const struct iom_row *row)
{
	struct iom_sockname sock;

	memcpy(&sock, row->name, sizeof(sock));
	if (row->name_kind != IOM_NAME_SOCK || (sock.family != 2 && sock.family != 10))
		return;
	if (f->name && (strstr(f->name, "->") || strstr(f->name, "<-") || strstr(f->name, " listen ")))
		return;
	if (f->name && !sock.dport && row->kind != IOM_K_LISTEN && !(sock.sport && ends_in(f->name, ":0")))
		return;
	free(f->name);
	f->name = gather_name_of_row(row);
}

#define GENERATIONS_BACK 16

/* What the descriptor meant before, if that is the row's file. */
static uint32_t earlier_file(struct iom_gather *g, const struct iom_row *row, uint32_t fd)
{
	struct file_key key = {.tgid = row->tgid, .fd = fd,
			       .gen = g->ops->generation(g->be, row->tgid, fd)};
	struct file_entry *e;

	for (int i = 0; i < GENERATIONS_BACK && key.gen; i++) {
		key.gen--;
		HASH_FIND(hh, g->files, &key, sizeof(key), e);
		if (e && g->cap->files[e->file].ino == row->ino)
			return e->file;
	}
	return IOM_NO_FILE;
}

/* Rows of io_uring requests and of signals have no generation: the kernel's
 * file pointer tells, or what the descriptor means now. */
static uint32_t file_of_shared(struct iom_gather *g, const struct iom_row *row, uint32_t fd)
{
	struct open_key key = {.file = row->file, .tgid = row->tgid};
	struct open_entry *e = NULL;
	uint32_t file;

	if (row->file)
		HASH_FIND(hh, g->opens, &key, sizeof(key), e);
	if (e && g->cap->files[e->file].ino == row->ino)
		return e->file;
	file = fd == IOM_FD_NONE ? IOM_NO_FILE : gather_file_now(g, row->tgid, fd);
	if (!(row->bits & IOM_B_FILE))
		return file;
	if (file != IOM_NO_FILE && g->cap->files[file].ino != row->ino)
		file = earlier_file(g, row, fd);
	if (file != IOM_NO_FILE) {
		note_open(g, row, fd, g->ops->generation(g->be, row->tgid, fd), file);
		return file;
	}
	file = iom_capture_add_file(g->cap);
	g->cap->files[file].tgid = row->tgid;
	g->cap->files[file].fd = fd == IOM_FD_NONE ? -1 : (int32_t)fd;
	g->cap->files[file].name = gather_name_then(g, row);
	if (!g->cap->files[file].name)
		g->cap->files[file].name = gather_name_of_row(row);
	note_open(g, row, fd, 0, file);
	return file;
}

uint32_t gather_file_of_row(struct iom_gather *g, const struct iom_row *row)
{
	uint32_t fd = row->key >> 20 & IOM_FD_NONE, gen = (uint32_t)row->id, file;
	struct file_key key = {.tgid = row->tgid, .fd = fd, .gen = gen};
	struct file_entry *e;

	if (row->id == 0) { /* from the shared table */
		file = file_of_shared(g, row, fd);
		if (file != IOM_NO_FILE)
			gather_update_file(&g->cap->files[file], row);
		return file;
	}
	if (fd == IOM_FD_NONE)
		return IOM_NO_FILE;
	HASH_FIND(hh, g->files, &key, sizeof(key), e);
	if (e) {
		file = e->file;
		name_better(&g->cap->files[file], row);
		note_open(g, row, fd, gen, file);
	} else {
		if (!(row->bits & IOM_B_FILE)) /* closed before it could be looked at */
			return IOM_NO_FILE;
		file = same_open_file(g, row, fd, gen);
		if (file == IOM_NO_FILE && g->cap->nfiles - g->seeds >= GATHER_FILES_MAX &&
		    !gather_is_current(g, row->tgid, fd, gen))
			return gather_merged_file(g, row);
		if (file == IOM_NO_FILE) {
			file = iom_capture_add_file(g->cap);
			g->cap->files[file].tgid = row->tgid;
			g->cap->files[file].fd = fd;
			g->cap->files[file].name = name_now(g, row, fd, gen);
			note_open(g, row, fd, gen, file);
		}
		gather_file_remember(g, row->tgid, fd, gen, file);
	}
	gather_update_file(&g->cap->files[file], row);
	g->cap->files[file].stdio |= fd <= 2;
	return file;
}

#define FREE_ALL(head, type)                                                                       \
	do {                                                                                       \
		struct type *e_, *next_;                                                           \
		HASH_ITER(hh, head, e_, next_)                                                     \
		{                                                                                  \
			HASH_DEL(head, e_);                                                        \
			free(e_);                                                                  \
		}                                                                                  \
	} while (0)

void gather_files_free(struct iom_gather *g)
{
	FREE_ALL(g->files, file_entry);
	FREE_ALL(g->fds, fd_entry);
	FREE_ALL(g->opens, open_entry);
	FREE_ALL(g->buckets, bucket_entry);
}
