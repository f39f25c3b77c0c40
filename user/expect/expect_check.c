/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * expect_check.c - one line held against a report: a function for each form of line.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "base/sysname.h"
#include "capture/names.h"
#include "expect/expect_int.h"
#include "report/sentence.h"

void exp_see(char **seen, char *text)
{
	free(*seen);
	*seen = text;
}

void exp_see_or(char **seen, char *text, const char *otherwise)
{
	exp_see(seen, text ? text : iom_sentence("%s", otherwise));
}

/* ---- the verdict ------------------------------------------------------------------------ */

static bool same_text(const struct exp_line *l, const char *have, char **seen)
{
	exp_see(seen, iom_sentence("%s", have ? have : "null"));
	return exp_matches(l->words[0], *seen);
}

static bool check_model_name(const struct exp_line *l, const struct exp_process *p, char **seen)
{
	return same_text(l, iom_model_name(p->rp->verdict.model), seen);
}

static bool check_in_fact(const struct exp_line *l, const struct exp_process *p, char **seen)
{
	return same_text(l, exp_fact(p->rp->verdict.in_fact), seen);
}

static bool check_pattern(const struct exp_line *l, const struct exp_process *p, char **seen)
{
	return same_text(l, p->rp->verdict.pattern, seen);
}

static bool check_pattern_not(const struct exp_line *l, const struct exp_process *p, char **seen)
{
	return !same_text(l, p->rp->verdict.pattern, seen);
}

static bool check_verdict(const struct exp_line *l, const struct exp_process *p, char **seen)
{
	return exp_hold(l, &exp_verdict, &p->rp->verdict, p->cap, seen);
}

static enum iom_model model_of(const char *name)
{
	int m = 0;

	while (m < IOM_M_NONE && strcmp(iom_model_name(m), name))
		m++;
	return m;
}

/* A bit for each; none has none. */
static unsigned int models_of(const char *list)
{
	char *names = iom_sentence("%s", list), *save = NULL;
	unsigned int bits = 0;

	for (char *w = strtok_r(names, ", ", &save); w; w = strtok_r(NULL, ", ", &save))
		bits |= 1U << model_of(w);
	free(names);
	return bits & ~(1U << IOM_M_NONE);
}

static unsigned int also_of(const struct rep_verdict *v, char **seen)
{
	unsigned int bits = 0;

	exp_see(seen, iom_sentence("%s", v->nalso ? "" : "none"));
	for (size_t i = 0; i < v->nalso; i++) {
		bits |= 1U << v->also[i];
		exp_see(seen, iom_sentence("%s%s%s", *seen, i ? "," : "", iom_model_name(v->also[i])));
	}
	return bits;
}

static bool check_also(const struct exp_line *l, const struct exp_process *p, char **seen)
{
	return also_of(&p->rp->verdict, seen) == models_of(l->words[0]);
}

static bool check_also_has(const struct exp_line *l, const struct exp_process *p, char **seen)
{
	return also_of(&p->rp->verdict, seen) & models_of(l->words[0]);
}

static bool check_because(const struct exp_line *l, const struct exp_process *p, char **seen)
{
	const struct rep_verdict *v = &p->rp->verdict;

	for (size_t i = 0; i < v->nbecause; i++)
		if (strstr(v->because[i], l->words[0])) {
			exp_see(seen, iom_sentence("%s", v->because[i]));
			return true;
		}
	exp_see(seen, iom_sentence("no sentence says so"));
	return false;
}

static bool check_model(const struct exp_line *l, const struct exp_process *p, char **seen)
{
	return exp_hold(l, &exp_share, &p->rp->models[model_of(l->words[0])], p->cap, seen);
}

/* ---- findings ------------------------------------------------------------------------------ */

static bool is_finding(const struct exp_line *l, const struct rep_finding *f, const struct iom_capture *cap)
{
	const char *file = exp_file_name(cap, f->file, f->path);

	return exp_matches(l->words[0], f->id) &&
	       (!l->words[1] || exp_matches(l->words[1], exp_call_name(f->nr, f->pages))) &&
	       (!l->on || (file && strstr(file, l->on)));
}

