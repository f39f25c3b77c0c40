/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text_tables.c - where the time went, on the page: calls, files and threads.
 */
#define _GNU_SOURCE
#include "report/text_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sysname.h"
#include "judge/limits.h"
#include "report/sentence.h"

static size_t shown_of(const struct page *p, size_t n, unsigned int limit)
{
	return p->opt->verbose || n <= limit ? n : limit;
}

static void say_left(struct page *p, size_t n, const char *one, const char *many)
{
	if (n)
		fprintf(p->out, "  and %s more %s (-v lists all)\n", iom_count(n), n == 1 ? one : many);
}

/* Where it waits for a CPU: why it may have none though one is idle. */
static char *bounds_text(const struct cap_proc *cp, const struct rep_thread *t)
{
	bool bound = cp->cpus_allowed && cp->cpus_allowed < cp->cpus_online &&
		     t->time.runq_ns >= iom_limit(LIMIT_PAGE_PART) * t->time.wall_ns;
	char *quota = cp->throttled_periods ?
			      iom_sentence("; throttled in %s of %s periods by the CPU quota of its control group",
					   iom_count(cp->throttled_periods), iom_count(cp->quota_periods)) :
			      iom_sentence("%s", "");
	char *text = bound ? iom_sentence("%s; it may run on %s of %s CPUs (`taskset -cp %u`)", quota,
					  iom_count(cp->cpus_allowed), iom_count(cp->cpus_online), cp->pid) :
			     iom_sentence("%s", quota);

	free(quota);
	return text;
}

void text_time_line(struct page *p, const struct rep_process *rp)
{
	const struct rep_thread *t = iom_view_principal(rp);
	const struct cap_proc *cp = &rp->cap->procs[rp->proc];
	char *line, *who, *where, *bounds;

	if (!t)
		return;
	who = rp->nthreads == 1 ? iom_sentence("in all") :
				  iom_sentence("thread %u", rp->cap->threads[t->thread].ns_tid);
	where = iom_view_in_kernel(cp) ? iom_sentence("; of the process's CPU time %s in the kernel",
						      iom_part(cp->system_ns, cp->user_ns + cp->system_ns)) :
					 iom_sentence("%s", "");
	bounds = bounds_text(cp, t);
	line = iom_sentence("%s, %.1f s: asleep %s, running %s, waiting for a CPU %s%s%s", who,
			    t->time.wall_ns / 1e9, iom_part(t->time.waiting_ns, t->time.wall_ns),
			    iom_part(t->time.running_ns, t->time.wall_ns),
			    iom_part(t->time.runq_ns, t->time.wall_ns), bounds, where);
	fputs("\n  ", p->out);
	page_wrap(p, line, 2, 2, PAGE_PLAIN);
	free(line);
	free(where);
	free(bounds);
	free(who);
}

#define COLUMNS 7

struct table {
	const char *const *head; /* COLUMNS; the first is the name, to the left; NULL: not there */
	unsigned int wide[COLUMNS];
	char *(*cells)[COLUMNS]; /* heap */
	size_t rows;
};

/* Of a connection that was made to somebody the other end says more than the own one. */
static bool print_connection(struct page *p, const char *name, unsigned int room, const char *dots)
{
	const char *arrow = strstr(name, " -> "), *from;
	char *cut;

	if (!arrow || page_cells(name) <= room)
		return false;
	from = memrchr(name, ' ', arrow - name);
	if (!from || (size_t)(from + 1 - name) + page_cells(dots) + page_cells(arrow) > room)
		return false;
	cut = iom_sentence("%.*s%s%s", (int)(from + 1 - name), name, dots, arrow);
	page_column(p, cut, room, PAGE_PLAIN);
	free(cut);
	return true;
}

/* Of a path that is too long its end says more than its beginning. */
static void print_name(struct page *p, const char *name, unsigned int room)
{
	const char *path = strchr(name, '/'), *dots = p->opt->utf8 ? "\u2026" : "...", *from;
	unsigned int head;
	char *cut;

	if (print_connection(p, name, room, dots))
		return;
	if (!path || page_cells(name) <= room || (path > name && path[-1] != ' ')) {
		page_column(p, name, room, PAGE_PLAIN);
		return;
	}
	head = path - name;
	for (from = strchr(path + 1, '/'); from; from = strchr(from + 1, '/'))
		if (head + page_cells(dots) + page_cells(from) <= room)
			break;
	if (!from) {
		page_column(p, name, room, PAGE_PLAIN);
		return;
	}
	cut = iom_sentence("%.*s%s%s", (int)head, name, dots, from);
	page_column(p, cut, room, PAGE_PLAIN);
	free(cut);
}

