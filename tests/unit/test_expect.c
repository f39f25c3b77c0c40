/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The language of expectations: what holds, what does not, and what is none.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "build.h"
#include "expect/expect.h"
#include "expect/expect_int.h"
#include "judge/judge.h"

static const struct {
	const char *text;
	bool holds;
} lines[] = {
	{"verdict.model multiplexed", true},
	{"verdict.model blocking", false},
	{"verdict.in_fact null", true},
	{"verdict confidence>=0.5 confidence<=1", true},
	{"also none", true},
	{"also blocking", false},
	{"also async", false},
	{"pattern event-loop", true},
	{"pattern-not proactor", true},
	{"model multiplexed transfers 790400", true},
	{"model multiplexed transfers>790400", false},
	{"model multiplexed phase1_ns>=7s", true},
	{"total multiplexed transfers=790400", true},
	{"processes =1", true},
	{"lost 0", true},
	{"finding loop-blocked", true},
	{"no-finding loop-blocked", false},
	{"no-finding eagain-*", true},
	{"finding loop-blocked count>=1 warning=1", true},
	{"finding loop-blocked count>=99999999999", false},
	{"finding loop-blocked write on appendonly", true},
	{"finding loop-blocked write on elsewhere", false},
	{"finding loop-blocked fsync", false},
	{"finding loop-blocked call=write fd=8", true},
	{"finding loop-blocked error=EMFILE", false},
	{"no-finding loop-blocked count>=99999999999", true},
	{"no-finding loop-blocked fsync", true},
	{"some-finding loop-blocked", true},
	{"no-some-finding eof-spin", true},
	{"also-has blocking", false},
	{"because no such sentence", false},
	{"file 8 model blocking", true},
	{"file 8 slept>=1 transfers>=1", true},
	{"file *appendonly.aof model blocking", true},
	{"file some socket model multiplexed", true},
	{"file every socket model multiplexed", true},
	{"file every socket eagain=0", false},
	{"file some socket bytes=0", false},
	{"file 4711 slept=0", false},
	{"file nowhere slept=0", false},
	{"no-file model nonblocking", true},
	{"no-file kind=socket", false},
	{"no-file socket", false},
	{"no-file socket bytes=0", true},
	{"no-file 8", false},
	{"no-file 4711", true},
	{"name 8 appendonly", true},
	{"name 8 elsewhere", false},
	{"rdev 8 8:1", false},
	{"thread redis-server model multiplexed", true},
	{"thread redis* files=52", true},
	{"thread nobody model none", false},
	{"loop calls=81000", true},
	{"loop calls<10", false},
	{"loop", true},
	{"loop redis-server call epoll_wait", true},
	{"loop nobody", false},
	{"turn fsync count=1", false},
	{"awake fd=8 EPOLLIN", false},
	{"ring requests=0", false},
	{"wait call=epoll_wait ns>=1s", true},
	{"wait what=child", false},
	{"no-wait what=child", true},
	{"wait epoll_wait ns>=1s", true},
	{"wait epoll_wait ns>=1000s", false},
	{"no-wait epoll_wait ns>=1000s", true},
	{"no-wait epoll_wait", false},
	{"what readiness slept>=1", true},
	{"no-what child", true},
	{"time waiting_ns>0", true},
	{"time redis-server waiting_ns>0", true},
	{"time nobody waiting_ns>0", false},
	{"total all transfers>=790400", true},
};