/* Some finding of the process fits; of those that do not the first one's condition is seen. */
static bool has_finding(const struct exp_line *l, const struct rep_process *rp, char **seen)
{
	for (size_t i = 0; i < rp->nfindings; i++) {
		const struct rep_finding *f = &rp->findings[i];
		char *why = NULL;
		bool holds;

		if (!is_finding(l, f, rp->cap))
			continue;
		holds = exp_hold(l, &exp_finding, f, rp->cap, &why);
		if (holds)
			exp_see(seen, iom_sentence("%s", f->message));
		else if (!*seen)
			exp_see(seen, iom_sentence("%s: %s", f->id, why));
		free(why);
		if (holds)
			return true;
	}
	return false;
}

static bool check_finding(const struct exp_line *l, const struct exp_process *p, char **seen)
{
	bool there = has_finding(l, p->rp, seen);

	if (!*seen)
		exp_see(seen, iom_sentence("there is none"));
	return there;
}

static bool check_no_finding(const struct exp_line *l, const struct exp_process *p, char **seen)
{
	return !check_finding(l, p, seen);
}

static bool check_some_finding(const struct exp_line *l, const struct iom_report *rep, char **seen)
{
	for (size_t i = 0; i < rep->nprocs; i++)
		if (has_finding(l, &rep->procs[i], seen))
			return true;
	if (!*seen)
		exp_see(seen, iom_sentence("there is none"));
	return false;
}

static bool check_no_some_finding(const struct exp_line *l, const struct iom_report *rep, char **seen)
{
	return !check_some_finding(l, rep, seen);
}

/* ---- files ----------------------------------------------------------------------------------- */

/* -1: those without a descriptor. */
static bool has_fd(const struct cap_file *c, const char *fd)
{
	char *end;
	long n = strtol(fd, &end, 10);

	return end > fd && !*end && (n < 0 ? c->fd < 0 : c->fd == n);
}

static bool is_number(const char *s)
{
	char *end;

	strtol(s, &end, 10);
	return end > s && !*end;
}

static bool is_the_file(const struct exp_line *l, const struct iom_capture *cap, const struct rep_file *f)
{
	const struct cap_file *c = &cap->files[f->file];
	const char *which = l->words[0];

	if (l->words[1] && !exp_matches(l->words[1], iom_kind_name(c->kind)))
		return false;
	if (!which || !strcmp(which, "every") || !strcmp(which, "some"))
		return true;
	return is_number(which) ? has_fd(c, which) : c->name && exp_matches(which, c->name);
}

static void see_file(char **seen, const struct cap_file *c, char *what)
{
	exp_see(seen, c->fd < 0 ? iom_sentence("%s: %s", c->name ? c->name : iom_kind_name(c->kind), what) :
			      iom_sentence("fd %d: %s", c->fd, what));
	free(what);
}

/* All of them, or one of several: of those that had the number in turn one must fit. */
static bool check_file(const struct exp_line *l, const struct exp_process *p, char **seen)
{
	bool every = strcmp(l->words[0], "some") && !is_number(l->words[0]);
	size_t n = 0;

	for (size_t i = 0; i < p->rp->nfiles; i++) {
		const struct rep_file *f = &p->rp->files[i];
		char *one = NULL;
		bool holds;

		if (!is_the_file(l, p->cap, f))
			continue;
		n++;
		holds = exp_hold(l, &exp_file, f, p->cap, &one);
		see_file(seen, &p->cap->files[f->file], one);
		if (holds != every)
			return holds;
	}
	if (!n)
		exp_see(seen, iom_sentence("there is no such file"));
	return n && every;
}

static bool check_no_file(const struct exp_line *l, const struct exp_process *p, char **seen)
{
	for (size_t i = 0; i < p->rp->nfiles; i++) {
		const struct rep_file *f = &p->rp->files[i];

		if (!is_the_file(l, p->cap, f) || !exp_hold(l, &exp_file, f, p->cap, NULL))
			continue;
		see_file(seen, &p->cap->files[f->file], iom_sentence("it is such a file"));
		return false;
	}
	exp_see(seen, iom_sentence("there is none"));
	return true;
}

