/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program calls itself and its files is never taken for our own words: on whom it waits for, and why that one
 * does not go on.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "build.h"
#include "capture/values.h"
#include "collect/gather.h"
#include "collect/proc/procfs.h"
#include "collect/proc/procfs_int.h"
#include "judge/judge.h"

#define BEFORE 1000000

/* What is said of a process that is asleep in this call throughout. */
static void headline_of(uint8_t class, int32_t nr, uint8_t kind, const char *name, const char *target, char text[500])
{
	struct iom_capture *cap = build_capture("program");
	uint32_t file = name ? build_file(cap, 4, kind, 0, name) : IOM_NO_FILE;
	struct iom_report *rep;

	cap->threads[0].cpu_ns = cap->threads[0].runq_ns = 0;
	cap->threads[0].asleep_ns = BUILD_LIFE_NS;
	build_asleep(cap, 0, class, nr, file, BEFORE, BUILD_LIFE_NS);
	cap->threads[0].at_end.target = target ? strdup(target) : NULL;
	rep = iom_judge(cap);
	snprintf(text, 500, "%s", rep->procs[0].verdict.headline);
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* The same words stand for what a futex is for. */
static void names_of_files(void **state)
{
	static const char *const names[] = {CAP_TARGET_ALONE, CAP_TARGET_INSIDE};
	char text[500], expected[200];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		snprintf(expected, sizeof(expected), "It is asleep in openat of %s, and has been since 1.0 ms before the watch.",
			 names[i]);
		headline_of(CAP_C_NAME, SYS_openat, 0, NULL, names[i], text);
		assert_string_equal(text, expected);
		headline_of(CAP_C_FUTEX, SYS_futex, 0, NULL, names[i], text);
		assert_non_null(strstr(text, "othing but a signal can end that."));
	}
}

/* A process at the other end is found by its number: in names that we made. */
static void arrows(void **state)
{
	static const struct {
		uint8_t kind;
		const char *name;
		bool leads;
	} tries[] = {
		{CAP_K_SOCK, "unix -> 12 cat", true},
		{CAP_K_SOCK, "unix /x -> 12 cat", false},
		{CAP_K_SOCK, "unix -> ./12 cat", false},
		{CAP_K_FIFO, "/x <- cat 12 fd 1", true},
		{CAP_K_FIFO, "/x\\x20<- cat 12 fd 1", false},
	};
	char text[500];

	(void)state;
	for (size_t i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		headline_of(CAP_C_READ, SYS_read, tries[i].kind, tries[i].name, NULL, text);
		assert_int_equal(strstr(text, "`iomodel attach 12` tells.") != NULL, tries[i].leads);
	}
}

static void made_without_arrows(void **state)
{
	char *name = pfs_without_arrows(strdup("/x -> y <- z->"));

	(void)state;
	assert_string_equal(name, "/x\\x20-> y\\x20<- z->");
	free(name);
	assert_null(pfs_without_arrows(NULL));
	name = sock_unix_path("/x -> 1 init", 12);
	assert_string_equal(name, "/x\\x20-> 1 init");
	free(name);
	name = sock_unix_path("1 init", 6);
	assert_string_equal(name, "./1 init");
	free(name);
	name = sock_unix_path("\0001 init", 7);
	assert_string_equal(name, "@1 init");
	free(name);
}

/* Why it does not go on stands in brackets. */
static void brackets(void **state)
{
	char text[500], expected[64], *process;
	int ready[2];
	pid_t child;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, "x (stopped)");
		if (write(ready[1], "", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], text, 1), 1);
	close(ready[0]);
	close(ready[1]);
	process = iom_process_text(child, 0);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	snprintf(expected, sizeof(expected), "process %d \"x (stopped)\"", child);
	assert_string_equal(process, expected);
	headline_of(CAP_C_READ, SYS_read, CAP_K_SOCK, "tcp 127.0.0.1:1 -> 127.0.0.1:2", process, text);
	snprintf(expected, sizeof(expected), " (process %d \"x (stopped)\"),", child);
	assert_non_null(strstr(text, expected));
	free(process);
	headline_of(CAP_C_READ, SYS_read, CAP_K_SOCK, "tcp 127.0.0.1:1 -> 127.0.0.1:2", "process 12 cat (stopped)", text);
	assert_non_null(strstr(text, " (process 12 cat: stopped),"));
	headline_of(CAP_C_CONNECT, SYS_connect, CAP_K_SOCK, "unix -> /run/a", "process 12 cat (its queue is full)", text);
	assert_non_null(strstr(text, " unix -> /run/a (process 12 cat: its queue is full),"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_files),
		cmocka_unit_test(arrows),
		cmocka_unit_test(made_without_arrows),
		cmocka_unit_test(brackets),
	};

	return cmocka_run_group_tests_name("forged", tests, NULL, NULL);
}
