/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "report/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "report/escape.h"
#include "report/page.h"
#include "report/sentence.h"
#include "report/text_int.h"
#include "report/thread_text.h"
#include "report/view.h"
#include "base/sysname.h"
#include "capture/names.h"

#define LINES_MAX 45	/* of one process, at PAGE_USUAL columns */
#define COMMAND_MAX 200 /* cells; of a longer one the beginning is shown */

char *text_safe(const struct page *p, const char *s)
{
	return iom_escape(s ? s : "", s ? strlen(s) : 0, p->opt->utf8);
}

char *text_comm(const struct page *p, const char *comm)
{
	return iom_escape(comm, CAP_COMM_LEN, p->opt->utf8);
}

char *text_sentence(const struct page *p, const char *s)
{
	return page_micro(p, text_safe(p, s));
}

/* ---- the answer --------------------------------------------------------------------- */

static const char *in_fact(enum iom_in_fact f)
{
	static const char *const texts[] = {
		[IOM_FACT_NULL] = "",
		[IOM_FACT_SYNCHRONOUS] = "in fact synchronous",
		[IOM_FACT_THREADS] = "in fact by threads",
		[IOM_FACT_POLLING] = "in fact polling",
	};

	return texts[f];
}

static void title(struct page *p, const struct rep_process *rp)
{
	const struct cap_proc *cp = &rp->cap->procs[rp->proc];
	const struct rep_verdict *v = &rp->verdict;
	const char *name = iom_model_name(v->model), *fact = in_fact(v->in_fact);
	char *comm = text_comm(p, iom_capture_comm(rp->cap, cp)), *who, *middle, *sure, upper[24] = "";
	unsigned int room;

	for (size_t i = 0; name[i] && i < sizeof(upper) - 1; i++)
		upper[i] = toupper((unsigned char)name[i]);
	who = iom_sentence("%s %u", comm, cp->pid);
	sure = iom_sentence("%.0f %% sure", v->confidence * 100);
	middle = iom_sentence("%s%s%s", v->pattern ? v->pattern : "", v->pattern && *fact ? ", " : "", fact);
	room = page_cells(who) + strlen(upper) + page_cells(middle) + page_cells(sure) + 7;
	room = room < PAGE_USUAL ? PAGE_USUAL : room; /* so that on a wide page nothing stands far from the rest */
	room = room < p->width ? room : p->width;
	room = room > page_cells(sure) + 1 ? room - page_cells(sure) - 1 : room;
	page_column(p, who, page_cells(who) < room / 2 ? page_cells(who) : room / 2, PAGE_PLAIN);
	room -= page_cells(who) < room / 2 ? page_cells(who) : room / 2;
	fputs("   ", p->out);
	room = room > 3 ? room - 3 : 0;
	page_column(p, upper, strlen(upper) < room ? strlen(upper) : room, PAGE_BOLD);
	room = room > strlen(upper) ? room - strlen(upper) : 0;
	if (room > 3) {
		fputs("   ", p->out);
		page_column(p, middle, room - 3, PAGE_PLAIN);
	}
	fprintf(p->out, " %s\n", sure);
	free(comm);
	free(who);
	free(sure);
	free(middle);
}

/* The file on which most was done in this model. */
static const struct rep_file *file_of_model(const struct rep_process *rp, enum iom_model m)
{
	const struct rep_file *best = NULL;

	for (size_t i = 0; i < rp->nfiles; i++) {
		const struct rep_file *f = &rp->files[i];

		if (!f->models[m].transfers && !f->models[m].phase1_ns)
			continue;
		if (!best || f->models[m].phase1_ns > best->models[m].phase1_ns ||
		    (f->models[m].phase1_ns == best->models[m].phase1_ns &&
		     f->models[m].transfers > best->models[m].transfers))
			best = f;
	}
	return best;
}