static bool check_name(const struct exp_line *l, const struct exp_process *p, char **seen)
{
	for (size_t i = 0; i < p->rp->nfiles; i++) {
		const struct cap_file *c = &p->cap->files[p->rp->files[i].file];

		if (!has_fd(c, l->words[0]))
			continue;
		exp_see(seen, iom_sentence("%s", c->name ? c->name : "it has no name"));
		if (c->name && strstr(c->name, l->words[1]))
			return true;
	}
	if (!*seen)
		exp_see(seen, iom_sentence("there is no such file"));
	return false;
}

static bool check_rdev(const struct exp_line *l, const struct exp_process *p, char **seen)
{
	for (size_t i = 0; i < p->rp->nfiles; i++) {
		const struct cap_file *c = &p->cap->files[p->rp->files[i].file];

		if (!has_fd(c, l->words[0]))
			continue;
		exp_see(seen, c->rdev ? iom_sentence("%u:%u", c->rdev >> 20, c->rdev & 0xfffff) :
				    iom_sentence("it is no device that is known"));
		if (!strcmp(*seen, l->words[1]))
			return true;
	}
	if (!*seen)
		exp_see(seen, iom_sentence("there is no such file"));
	return false;
}

/* ---- rings ------------------------------------------------------------------------------ */

static bool check_ring(const struct exp_line *l, const struct exp_process *p, char **seen)
{
	exp_see(seen, iom_sentence("there is no ring"));
	for (size_t i = 0; i < p->rp->nrings; i++) {
		char *one = NULL;
		bool holds = exp_hold(l, &exp_ring, &p->rp->rings[i], p->cap, &one);

		exp_see_or(seen, one, "it is there");
		if (holds)
			return true;
	}
	return false;
}

/* ---- the whole report --------------------------------------------------------------------------------- */

static bool check_processes(const struct exp_line *l, const struct iom_report *rep, char **seen)
{
	uint64_t n = rep->nprocs;

	return exp_hold(l, &exp_number, &n, rep->whole, seen);
}

static bool check_lost(const struct exp_line *l, const struct iom_report *rep, char **seen)
{
	uint64_t n = rep->whole->lost.counts;

	return exp_hold(l, &exp_number, &n, rep->whole, seen);
}

static bool check_total(const struct exp_line *l, const struct iom_report *rep, char **seen)
{
	bool all = !strcmp(l->words[0], "all");
	enum iom_model of = all ? IOM_M_NONE : model_of(l->words[0]);
	struct rep_share sum = {};

	for (size_t i = 0; i < rep->nprocs; i++)
		for (int m = 0; m < IOM_M_NR; m++) {
			const struct rep_share *s = &rep->procs[i].models[m];

			if (!all && m != (int)of)
				continue;
			sum.transfers += s->transfers;
			sum.bytes += s->bytes;
			sum.phase1_ns += s->phase1_ns;
			sum.phase2_ns += s->phase2_ns;
			sum.phase2_samples += s->phase2_samples;
		}
	return exp_hold(l, &exp_total, &sum, rep->whole, seen);
}

/* ---- the forms ------------------------------------------------------------------------------------------ */

