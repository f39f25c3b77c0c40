/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * expect_values.c - the values of a report by their keys, and conditions on them.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sysname.h"
#include "capture/names.h"
#include "expect/expect_int.h"
#include "report/sentence.h"

static const struct exp_field no_fields[] = {{NULL, 0}};
static const char *const no_numbers[] = {NULL};
static const struct exp_text_key no_texts[] = {{NULL, EXP_ANY}};

static struct exp_value num(double n)
{
	return (struct exp_value){.known = true, .is_number = true, .number = n};
}

static struct exp_value txt(const char *s)
{
	return (struct exp_value){.known = true, .text = s ? s : "null"};
}

static const struct exp_value unknown;

static bool is(const struct exp_cond *c, const char *key)
{
	return !strcmp(c->key, key);
}

const char *exp_file_name(const struct iom_capture *cap, uint32_t file, const char *path)
{
	const struct cap_file *f = file == IOM_NO_FILE ? NULL : &cap->files[file];

	return f ? (f->name ? f->name : iom_kind_name(f->kind)) : path;
}

const char *exp_call_name(int nr, bool pages)
{
	return pages ? "page-fault" : nr < 0 ? "none" : iom_syscall_name(nr);
}

static int fd_of(const struct iom_capture *cap, uint32_t file)
{
	return file == IOM_NO_FILE || cap->files[file].fd < 0 ? -1 : cap->files[file].fd;
}

/* ---- keys and conditions ------------------------------------------------------------------ */

enum exp_key exp_key_of(const struct exp_subject *s, const char *key, enum exp_words *words)
{
	*words = EXP_ANY;
	for (size_t i = 0; s->fields[i].key; i++)
		if (!strcmp(s->fields[i].key, key))
			return EXP_NUMBER_KEY;
	for (size_t i = 0; s->numbers[i]; i++)
		if (!strcmp(s->numbers[i], key))
			return EXP_NUMBER_KEY;
	for (size_t i = 0; s->texts[i].key; i++)
		if (!strcmp(s->texts[i].key, key)) {
			*words = s->texts[i].words;
			return EXP_TEXT_KEY;
		}
	return EXP_NO_KEY;
}

static struct exp_value value_of(const struct exp_subject *s, const void *of, const struct exp_cond *c,
				 const struct iom_capture *cap)
{
	uint64_t n;

	for (size_t i = 0; s->fields[i].key; i++)
		if (!strcmp(s->fields[i].key, c->key)) {
			memcpy(&n, (const char *)of + s->fields[i].at, sizeof(n));
			return num(n);
		}
	return s->get ? s->get(of, c, cap) : unknown;
}

static bool compare(const struct exp_cond *c, const struct exp_value *v)
{
	double d = v->number - c->number;

	if (!v->known)
		return false;
	if (!v->is_number)
		return exp_matches(c->text, v->text) == !strcmp(c->operator, "=");
	switch (c->operator[0]) {
	case '<':
		return c->operator[1] ? d <= 0 : d < 0;
	case '>':
		return c->operator[1] ? d >= 0 : d > 0;
	case '!':
		return d != 0;
	default:
		return d == 0;
	}
}

static char *shown(const char *key, const struct exp_value *v)
{
	const char *gap = *key ? " " : "";

	if (!v->known)
		return iom_sentence("there is no `%s`", key);
	if (!v->is_number)
		return iom_sentence("%s%s%s", key, gap, v->text);
	if (v->number == (double)(long long)v->number)
		return iom_sentence("%s%s%.0f", key, gap, v->number);
	return iom_sentence("%s%s%g", key, gap, v->number);
}

bool exp_hold(const struct exp_line *l, const struct exp_subject *s, const void *of,
	      const struct iom_capture *cap, char **seen)
{
	char *text = NULL;
	bool holds = true;
	enum exp_words words;

	for (size_t i = 0; i < l->nconds && holds; i++) {
		const struct exp_cond *c = &l->conds[i];
		struct exp_value v;
		char *one, *longer;

		if (exp_key_of(s, c->key, &words) == EXP_NO_KEY)
			continue;
		v = value_of(s, of, c, cap);
		holds = compare(c, &v);
		one = shown(c->key, &v);
		longer = holds && text ? iom_sentence("%s, %s", text, one) : iom_sentence("%s", one);
		free(one);
		free(text);
		text = longer;
	}
	if (seen)
		*seen = text;
	else
		free(text);
	return holds;
}

