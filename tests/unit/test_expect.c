/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The language of expectations: what holds, what does not, and what is none.
 */
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
#include "judge/judge.h"

static const struct {
	const char *text;
	bool holds;
} lines[] = {
	{"verdict.model multiplexed", true},
	{"verdict.model blocking", false},
	{"verdict.in_fact null", true},
	{"verdict confidence>=0.5 confidence<=1", true},
	{"verdict nonsense=1", false},
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
	{"thread redis-server model multiplexed", true},
	{"thread redis* files=52", true},
	{"thread nobody model none", false},
	{"loop calls=81000", true},
	{"loop calls<10", false},
	{"wait call=epoll_wait ns>=1s", true},
	{"wait what=child", false},
	{"no-wait what=child", true},
	{"time waiting_ns>0", true},
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
	static const char *const bad[] = {"nonsense 1",	   "verdict.model",	"file",
					  "file 8",	   "file 8 slept",	"lost few",
					  "model async",   "thread x",	"no-file",
					  "processes many", "verdict",	"loop"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct iom_expect *e = NULL;
		char *why = NULL;

		if (iom_expect_add(&e, bad[i], &why) == 0)
			fail_msg("`%s` was taken", bad[i]);
		assert_non_null(strstr(why, "EXPECTATIONS"));
		free(why);
		iom_expect_free(e);
	}
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
		cmocka_unit_test(for_machines),
	};

	return cmocka_run_group_tests_name("expect", tests, NULL, NULL);
}
