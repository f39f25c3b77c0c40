/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gather_merged.c - closed files beyond those that are told apart: counted together with others
 * of their name.
 */
#define _GNU_SOURCE
#include "collect/gather_int.h"

#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"

static uint64_t hash(uint64_t h, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 0x100000001b3; /* FNV-1a */
	return h;
}

/* Of a connection one port was drawn for it alone, mostly the higher one: by that no two would
 * be alike. */
static void name_bucket(struct bucket_key *key, const struct iom_row *row)
{
	const uint64_t start = 0xcbf29ce484222325;
	struct iom_sockname sock;

	if (row->name_kind != IOM_NAME_SOCK) {
		key->name = hash(start, row->name, strnlen(row->name, sizeof(row->name)));
		return;
	}
	memcpy(&sock, row->name, sizeof(sock));
	key->local = !sock.dport || sock.sport < sock.dport;
	key->port = key->local ? sock.sport : sock.dport;
	key->name = hash(start, &sock.family, sizeof(sock.family) + sizeof(sock.type));
	key->name = hash(key->name, sock.saddr, sizeof(sock.saddr) + sizeof(sock.daddr));
}

/* Is it a file of which no row was met yet? Rows of a descriptor come in its order. */
static bool is_another(struct bucket_entry *e, const struct iom_row *row)
{
	uint32_t fd = row->key >> 20 & IOM_FD_NONE, gen = (uint32_t)row->id, at = fd % BUCKET_FDS;

	if (e->last[at].fd == fd && e->last[at].gen == gen)
		return false;
	e->last[at].fd = fd;
	e->last[at].gen = gen;
	return true;
}

uint32_t gather_merged_file(struct iom_gather *g, const struct iom_row *row)
{
	struct bucket_key key = {.tgid = row->tgid,
				 .kind = row->kind,
				 .bits = row->bits,
				 .f_flags = row->f_flags & (O_NONBLOCK | O_ASYNC)};
	struct bucket_entry *e;
	struct cap_file *f;

	name_bucket(&key, row);
	HASH_FIND(hh, g->buckets, &key, sizeof(key), e);
	if (!e && HASH_COUNT(g->buckets) >= GATHER_BUCKETS_MAX) {
		key.name = 0;
		key.port = key.local = 0;
		HASH_FIND(hh, g->buckets, &key, sizeof(key), e);
	}
	if (!e) {
		e = iom_alloc(1, sizeof(*e));
		e->key = key;
		e->file = iom_capture_add_file(g->cap);
		HASH_ADD(hh, g->buckets, key, sizeof(key), e);
		f = &g->cap->files[e->file];
		f->tgid = row->tgid;
		f->fd = -1;
		f->name = key.name ? gather_name_of_row(row) : NULL;
	}
	f = &g->cap->files[e->file];
	f->merged += is_another(e, row);
	gather_update_file(f, row);
	f->ino = 0; /* of many */
	return e->file;
}