/* ---- the verdict and the models -------------------------------------------------------------- */

static struct exp_value of_verdict(const void *of, const struct exp_cond *c, const struct iom_capture *cap)
{
	const struct rep_verdict *v = of;

	(void)cap;
	if (is(c, "model"))
		return txt(iom_model_name(v->model));
	if (is(c, "in_fact"))
		return txt(exp_fact(v->in_fact));
	if (is(c, "pattern"))
		return txt(v->pattern);
	return num(v->confidence);
}

static const char *const verdict_numbers[] = {"confidence", NULL};
static const struct exp_text_key verdict_texts[] = {
	{"model", EXP_MODELS}, {"in_fact", EXP_FACTS}, {"pattern", EXP_PATTERNS}, {NULL, EXP_ANY}};
const struct exp_subject exp_verdict = {no_fields, verdict_numbers, verdict_texts, of_verdict};

static struct exp_value of_share(const void *of, const struct exp_cond *c, const struct iom_capture *cap)
{
	const struct rep_share *s = of;

	(void)cap;
	(void)c;
	return num(s->share);
}

static const struct exp_field share_fields[] = {
	{"transfers", offsetof(struct rep_share, transfers)},
	{"bytes", offsetof(struct rep_share, bytes)},
	{"phase1_ns", offsetof(struct rep_share, phase1_ns)},
	{"phase2_ns", offsetof(struct rep_share, phase2_ns)},
	{"phase2_samples", offsetof(struct rep_share, phase2_samples)},
	{NULL, 0}};
static const char *const share_numbers[] = {"share", NULL};
const struct exp_subject exp_share = {share_fields, share_numbers, no_texts, of_share};
const struct exp_subject exp_total = {share_fields, no_numbers, no_texts, NULL};

static const struct exp_field number_fields[] = {{"", 0}, {NULL, 0}};
const struct exp_subject exp_number = {number_fields, no_numbers, no_texts, NULL};

static struct exp_sum sum_of(const struct rep_share *models)
{
	struct exp_sum sum = {};

	for (int m = 0; m < IOM_M_NR; m++) {
		sum.transfers += models[m].transfers;
		sum.bytes += models[m].bytes;
	}
	return sum;
}

static const struct exp_field sum_fields[] = {{"transfers", offsetof(struct exp_sum, transfers)},
					      {"bytes", offsetof(struct exp_sum, bytes)},
					      {NULL, 0}};
const struct exp_subject exp_sums = {sum_fields, no_numbers, no_texts, NULL};

/* ---- files --------------------------------------------------------------------------------- */

/* One of many: what is asked for, where it is among them. */
static struct exp_value watched_by(const struct exp_cond *c, const struct iom_capture *cap, uint32_t file)
{
	size_t n;
	const struct cap_registration *epolls = iom_capture_epolls(cap, file, &n);
	char fd[16];

	for (size_t i = 0; i < n; i++) {
		snprintf(fd, sizeof(fd), "%d", cap->files[epolls[i].epoll].fd);
		if (exp_matches(c->text, fd))
			return txt(c->text);
	}
	return txt("null");
}

static struct exp_value of_file(const void *of, const struct exp_cond *c, const struct iom_capture *cap)
{
	const struct rep_file *f = of;
	const struct cap_file *cf = &cap->files[f->file];
	struct exp_sum sum = sum_of(f->models);

