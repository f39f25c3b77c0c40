/* SPDX-License-Identifier: GPL-2.0-only */
/* A redacted capture gives nothing away, and is judged as before. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "build.h"
#include "capture/redact.h"
#include "capture/tables.h"
#include "judge/judge.h"

/* The name of the one file of a capture, redacted after these. */
static char *redacted(const char *name)
{
	struct iom_capture *cap = build_capture("secretd");
	uint32_t f = build_file(cap, 3, CAP_K_SOCK, 0, name);
	char *text;

	iom_capture_redact(cap);
	text = strdup(cap->files[f].name);
	iom_capture_free(cap);
	return text;
}

static void names(void **state)
{
	/* Files are redacted before processes and threads: numbers count from 1. */
	static const struct {
		const char *from, *to;
	} cases[] = {
		{"tcp 127.0.0.1:6379 <- 127.0.0.1:51234", "tcp 127.0.0.1:6379 <- 127.0.0.1:51234"},
		{"tcp 10.1.2.3:6379 <- 10.1.2.3:51234", "tcp 198.18.0.1:6379 <- 198.18.0.1:51234"},
		{"tcp 10.1.2.3:80 -> 8.8.8.8:53", "tcp 198.18.0.1:80 -> 198.18.0.2:53"},
		{"tcp listen 0.0.0.0:80", "tcp listen 0.0.0.0:80"},
		{"udp [fe80::1]:53", "udp [2001:db8::1]:53"},
		{"tcp listen [::]:22", "tcp listen [::]:22"},
		{"unix /run/secret/a socket", "unix /run/name1/name2"},
		{"unix @secret", "unix name1"},
		{"unix -> 4711 secretd", "unix -> 4711 name1"},
		{"pipe:[4711] -> secret prog 12 fd 0", "pipe:[4711] -> name1 name2 12 fd 0"},
		{"/srv/a secret -> cat 12 fd 0", "/srv/name1 -> name2 12 fd 0"},
		{"/home/alice/my files/x.txt", "/home/name1/name2/name3"},
		{"/home/alice/alice (deleted)", "/home/name1/name1 (deleted)"},
		{"/proc/4711/stat", "/proc/4711/stat"},
		{"/dev/null", "/dev/null"},
		{"/dev/mapper/vg-secret", "/dev/name1/name2"},
		{"appendonly.aof", "name1"},
		{"socket of family 99", "socket of family 99"},
		{"epoll", "epoll"},
		{"a mutex that thread 12 secret has", "a mutex that thread 12 name1 has"},
		{"a rwlock that thread 12 secret has for writing", "a rwlock that thread 12 name1 has for writing"},
		{"process 12 secret until it calls exec or ends", "process 12 name1 until it calls exec or ends"},
		{"process 12 secret (in turn waiting until this process reads from a pipe)",
		 "process 12 name1 (in turn waiting until this process reads from a pipe)"},
		{"process 12 secret (stopped)", "process 12 name1 (stopped)"},
		{"until 2 requests are done: 1 is there, none is in flight",
		 "until 2 requests are done: 1 is there, none is in flight"},
		{"until 1 request is done: none was ever handed over",
		 "until 1 request is done: none was ever handed over"},
		{"for SIGTERM SIGUSR1 signal 34", "for SIGTERM SIGUSR1 signal 34"},
		{"semaphores 7", "semaphores 7"},
		{"until 1 request is done", "until 1 request is done"},
		{"until 8 requests are done, of which at least 7 are",
		 "until 8 requests are done, of which at least 7 are"},
		{"SIGTTIN (it is in the background of its terminal, from which it was about to read)",
		 "SIGTTIN (it is in the background of its terminal, from which it was about to read)"},
		{"/srv/secret/x (on fuse.hidden, mounted at /srv/secret)",
		 "/srv/name1/name2 (on name3 mounted at /srv/name4"},
		{"/srv/secret/x (until process 12 smbd (stopped) gives up its lease)",
		 "/srv/name1/name2 (until process 12 name3 (stopped) gives up its lease)"},
		{"/srv/secret (until a listener of fanotify allows it)",
		 "/srv/name1 (until a listener of fanotify allows it)"},
		{"/srv/secret (until a seccomp supervisor lets it begin)",
		 "/srv/name1 (until a seccomp supervisor lets it begin)"},
		{"until a listener of fanotify allows it", "until a listener of fanotify allows it"},
		{"the freezer of its control group", "the freezer of its control group"},
		{"net:[4026531840]", "net:[4026531840]"},
		{"net:[secret]", "name1"},
		{"10.1.2.3:80secret", "name1"},
		{"/", "/"},
		{" -> ", " -> "},
		{"\x1b[2J secret", "name1 name2"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *to = redacted(cases[i].from);

		assert_string_equal(to, cases[i].to);
		free(to);
	}
}

/* One name is one word wherever it stands. */
static void the_same_everywhere(void **state)
{
	struct iom_capture *cap = build_capture("secretd");
	uint32_t f = build_file(cap, 3, CAP_K_REG, 0, "/srv/secretd/log");

	(void)state;
	free(cap->procs[0].exe);
	cap->procs[0].exe = strdup("/usr/bin/secretd");
	iom_capture_redact(cap);
	assert_string_equal(cap->files[f].name, "/srv/name1/log");
	assert_string_equal(cap->procs[0].exe, "/usr/bin/name1");
	assert_memory_equal(cap->procs[0].comm, "name1\0", 6);
	assert_memory_equal(cap->threads[0].comm, "name1\0", 6);
	iom_capture_free(cap);
}

static void command_line(void **state)
{
	static const char *const words[] = {"run",     "-d", "3", "-o/home/me", "-v", "--", "secretd",
					    "-psecret", "4711"};
	static const char *const shown[] = {"run",   "-d", "3", "name1", "name2", "--", "name3",
					    "name4", "4711"};
	struct iom_capture *cap = iom_capture_new();

	(void)state;
	for (size_t i = 0; i < 9; i++)
		iom_capture_add_argument(cap, words[i]);
	iom_capture_redact(cap);
	for (size_t i = 0; i < 9; i++)
		assert_string_equal(cap->arguments[i], shown[i]);
	iom_capture_free(cap);
}

/* Amounts are fractions and sizes too; a command's own are its own. */
static void amounts(void **state)
{
	static const char *const words[] = {"record", "-d", ".3",    "--max-size", "1.5G", "-d", "2.", "--",
					    "secretd", ".3", "20M", "."};
	static const char *const shown[] = {"record", "-d", ".3",    "--max-size", "1.5G", "-d", "2.", "--",
					    "name1",   "name2", "name3", "name4"};
	struct iom_capture *cap = iom_capture_new();

	(void)state;
	for (size_t i = 0; i < 12; i++)
		iom_capture_add_argument(cap, words[i]);
	iom_capture_redact(cap);
	for (size_t i = 0; i < 12; i++)
		assert_string_equal(cap->arguments[i], shown[i]);
	iom_capture_free(cap);
}

/* No text of the capture keeps a word that somebody chose. */
static void nothing_left(void **state)
{
	struct iom_capture *cap = build_server("secret-server", "/srv/secret/appendonly.aof");

	(void)state;
	build_file(cap, 70, CAP_K_SOCK, 0, "tcp 10.99.99.1:6379 <- 10.99.99.2:51234");
	for (size_t i = 0; i < cap->nsamples; i++)
		memcpy(cap->samples[i].waker_comm, "secret-waker", 12);
	iom_capture_redact(cap);
	for (size_t id = 0; id < CAP_NTABLES; id++) {
		const struct cap_table *t = &cap_tables[id];

		for (size_t i = 0; i < cap_count(t, cap); i++)
			for (size_t k = 0; k < t->ncolumns; k++) {
				size_t n = 0;
				const char *text = NULL;

				if (t->columns[k].type == CAP_T_TEXT || t->columns[k].type == CAP_T_COMM)
					text = cap_text(&t->columns[k], cap_element(t, cap, i), &n);
				if (!text)
					continue;
				assert_null(memmem(text, n, "secret", 6));
				assert_null(memmem(text, n, "appendonly", 10));
				assert_null(memmem(text, n, "10.99", 5));
				assert_null(memmem(text, n, "bio_aof", 7));
			}
	}
	iom_capture_free(cap);
}

static void judged_as_before(void **state)
{
	struct iom_capture *cap = build_server("redis-server", "/var/lib/redis/appendonly.aof");
	struct iom_report *a = iom_judge(cap), *b;
	const struct rep_process *p, *q;

	(void)state;
	assert_true(a->procs[0].nfindings >= 2);
	/* The first report is of the capture as it was: all that is compared is in it. */
	iom_capture_redact(cap);
	b = iom_judge(cap);
	p = &a->procs[0];
	q = &b->procs[0];
	assert_int_equal(p->verdict.model, q->verdict.model);
	assert_true(p->verdict.confidence == q->verdict.confidence);
	assert_int_equal(p->verdict.nalso, q->verdict.nalso);
	assert_string_equal(p->verdict.pattern, q->verdict.pattern);
	assert_memory_equal(p->models, q->models, sizeof(p->models));
	assert_int_equal(p->nfindings, q->nfindings);
	for (size_t i = 0; i < p->nfindings; i++) {
		assert_string_equal(p->findings[i].id, q->findings[i].id);
		assert_int_equal(p->findings[i].count, q->findings[i].count);
		assert_int_equal(p->findings[i].max_ns, q->findings[i].max_ns);
		assert_int_equal(p->findings[i].file, q->findings[i].file);
	}
	assert_int_equal(p->nfiles, q->nfiles);
	for (size_t i = 0; i < p->nfiles; i++)
		assert_memory_equal(&p->files[i], &q->files[i], sizeof(p->files[i]));
	iom_report_free(a);
	iom_report_free(b);
	iom_capture_free(cap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),	 cmocka_unit_test(the_same_everywhere),
		cmocka_unit_test(command_line), cmocka_unit_test(amounts),	 cmocka_unit_test(nothing_left),
		cmocka_unit_test(judged_as_before),
	};

	return cmocka_run_group_tests_name("redact", tests, NULL, NULL);
}
