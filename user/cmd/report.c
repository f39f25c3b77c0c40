/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/redact.h"
#include "cmd/cmd.h"
#include "cmd/pipeline.h"

#define SECONDS_MAX 120

static void give_up(int sig)
{
	static const char text[] = "iomodel: no report after two minutes: this recording was made to take "
				   "long; record again\n";

	(void)sig;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(IOM_EXIT_INTERNAL);
	_exit(IOM_EXIT_RECORDING);
}

/* A recording may come from anybody: it is not to keep us for ever. */
static void bound_time(void)
{
	struct sigaction act = {.sa_handler = give_up};

	sigaction(SIGALRM, &act, NULL);
	alarm(SECONDS_MAX);
}

static int write_redacted(const struct iom_options *o, struct iom_capture *cap)
{
	struct iom_store *s = NULL;
	char *why = NULL;
	int err = iom_store_create(&s, o->output, 0, &why);

	if (err) {
		fprintf(stderr, "iomodel: %s\n", why ? why : strerror(-err));
		free(why);
		return IOM_EXIT_INTERNAL;
	}
	iom_capture_redact(cap);
	err = iom_store_finish(s, cap);
	if (err) {
		fprintf(stderr, "iomodel: cannot write `%s`: %s\n", o->output, strerror(-err));
		iom_store_remove(s);
	}
	iom_store_close(s);
	return err ? IOM_EXIT_INTERNAL : IOM_EXIT_OK;
}

static int write_report(const struct iom_options *o, struct iom_pipeline *p)
{
	struct iom_output out;
	int err = iom_output_open(&out, iom_report_path(o), stdout);

	if (err)
		return err;
	err = iom_pipeline_report(p, &out);
	iom_output_close(&out);
	return err;
}

int iom_cmd_report(const struct iom_options *o)
{
	struct iom_pipeline p;
	int err;

	if (o->nargs != 1) {
		fputs("iomodel: which recording? `iomodel report FILE`; `iomodel record PID` makes one\n",
		      stderr);
		return IOM_EXIT_USAGE;
	}
	if (o->redact && (!o->output || !strcmp(o->output, "-"))) {
		fputs("iomodel: --redact writes a new recording: say where with -o NEW\n", stderr);
		return IOM_EXIT_USAGE;
	}
	if (!o->redact && iom_output_replaces(iom_report_path(o), o->args[0]))
		return IOM_EXIT_USAGE;
	bound_time();
	err = iom_pipeline_load(&p, o, o->args[0]);
	if (!err)
		err = o->redact ? write_redacted(o, p.cap) : write_report(o, &p);
	iom_pipeline_close(&p);
	return err;
}
