/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pipeline.h - the way of the data, whole: collect -> capture -> judge -> report.
 *
 * There is one way. A watch is written into a recording, in a file where one was
 * asked for and in memory otherwise; a report is always made from a capture that
 * was read back from one. So a report of a live watch and a later one from its
 * recording are the same, byte for byte.
 */
#ifndef IOM_PIPELINE_H
#define IOM_PIPELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/store.h"
#include "cmd/output.h"
#include "collect/collect.h"
#include "options.h"

struct iom_pipeline {
	const struct iom_options *o;
	char *path;		 /* of the recording; heap; NULL: in memory only */
	struct iom_store *store; /* it, while it is written; NULL: none, or it failed */
	int folder;		 /* that it is in; -1: none */
	bool empty;		 /* nothing came of the watch */
	int failed;		 /* what kept it from being written to the end; 0: nothing */
	uint64_t since_ns;	 /* begin and end of what it holds: CLOCK_MONOTONIC */
	uint64_t until_ns;
	uint64_t size;		 /* bytes */
	struct iom_capture *cap; /* what was read back */
};

/*
 * Begin: make the recording, if one was asked for. pid is for its name where the
 * options give none. 0, or an exit code after a line on stderr.
 */
int iom_pipeline_open(struct iom_pipeline *p, const struct iom_options *o, pid_t pid);

/*
 * Collect, into the recording and back: p->cap. Returns what iom_collect() does,
 * with *why as there. w->second is the pipeline's own. A recording that could
 * not be written to its end is said on stderr, and no failure of this.
 */
int iom_pipeline_watch(struct iom_pipeline *p, struct iom_watch *w, char **why);

/* The capture of a recording: p->cap. 0, or an exit code after a line on stderr. */
int iom_pipeline_load(struct iom_pipeline *p, const struct iom_options *o, const char *path);

/* Judge and report to out; record: say what was recorded. An exit code. */
int iom_pipeline_report(struct iom_pipeline *p, struct iom_output *out);

/* Let go of everything; a recording in which nothing was kept is removed. */
void iom_pipeline_close(struct iom_pipeline *p);

/* Where the report goes: NULL for the command's own place. record has none. */
const char *iom_report_path(const struct iom_options *o);

#endif
