/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "collect/gather_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect/proc/procfs.h"

#define TWINS_MAX	64 /* descriptors looked back for the same open file: dup'ed ones lie close */
#define PIPES_NAMED	24 /* other ends looked for: each costs a walk through /proc once */
#define SOCKETS_KEPT_NS UINT64_C(100000000)

static void remember(struct iom_gather *g, uint32_t tgid, uint32_t fd, uint32_t gen, uint32_t file)
{
	struct file_key key = {.tgid = tgid, .fd = fd, .gen = gen};
	struct fd_key now = {.tgid = tgid, .fd = fd};
	struct file_entry *e;
	struct fd_entry *n;

	HASH_FIND(hh, g->files, &key, sizeof(key), e);
	if (!e) {
		e = gather_alloc(sizeof(*e));
		e->key = key;
		HASH_ADD(hh, g->files, key, sizeof(key), e);
	}
	e->file = file;
	HASH_FIND(hh, g->fds, &now, sizeof(now), n);
	if (!n) {
		n = gather_alloc(sizeof(*n));
		n->key = now;
		HASH_ADD(hh, g->fds, key, sizeof(now), n);
	}
	n->gen = gen;
	n->file = file;
}

/* A file met first by /proc: its rows, if any, have not arrived yet. */
static uint32_t add_from_proc(struct iom_gather *g, uint32_t tgid, struct pfs_file *p, uint32_t gen)
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
	remember(g, tgid, p->fd, gen, file);
	return file;
}

/* Is there room for another file of /proc? If not it is counted; but one that may
 * have been counted before only where it would else not be said at all. */
static bool may_look(struct iom_gather *g, bool first)
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

/* Does the number still mean what it did in that generation? */
static bool is_current(struct iom_gather *g, uint32_t tgid, uint32_t fd, uint32_t gen)
{
	return g->ops->generation(g->be, tgid, fd) == gen;
}

/* What a descriptor means in its generation. The number may come to mean another file while
 * one asks, in parts: then the inode would be of one file and the name of the other. 0, or a
 * negative errno, -ESTALE for this; f's name and watches are the caller's only after 0. */
static int file_in_generation(struct iom_gather *g, const struct proc_entry *p, uint32_t tgid,
			      uint32_t fd, uint32_t gen, struct pfs_file *f)
{
	int err = is_current(g, tgid, fd, gen) ? pfs_file_read(p->pid, fd, f) : -ESTALE;

	if (err || is_current(g, tgid, fd, gen))
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
	if (was_missing(g, tgid, fd, gen) || !may_look(g, false))
		return IOM_NO_FILE;
	err = file_in_generation(g, p, tgid, fd, gen, &f);
	if (err == -ENOENT)
		note_missing(g, tgid, fd, gen);
	if (err)
		return IOM_NO_FILE;
	file = add_from_proc(g, tgid, &f, gen);
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
	return is_current(g, tgid, fd, gen) ? gather_file_now(g, tgid, fd) : IOM_NO_FILE;
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
	if (e && g->cap->files[e->file].ino == row->ino && is_current(g, row->tgid, e->fd, e->gen) &&
	    (e->since_ns <= row->since_ns || is_current(g, row->tgid, fd, gen)))
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
		e = gather_alloc(sizeof(*e));
		e->key = key;
		HASH_ADD(hh, g->opens, key, sizeof(key), e);
		e->since_ns = row->since_ns;
	} else if (e->fd != fd || e->gen != gen) {
		if (is_current(g, row->tgid, e->fd, e->gen) && !is_current(g, row->tgid, fd, gen))
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
		    !is_current(g, row->tgid, fd, gen))
			return gather_merged_file(g, row);
		if (file == IOM_NO_FILE) {
			file = iom_capture_add_file(g->cap);
			g->cap->files[file].tgid = row->tgid;
			g->cap->files[file].fd = fd;
			g->cap->files[file].name = name_now(g, row, fd, gen);
			note_open(g, row, fd, gen, file);
		}
		remember(g, row->tgid, fd, gen, file);
	}
	gather_update_file(&g->cap->files[file], row);
	g->cap->files[file].stdio |= fd <= 2;
	return file;
}

