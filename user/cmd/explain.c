/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/live.h"
#include "report/explain.h"
#include "cmd/output.h"

static void say_topics(const char *unknown)
{
	const char *const *topics;
	size_t n;

	topics = iom_explain_topics(&n);
	fprintf(stderr, "iomodel: there is nothing to explain about `%s`; there is:", unknown);
	for (size_t i = 0; i < n; i++)
		fprintf(stderr, " %s", topics[i]);
	fputc('\n', stderr);
}

int iom_cmd_explain(const struct iom_options *o)
{
	const char *topic = o->nargs ? o->args[0] : NULL;
	int err;

	if (o->nargs > 1) {
		fputs("iomodel: one topic at a time; `iomodel explain` lists them\n", stderr);
		return IOM_EXIT_USAGE;
	}
	if (o->live)
		return iom_live(topic, iom_utf8(), iom_color(stdout, o));
	err = iom_explain(stdout, topic, iom_utf8(), iom_color(stdout, o));
	if (err == -ENOENT) {
		say_topics(topic);
		return IOM_EXIT_USAGE;
	}
	if (!err && fflush(stdout))
		err = -errno;
	if (err) {
		fprintf(stderr, "iomodel: cannot write to stdout: %s\n", strerror(-err));
		return IOM_EXIT_INTERNAL;
	}
	return IOM_EXIT_OK;
}
