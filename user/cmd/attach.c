/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "collect/collect.h"
#include "cmd/output.h"
#include "cmd/pipeline.h"

static void stop(int sig)
{
	iom_collect_stop(sig);
}

/* Each of these ends the watch with a full report. SIGINT is taken even where
 * a shell that put us into the background had it ignored; a hang-up that nohup
 * wants ignored stays so. */
static void catch_signals(void)
{
	struct sigaction act = {.sa_handler = stop}, old;

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	if (!sigaction(SIGHUP, NULL, &old) && old.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &act, NULL);
}

/* The numbers, and that at least one of them is somebody. */
static int read_pids(const struct iom_options *o, pid_t *pids)
{
	bool any = false;

	if (!o->nargs) {
		fprintf(stderr, "iomodel: which process? `iomodel %s PID`; `pidof NAME` finds it\n",
			o->command == IOM_CMD_RECORD ? "record" : "attach");
		return IOM_EXIT_USAGE;
	}
	for (int i = 0; i < o->nargs; i++) {
		if (!iom_parse_pid(o->args[i], &pids[i])) {
			fprintf(stderr,
				"iomodel: `%s` is no process number; `pidof NAME` finds that of a "
				"program\n",
				o->args[i]);
			return IOM_EXIT_USAGE;
		}
		any |= !kill(pids[i], 0) || errno != ESRCH;
	}
	if (any)
		return 0;
	fprintf(stderr, "iomodel: there is no process %s; `ps -e` lists those there are\n",
		o->args[0]);
	return IOM_EXIT_NO_TARGET;
}

static int watch(const struct iom_options *o, const pid_t *pids)
{
	struct iom_watch w = {.pids = pids,
			      .npids = (size_t)o->nargs,
			      .follow = o->follow,
			      .duration_ns = o->duration_ns,
			      .ready_fd = o->ready_fd,
			      .windows = o->windows,
			      .backend = o->backend,
			      .verbose = o->verbose,
			      .brings = o->duration_ns			? NULL :
					o->command == IOM_CMD_RECORD	? "the recording" :
									  "the report",
			      .progress = isatty(STDERR_FILENO)};
	struct iom_output out;
	struct iom_pipeline p;
	char *why = NULL;
	int err = iom_output_open(&out, iom_report_path(o), stdout);

	if (err)
		return err;
	err = iom_pipeline_open(&p, o, pids[0]);
	if (!err) {
		catch_signals();
		err = iom_pipeline_watch(&p, &w, &why);
		if (err) {
			fprintf(stderr, "iomodel: %s\n", why ? why : strerror(-err));
			err = iom_exit_of(err);
		} else {
			err = iom_pipeline_report(&p, &out);
		}
	}
	free(why);
	iom_pipeline_close(&p);
	iom_output_close(&out);
	return err;
}

int iom_cmd_attach(const struct iom_options *o)
{
	pid_t *pids = calloc(o->nargs ? (size_t)o->nargs : 1, sizeof(*pids));
	int err;

	if (!pids)
		return IOM_EXIT_INTERNAL;
	err = read_pids(o, pids);
	if (!err)
		err = iom_permitted(o->backend);
	if (!err)
		err = watch(o, pids);
	free(pids);
	return err;
}