static void also(struct page *p, const struct rep_process *rp)
{
	const struct rep_verdict *v = &rp->verdict;
	char *line = NULL;

	for (size_t i = 0; i < v->nalso; i++) {
		const struct rep_file *f = file_of_model(rp, v->also[i]);
		const struct cap_file *c = f ? &rp->cap->files[f->file] : NULL;
		char *name = c ? text_safe(p, c->name ? c->name : iom_kind_name(c->kind)) : NULL, *longer;

		longer = iom_sentence("%s%s %s%s%s%s", line ? line : "also", line ? "," : "",
				      iom_model_name(v->also[i]), name ? " (mostly " : "", name ? name : "",
				      name ? ")" : "");
		free(line);
		free(name);
		line = longer;
	}
	if (!line)
		return;
	fputs("  ", p->out);
	page_wrap(p, line, 2, 2, PAGE_PLAIN);
	free(line);
}

/* What no count has: calls that are counted only when they sleep. */
static void besides(struct page *p, const struct rep_process *rp)
{
	const struct rep_sampled *b = &rp->besides;
	char *call, *end, *line;

	if (b->nr < 0 || (rp->verdict.model == IOM_M_NONE && rp->busy.nr >= 0))
		return;
	call = iom_view_sampled(rp->cap, b);
	end = iom_view_sampled_end(b);
	line = iom_sentence("besides, %s of %s calls that were sampled are %s%s, without sleeping",
			    iom_count(b->samples), iom_count(b->of), call, end);
	fputs("  ", p->out);
	page_wrap(p, line, 2, 2, PAGE_PLAIN);
	free(call);
	free(end);
	free(line);
}

static void answer(struct page *p, const struct rep_process *rp)
{
	char *headline = text_sentence(p, rp->verdict.headline ? rp->verdict.headline : "");

	title(p, rp);
	fputs("  ", p->out);
	page_wrap(p, headline, 2, 2, PAGE_PLAIN);
	free(headline);
	also(p, rp);
	besides(p, rp);
}

/* ---- what to do ----------------------------------------------------------------------- */

/* The same of another thread or file: the worst one stands for all. */
static bool is_like(const struct rep_finding *a, const struct rep_finding *b)
{
	return !strcmp(a->id, b->id) && a->nr == b->nr && a->pages == b->pages;
}

static size_t likes_before(const struct rep_process *rp, size_t i)
{
	size_t n = 0;

	for (size_t k = 0; k < i; k++)
		n += is_like(&rp->findings[k], &rp->findings[i]);
	return n;
}

static char *finding_text(const struct page *p, const struct rep_process *rp, size_t i)
{
	char *message = text_sentence(p, rp->findings[i].message), *longer;
	size_t likes = 0;

	for (size_t k = i + 1; k < rp->nfindings && !p->opt->verbose; k++)
		likes += is_like(&rp->findings[k], &rp->findings[i]);
	if (!likes)
		return message;
	longer = iom_sentence("%s And %s more like it (-v lists all).", message, iom_count(likes));
	free(message);
	return longer;
}

static void findings(struct page *p, const struct rep_process *rp)
{
	size_t shown = 0, left = 0;

	for (size_t i = 0; i < rp->nfindings; i++) {
		const struct rep_finding *f = &rp->findings[i];
		bool warn = f->severity == IOM_SEV_WARNING;
		unsigned int wide = strlen(f->id) < 14 ? 14 : strlen(f->id);
		char *message;

		if (!p->opt->verbose && likes_before(rp, i))
			continue;
		if (!p->opt->verbose && shown >= p->rows.findings) {
			left++;
			continue;
		}
		message = finding_text(p, rp, i);
		if (!shown++)
			fputc('\n', p->out);
		fputs("  ", p->out);
		page_column(p, warn ? "!" : "i", 2, warn ? PAGE_WARN : PAGE_PLAIN);
		page_column(p, f->id, wide, PAGE_BOLD);
		fputc(' ', p->out);
		page_wrap(p, message, 5 + wide, 4, PAGE_PLAIN);
		free(message);
	}
	if (left)
		fprintf(p->out, "  and %s more findings (-v lists all)\n", iom_count(left));
	if (shown) {
		char *try = iom_sentence("`iomodel explain %s` tells more.", rp->findings[0].id);

		fputs("    ", p->out);
		page_wrap(p, try, 4, 4, PAGE_DIM);
		free(try);
	}
}

