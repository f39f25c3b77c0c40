/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * expect.h - what must be true of a report, as lines of words: a pure stage over the
 * report, for tests, for CI and for the lab. The language is told in iomodel(1),
 * EXPECTATIONS.
 */
#ifndef IOM_EXPECT_H
#define IOM_EXPECT_H

#include <stdio.h>

#include "report/report.h"

struct iom_expect; /* lines that were read */

/*
 * Read expectations: several in one text, divided by ; or line ends; # begins a
 * comment. Adds to *e, which is made where it is NULL. 0, -EINVAL with *why (heap) for a
 * line that is none, -E2BIG for more than 4,096 of them. Ends the program without memory.
 */
int iom_expect_add(struct iom_expect **e, const char *text, char **why);
void iom_expect_free(struct iom_expect *e);

/* How many there are; NULL: none. */
size_t iom_expect_count(const struct iom_expect *e);

/* Hold the report against them: rep->expectations, in their order, replacing what was
 * there. How many do not hold. Where the user named processes, what is said of a process
 * must hold for each of these; lines after "pid N" are about that one alone. */
size_t iom_expect_judge(const struct iom_expect *e, struct iom_report *rep);

/* The outcome alone, for a CI: TAP version 13, or JUnit's XML. 0 or -errno of the write. */
int iom_expect_tap(const struct iom_report *rep, FILE *out);
int iom_expect_junit(const struct iom_report *rep, FILE *out);

#endif
