/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/child.h"
#include "cmd/cmd.h"
#include "collect/collect.h"
#include "base/privileges.h"
#include "cmd/output.h"
#include "cmd/pipeline.h"
#include "cmd/terminal.h"

static int let_go(void *arg)
{
	return iom_child_go(arg);
}

/* CMD did not become what it should: say so, with the shell's exit codes. */
static int not_started(const struct iom_child *c, const struct iom_options *o)
{
	if (!c->failed_exec) {
		fprintf(stderr, "iomodel: cannot become user `%s`: %s\n", o->user,
			strerror(c->failed));
		return IOM_EXIT_RUN_FAILED;
	}
	fprintf(stderr, "iomodel: cannot run `%s`: %s\n", o->args[0], strerror(c->failed));
	return c->failed == ENOENT || c->failed == ENOTDIR ? IOM_EXIT_RUN_NOT_FOUND
							   : IOM_EXIT_RUN_NOT_EXECUTABLE;
}

static int watch(const struct iom_options *o, struct iom_child *c, struct iom_output *out)
{
	struct iom_watch w = {.pids = &c->pid,
			      .npids = 1,
			      .on_exec = true,
			      .follow = true,
			      .duration_ns = o->duration_ns,
			      .ready_fd = o->ready_fd,
			      .windows = o->windows,
			      .backend = o->backend,
			      /* signals are passed on to a process of another user */
			      .keep = o->user ? IOM_CAP(CAP_KILL) : 0,
			      .verbose = o->verbose,
			      .armed = let_go,
			      .arg = c};
	struct iom_pipeline p;
	char *why = NULL;
	int err = iom_pipeline_open(&p, o, c->pid), status;

	if (err) {
		iom_child_wait(c);
		return IOM_EXIT_RUN_FAILED;
	}
	err = iom_pipeline_watch(&p, &w, &why);
	iom_terminal_take();
	if (c->failed) {
		iom_child_wait(c);
		status = not_started(c, o);
	} else if (err && c->go >= 0) { /* it was never let go */
		status = iom_child_wait(c);
		if (err == -ESRCH && status > 128) { /* not our failure */
			fprintf(stderr, "iomodel: `%s` was not started: signal %d came before the probes were "
					"in place\n", o->args[0], status - 128);
		} else {
			status = status > 128 ? status : IOM_EXIT_RUN_FAILED;
			fprintf(stderr, "iomodel: %s\n", why ? why : strerror(-err));
		}
	} else if (err) {
		fprintf(stderr, "iomodel: %s\n", why ? why : strerror(-err));
		iom_terminal_give();
		status = iom_child_wait(c);
		if (err != -ESRCH || status <= 128) /* else it was killed as it began */
			status = IOM_EXIT_RUN_FAILED;
	} else {
		/* At once: with -d the watch may end long before CMD does. */
		err = iom_pipeline_report(&p, out);
		iom_collect_close();
		iom_terminal_give();
		status = iom_child_wait(c);
		if (err == IOM_EXIT_EXPECTATION)
			status = status ? status : IOM_EXIT_EXPECTATION;
		else if (err)
			status = IOM_EXIT_RUN_FAILED;
	}
	free(why);
	iom_pipeline_close(&p);
	return status;
}

int iom_cmd_run(const struct iom_options *o)
{
	struct iom_output out;
	struct iom_child child;
	int err;

	if (!o->nargs) {
		fputs("iomodel: which command? `iomodel run -- CMD [ARG]...`\n", stderr);
		return IOM_EXIT_USAGE;
	}
	if (iom_permitted(o->backend))
		return IOM_EXIT_RUN_FAILED;
	if (o->user && iom_terminal_split(&err))
		return err;
	if (iom_output_open(&out, iom_report_path(o), stderr))
		return IOM_EXIT_RUN_FAILED;
	/* After this nothing of ours may be inherited: the output is close-on-exec. */
	err = iom_child_fork(&child, o->args, o->user);
	if (!err)
		err = watch(o, &child, &out);
	iom_output_close(&out);
	return err;
}
