/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "base/sentence.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/alloc.h"

char *iom_sentence(const char *fmt, ...)
{
	va_list args;
	char *s;

	va_start(args, fmt);
	if (vasprintf(&s, fmt, args) < 0)
		iom_out_of_memory();
	va_end(args);
	return s;
}
