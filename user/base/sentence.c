/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "base/sentence.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

char *iom_sentence(const char *fmt, ...)
{
	va_list args;
	char *s;

	va_start(args, fmt);
	if (vasprintf(&s, fmt, args) < 0) {
		fputs("iomodel: out of memory\n", stderr);
		exit(1);
	}
	va_end(args);
	return s;
}
