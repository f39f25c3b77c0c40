/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * expect_threads.c - one line held against threads: their work, their time, their waits, and
 * their loops.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "base/sysname.h"
#include "expect/expect_int.h"
#include "report/sentence.h"

/* ---- threads ----------------------------------------------------------------------------------- */

static bool is_the_thread(const char *name, const struct iom_capture *cap, const struct rep_thread *t)
{
	char comm[CAP_COMM_LEN + 1] = "";

	memcpy(comm, cap->threads[t->thread].comm, CAP_COMM_LEN);
	return !name || exp_matches(name, comm);
}

static void see_thread(char **seen, const struct iom_capture *cap, const struct rep_thread *t, char *what)
{
	exp_see(seen, iom_sentence("thread %u%s%s", cap->threads[t->thread].ns_tid, what ? ": " : "",
				   what ? what : ""));
	free(what);
}

/* Transfers and bytes are those of all threads of the name together; all else is of each. */
bool exp_check_thread(const struct exp_line *l, const struct exp_process *p, char **seen)
{
	struct exp_sum sum = {};
	char *added = NULL;
	bool holds;
	size_t n = 0;

	for (size_t i = 0; i < p->rp->nthreads; i++) {
		const struct rep_thread *t = &p->rp->threads[i];
		char *one = NULL;

		if (!is_the_thread(l->words[0], p->cap, t))
			continue;
		n++;
		for (int m = 0; m < IOM_M_NR; m++) {
			sum.transfers += t->models[m].transfers;
			sum.bytes += t->models[m].bytes;
		}
		holds = exp_hold(l, &exp_thread, t, p->cap, &one);
		see_thread(seen, p->cap, t, one);
		if (!holds)
			return false;
	}
	if (!n) {
		exp_see(seen, iom_sentence("there is no such thread"));
		return false;
	}
	holds = exp_hold(l, &exp_sums, &sum, p->cap, &added);
	if (added)
		exp_see(seen, added);
	return holds;
}

static void add_time(struct exp_time *sum, const struct acc_thread *t)
{
	uint64_t waits = 0, parts;

	for (size_t i = 0; i < t->nwaits; i++) {
		waits += t->waits[i].ns;
		if (t->waits[i].what == ACC_OTHER)
			sum->other_ns += t->waits[i].ns;
	}
	parts = t->running_ns + t->runq_ns + waits;
	parts = parts > t->wall_ns ? parts - t->wall_ns : t->wall_ns - parts;
	sum->wall_ns += t->wall_ns;
	sum->running_ns += t->running_ns;
	sum->runq_ns += t->runq_ns;
	sum->waiting_ns += t->waiting_ns;
	sum->waits_ns += waits;
	sum->apart_ns = parts > sum->apart_ns ? parts : sum->apart_ns;
}

bool exp_check_time(const struct exp_line *l, const struct exp_process *p, char **seen)
{
	struct exp_time sum = {};
	size_t n = 0;

	for (size_t i = 0; i < p->rp->nthreads; i++)
		if (is_the_thread(l->words[0], p->cap, &p->rp->threads[i])) {
			add_time(&sum, &p->rp->threads[i].time);
			n++;
		}
	if (!n) {
		exp_see(seen, iom_sentence("there is no such thread"));
		return false;
	}
	return exp_hold(l, &exp_times, &sum, p->cap, seen);
}

/* ---- waits --------------------------------------------------------------------------------------- */

/* "process 123 cat" */
static uint64_t holder_of(const struct acc_wait *w)
{
	return w->holder && !strncmp(w->holder, "process ", 8) ? strtoul(w->holder + 8, NULL, 10) : 0;
}

static void add_wait(struct exp_waits *sum, const struct acc_wait *w)
{
	uint64_t before = w->before ? w->before_ns : 0, holder = holder_of(w);

	sum->count += w->count;
	sum->slept += w->slept;
	sum->ns += w->ns;
	sum->unsplit_ns += w->unsplit_ns;
	sum->under_way += w->under_way;
	sum->before += w->before;
	sum->entries++;
	sum->max_ns = w->max_ns > sum->max_ns ? w->max_ns : sum->max_ns;
	sum->before_ns = before > sum->before_ns ? before : sum->before_ns;
	sum->held_by = holder > sum->held_by ? holder : sum->held_by;
}

static bool is_the_wait(const struct exp_line *l, const struct exp_wait *x, const struct iom_capture *cap)
{
	const struct acc_wait *w = x->wait;
	const char *file = exp_file_name(cap, w->file, w->path);
	const char *is = l->form->args[0] == EXP_A_WHAT ? iom_what_name(w->what) :
							  exp_call_name(w->nr, w->what == ACC_PAGE);

	return (!l->words[0] || exp_matches(l->words[0], is)) && (!l->on || (file && strstr(file, l->on))) &&
	       exp_hold(l, &exp_one_wait, x, cap, NULL);
}

