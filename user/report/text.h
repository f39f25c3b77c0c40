/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text.h - the report for a person at a terminal, or reading a file.
 */
#ifndef IOM_TEXT_H
#define IOM_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "report/report.h"

struct iom_text_options {
	unsigned int width; /* columns; 0: 80. Lines are cut to it, sentences wrapped */
	bool color;
	bool utf8;    /* else bars and marks in plain ASCII */
	bool verbose; /* all files and threads, and how it was measured */
};

/* Write and flush. 0, or -errno of the write that failed. */
int iom_report_text(const struct iom_report *rep, FILE *out, const struct iom_text_options *opt);

#endif
