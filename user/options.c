/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "options.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "capture/store.h"
#include "expect/expect.h"
#include "facts.h"

#define WATCHES (IOM_CMD_ATTACH | IOM_CMD_RUN | IOM_CMD_RECORD)
#define REPORTS (IOM_CMD_ATTACH | IOM_CMD_RUN | IOM_CMD_REPORT)
#define ALL	(WATCHES | IOM_CMD_REPORT | IOM_CMD_DOCTOR | IOM_CMD_EXPLAIN)
#define NS	UINT64_C(1000000000)

/* Codes of options that have no short name. */
enum { O_READY = 256, O_BACKEND, O_FORMAT, O_NO_COLOR, O_NO_WINDOWS, O_SCHEMA, O_VERSION,
       O_RECORD, O_MAX_SIZE, O_REDACT, O_EXPECT, O_EXPECT_FILE, O_EXPECT_FORMAT, O_LIVE, O_JSON };

static const struct option_entry {
	int code; /* the short name where it is a character */
	const char *name, *arg;
	unsigned int commands;
	const char *help; /* "COMMAND: ..." says whose it is, where all are told of */
} table[] = {
	{'d', "duration", "SEC", WATCHES,
	 "watch for SEC seconds, fractions allowed (default: until\n"
	 "Ctrl-C, SIGTERM, SIGHUP or the end of the target)"},
	{'f', "follow", NULL, IOM_CMD_ATTACH | IOM_CMD_RECORD, "descendants too, living and future"},
	{'f', "follow", NULL, IOM_CMD_RUN, "run: descendants too, as without it"},
	{'u', "user", "USER", IOM_CMD_RUN | IOM_CMD_RECORD, "run CMD as USER"},
	{O_FORMAT, "format", "FORMAT", REPORTS | IOM_CMD_DOCTOR, "text or json (default: text)"},
	{O_JSON, "json", NULL, REPORTS | IOM_CMD_DOCTOR, "the same as --format json"},
	{'o', "output", "FILE", REPORTS | IOM_CMD_DOCTOR,
	 "write the report to FILE, mode 0600; - is stdout"},
	{'o', "output", "FILE", IOM_CMD_RECORD,
	 "record: the recording, a new file (default: iomodel-PID.iom)"},
	{O_RECORD, "record", "FILE", IOM_CMD_ATTACH | IOM_CMD_RUN,
	 "keep the watch in FILE too, for `iomodel report FILE`"},
	{O_MAX_SIZE, "max-size", "SIZE", WATCHES,
	 "end the watch before its recording grows beyond SIZE, such\n"
	 "as 20M"},
	{O_REDACT, "redact", NULL, IOM_CMD_REPORT,
	 "write a recording without paths, addresses and names, with\n"
	 "-o NEW"},
	{O_EXPECT, "expect", "TEXT", REPORTS,
	 "what must be true of the report, several divided by ;\n"
	 "(exit status 6 where one does not hold; see the man page)"},
	{O_EXPECT_FILE, "expect-file", "FILE", REPORTS, "the same, from the lines of FILE"},
	{O_EXPECT_FORMAT, "expect-format", "FORMAT", REPORTS,
	 "junit or tap: the outcome of these alone, instead of the report"},
	{O_READY, "ready-fd", "N", WATCHES, "write a line to descriptor N when all is armed"},
	{O_BACKEND, "backend", "NAME", WATCHES, "auto, bpf or kmod (default: auto)"},
	{O_NO_WINDOWS, "no-windows", NULL, WATCHES,
	 "no sampled windows: exact counts only, no medians"},
	{O_LIVE, "live", NULL, IOM_CMD_EXPLAIN,
	 "start that model's reference program, attach, and draw its\n"
	 "two phases as measured (root)"},
	{O_NO_COLOR, "no-color", NULL, ALL, "no colour, as with NO_COLOR set"},
	{'v', "verbose", NULL, ALL, "say more"},
	{O_SCHEMA, "json-schema", NULL, REPORTS | IOM_CMD_NONE, "print the JSON Schema of reports"},
	{O_VERSION, "version", NULL, ALL, "print the version"},
	{'h', "help", NULL, ALL, "this help"},
};
#define NTABLE (sizeof(table) / sizeof(table[0]))