	if (is(c, "model"))
		return txt(iom_model_name(f->model));
	if (is(c, "kind"))
		return txt(iom_kind_name(cf->kind));
	if (is(c, "name"))
		return txt(cf->name ? cf->name : "");
	if (is(c, "watched_by"))
		return watched_by(c, cap, f->file);
	if (is(c, "fd"))
		return num(cf->fd < 0 ? -1 : cf->fd);
	if (is(c, "transfers"))
		return num(sum.transfers);
	if (is(c, "bytes"))
		return num(sum.bytes);
	if (is(c, "since_ns"))
		return num(f->since_ns);
	if (is(c, "open_at_end"))
		return num(f->open_at_end);
	return num((cf->f_flags & O_NONBLOCK) != 0);
}

static const struct exp_field file_fields[] = {
	{"attempts", offsetof(struct rep_file, attempts)}, {"slept", offsetof(struct rep_file, slept)},
	{"eagain", offsetof(struct rep_file, eagain)},	   {"failed", offsetof(struct rep_file, failed)},
	{"ready", offsetof(struct rep_file, ready)},	   {"signals", offsetof(struct rep_file, signals)},
	{"inline", offsetof(struct rep_file, inline_)},	   {"late", offsetof(struct rep_file, late)},
	{"waited_ns", offsetof(struct rep_file, waited_ns)}, {NULL, 0}};
static const char *const file_numbers[] = {"fd", "transfers", "bytes", "since_ns", "open_at_end",
					   "nonblock", NULL};
static const struct exp_text_key file_texts[] = {
	{"model", EXP_MODELS}, {"kind", EXP_KINDS}, {"name", EXP_ANY}, {"watched_by", EXP_ANY}, {NULL, EXP_ANY}};
const struct exp_subject exp_file = {file_fields, file_numbers, file_texts, of_file};

/* ---- findings ---------------------------------------------------------------------------------- */

static struct exp_value of_finding(const void *of, const struct exp_cond *c, const struct iom_capture *cap)
{
	const struct rep_finding *f = of;

	if (is(c, "call"))
		return txt(exp_call_name(f->nr, f->pages));
	if (is(c, "file"))
		return txt(exp_file_name(cap, f->file, f->path));
	if (is(c, "fd"))
		return num(fd_of(cap, f->file));
	if (is(c, "tid"))
		return num(f->thread == UINT32_MAX ? 0 : cap->threads[f->thread].ns_tid);
	if (is(c, "warning"))
		return num(f->severity == IOM_SEV_WARNING);
	return num(f->error);
}

static const struct exp_field finding_fields[] = {{"count", offsetof(struct rep_finding, count)},
						  {"ns", offsetof(struct rep_finding, ns)},
						  {"max_ns", offsetof(struct rep_finding, max_ns)},
						  {NULL, 0}};
static const char *const finding_numbers[] = {"fd", "tid", "warning", "error", NULL};
static const struct exp_text_key finding_texts[] = {{"call", EXP_CALLS}, {"file", EXP_ANY}, {NULL, EXP_ANY}};
const struct exp_subject exp_finding = {finding_fields, finding_numbers, finding_texts, of_finding};

/* ---- waits and times -------------------------------------------------------------------------------- */

static struct exp_value of_wait(const void *of, const struct exp_cond *c, const struct iom_capture *cap)
{
	const struct exp_wait *x = of;
	const struct acc_wait *w = x->wait;

	if (is(c, "call"))
		return txt(exp_call_name(w->nr, w->what == ACC_PAGE));
	if (is(c, "what"))
		return txt(iom_what_name(w->what));
	if (is(c, "file"))
		return txt(exp_file_name(cap, w->file, w->path));
	if (is(c, "fd"))
		return num(fd_of(cap, w->file));
	return num(cap->threads[x->thread->thread].ns_tid);
}

static const char *const wait_numbers[] = {"fd", "tid", NULL};
static const struct exp_text_key wait_texts[] = {
	{"call", EXP_CALLS}, {"what", EXP_WHATS}, {"file", EXP_ANY}, {NULL, EXP_ANY}};
const struct exp_subject exp_one_wait = {no_fields, wait_numbers, wait_texts, of_wait};

