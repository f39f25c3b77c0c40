/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/judge.h"
#include "judge/roles.h"
#include "judge/score.h"
#include "report/headline.h"
#include "report/sentence.h"
#include "base/sysname.h"
#include "capture/names.h"

/* A sleep under way at the end is said when it is more than the usual pause between two turns. */

static const char *call_of_loop(const struct rep_loop *l)
{
	return l->class == CAP_C_POLL ? "poll" : l->class == CAP_C_SELECT ? "select" : "epoll_wait";
}

/* FIONREAD alone said how much there is, and no read was tried. */
static bool only_asked(const struct cap_calls *r)
{
	return r->n.again && iom_only_asked(r) == r->n.again && iom_operations(r) == r->n.again;
}

/* "read(7) of a socket": file names are said apart, they may be hostile and long. */
static char *call_on_file(const struct iom_capture *cap, const struct cap_calls *r)
{
	const struct cap_file *f = r->file == IOM_NO_FILE ? NULL : &cap->files[r->file];

	if (f && only_asked(r) && f->fd >= 0 && f->name)
		return iom_sentence("ioctl(%d, FIONREAD) of %s", f->fd, f->name);
	if (!f)
		return iom_sentence("%s", iom_syscall_name(r->nr));
	if (f->merged || f->fd < 0)
		return iom_sentence("%s of %s %s", iom_syscall_name(r->nr), iom_article(iom_kind_name(f->kind)),
				    iom_kind_name(f->kind));
	return iom_sentence("%s(%d)%s%s", iom_syscall_name(r->nr), f->fd, f->name ? " " : "",
			    f->name ? f->name : "");
}

static const char *counted_files(const struct rep_loop *l)
{
	static char text[64];

	if (l->files <= l->at_least)
		return "files";
	snprintf(text, sizeof(text), "%s%s file%s", l->at_least ? "at least " : "", iom_count(l->files),
		 l->files == 1 ? "" : "s");
	return text;
}

static char *open_call_text(const struct iom_capture *cap, const struct cap_open_call *c)
{
	const struct cap_file *f = c->file == IOM_NO_FILE ? NULL : &cap->files[c->file];
	const char *name = iom_syscall_name(c->nr);

	if (f && f->name)
		return iom_sentence("%s(%d) %s", name, c->fd, f->name);
	if (c->fd >= 0)
		return iom_sentence("%s(%d)", name, c->fd);
	return iom_sentence("%s", name);
}

static char *what_loop(const struct rep_thread *rt)
{
	const struct rep_loop *l = &rt->loop;
	char fd[24] = "";

	if (l->fd >= 0)
		snprintf(fd, sizeof(fd), "(%d)", l->fd);
	return iom_sentence("%s%s: %s", call_of_loop(l), fd, counted_files(l));
}

/* What it was asleep in most, where it does no I/O. */
static char *what_wait(const struct acc_wait *w)
{
	if (w->what == ACC_PAGE || w->nr < 0)
		return iom_sentence(w->what == ACC_STOPPED ? "stopped" : "page faults on mapped files");
	if (w->class == CAP_C_FUTEX)
		return iom_sentence("waits for other threads (futex)");
	if (w->what == ACC_TIMER)
		return iom_sentence("sleeps by timer");
	if (w->what == ACC_CHILD)
		return iom_sentence("waits for a child");
	return iom_sentence(w->what == ACC_LOCK ? "waits for a lock in %s" : "sleeps in %s", iom_syscall_name(w->nr));
}

static char *what_thread(const struct iom_evidence *ev, const struct rep_thread *rt)
{
	const struct iom_capture *cap = ev->cap;
	const struct cap_thread *ct = &cap->threads[rt->thread];
	const struct ev_thread *t = &ev->threads[rt->thread];
	char *call, *text;

	if (t->kernel)
		return iom_sentence("a worker of io_uring, the kernel's own");
	if (t->helper && t->top_row != UINT32_MAX) {
		call = call_on_file(cap, &cap->calls[t->top_row]);
		text = iom_sentence("a helper of glibc's POSIX AIO: %s", call);
		free(call);
		return text;
	}
	if (rt->loop.is_loop && (rt->verdict.model == IOM_M_MULTIPLEXED ||
				 rt->verdict.model == IOM_M_NONE || t->spin))
		return what_loop(rt);
	if (t->top_row != UINT32_MAX)
		return call_on_file(cap, &cap->calls[t->top_row]);
	if (rt->verdict.model != IOM_M_NONE && ct->at_end.nr >= 0) {
		call = open_call_text(cap, &ct->at_end);
		text = iom_sentence("asleep in %s", call);
		free(call);
		return text;
	}
	return rt->time.nwaits ? what_wait(&rt->time.waits[0]) :
	       ct->cpu_ns      ? iom_sentence("computes") :
				 iom_sentence("does nothing");
}

