/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * options.h - the command line, read into one struct.
 *
 * One table in options.c says for each option its names, its argument, the
 * commands that know it and its help text; parsing and --help use the same.
 */
#ifndef IOM_OPTIONS_H
#define IOM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* Exit codes of all commands. */
enum iom_exit {
	IOM_EXIT_OK = 0,
	IOM_EXIT_INTERNAL = 1,
	IOM_EXIT_USAGE = 2,
	IOM_EXIT_NO_TARGET = 3,
	IOM_EXIT_NOT_POSSIBLE = 4,
	IOM_EXIT_RECORDING = 5, /* unreadable recording */
	IOM_EXIT_EXPECTATION = 6, /* one does not hold */
	/* run: iomodel itself failed; CMD could not be executed; was not found */
	IOM_EXIT_RUN_FAILED = 125,
	IOM_EXIT_RUN_NOT_EXECUTABLE = 126,
	IOM_EXIT_RUN_NOT_FOUND = 127,
};

enum iom_command {
	IOM_CMD_NONE = 0, /* only --help, --version or --json-schema was given */
	IOM_CMD_ATTACH = 1 << 0,
	IOM_CMD_RUN = 1 << 1,
	IOM_CMD_DOCTOR = 1 << 2,
	IOM_CMD_EXPLAIN = 1 << 3,
	IOM_CMD_RECORD = 1 << 4,
	IOM_CMD_REPORT = 1 << 5,
	IOM_CMD_LAB = 1 << 6,
};

enum iom_format { IOM_FORMAT_TEXT, IOM_FORMAT_JSON };
enum iom_expect_format { IOM_EXPECT_REPORT, IOM_EXPECT_JUNIT, IOM_EXPECT_TAP };

struct iom_expect;

struct iom_options {
	enum iom_command command;
	uint64_t duration_ns; /* 0: until told to stop */
	bool follow;
	bool windows; /* sampled windows; on by default */
	bool verbose;
	bool no_color;
	bool live; /* explain: by a program that runs */
	bool help, version, schema;
	int ready_fd;	     /* -1: none; close-on-exec is set on it */
	const char *backend; /* "auto", "bpf", "kmod" */
	enum iom_format format;
	const char *output; /* NULL: the command's own place; "-": stdout */
	const char *user;   /* run -u; NULL: as we are */
	const char *record; /* attach, run: a recording to be made as well; NULL: none */
	struct iom_expect *expect; /* what must be true of the report; heap, NULL: nothing */
	enum iom_expect_format expect_format;
	uint64_t max_size;  /* of a recording, in bytes; 0: no limit */
	bool redact;	    /* report: write a recording without names */
	bool is_command;    /* record: args are a command, and no PIDs */
	char **words; /* the command line as given, from the command's name on; free() the array */
	int nwords;
	char **args; /* what is left: PIDs, CMD and its arguments, a topic; borrowed from argv */
	int nargs;
};

/* Read the command line. 0, or IOM_EXIT_USAGE after one line on stderr. */
int iom_options_parse(int argc, char **argv, struct iom_options *o);

/* Help of one command, or of the whole for IOM_CMD_NONE. */
void iom_options_help(FILE *out, enum iom_command command);

/* A number of seconds such as "10" or "0.5" into ns: above 0, at most 10^9 s,
 * digits and one decimal point only. False otherwise. */
bool iom_parse_seconds(const char *text, uint64_t *ns);

/* A size such as "20M" or "1.5G" into bytes: K, M and G are powers of 1024. False otherwise. */
bool iom_parse_size(const char *text, uint64_t *bytes);

/* A process number: digits only, 1 to 2^22. False otherwise. */
bool iom_parse_pid(const char *text, pid_t *pid);

#endif
