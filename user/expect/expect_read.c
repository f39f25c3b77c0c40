/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * expect_read.c - a line of words into an expectation. What cannot be meant is refused, with
 * what could be: a slip of the pen must not hold.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "expect/expect_int.h"
#include "report/sentence.h"

/* A line being read. */
struct reader {
	struct exp_line *l;
	char **words;
	size_t n, at; /* how many, and the next one */
	char *why;    /* heap; NULL: nothing is wrong so far */
};

static char *copy(const char *s)
{
	return iom_memory(strdup(s));
}

/* 20000000, 20ms, 1.5s, 64KiB, -1 */
static bool number_of(const char *text, double *n)
{
	static const struct {
		const char *unit;
		double times;
	} units[] = {{"", 1},	   {"ns", 1},	 {"us", 1e3},	    {"ms", 1e6},	    {"s", 1e9},
		     {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824.0}, {"%", 0.01}};
	const char *digits = text + (*text == '-');
	char *end;

	if (!isdigit((unsigned char)*digits) && *digits != '.')
		return false;
	*n = strtod(text, &end);
	for (size_t i = 0; end > digits && i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(end, units[i].unit)) {
			*n *= units[i].times;
			return true;
		}
	return false;
}

static bool is_integer(const char *s)
{
	s += *s == '-';
	return *s && strspn(s, "0123456789") == strlen(s);
}

static void split(struct reader *r, char *line)
{
	char *save = NULL;

	r->words = iom_alloc(strlen(line) / 2 + 2, sizeof(*r->words));
	for (char *w = strtok_r(line, " \t\r", &save); w; w = strtok_r(NULL, " \t\r", &save))
		r->words[r->n++] = w;
}

/* Take n words out of the middle. */
static void cut(struct reader *r, size_t from, size_t n)
{
	memmove(r->words + from, r->words + from + n, (r->n - from - n) * sizeof(*r->words));
	r->n -= n;
}

/* ---- conditions ------------------------------------------------------------------------- */

static enum exp_key key_of(const struct reader *r, const char *key, enum exp_words *words)
{
	enum exp_key kind = EXP_NO_KEY;

	for (int i = 0; i < 2 && kind == EXP_NO_KEY; i++)
		if (r->l->form->subjects[i])
			kind = exp_key_of(r->l->form->subjects[i], key, words);
	return kind;
}

static bool is_key(const struct reader *r, const char *word)
{
	enum exp_words words;

	return key_of(r, word, &words) != EXP_NO_KEY;
}

static char *add_key(char *list, const char *key)
{
	char *longer = *key ? iom_sentence("%s%s%s", list, *list ? ", " : "", key) : copy(list);

	free(list);
	return longer;
}

static char *all_keys(const struct reader *r)
{
	char *list = copy("");

	for (int i = 0; i < 2 && r->l->form->subjects[i]; i++) {
		const struct exp_subject *s = r->l->form->subjects[i];

		for (size_t k = 0; s->texts[k].key; k++)
			list = add_key(list, s->texts[k].key);
		for (size_t k = 0; s->numbers[k]; k++)
			list = add_key(list, s->numbers[k]);
		for (size_t k = 0; s->fields[k].key; k++)
			list = add_key(list, s->fields[k].key);
	}
	return list;
}

/* The sentence ends with what is allowed: `allowed` is taken over. */
static void refuse(struct reader *r, const char *what, const char *word, char *allowed)
{
	r->why = iom_sentence("has `%s` for %s, which is none of: %s", word, what, allowed);
	free(allowed);
}

/* The value is what the key can have. */
static void check_value(struct reader *r, struct exp_cond *c)
{
	enum exp_words words;
	enum exp_key kind = key_of(r, c->key, &words);

	if (kind == EXP_NO_KEY) {
		refuse(r, "a key", c->key, all_keys(r));
	} else if (kind == EXP_NUMBER_KEY) {
		c->is_number = number_of(c->text, &c->number);
		if (!c->is_number && !strcmp(c->key, "error")) {
			c->number = exp_error_of(c->text);
			c->is_number = c->number > 0;
		}
		if (!c->is_number)
			r->why = iom_sentence("has `%s` where a number belongs, such as 20, 1.5ms or 64KiB", c->text);
	} else if (strcmp(c->operator, "=") && strcmp(c->operator, "!=")) {
		r->why = iom_sentence("compares the text `%s` by %s: only = and != can", c->key, c->operator);
	} else if (!exp_is_word(words, c->text)) {
		refuse(r, c->key, c->text, exp_list(words));
	}
}