struct owner {
	struct iom_gather *g;
	uint32_t tgid;
};

static void seed_ring(uint64_t ctx, uint32_t tail, uint32_t nr, void *arg)
{
	const struct owner *o = arg;

	o->g->ops->seed_aio(o->g->be, o->tgid, ctx, tail, nr);
}

static void take_set(struct iom_gather *g, uint32_t tgid, uint32_t epoll, const struct pfs_file *p)
{
	if (p->nwatches > g->cap->files[epoll].set_size)
		g->cap->files[epoll].set_size = p->nwatches;
	for (size_t w = 0; w < p->nwatches; w++) {
		uint32_t file = gather_file_now(g, tgid, p->watches[w].fd);

		if (file == IOM_NO_FILE || g->cap->files[file].ino != p->watches[w].ino)
			continue; /* registered under a number that means another file now */
		g->cap->files[file].in_epoll = true;
		iom_capture_register(g->cap, file, epoll, p->watches[w].events);
	}
}

static void take_sets(struct iom_gather *g, uint32_t tgid, const struct pfs_files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		uint32_t epoll;

		if (files->v[i].kind != IOM_K_EPOLL)
			continue;
		epoll = gather_file_now(g, tgid, files->v[i].fd);
		if (epoll != IOM_NO_FILE)
			take_set(g, tgid, epoll, &files->v[i]);
	}
}

/* Of the files before it in the list, one that is the same open file under
 * another number. Only the kernel can tell (kcmp(2)); where it does not,
 * sockets are told by their inode, which no two open files share. */
static uint32_t seeded_twin(struct iom_gather *g, uint32_t tgid, uint32_t pid,
			    const struct pfs_files *files, size_t at)
{
	const struct pfs_file *p = &files->v[at];
	size_t looked = 0;

	if (!p->ino || (p->kind != IOM_K_SOCK && p->kind != IOM_K_FIFO && p->kind != IOM_K_TTY))
		return IOM_NO_FILE; /* of the others many may share an inode, and dup is rare */
	for (size_t i = at; i-- > 0 && looked < TWINS_MAX; looked++) {
		const struct pfs_file *q = &files->v[i];
		int same;

		if (q->ino != p->ino || q->kind != p->kind)
			continue;
		same = pfs_same_file((pid_t)pid, q->fd, p->fd);
		if (same == 1 || (same < 0 && p->kind == IOM_K_SOCK))
			return gather_file_now(g, tgid, q->fd);
	}
	return IOM_NO_FILE;
}

static bool is_socket(uint8_t kind)
{
	return kind == IOM_K_SOCK || kind == IOM_K_LISTEN;
}

static void queues_now(uint32_t pid, struct cap_file *f, struct cap_queues *queues)
{
	struct pfs_queues q;

	if (!is_socket(f->kind) || !f->ino || !pfs_socket_queues((pid_t)pid, f->ino, &q))
		return;
	*queues = (struct cap_queues){
		.known = true, .connecting = q.connecting, .unread = q.unread, .unsent = q.unsent, .drops = q.drops};
	f->limit = q.limit;
}

/* The tables of sockets have those of the whole machine: reading them for each of
 * ten thousand processes would cost processes x sockets. */
static void refresh_sockets(struct iom_gather *g)
{
	uint64_t now = gather_now();

	if (now - g->sockets_at < SOCKETS_KEPT_NS)
		return;
	g->sockets_at = now;
	pfs_sockets_refresh();
}

