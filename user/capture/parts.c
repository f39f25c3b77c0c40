/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "capture/tables.h"

#define NOBODY UINT32_MAX

struct owner { /* a process number, and the part it has */
	uint32_t tgid, part;
};

struct split {
	const struct iom_capture *cap;
	struct iom_capture *parts;
	struct owner *owners; /* by number */
	size_t n;
	/* Of each table: whose an element is, and its place in that part. */
	uint32_t *part[CAP_NTABLES], *place[CAP_NTABLES];
};

/* What is of the watch as a whole has no part. */
static bool is_divided(enum cap_table_id id)
{
	return id != CAP_TAB_WATCH && id != CAP_TAB_PROBE && id != CAP_TAB_ARGUMENT;
}

static void *array_of(const struct cap_table *t, const struct iom_capture *cap)
{
	void *array;

	memcpy(&array, (const char *)cap + t->array, sizeof(array));
	return array;
}

static void set_array(const struct cap_table *t, struct iom_capture *cap, void *array)
{
	memcpy((char *)cap + t->array, &array, sizeof(array));
}

static size_t *count_of(const struct cap_table *t, struct iom_capture *cap)
{
	return (size_t *)((char *)cap + t->n);
}

/* ---- whose it is ---- */

static int by_number(const void *a, const void *b)
{
	const struct owner *x = a, *y = b;

	if (x->tgid != y->tgid)
		return x->tgid < y->tgid ? -1 : 1;
	return x->part < y->part ? -1 : x->part > y->part;
}

static int by_part(const void *a, const void *b)
{
	const struct owner *x = a, *y = b;

	return x->part < y->part ? -1 : x->part > y->part;
}

/* Each number once, with parts in the order in which the numbers came first. */
static void find_owners(struct split *s)
{
	const struct iom_capture *cap = s->cap;

	s->owners = iom_alloc(cap->nprocs, sizeof(*s->owners));
	for (size_t i = 0; i < cap->nprocs; i++)
		s->owners[i] = (struct owner){cap->procs[i].tgid, (uint32_t)i};
	qsort(s->owners, cap->nprocs, sizeof(*s->owners), by_number);
	for (size_t i = 0; i < cap->nprocs; i++)
		if (!i || s->owners[i].tgid != s->owners[s->n - 1].tgid)
			s->owners[s->n++] = s->owners[i];
	qsort(s->owners, s->n, sizeof(*s->owners), by_part);
	for (size_t i = 0; i < s->n; i++)
		s->owners[i].part = (uint32_t)i;
	qsort(s->owners, s->n, sizeof(*s->owners), by_number);
}

static uint32_t part_of_number(const struct split *s, uint32_t tgid)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->owners[mid].tgid < tgid)
			low = mid + 1;
		else
			high = mid;
	}
	return low < s->n && s->owners[low].tgid == tgid ? s->owners[low].part : NOBODY;
}

/* By its number, or by what it cannot be without. */
static const struct cap_column *owner_column(const struct cap_table *t)
{
	for (size_t i = 0; i < t->ncolumns; i++)
		if (!strcmp(t->columns[i].name, "tgid") || t->columns[i].needed)
			return &t->columns[i];
	return NULL;
}

static uint32_t part_of(const struct split *s, const struct cap_column *c, const void *element)
{
	uint32_t v = (uint32_t)cap_number(c, element);

	if (c->type != CAP_T_REF)
		return part_of_number(s, v);
	return v < cap_count(&cap_tables[c->to], s->cap) ? s->part[c->to][v] : NOBODY;
}

/* Is what it cannot be without the same process's, all of it? In a strange recording it may not be. */
static bool is_whole(const struct split *s, const struct cap_table *t, uint32_t part, const void *element)
{
	for (size_t i = 0; i < t->ncolumns; i++)
		if (t->columns[i].needed && part_of(s, &t->columns[i], element) != part)
			return false;
	return true;
}

/* ---- dividing ---- */

/* A reference into the whole becomes one into the part; nobody refers to what is
 * another process's. */
static void refer(const struct split *s, const struct cap_table *t, uint32_t part, void *element)
{
	for (size_t i = 0; i < t->ncolumns; i++) {
		const struct cap_column *c = &t->columns[i];
		uint32_t v;

		if (c->type != CAP_T_REF)
			continue;
		memcpy(&v, (char *)element + c->offset, sizeof(v));
		if (v < cap_count(&cap_tables[c->to], s->cap))
			v = s->part[c->to][v] == part ? s->place[c->to][v] : IOM_NO_FILE;
		memcpy((char *)element + c->offset, &v, sizeof(v));
	}
}

/* Whose each element is, and how many each part has. */
static void count(struct split *s, enum cap_table_id id)
{
	const struct cap_table *t = &cap_tables[id];
	const struct cap_column *c = owner_column(t);
	size_t n = cap_count(t, s->cap);

	s->part[id] = iom_alloc(n, sizeof(*s->part[id]));
	s->place[id] = iom_alloc(n, sizeof(*s->place[id]));
	for (size_t i = 0; i < n; i++) {
		uint32_t part = c ? part_of(s, c, cap_element(t, s->cap, i)) : NOBODY;

		if (part != NOBODY && !is_whole(s, t, part, cap_element(t, s->cap, i)))
			part = NOBODY;
		s->part[id][i] = part;
		if (part != NOBODY)
			s->place[id][i] = (uint32_t)(*count_of(t, &s->parts[part]))++;
	}
}

static void copy(struct split *s, enum cap_table_id id)
{
	const struct cap_table *t = &cap_tables[id];
	size_t n = cap_count(t, s->cap);

	for (size_t i = 0; i < s->n; i++)
		if (*count_of(t, &s->parts[i]))
			set_array(t, &s->parts[i], iom_alloc(*count_of(t, &s->parts[i]), t->size));
	for (size_t i = 0; i < n; i++) {
		uint32_t part = s->part[id][i];
		char *to;

		if (part == NOBODY)
			continue;
		to = (char *)array_of(t, &s->parts[part]) + s->place[id][i] * t->size;
		memcpy(to, cap_element(t, s->cap, i), t->size);
		refer(s, t, part, to);
	}
}

struct iom_capture *iom_parts(const struct iom_capture *cap, size_t *n)
{
	struct split s = {.cap = cap};

	find_owners(&s);
	s.parts = iom_alloc(s.n, sizeof(*s.parts));
	for (size_t i = 0; i < s.n; i++) {
		s.parts[i] = *cap;
		for (int id = 0; id < CAP_NTABLES; id++)
			if (is_divided(id)) {
				set_array(&cap_tables[id], &s.parts[i], NULL);
				*count_of(&cap_tables[id], &s.parts[i]) = 0;
			}
	}
	for (int id = 0; id < CAP_NTABLES; id++) /* files come before all that refer to them */
		if (is_divided(id)) {
			count(&s, id);
			copy(&s, id);
		}
	for (int id = 0; id < CAP_NTABLES; id++) {
		free(s.part[id]);
		free(s.place[id]);
	}
	free(s.owners);
	*n = s.n;
	return s.parts;
}

void iom_parts_free(struct iom_capture *parts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (int id = 0; id < CAP_NTABLES; id++)
			if (is_divided(id))
				free(array_of(&cap_tables[id], &parts[i]));
	free(parts);
}