static void each_line(void **state)
{
	struct iom_capture *cap = build_server("redis-server", "/var/lib/redis/appendonly.aof");
	struct iom_report *rep = iom_judge(cap);
	struct iom_expect *e = NULL;
	size_t fail = 0, failed;
	char *why = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(iom_expect_add(&e, lines[i].text, &why), 0);
		fail += !lines[i].holds;
	}
	failed = iom_expect_judge(e, rep);
	assert_int_equal(rep->nexpectations, sizeof(lines) / sizeof(lines[0]));
	for (size_t i = 0; i < rep->nexpectations; i++) {
		if (rep->expectations[i].holds != lines[i].holds)
			fail_msg("`%s`: %s", lines[i].text, rep->expectations[i].seen);
		assert_non_null(rep->expectations[i].seen);
		assert_string_equal(rep->expectations[i].text, lines[i].text);
	}
	assert_int_equal(failed, fail);
	iom_expect_free(e);
	iom_report_free(rep);
	iom_capture_free(cap);
}

static void several_at_once(void **state)
{
	struct iom_capture *cap = build_server("redis-server", "/x");
	struct iom_report *rep = iom_judge(cap);
	struct iom_expect *e = NULL;
	char *why = NULL;

	(void)state;
	assert_int_equal(iom_expect_add(&e, "# a comment\n\n lost 0 ; processes 1 # another; lost 5\n;;", &why), 0);
	assert_int_equal(iom_expect_judge(e, rep), 0);
	assert_int_equal(rep->nexpectations, 2);
	assert_int_equal(iom_expect_judge(e, rep), 0);
	assert_int_equal(rep->nexpectations, 2);
	iom_expect_free(e);
	iom_report_free(rep);
	iom_capture_free(cap);
}

static void what_is_none(void **state)
{
	/* and a word of what the refusal must say */
	static const char *const bad[][2] = {
		{"nonsense 1", "no-finding"}, {"verdict.model", "short"}, {"file", "short"},
		{"file 8", "no condition"}, {"file 8 slept", "middle of a condition"}, {"lost few", "few"},
		{"model async", "no condition"}, {"thread x", "no condition"}, {"no-file", "no condition"},
		{"processes many", "many"}, {"processes", "number"}, {"verdict", "no condition"},
		{"verdict nonsense=1", "confidence"}, {"verdict.model blokcing", "signal-driven"},
		{"verdict.model block*", "signal-driven"}, {"verdict.model async really", "really"},
		{"verdict.in_fact thread", "threads"}, {"pattern even-loop", "event-loop"},
		{"also blocking,asinc", "signal-driven"}, {"no-finding busy-pol", "busy-poll"},
		{"finding loop-blocked fsink", "epoll_wait"}, {"finding loop-blocked cuont=1", "count"},
		{"finding loop-blocked count>=lots", "number"}, {"finding calls-fail error=EMFIL", "number"},
		{"no-file modle=blocking", "watched_by"}, {"no-file modle blocking", "watched_by"},
		{"no-file model=blokcing", "nonblocking"}, {"file every sockt slept=0", "kind"},
		{"file every kind=sockt", "socket"}, {"file every name>=x", "only = and !="},
		{"no-wait cal=fsync", "call"}, {"no-wait call=fsink", "epoll_wait"},
		{"no-what chlid", "child"}, {"total blokcing transfers=0", "multiplexed"},
		{"total none transfers=0", "multiplexed"}, {"total async transfer=0", "transfers"},
		{"thread x mdel=async", "model"}, {"loop longest<20ms", "longest_ns"},
		{"name eight x", "descriptor"}, {"awake fd=3", "EPOLLIN"}, {"awake fd=3 EPOLLON", "EPOLLIN"},
		{"ring request=1", "requests"}, {"file 8 slept!0", "condition"}, {"pid x", "number of a process"},
		{"pid", "number of a process"}};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct iom_expect *e = NULL;
		char *why = NULL;

		if (iom_expect_add(&e, bad[i][0], &why) == 0)
			fail_msg("`%s` was taken", bad[i][0]);
		assert_non_null(strstr(why, "EXPECTATIONS"));
		if (!strstr(why, bad[i][1]))
			fail_msg("`%s`: %s", bad[i][0], why);
		free(why);
		iom_expect_free(e);
	}
}