static const struct {
	enum iom_command command;
	const char *name, *usage, *does;
	const char *examples; /* lines of a command, a tab and what it does */
} commands[] = {
	{IOM_CMD_ATTACH, "attach", "[OPTION]... PID...", "watch live processes and report",
	 "sudo iomodel attach 4711\tuntil Ctrl-C\n"
	 "sudo iomodel attach -d 5 -f 4711\tfive seconds, with descendants\n"
	 "sudo iomodel attach -d 5 --expect 'verdict.model multiplexed' 4711\tfor scripts\n"},
	{IOM_CMD_RUN, "run", "[OPTION]... [--] CMD [ARG]...",
	 "start CMD with the probes armed, report on stderr when it ends",
	 "sudo iomodel run -- grep -r needle /usr/share\twhat grep does\n"
	 "sudo iomodel run -u nobody -- curl -s https://example.org\tas another user\n"},
	{IOM_CMD_RECORD, "record", "[OPTION]... PID...  |  -- CMD [ARG]...",
	 "the same watch, kept in a file instead of reported",
	 "sudo iomodel record -d 60 4711\tone minute, into iomodel-4711.iom\n"
	 "sudo iomodel record --max-size 20M 4711\tas long as it stays small\n"},
	{IOM_CMD_REPORT, "report", "[OPTION]... FILE",
	 "report from a recording: no root, process or kernel needed",
	 "iomodel report iomodel-4711.iom\tthe page\n"
	 "iomodel report --redact -o for-you.iom iomodel-4711.iom\twithout names, to be given away\n"},
	{IOM_CMD_DOCTOR, "doctor", "[OPTION]...", "what this kernel lets iomodel see",
	 "sudo iomodel doctor\twhat works here, and the way out where something does not\n"},
	{IOM_CMD_EXPLAIN, "explain", "[MODEL | FINDING]",
	 "the idea in plain words, with its diagram",
	 "iomodel explain multiplexed\tthe idea, with its picture\n"
	 "sudo iomodel explain --live blocking\tthe same, measured on a program that does it\n"},
	{IOM_CMD_LAB, "lab", "[COMMAND] [ARG]...", "the exercises: learn the five models by writing programs",
	 "iomodel lab list\tthe exercises, your points, and what to do next\n"},
};
#define NCOMMANDS (sizeof(commands) / sizeof(commands[0]))

bool iom_parse_seconds(const char *text, uint64_t *ns)
{
	uint64_t whole = 0, part = 0, unit = NS;
	const char *c = text;
	int digits = 0;

	for (; *c >= '0' && *c <= '9'; c++, digits++) {
		whole = whole * 10 + (uint64_t)(*c - '0');
		if (whole > NS)
			return false;
	}
	if (*c == '.')
		for (c++; *c >= '0' && *c <= '9'; c++, digits++) {
			unit /= 10; /* digits beyond the ninth are worth nothing */
			part += (uint64_t)(*c - '0') * unit;
		}
	if (*c || !digits || whole * NS + part == 0)
		return false;
	*ns = whole * NS + part;
	return true;
}

bool iom_parse_size(const char *text, uint64_t *bytes)
{
	size_t n = strlen(text);
	char number[32];
	uint64_t ns;
	int shift;

	shift = !n ? 0 : text[n - 1] == 'K' ? 10 : text[n - 1] == 'M' ? 20 : text[n - 1] == 'G' ? 30 : 0;
	if (shift)
		n--;
	if (n >= sizeof(number) - 1)
		return false;
	memcpy(number, text, n);
	number[n] = 0;
	/* Fractions as of seconds, up to a thousand million of each unit. */
	if (!iom_parse_seconds(number, &ns))
		return false;
	*bytes = (uint64_t)((double)ns / NS * (double)(UINT64_C(1) << shift));
	return true;
}