/* Does a file make a call wait until somebody else brings data, or takes it? What comes from /dev/zero or goes to
 * /dev/null never waits, and a stored file has data, and room, all the time. */
static bool waits_for_others(uint8_t kind)
{
	return kind != CAP_K_NULL && !is_stored(kind);
}

/* What a call that did not sleep would have slept for. One from file to file has two sides. */
static const char *without(const struct iom_capture *cap, const struct cap_calls *r)
{
	uint8_t own_kind = r->file == IOM_NO_FILE ? CAP_K_UNKNOWN : cap->files[r->file].kind;
	uint8_t other_kind = r->other == IOM_NO_FILE ? r->other_kind : cap->files[r->other].kind;
	bool two = r->class == CAP_C_SENDFILE || r->class == CAP_C_SPLICE || r->class == CAP_C_COPYRANGE;
	bool own = waits_for_others(own_kind), other = two && waits_for_others(other_kind);
	bool gives = r->class == CAP_C_SENDFILE ? other : own, takes = r->class == CAP_C_SENDFILE ? own : other;

	if (!two) {
		gives = own && !is_output(r->class);
		takes = own && is_output(r->class);
	}
	return gives && takes ? "; with nothing there, or no room, it would have" :
	       takes	      ? "; with no room there it would have" :
	       gives	      ? "; with nothing there it would have" :
	       is_stored(own_kind) || (two && is_stored(other_kind)) ? "; it may sleep until that is done" :
								       "";
}

/* What a rule adds to the counts of the calls that it was about. */
static const char *afterthought(const struct iom_capture *cap, const struct cap_calls *r, enum iom_rule rule)
{
	switch (rule) {
	case RULE_SIGNALLED:
		return "; a signal tells when it is ready";
	case RULE_WATCHED:
		return "; its readiness is waited for";
	case RULE_AGAIN:
		return "; it was asked again without waiting";
	case RULE_MAY_SLEEP:
		return without(cap, r);
	default:
		return "";
	}
}

static void because_calls(const struct iom_evidence *ev, struct rep_verdict *v, enum iom_rule rule,
			  uint32_t calls)
{
	const struct cap_calls *r = &ev->cap->calls[calls];
	const struct acc_calls *sleep = &ev->account->calls[calls];
	char *call = call_on_file(ev->cap, r);
	uint64_t ends = r->n.zero + r->n.zero_slept;

	if (rule == RULE_GROWING)
		iom_because(v, iom_sentence("%s was read on after its end %s times, to see whether it grew.", call,
					    iom_count(ends)));
	else if (sleep->ns)
		iom_because(v, iom_sentence("%s slept in %s of %s call%s, %s in all, %s at most.", call,
					    iom_count(sleep->slept), iom_count(iom_operations(r)),
					    iom_operations(r) == 1 ? "" : "s", iom_time(sleep->ns),
					    iom_time(sleep->max_ns)));
	else if (only_asked(r))
		iom_because(v, iom_sentence("%s said %s times that nothing is there%s.", call, iom_count(r->n.again),
					    afterthought(ev->cap, r, rule)));
	else if (r->n.again)
		iom_because(v, iom_sentence("%s never slept: %s done, %s said EAGAIN%s.", call,
					    iom_count(r->n.ok + r->n.zero), iom_count(r->n.again),
					    afterthought(ev->cap, r, rule)));
	else
		iom_because(v, iom_sentence("%s never slept in %s call%s%s.", call, iom_count(iom_operations(r)),
					    iom_operations(r) == 1 ? "" : "s", afterthought(ev->cap, r, rule)));
	free(call);
}