static const struct exp_field waits_fields[] = {{"count", offsetof(struct exp_waits, count)},
						{"slept", offsetof(struct exp_waits, slept)},
						{"ns", offsetof(struct exp_waits, ns)},
						{"unsplit_ns", offsetof(struct exp_waits, unsplit_ns)},
						{"under_way", offsetof(struct exp_waits, under_way)},
						{"before", offsetof(struct exp_waits, before)},
						{"entries", offsetof(struct exp_waits, entries)},
						{"max_ns", offsetof(struct exp_waits, max_ns)},
						{"before_ns", offsetof(struct exp_waits, before_ns)},
						{"held_by", offsetof(struct exp_waits, held_by)},
						{NULL, 0}};
const struct exp_subject exp_all_waits = {waits_fields, no_numbers, no_texts, NULL};

static struct exp_value part_of(uint64_t part, uint64_t whole)
{
	return num(whole ? (double)part / whole : 0);
}

static struct exp_value of_times(const void *of, const struct exp_cond *c, const struct iom_capture *cap)
{
	const struct exp_time *t = of;

	(void)cap;
	return part_of(is(c, "running") ? t->running_ns : t->waiting_ns, t->wall_ns);
}

static const struct exp_field time_fields[] = {{"wall_ns", offsetof(struct exp_time, wall_ns)},
					       {"running_ns", offsetof(struct exp_time, running_ns)},
					       {"runqueue_ns", offsetof(struct exp_time, runq_ns)},
					       {"waiting_ns", offsetof(struct exp_time, waiting_ns)},
					       {"waits_ns", offsetof(struct exp_time, waits_ns)},
					       {"other_ns", offsetof(struct exp_time, other_ns)},
					       {"apart_ns", offsetof(struct exp_time, apart_ns)},
					       {NULL, 0}};
static const char *const time_numbers[] = {"running", "waiting", NULL};
const struct exp_subject exp_times = {time_fields, time_numbers, no_texts, of_times};

/* ---- threads and their loops ---------------------------------------------------------------------------- */

static struct exp_value of_loop(const void *of, const struct exp_cond *c, const struct iom_capture *cap)
{
	const struct rep_thread *t = of;
	const struct cap_turns *n = t->loop.turns == UINT32_MAX ? NULL : &cap->turns[t->loop.turns];
	uint64_t off = n ? n->longest_runq_ns + n->longest_sleep_ns : 0;

	if (is(c, "call"))
		return txt(t->loop.is_loop ? iom_syscall_name(t->loop.nr) : NULL);
	if (is(c, "fd"))
		return num(t->loop.fd < 0 ? -1 : t->loop.fd);
	if (is(c, "edge_triggered"))
		return num(t->loop.edge_triggered);
	if (is(c, "turns"))
		return num(n ? n->exact + n->inexact : 0);
	if (is(c, "inexact_turns"))
		return num(n ? n->inexact : 0);
	if (is(c, "longest_ns"))
		return num(n ? n->longest_ns : 0);
	if (is(c, "longest_on_ns"))
		return num(n ? n->longest_ns - n->longest_runq_ns : 0);
	if (!n)
		return unknown;
	if (is(c, "longest_running_ns"))
		return num(n->longest_ns > off ? n->longest_ns - off : 0);
	if (is(c, "longest_runqueue_ns"))
		return num(n->longest_runq_ns);
	if (is(c, "longest_waiting_ns"))
		return num(n->longest_sleep_ns);
	return num(n->longest_inexact);
}

static const struct exp_field loop_fields[] = {{"files", offsetof(struct rep_thread, loop.files)},
					       {"calls", offsetof(struct rep_thread, loop.calls)},
					       {"zero_timeout", offsetof(struct rep_thread, loop.zero_timeout)},
					       {"empty", offsetof(struct rep_thread, loop.empty)},
					       {NULL, 0}};
static const char *const loop_numbers[] = {"fd", "edge_triggered", "turns", "inexact_turns", "longest_ns",
					   "longest_on_ns", "longest_running_ns", "longest_runqueue_ns",
					   "longest_waiting_ns", "inexact", NULL};