bool exp_check_wait(const struct exp_line *l, const struct exp_process *p, char **seen)
{
	struct exp_waits sum = {};
	char *conds = NULL;
	bool holds;

	for (size_t i = 0; i < p->rp->nthreads; i++)
		for (size_t k = 0; k < p->rp->threads[i].time.nwaits; k++) {
			struct exp_wait x = {&p->rp->threads[i].time.waits[k], &p->rp->threads[i]};

			if (is_the_wait(l, &x, p->cap))
				add_wait(&sum, x.wait);
		}
	if (!sum.entries) {
		exp_see(seen, iom_sentence("there is none"));
		return false;
	}
	holds = exp_hold(l, &exp_all_waits, &sum, p->cap, &conds);
	if (conds)
		exp_see(seen, conds);
	else
		exp_see(seen, iom_sentence("asleep %s in all, %s at most", iom_time(sum.ns), iom_time(sum.max_ns)));
	return holds;
}

bool exp_check_no_wait(const struct exp_line *l, const struct exp_process *p, char **seen)
{
	return !exp_check_wait(l, p, seen);
}

/* ---- loops and rings ------------------------------------------------------------------------------- */

/* Every loop there is, or every one of a thread of that name. */
bool exp_check_loop(const struct exp_line *l, const struct exp_process *p, char **seen)
{
	size_t n = 0;

	for (size_t i = 0; i < p->rp->nthreads; i++) {
		const struct rep_thread *t = &p->rp->threads[i];
		char *one = NULL;
		bool holds;

		if (!t->loop.is_loop || !is_the_thread(l->words[0], p->cap, t))
			continue;
		n++;
		holds = exp_hold(l, &exp_loop, t, p->cap, &one);
		see_thread(seen, p->cap, t, one);
		if (!holds)
			return false;
	}
	if (!n)
		exp_see(seen, iom_sentence("there is no such loop"));
	return n;
}

static const struct rep_thread *main_loop(const struct exp_process *p)
{
	for (size_t i = 0; i < p->rp->nthreads; i++)
		if (p->rp->threads[i].loop.is_loop &&
		    p->cap->threads[p->rp->threads[i].thread].ns_tid == p->cap->procs[p->rp->proc].pid)
			return &p->rp->threads[i];
	return NULL;
}

bool exp_check_turn(const struct exp_line *l, const struct exp_process *p, char **seen)
{
	const struct rep_thread *t = main_loop(p);
	const struct cap_turns *n = t && t->loop.turns != UINT32_MAX ? &p->cap->turns[t->loop.turns] : NULL;

	exp_see(seen, iom_sentence(n ? "there is no such part" : "the main thread has no turns"));
	for (int i = 0; n && i < CAP_PARTS; i++) {
		const struct cap_part *part = &n->parts[i];
		bool page = iom_what_of(part->class, part->nr) == ACC_PAGE;
		char *one = NULL;
		bool holds;

		if (part->class == CAP_C_NONE ||
		    !exp_matches(l->words[0], exp_call_name(part->class == CAP_C_STOPPED ? -1 : part->nr, page)))
			continue;
		holds = exp_hold(l, &exp_part, part, p->cap, &one);
		exp_see_or(seen, one, "it is there");
		return holds;
	}
	return false;
}

/* What keeps the loop of the main thread awake most of all. */
bool exp_check_awake(const struct exp_line *l, const struct exp_process *p, char **seen)
{
	static const struct {
		const char *name;
		uint32_t bit;
	} events[] = {{"EPOLLIN", 0x01},  {"EPOLLPRI", 0x02}, {"EPOLLOUT", 0x04},
		      {"EPOLLERR", 0x08}, {"EPOLLHUP", 0x10}, {"EPOLLRDHUP", 0x2000}};
	const struct rep_thread *t = main_loop(p);
	char *one = NULL;
	bool holds;

	if (!t || !t->nawake_by) {
		exp_see(seen, iom_sentence("nothing keeps it awake"));
		return false;
	}
	holds = exp_hold(l, &exp_awake, &t->awake_by[0], p->cap, &one);
	exp_see_or(seen, one, "it is kept awake");
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]) && holds; i++)
		if (!strcmp(events[i].name, l->event) && !(t->awake_by[0].events & events[i].bit)) {
			exp_see(seen, iom_sentence("%s, by another event", *seen));
			return false;
		}
	return holds;
}
