/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * expect_int.h - shared by expect.c (reading, outcome) and expect_check.c (one line held
 * against a report).
 */
#ifndef IOM_EXPECT_INT_H
#define IOM_EXPECT_INT_H

#include "report/report.h"

struct exp_cond { /* key operator value */
	char *key;
	const char *operator; /* one of >= <= != = < > */
	char *text;
	bool is_number;
	double number;
};

struct exp_line {
	char *text; /* as it was given */
	char *name; /* its first word */
	char **words; /* that stand before the conditions */
	size_t nwords;
	struct exp_cond *conds;
	size_t nconds;
};

/* "socket", "pipe", "regular-file": enum cap_kind, or -1. */
int exp_kind_of(const char *word);

/* Does it hold? *seen: what was seen instead, or in any case; heap. */
bool exp_global(const struct exp_line *l, const struct iom_report *rep, char **seen);
bool exp_process(const struct exp_line *l, const struct rep_process *rp, char **seen);

#endif
