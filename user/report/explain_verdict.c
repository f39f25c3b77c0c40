/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * explain_verdict.c - the rules and thresholds of the judgement, as they stand in its tables.
 */
#include <string.h>

#include "judge/rules.h"
#include "report/explain.h"
#include "report/sentence.h"

#define WIDTH 80

/* Words up to the width; further lines begin at the column where the first did. */
static void flow(FILE *out, int column, const char *text)
{
	int at = column;

	while (*text) {
		int n = strcspn(text, " ");

		if (at > column && at + 1 + n > WIDTH) {
			fprintf(out, "\n%*s", column, "");
			at = column;
		} else if (at > column) {
			fputc(' ', out);
			at++;
		}
		fprintf(out, "%.*s", n, text);
		at += n;
		text += n + (text[n] == ' ');
	}
	fputc('\n', out);
}

static void rules(FILE *out)
{
	for (int i = 0; i < RULE_NR; i++) {
		const struct iom_rule_text *r = iom_rule(i);

		fprintf(out, "%3d  %-13s %-14s ", i + 1, r->id,
			i == RULE_COMPANY	 ? "as others" :
			r->model == IOM_M_NONE ? "-" :
						 iom_model_name(r->model));
		flow(out, 34, r->says);
	}
}

static void limits(FILE *out)
{
	for (int i = 0; i < LIMIT_NR; i++) {
		const struct iom_limit *l = &iom_limits()[i];
		const char *of = iom_limits_of(i);

		if (of)
			fprintf(out, "%s%s:\n", i ? "\n" : "", of);
		if (!strncmp(l->unit, "ns", 2))
			fprintf(out, "  %-18s %s%s\n%*s", l->name, iom_time(l->value), l->unit + 2, 6, "");
		else
			fprintf(out, "  %-18s %g %s\n%*s", l->name, l->value, l->unit, 6, "");
		flow(out, 6, l->reason);
	}
}

void iom_explain_verdict(FILE *out)
{
	fputs("Of each operation iomodel asks: when there was nothing yet, who waited? The\n"
	      "caller, inside the call: blocking. Some thread, in a readiness call that covers\n"
	      "the file: multiplexed. Nobody, and a signal told: signal-driven. Nobody, and the\n"
	      "caller asked again: nonblocking. It was handed over as a request: async. What\n"
	      "needed no wait is put down to how its file is waited for otherwise, else the\n"
	      "thread's other files, else the process's.\n"
	      "\n"
	      "The first of these that holds decides. A sleep under way is an operation that\n"
	      "has not ended. The operation ...\n\n",
	      out);
	rules(out);
	fputs("\nWhat the rules say is added up for each file, thread and process alike, in time:\n"
	      "a wait counts, but only so much for each operation that it brought; a transfer\n"
	      "counts as a short wait; sleep that brought nothing hardly counts. So the less\n"
	      "was waited, the more transfers decide, and an idle program is what it idles in.\n"
	      "The largest part is the verdict, `share` is each model's part, and `also` names\n"
	      "what ",
	      out);
	fprintf(out, "carried %g %% of the transfers or of the waiting.\n", 100 * iom_limit(LIMIT_ALSO));
	fputs("\n"
	      "The confidence falls with a narrow lead, with few operations, with losses, and\n"
	      "where data moves unseen by memory. `in_fact` is said of an asynchronous\n"
	      "interface when at least half of its requests were done before the next could be\n"
	      "handed over, or alone in flight (synchronous), or made by helper threads\n"
	      "(threads); and of a readiness call that comes back at once and nothing is taken\n"
	      "(polling).\n"
	      "\n"
	      "Every threshold there is, beside \"most\", which is half or more:\n\n",
	      out);
	limits(out);
}
