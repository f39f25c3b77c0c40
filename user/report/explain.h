/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * explain.h - the idea in plain words, with its pictures.
 */
#ifndef IOM_EXPLAIN_H
#define IOM_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The five models, none, the verdict, and every finding; static strings. */
const char *const *iom_explain_topics(size_t *n);

/* Write about a topic, or, with NULL, about the whole idea. -ENOENT for a topic
 * that is none; -errno of a failed write. utf8 false: pictures in plain ASCII. */
int iom_explain(FILE *out, const char *topic, bool utf8, bool color);

/* The rules and thresholds of the judgement, in their order. */
void iom_explain_verdict(FILE *out);

#endif