static void because_loop(const struct iom_evidence *ev, struct rep_process *rp, uint32_t thread)
{
	const struct ev_thread *t = &ev->threads[thread];
	const struct rep_thread *rt = NULL;
	uint32_t tid = ev->cap->threads[thread].ns_tid;
	char vain[128] = "";

	for (size_t i = 0; i < rp->nthreads; i++)
		if (rp->threads[i].thread == thread)
			rt = &rp->threads[i];
	if (!rt || !rt->loop.is_loop)
		return;
	if (!rt->loop.calls) {
		iom_because(&rp->verdict, iom_sentence("Thread %u is asleep in %s, waiting for %s.", tid,
						       call_of_loop(&rt->loop), counted_files(&rt->loop)));
		return;
	}
	if (t->ready_nowait || t->ready_empty)
		snprintf(vain, sizeof(vain), "; %s of the calls did not want to wait, %s found nothing",
			 iom_part(t->ready_nowait, t->ready_calls), iom_part(t->ready_empty, t->ready_calls));
	iom_because(&rp->verdict,
		    iom_sentence("Thread %u called %s for %s %s times and slept in it for %s%s.", tid,
				 call_of_loop(&rt->loop), counted_files(&rt->loop), iom_count(t->ready_calls),
				 iom_time(t->ready_wait_ns + t->ready_open_ns), vain));
}

static void because_requests(const struct iom_evidence *ev, struct rep_process *rp)
{
	const struct ev_async *a = &ev->procs[rp->proc].async;

	if (a->submits)
		iom_because(&rp->verdict,
			    iom_sentence("%s requests by %s: %s were done before the submitting call "
					 "returned, %s later; %s were alone in flight.",
					 iom_count(a->submits), a->uring ? "io_uring" : "io_submit",
					 iom_count(a->inline_ + a->slept), iom_count(a->late),
					 iom_part(a->depth1, a->submits)));
	if (a->more)
		iom_because(&rp->verdict, iom_sentence("%s further completions came from multishot "
						       "requests.", iom_count(a->more)));
	if (a->sqpoll)
		iom_because(&rp->verdict, iom_sentence("%s requests were taken by the kernel's own "
						       "submission thread (SQPOLL), without a call.",
						       iom_count(a->sqpoll)));
}

static void because_helpers(const struct iom_evidence *ev, struct rep_process *rp)
{
	const struct ev_proc *p = &ev->procs[rp->proc];

	iom_because(&rp->verdict, iom_sentence("%s transfers were made by %u helper thread%s of glibc's "
					       "POSIX AIO, which block for the program.",
					       iom_count(p->helper_transfers), p->helpers,
					       p->helpers == 1 ? "" : "s"));
}

/* Everything that one rule says of a process, once. */
static void because_rule(const struct iom_evidence *ev, struct rep_process *rp, enum iom_rule rule)
{
	const struct ev_spoke *s = &ev->procs[rp->proc].spoke[rule];

	if (rule == RULE_REQUEST)
		because_requests(ev, rp);
	else if (rule == RULE_HELPER)
		because_helpers(ev, rp);
	else if (rule == RULE_PAGE)
		iom_because(&rp->verdict, iom_sentence("Its threads slept for pages of mapped files %s times, "
						       "%s in all.", iom_count(s->vote.ops),
						       iom_time(s->vote.wait_ns)));
	else if (rule == RULE_ASIDE)
		iom_because(&rp->verdict, iom_sentence("It made %s transfers, all of files that never wait.",
						       iom_count(s->vote.transfers)));
	else if ((rule == RULE_READINESS || rule == RULE_SPIN) && s->thread != UINT32_MAX)
		because_loop(ev, rp, s->thread);
	else if (s->calls != UINT32_MAX)
		because_calls(ev, &rp->verdict, rule, s->calls);
}

/* What two rules say of the same calls is one sentence. */
static bool is_said(const struct ev_spoke *spoke, const bool said[RULE_NR], int rule)
{
	bool is = said[rule];

	for (int i = 0; i < RULE_NR && spoke[rule].calls != UINT32_MAX; i++)
		is |= said[i] && spoke[i].calls == spoke[rule].calls;
	return is;
}

/* The rules that spoke for a model, loudest first, up to so many. */
static void because_model(const struct iom_evidence *ev, struct rep_process *rp, enum iom_model m,
			  bool said[RULE_NR], int most)
{
	const struct ev_spoke *spoke = ev->procs[rp->proc].spoke;

	for (int n = 0; n < most; n++) {
		int best = -1;

		for (int i = 0; i < RULE_NR; i++)
			if (iom_rule(i)->model == m && spoke[i].loudest > 0 && !is_said(spoke, said, i) &&
			    (best < 0 || iom_weight(&spoke[i].vote) > iom_weight(&spoke[best].vote)))
				best = i;
		if (best < 0)
			return;
		said[best] = true;
		because_rule(ev, rp, best);
	}
}

