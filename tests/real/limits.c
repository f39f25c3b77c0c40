/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * limits [-t NAME[,NAME]...] RECORDING...: what hangs on each threshold, or on those that are
 * named. Every recording is judged with the threshold as it is, at half and at double; what is
 * said otherwise is printed as a table: verdicts by name; how often something beside the model
 * changes (in_fact, also, pattern), and which findings come (+) and go (-), a finding being told by
 * its id, thread, call and file; how often a confidence comes to or falls below 90 %; where none of
 * these, on how many pages anything differs at all.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "capture/store.h"
#include "judge/judge.h"
#include "judge/limits.h"
#include "report/sentence.h"
#include "report/text.h"

#define NAMED 3 /* verdicts by name, before they are only counted */
#define SURE  0.9
#define IDS   64

struct finding {
	uint32_t proc, thread, file;
	int32_t nr;
	const char *id;
	enum rep_severity severity;
};

struct result {
	size_t nprocs, nfindings;
	struct rep_verdict *verdicts; /* without what they point to */
	struct finding *findings;
	char *page;
};

struct tape {
	char name[64];
	struct iom_capture *cap;
	struct result usual;
};

/* What differs between all tapes' results and the usual ones. */
struct change {
	size_t models, beside, sure, pages, louder, quieter;
	struct {
		const char *id;
		size_t more, less;
	} ids[IDS];
	size_t nids;
};

static struct result judged(const struct iom_capture *cap)
{
	struct iom_report *rep = iom_judge(cap);
	struct result r = {.nprocs = rep->nprocs};
	size_t all = 0, size;
	FILE *page = open_memstream(&r.page, &size);

	for (size_t i = 0; i < rep->nprocs; i++)
		all += rep->procs[i].nfindings;
	r.verdicts = iom_alloc(rep->nprocs + 1, sizeof(*r.verdicts));
	r.findings = iom_alloc(all + 1, sizeof(*r.findings));
	for (size_t i = 0; i < rep->nprocs; i++) {
		r.verdicts[i] = rep->procs[i].verdict;
		for (size_t k = 0; k < rep->procs[i].nfindings; k++) {
			const struct rep_finding *f = &rep->procs[i].findings[k];

			r.findings[r.nfindings++] =
				(struct finding){i, f->thread, f->file, f->nr, f->id, f->severity};
		}
	}
	if (!page || iom_report_text(rep, page, &(struct iom_text_options){.utf8 = true}) || fclose(page))
		abort();
	iom_report_free(rep);
	return r;
}

static void let_go(struct result *r)
{
	free(r->verdicts);
	free(r->findings);
	free(r->page);
}

/* The order of what is named beside the verdict is no difference. */
static int also_bits(const struct rep_verdict *v)
{
	int bits = 0;

	for (size_t i = 0; i < v->nalso; i++)
		bits |= 1 << v->also[i];
	return bits;
}

/* The finding's place in a result; SIZE_MAX: it is not there. */
static size_t place(const struct result *r, const struct finding *f)
{
	for (size_t i = 0; i < r->nfindings; i++) {
		const struct finding *x = &r->findings[i];

		if (x->proc == f->proc && x->thread == f->thread && x->file == f->file && x->nr == f->nr &&
		    !strcmp(x->id, f->id))
			return i;
	}
	return SIZE_MAX;
}

static void count(struct change *c, const char *id, bool more)
{
	size_t i = 0;

	while (i < c->nids && strcmp(c->ids[i].id, id))
		i++;
	if (i == IDS)
		return;
	if (i == c->nids)
		c->ids[c->nids++].id = id;
	*(more ? &c->ids[i].more : &c->ids[i].less) += 1;
}

static size_t compare_findings(struct change *c, const struct result *usual, const struct result *now)
{
	size_t n = 0;

	for (size_t i = 0; i < usual->nfindings; i++)
		if (place(now, &usual->findings[i]) == SIZE_MAX)
			count(c, usual->findings[i].id, false), n++;
	for (size_t i = 0; i < now->nfindings; i++) {
		size_t was = place(usual, &now->findings[i]);

		if (was == SIZE_MAX)
			count(c, now->findings[i].id, true), n++;
		else if (now->findings[i].severity != usual->findings[was].severity)
			*(now->findings[i].severity > usual->findings[was].severity ? &c->louder :
										      &c->quieter) += 1, n++;
	}
	return n;
}

