/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "options.h"
#include "report/json.h"
#include "report/schema.h"

/* What is only printed: a full disk is a failure here too. */
static int printed(int err)
{
	if (err || fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "iomodel: cannot write to stdout: %s\n",
			strerror(err ? -err : errno));
		return IOM_EXIT_INTERNAL;
	}
	return IOM_EXIT_OK;
}

/* Where a stream was given to us closed, nothing that is opened from here on may
 * become it: a message would be written into a report. It can be neither read nor
 * written, as if it were closed, and for a command of ours it is. */
static void hold_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", (fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
}

static void too_large(int sig)
{
	(void)sig;
}

/* At the limit of how large files may be (setrlimit(2)) a write fails, as on a full disk, and what was recorded is
 * kept. A command of ours has the signal's own action again, as a handler ends with execve(2). */
static void outlive_large_files(void)
{
	const struct sigaction act = {.sa_handler = too_large, .sa_flags = SA_RESTART};
	struct sigaction old;

	if (!sigaction(SIGXFSZ, NULL, &old) && old.sa_handler == SIG_DFL)
		sigaction(SIGXFSZ, &act, NULL);
}

static int obey(struct iom_options *o)
{
	if (o->help) {
		iom_options_help(stdout, o->command);
		return printed(0);
	}
	if (o->version) {
		puts("iomodel " IOM_VERSION);
		return printed(0);
	}
	if (o->schema)
		return printed(iom_report_json_schema(stdout));
	switch (o->command) {
	case IOM_CMD_ATTACH:
		return iom_cmd_attach(o);
	case IOM_CMD_RUN:
		return iom_cmd_run(o);
	case IOM_CMD_RECORD:
		return iom_cmd_record(o);
	case IOM_CMD_REPORT:
		return iom_cmd_report(o);
	case IOM_CMD_DOCTOR:
		return iom_cmd_doctor(o);
	case IOM_CMD_EXPLAIN:
		return iom_cmd_explain(o);
	case IOM_CMD_LAB:
		return iom_cmd_lab(o);
	case IOM_CMD_NONE:
		break;
	}
	return IOM_EXIT_USAGE;
}

int main(int argc, char **argv)
{
	struct iom_options o;
	int err;

	setlocale(LC_CTYPE, "");
	err = iom_options_parse(argc, argv, &o);
	if (!err) {
		hold_streams();
		outlive_large_files();
		err = obey(&o);
	}
	free(o.words);
	return err;
}
