/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text_processes.c - several processes on a page: their order, and the table of them all.
 */
#include <stdio.h>
#include <stdlib.h>

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

struct text_process *text_processes(const struct iom_report *rep)
{
	struct text_process *all = calloc(rep->nprocs + 1, sizeof(*all));

	if (!all)
		abort();
	for (size_t i = 0; i < rep->nprocs; i++) {
		const struct rep_process *rp = &rep->procs[i];

		all[i] = (struct text_process){rp, text_kinds_of(rp, IOM_SEV_WARNING),
					       text_kinds_of(rp, IOM_SEV_INFO),
					       rp->time.running_ns + rp->time.runq_ns};
	}
	qsort(all, rep->nprocs, sizeof(*all), what_is_worse);
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
		char *name = text_comm(p, iom_capture_comm(rp->cap, cp)), number[16];

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
	}
	fputc('\n', p->out);
}
