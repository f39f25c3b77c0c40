/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text_example.c - the line of the page that tells of one transfer, as it was sampled.
 */
#include "report/text_int.h"

#include <stdlib.h>

#include "base/sysname.h"
#include "capture/names.h"
#include "report/sentence.h"

/* Of fewer there is no median, and the longer one is told. */
#define MEDIAN_OF 3

static char *waker_text(const struct page *p, const struct rep_example *e)
{
	char *comm, *text;

	switch (e->waker) {
	case CAP_W_TASK:
	case CAP_W_KTHREAD:
		comm = text_comm(p, e->waker_comm);
		text = iom_sentence("; woken by %s%s", e->waker == CAP_W_KTHREAD ? "the kernel's " : "", comm);
		free(comm);
		return text;
	case CAP_W_HARDIRQ:
		return iom_sentence("; woken by a device's interrupt");
	case CAP_W_SOFTIRQ:
		return iom_sentence("; woken by a soft interrupt: network, timer or disk");
	case CAP_W_IOWQ:
		return iom_sentence("; woken by a worker of io_uring");
	case CAP_W_SELF:
		return iom_sentence("; woken by its own timer or signal");
	default:
		return iom_sentence("%s", "");
	}
}

/* " (median of 17)": heap. */
static char *of_how_many(uint64_t n)
{
	return n >= MEDIAN_OF ? iom_sentence(" (median of %s)", iom_count(n)) :
				iom_sentence("%s", n == 2 ? " (the longer of two)" : "");
}

static bool waits_apart(const struct rep_example *e)
{
	return e->wait_nr != e->nr;
}

/* Did most of the sampled returns sleep, and in the whole watch most did not, or the other way round? */
static bool is_contradicted(const struct rep_example *e)
{
	return e->all && (2 * e->slept >= e->returns) != (2 * e->all_slept >= e->all);
}

/* "; of all returns of epoll_wait in the watch 60 % slept": heap. */
static char *counted_text(const struct rep_example *e)
{
	return iom_sentence("; of all %s%s in the watch %s slept", waits_apart(e) ? "returns of " : "such calls",
			    waits_apart(e) ? iom_syscall_name(e->wait_nr) : "",
			    e->all_slept ? iom_part(e->all_slept, e->all) : "none");
}

/* "; 1 of 6 returns of epoll_wait slept": heap. */
static char *slept_text(const struct rep_example *e)
{
	const char *of = waits_apart(e) ? " returns of " : "", *call = waits_apart(e) ? iom_syscall_name(e->wait_nr) : "";

	if (e->returns == 1)
		return iom_sentence("; %s%s %s", waits_apart(e) ? "the one return of " : "it", call,
				    e->slept ? "slept" : "did not sleep");
	if (e->slept == e->returns)
		return iom_sentence("; %s%s%s%s slept", e->returns == 2 ? "both" : "all ",
				    e->returns == 2 ? "" : iom_count(e->returns), of, call);
	return iom_sentence("; %s of %s%s%s slept", e->slept ? iom_count(e->slept) : "none", iom_count(e->returns), of,
			    call);
}

/* "1.6 ms, waited 83 us for a CPU (medians)"; how many of those that slept were timed after it is told where these
 * are not all: heap. */
static char *times_text(const struct rep_example *e)
{
	const char *both = e->slept >= MEDIAN_OF ? " (medians)" : e->slept == 2 ? " (the longer of two)" : "";
	const char *one = e->slept >= MEDIAN_OF ? " (median)" : both;
	char *of, *text;

	if (!e->woken)
		return iom_sentence(" %s%s", iom_time(e->wait_ns), one);
	if (e->woken == e->slept)
		return iom_sentence(" %s, waited %s for a CPU%s", iom_time(e->wait_ns), iom_time(e->runq_ns), both);
	of = of_how_many(e->woken);
	text = iom_sentence(" %s%s; %s of them waited %s for a CPU%s", iom_time(e->wait_ns), one, iom_count(e->woken),
			    iom_time(e->runq_ns), e->woken >= MEDIAN_OF ? " (median)" : of);
	free(of);
	return text;
}

/* How the threads waited for it: heap. */
static char *wait_text(const struct page *p, const struct rep_example *e)
{
	char *slept, *times, *waker, *text;

	if (!e->returns)
		return iom_sentence("%s", "");
	if (is_contradicted(e))
		return counted_text(e);
	slept = slept_text(e);
	if (!e->slept)
		return slept;
	times = times_text(e);
	waker = waker_text(p, e);
	text = iom_sentence("%s%s%s", slept, times, waker);
	free(slept);
	free(times);
	free(waker);
	return text;
}

void text_example(struct page *p, const struct rep_example *e)
{
	const char *call = iom_syscall_name(e->nr), *kind = e->fanotify ? "fanotify" : iom_kind_name(e->kind);
	char *of, *wait, *line;

	if (!e->samples)
		return;
	of = of_how_many(e->samples);
	wait = wait_text(p, e);
	line = iom_sentence("%s %s of %s %s, sampled: %s in itself%s%s", iom_article(call), call, iom_article(kind), kind,
			    iom_time(e->copy_ns), of, wait);
	line = page_micro(p, line);
	fputs("\n  ", p->out);
	page_wrap(p, line, 2, 2, PAGE_PLAIN);
	free(line);
	free(wait);
	free(of);
}