/* A column that says nothing of any row is left out. */
static bool is_empty(const struct table *t, int column)
{
	for (size_t r = 0; r < t->rows; r++) {
		const char *s = t->cells[r][column];

		if (s && strcmp(s, "0") && strcmp(s, "-") && strcmp(s, "0 B"))
			return false;
	}
	return true;
}

/* Names get what the numbers leave; where the width is small the last numbers go. */
static void print_table(struct page *p, struct table *t)
{
	unsigned int name = 0, longest = 0, room;
	int columns = COLUMNS;

	for (size_t r = 0; r < t->rows; r++)
		longest = page_cells(t->cells[r][0]) > longest ? page_cells(t->cells[r][0]) : longest;
	for (size_t r = 0; r < t->rows; r++)
		for (int c = 1; c < COLUMNS; c++)
			if (t->cells[r][c] && page_cells(t->cells[r][c]) + 2 > t->wide[c])
				t->wide[c] = page_cells(t->cells[r][c]) + 2;
	for (int c = 1; c < COLUMNS; c++)
		if (t->head[c] && page_cells(t->head[c]) + 2 > t->wide[c])
			t->wide[c] = page_cells(t->head[c]) + 2;
	for (int c = 1; c < COLUMNS; c++)
		if (is_empty(t, c))
			t->wide[c] = 0;
	do {
		room = 2;
		for (int c = 1; c < columns; c++)
			room += t->wide[c];
		name = p->width > room ? p->width - room : 0;
	} while (name < 20 && --columns > 2);
	/* On a very wide page nobody finds the row again, beyond a gap. */
	if (p->width > PAGE_USUAL && name > longest)
		name = longest + room > PAGE_USUAL ? longest : PAGE_USUAL - room;
	for (size_t r = 0; r <= t->rows; r++) {
		fputs("  ", p->out);
		if (r)
			print_name(p, t->cells[r - 1][0], name);
		else
			page_column(p, t->head[0], name, PAGE_DIM);
		for (int c = 1; c < columns; c++)
			if (t->wide[c])
				page_right(p, r ? (t->cells[r - 1][c] ? t->cells[r - 1][c] : "-") : t->head[c],
					   t->wide[c]);
		fputc('\n', p->out);
	}
	for (size_t r = 0; r < t->rows; r++)
		for (int c = 0; c < COLUMNS; c++)
			free(t->cells[r][c]);
	free(t->cells);
}

static char *time_or_dash(const struct page *p, uint64_t ns)
{
	return ns ? page_time(p, ns) : iom_sentence("-");
}

void text_files(struct page *p, const struct view *v)
{
	static const char *const head[COLUMNS] = {"file", "ops", "EAGAIN", "slept", "waited", "bytes",
						    "model"};
	size_t shown = shown_of(p, v->nfiles, p->rows.files), left = 0;
	struct table t = {.head = head, .rows = shown, .cells = iom_alloc(shown + 1, sizeof(*t.cells))};

	if (shown)
		fputc('\n', p->out);
	for (size_t i = 0; i < shown; i++) {
		const struct view_file *f = &v->files[i];

		t.cells[i][0] = text_safe(p, f->name);
		t.cells[i][1] = page_count(f->ops);
		t.cells[i][2] = page_count(f->again);
		t.cells[i][3] = page_count(f->slept);
		t.cells[i][4] = time_or_dash(p, f->waited_ns);
		t.cells[i][5] = page_bytes(f->bytes);
		t.cells[i][6] = iom_sentence("%s", iom_model_name(f->model));
	}
	if (shown)
		print_table(p, &t);
	else
		free(t.cells);
	for (size_t i = shown; i < v->nfiles; i++)
		left += v->files[i].files;
	say_left(p, left, "file", "files");
}

static bool is_async(const struct rep_verdict *v)
{
	bool is = v->model == IOM_M_ASYNC;

	for (size_t i = 0; i < v->nalso; i++)
		is |= v->also[i] == IOM_M_ASYNC;
	return is;
}

/* A file has one model, that which most of it is done by: where no row that is shown tells of requests though the
 * answer does, the ring does that has most of them. */