void gather_files_seed(struct iom_gather *g, uint32_t tgid, uint32_t pid)
{
	struct pfs_files files = {};

	refresh_sockets(g);
	if (pfs_files_read(pid, &files))
		return;
	for (size_t i = 0; i < files.n; i++) {
		struct pfs_file *p = &files.v[i];
		uint32_t gen = g->ops->generation(g->be, tgid, p->fd);
		struct file_key key = {.tgid = tgid, .fd = p->fd, .gen = gen};
		struct file_entry *e;
		struct cap_file *f;
		uint32_t file;

		HASH_FIND(hh, g->files, &key, sizeof(key), e);
		if (e) {
			f = &g->cap->files[e->file];
			if (f->ino == p->ino) { /* met by a row a moment ago */
				f->open_at_start = true;
				queues_now(pid, f, &f->queues_at_start);
				continue;
			}
		}
		file = seeded_twin(g, tgid, pid, &files, i);
		if (file != IOM_NO_FILE) {
			remember(g, tgid, p->fd, gen, file);
			continue;
		}
		if (!may_look(g, true))
			continue;
		file = add_from_proc(g, tgid, p, gen);
		f = &g->cap->files[file];
		f->open_at_start = true;
		queues_now(pid, f, &f->queues_at_start);
	}
	take_sets(g, tgid, &files);
	pfs_files_free(&files);
	pfs_aio_rings(pid, seed_ring, &(struct owner){g, tgid});
}

static void say_not_looked_at(const struct iom_gather *g)
{
	if (!g->not_looked_at)
		return;
	fprintf(stderr, "iomodel: warning: of more than %u descriptors %zu were not looked at: ",
		GATHER_SEEDS_MAX, g->not_looked_at);
	fputs("who waits for them is not known, and those that were not used have no entry\n", stderr);
}

/* Heap: by file, whether anything is told of it. */
static bool *files_used(const struct iom_gather *g)
{
	bool *used = gather_alloc(g->cap->nfiles + 1);

	for (size_t i = 0; i < g->cap->ncalls; i++)
		if (g->cap->calls[i].file != IOM_NO_FILE)
			used[g->cap->calls[i].file] = true;
	for (size_t i = 0; i < g->cap->nrequests; i++)
		if (g->cap->requests[i].file != IOM_NO_FILE)
			used[g->cap->requests[i].file] = true;
	for (size_t i = 0; i < g->cap->ninterests; i++)
		if (g->cap->interests[i].file != IOM_NO_FILE)
			used[g->cap->interests[i].file] = true;
	for (size_t i = 0; i < g->cap->nthreads; i++) { /* asleep all the time: no call was counted */
		if (g->cap->threads[i].at_start.file != IOM_NO_FILE)
			used[g->cap->threads[i].at_start.file] = true;
		if (g->cap->threads[i].at_end.file != IOM_NO_FILE)
			used[g->cap->threads[i].at_end.file] = true;
	}
	return used;
}

/* Each of them once, though several epolls may wait for it. */
static void name_pipes(struct iom_gather *g)
{
	bool *wanted = files_used(g);
	size_t left = PIPES_NAMED;

	for (size_t i = 0; i < g->cap->nfiles; i++) {
		wanted[i] |= g->cap->files[i].stdio || g->cap->files[i].waited_at_start || g->cap->files[i].waited_at_end;
		if (wanted[i])
			gather_name_pipe(g, &g->cap->files[i], &left);
	}
	for (size_t i = 0; i < g->cap->nregistrations; i++) { /* what an epoll waits for, and nothing came */
		uint32_t file = g->cap->registrations[i].file;

		if (!wanted[file])
			gather_name_pipe(g, &g->cap->files[file], &left);
		wanted[file] = true;
	}
	free(wanted);
}

void gather_files_finish(struct iom_gather *g)
{
	struct fd_entry *e;

	pfs_sockets_refresh();
	for (e = g->fds; e; e = e->hh.next) { /* what each descriptor meant last */
		struct proc_entry *p = gather_proc(g, e->key.tgid);
		struct cap_file *file = &g->cap->files[e->file];
		struct pfs_file f = {};

		if (!p || g->cap->procs[p->proc].exited ||
		    !is_current(g, e->key.tgid, e->key.fd, e->gen))
			continue;
		file->open_at_end = true;
		queues_now((uint32_t)p->pid, file, &file->queues_at_end);
		if (file->kind != IOM_K_EPOLL ||
		    pfs_file_read(p->pid, e->key.fd, &f))
			continue;
		if (f.kind == IOM_K_EPOLL)
			take_set(g, e->key.tgid, e->file, &f);
		free(f.name);
		free(f.watches);
	}
	pfs_pipes_refresh();
	name_pipes(g);
	say_not_looked_at(g);
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
