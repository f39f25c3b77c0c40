/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "expect/expect.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "expect/expect_int.h"
#include "report/escape.h"
#include "report/sentence.h"

#define LINES_MAX 4096
#define WORDS_MAX 32

static void *need(void *p)
{
	if (!p) {
		fputs("iomodel: out of memory\n", stderr);
		exit(1);
	}
	return p;
}

/* ---- reading -------------------------------------------------------------------------- */

struct iom_expect {
	struct exp_line *lines;
	size_t n;
};

static const char *const operators[] = {">=", "<=", "!=", "=", "<", ">"};

/* 20000000, 20ms, 1.5s, 64KiB */
static bool number_of(const char *text, double *n)
{
	static const struct {
		const char *unit;
		double times;
	} units[] = {{"", 1},	   {"ns", 1},	 {"us", 1e3},	    {"ms", 1e6},	    {"s", 1e9},
		     {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824.0}, {"%", 0.01}};
	char *end;

	if (!isdigit((unsigned char)*text) && *text != '.')
		return false;
	*n = strtod(text, &end);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(end, units[i].unit)) {
			*n *= units[i].times;
			return true;
		}
	return false;
}

/* "slept=0", or "transfers 53", which is the same as transfers=53; used: words taken. */
static bool read_cond(struct exp_cond *c, char *const *words, size_t n, size_t *used)
{
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		char *at = strstr(words[0], operators[i]);

		if (!at || at == words[0])
			continue;
		*c = (struct exp_cond){.key = need(strndup(words[0], (size_t)(at - words[0]))),
				       .operator = operators[i],
				       .text = need(strdup(at + strlen(operators[i])))};
		c->is_number = number_of(c->text, &c->number);
		*used = 1;
		return true;
	}
	if (n < 2)
		return false;
	*c = (struct exp_cond){.key = need(strdup(words[0])), .operator = "=", .text = need(strdup(words[1]))};
	c->is_number = number_of(c->text, &c->number);
	*used = 2;
	return true;
}

static size_t split(char *line, char **words)
{
	size_t n = 0;
	char *save = NULL;

	for (char *w = strtok_r(line, " \t\r", &save); w && n < WORDS_MAX; w = strtok_r(NULL, " \t\r", &save))
		words[n++] = w;
	return n;
}

static void free_line(struct exp_line *l)
{
	for (size_t i = 0; i < l->nwords; i++)
		free(l->words[i]);
	for (size_t i = 0; i < l->nconds; i++) {
		free(l->conds[i].key);
		free(l->conds[i].text);
	}
	free(l->words);
	free(l->conds);
	free(l->text);
	free(l->name);
}

/* How many words stand before the conditions. */
static int words_of(const char *what)
{
	static const struct {
		const char *what;
		int words;
	} known[] = {{"verdict.model", -1}, {"verdict.in_fact", -1}, {"also", -1}, {"pattern", -1},
		     {"pattern-not", -1},   {"finding", 1},	     {"no-finding", 1}, {"model", 1},
		     {"total", 1},	    {"file", 1},	     {"no-file", 0}, {"thread", 1},
		     {"wait", 0},	    {"no-wait", 0},	     {"loop", 0},    {"verdict", 0},
		     {"time", 0},	    {"processes", 0},	     {"lost", 0}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(known[i].what, what))
			return known[i].words;
	return -2;
}

static int refuse(char **why, const char *text, const char *reason)
{
	*why = iom_sentence("the expectation `%.200s` %s; `man iomodel` tells the language (EXPECTATIONS)", text,
			    reason);
	return -EINVAL;
}

/* Findings are named, and any wait is one; all else is about something. */
static bool needs_condition(const char *name, int fixed)
{
	return fixed >= 0 && !strstr(name, "finding") && !strstr(name, "wait");
}

static int read_line(struct exp_line *l, const char *text, char **why)
{
	char *copy = need(strdup(text)), *words[WORDS_MAX];
	size_t n = split(copy, words), at = 1, used;
	int fixed = words_of(words[0]);

	*l = (struct exp_line){.name = need(strdup(words[0])), .text = need(strdup(text))};
	l->words = need(calloc(n + 1, sizeof(*l->words)));
	l->conds = need(calloc(n + 1, sizeof(*l->conds)));
	/* "processes =2", "lost 0": a condition without a key */
	if (fixed == 0 && n == 2 && (!strcmp(words[0], "processes") || !strcmp(words[0], "lost"))) {
		char *with_key = iom_sentence("n%s%s", strpbrk(words[1], "<>=") ? "" : "=", words[1]);

		read_cond(&l->conds[l->nconds++], &with_key, 1, &used);
		free(with_key);
		free(copy);
		return l->conds[0].is_number ? 0 : refuse(why, text, "needs a number");
	}
	if (fixed == -2 || (fixed == -1 && n < 2) || (fixed > 0 && n < 1 + (size_t)fixed)) {
		free(copy);
		return refuse(why, text, fixed == -2 ? "begins with no word that is known" : "is too short");
	}
	for (; at < n && (fixed == -1 || (int)at <= fixed); at++)
		l->words[l->nwords++] = need(strdup(words[at]));
	/* file some socket model M: a kind is a word of its own */
	if (!strcmp(words[0], "file") && at < n && exp_kind_of(words[at]) >= 0)
		l->words[l->nwords++] = need(strdup(words[at++]));
	while (at < n) {
		if (!read_cond(&l->conds[l->nconds++], words + at, n - at, &used)) {
			l->nconds--;
			free(copy);
			return refuse(why, text, "ends in the middle of a condition");
		}
		at += used;
	}
	free(copy);
	if (needs_condition(l->name, fixed) && !l->nconds)
		return refuse(why, text, "has no condition");
	return 0;
}