/* A decimal number of digits only, at most max. */
static bool parse_number(const char *text, long max, long *v)
{
	if (!*text || strlen(text) > 9 || strspn(text, "0123456789") != strlen(text))
		return false;
	*v = atol(text);
	return *v <= max;
}

bool iom_parse_pid(const char *text, pid_t *pid)
{
	long v;

	if (!parse_number(text, IOM_PIDS_MAX, &v) || v < 1)
		return false;
	*pid = (pid_t)v;
	return true;
}

/* ---- help ---- */

/* command: the name of the one that is told of; "": all are. */
static void help_option(FILE *out, const struct option_entry *e, const char *command)
{
	const char *text = e->help, *end;
	size_t own = strlen(command);
	char names[64];
	bool first = true;
	int n;

	n = snprintf(names, sizeof(names), "%c%c%s--%s%s%s", e->code < 256 ? '-' : ' ',
		 e->code < 256 ? e->code : ' ', e->code < 256 ? ", " : "  ", e->name,
		 e->arg ? " " : "", e->arg ? e->arg : "");
	if (n >= 26) {
		fprintf(out, "  %s\n", names);
		first = false;
	}
	if (own && !strncmp(text, command, own) && !strncmp(text + own, ": ", 2))
		text += own + 2;
	for (; *text; text = *end ? end + 1 : end) {
		end = strchrnul(text, '\n');
		fprintf(out, "  %-26s%.*s\n", first ? names : "", (int)(end - text), text);
		first = false;
	}
}

static void help_examples(FILE *out, const char *examples, bool all)
{
	for (const char *line = examples, *tab, *end; *line; line = all ? end + 1 : "") {
		tab = strchr(line, '\t');
		end = strchr(tab, '\n');
		fprintf(out, "  %.*s\n      %.*s\n", (int)(tab - line), line, (int)(end - tab - 1), tab + 1);
	}
}

static void help_status(FILE *out, enum iom_command command)
{
	if (!command || command & (IOM_CMD_ATTACH | IOM_CMD_REPORT))
		fputs("\nExit status: 0 a report was written, 1 internal failure, 2 usage, 3 no such\n"
		      "target, 4 not permitted or not possible on this kernel, 5 unreadable recording,\n"
		      "6 what --expect asks does not hold.\n", out);
	if (command == IOM_CMD_RECORD)
		fputs("\nExit status: 0 a recording was written, 1 internal failure, 2 usage, 3 no such\n"
		      "target, 4 not permitted or not possible on this kernel.\n", out);
	if (command == IOM_CMD_DOCTOR)
		fputs("\nExit status: 0 a verdict is possible, 1 internal failure, 2 usage, 4 no verdict is\n"
		      "possible, or that cannot be known without root.\n", out);
	if (!command || command & (IOM_CMD_RUN | IOM_CMD_RECORD))
		fprintf(out, "\n%s with the status of CMD, 128+N when signal N\n"
			     "killed it; 125 when iomodel itself failed, 126 when CMD cannot be executed, 127\n"
			     "when it is not found, 2 usage%s.\n",
			command == IOM_CMD_RUN	  ? "run exits" :
			command == IOM_CMD_RECORD ? "With a CMD it exits" :
						    "run, and record with a CMD, exit",
			command == IOM_CMD_RECORD ? "" : "; 6 CMD succeeded, and what --expect asks\ndoes not hold");
}

void iom_options_help(FILE *out, enum iom_command command)
{
	const char *name = "";

	fputs(command ? "Usage:\n"
		      : "iomodel tells which of the five I/O models a running program really "
			"uses.\n\n"
			"Usage:\n",
	      out);
	for (size_t i = 0; i < NCOMMANDS; i++)
		if (!command || commands[i].command == command) {
			fprintf(out, "  iomodel %s %s\n      %s\n", commands[i].name,
				commands[i].usage, commands[i].does);
			name = command ? commands[i].name : "";
		}
	fputs("\nOptions:\n", out);
	for (size_t i = 0; i < NTABLE; i++)
		if (!command || table[i].commands & command)
			help_option(out, &table[i], name);
	fputs("\nExamples:\n", out);
	for (size_t i = 0; i < NCOMMANDS; i++)
		if (!command || commands[i].command == command)
			help_examples(out, commands[i].examples, command);
	help_status(out, command);
}

