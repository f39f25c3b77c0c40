/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "base/errname.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

const char *iom_errno_name(int error)
{
	const char *name = strerrorname_np(error);

	return name ? name : "error";
}

char *iom_errno_text(int error)
{
	const char *name = strerrorname_np(error), *words = strerrordesc_np(error);
	char *text;
	int n = name && words ? asprintf(&text, "%s (%c%s)", name, tolower((unsigned char)*words), words + 1) :
				asprintf(&text, "error %d", error);

	if (n < 0)
		iom_out_of_memory();
	return text;
}