int iom_expect_add(struct iom_expect **e, const char *text, char **why)
{
	if (!*e)
		*e = need(calloc(1, sizeof(**e)));
	while (*text) {
		size_t len = strcspn(text, "#;\n");
		char *line = need(strndup(text, len)), *from = line + strspn(line, " \t\r");
		struct exp_line *more;
		int err = 0;

		if (text[len] == '#')
			len += strcspn(text + len, "\n");
		text += len + (text[len] != 0);
		for (size_t i = strlen(from); i && isspace((unsigned char)from[i - 1]); i--)
			from[i - 1] = 0;
		if (*from && (*e)->n >= LINES_MAX) {
			*why = iom_sentence("there are more than %d expectations", LINES_MAX);
			err = -E2BIG;
		} else if (*from) {
			more = need(realloc((*e)->lines, ((*e)->n + 1) * sizeof(*more)));
			(*e)->lines = more;
			err = read_line(&more[(*e)->n++], from, why);
		}
		free(line);
		if (err)
			return err;
	}
	return 0;
}

void iom_expect_free(struct iom_expect *e)
{
	for (size_t i = 0; e && i < e->n; i++)
		free_line(&e->lines[i]);
	if (e)
		free(e->lines);
	free(e);
}

/* ---- judging --------------------------------------------------------------------------- */

static bool is_global(const struct exp_line *l)
{
	return !strcmp(l->name, "processes") || !strcmp(l->name, "lost") || !strcmp(l->name, "total");
}

static void judge_line(const struct exp_line *l, struct iom_report *rep, struct rep_expectation *x)
{
	bool named = false, seen_one = false;

	x->text = need(strdup(l->text));
	x->holds = true;
	if (is_global(l)) {
		x->holds = exp_global(l, rep, &x->seen);
		return;
	}
	for (size_t i = 0; i < rep->nprocs; i++)
		named |= rep->procs[i].cap->procs[rep->procs[i].proc].target;
	for (size_t i = 0; i < rep->nprocs && x->holds; i++) {
		if (named && !rep->procs[i].cap->procs[rep->procs[i].proc].target)
			continue;
		free(x->seen);
		x->seen = NULL;
		x->holds = exp_process(l, &rep->procs[i], &x->seen);
		seen_one = true;
	}
	if (!seen_one) {
		x->holds = false;
		x->seen = iom_sentence("there is no process in the report");
	}
}

size_t iom_expect_judge(const struct iom_expect *e, struct iom_report *rep)
{
	size_t failed = 0;

	iom_report_drop_expectations(rep);
	rep->expectations = need(calloc(e->n + 1, sizeof(*rep->expectations)));
	for (size_t i = 0; i < e->n; i++) {
		judge_line(&e->lines[i], rep, &rep->expectations[rep->nexpectations++]);
		failed += !rep->expectations[i].holds;
	}
	return failed;
}

/* ---- for machines ------------------------------------------------------------------------ */

int iom_expect_tap(const struct iom_report *rep, FILE *out)
{
	errno = 0;
	fprintf(out, "TAP version 13\n1..%zu\n", rep->nexpectations);
	for (size_t i = 0; i < rep->nexpectations; i++) {
		const struct rep_expectation *x = &rep->expectations[i];
		char *text = iom_escape(x->text, strlen(x->text), true);
		char *seen = iom_escape(x->seen ? x->seen : "", x->seen ? strlen(x->seen) : 0, true);

		for (char *p = text; *p; p++) /* a # would begin a directive */
			*p = *p == '#' ? '.' : *p;
		fprintf(out, "%sok %zu - %s\n# seen: %s\n", x->holds ? "" : "not ", i + 1, text, seen);
		free(text);
		free(seen);
	}
	return fflush(out) || ferror(out) ? (errno ? -errno : -EIO) : 0;
}

static void xml(FILE *out, const char *s)
{
	char *safe = iom_escape(s ? s : "", s ? strlen(s) : 0, true);

	for (const char *p = safe; *p; p++)
		switch (*p) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			fputc(*p, out);
		}
	free(safe);
}

int iom_expect_junit(const struct iom_report *rep, FILE *out)
{
	size_t failed = 0;

	errno = 0;
	for (size_t i = 0; i < rep->nexpectations; i++)
		failed += !rep->expectations[i].holds;
	fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
		     "<testsuite name=\"iomodel\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"0\">\n",
		rep->nexpectations, failed);
	for (size_t i = 0; i < rep->nexpectations; i++) {
		const struct rep_expectation *x = &rep->expectations[i];

		fputs("<testcase classname=\"iomodel\" name=\"", out);
		xml(out, x->text);
		if (x->holds) {
			fputs("\"/>\n", out);
			continue;
		}
		fputs("\"><failure message=\"seen: ", out);
		xml(out, x->seen);
		fputs("\"/></testcase>\n", out);
	}
	fputs("</testsuite>\n</testsuites>\n", out);
	return fflush(out) || ferror(out) ? (errno ? -errno : -EIO) : 0;
}
