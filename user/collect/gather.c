/* SPDX-License-Identifier: GPL-2.0-only */
#include "collect/gather_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SAMPLES_MAX 65536 /* 7 MiB: more would only sharpen a median that is sharp */

void *gather_alloc(size_t size)
{
	void *p = calloc(1, size);

	if (!p) {
		fputs("iomodel: out of memory\n", stderr);
		exit(1);
	}
	return p;
}

uint64_t gather_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

struct iom_gather *iom_gather_new(struct iom_capture *cap)
{
	struct iom_gather *g = gather_alloc(sizeof(*g));

	g->cap = cap;
	return g;
}

void iom_gather_backend(struct iom_gather *g, const struct iom_backend_ops *ops,
			struct iom_backend *be)
{
	g->ops = ops;
	g->be = be;
}

void iom_gather_phase(struct iom_gather *g, enum iom_gather_phase phase)
{
	g->phase = phase;
}

void iom_gather_free(struct iom_gather *g)
{
	struct row_entry *r, *next;

	if (!g)
		return;
	HASH_ITER(hh, g->rows, r, next) {
		HASH_DEL(g->rows, r);
		free(r);
	}
	gather_files_free(g);
	gather_threads_free(g);
	free(g->dead);
	free(g);
}

static bool is_async_request(uint8_t class)
{
	return class == IOM_C_AIO_REQ || class == IOM_C_URING_REQ;
}

static bool has_number(uint8_t class)
{
	return is_async_request(class) || (class >= IOM_C_SIGWAIT && class <= IOM_C_SIGFD);
}

static void note_watchers(struct iom_gather *g, const struct iom_row *row, uint8_t class,
			  uint32_t file)
{
	struct cap_file *f = &g->cap->files[file];
	uint32_t epoll;

	if (class == IOM_C_EPOLL_CTL) {
		epoll = gather_file_now(g, row->tgid, (uint32_t)row->aux);
		f->bits |= IOM_B_EPOLL;
		if (row->aux >> 32)
			f->ep_events = row->aux >> 32;
		if (epoll != IOM_NO_FILE)
			iom_capture_add_epoll(g->cap, file, epoll);
	} else if (class == IOM_C_WATCH) {
		f->watched += row->n[IOM_N_OK] + row->n[IOM_N_ZERO];
		f->watched_ready += row->n[IOM_N_OK];
	}
}

void iom_gather_row(void *arg, const struct iom_row *row)
{
	struct iom_gather *g = arg;
	uint8_t class = row->key >> 12;
	struct row_key key = {};
	struct row_entry *e;
	struct cap_row *to;
	bool two;

	if (!row->key || !gather_proc(g, row->tgid))
		return;
	key.tid = row->key >> 42;
	key.tgid = row->tgid;
	key.class = class;
	key.f_flags = row->f_flags;
	key.file = gather_file_of_row(g, row);
	key.other = IOM_NO_FILE;
	two = class == IOM_C_SENDFILE || class == IOM_C_SPLICE || class == IOM_C_COPYRANGE;
	if (two && row->aux)
		key.other = gather_file_now(g, row->tgid, IOM_AUX_FD(row->aux));
	if (has_number(class)) {
		key.nr = row->nr;
		key.code = class >= IOM_C_SIGWAIT && class <= IOM_C_SIGFD ? row->code : 0;
	}
	if (key.file != IOM_NO_FILE)
		note_watchers(g, row, class, key.file);

	HASH_FIND(hh, g->rows, &key, sizeof(key), e);
	if (!e) {
		e = gather_alloc(sizeof(*e));
		e->key = key;
		e->row = iom_capture_add_row(g->cap);
		HASH_ADD(hh, g->rows, key, sizeof(key), e);
		to = &g->cap->rows[e->row];
		to->tid = key.tid;
		to->tgid = key.tgid;
		to->file = key.file;
		to->other = key.other;
		to->class = class;
		to->code = key.code;
		to->f_flags = row->f_flags;
	}
	to = &g->cap->rows[e->row];
	to->nr = row->nr;
	for (size_t i = 0; i < IOM_N_MAX; i++)
		to->n[i] += row->n[i];
	to->bytes += row->bytes;
	to->wait_ns += row->wait_ns;
	if (row->max_wait_ns > to->max_wait_ns)
		to->max_wait_ns = row->max_wait_ns;
	if (row->aux)
		to->aux = row->aux;
	if (two && row->aux) {
		to->other_kind = IOM_AUX_KIND(row->aux);
		to->other_nonblock = IOM_AUX_NONBLOCK(row->aux);
		to->other_epoll = IOM_AUX_EPOLL(row->aux);
	}
}

void iom_gather_sample(void *arg, const struct iom_sample *sample)
{
	struct iom_gather *g = arg;
	uint32_t file = IOM_NO_FILE;
	struct iom_sample copy = *sample;

	if (!gather_proc(g, sample->tgid))
		return;
	if (g->cap->nsamples >= SAMPLES_MAX) {
		g->samples_dropped++;
		return;
	}
	if (sample->fd >= 0)
		file = gather_file_now(g, sample->tgid, sample->fd);
	if (file != IOM_NO_FILE)
		copy.kind = g->cap->files[file].kind;
	iom_capture_add_sample(g->cap, &copy, file);
}

size_t iom_gather_seen(const struct iom_gather *g)
{
	return g->seen;
}

size_t iom_gather_alive(const struct iom_gather *g)
{
	return g->alive;
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

uint32_t *iom_gather_dead(struct iom_gather *g, size_t *n)
{
	uint32_t *dead = g->dead;

	*n = g->ndead;
	if (dead)
		qsort(dead, g->ndead, sizeof(*dead), by_value);
	g->dead = NULL;
	g->ndead = 0;
	g->room_dead = 0;
	return dead;
}

void iom_gather_finish(struct iom_gather *g)
{
	gather_files_finish(g);
	gather_threads_finish(g);
	g->cap->lost.samples += g->samples_dropped;
}