/* ---- parsing ---- */

static int set_ready_fd(struct iom_options *o, const char *text)
{
	int flags;
	long fd;

	if (!parse_number(text, 1 << 20, &fd) || (flags = fcntl((int)fd, F_GETFL)) < 0 ||
	    (flags & O_ACCMODE) == O_RDONLY) {
		fprintf(stderr,
			"iomodel: --ready-fd: `%s` is no descriptor open for writing; open one, such as "
			"3>file\n",
			text);
		return IOM_EXIT_USAGE;
	}
	if (fd > 2)
		fcntl((int)fd, F_SETFD, FD_CLOEXEC);
	o->ready_fd = (int)fd;
	return 0;
}

static int set_format(struct iom_options *o, const char *text)
{
	if (!strcmp(text, "text"))
		o->format = IOM_FORMAT_TEXT;
	else if (!strcmp(text, "json"))
		o->format = IOM_FORMAT_JSON;
	else {
		fprintf(stderr,
			"iomodel: --format: there is no `%s` in this build; it has text and json\n",
			text);
		return IOM_EXIT_USAGE;
	}
	return 0;
}

static int set_backend(struct iom_options *o, const char *text)
{
	if (strcmp(text, "auto") && strcmp(text, "bpf") && strcmp(text, "kmod")) {
		fprintf(stderr, "iomodel: --backend: `%s` is none of auto, bpf, kmod\n", text);
		return IOM_EXIT_USAGE;
	}
	o->backend = text;
	return 0;
}

static int set_max_size(struct iom_options *o, const char *text)
{
	if (iom_parse_size(text, &o->max_size) && o->max_size >= IOM_STORE_MIN_SIZE)
		return 0;
	fprintf(stderr,
		"iomodel: --max-size: `%s` is no size from 256K to 1000000000G, such as 20M or 1.5G\n", text);
	return IOM_EXIT_USAGE;
}

static int set_file(const char **to, const char *option, const char *text)
{
	if (*text) {
		*to = text;
		return 0;
	}
	fprintf(stderr, "iomodel: %s: the file name is empty\n", option);
	return IOM_EXIT_USAGE;
}

static int add_expectations(struct iom_options *o, const char *option, const char *text)
{
	char *why = NULL;

	if (!iom_expect_add(&o->expect, text, &why))
		return 0;
	fprintf(stderr, "iomodel: %s: %s\n", option, why ? why : "out of memory");
	free(why);
	return IOM_EXIT_USAGE;
}

/* A file of expectations; what is larger than this is none. */
#define EXPECT_FILE_MAX 1048576

static int read_expectations(struct iom_options *o, const char *path)
{
	char *text = calloc(1, EXPECT_FILE_MAX + 1);
	FILE *f = fopen(path, "re");
	size_t n = f && text ? fread(text, 1, EXPECT_FILE_MAX, f) : 0;
	int err = 0;

	if (!f || !text || ferror(f) || n == EXPECT_FILE_MAX) {
		fprintf(stderr, "iomodel: --expect-file: cannot read `%s`: %s\n", path,
			n == EXPECT_FILE_MAX ? "it is larger than 1 MiB" : strerror(errno));
		err = IOM_EXIT_USAGE;
	}
	if (f)
		fclose(f);
	if (!err)
		err = add_expectations(o, path, text);
	free(text);
	return err;
}

static int set_expect_format(struct iom_options *o, const char *text)
{
	if (!strcmp(text, "junit"))
		o->expect_format = IOM_EXPECT_JUNIT;
	else if (!strcmp(text, "tap"))
		o->expect_format = IOM_EXPECT_TAP;
	else {
		fprintf(stderr, "iomodel: --expect-format: `%s` is none of junit, tap\n", text);
		return IOM_EXIT_USAGE;
	}
	return 0;
}

