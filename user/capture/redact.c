/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "capture/redact.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "base/alloc.h"
#include "capture/tables.h"

struct word { /* one text that was replaced, and its number */
	char *text;
	unsigned int number;
	UT_hash_handle hh;
};

struct redactor {
	struct word *names, *addresses4, *addresses6;
};

static unsigned int number_of(struct word **words, const char *text, size_t len)
{
	struct word *w;

	HASH_FIND(hh, *words, text, len, w);
	if (w)
		return w->number;
	w = iom_alloc(1, sizeof(*w));
	w->text = iom_memory(strndup(text, len));
	w->number = HASH_COUNT(*words) + 1;
	HASH_ADD_KEYPTR(hh, *words, w->text, len, w);
	return w->number;
}

static void forget(struct word **words)
{
	struct word *w, *next;

	HASH_ITER(hh, *words, w, next) {
		HASH_DEL(*words, w);
		free(w->text);
		free(w);
	}
}

/* ---- what says nothing about anybody -------------------------------------------- */

/* Words of iomodel's own in the names of files. */
static const char *const plain[] = {
	"->", "<-", "tcp", "udp", "udplite", "unix", "raw", "icmp", "icmpv6", "igmp", "netlink",
	"packet", "vsock", "alg", "can", "bluetooth", "listen", "protocol", "socket", "of", "family",
	"fd", "epoll", "eventfd", "timerfd", "signalfd", "inotify", "fanotify", "io_uring", "pidfd",
	"(deleted)",
	/* and of what is waited for where no file says it */
	"process", "thread", "a", "mutex", "that", "has", "the", "end", "itself", "or", "other", "others",
	"an", "open", "file", "it", "locked", "now", "gone,", "for", "its", "own", "process,", "which", "no",
	"in", "shared", "memory", "rwlock", "writing", "until", "calls", "exec", "ends", "request", "requests",
	"is", "are", "done", "done,", "at", "least", "freezer", "control", "group",
	"(stopped)", "(in", "turn", "waiting", "lock", "this", "process)", "reads", "from", "pipe)", "writes", "to",
	"pipe", "closes", "it)", "signal", "queue", "semaphores", "SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1",
	"SIGUSR2", "SIGCHLD", "SIGALRM", "SIGIO", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU",
	"(it", "background", "terminal)", "terminal,", "about", "read)", "(on", "mounted", "done:", "there", "there,", "none", "flight", "was", "ever", "handed", "over",
	"(until", "gives", "up", "lease", "lease)", "listener", "allows", "seccomp", "supervisor", "lets", "begin", "begin)",
	"(its", "full", "full)", "descriptor", "closed", "meanwhile", NULL,
};

/* Parts of paths that every system has. */
static const char *const everywhere[] = {
	"bin", "boot", "dev", "etc", "home", "lib", "lib64", "media", "mnt", "opt", "proc", "root",
	"run", "sbin", "srv", "sys", "tmp", "usr", "var", "log", "local", "share", "null", "zero",
	"full", "random", "urandom", "tty", "ptmx", "pts", "shm", "self", "stat", "status", "statm",
	"maps", "task", "net", "fs", "class", "kernel", "meminfo", "loadavg", "uptime", "cpuinfo",
	"aio", NULL,
};

/* Of the kernel's own file systems: "pipe:[123]". */
static const char *const bracketed[] = {"pipe", "socket", "net", "mnt", "pid", "user", "uts", "ipc",
					"cgroup", "time", "pidfd", NULL};

static bool is_one_of(const char *const *list, const char *text, size_t len)
{
	for (; *list; list++)
		if (strlen(*list) == len && !memcmp(*list, text, len))
			return true;
	return false;
}

static bool is_number(const char *text, size_t len)
{
	return len && strspn(text, "0123456789") >= len;
}

static bool is_bracketed(const char *text, size_t len)
{
	const char *colon = memchr(text, ':', len);

	return colon && is_one_of(bracketed, text, (size_t)(colon - text)) && colon[1] == '[' &&
	       text[len - 1] == ']' && is_number(colon + 2, len - (size_t)(colon + 2 - text) - 1);
}

/* ---- addresses ------------------------------------------------------------------- */

/* "10.1.2.3:80" and "[fe80::1]:80". false: it is none. */
static bool put_address(struct redactor *r, FILE *out, const char *text, size_t len)
{
	char copy[80], *host = copy, *port;
	unsigned char raw[16];
	unsigned int n;

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = 0;
	port = strrchr(copy, ':');
	if (!port || !is_number(port + 1, strlen(port + 1)))
		return false;
	*port++ = 0;
	if (*host == '[' && port[-2] == ']') {
		port[-2] = 0;
		host++;
		if (inet_pton(AF_INET6, host, raw) != 1)
			return false;
		if (!strcmp(host, "::1") || !strcmp(host, "::"))
			fprintf(out, "[%s]:%s", host, port);
		else
			fprintf(out, "[2001:db8::%x]:%s",
				number_of(&r->addresses6, host, strlen(host)), port);
		return true;
	}
	if (inet_pton(AF_INET, host, raw) != 1)
		return false;
	if (raw[0] == 127 || !strcmp(host, "0.0.0.0")) {
		fprintf(out, "%s:%s", host, port);
		return true;
	}
	n = number_of(&r->addresses4, host, strlen(host)) & 0x1ffff;
	fprintf(out, "198.%u.%u.%u:%s", 18 + (n >> 16), n >> 8 & 0xff, n & 0xff, port);
	return true;
}

/* ---- texts ------------------------------------------------------------------------- */

