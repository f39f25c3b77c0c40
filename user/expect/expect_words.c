/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * expect_words.c - the words that expectations may name: what is none of them is a slip of the
 * pen, and would hold, or fail, of whatever is watched.
 */
#define _GNU_SOURCE
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/errname.h"
#include "base/sysname.h"
#include "capture/names.h"
#include "expect/expect_int.h"
#include "report/explain.h"
#include "report/sentence.h"

#define SYSCALLS 512 /* numbers below it may have names */
#define ERRORS	 134
#define LIST_MAX 60 /* words; more are not listed in a message */

static const char *const patterns[] = {"event-loop", "event-loop + worker pool", "thread-per-connection",
				       "thread pool", "process-per-connection", "pipeline", "proactor",
				       "busy-poll", "timer poll", "signal loop", "memory-mapped", "sequential",
				       "null", NULL};
static const char *const facts[] = {
	[IOM_FACT_NULL] = "null", [IOM_FACT_SYNCHRONOUS] = "synchronous", [IOM_FACT_THREADS] = "threads",
	[IOM_FACT_POLLING] = "polling", NULL};
static const char *const events[] = {"EPOLLIN", "EPOLLPRI", "EPOLLOUT", "EPOLLERR", "EPOLLHUP", "EPOLLRDHUP",
				     NULL};

const char *exp_fact(enum iom_in_fact fact)
{
	return facts[fact];
}

/* Topics are the models, none, the verdict, and then the findings. */
static const char *finding(size_t i)
{
	size_t n, first = 0;
	const char *const *topics = iom_explain_topics(&n);

	while (first < n && strcmp(topics[first], "verdict"))
		first++;
	return first + 1 + i < n ? topics[first + 1 + i] : NULL;
}

static const char *call(size_t i)
{
	return i < SYSCALLS ? iom_syscall_name(i) : i == SYSCALLS ? "page-fault" : i == SYSCALLS + 1 ? "none" : NULL;
}

static const char *word(enum exp_words words, size_t i)
{
	switch (words) {
	case EXP_MODELS:
		return i <= IOM_M_NONE ? iom_model_name(i) : NULL;
	case EXP_FIVE:
		return i < IOM_M_NR ? iom_model_name(i) : NULL;
	case EXP_FACTS:
		return facts[i];
	case EXP_PATTERNS:
		return patterns[i];
	case EXP_FINDINGS:
		return finding(i);
	case EXP_CALLS:
		return call(i);
	case EXP_WHATS:
		return i < ACC_WHATS ? iom_what_name(i) : NULL;
	case EXP_KINDS:
		return i + 1 < CAP_K_MAX ? iom_kind_name(i + 1) : NULL;
	case EXP_EVENTS:
		return events[i];
	default:
		return NULL;
	}
}

static char *with_dashes(const char *text)
{
	char *s = iom_sentence("%s", text);

	for (char *p = s; *p; p++)
		*p = *p == ' ' ? '-' : *p;
	return s;
}

bool exp_matches(const char *pattern, const char *text)
{
	char *dashed;
	bool matches = !strcmp(pattern, text) || !fnmatch(pattern, text, 0);

	if (matches || !strchr(text, ' '))
		return matches;
	dashed = with_dashes(text);
	matches = !fnmatch(pattern, dashed, 0);
	free(dashed);
	return matches;
}

bool exp_is_word(enum exp_words words, const char *pattern)
{
	const char *w;

	if (words == EXP_ANY)
		return true;
	for (size_t i = 0; (w = word(words, i)); i++)
		if (exp_matches(pattern, w))
			return true;
	return false;
}

char *exp_list(enum exp_words words)
{
	char *list = iom_sentence("%s", "");
	const char *w;

	if (words == EXP_CALLS) {
		free(list);
		return iom_sentence("a system call such as epoll_wait, page-fault, none");
	}
	for (size_t i = 0; i < LIST_MAX && (w = word(words, i)); i++) {
		char *one = words == EXP_PATTERNS ? iom_sentence("%s", w) : with_dashes(w);
		char *longer = iom_sentence("%s%s%s", list, i ? ", " : "", one);

		free(list);
		free(one);
		list = longer;
	}
	return list;
}

int exp_error_of(const char *name)
{
	for (int e = 1; e < ERRORS; e++)
		if (!strcmp(iom_errno_name(e), name))
			return e;
	return 0;
}
