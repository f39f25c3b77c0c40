/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page.h - lines of a given width: wrapping, cutting, bars, colour.
 *
 * Text given to it is already escaped (escape.h); a character takes the cells
 * that wcwidth(3) says.
 */
#ifndef IOM_PAGE_H
#define IOM_PAGE_H

#include <stdint.h>
#include <stdio.h>

#include "report/text.h"

/* How many of each are shown without -v. */
struct page_rows {
	unsigned int findings, calls, files, threads;
};

struct page {
	FILE *out;
	const struct iom_text_options *opt;
	unsigned int width;
	struct page_rows rows;
};

#define PAGE_USUAL 80 /* columns */

enum page_style { PAGE_PLAIN, PAGE_BOLD, PAGE_DIM, PAGE_WARN };

/* Cells a string takes. */
unsigned int page_cells(const char *s);
/* s in exactly `cells` cells: cut with an ellipsis, or filled with blanks. */
void page_column(struct page *p, const char *s, unsigned int cells, enum page_style style);
/* The same filled on the left. */
void page_right(struct page *p, const char *s, unsigned int cells);
/* Words of s from column `indent` on, wrapped at the width, each line indented;
 * the cursor stands at `at` already. Ends the line. */
void page_wrap(struct page *p, const char *s, unsigned int at, unsigned int indent,
	       enum page_style style);
/* part (0..1) of `cells` cells. */
void page_bar(struct page *p, double part, unsigned int cells);
void page_style(struct page *p, enum page_style style);

/* "812,402"; "31 MiB"; "7.91 s": heap. */
char *page_count(uint64_t n);
char *page_bytes(uint64_t n);
char *page_time(const struct page *p, uint64_t ns);
/* Sentences say us; on a terminal that can, it is µs. text: heap, taken over. */
char *page_micro(const struct page *p, char *text);

#endif