static const char *operator_at(const char *s)
{
	static const char *const operators[] = {">=", "<=", "!=", "=", "<", ">"};

	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		if (!strncmp(s, operators[i], strlen(operators[i])))
			return operators[i];
	return NULL; /* a ! alone */
}

/* "slept=0", or "transfers 53", which is the same as transfers=53. */
static void read_cond(struct reader *r)
{
	struct exp_cond *c = &r->l->conds[r->l->nconds];
	const char *word = r->words[r->at], *mark = strpbrk(word, "<>=!");
	const char *operator = mark ? operator_at(mark) : "=";

	if (!mark && r->at + 1 == r->n && is_key(r, word)) {
		r->why = iom_sentence("says nothing of `%s`: it ends in the middle of a condition", word);
		return;
	}
	if (!mark && !is_key(r, word)) {
		refuse(r, "a key", word, all_keys(r));
		return;
	}
	if (!operator) {
		r->why = iom_sentence("has `%s`, which is no condition such as slept=0", word);
		return;
	}
	c->operator = operator;
	c->key = mark ? iom_memory(strndup(word, mark - word)) : copy(word);
	c->text = mark ? copy(mark + strlen(operator)) : copy(r->words[r->at + 1]);
	r->l->nconds++;
	r->at += mark ? 1 : 2;
	check_value(r, c);
}

/* "processes =2", "lost 0": a condition without a key. */
static void read_bare(struct reader *r)
{
	struct exp_cond *c = r->l->conds;
	char *text = copy("");
	const char *operator;

	for (; r->at < r->n; r->at++) {
		char *longer = iom_sentence("%s%s", text, r->words[r->at]);

		free(text);
		text = longer;
	}
	operator = strpbrk(text, "<>=!") == text ? operator_at(text) : "=";
	*c = (struct exp_cond){.key = copy(""), .operator = operator ? operator : "="};
	c->text = copy(strpbrk(text, "<>=!") == text && operator ? text + strlen(operator) : text);
	r->l->nconds = 1;
	check_value(r, c);
	free(text);
}

/* ---- the words before them ------------------------------------------------------------------ */

static char *rest(struct reader *r)
{
	char *text = copy("");

	for (; r->at < r->n; r->at++) {
		char *longer = iom_sentence("%s%s%s", text, *text ? " " : "", r->words[r->at]);

		free(text);
		text = longer;
	}
	return text;
}

static const struct {
	const char *what;
	enum exp_words words;
	bool exactly; /* no pattern */
} known[] = {
	[EXP_A_MODEL] = {"a model", EXP_MODELS, true},
	[EXP_A_FIVE] = {"a model", EXP_FIVE, true},
	[EXP_A_FIVE_OR_ALL] = {"a model", EXP_FIVE, true},
	[EXP_A_MODELS] = {"a model", EXP_MODELS, true},
	[EXP_A_FACT] = {"what it is in fact", EXP_FACTS, true},
	[EXP_A_PATTERN] = {"a pattern", EXP_PATTERNS, true},
	[EXP_A_FINDING] = {"a finding", EXP_FINDINGS, false},
	[EXP_A_CALL] = {"a call", EXP_CALLS, false},
	[EXP_A_WHAT] = {"what is waited for", EXP_WHATS, false},
	[EXP_A_KIND] = {"a kind", EXP_KINDS, false},
	[EXP_A_NAME] = {"", EXP_ANY, false},
};

static void check_word(struct reader *r, enum exp_arg arg, const char *word)
{
	enum exp_words words = known[arg].words;

	if (arg == EXP_A_FIVE_OR_ALL && !strcmp(word, "all"))
		return;
	if (exp_is_word(words, word) && !(known[arg].exactly && strpbrk(word, "*?[\\")))
		return;
	refuse(r, known[arg].what, word, exp_list(words));
}