static int set_option(struct iom_options *o, int code, const char *arg)
{
	switch (code) {
	case 'd':
		if (iom_parse_seconds(arg, &o->duration_ns))
			return 0;
		fprintf(stderr,
			"iomodel: -d: `%s` is no number of seconds above 0 and up to 1000000000, such as 10 or 0.5\n",
			arg);
		return IOM_EXIT_USAGE;
	case 'f':
		o->follow = true;
		return 0;
	case 'u':
		o->user = arg;
		return 0;
	case 'o':
		return set_file(&o->output, "-o", arg);
	case O_RECORD:
		return set_file(&o->record, "--record", arg);
	case O_MAX_SIZE:
		return set_max_size(o, arg);
	case O_EXPECT:
		return add_expectations(o, "--expect", arg);
	case O_EXPECT_FILE:
		return read_expectations(o, arg);
	case O_EXPECT_FORMAT:
		return set_expect_format(o, arg);
	case O_REDACT:
		o->redact = true;
		return 0;
	case O_READY:
		return set_ready_fd(o, arg);
	case O_BACKEND:
		return set_backend(o, arg);
	case O_FORMAT:
		return set_format(o, arg);
	case O_JSON:
		return set_format(o, "json");
	case O_NO_WINDOWS:
		o->windows = false;
		return 0;
	case O_LIVE:
		o->live = true;
		return 0;
	case O_NO_COLOR:
		o->no_color = true;
		return 0;
	case 'v':
		o->verbose = true;
		return 0;
	case O_SCHEMA:
		o->schema = true;
		return 0;
	case O_VERSION:
		o->version = true;
		return 0;
	}
	o->help = true;
	return 0;
}

/* The option as this command knows it; else as another one does. */
static const struct option_entry *entry_of(int code, enum iom_command command)
{
	const struct option_entry *other = NULL;

	for (size_t i = 0; i < NTABLE; i++) {
		if (table[i].code == code && table[i].commands & command)
			return &table[i];
		if (table[i].code == code)
			other = &table[i];
	}
	return other;
}

/* "-- CMD" with something before it that is no option: both a PID and a command. */
static bool has_words_before_command(const struct iom_options *o)
{
	return o->is_command && strcmp(o->words[o->nwords - o->nargs - 1], "--") != 0;
}

/* Options of which each is right and that together mean nothing: what is wrong with them, or NULL. None is
 * passed over in silence: who asks for an expectation is to know that nobody looked. */
static const char *contradiction(const struct iom_options *o)
{
	bool record = o->command == IOM_CMD_RECORD;

	if (o->max_size && !o->record && !record)
		return "--max-size is that of a recording: say which with --record FILE";
	if (record && o->output && !strcmp(o->output, "-"))
		return "-o: a recording is a database and cannot go to a stream: name a file";
	if (o->record && !strcmp(o->record, "-"))
		return "--record: a recording is a database and cannot go to a stream: name a file";
	if (record && has_words_before_command(o))
		return "either process numbers, or a command behind --";
	if (o->redact && (o->expect || o->expect_format != IOM_EXPECT_REPORT))
		return "--redact writes a recording, and no report that could be held against --expect";
	if (o->redact && o->format != IOM_FORMAT_TEXT)
		return "--redact writes a recording, and no report: it has no format";
	if (o->expect && !iom_expect_count(o->expect))
		return "--expect: nothing is expected: there are only blanks and comments";
	if (o->expect_format != IOM_EXPECT_REPORT && o->format != IOM_FORMAT_TEXT)
		return "--expect-format writes the outcome instead of the report: it has no other format";
	if (o->expect_format != IOM_EXPECT_REPORT && !o->expect)
		return "--expect-format needs --expect or --expect-file: what must be true of the report";
	return NULL;
}

