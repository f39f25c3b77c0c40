/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "build.h"
#include "expected.h"
#include "judge/judge.h"

/* What holds of any verdict. */
static void check_sound(const struct rep_verdict *v, const struct rep_share models[IOM_M_NR])
{
	double sum = 0;

	for (int m = 0; m < IOM_M_NR; m++)
		sum += models[m].share;
	assert_true(sum == 0 || (sum > 0.999 && sum < 1.001));
	assert_true(v->confidence > 0.3 && v->confidence < 1);
	if (v->model == IOM_M_NONE)
		assert_true(sum == 0);
	for (int m = 0; m < IOM_M_NR && v->model != IOM_M_NONE; m++)
		assert_true(models[m].share <= models[v->model].share);
	for (size_t i = 0; i < v->nalso; i++) {
		assert_int_not_equal(v->also[i], v->model);
		assert_true(models[v->also[i]].transfers || models[v->also[i]].phase1_ns);
	}
}

static void add_word(char *to, size_t size, const char *word)
{
	size_t n = strlen(to);

	snprintf(to + n, size - n, "%s%s", n ? " " : "", word);
}

static void check_process(const struct rep_process *p, const struct expected *e)
{
	char found[256] = "", also[128] = "";

	for (size_t i = 0; i < p->nfindings; i++) {
		add_word(found, sizeof(found), p->findings[i].id);
		assert_true(strlen(p->findings[i].message) > 20);
		assert_true(p->findings[i].count > 0);
	}
	for (size_t i = 0; i < p->verdict.nalso; i++)
		add_word(also, sizeof(also), iom_model_name(p->verdict.also[i]));
	assert_string_equal(iom_model_name(p->verdict.model), iom_model_name(e->model));
	assert_int_equal(p->verdict.in_fact, e->in_fact);
	if (e->transfers && e->model != IOM_M_NONE)
		assert_int_equal(p->models[e->model].transfers,
				 e->transfers == NO_TRANSFERS ? 0 : e->transfers);
	assert_string_equal(p->verdict.pattern ? p->verdict.pattern : "-", e->pattern ? e->pattern : "-");
	if (e->findings)
		assert_string_equal(found, e->findings);
	if (e->also)
		assert_string_equal(also, e->also);
	assert_true(p->verdict.headline && *p->verdict.headline);
	assert_true(p->verdict.nbecause > 0);
	for (size_t i = 0; i < p->verdict.nbecause; i++)
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(p->verdict.because[i], p->verdict.because[k]);
}

void check_judged(void **state)
{
	const struct expected *e = *state;
	struct iom_capture *cap = build_capture("program");
	struct iom_report *rep;
	const struct rep_process *p;

	e->build(cap);
	rep = iom_judge(cap);
	assert_int_equal(rep->nprocs, 1);
	p = &rep->procs[0];
	check_process(p, e);
	check_sound(&p->verdict, p->models);
	assert_int_equal(p->nthreads, cap->nthreads);
	for (size_t i = 0; i < p->nthreads; i++) {
		check_sound(&p->threads[i].verdict, p->threads[i].models);
		assert_true(p->threads[i].what && *p->threads[i].what);
	}
	iom_report_free(rep);
	iom_capture_free(cap);
}

const struct rep_file *expected_file(const struct iom_report *rep, uint32_t file)
{
	for (size_t i = 0; i < rep->procs[0].nfiles; i++)
		if (rep->procs[0].files[i].file == file)
			return &rep->procs[0].files[i];
	fail_msg("file %u is not in the report", file);
	return NULL;
}
