/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gather_seed.c - what a process has open when it is met and when the watch ends: files that no row may ever
 * tell of, the sets of its epolls, and what waits in its sockets.
 */
#include "collect/gather_int.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "collect/proc/procfs.h"

#define TWINS_MAX	64 /* descriptors looked back for the same open file: dup'ed ones lie close */
#define PIPES_NAMED	24 /* other ends looked for: each costs a walk through /proc once */
#define SOCKETS_KEPT_NS UINT64_C(100000000)

/* Whose contexts of libaio are told of. */
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
		.known = true, .connecting = q.connecting, .ended = q.ended, .unread = q.unread, .unsent = q.unsent,
		.drops = q.drops};
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
			gather_file_remember(g, tgid, p->fd, gen, file);
			continue;
		}
		if (!gather_may_look(g, true))
			continue;
		file = gather_file_add(g, tgid, p, gen);
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
	bool *used = iom_alloc(g->cap->nfiles + 1, sizeof(*used));

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

	for (size_t i = 0; i < g->cap->nfiles; i++)
		if (g->cap->files[i].kind == IOM_K_FIFO)
			g->cap->files[i].name = pfs_without_arrows(g->cap->files[i].name);
	pfs_pipes_refresh();
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
		    !gather_is_current(g, e->key.tgid, e->key.fd, e->gen))
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
	name_pipes(g);
	say_not_looked_at(g);
}