/* argv[0] is the command's name here. */
static int parse_options(int argc, char **argv, struct iom_options *o, const char *name)
{
	struct option longs[NTABLE + 1] = {};
	char shorts[2 * NTABLE + 4], *s = shorts;
	const char *why;
	int code, err;

	/* What follows CMD is CMD's own. */
	if (o->command == IOM_CMD_RUN || o->command == IOM_CMD_NONE)
		*s++ = '+';
	*s++ = ':';
	for (size_t i = 0; i < NTABLE; i++) {
		longs[i] =
			(struct option){.name = table[i].name,
					.has_arg = table[i].arg ? required_argument : no_argument,
					.val = table[i].code};
		if (table[i].code < 256) {
			*s++ = (char)table[i].code;
			if (table[i].arg)
				*s++ = ':';
		}
	}
	*s = 0;
	optind = 0; /* glibc: begin anew */
	opterr = 0;
	while ((code = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const char *given = argv[optind - 1];

		if (code == ':') {
			fprintf(stderr,
				"iomodel: option `%s` needs a value; see `iomodel%s --help`\n",
				given, name);
			return IOM_EXIT_USAGE;
		}
		if (code == '?' || (o->command && !(entry_of(code, o->command)->commands & o->command)) ||
		    (!o->command && code != 'h' && code != O_VERSION && code != O_SCHEMA)) {
			if (code != '?')
				fprintf(stderr, "iomodel: there is no option `--%s`",
					entry_of(code, o->command)->name);
			else if (optopt && optopt < 256 && strncmp(given, "--", 2))
				fprintf(stderr, "iomodel: there is no option `-%c`", optopt);
			else if (optopt) /* getopt_long(3) knows it */
				fprintf(stderr, "iomodel: option `%.*s` takes no value", (int)strcspn(given, "="), given);
			else
				fprintf(stderr, "iomodel: there is no option `%s`", given);
			fprintf(stderr, " here; see `iomodel%s --help`\n", name);
			return IOM_EXIT_USAGE;
		}
		err = set_option(o, code, optarg);
		if (err)
			return err;
	}
	o->args = argv + optind;
	o->nargs = argc - optind;
	o->is_command = !strcmp(argv[optind - 1], "--") && o->nargs;
	if (o->help || o->version || o->schema)
		return 0;
	why = contradiction(o);
	if (why)
		fprintf(stderr, "iomodel: %s\n", why);
	return why ? IOM_EXIT_USAGE : 0;
}

int iom_options_parse(int argc, char **argv, struct iom_options *o)
{
	char name[16] = "";

	*o = (struct iom_options){.windows = true, .ready_fd = -1, .backend = "auto"};
	o->nwords = argc - 1;
	o->words = calloc((size_t)argc, sizeof(*o->words));
	if (!o->words)
		return IOM_EXIT_INTERNAL;
	memcpy(o->words, argv + 1, (size_t)o->nwords * sizeof(*o->words));
	if (argc < 2) {
		iom_options_help(stderr, IOM_CMD_NONE);
		return IOM_EXIT_USAGE;
	}
	if (argv[1][0] == '-') {
		int err = parse_options(argc, argv, o, "");

		if (err || o->help || o->version || o->schema)
			return err;
		fputs("iomodel: a command is missing; see `iomodel --help`\n", stderr);
		return IOM_EXIT_USAGE;
	}
	for (size_t i = 0; i < NCOMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name) != 0)
			continue;
		o->command = commands[i].command;
		if (o->command == IOM_CMD_LAB) { /* all that follows is its own */
			o->args = argv + 2;
			o->nargs = argc - 2;
			return 0;
		}
		snprintf(name, sizeof(name), " %s", argv[1]);
		return parse_options(argc - 1, argv + 1, o, name);
	}
	if (!strcmp(argv[1], "help")) {
		o->help = true;
		for (size_t i = 0; argc > 2 && i < NCOMMANDS; i++)
			if (!strcmp(argv[2], commands[i].name))
				o->command = commands[i].command;
		if (argc == 2 || o->command)
			return 0;
		argv++; /* the word that is none */
	}
	fprintf(stderr,
		"iomodel: there is no command `%s` in this build; it has attach, run, record, "
		"report, doctor, explain, lab\n",
		argv[1]);
	return IOM_EXIT_USAGE;
}