static const struct exp_text_key loop_texts[] = {{"call", EXP_CALLS}, {NULL, EXP_ANY}};
const struct exp_subject exp_loop = {loop_fields, loop_numbers, loop_texts, of_loop};

static struct exp_value of_thread(const void *of, const struct exp_cond *c, const struct iom_capture *cap)
{
	const struct rep_thread *t = of;

	if (is(c, "model"))
		return txt(iom_model_name(t->verdict.model));
	if (is(c, "running"))
		return part_of(t->time.running_ns, t->time.wall_ns);
	if (is(c, "waiting"))
		return part_of(t->time.waiting_ns, t->time.wall_ns);
	return of_loop(of, c, cap);
}

static const struct exp_field thread_fields[] = {{"wall_ns", offsetof(struct rep_thread, time.wall_ns)},
						 {"running_ns", offsetof(struct rep_thread, time.running_ns)},
						 {"runqueue_ns", offsetof(struct rep_thread, time.runq_ns)},
						 {"waiting_ns", offsetof(struct rep_thread, time.waiting_ns)},
						 {"files", offsetof(struct rep_thread, loop.files)},
						 {"calls", offsetof(struct rep_thread, loop.calls)},
						 {NULL, 0}};
static const char *const thread_numbers[] = {"running", "waiting", "turns", "longest_ns", NULL};
static const struct exp_text_key thread_texts[] = {
	{"model", EXP_MODELS}, {"call", EXP_CALLS}, {NULL, EXP_ANY}};
const struct exp_subject exp_thread = {thread_fields, thread_numbers, thread_texts, of_thread};

static struct exp_value of_part(const void *of, const struct exp_cond *c, const struct iom_capture *cap)
{
	(void)c;
	return num(fd_of(cap, ((const struct cap_part *)of)->file));
}

static const struct exp_field part_fields[] = {
	{"count", offsetof(struct cap_part, count)}, {"ns", offsetof(struct cap_part, ns)}, {NULL, 0}};
static const char *const part_numbers[] = {"fd", NULL};
const struct exp_subject exp_part = {part_fields, part_numbers, no_texts, of_part};

static struct exp_value of_awake(const void *of, const struct exp_cond *c, const struct iom_capture *cap)
{
	const struct rep_awake *a = of;

	return num(is(c, "share") ? a->share : fd_of(cap, a->file));
}

static const struct exp_field awake_fields[] = {{"samples", offsetof(struct rep_awake, samples)}, {NULL, 0}};
static const char *const awake_numbers[] = {"fd", "share", NULL};
const struct exp_subject exp_awake = {awake_fields, awake_numbers, no_texts, of_awake};

/* ---- rings ------------------------------------------------------------------------------------------------- */

static struct exp_value of_ring(const void *of, const struct exp_cond *c, const struct iom_capture *cap)
{
	const struct rep_ring *r = of;

	if (is(c, "fd"))
		return num(fd_of(cap, r->file));
	if (is(c, "offloaded"))
		return num(r->by_flag + r->by_operation);
	if (!r->depth_sum)
		return unknown;
	return num(is(c, "depth_max") ? r->depth_max : (double)r->depth_sum / r->requests);
}

static const struct exp_field ring_fields[] = {{"requests", offsetof(struct rep_ring, requests)},
					       {"inline", offsetof(struct rep_ring, inline_)},
					       {"late", offsetof(struct rep_ring, late)},
					       {"alone", offsetof(struct rep_ring, alone)},
					       {"submit_slept", offsetof(struct rep_ring, submit_slept)},
					       {"submit_slept_ns", offsetof(struct rep_ring, submit_slept_ns)},
					       {"offload_flag", offsetof(struct rep_ring, by_flag)},
					       {"offload_operation", offsetof(struct rep_ring, by_operation)},
					       {"workers", offsetof(struct rep_ring, workers)},
					       {NULL, 0}};
static const char *const ring_numbers[] = {"fd", "offloaded", "depth_max", "depth_mean", NULL};
const struct exp_subject exp_ring = {ring_fields, ring_numbers, no_texts, of_ring};
