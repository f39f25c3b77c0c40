/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sysname.h"
#include "capture/names.h"
#include "expect/expect_int.h"
#include "report/sentence.h"

/* A value of the report: a number or a text; unknown: there is no such key. */
struct value {
	bool known, is_number;
	double number;
	const char *text;
};

static struct value num(double n)
{
	return (struct value){.known = true, .is_number = true, .number = n};
}

static struct value txt(const char *s)
{
	return (struct value){.known = true, .text = s ? s : "null"};
}

int exp_kind_of(const char *word)
{
	for (int k = 1; k < CAP_K_MAX; k++) {
		const char *name = iom_kind_name(k);
		size_t i = 0;

		while (name[i] && word[i] && (name[i] == word[i] || (name[i] == ' ' && word[i] == '-')))
			i++;
		if (!name[i] && !word[i] && i)
			return k;
	}
	return -1;
}

static bool compare(const struct exp_cond *c, const struct value *v)
{
	double d;
	bool same;

	if (!v->is_number || !c->is_number) {
		same = v->text && !fnmatch(c->text, v->text, 0);
		return !strcmp(c->operator, "!=") ? !same : !strcmp(c->operator, "=") && same;
	}
	d = v->number - c->number;
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

static char *shown(const char *key, const struct value *v)
{
	if (!v->known)
		return iom_sentence("there is no `%s`", key);
	if (!v->is_number)
		return iom_sentence("%s %s", key, v->text);
	return iom_sentence(v->number == (double)(long long)v->number ? "%s %.0f" : "%s %g", key, v->number);
}

typedef struct value (*getter)(const void *of, const char *key, const struct iom_capture *cap);

/* All conditions of a line hold; *seen: the first that does not, else all. */
static bool all_hold(const struct exp_line *l, const void *of, getter get, const struct iom_capture *cap,
		     char **seen)
{
	char *text = NULL;

	for (size_t i = 0; i < l->nconds; i++) {
		struct value v = get(of, l->conds[i].key, cap);
		char *one = shown(l->conds[i].key, &v), *longer;

		if (!v.known || !compare(&l->conds[i], &v)) {
			free(text);
			if (seen)
				*seen = one;
			else
				free(one);
			return false;
		}
		longer = iom_sentence("%s%s%s", text ? text : "", text ? ", " : "", one);
		free(one);
		free(text);
		text = longer;
	}
	if (seen)
		*seen = text ? text : iom_sentence("it is there");
	else
		free(text);
	return true;
}

/* ---- what can be asked for ---------------------------------------------------------- */

static enum iom_model model_of(const char *name)
{
	int m = 0;

	while (m < IOM_M_NONE && strcmp(iom_model_name(m), name))
		m++;
	return m;
}

static struct value of_share(const void *of, const char *key, const struct iom_capture *cap)
{
	const struct rep_share *s = of;

	(void)cap;
	if (!strcmp(key, "transfers"))
		return num(s->transfers);
	if (!strcmp(key, "bytes"))
		return num(s->bytes);
	if (!strcmp(key, "phase1_ns"))
		return num(s->phase1_ns);
	if (!strcmp(key, "phase2_ns"))
		return num(s->phase2_ns);
	if (!strcmp(key, "share"))
		return num(s->share);
	return (struct value){};
}

static uint64_t sum_of(const struct rep_share *models, bool bytes)
{
	uint64_t n = 0;

	for (int m = 0; m < IOM_M_NR; m++)
		n += bytes ? models[m].bytes : models[m].transfers;
	return n;
}

static struct value of_file(const void *of, const char *key, const struct iom_capture *cap)
{
	const struct rep_file *f = of;
	const struct cap_file *c = &cap->files[f->file];

	if (!strcmp(key, "model"))
		return txt(iom_model_name(f->model));
	if (!strcmp(key, "kind"))
		return txt(iom_kind_name(c->kind));
	if (!strcmp(key, "name"))
		return txt(c->name ? c->name : "");
	if (!strcmp(key, "fd"))
		return num(c->fd);
	if (!strcmp(key, "transfers"))
		return num(sum_of(f->models, false));
	if (!strcmp(key, "bytes"))
		return num(sum_of(f->models, true));
	if (!strcmp(key, "attempts"))
		return num(f->attempts);
	if (!strcmp(key, "slept"))
		return num(f->slept);
	if (!strcmp(key, "eagain"))
		return num(f->eagain);
	if (!strcmp(key, "failed"))
		return num(f->failed);
	if (!strcmp(key, "ready"))
		return num(f->ready);
	if (!strcmp(key, "signals"))
		return num(f->signals);
	if (!strcmp(key, "inline"))
		return num(f->inline_);
	if (!strcmp(key, "late"))
		return num(f->late);
	if (!strcmp(key, "waited_ns"))
		return num(f->waited_ns);
	if (!strcmp(key, "nonblock"))
		return num((c->f_flags & 04000) != 0);
	return (struct value){};
}

static struct value of_time(const void *of, const char *key, const struct iom_capture *cap)
{
	const struct rep_time *t = of;

	(void)cap;
	if (!strcmp(key, "wall_ns"))
		return num(t->wall_ns);
	if (!strcmp(key, "running_ns"))
		return num(t->running_ns);
	if (!strcmp(key, "runqueue_ns"))
		return num(t->runq_ns);
	if (!strcmp(key, "waiting_ns"))
		return num(t->waiting_ns);
	if (!strcmp(key, "running"))
		return num(t->wall_ns ? (double)t->running_ns / t->wall_ns : 0);
	if (!strcmp(key, "waiting"))
		return num(t->wall_ns ? (double)t->waiting_ns / t->wall_ns : 0);
	return (struct value){};
}

static struct value of_thread(const void *of, const char *key, const struct iom_capture *cap)
{
	const struct rep_thread *t = of;
	const struct cap_turns *n = t->loop.turns == UINT32_MAX ? NULL : &cap->turns[t->loop.turns];
	struct rep_time time = {t->time.wall_ns, t->time.running_ns, t->time.runq_ns, t->time.waiting_ns};

	if (!strcmp(key, "model"))
		return txt(iom_model_name(t->verdict.model));
	if (!strcmp(key, "transfers"))
		return num(sum_of(t->models, false));
	if (!strcmp(key, "bytes"))
		return num(sum_of(t->models, true));
	if (!strcmp(key, "call"))
		return txt(t->loop.is_loop ? iom_syscall_name(t->loop.nr) : NULL);
	if (!strcmp(key, "calls"))
		return num(t->loop.calls);
	if (!strcmp(key, "files"))
		return num(t->loop.files);
	if (!strcmp(key, "turns"))
		return num(n ? n->exact + n->inexact : 0);
	if (!strcmp(key, "longest_ns"))
		return num(n ? n->longest_ns : 0);
	return of_time(&time, key, cap);
}

static struct value of_wait(const void *of, const char *key, const struct iom_capture *cap)
{
	const struct acc_wait *w = of;
	const struct cap_file *f = w->file == IOM_NO_FILE ? NULL : &cap->files[w->file];

	if (!strcmp(key, "call"))
		return txt(w->nr < 0 ? (w->what == ACC_PAGE ? "page fault" : NULL) : iom_syscall_name(w->nr));
	if (!strcmp(key, "what"))
		return txt(iom_what_name(w->what));
	if (!strcmp(key, "file"))
		return txt(f ? (f->name ? f->name : iom_kind_name(f->kind)) : w->path);
	if (!strcmp(key, "fd"))
		return num(f ? f->fd : -1);
	if (!strcmp(key, "count"))
		return num(w->count);
	if (!strcmp(key, "slept"))
		return num(w->slept);
	if (!strcmp(key, "ns"))
		return num(w->ns);
	if (!strcmp(key, "max_ns"))
		return num(w->max_ns);
	if (!strcmp(key, "unsplit_ns"))
		return num(w->unsplit_ns);
	if (!strcmp(key, "before_ns"))
		return num(w->before ? w->before_ns : 0);
	if (!strcmp(key, "under_way"))
		return num(w->under_way);
	return (struct value){};
}

static struct value of_verdict(const void *of, const char *key, const struct iom_capture *cap)
{
	static const char *const facts[] = {"null", "synchronous", "threads", "polling"};
	const struct rep_verdict *v = of;

	(void)cap;
	if (!strcmp(key, "model"))
		return txt(iom_model_name(v->model));
	if (!strcmp(key, "in_fact"))
		return txt(facts[v->in_fact]);
	if (!strcmp(key, "confidence"))
		return num(v->confidence);
	if (!strcmp(key, "pattern"))
		return txt(v->pattern);
	return (struct value){};
}

/* ---- of one process -------------------------------------------------------------------- */

static char *joined(const struct exp_line *l)
{
	char *text = iom_sentence("%s", "");

	for (size_t i = 0; i < l->nwords; i++) {
		char *longer = iom_sentence("%s%s%s", text, i ? " " : "", l->words[i]);

		free(text);
		text = longer;
	}
	return text;
}

static bool same_text(const struct exp_line *l, const char *have, char **seen)
{
	char *want = joined(l);
	bool same = !strcmp(want, have ? have : "null");

	*seen = iom_sentence("%s", have ? have : "null");
	free(want);
	return same;
}

static bool check_also(const struct exp_line *l, const struct rep_verdict *v, char **seen)
{
	bool holds = true;

	*seen = iom_sentence("%s", v->nalso ? "" : "none");
	for (size_t i = 0; i < v->nalso; i++) {
		char *longer = iom_sentence("%s%s%s", *seen, i ? " " : "", iom_model_name(v->also[i]));

		free(*seen);
		*seen = longer;
	}
	if (!strcmp(l->words[0], "none"))
		return !v->nalso;
	for (size_t k = 0; k < l->nwords; k++) {
		bool there = false;

		for (size_t i = 0; i < v->nalso; i++)
			there |= !strcmp(l->words[k], iom_model_name(v->also[i]));
		holds &= there;
	}
	return holds;
}

static bool check_finding(const struct exp_line *l, const struct rep_process *rp, char **seen)
{
	bool there = false;

	for (size_t i = 0; i < rp->nfindings && !there; i++) {
		there = !fnmatch(l->words[0], rp->findings[i].id, 0);
		if (there)
			*seen = iom_sentence("%s", rp->findings[i].message);
	}
	if (!there)
		*seen = iom_sentence("there is none");
	return there == !strcmp(l->name, "finding");
}

static bool is_the_file(const struct exp_line *l, const struct iom_capture *cap, const struct rep_file *f)
{
	const struct cap_file *c = &cap->files[f->file];
	const char *which = l->words[0];
	char *end;

	if (l->nwords > 1 && c->kind != exp_kind_of(l->words[1]))
		return false;
	if (!strcmp(which, "every") || !strcmp(which, "some"))
		return true;
	if (strtol(which, &end, 10) == c->fd && !*end)
		return true;
	return c->name && (!fnmatch(which, c->name, 0) || !strcmp(which, c->name));
}

/* An expectation about files that are not there fails. */
static bool check_file(const struct exp_line *l, const struct iom_capture *cap, const struct rep_process *rp,
		       char **seen)
{
	bool every = strcmp(l->words[0], "some") != 0;
	size_t n = 0;

	for (size_t i = 0; i < rp->nfiles; i++) {
		char *one = NULL;
		bool holds;

		if (!is_the_file(l, cap, &rp->files[i]))
			continue;
		n++;
		holds = all_hold(l, &rp->files[i], of_file, cap, &one);
		free(*seen);
		*seen = iom_sentence("fd %d: %s", cap->files[rp->files[i].file].fd, one);
		free(one);
		if (holds != every)
			return holds;
	}
	if (!n)
		*seen = iom_sentence("there is no such file");
	return n && every;
}

static bool check_no_file(const struct exp_line *l, const struct iom_capture *cap,
			  const struct rep_process *rp, char **seen)
{
	for (size_t i = 0; i < rp->nfiles; i++)
		if (all_hold(l, &rp->files[i], of_file, cap, NULL)) {
			*seen = iom_sentence("fd %d is such a file", cap->files[rp->files[i].file].fd);
			return false;
		}
	*seen = iom_sentence("there is none");
	return true;
}

static bool check_thread(const struct exp_line *l, const struct iom_capture *cap,
			 const struct rep_process *rp, char **seen)
{
	size_t n = 0;

	for (size_t i = 0; i < rp->nthreads; i++) {
		const struct cap_thread *ct = &cap->threads[rp->threads[i].thread];
		char comm[CAP_COMM_LEN + 1] = "", *one = NULL;
		bool holds;

		memcpy(comm, ct->comm, CAP_COMM_LEN);
		if (fnmatch(l->words[0], comm, 0))
			continue;
		n++;
		holds = all_hold(l, &rp->threads[i], of_thread, cap, &one);
		free(*seen);
		*seen = iom_sentence("thread %u: %s", ct->ns_tid, one);
		free(one);
		if (!holds)
			return false;
	}
	if (!n)
		*seen = iom_sentence("there is no such thread");
	return n;
}

/* Some wait of some thread. */
static bool check_wait(const struct exp_line *l, const struct iom_capture *cap, const struct rep_process *rp,
		       char **seen)
{
	bool wanted = !strcmp(l->name, "wait");

	for (size_t i = 0; i < rp->nthreads; i++)
		for (size_t k = 0; k < rp->threads[i].time.nwaits; k++) {
			const struct acc_wait *w = &rp->threads[i].time.waits[k];

			if (!all_hold(l, w, of_wait, cap, NULL))
				continue;
			*seen = iom_sentence("%s, asleep %s in all, %s at most",
					     w->nr < 0 ? iom_what_name(w->what) : iom_syscall_name(w->nr),
					     iom_time(w->ns), iom_time(w->max_ns));
			return wanted;
		}
	*seen = iom_sentence("there is none");
	return !wanted;
}

/* Every loop there is; where there is none it fails. */
static bool check_loop(const struct exp_line *l, const struct iom_capture *cap, const struct rep_process *rp,
		       char **seen)
{
	size_t n = 0;

	for (size_t i = 0; i < rp->nthreads; i++) {
		if (!rp->threads[i].loop.is_loop)
			continue;
		n++;
		free(*seen);
		*seen = NULL;
		if (!all_hold(l, &rp->threads[i], of_thread, cap, seen))
			return false;
	}
	if (!n)
		*seen = iom_sentence("there is no loop");
	return n;
}

bool exp_process(const struct exp_line *l, const struct rep_process *rp, char **seen)
{
	const struct iom_capture *cap = rp->cap;
	const struct rep_verdict *v = &rp->verdict;
	enum iom_model m;

	if (!strcmp(l->name, "verdict.model"))
		return same_text(l, iom_model_name(v->model), seen);
	if (!strcmp(l->name, "verdict.in_fact"))
		return same_text(l, of_verdict(v, "in_fact", cap).text, seen);
	if (!strcmp(l->name, "verdict"))
		return all_hold(l, v, of_verdict, cap, seen);
	if (!strcmp(l->name, "also"))
		return check_also(l, v, seen);
	if (!strcmp(l->name, "pattern"))
		return same_text(l, v->pattern, seen);
	if (!strcmp(l->name, "pattern-not"))
		return !same_text(l, v->pattern, seen);
	if (!strcmp(l->name, "finding") || !strcmp(l->name, "no-finding"))
		return check_finding(l, rp, seen);
	if (!strcmp(l->name, "time"))
		return all_hold(l, &rp->time, of_time, cap, seen);
	if (!strcmp(l->name, "file"))
		return check_file(l, cap, rp, seen);
	if (!strcmp(l->name, "no-file"))
		return check_no_file(l, cap, rp, seen);
	if (!strcmp(l->name, "thread"))
		return check_thread(l, cap, rp, seen);
	if (!strcmp(l->name, "loop"))
		return check_loop(l, cap, rp, seen);
	if (!strcmp(l->name, "wait") || !strcmp(l->name, "no-wait"))
		return check_wait(l, cap, rp, seen);
	m = model_of(l->words[0]);
	if (m == IOM_M_NONE) {
		*seen = iom_sentence("there is no model `%s`", l->words[0]);
		return false;
	}
	return all_hold(l, &rp->models[m], of_share, cap, seen);
}

/* ---- of the whole report ------------------------------------------------------------------ */

static struct value of_count(const void *of, const char *key, const struct iom_capture *cap)
{
	(void)key;
	(void)cap;
	return num(*(const double *)of);
}

bool exp_global(const struct exp_line *l, const struct iom_report *rep, char **seen)
{
	const struct iom_capture *cap = rep->whole;
	struct rep_share sum = {};
	double n = strcmp(l->name, "lost") ? (double)rep->nprocs : (double)cap->lost.counts;
	enum iom_model m;

	if (strcmp(l->name, "total"))
		return all_hold(l, &n, of_count, cap, seen);
	m = model_of(l->words[0]);
	for (size_t i = 0; i < rep->nprocs && m != IOM_M_NONE; i++) {
		sum.transfers += rep->procs[i].models[m].transfers;
		sum.bytes += rep->procs[i].models[m].bytes;
		sum.phase1_ns += rep->procs[i].models[m].phase1_ns;
	}
	return all_hold(l, &sum, of_share, cap, seen);
}
