/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/alike.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "judge/roles.h"
#include "report/sentence.h"

/* Files of one kind; names that were looked up, which have no kind yet; or neither. */
static bool is_alike(const struct iom_capture *cap, const struct acc_wait *a, const struct acc_wait *b)
{
	bool file = a->file != IOM_NO_FILE;

	if (a->nr != b->nr || a->what != b->what || a->class != b->class)
		return false;
	/* A close under way has taken the descriptor away that would tell its file. */
	if (file != (b->file != IOM_NO_FILE))
		return is_close(a->nr);
	return !file || cap->files[a->file].kind == cap->files[b->file].kind;
}

static uint64_t files_of(const struct iom_capture *cap, const struct acc_wait *w)
{
	if (w->file == IOM_NO_FILE)
		return w->what == ACC_OPEN && (w->path || is_close(w->nr));
	return cap->files[w->file].merged ? cap->files[w->file].merged : 1;
}

/* One file that was opened anew for each call is one, by its path. */
static bool has_one_name(const struct iom_capture *cap, const struct acc_wait *a, const struct acc_wait *b)
{
	const char *name = a->file == IOM_NO_FILE ? NULL : cap->files[a->file].name;

	return name && name[0] == '/' && b->file != IOM_NO_FILE && cap->files[b->file].name &&
	       !strcmp(name, cap->files[b->file].name);
}

/* What the longest wait is called stays, unless that tells of nothing but itself. */
static void join(struct acc_alike *to, const struct iom_capture *cap, const struct acc_wait *w)
{
	struct acc_wait *sum = &to->sum;

	if (!has_one_name(cap, sum, w))
		to->others += files_of(cap, w);
	if (sum->file == IOM_NO_FILE && w->file != IOM_NO_FILE)
		sum->file = w->file;
	iom_wait_add(sum, w);
	if (sum->holder && (!w->holder || strcmp(sum->holder, w->holder)))
		sum->holder = NULL;
	if (sum->file == IOM_NO_FILE && sum->what != ACC_OPEN && sum->path &&
	    (!w->path || strcmp(sum->path, w->path)))
		sum->path = NULL;
}

static int by_length(const void *a, const void *b)
{
	const struct acc_alike *x = a, *y = b;

	if (x->sum.ns != y->sum.ns)
		return x->sum.ns > y->sum.ns ? -1 : 1;
	return x->sum.nr < y->sum.nr ? -1 : x->sum.nr > y->sum.nr;
}

struct acc_alike *iom_alike(const struct iom_capture *cap, const struct acc_thread *t, acc_wanted wanted,
			    const void *arg, size_t *n)
{
	struct acc_alike *all = iom_alloc(t->nwaits + 1, sizeof(*all));

	*n = 0;
	for (size_t i = 0; i < t->nwaits; i++) {
		const struct acc_wait *w = &t->waits[i];
		size_t k = 0;

		if (!wanted(w, arg))
			continue;
		while (k < *n && !is_alike(cap, &all[k].sum, w))
			k++;
		if (k < *n) {
			join(&all[k], cap, w);
		} else {
			all[*n].sum = *w;
			/* A file that stands for many closed ones is one of them, and the rest. */
			all[*n].others = files_of(cap, w) ? files_of(cap, w) - 1 : 0;
			++*n;
		}
	}
	if (*n)
		qsort(all, *n, sizeof(*all), by_length);
	return all;
}

const char *iom_alike_others(const struct acc_alike *a)
{
	static char text[48];

	if (a->others > 1)
		snprintf(text, sizeof(text), " and %s others", iom_count(a->others));
	else
		snprintf(text, sizeof(text), "%s", a->others ? " and another" : "");
	return text;
}
