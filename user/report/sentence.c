/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "report/sentence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static char *buffer(void)
{
	static char buffers[8][40];
	static unsigned int next;

	return buffers[next++ % 8];
}

void iom_because(struct rep_verdict *v, char *sentence)
{
	v->because = iom_memory(realloc(v->because, (v->nbecause + 1) * sizeof(*v->because)));
	v->because[v->nbecause++] = sentence;
}

const char *iom_count(uint64_t n)
{
	char digits[24], *to = buffer(), *at = to;
	int len = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);

	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			*at++ = ',';
		*at++ = digits[i];
	}
	*at = 0;
	return to;
}

const char *iom_time(uint64_t ns)
{
	char *to = buffer();

	if (ns < 1000)
		snprintf(to, 40, "%u ns", (unsigned int)ns);
	else if (ns < 10000)
		snprintf(to, 40, "%.1f us", ns / 1e3);
	else if (ns < 1000000)
		snprintf(to, 40, "%.0f us", ns / 1e3);
	else if (ns < 10000000)
		snprintf(to, 40, "%.1f ms", ns / 1e6);
	else if (ns < 1000000000)
		snprintf(to, 40, "%.0f ms", ns / 1e6);
	else
		snprintf(to, 40, "%.2f s", ns / 1e9);
	return to;
}

const char *iom_part(uint64_t part, uint64_t whole)
{
	char *to = buffer();
	double p = whole ? 100.0 * part / whole : 0;

	if (part && p < 1)
		snprintf(to, 40, "<1 %%");
	else
		snprintf(to, 40, "%.0f %%", p);
	return to;
}

const char *iom_article(const char *word)
{
	return word[0] && strchr("aeio", word[0]) ? "an" : "a";
}
