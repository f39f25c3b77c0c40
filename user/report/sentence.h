/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sentence.h - making sentences: numbers and times in plain words.
 */
#ifndef IOM_SENTENCE_H
#define IOM_SENTENCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/sentence.h"
#include "report/report.h"

/* Append a sentence (heap, taken over) to a verdict's reasons. */
void iom_because(struct rep_verdict *v, char *sentence);

/* "812,402", "41 ms", "7.91 s": in one of a few static buffers, good until
 * eight more were asked for. */
const char *iom_count(uint64_t n);
const char *iom_time(uint64_t ns);
/* "a" or "an", before this word. */
const char *iom_article(const char *word);
/* "12 %", "<1 %" */
const char *iom_part(uint64_t part, uint64_t whole);

#endif
