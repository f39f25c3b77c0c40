/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "cmd/pipeline.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/privileges.h"
#include "expect/expect.h"
#include "judge/judge.h"
#include "report/json.h"
#include "report/text.h"

#define NS 1000000000.0

/* ---- collect -> capture -------------------------------------------------------- */

/* Its journal is made and removed when the privileges are gone. */
static void keep_folder(struct iom_pipeline *p)
{
	char *copy = strdup(p->path);

	p->folder = copy ? open(dirname(copy), O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	if (p->folder >= 0)
		iom_keep_folder(p->folder);
	free(copy);
}

int iom_pipeline_open(struct iom_pipeline *p, const struct iom_options *o, pid_t pid)
{
	bool record = o->command == IOM_CMD_RECORD;
	const char *path = record ? o->output : o->record;
	char *why = NULL;
	int err;

	*p = (struct iom_pipeline){.o = o, .folder = -1};
	if (!record && !path)
		return 0;
	if (path)
		p->path = strdup(path);
	else if (asprintf(&p->path, "iomodel-%d.iom", pid) < 0)
		p->path = NULL;
	if (!p->path)
		return IOM_EXIT_INTERNAL;
	err = iom_store_create(&p->store, p->path, o->max_size, &why);
	if (!err && iom_output_replaces(iom_report_path(o), p->path)) {
		p->empty = true;
		return IOM_EXIT_USAGE;
	}
	if (!err)
		keep_folder(p);
	if (!err)
		return 0;
	fprintf(stderr, "iomodel: %s\n", why ? why : strerror(-err));
	free(why);
	return IOM_EXIT_INTERNAL;
}

static double seconds(const struct iom_pipeline *p)
{
	return (double)(p->until_ns - p->since_ns) / NS;
}

/* What came of writing this. A full disk may have room again later. */
static void note(struct iom_pipeline *p, const struct iom_capture *cap, int err)
{
	if (!err) {
		p->since_ns = cap->start_ns;
		p->until_ns = cap->end_ns;
		p->size = iom_store_size(p->store);
	} else if (!p->failed) {
		fprintf(stderr, "%siomodel: `%s` cannot be written (%s); it holds the first %.1f s\n",
			isatty(STDERR_FILENO) ? "\r\033[K" : "", p->path,
			err == -EFBIG ? "--max-size is reached" : strerror(-err), seconds(p));
	}
	p->failed = err;
}

/* A second is over: it is kept. Without a report to come there is no use in going on
 * when that is not possible any more. */
static const char *second(void *arg, const struct iom_capture *cap)
{
	struct iom_pipeline *p = arg;

	note(p, cap, iom_store_write(p->store, cap));
	if (p->failed == -EFBIG || (!p->failed && iom_store_nearly_full(p->store)))
		return "max-size";
	if (p->failed)
		return p->o->command == IOM_CMD_RECORD ? "recording failed" : NULL;
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\riomodel: %.0f s, %.1f MB recorded ", seconds(p),
			(double)p->size / 1e6);
	return NULL;
}

/* Read back what was written. A recording that failed lacks its end: then, and
 * where none was asked for, the capture takes the same way through memory. */
static int read_back(struct iom_pipeline *p, const struct iom_capture *cap, char **why)
{
	struct iom_store *memory = NULL;
	struct iom_loaded loaded;
	int err = 0;

	if (p->store && !p->failed)
		return iom_store_read(p->store, &p->cap, &loaded, why);
	err = iom_store_create(&memory, NULL, 0, why);
	if (!err)
		err = iom_store_finish(memory, cap);
	if (!err)
		err = iom_store_read(memory, &p->cap, &loaded, why);
	iom_store_close(memory);
	return err;
}

int iom_pipeline_watch(struct iom_pipeline *p, struct iom_watch *w, char **why)
{
	struct iom_capture *cap = iom_capture_new();
	int err;

	cap->version = strdup(IOM_VERSION);
	for (int i = 0; i < p->o->nwords; i++)
		iom_capture_add_argument(cap, p->o->words[i]);
	if (p->store) {
		w->second = second;
		w->second_arg = p;
		w->progress = false;
	}
	err = iom_collect(w, cap, why);
	p->empty = err;
	if (p->store && isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	if (!err && p->store && p->failed != -EFBIG)
		note(p, cap, iom_store_finish(p->store, cap));
	if (!err && p->o->command != IOM_CMD_RECORD)
		err = read_back(p, cap, why);
	iom_capture_free(cap);
	return err;
}

int iom_pipeline_load(struct iom_pipeline *p, const struct iom_options *o, const char *path)
{
	struct iom_loaded loaded = {};
	char *why = NULL;
	int err;

	*p = (struct iom_pipeline){.o = o, .folder = -1};
	err = iom_store_load(path, &p->cap, &loaded, &why);
	if (err) {
		fprintf(stderr, "iomodel: %s\n", why ? why : strerror(-err));
		free(why);
		return IOM_EXIT_RECORDING;
	}
	if (!loaded.complete)
		fprintf(stderr, "iomodel: `%s` was cut off: what follows is of its first %.1f s\n", path,
			(double)(p->cap->end_ns - p->cap->start_ns) / NS);
	if (!loaded.complete && !p->cap->ended_by)
		p->cap->ended_by = strdup("cut off");
	if (loaded.bad_rows)
		fprintf(stderr, "iomodel: %llu rows of `%s` are not sound and were left out\n",
			(unsigned long long)loaded.bad_rows, path);
	return 0;
}

/* ---- judge -> report -------------------------------------------------------------- */

static int say_recorded(const struct iom_pipeline *p)
{
	if (p->failed && p->failed != -EFBIG)
		return IOM_EXIT_INTERNAL;
	if (!p->failed)
		fprintf(stderr, "iomodel: %.1f s recorded, %.1f MB; `iomodel report %s` shows it\n",
			seconds(p), (double)p->size / 1e6, p->path);
	return IOM_EXIT_OK;
}

int iom_pipeline_report(struct iom_pipeline *p, struct iom_output *out)
{
	struct iom_report *report;
	size_t failed;
	int err;

	if (p->o->command == IOM_CMD_RECORD)
		return say_recorded(p);
	report = iom_judge(p->cap);
	failed = p->o->expect ? iom_expect_judge(p->o->expect, report) : 0;
	err = iom_output_report(out, p->o, report);
	iom_report_free(report);
	if (failed && !err)
		err = IOM_EXIT_EXPECTATION;
	return p->failed && !err ? IOM_EXIT_INTERNAL : err;
}

void iom_pipeline_close(struct iom_pipeline *p)
{
	if (p->store && p->empty) /* it goes too */
		iom_store_remove(p->store);
	iom_store_close(p->store);
	iom_capture_free(p->cap);
	iom_collect_close();
	if (p->folder >= 0) {
		iom_forget_folder(p->folder);
		close(p->folder);
	}
	free(p->path);
	*p = (struct iom_pipeline){.folder = -1};
}

const char *iom_report_path(const struct iom_options *o)
{
	return o->command == IOM_CMD_RECORD ? NULL : o->output;
}
