/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>

void iom_out_of_memory(void)
{
	fputs("iomodel: out of memory\n", stderr);
	exit(1);
}

void *iom_memory(void *p)
{
	if (!p)
		iom_out_of_memory();
	return p;
}

void *iom_alloc(size_t n, size_t size)
{
	return iom_memory(calloc(n ? n : 1, size));
}