static void because(struct page *p, const struct rep_verdict *v)
{
	fputc('\n', p->out);
	for (size_t i = 0; i < v->nbecause; i++) {
		char *s;

		if (v->headline && strstr(v->headline, v->because[i])) /* the page begins with it */
			continue;
		s = text_sentence(p, v->because[i]);
		fprintf(p->out, "  %s ", p->opt->utf8 ? "\u2022" : "*");
		page_wrap(p, s, 4, 4, PAGE_PLAIN);
		free(s);
	}
}

static void unread(struct page *p, const struct cap_proc *cp)
{
	if (!cp->unread)
		return;
	fputs("\n  i ", p->out);
	page_wrap(p, "Not all of it could be read in time, as there is much, or its memory or a file system did "
		     "not answer: names of its files, and sets that it waits for, may be missing.",
		  4, 4, PAGE_PLAIN);
}

/* ---- the whole ---------------------------------------------------------------------------- */

/* A thread that waits for something else most of the time makes a readiness call by the way: alone, it is no
 * loop, and its line would tell of the one call that it slept in most. */
static bool is_told_as_loop(const struct rep_process *rp, const struct rep_thread *t)
{
	struct acc_wait most = iom_main_wait(&t->time);

	return t->loop.is_loop && (rp->nthreads > 1 || most.what == ACC_READINESS ||
				   iom_thread_way(rp->cap, t, &most) != WAY_WAITS);
}

static void process(struct page *p, const struct rep_process *rp, const struct view *v)
{
	const struct rep_thread *t = iom_view_principal(rp);
	bool loop = t && is_told_as_loop(rp, t);

	answer(p, rp);
	findings(p, rp);
	unread(p, &rp->cap->procs[rp->proc]);
	if (p->opt->verbose)
		because(p, &rp->verdict);
	text_time_line(p, rp);
	/* Of a thread that is no loop its calls say all; of one that sleeps in one its line does. */
	if (!t || (!loop && !(v->nthreads == 1 && v->threads[0].idle)) || p->opt->verbose)
		text_calls(p, rp);
	text_files(p, v);
	text_rings(p, rp, v);
	if (rp->nthreads > 1 || !t || loop || v->threads[0].idle || p->opt->verbose)
		text_threads(p, v);
	text_example(p, &rp->example);
}

static unsigned int lines_of(const char *text)
{
	unsigned int n = 0;

	for (; (text = strchr(text, '\n')); text++)
		n++;
	return n;
}

/* One row less of what is longest, first of calls, of which the lines of threads tell too; of the
 * findings last. Three of each always stay. */
static bool show_less(struct page_rows *r)
{
	unsigned int *least = &r->calls;

	least = r->files > *least ? &r->files : least;
	least = r->threads > *least ? &r->threads : least;
	if (*least <= 3)
		least = &r->findings;
	return *least > 3 && (*least)--;
}

/* The process in so many lines, where that can be; -v shows all. Heap. */
static char *fitted(const struct page *page, const struct rep_process *rp, unsigned int lines)
{
	struct page p = *page;
	struct view *v = iom_view(rp, p.opt->verbose);
	char *text = NULL;
	size_t n = 0;

	p.rows = (struct page_rows){.findings = 6, .calls = 8, .files = 8, .threads = 8};
	do {
		free(text);
		p.out = iom_memory(open_memstream(&text, &n));
		process(&p, rp, v);
		if (fclose(p.out))
			iom_out_of_memory();
	} while (!p.opt->verbose && lines_of(text) > lines && show_less(&p.rows));
	iom_view_free(v);
	return text;
}

/* ---- several processes ------------------------------------------------------------------------ */

size_t text_kinds_of(const struct rep_process *rp, enum rep_severity severity)
{
	size_t n = 0;

	for (size_t i = 0; i < rp->nfindings; i++)
		n += rp->findings[i].severity == severity && !likes_before(rp, i);
	return n;
}

