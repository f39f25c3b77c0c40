/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * expected.h - a capture made by hand and what must be judged of it: one row of a table of
 * tests.
 */
#ifndef IOM_TEST_EXPECTED_H
#define IOM_TEST_EXPECTED_H

#include "capture/capture.h"
#include "report/report.h"

#define NO_TRANSFERS UINT64_MAX

struct expected {
	const char *name;
	void (*build)(struct iom_capture *cap);
	enum iom_model model;
	enum iom_in_fact in_fact;
	const char *pattern;  /* NULL: none */
	const char *findings; /* all of them, in order; NULL: not compared */
	uint64_t transfers;   /* of that model; 0: not compared; NO_TRANSFERS: none */
	const char *also;     /* "" or "blocking async"; NULL: not compared */
};

/* Runs a row, which is *state: everything in it, and what holds of any report. */
void check_judged(void **state);

/* The file's entry of the first process; fails when there is none. */
const struct rep_file *expected_file(const struct iom_report *rep, uint32_t file);

#endif