static void put_name(struct redactor *r, FILE *out, const char *text, size_t len)
{
	fprintf(out, "name%u", number_of(&r->names, text, len));
}

static void put_path(struct redactor *r, FILE *out, const char *text, size_t len)
{
	static const char deleted[] = " (deleted)";
	const size_t ndeleted = sizeof(deleted) - 1;
	bool gone = len > ndeleted && !memcmp(text + len - ndeleted, deleted, ndeleted);
	const char *end = text + len - (gone ? ndeleted : 0);

	while (text < end) {
		const char *slash = memchr(text, '/', (size_t)(end - text));
		size_t n = (size_t)((slash ? slash : end) - text);

		if (is_number(text, n) || is_one_of(everywhere, text, n))
			fwrite(text, 1, n, out);
		else if (n)
			put_name(r, out, text, n);
		if (slash)
			fputc('/', out);
		text += n + (slash ? 1 : 0);
	}
	if (gone)
		fputs(deleted, out);
}

static void put_word(struct redactor *r, FILE *out, const char *text, size_t len)
{
	if (is_number(text, len) || is_one_of(plain, text, len) || is_bracketed(text, len))
		fwrite(text, 1, len, out);
	else if (!put_address(r, out, text, len))
		put_name(r, out, text, len);
}

/* Where the next " -> " or " <- " begins, or the end. */
static const char *next_arrow(const char *text, const char *end)
{
	for (const char *at = text; end - at >= 4; at++)
		if (!memcmp(at, " -> ", 4) || !memcmp(at, " <- ", 4))
			return at;
	return end;
}

/* Where " (on nfs4, mounted at /srv)" or " (until process 12 smbd gives up its lease)" begins, or the end: a path may
 * be followed by that. */
static const char *before_remark(const char *text, const char *end)
{
	static const char *const remarks[] = {" (on ", " (until "};

	for (size_t i = 0; i < sizeof(remarks) / sizeof(remarks[0]); i++) {
		const char *at = memmem(text, (size_t)(end - text), remarks[i], strlen(remarks[i]));

		if (at)
			return at;
	}
	return end;
}

/* The name of a file: words, and from the first that begins a path on only that. */
static void put_file(struct redactor *r, FILE *out, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		const char *arrow = next_arrow(text, end), *blank;

		if (*text == '/') {
			arrow = before_remark(text, arrow);
			put_path(r, out, text, (size_t)(arrow - text));
			text = arrow;
		}
		if (text == end)
			break;
		blank = memchr(text, ' ', (size_t)(end - text));
		if (blank != text)
			put_word(r, out, text, (size_t)((blank ? blank : end) - text));
		if (blank)
			fputc(' ', out);
		text = blank ? blank + 1 : end;
	}
}

static void put_text(struct redactor *r, const struct cap_column *c, FILE *out, const char *text,
		     size_t len)
{
	switch (c->secret) {
	case CAP_X_PATH:
		put_path(r, out, text, len);
		break;
	case CAP_X_FILE:
		put_file(r, out, text, len);
		break;
	default:
		put_name(r, out, text, len);
	}
}

static void redact(struct redactor *r, const struct cap_column *c, void *element)
{
	size_t len, n;
	const char *text = cap_text(c, element, &len);
	char *buf = NULL;
	FILE *out;

	if (!text || !len)
		return;
	out = iom_memory(open_memstream(&buf, &n));
	put_text(r, c, out, text, len);
	if (fclose(out))
		iom_memory(NULL);
	cap_set_text(c, element, buf, n);
	free(buf);
}

/* "-d", "--follow"; not "-o/home/me" or "--output=x". */
static bool is_option(const char *word)
{
	size_t letters = strspn(word + 1, "abcdefghijklmnopqrstuvwxyz-");

	return *word == '-' && word[1] && !word[1 + letters] && (letters == 1 || word[1] == '-');
}

/* "5", ".3", "20M": what -d and --max-size take. */
static bool is_amount(const char *word)
{
	size_t whole = strspn(word, "0123456789"), part = word[whole] == '.' ? strspn(word + whole + 1, "0123456789") : 0;
	const char *unit = word + whole + (word[whole] == '.') + part;

	return whole + part && (!*unit || (strchr("KMG", *unit) && !unit[1]));
}

/* iomodel's own options say what was asked for; behind the first word that is none
 * of them anything may be somebody's. */
static void redact_arguments(struct redactor *r, struct iom_capture *cap)
{
	const struct cap_table *t = &cap_tables[CAP_TAB_ARGUMENT];
	bool ours = true;

	for (size_t i = 0; i < cap->narguments; i++) {
		const char *word = cap->arguments[i];

		if (is_number(word, strlen(word)) || (ours && is_amount(word)) || i == 0)
			continue;
		ours = ours && is_option(word) && strcmp(word, "--") != 0;
		if (!ours && strcmp(word, "--") != 0)
			redact(r, t->columns, cap_element(t, cap, i));
	}
}

void iom_capture_redact(struct iom_capture *cap)
{
	struct redactor r = {};

	for (size_t id = 0; id < CAP_NTABLES; id++) {
		const struct cap_table *t = &cap_tables[id];

		for (size_t i = 0; i < cap_count(t, cap); i++)
			for (size_t k = 0; k < t->ncolumns; k++)
				if (t->columns[k].secret && t->columns[k].secret != CAP_X_WORD)
					redact(&r, &t->columns[k], cap_element(t, cap, i));
	}
	redact_arguments(&r, cap);
	forget(&r.names);
	forget(&r.addresses4);
	forget(&r.addresses6);
}
