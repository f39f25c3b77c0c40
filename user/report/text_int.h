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

/* text_tables.c */
void text_time_line(struct page *p, const struct rep_process *rp);
void text_calls(struct page *p, const struct rep_process *rp);
void text_files(struct page *p, const struct view *v);
void text_threads(struct page *p, const struct view *v);

#endif