/* "none", "A,B", "A B" */
static void check_models(struct reader *r, const char *list)
{
	char *names = copy(list), *save = NULL;

	for (char *w = strtok_r(names, ", ", &save); w && !r->why; w = strtok_r(NULL, ", ", &save))
		check_word(r, EXP_A_MODELS, w);
	free(names);
}

/* Is the word one that may be left out, or does it begin a condition? */
static bool is_left_out(const struct reader *r, enum exp_arg arg)
{
	const char *word = r->at < r->n ? r->words[r->at] : NULL;

	if (!word || strpbrk(word, "<>=!") || is_key(r, word))
		return true;
	if (arg == EXP_A_KIND)
		return !exp_is_word(EXP_KINDS, word);
	return arg == EXP_A_FD && !is_integer(word);
}

static void read_arg(struct reader *r, size_t i)
{
	enum exp_arg arg = r->l->form->args[i];
	char **to = &r->l->words[i];

	if (i >= r->l->form->needed && is_left_out(r, arg))
		return;
	if (r->at == r->n) {
		r->why = copy("is too short");
		return;
	}
	switch (arg) {
	case EXP_A_TEXT:
		*to = rest(r);
		break;
	case EXP_A_PATTERN:
		*to = rest(r);
		check_word(r, arg, *to);
		break;
	case EXP_A_MODELS:
		*to = rest(r);
		check_models(r, *to);
		break;
	case EXP_A_FD:
		*to = copy(r->words[r->at++]);
		if (!is_integer(*to))
			r->why = iom_sentence("has `%s` where the number of a descriptor belongs, or -1", *to);
		break;
	case EXP_A_FILE:
		*to = copy(r->words[r->at++]);
		break;
	default:
		*to = copy(r->words[r->at++]);
		check_word(r, arg, *to);
	}
}

/* What may stand anywhere. */
static void take_out(struct reader *r)
{
	for (size_t i = 1; r->l->form->on && i + 1 < r->n; i++)
		if (!strcmp(r->words[i], "on")) {
			r->l->on = copy(r->words[i + 1]);
			cut(r, i, 2);
			break;
		}
	for (size_t i = 1; r->l->form->event && i < r->n; i++)
		if (!strncmp(r->words[i], "EPOLL", 5)) {
			r->l->event = copy(r->words[i]);
			cut(r, i, 1);
			break;
		}
	if (r->l->form->event && (!r->l->event || !exp_is_word(EXP_EVENTS, r->l->event)))
		refuse(r, "an event", r->l->event ? r->l->event : "nothing", exp_list(EXP_EVENTS));
}

static void read_words(struct reader *r)
{
	const struct exp_form *f = r->l->form;

	take_out(r);
	for (size_t i = 0; i < EXP_WORDS && f->args[i] && !r->why; i++)
		read_arg(r, i);
	if (r->why)
		return;
	if (f->conds == EXP_BARE) {
		read_bare(r);
		return;
	}
	while (r->at < r->n && !r->why && f->conds != EXP_NO_CONDS)
		read_cond(r);
	if (!r->why && r->at < r->n)
		r->why = iom_sentence("has more words than belong to it: `%s`", r->words[r->at]);
	if (!r->why && !r->l->nconds &&
	    (f->conds == EXP_CONDS || (f->conds == EXP_SOMETHING && !r->l->words[0] && !r->l->words[1])))
		r->why = copy("has no condition");
}

char *exp_read(struct exp_line *l, const char *text)
{
	char *line = copy(text);
	struct reader r = {.l = l, .at = 1};

	*l = (struct exp_line){.text = copy(text)};
	split(&r, line);
	l->conds = iom_alloc(r.n + 1, sizeof(*l->conds));
	l->form = r.n ? exp_form_of(r.words[0]) : NULL;
	if (l->form)
		read_words(&r);
	else
		refuse(&r, "its first word", r.n ? r.words[0] : "", exp_forms());
	free(r.words);
	free(line);
	return r.why;
}

void exp_free_line(struct exp_line *l)
{
	for (size_t i = 0; i < EXP_WORDS; i++)
		free(l->words[i]);
	for (size_t i = 0; i < l->nconds; i++) {
		free(l->conds[i].key);
		free(l->conds[i].text);
	}
	free(l->conds);
	free(l->on);
	free(l->event);
	free(l->text);
}
