/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/judge.h"
#include "report/sentence.h"
#include "base/sysname.h"
#include "capture/names.h"

/* A sleep under way at the end is said when it is more than the usual pause between two turns. */
#define OPEN_WORTH_NS 100000000

static const char *call_of_loop(const struct rep_loop *l)
{
	return l->class == CAP_C_POLL ? "poll" : l->class == CAP_C_SELECT ? "select" : "epoll_wait";
}

/* "read(7) of a socket": file names are said apart, they may be hostile and long. */
static char *call_on_file(const struct iom_capture *cap, const struct cap_calls *r)
{
	const struct cap_file *f = r->file == IOM_NO_FILE ? NULL : &cap->files[r->file];

	if (!f)
		return iom_sentence("%s", iom_syscall_name(r->nr));
	if (f->merged || f->fd < 0)
		return iom_sentence("%s of a %s", iom_syscall_name(r->nr), iom_kind_name(f->kind));
	return iom_sentence("%s(%d)%s%s", iom_syscall_name(r->nr), f->fd, f->name ? " " : "",
			    f->name ? f->name : "");
}

static const char *counted_files(const struct rep_loop *l)
{
	static char text[64];

	if (l->files == 0)
		return "files";
	snprintf(text, sizeof(text), "%s file%s", iom_count(l->files), l->files == 1 ? "" : "s");
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

static char *what_thread(const struct iom_evidence *ev, const struct rep_thread *rt)
{
	const struct iom_capture *cap = ev->cap;
	const struct cap_thread *ct = &cap->threads[rt->thread];
	const struct ev_thread *t = &ev->threads[rt->thread];
	char *call, *text;

	if (t->kernel)
		return iom_sentence("a worker of io_uring, the kernel's own");
	if (ct->libc_helper && t->top_row != UINT32_MAX) {
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
	if (t->pages)
		return iom_sentence("page faults on mapped files");
	if (rt->in_futex_ns > rt->in_timer_ns && rt->in_futex_ns)
		return iom_sentence("waits for other threads (futex)");
	if (rt->in_timer_ns)
		return iom_sentence("sleeps by timer");
	if (rt->in_child_ns)
		return iom_sentence("waits for a child");
	if (rt->in_lock_ns)
		return iom_sentence("waits for a lock");
	return ct->cpu_ns ? iom_sentence("computes") : iom_sentence("does nothing");
}

/* The row that carried most operations of this model, in this process. */
static const struct cap_calls *top_row(const struct iom_evidence *ev, uint32_t tgid,
				     enum iom_model m)
{
	const struct cap_calls *best = NULL;
	uint64_t most = 0;

	for (size_t i = 0; i < ev->cap->ncalls; i++) {
		const struct cap_calls *r = &ev->cap->calls[i];
		uint64_t n = 0;

		if (r->tgid != tgid || r->class > CAP_C_COPYRANGE || r->file == IOM_NO_FILE ||
		    !ev->files[r->file].votes[m].transfers)
			continue;
		n = r->n.ok + r->n.ok_slept + r->n.zero + r->n.zero_slept + r->n.again +
		    r->n.again_slept;
		if (m == IOM_M_BLOCKING) /* the one it waits in says more than the most frequent */
			n = r->wait_ns ? r->wait_ns : n;
		if (n > most) {
			most = n;
			best = r;
		}
	}
	return best;
}

static void because_row(const struct iom_evidence *ev, struct rep_verdict *v,
			const struct cap_calls *r)
{
	uint64_t slept = r->n.ok_slept + r->n.zero_slept + r->n.again_slept;
	uint64_t again = r->n.again;
	uint64_t all = r->n.ok + r->n.zero + slept;
	char *call = call_on_file(ev->cap, r);

	if (slept)
		iom_because(v, iom_sentence("%s slept in %s of %s calls, %s in all, %s at most.", call,
					    iom_count(slept), iom_count(all + again),
					    iom_time(r->wait_ns), iom_time(r->max_wait_ns)));
	else if (again)
		iom_because(v, iom_sentence("%s never slept: %s done, %s said EAGAIN.", call,
					    iom_count(all), iom_count(again)));
	else
		iom_because(v, iom_sentence("%s never slept in %s calls.", call, iom_count(all)));
	free(call);
}

static void because_loops(const struct iom_evidence *ev, struct rep_process *rp)
{
	const struct rep_thread *best = NULL;
	char vain[128] = "";

	for (size_t i = 0; i < rp->nthreads; i++) {
		const struct rep_thread *rt = &rp->threads[i];

		if (rt->loop.is_loop && (!best || rt->loop.calls > best->loop.calls))
			best = rt;
	}
	if (!best)
		return;
	const struct ev_thread *t = &ev->threads[best->thread];
	uint32_t tid = ev->cap->threads[best->thread].ns_tid;

	if (!best->loop.calls) {
		iom_because(&rp->verdict,
			    iom_sentence("Thread %u is asleep in %s, waiting for %s.", tid,
					 call_of_loop(&best->loop), counted_files(&best->loop)));
		return;
	}
	if (t->ready_nowait || t->ready_empty)
		snprintf(vain, sizeof(vain), "; %s of the calls did not want to wait, %s found nothing",
			 iom_part(t->ready_nowait, t->ready_calls),
			 iom_part(t->ready_empty, t->ready_calls));
	iom_because(&rp->verdict,
		    iom_sentence("Thread %u called %s for %s %s times and slept in it for %s%s.", tid,
				 call_of_loop(&best->loop), counted_files(&best->loop),
				 iom_count(best->loop.calls),
				 iom_time(t->ready_wait_ns + t->ready_open_ns), vain));
}

static void because_open(const struct iom_evidence *ev, struct rep_process *rp)
{
	const struct iom_capture *cap = ev->cap;

	for (size_t i = 0; i < rp->nthreads; i++) {
		const struct cap_thread *ct = &cap->threads[rp->threads[i].thread];
		const struct cap_open_call *c = &ct->at_end;
		char *call;

		if (c->nr < 0 || c->class >= CAP_C_FUTEX || c->class == CAP_C_SLEEP_POLL ||
		    (!c->before_ns && c->inside_ns < OPEN_WORTH_NS) ||
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

static void because_async(const struct iom_evidence *ev, struct rep_process *rp)
{
	const struct ev_async *a = &ev->procs[rp->proc].async;
	const struct ev_proc *p = &ev->procs[rp->proc];

	if (a->submits)
		iom_because(&rp->verdict,
			    iom_sentence("%s requests by %s: %s were done before the submitting call "
					 "returned, %s later; %s were alone in flight.",
					 iom_count(a->submits), a->uring ? "io_uring" : "io_submit",
					 iom_count(a->inline_), iom_count(a->late + a->slept),
					 iom_part(a->depth1, a->submits)));
	if (a->more)
		iom_because(&rp->verdict, iom_sentence("%s further completions came from multishot "
						       "requests.", iom_count(a->more)));
	if (a->sqpoll)
		iom_because(&rp->verdict, iom_sentence("%s requests were taken by the kernel's own "
						       "submission thread (SQPOLL), without a call.",
						       iom_count(a->sqpoll)));
	if (p->helper_transfers)
		iom_because(&rp->verdict,
			    iom_sentence("%s transfers were made by %u helper thread%s of glibc's "
					 "POSIX AIO, which block for the program.",
					 iom_count(p->helper_transfers), p->helpers,
					 p->helpers == 1 ? "" : "s"));
}

static char *headline(const struct rep_process *rp)
{
	const struct rep_verdict *v = &rp->verdict;

	switch (v->model) {
	case IOM_M_BLOCKING:
		return iom_sentence("When there is nothing to read, or no room to write, its threads sleep "
				    "inside the transfer call.");
	case IOM_M_NONBLOCKING:
		return v->in_fact == IOM_FACT_POLLING ?
			       iom_sentence("It asks a readiness call over and over without waiting: "
					    "polling, whatever the call's name.") :
			       iom_sentence("It asks again and again and is told that there is nothing yet.");
	case IOM_M_MULTIPLEXED:
		return iom_sentence("It waits for many files at once, then transfers without sleeping.");
	case IOM_M_SIGNAL:
		return iom_sentence("The kernel tells it by signal that a file is ready; then it "
				    "transfers.");
	case IOM_M_ASYNC:
		return v->in_fact == IOM_FACT_SYNCHRONOUS ?
			       iom_sentence("It uses an asynchronous interface, but waits for each "
					    "request: synchronous in fact.") :
		       v->in_fact == IOM_FACT_THREADS ?
			       iom_sentence("It hands its transfers over and is told when they are done; "
					    "helper threads do them by blocking.") :
			       iom_sentence("It hands its transfers to the kernel and is told when they "
					    "are done.");
	default:
		return iom_sentence("It transferred nothing and waited for no file.");
	}
}

void iom_explain_thread(const struct iom_evidence *ev, struct rep_thread *rt)
{
	rt->what = what_thread(ev, rt);
}

void iom_explain_process(const struct iom_evidence *ev, struct rep_process *rp)
{
	struct rep_verdict *v = &rp->verdict;
	uint32_t tgid = ev->cap->procs[rp->proc].tgid;
	const struct cap_calls *r;

	v->headline = headline(rp);
	if (v->model == IOM_M_ASYNC || ev->procs[rp->proc].async.submits)
		because_async(ev, rp);
	if (v->model == IOM_M_MULTIPLEXED || v->in_fact == IOM_FACT_POLLING)
		because_loops(ev, rp);
	if (v->model != IOM_M_NONE) {
		r = top_row(ev, tgid, v->model);
		if (r)
			because_row(ev, v, r);
	}
	for (size_t i = 0; i < v->nalso && i < 2; i++) {
		r = top_row(ev, tgid, v->also[i]);
		if (r)
			because_row(ev, v, r);
		else if (v->also[i] == IOM_M_MULTIPLEXED)
			because_loops(ev, rp);
	}
	if (ev->procs[rp->proc].io_signals)
		iom_because(v, iom_sentence("%s signals about files reached it.",
					    iom_count(ev->procs[rp->proc].io_signals)));
	because_open(ev, rp);
	if (!v->nbecause)
		iom_because(v, iom_sentence("No transfer was seen, and no file was waited for."));
}