void text_rings(struct page *p, const struct rep_process *rp, const struct view *v)
{
	const struct rep_ring *most = NULL;
	char *fd, *depth, *line;

	for (size_t i = 0; i < shown_of(p, v->nfiles, p->rows.files); i++)
		if (v->files[i].model == IOM_M_ASYNC)
			return;
	for (size_t i = 0; i < rp->nrings; i++)
		if (rp->rings[i].requests && (!most || rp->rings[i].requests > most->requests))
			most = &rp->rings[i];
	if (!most || !is_async(&rp->verdict))
		return;
	fd = most->file == IOM_NO_FILE ? iom_sentence("%s", "") :
					 iom_sentence(" fd %d", rp->cap->files[most->file].fd);
	depth = most->depth_sum ? iom_sentence(", %.1f in flight on average", (double)most->depth_sum / most->requests) :
				  iom_sentence("%s", "");
	line = iom_sentence("%s%s: %s request%s, %s done later%s", most->aio ? "libaio" : "io_uring", fd,
			    iom_count(most->requests), most->requests == 1 ? "" : "s", iom_count(most->late), depth);
	fputs("\n  ", p->out);
	page_wrap(p, line, 2, 2, PAGE_PLAIN);
	free(fd);
	free(depth);
	free(line);
}

static const char *call_name(const struct rep_call *c)
{
	if (c->nr >= 0)
		return iom_syscall_name(c->nr);
	switch (c->what) {
	case ACC_PAGE:
		return "page faults";
	case ACC_STOPPED:
		return "stopped, in no call";
	default:
		return "in no call that is known";
	}
}

/* Workers of the kernel that have no work are not asleep in anything of the program's. */
static bool is_call(const struct rep_call *c)
{
	return c->what != ACC_IDLE && (c->ns || c->calls);
}

void text_calls(struct page *p, const struct rep_process *rp)
{
	static const char *const head[COLUMNS] = {"call", "calls", "slept", "waited", "at most", "each",
						    NULL};
	size_t n = 0, shown, row = 0;
	struct table t = {.head = head};

	for (size_t i = 0; i < rp->ncalls; i++)
		n += is_call(&rp->calls[i]);
	shown = shown_of(p, n, p->rows.calls);
	t.rows = shown;
	t.cells = iom_alloc(shown + 1, sizeof(*t.cells));
	if (shown)
		fputc('\n', p->out);
	for (size_t i = 0; row < shown; i++) {
		const struct rep_call *c = &rp->calls[i];
		/* What is left over was asleep in some call: in how many nobody knows. */
		bool counted = c->nr >= 0 || c->what != ACC_OTHER;

		if (!is_call(c))
			continue;
		t.cells[row][0] = c->under_way ? iom_sentence("%s (%s under way)", call_name(c),
							       c->under_way == 1 ? "one" : iom_count(c->under_way)) :
						  iom_sentence("%s", call_name(c));
		t.cells[row][1] = counted ? page_count(c->calls) : iom_sentence("-");
		t.cells[row][2] = counted ? page_count(c->slept) : iom_sentence("-");
		t.cells[row][3] = time_or_dash(p, c->ns);
		t.cells[row][4] = time_or_dash(p, c->max_ns);
		t.cells[row][5] = time_or_dash(p, counted && c->slept ? c->ns / c->slept : 0);
		row++;
	}
	if (shown)
		print_table(p, &t);
	else
		free(t.cells);
	say_left(p, n - shown, "call", "calls");
}

void text_threads(struct page *p, const struct view *v)
{
	size_t shown = shown_of(p, v->nthreads, p->rows.threads), left = 0;
	unsigned int wide = 0, most = p->width < NARROW ? 0 : 24;

	for (size_t i = 0; i < shown; i++)
		if (page_cells(v->threads[i].name) > wide)
			wide = page_cells(v->threads[i].name);
	if (wide > most)
		wide = most;
	if (shown) {
		fputs("\n  ", p->out);
		page_column(p, v->nthreads > 1 || v->threads[0].threads > 1 ? "threads" : "thread",
			    v->nthreads > 1 || v->threads[0].threads > 1 ? 7 : 6, PAGE_DIM);
		fputc('\n', p->out);
	}
	for (size_t i = 0; i < shown; i++) {
		char *name = text_safe(p, v->threads[i].name), *what = text_sentence(p, v->threads[i].what);

		fputs("  ", p->out);
		if (wide) {
			page_column(p, name, wide, PAGE_PLAIN);
			fputs("  ", p->out);
			page_wrap(p, what, wide + 4, wide + 4, PAGE_PLAIN);
		} else {
			page_wrap(p, name, 2, 2, PAGE_PLAIN);
			fputs("    ", p->out);
			page_wrap(p, what, 4, 4, PAGE_PLAIN);
		}
		free(name);
		free(what);
	}
	for (size_t i = shown; i < v->nthreads; i++)
		left += v->threads[i].threads;
	say_left(p, left, "thread", "threads");
}