static size_t compare_verdicts(struct change *c, const char *name, const struct result *usual,
			       const struct result *now)
{
	size_t n = 0;

	for (size_t i = 0; i < usual->nprocs; i++) {
		const struct rep_verdict *u = &usual->verdicts[i], *v = &now->verdicts[i];

		if (v->model != u->model) {
			if (c->models < NAMED)
				printf("%s %s: %s", c->models ? "," : "", name, iom_model_name(v->model));
			c->models++, n++;
		} else if (v->in_fact != u->in_fact || also_bits(v) != also_bits(u) ||
			   strcmp(v->pattern ? v->pattern : "", u->pattern ? u->pattern : "")) {
			c->beside++, n++;
		}
		if ((v->confidence >= SURE) != (u->confidence >= SURE))
			c->sure++, n++;
	}
	return n;
}

static void print_change(const struct change *c)
{
	const char *sep = c->models ? ";" : "";

	if (c->models > NAMED)
		printf(" and %zu more", c->models - NAMED);
	if (c->beside)
		printf("%s %zu beside the model", sep, c->beside), sep = ";";
	for (size_t i = 0; i < c->nids; i++) {
		printf("%s", sep);
		if (c->ids[i].more)
			printf(" +%zu", c->ids[i].more);
		if (c->ids[i].less)
			printf(" -%zu", c->ids[i].less);
		printf(" %s", c->ids[i].id);
		sep = ",";
	}
	sep = c->models || c->beside || c->nids ? ";" : "";
	if (c->louder)
		printf("%s %zu louder", sep, c->louder), sep = ";";
	if (c->quieter)
		printf("%s %zu quieter", sep, c->quieter), sep = ";";
	if (c->sure)
		printf("%s %zu at 90 %%", sep, c->sure), sep = ";";
	if (!*sep && c->pages)
		printf(" %zu page%s", c->pages, c->pages == 1 ? "" : "s");
	else if (!*sep)
		printf(" -");
	printf(" |");
}

static void try(struct tape *tapes, size_t n, struct iom_limit *limit, double factor)
{
	double usual = limit->value;
	struct change c = {};

	limit->value *= factor;
	for (size_t i = 0; i < n; i++) {
		struct result r = judged(tapes[i].cap);

		if (compare_verdicts(&c, tapes[i].name, &tapes[i].usual, &r) +
			    compare_findings(&c, &tapes[i].usual, &r) == 0)
			c.pages += !!strcmp(r.page, tapes[i].usual.page);
		let_go(&r);
	}
	limit->value = usual;
	print_change(&c);
}

static void print_limit(const struct iom_limit *l)
{
	if (!strncmp(l->unit, "ns", 2))
		printf("| %s | %s%s |", l->name, iom_time(l->value), l->unit + 2);
	else
		printf("| %s | %g %s |", l->name, l->value, l->unit);
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

/* Is it one of the names, which commas divide? NULL: all are meant. */
static bool is_named(const char *names, const char *name)
{
	size_t n = strlen(name);

	for (; names && *names; names += strcspn(names, ","), names += *names == ',')
		if (strcspn(names, ",") == n && !strncmp(names, name, n))
			return true;
	return !names;
}

/* The number of names that no threshold has. */
static int unknown_names(const char *names)
{
	int unknown = 0;
	char *copy = names ? strdup(names) : NULL, *rest = copy;

	for (char *name; rest && (name = strsep(&rest, ","));) {
		int i = 0;

		while (i < LIMIT_NR && strcmp(iom_limits()[i].name, name))
			i++;
		if (i == LIMIT_NR) {
			fprintf(stderr, "limits: there is no threshold \"%s\"\n", name);
			unknown++;
		}
	}
	free(copy);
	return unknown;
}

static void try_all(struct tape *tapes, size_t n, const char *names)
{
	const char *group = NULL;

	printf("| threshold | value | at half | at double |\n|---|---|---|---|\n");
	for (int i = 0; i < LIMIT_NR; i++) {
		struct iom_limit *l = &iom_limits()[i];

		if (iom_limits_of(i))
			group = iom_limits_of(i);
		if (!is_named(names, l->name))
			continue;
		if (group)
			printf("| **%s** | | | |\n", group);
		group = NULL;
		print_limit(l);
		try(tapes, n, l, 0.5);
		try(tapes, n, l, 2);
		putchar('\n');
		fflush(stdout);
	}
}

int main(int argc, char **argv)
{
	const char *names = argc > 2 && !strcmp(argv[1], "-t") ? argv[2] : NULL;
	struct tape *tapes;
	size_t n = 0;

	if (unknown_names(names))
		return 2;
	tapes = calloc(argc, sizeof(*tapes));
	for (int i = names ? 3 : 1; tapes && i < argc; i++)
		if (load(&tapes[n], argv[i]))
			n++;
	if (!n) {
		fputs("usage: limits [-t NAME[,NAME]...] RECORDING...\n", stderr);
		return 2;
	}
	try_all(tapes, n, names);
	for (size_t i = 0; i < n; i++) {
		let_go(&tapes[i].usual);
		iom_capture_free(tapes[i].cap);
	}
	free(tapes);
	return 0;
}
