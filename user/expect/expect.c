/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "expect/expect.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "expect/expect_int.h"
#include "report/escape.h"
#include "report/sentence.h"

#define LINES_MAX 4096

struct iom_expect {
	struct exp_line *lines;
	size_t n;
	long pid; /* what follows is said of this process; 0: of those that were named */
};

/* ---- reading -------------------------------------------------------------------------- */

static int refuse(char **why, const char *text, char *reason)
{
	*why = iom_sentence("the expectation `%.200s` %s (`man iomodel`, EXPECTATIONS)", text, reason);
	free(reason);
	return -EINVAL;
}

/* "pid 123": whom the lines that follow are about. */
static bool is_about(const char *text)
{
	return !strncmp(text, "pid", 3) && (!text[3] || text[3] == ' ' || text[3] == '\t');
}

static int set_pid(struct iom_expect *e, const char *text, char **why)
{
	char *end;

	e->pid = strtol(text + 3, &end, 10);
	return !*end && e->pid > 0 ? 0 : refuse(why, text, iom_sentence("needs the number of a process after pid"));
}

static int add_line(struct iom_expect *e, const char *text, char **why)
{
	char *reason;

	if (is_about(text))
		return set_pid(e, text, why);
	if (e->n >= LINES_MAX) {
		*why = iom_sentence("there are more than %d expectations", LINES_MAX);
		return -E2BIG;
	}
	e->lines = iom_memory(realloc(e->lines, (e->n + 1) * sizeof(*e->lines)));
	reason = exp_read(&e->lines[e->n], text);
	e->lines[e->n++].pid = e->pid;
	return reason ? refuse(why, text, reason) : 0;
}

/* Where the line ends, or a comment begins, with # as the first sign of a word. */
static size_t line_length(const char *text)
{
	size_t n = 0;

	while (text[n] && text[n] != ';' && text[n] != '\n' &&
	       (text[n] != '#' || (n && !isspace((unsigned char)text[n - 1]))))
		n++;
	return n;
}

int iom_expect_add(struct iom_expect **e, const char *text, char **why)
{
	if (!*e)
		*e = iom_alloc(1, sizeof(**e));
	while (*text) {
		size_t len = line_length(text);
		char *line = iom_memory(strndup(text, len)), *from = line + strspn(line, " \t\r");
		int err;

		if (text[len] == '#')
			len += strcspn(text + len, "\n");
		text += len + (text[len] != 0);
		for (size_t i = strlen(from); i && isspace((unsigned char)from[i - 1]); i--)
			from[i - 1] = 0;
		err = *from ? add_line(*e, from, why) : 0;
		free(line);
		if (err)
			return err;
	}
	return 0;
}

void iom_expect_free(struct iom_expect *e)
{
	for (size_t i = 0; e && i < e->n; i++)
		exp_free_line(&e->lines[i]);
	if (e)
		free(e->lines);
	free(e);
}

size_t iom_expect_count(const struct iom_expect *e)
{
	return e ? e->n : 0;
}

/* ---- judging --------------------------------------------------------------------------- */

/* Is it said of this process? */
static bool is_meant(const struct exp_line *l, const struct rep_process *rp, bool named)
{
	const struct cap_proc *cp = &rp->cap->procs[rp->proc];

	return l->pid ? cp->pid == (uint32_t)l->pid : !named || cp->target;
}

static void judge_line(const struct exp_line *l, struct iom_report *rep, struct rep_expectation *x)
{
	bool named = false, seen_one = false;

	x->text = iom_memory(strdup(l->text));
	x->holds = true;
	if (l->form->check_all) {
		x->holds = l->form->check_all(l, rep, &x->seen);
		return;
	}
	for (size_t i = 0; i < rep->nprocs; i++)
		named |= rep->procs[i].cap->procs[rep->procs[i].proc].target;
	for (size_t i = 0; i < rep->nprocs && x->holds; i++) {
		struct exp_process p = {&rep->procs[i], rep->procs[i].cap};

		if (!is_meant(l, p.rp, named))
			continue;
		free(x->seen);
		x->seen = NULL;
		x->holds = l->form->check(l, &p, &x->seen);
		seen_one = true;
	}
	if (!seen_one) {
		x->holds = false;
		x->seen = l->pid ? iom_sentence("there is no process %ld in the report", l->pid) :
				   iom_sentence("there is no process in the report");
	}
}

size_t iom_expect_judge(const struct iom_expect *e, struct iom_report *rep)
{
	size_t failed = 0;

	iom_report_drop_expectations(rep);
	rep->expectations = iom_alloc(e->n + 1, sizeof(*rep->expectations));
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