static const struct exp_form forms[] = {
	{.name = "verdict.model", .check = check_model_name, .args = {EXP_A_MODEL}, .needed = 1},
	{.name = "verdict.in_fact", .check = check_in_fact, .args = {EXP_A_FACT}, .needed = 1},
	{.name = "verdict", .check = check_verdict, .conds = EXP_CONDS, .subjects = {&exp_verdict}},
	{.name = "also", .check = check_also, .args = {EXP_A_MODELS}, .needed = 1},
	{.name = "also-has", .check = check_also_has, .args = {EXP_A_FIVE}, .needed = 1},
	{.name = "pattern", .check = check_pattern, .args = {EXP_A_PATTERN}, .needed = 1},
	{.name = "pattern-not", .check = check_pattern_not, .args = {EXP_A_PATTERN}, .needed = 1},
	{.name = "because", .check = check_because, .args = {EXP_A_TEXT}, .needed = 1},
	{.name = "model", .check = check_model, .args = {EXP_A_FIVE}, .needed = 1, .conds = EXP_CONDS,
	 .subjects = {&exp_share}},
	{.name = "total", .check_all = check_total, .args = {EXP_A_FIVE_OR_ALL}, .needed = 1,
	 .conds = EXP_CONDS, .subjects = {&exp_total}},
	{.name = "processes", .check_all = check_processes, .conds = EXP_BARE, .subjects = {&exp_number}},
	{.name = "lost", .check_all = check_lost, .conds = EXP_BARE, .subjects = {&exp_number}},
	{.name = "finding", .check = check_finding, .args = {EXP_A_FINDING, EXP_A_CALL}, .needed = 1,
	 .conds = EXP_MAYBE_CONDS, .subjects = {&exp_finding}, .on = true},
	{.name = "no-finding", .check = check_no_finding, .args = {EXP_A_FINDING, EXP_A_CALL}, .needed = 1,
	 .conds = EXP_MAYBE_CONDS, .subjects = {&exp_finding}, .on = true},
	{.name = "some-finding", .check_all = check_some_finding, .args = {EXP_A_FINDING, EXP_A_CALL},
	 .needed = 1, .conds = EXP_MAYBE_CONDS, .subjects = {&exp_finding}, .on = true},
	{.name = "no-some-finding", .check_all = check_no_some_finding,
	 .args = {EXP_A_FINDING, EXP_A_CALL}, .needed = 1, .conds = EXP_MAYBE_CONDS,
	 .subjects = {&exp_finding}, .on = true},
	{.name = "file", .check = check_file, .args = {EXP_A_FILE, EXP_A_KIND}, .needed = 1,
	 .conds = EXP_CONDS, .subjects = {&exp_file}},
	{.name = "no-file", .check = check_no_file, .args = {EXP_A_FD, EXP_A_KIND}, .conds = EXP_SOMETHING,
	 .subjects = {&exp_file}},
	{.name = "name", .check = check_name, .args = {EXP_A_FD, EXP_A_TEXT}, .needed = 2},
	{.name = "rdev", .check = check_rdev, .args = {EXP_A_FD, EXP_A_NAME}, .needed = 2},
	{.name = "thread", .check = exp_check_thread, .args = {EXP_A_NAME}, .needed = 1, .conds = EXP_CONDS,
	 .subjects = {&exp_sums, &exp_thread}},
	{.name = "time", .check = exp_check_time, .args = {EXP_A_NAME}, .conds = EXP_CONDS,
	 .subjects = {&exp_times}},
	{.name = "wait", .check = exp_check_wait, .args = {EXP_A_CALL}, .conds = EXP_MAYBE_CONDS,
	 .subjects = {&exp_one_wait, &exp_all_waits}, .on = true},
	{.name = "no-wait", .check = exp_check_no_wait, .args = {EXP_A_CALL}, .conds = EXP_MAYBE_CONDS,
	 .subjects = {&exp_one_wait, &exp_all_waits}, .on = true},
	{.name = "what", .check = exp_check_wait, .args = {EXP_A_WHAT}, .needed = 1, .conds = EXP_MAYBE_CONDS,
	 .subjects = {&exp_one_wait, &exp_all_waits}, .on = true},
	{.name = "no-what", .check = exp_check_no_wait, .args = {EXP_A_WHAT}, .needed = 1,
	 .conds = EXP_MAYBE_CONDS, .subjects = {&exp_one_wait, &exp_all_waits}, .on = true},
	{.name = "loop", .check = exp_check_loop, .args = {EXP_A_NAME}, .conds = EXP_MAYBE_CONDS,
	 .subjects = {&exp_loop}},
	{.name = "turn", .check = exp_check_turn, .args = {EXP_A_CALL}, .needed = 1, .conds = EXP_CONDS,
	 .subjects = {&exp_part}},
	{.name = "awake", .check = exp_check_awake, .conds = EXP_CONDS, .subjects = {&exp_awake},
	 .event = true},
	{.name = "ring", .check = check_ring, .conds = EXP_CONDS, .subjects = {&exp_ring}},
};

const struct exp_form *exp_form_of(const char *name)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (!strcmp(forms[i].name, name))
			return &forms[i];
	return NULL;
}

char *exp_forms(void)
{
	char *list = iom_sentence("%s", "");

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		char *longer = iom_sentence("%s%s, ", list, forms[i].name);

		free(list);
		list = longer;
	}
	exp_see(&list, iom_sentence("%spid", list));
	return list;
}
