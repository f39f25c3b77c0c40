/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text_int.h - what the parts of the page for a person share.
 */
#ifndef IOM_TEXT_INT_H
#define IOM_TEXT_INT_H

#include "report/page.h"
#include "report/view.h"

#define NARROW 64 /* columns; below, a sentence in a third column would be a ribbon */

/* Names and sentences, fit for the page: heap. s may be NULL. */
char *text_safe(const struct page *p, const char *s);
char *text_comm(const struct page *p, const char *comm);
char *text_sentence(const struct page *p, const char *s);

/* Findings of a process; what is the same of several threads or files is one. */
size_t text_kinds_of(const struct rep_process *rp, enum rep_severity severity);

/* text_processes.c */
struct text_process {
	const struct rep_process *rp;
	size_t warnings, others;
	uint64_t busy_ns;
	size_t alike; /* so many more that came and went are told of by this one */
};

/* The processes of the report that are told of, worst first: by the warnings that each has, then by its other
 * findings, then by the time that it took, or waited for, a CPU. Of those that came and went, and of which
 * the same is to be said, it is the worst. Heap, *n of them. */
struct text_process *text_processes(const struct page *p, const struct iom_report *rep, size_t *n);
void text_overview(struct page *p, const struct text_process *all, size_t n);
/* The line below the page of one that tells of others. */
void text_alike(struct page *p, const struct text_process *one);

/* text_example.c: one transfer as it was sampled, and the wait for it */
void text_example(struct page *p, const struct rep_example *e);

/* text_tables.c */
void text_time_line(struct page *p, const struct rep_process *rp);
void text_calls(struct page *p, const struct rep_process *rp);
void text_files(struct page *p, const struct view *v);
void text_rings(struct page *p, const struct rep_process *rp, const struct view *v);
void text_threads(struct page *p, const struct view *v);

#endif
