/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text_processes.c - several processes on a page: their order, and the table of them all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "report/sentence.h"
#include "report/text_int.h"

static int what_is_worse(const void *a, const void *b)
{
	const struct text_process *x = a, *y = b;

	if (x->warnings != y->warnings)
		return x->warnings > y->warnings ? -1 : 1;
	if (x->others != y->others)
		return x->others > y->others ? -1 : 1;
	if (x->busy_ns != y->busy_ns)
		return x->busy_ns > y->busy_ns ? -1 : 1;
	return x->rp < y->rp ? -1 : x->rp > y->rp;
}

/* A script starts hundreds of them in a second. */
static bool came_and_went(const struct rep_process *rp)
{
	const struct cap_proc *cp = &rp->cap->procs[rp->proc];

	return cp->born && cp->exited;
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool is_alike(const struct rep_process *a, const struct rep_process *b)
{
	if (!came_and_went(a) || a->verdict.model != b->verdict.model || a->verdict.in_fact != b->verdict.in_fact ||
	    a->nfindings != b->nfindings || !is_same(a->verdict.pattern, b->verdict.pattern) ||
	    strncmp(iom_capture_comm(a->cap, &a->cap->procs[a->proc]),
		    iom_capture_comm(b->cap, &b->cap->procs[b->proc]), CAP_COMM_LEN))
		return false;
	for (size_t i = 0; i < a->nfindings; i++)
		if (strcmp(a->findings[i].id, b->findings[i].id))
			return false;
	return true;
}

/* Those that another one tells of are left out; returns how many stay. */
static size_t fold(struct text_process *all, size_t n)
{
	size_t told = 0, k;

	for (size_t i = 0; i < n; i++) {
		for (k = 0; k < told && came_and_went(all[i].rp); k++)
			if (is_alike(all[k].rp, all[i].rp))
				break;
		if (k < told && came_and_went(all[i].rp))
			all[k].alike++;
		else
			all[told++] = all[i];
	}
	return told;
}

struct text_process *text_processes(const struct page *p, const struct iom_report *rep, size_t *n)
{
	struct text_process *all = iom_alloc(rep->nprocs + 1, sizeof(*all));

	for (size_t i = 0; i < rep->nprocs; i++) {
		const struct rep_process *rp = &rep->procs[i];

		all[i] = (struct text_process){rp, text_kinds_of(rp, IOM_SEV_WARNING),
					       text_kinds_of(rp, IOM_SEV_INFO),
					       rp->time.running_ns + rp->time.runq_ns, 0};
	}
	qsort(all, rep->nprocs, sizeof(*all), what_is_worse);
	*n = p->opt->verbose ? rep->nprocs : fold(all, rep->nprocs);
	return all;
}

void text_overview(struct page *p, const struct text_process *all, size_t n)
{
	bool narrow = p->width < NARROW;
	unsigned int pid = narrow ? 8 : 9, comm = narrow ? 13 : 17, model = narrow ? 13 : 15;
	unsigned int pattern = p->width >= 76 ? 24 : 0;

	page_column(p, "pid", pid, PAGE_DIM);
	page_column(p, "program", comm + 1, PAGE_DIM);
	page_column(p, "model", model, PAGE_DIM);
	page_column(p, pattern ? "pattern" : "", pattern, PAGE_DIM);
	page_column(p, narrow ? " sure" : "findings", narrow ? 5 : 8, PAGE_DIM);
	fputc('\n', p->out);
	for (size_t i = 0; i < n; i++) {
		const struct rep_process *rp = all[i].rp;
		const struct cap_proc *cp = &rp->cap->procs[rp->proc];
		char *comm_text = text_comm(p, iom_capture_comm(rp->cap, cp)), number[16];
		char *name = all[i].alike ? iom_sentence("%s x %s", iom_count(all[i].alike + 1), comm_text) :
					    iom_sentence("%s", comm_text);

		snprintf(number, sizeof(number), "%u", cp->pid);
		page_column(p, number, pid, PAGE_PLAIN);
		page_column(p, name, comm, PAGE_PLAIN);
		fputc(' ', p->out);
		page_column(p, iom_model_name(rp->verdict.model), model, PAGE_BOLD);
		page_column(p, pattern && rp->verdict.pattern ? rp->verdict.pattern : "", pattern,
			    PAGE_PLAIN);
		if (narrow)
			fprintf(p->out, "%3.0f %%\n", rp->verdict.confidence * 100);
		else
			fprintf(p->out, "%s\n", rp->nfindings ? rp->findings[0].id : "");
		free(name);
		free(comm_text);
	}
	fputc('\n', p->out);
}

void text_alike(struct page *p, const struct text_process *one)
{
	char *text = iom_sentence("and %s more process%s that came and went like it (-v lists all)",
				  iom_count(one->alike), one->alike == 1 ? "" : "es");

	if (one->alike) {
		fputs("\n  ", p->out);
		page_wrap(p, text, 2, 2, PAGE_PLAIN);
	}
	free(text);
}