static void because_open(const struct iom_evidence *ev, struct rep_process *rp)
{
	const struct iom_capture *cap = ev->cap;

	for (size_t i = 0; i < rp->nthreads; i++) {
		const struct cap_thread *ct = &cap->threads[rp->threads[i].thread];
		const struct cap_open_call *c = &ct->at_end;
		char *call;

		if (c->nr < 0 || c->class >= CAP_C_FUTEX || c->class == CAP_C_SLEEP_POLL ||
		    (!c->before_ns && c->inside_ns < iom_limit(LIMIT_REASON_OPEN_NS)) ||
		    ev->threads[rp->threads[i].thread].kernel || rp->verdict.nbecause > 5)
			continue;
		call = open_call_text(cap, c);
		if (c->before_ns)
			iom_because(&rp->verdict,
				    iom_sentence("Thread %u has been asleep in %s since %s before the "
						 "watch began, and still is.",
						 ct->ns_tid, call, iom_time(c->before_ns)));
		else
			iom_because(&rp->verdict,
				    iom_sentence("Thread %u is still asleep in %s, for %s so far.",
						 ct->ns_tid, call, iom_time(c->inside_ns)));
		free(call);
	}
}

void iom_explain_thread(const struct iom_evidence *ev, struct rep_thread *rt)
{
	rt->what = what_thread(ev, rt);
}

static char *unseen_text(const struct ev_proc *p)
{
	return iom_sentence("Data of %s file%s moves by a ring in shared memory, without a call: it was not "
			    "counted.", iom_count(p->unseen), p->unseen == 1 ? "" : "s");
}

static char *computed_text(const struct iom_capture *cap, const struct rep_thread *rt)
{
	const struct acc_thread *t = &rt->time;
	char waited[64] = "";

	if (t->runq_ns >= iom_limit(LIMIT_PAGE_PART) * t->wall_ns)
		snprintf(waited, sizeof(waited), ", and waited for a CPU for %s", iom_part(t->runq_ns, t->wall_ns));
	return iom_sentence("Thread %u ran for %s of the time%s.", cap->threads[rt->thread].ns_tid,
			    iom_part(t->running_ns, t->wall_ns), waited);
}

static void because_of_the_rest(const struct iom_evidence *ev, struct rep_process *rp)
{
	const struct ev_proc *p = &ev->procs[rp->proc];
	struct rep_verdict *v = &rp->verdict;

	if (p->io_signals)
		iom_because(v, iom_sentence("%s signals about files reached it.", iom_count(p->io_signals)));
	if (p->unseen)
		iom_because(v, unseen_text(p));
	for (size_t i = 0; i < rp->nthreads && v->model == IOM_M_NONE; i++)
		if (rp->threads[i].verdict.model == IOM_M_NONE && v->nbecause < 3 &&
		    iom_computing(&rp->threads[i].time) >= iom_limit(LIMIT_COMPUTES))
			iom_because(v, computed_text(ev->cap, &rp->threads[i]));
}

void iom_explain_process(const struct iom_evidence *ev, struct rep_process *rp)
{
	struct rep_verdict *v = &rp->verdict;
	const struct ev_proc *p = &ev->procs[rp->proc];
	bool said[RULE_NR] = {};

	v->headline = iom_headline(ev, rp);
	if (p->unseen) {
		char *head = v->headline, *rest = unseen_text(p);

		v->headline = iom_sentence("%s %s", head, rest);
		free(head);
		free(rest);
	}
	if (v->model != IOM_M_NONE)
		because_model(ev, rp, v->model, said, 2);
	for (size_t i = 0; i < v->nalso && i < 2; i++)
		because_model(ev, rp, v->also[i], said, 1);
	because_of_the_rest(ev, rp);
	because_open(ev, rp);
	if (!v->nbecause && v->model != IOM_M_NONE && p->spoke[RULE_COMPANY].calls != UINT32_MAX)
		because_rule(ev, rp, RULE_COMPANY);
	if (!v->nbecause)
		iom_because(v, iom_sentence("No transfer was seen, and no file was waited for."));
}
