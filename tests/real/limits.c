/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * limits RECORDING...: what hangs on each threshold. Every recording is judged with the
 * threshold as it is, at half and at double; what changes is printed as a table: verdicts
 * by name, and how often something beside the model changes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/store.h"
#include "judge/judge.h"

struct result {
	struct rep_verdict verdict; /* without what it points to */
	enum iom_model also[IOM_M_NR];
	size_t nalso;
};

struct tape {
	char name[64];
	struct iom_capture *cap;
	struct result usual;
};

static struct result judged(const struct iom_capture *cap)
{
	struct iom_report *rep = iom_judge(cap);
	struct result r = {.verdict.model = IOM_M_NONE};

	if (rep->nprocs) {
		r.verdict = rep->procs[0].verdict;
		r.nalso = r.verdict.nalso;
		memcpy(r.also, r.verdict.also, sizeof(r.also));
	}
	iom_report_free(rep);
	return r;
}

/* The order of what is named beside the verdict is no difference. */
static int also_bits(const struct result *r)
{
	int bits = 0;

	for (size_t i = 0; i < r->nalso; i++)
		bits |= 1 << r->also[i];
	return bits;
}

static void try(struct tape *tapes, size_t n, struct iom_limit *limit, double factor)
{
	double usual = limit->value;
	size_t others = 0, models = 0;

	limit->value *= factor;
	for (size_t i = 0; i < n; i++) {
		struct result r = judged(tapes[i].cap), *u = &tapes[i].usual;

		if (r.verdict.model != u->verdict.model)
			printf("%s%s: %s", models++ ? ", " : " ", tapes[i].name, iom_model_name(r.verdict.model));
		else
			others += r.verdict.in_fact != u->verdict.in_fact || also_bits(&r) != also_bits(u) ||
				  r.verdict.pattern != u->verdict.pattern;
	}
	if (others)
		printf("%s%zu beside the model", models ? "; " : " ", others);
	printf("%s |", models || others ? "" : " -");
	limit->value = usual;
}

static bool load(struct tape *t, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct iom_loaded loaded;
	char *why = NULL;

	if (iom_store_load(path, &t->cap, &loaded, &why)) {
		fprintf(stderr, "limits: %s: %s\n", path, why ? why : "cannot be read");
		free(why);
		return false;
	}
	snprintf(t->name, sizeof(t->name), "%s", slash ? slash + 1 : path);
	t->name[strcspn(t->name, ".")] = 0;
	t->usual = judged(t->cap);
	return true;
}

int main(int argc, char **argv)
{
	struct tape *tapes = calloc(argc, sizeof(*tapes));
	size_t n = 0;

	for (int i = 1; tapes && i < argc; i++)
		if (load(&tapes[n], argv[i]))
			n++;
	if (!n) {
		fputs("usage: limits RECORDING...\n", stderr);
		return 2;
	}
	printf("| threshold | value | at half | at double |\n|---|---|---|---|\n");
	for (int i = 0; i < LIMIT_NR; i++) {
		struct iom_limit *l = &iom_limits()[i];

		printf("| %s | %g %s |", l->name, l->value, l->unit);
		try(tapes, n, l, 0.5);
		try(tapes, n, l, 2);
		putchar('\n');
		fflush(stdout);
	}
	for (size_t i = 0; i < n; i++)
		iom_capture_free(tapes[i].cap);
	free(tapes);
	return 0;
}
