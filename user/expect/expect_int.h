/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * expect_int.h - shared by the parts of the stage: expect_read.c (the language),
 * expect_words.c (the words that it knows), expect_values.c (the values of a report by their
 * keys), expect_check.c (one line held against a report), expect.c (all lines, the outcome).
 */
#ifndef IOM_EXPECT_INT_H
#define IOM_EXPECT_INT_H

#include "report/report.h"

/* ---- words --------------------------------------------------------------------------- */

enum exp_words {
	EXP_ANY, /* whatever one likes */
	EXP_MODELS,
	EXP_FIVE, /* of them: without none */
	EXP_FACTS, /* of verdict.in_fact */
	EXP_PATTERNS,
	EXP_FINDINGS,
	EXP_CALLS,
	EXP_WHATS, /* what a wait is for */
	EXP_KINDS, /* of files */
	EXP_EVENTS,
};

/* Does the text match the pattern of fnmatch(3)? A - of the pattern stands for a blank too. */
bool exp_matches(const char *pattern, const char *text);
/* Does the pattern match any of these words? */
bool exp_is_word(enum exp_words words, const char *pattern);
/* All of these words, or, of very many, how they look: heap. */
char *exp_list(enum exp_words words);
/* "EMFILE": its number; 0: there is none of that name. */
int exp_error_of(const char *name);
/* "null", "synchronous", ... */
const char *exp_fact(enum iom_in_fact fact);

/* ---- a line --------------------------------------------------------------------------- */

struct exp_cond { /* key operator value */
	char *key;
	const char *operator; /* one of >= <= != = < > */
	char *text;
	bool is_number;
	double number;
};

#define EXP_WORDS 2 /* that stand before the conditions, at most */

struct exp_line {
	char *text; /* as it was given */
	const struct exp_form *form;
	char *words[EXP_WORDS]; /* NULL: left out */
	char *on;    /* "on TEXT", or NULL */
	char *event; /* EPOLLIN, or NULL */
	struct exp_cond *conds;
	size_t nconds;
	long pid; /* said of this process; 0: of those that were named */
};

/* What is wrong with the text: heap, to be put into a sentence; or NULL, and the line is filled. */
char *exp_read(struct exp_line *l, const char *text);
void exp_free_line(struct exp_line *l);

/* ---- values ------------------------------------------------------------------------------ */

struct exp_value {
	bool known, is_number; /* not known: there is none here */
	double number;
	const char *text;
};

/* What can be asked of one kind of thing: its keys, and the value of each. */
struct exp_subject {
	const struct exp_field *fields; /* numbers that stand in its struct */
	const char *const *numbers;	/* further ones */
	const struct exp_text_key *texts;
	struct exp_value (*get)(const void *of, const struct exp_cond *c, const struct iom_capture *cap);
};

struct exp_field {
	const char *key;
	size_t at; /* of a uint64_t */
};

struct exp_text_key {
	const char *key;
	enum exp_words words;
};

/* All waits that are meant, added up. */
struct exp_waits {
	uint64_t count, slept, ns, unsplit_ns, under_way, entries;
	uint64_t before; /* of these, under way when the watch began */
	uint64_t max_ns, before_ns; /* of the one for which it is largest */
	uint64_t held_by; /* the process that has the lock */
};

struct exp_time { /* of some threads */
	uint64_t wall_ns, running_ns, runq_ns, waiting_ns, waits_ns, other_ns;
	uint64_t apart_ns; /* how far the parts of a thread are from its wall, at worst */
};

struct exp_sum {
	uint64_t transfers, bytes;
};

/* A wait, and whose it is. */
struct exp_wait {
	const struct acc_wait *wait;
	const struct rep_thread *thread;
};

extern const struct exp_subject exp_verdict, exp_share, exp_total, exp_number, exp_file, exp_finding,
	exp_ring;			       /* struct rep_*; exp_number: uint64_t */
