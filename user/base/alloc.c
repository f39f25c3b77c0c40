/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>

void *iom_alloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p) {
		fputs("iomodel: out of memory\n", stderr);
		exit(1);
	}
	return p;
}
