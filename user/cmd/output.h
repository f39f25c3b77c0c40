/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * output.h - where a report goes.
 */
#ifndef IOM_OUTPUT_H
#define IOM_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/outfile.h"
#include "options.h"
#include "report/report.h"

struct iom_output {
	const char *path; /* NULL: stream */
	FILE *stream;	  /* where it goes without a file, and when the file fails */
	struct iom_outfile file;
};

/*
 * Make sure that the report can be written, before anything is watched. path:
 * NULL for stream, "-" for stdout. 0, or IOM_EXIT_INTERNAL after a line on
 * stderr.
 */
int iom_output_open(struct iom_output *out, const char *path, FILE *stream);

/* Would a report at path take the place of this recording? Says so on stderr. path: as above. */
bool iom_output_replaces(const char *path, const char *recording);

/* Write it, whole or not at all: the file gets its name when everything is on
 * disk. When that fails the text goes to the stream instead, and to stderr if
 * that fails as well, so that nothing is lost. 0 or IOM_EXIT_INTERNAL. */
int iom_output_write(struct iom_output *out, const char *text, size_t n);

/* Give up what was opened and not written. */
void iom_output_close(struct iom_output *out);

/* A report in the format of the options, to out. Same result. */
int iom_output_report(struct iom_output *out, const struct iom_options *o,
		      const struct iom_report *rep);

/* Colour: out is a terminal that shows it, and neither --no-color nor NO_COLOR. */
bool iom_color(FILE *out, const struct iom_options *o);
unsigned int iom_width(FILE *out); /* columns: of the terminal, else of COLUMNS, else 80; out may be NULL */
bool iom_utf8(void); /* by the locale, after setlocale() */

/* To be asked before anything is made or opened for a watch with that back end: 0, or IOM_EXIT_NOT_POSSIBLE after a
 * line on stderr. */
int iom_permitted(const char *backend);

/* Exit code for what iom_collect() returned. */
enum iom_exit iom_exit_of(int err);

#endif