extern const struct exp_subject exp_one_wait;  /* struct exp_wait: chooses */
extern const struct exp_subject exp_all_waits; /* struct exp_waits */
extern const struct exp_subject exp_times;     /* struct exp_time */
extern const struct exp_subject exp_sums;      /* struct exp_sum */
extern const struct exp_subject exp_thread, exp_loop; /* struct rep_thread */
extern const struct exp_subject exp_part, exp_awake;  /* struct cap_part, rep_awake */

enum exp_key { EXP_NO_KEY, EXP_NUMBER_KEY, EXP_TEXT_KEY };
/* words: of a text, which it can be. */
enum exp_key exp_key_of(const struct exp_subject *s, const char *key, enum exp_words *words);

/* The conditions on keys of this subject hold. *seen (heap; NULL where there are none): the
 * first that does not, else all. seen may be NULL. */
bool exp_hold(const struct exp_line *l, const struct exp_subject *s, const void *of,
	      const struct iom_capture *cap, char **seen);

/* How the file, and a call (nr -1: in no call), is called in the report and in the language. */
const char *exp_file_name(const struct iom_capture *cap, uint32_t file, const char *path);
const char *exp_call_name(int nr, bool pages);

/* ---- the forms of lines ---------------------------------------------------------------------- */

struct exp_process { /* a process that a line is held against */
	const struct rep_process *rp;
	const struct iom_capture *cap;
};

enum exp_arg { /* a word before the conditions */
	EXP_A_NOTHING,
	EXP_A_MODEL,
	EXP_A_FIVE,
	EXP_A_FIVE_OR_ALL,
	EXP_A_MODELS, /* the rest of the line: A,B or "none" */
	EXP_A_FACT,
	EXP_A_PATTERN, /* the rest of the line */
	EXP_A_TEXT,    /* the rest of the line */
	EXP_A_FINDING,
	EXP_A_CALL,
	EXP_A_WHAT,
	EXP_A_FILE, /* every, some, a descriptor, a name */
	EXP_A_FD,
	EXP_A_KIND,
	EXP_A_NAME,
};

enum exp_need {
	EXP_NO_CONDS,
	EXP_MAYBE_CONDS,
	EXP_CONDS,
	EXP_SOMETHING, /* conditions, or words before them */
	EXP_BARE,      /* a number alone */
};

struct exp_form {
	const char *name;
	/* Does it hold of the process, or, where there is a function for it, of the whole report?
	 * *seen: what was seen, heap. */
	bool (*check)(const struct exp_line *l, const struct exp_process *p, char **seen);
	bool (*check_all)(const struct exp_line *l, const struct iom_report *rep, char **seen);
	enum exp_arg args[EXP_WORDS];
	unsigned int needed; /* of args; the others may be left out */
	enum exp_need conds;
	const struct exp_subject *subjects[2]; /* whose keys the conditions may have */
	bool on, event;			       /* takes "on TEXT", needs the name of an event */
};

/* What was seen so far is replaced; text is taken over; exp_see_or(): it may be NULL. */
void exp_see(char **seen, char *text);
void exp_see_or(char **seen, char *text, const char *otherwise);

bool exp_check_thread(const struct exp_line *l, const struct exp_process *p, char **seen);
bool exp_check_time(const struct exp_line *l, const struct exp_process *p, char **seen);
bool exp_check_wait(const struct exp_line *l, const struct exp_process *p, char **seen);
bool exp_check_no_wait(const struct exp_line *l, const struct exp_process *p, char **seen);
bool exp_check_loop(const struct exp_line *l, const struct exp_process *p, char **seen);
bool exp_check_turn(const struct exp_line *l, const struct exp_process *p, char **seen);
bool exp_check_awake(const struct exp_line *l, const struct exp_process *p, char **seen);

/* NULL: no line begins with this. */
const struct exp_form *exp_form_of(const char *name);
/* Their names, with blanks in between: heap. */
char *exp_forms(void);

#endif
