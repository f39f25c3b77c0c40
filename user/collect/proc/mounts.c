/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which file system a file lies on is asked of the mount table, never of the
 * file: statfs() and stat() of a dead NFS server or a stuck FUSE daemon wait
 * for ever, and so would the watch.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect/proc/parse.h"
#include "collect/proc/procfs_int.h"
#include "collect/proc/reader.h"

#define KEEP_NS	   UINT64_C(1000000000)
#define MOUNTS_MAX 100000	      /* fs.mount-max's default */
#define POINTS_MAX ((size_t)16 << 20) /* bytes of their paths */
#define TABLE_MAX  ((size_t)64 << 20)
#define TYPE_MAX   32
#define PATH_ROOM  4096

struct mount {
	int id;
	enum pfs_fs fs;
	char *point;
	char type[TYPE_MAX]; /* where it must not be touched */
};

struct mounts {
	pid_t pid;
	uint64_t read_at; /* 0: never */
	struct mount *v;
	size_t n, room, bytes;
};

/* Of the process asked for last, and our own: a descriptor from outside of a
 * container (its standard input, say) is on a mount that only we can see. */
static struct mounts theirs, ours;

static int by_id(const void *a, const void *b)
{
	const struct mount *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static bool take_mount(char *line, void *arg)
{
	struct mounts *t = arg;
	struct parsed_mount m;

	if (!parse_mount(line, &m))
		return true;
	t->bytes += strlen(m.point);
	if (t->n == MOUNTS_MAX || t->bytes > POINTS_MAX)
		return false; /* those that are not found are not touched */
	if (t->n == t->room) {
		t->room = t->room ? 2 * t->room : 32;
		t->v = pfs_grow(t->v, t->room, sizeof(*t->v));
	}
	t->v[t->n] = (struct mount){.id = m.id, .fs = m.fs, .point = pfs_strdup(m.point)};
	if (m.fs == PFS_FS_REMOTE)
		snprintf(t->v[t->n].type, TYPE_MAX, "%s", m.type);
	t->n++;
	return true;
}

static void mounts_read(struct mounts *t, pid_t pid)
{
	struct rd_request rq = rd_path(RD_FILE, pid, "mountinfo");
	uint64_t now = pfs_now_ns();

	if (t->read_at && t->pid == pid && now - t->read_at < KEEP_NS)
		return;
	for (size_t i = 0; i < t->n; i++)
		free(t->v[i].point);
	t->n = 0;
	t->bytes = 0;
	t->pid = pid;
	rd_lines(&rq, TABLE_MAX, take_mount, t);
	t->read_at = pfs_now_ns();
	if (t->n)
		qsort(t->v, t->n, sizeof(*t->v), by_id);
}

static const struct mount *mount_find(const struct mounts *t, int id)
{
	struct mount key = {.id = id};

	return t->n ? bsearch(&key, t->v, t->n, sizeof(*t->v), by_id) : NULL;
}

enum pfs_fs pfs_fs_of_mount(pid_t pid, int mnt_id)
{
	const struct mount *m;

	mounts_read(&theirs, pid);
	m = mount_find(&theirs, mnt_id);
	if (!m) {
		mounts_read(&ours, getpid());
		m = mount_find(&ours, mnt_id);
	}
	return m ? m->fs : PFS_FS_REMOTE;
}

static const struct mount *mount_of_path(pid_t pid, const char *path)
{
	const struct mount *best = NULL;
	size_t length = 0;

	mounts_read(&theirs, pid);
	for (size_t i = 0; i < theirs.n; i++) {
		const struct mount *m = &theirs.v[i];
		size_t n = strlen(m->point);

		if (n == 1) /* "/": the slash belongs to all paths */
			n = 0;
		if (strncmp(path, m->point, n) || (path[n] != '/' && path[n]))
			continue;
		/* Of two on one point the younger one, which has the higher number as
		 * a rule, hides the other; the one that must not be touched wins. */
		if (!best || n > length || (n == length && m->fs >= best->fs)) {
			best = m;
			length = n;
		}
	}
	return best;
}

enum pfs_fs pfs_fs_of_path(pid_t pid, const char *path)
{
	const struct mount *m = mount_of_path(pid, path);

	return m ? m->fs : PFS_FS_REMOTE;
}

/* Has it a "..", which may lead out of any mount that stands before it? */
static bool goes_up(const char *path)
{
	for (const char *at = path; (at = strstr(at, "..")); at += 2)
		if ((at == path || at[-1] == '/') && (!at[2] || at[2] == '/'))
			return true;
	return false;
}

char *pfs_foreign_fs(pid_t pid, int dir, const char *path)
{
	struct rd_request rq = dir == AT_FDCWD ? rd_path(RD_LINK, pid, "cwd") : rd_path(RD_LINK, pid, "fd/%d", dir);
	char *base = *path == '/' ? pfs_strdup("") : rd_text(&rq, PATH_ROOM, NULL), *whole;
	const struct mount *m;

	if (!base || (*path != '/' && *base != '/') || goes_up(path)) {
		free(base);
		return NULL;
	}
	whole = pfs_format("%s/%s", base, path);
	m = mount_of_path(pid, *path == '/' ? path : whole);
	free(base);
	free(whole);
	return m && m->fs == PFS_FS_REMOTE ? pfs_format("on %s, mounted at %s", m->type, m->point) : NULL;
}
