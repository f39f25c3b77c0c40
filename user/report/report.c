/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/report.h"

#include <stdlib.h>

#include "capture/parts.h"

const char *iom_model_name(enum iom_model m)
{
	static const char *const names[] = {
		[IOM_M_BLOCKING] = "blocking",	 [IOM_M_NONBLOCKING] = "nonblocking",
		[IOM_M_MULTIPLEXED] = "multiplexed", [IOM_M_SIGNAL] = "signal-driven",
		[IOM_M_ASYNC] = "async",	 [IOM_M_NONE] = "none",
	};

	return names[m <= IOM_M_NONE ? m : IOM_M_NONE];
}

static void free_verdict(struct rep_verdict *v)
{
	for (size_t i = 0; i < v->nbecause; i++)
		free(v->because[i]);
	free(v->because);
	free(v->headline);
}

void iom_report_drop_expectations(struct iom_report *rep)
{
	for (size_t i = 0; i < rep->nexpectations; i++) {
		free(rep->expectations[i].text);
		free(rep->expectations[i].seen);
	}
	free(rep->expectations);
	rep->expectations = NULL;
	rep->nexpectations = 0;
}

void iom_report_free(struct iom_report *rep)
{
	if (!rep)
		return;
	for (size_t i = 0; i < rep->nprocs; i++) {
		struct rep_process *p = &rep->procs[i];

		free_verdict(&p->verdict);
		for (size_t k = 0; k < p->nthreads; k++) {
			free_verdict(&p->threads[k].verdict);
			free(p->threads[k].what);
			free(p->threads[k].time.waits);
			free(p->threads[k].awake_by);
		}
		for (size_t k = 0; k < p->nfindings; k++)
			free(p->findings[k].message);
		free(p->threads);
		free(p->files);
		free(p->rings);
		free(p->findings);
		free(p->rules);
		free(p->calls);
	}
	iom_report_drop_expectations(rep);
	free(rep->procs);
	iom_parts_free(rep->parts, rep->nparts);
	free(rep);
}