static void of_one_process(void **state)
{
	struct iom_capture *cap = build_server("redis-server", "/x");
	struct iom_report *rep = iom_judge(cap);
	struct iom_expect *e = NULL;
	char *why = NULL, *line = NULL;

	(void)state;
	assert_true(asprintf(&line, "pid %u; verdict.model multiplexed; pid 1; verdict.model multiplexed",
			     cap->procs[0].pid) > 0);
	assert_int_equal(iom_expect_add(&e, line, &why), 0);
	assert_int_equal(iom_expect_judge(e, rep), 1);
	assert_int_equal(rep->nexpectations, 2);
	assert_true(rep->expectations[0].holds);
	assert_string_equal(rep->expectations[1].seen, "there is no process 1 in the report");
	free(line);
	iom_expect_free(e);
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* Every key that is allowed has a value, if only "there is none here". */
static void each_key(void **state)
{
	static const struct {
		const char *line;
		const struct exp_subject *subject;
	} of[] = {{"verdict %s", &exp_verdict}, {"model async %s", &exp_share}, {"total async %s", &exp_total},
		  {"file 8 %s", &exp_file}, {"finding loop-blocked %s", &exp_finding}, {"wait %s", &exp_one_wait},
		  {"wait %s", &exp_all_waits}, {"time %s", &exp_times}, {"thread x %s", &exp_sums},
		  {"thread x %s", &exp_thread}, {"loop %s", &exp_loop}, {"turn fsync %s", &exp_part},
		  {"awake %s EPOLLIN", &exp_awake}, {"ring %s", &exp_ring}};
	struct iom_expect *e = NULL;
	char line[128], cond[64], *why = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		const struct exp_subject *s = of[i].subject;

		for (size_t k = 0; s->numbers[k]; k++) {
			snprintf(cond, sizeof(cond), "%s=0", s->numbers[k]);
			snprintf(line, sizeof(line), of[i].line, cond);
			assert_int_equal(iom_expect_add(&e, line, &why), 0);
		}
		for (size_t k = 0; s->fields[k].key; k++) {
			snprintf(cond, sizeof(cond), "%s 0", s->fields[k].key);
			snprintf(line, sizeof(line), of[i].line, cond);
			assert_int_equal(iom_expect_add(&e, line, &why), 0);
		}
	}
	iom_expect_free(e);
}

static char *written(int (*write)(const struct iom_report *, FILE *), const struct iom_report *rep)
{
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	assert_non_null(out);
	assert_int_equal(write(rep, out), 0);
	fclose(out);
	return text;
}

static void for_machines(void **state)
{
	struct iom_capture *cap = build_server("redis-server", "/x\"<&>'");
	struct iom_report *rep = iom_judge(cap);
	struct iom_expect *e = NULL;
	char *why = NULL, *text;

	(void)state;
	assert_int_equal(iom_expect_add(&e, "lost 0; file 8 name=\"<&> slept=0", &why), 0);
	assert_int_equal(iom_expect_judge(e, rep), 1);
	text = written(iom_expect_tap, rep);
	assert_non_null(strstr(text, "1..2\nok 1 - lost 0\n"));
	assert_non_null(strstr(text, "not ok 2 - file 8"));
	free(text);
	text = written(iom_expect_junit, rep);
	assert_non_null(strstr(text, "tests=\"2\" failures=\"1\""));
	assert_non_null(strstr(text, "name=&quot;&lt;&amp;&gt; slept=0"));
	assert_null(strstr(text, "\"<&"));
	free(text);
	iom_expect_free(e);
	iom_report_free(rep);
	iom_capture_free(cap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line),
		cmocka_unit_test(several_at_once),
		cmocka_unit_test(what_is_none),
		cmocka_unit_test(of_one_process),
		cmocka_unit_test(each_key),
		cmocka_unit_test(for_machines),
	};

	return cmocka_run_group_tests_name("expect", tests, NULL, NULL);
}
