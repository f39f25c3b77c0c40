/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gather_names.c - full paths of files that are closed before anybody can look at them:
 * the kernel side sends them when a file is first used.
 */
#include "collect/gather_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define NAMES_MAX 65536 /* different files; of the rest the last component is known */

/* The components come from the last one up to the root. */
static char *path_of(const struct iom_name *n)
{
	char text[IOM_NAME_PARTS + 2];
	size_t at = sizeof(text) - 1, used = n->used < IOM_NAME_PARTS ? n->used : IOM_NAME_PARTS;

	text[at] = 0;
	for (size_t i = 0; i < used;) {
		size_t len = strnlen(n->parts + i, used - i);

		if (at < len + 1)
			return NULL;
		at -= len;
		memcpy(text + at, n->parts + i, len);
		text[--at] = '/';
		i += len + 1;
	}
	if (n->cut) /* what is above is not known: no path, but more than a name */
		at++;
	return strdup(text + at);
}

void iom_gather_name(void *arg, const struct iom_name *n)
{
	struct iom_gather *g = arg;
	struct name_key key = {.ino = n->ino, .tgid = n->tgid};
	struct name_entry *e;

	if (!n->parts[0] || !gather_proc(g, n->tgid))
		return;
	memcpy(key.last, n->parts, strnlen(n->parts, sizeof(key.last) - 1));
	HASH_FIND(hh, g->names, &key, sizeof(key), e);
	if (e || HASH_COUNT(g->names) >= NAMES_MAX)
		return;
	e = iom_alloc(1, sizeof(*e));
	e->key = key;
	e->path = path_of(n);
	HASH_ADD(hh, g->names, key, sizeof(key), e);
}

static char *name_of(struct iom_gather *g, uint32_t tgid, uint64_t ino, const char *last)
{
	struct name_key key = {.ino = ino, .tgid = tgid};
	struct name_entry *e;

	memcpy(key.last, last, strnlen(last, sizeof(key.last) - 1));
	HASH_FIND(hh, g->names, &key, sizeof(key), e);
	return e && e->path ? strdup(e->path) : NULL;
}

char *gather_name_then(struct iom_gather *g, const struct iom_row *row)
{
	return name_of(g, row->tgid, row->ino, row->name);
}

static bool has_path(uint8_t kind)
{
	return kind == IOM_K_REG || kind == IOM_K_PROC || kind == IOM_K_DIR || kind == IOM_K_FIFO ||
	       kind == IOM_K_CHR || kind == IOM_K_NULL || kind == IOM_K_TTY || kind == IOM_K_BLK;
}

void gather_names_finish(struct iom_gather *g)
{
	for (size_t i = 0; g->names && i < g->cap->nfiles; i++) {
		struct cap_file *f = &g->cap->files[i];
		char *path;

		if (!f->name || f->merged || !has_path(f->kind) || strchr(f->name, '/') || strchr(f->name, ':'))
			continue;
		path = name_of(g, f->tgid, f->ino, f->name);
		if (!path)
			continue;
		free(f->name);
		f->name = path;
	}
}

void gather_names_free(struct iom_gather *g)
{
	struct name_entry *e, *next;

	HASH_ITER(hh, g->names, e, next) {
		HASH_DEL(g->names, e);
		free(e->path);
		free(e);
	}
}