static void expectations(struct page *p, const struct iom_report *rep)
{
	for (size_t i = 0; i < rep->nexpectations; i++) {
		const struct rep_expectation *x = &rep->expectations[i];
		char *line = iom_sentence("%s: %s", x->text, x->seen ? x->seen : ""), *shown = text_safe(p, line);

		if (i == 0)
			fputc('\n', p->out);
		fputs("  ", p->out);
		page_column(p, x->holds ? "holds" : "FAILS", 6, x->holds ? PAGE_PLAIN : PAGE_WARN);
		page_wrap(p, shown, 8, 8, PAGE_PLAIN);
		free(line);
		free(shown);
	}
}

static char *command_text(const struct page *p, const struct iom_capture *cap)
{
	char *text = iom_sentence("iomodel %s", cap->version ? cap->version : "");

	for (size_t i = 0; i < cap->narguments; i++) {
		bool whole = page_cells(text) < COMMAND_MAX;
		char *arg = text_safe(p, whole ? cap->arguments[i] : "..."), *longer = iom_sentence("%s %s", text, arg);

		free(arg);
		free(text);
		text = longer;
		if (!whole)
			break;
	}
	return text;
}

/* Whether all calls are in the counts; those of another ABI never are. */
static char *counted_text(const struct cap_lost *l)
{
	const char *of = l->compat_calls ? " of 64-bit code" : "";
	const char *others = l->compat_calls ? "; calls by 32-bit or x32 code were seen and not counted" : "";

	if (l->counts)
		return iom_sentence("%s operations may be missing from the counts%s%s", iom_count(l->counts),
				    l->skipped ? ", since the kernel skipped probes" : "", others);
	return iom_sentence("every call%s counted, none lost%s", of, others);
}

/* Who says so, and how sure its numbers are: heap. */
static char *provenance(const struct page *page, const struct iom_capture *cap)
{
	const struct cap_lost *l = &cap->lost;
	time_t start = cap->start_realtime_ns / 1000000000;
	char *command = command_text(page, cap), *line, *counts = counted_text(l), *files = NULL, when[32] = "";
	char *kernel = text_safe(page, cap->kernel), *arch = text_safe(page, cap->arch), *text = NULL;
	struct page p = *page;
	struct tm tm;
	size_t n;

	if (gmtime_r(&start, &tm))
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (l->files)
		files = iom_sentence("; %s descriptors were too many to be looked at", iom_count(l->files));
	line = iom_sentence("%s, %s, %.1f s, Linux %s %s, %s; %s%s; samples: %u window%s, %.0f ms", command, when,
			    (cap->end_ns - cap->start_ns) / 1e9, kernel, arch, cap->backend, counts, files ? files : "",
			    cap->windows.taken, cap->windows.taken == 1 ? "" : "s", cap->windows.open_ns / 1e6);
	p.out = iom_memory(open_memstream(&text, &n));
	fputs("\n  ", p.out);
	page_wrap(&p, line, 2, 2, l->counts || l->files ? PAGE_WARN : PAGE_DIM);
	if (fclose(p.out))
		iom_out_of_memory();
	free(command);
	free(files);
	free(counts);
	free(line);
	free(kernel);
	free(arch);
	return text;
}

/* The page of a process may have so many lines; narrower ones are longer. */
static unsigned int lines_for(const struct page *p, unsigned int below)
{
	unsigned int all = p->width < PAGE_USUAL ? LINES_MAX * PAGE_USUAL / p->width : LINES_MAX;

	return all > below ? all - below : 1;
}

int iom_report_text(const struct iom_report *rep, FILE *out, const struct iom_text_options *opt)
{
	struct page p = {.out = out, .opt = opt, .width = opt->width ? opt->width : PAGE_USUAL};
	struct text_process *all;
	char *end;
	size_t n;

	if (p.width < 40)
		p.width = 40;
	errno = 0;
	end = provenance(&p, rep->whole);
	all = text_processes(&p, rep, &n);
	if (rep->nprocs > 1)
		text_overview(&p, all, n);
	for (size_t i = 0; i < n; i++) {
		char *text = fitted(&p, all[i].rp, lines_for(&p, lines_of(end) + 2 * !!all[i].alike));

		fprintf(out, "%s%s", i ? "\n" : "", text);
		text_alike(&p, &all[i]);
		free(text);
	}
	expectations(&p, rep);
	fputs(end, out);
	free(end);
	free(all);
	if (fflush(out) || ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}
