/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/beside.h"
#include "cmd/cmd.h"

/* The exercises are a program of their own, which takes all arguments as they are. */
int iom_cmd_lab(const struct iom_options *o)
{
	static const char *const places[] = {"../lab/lab", "../lab", "../libexec/iomodel/iomodel-lab/lab"};
	char *path = iom_beside(places, sizeof(places) / sizeof(places[0]));

	if (!path) {
		fputs("iomodel: the exercises are not installed: `sudo make install-lab` in the source of "
		      "iomodel installs them; or unpack the kit that `make lab-kit` makes, and run its ./lab\n",
		      stderr);
		return IOM_EXIT_NOT_POSSIBLE;
	}
	o->args[-1] = path; /* the word `lab`, which is its name now */
	setenv("IOMODEL_LAB", "iomodel lab", 1); /* it names commands to type */
	execv(path, o->args - 1);
	fprintf(stderr, "iomodel: cannot run %s: %s\n", path, strerror(errno));
	free(path);
	return IOM_EXIT_INTERNAL;
}
