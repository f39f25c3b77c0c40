/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Of whom a number speaks that a process passes to the kernel, or keeps in its memory: it may live in a PID
 * namespace of its own, and whom the number meant may be gone.
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/gather.h"
#include "collect/proc/procfs.h"

#define OTHERS 3 /* numbers of the namespace that are used up before */

static void *sleeps(void *unused)
{
	for (;;)
		pause();
	return unused;
}

/* The first process of a PID namespace: a child of it has the number OTHERS + 2 there, a thread the next one. */
static void be_first(int ready)
{
	pthread_t thread;
	pid_t child;

	for (int i = 0; i < OTHERS; i++) {
		child = fork();
		if (!child)
			_exit(0);
		waitpid(child, NULL, 0);
	}
	child = fork();
	if (!child)
		sleeps(NULL);
	if (child != OTHERS + 2 || pthread_create(&thread, NULL, sleeps, NULL) || write(ready, "", 1) != 1)
		_exit(1);
	sleeps(NULL);
}

/* Its number here; 0: no namespace can be made. */
static pid_t first_of_namespace(pid_t *maker)
{
	pid_t first = 0;
	int ends[2];
	char byte;

	assert_int_equal(pipe(ends), 0);
	*maker = fork();
	if (!*maker) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWPID) && unshare(CLONE_NEWUSER | CLONE_NEWPID))
			_exit(1);
		first = fork();
		if (!first) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			be_first(ends[1]);
		}
		close(ends[1]);
		waitpid(first, NULL, 0);
		_exit(0);
	}
	close(ends[1]);
	if (read(ends[0], &byte, 1) == 1)
		first = pfs_children(*maker, *maker).first;
	close(ends[0]);
	return first;
}

/* Under valgrind it has another name. */
#define EXPECTED_LEN 128

__attribute__((format(printf, 2, 0))) static void expect_process(char expected[EXPECTED_LEN], const char *format, pid_t pid)
{
	char comm[16];

	assert_true(pfs_comm(pid, comm));
	snprintf(expected, EXPECTED_LEN, format, pid, comm);
}

static char *asleep_in(pid_t pid, int64_t nr, uint64_t arg0, uint64_t arg1, uint64_t arg2)
{
	struct iom_thread t = {.flags = IOM_TF_ASLEEP, .nr = nr, .tid = (uint32_t)pid, .tgid = (uint32_t)pid,
			       .ns_tid = (uint32_t)pid, .args = {arg0, arg1, arg2}};
	struct cap_open_call call = {.nr = -1, .fd = -1};
	int32_t set[1];
	size_t n;

	iom_open_call(&t, (uint32_t)pid, &call, set, 1, &n);
	return call.target;
}

static void waits_in_namespace(void **state)
{
	pid_t maker, first = first_of_namespace(&maker);
	char *text, expected[EXPECTED_LEN];

	(void)state;
	if (first) {
		pid_t child = pfs_children(first, first).first, thread;

		assert_true(child > 0 && child != OTHERS + 2);
		expect_process(expected, "process %d %s", child);
		text = asleep_in(first, SYS_wait4, OTHERS + 2, 0, 0);
		assert_non_null(text);
		assert_string_equal(text, expected);
		free(text);
		text = asleep_in(first, SYS_waitid, P_PID, OTHERS + 2, 0);
		assert_non_null(text);
		assert_string_equal(text, expected);
		free(text);
		/* One that is no child of it: nobody is named, least of all who has that number here. */
		assert_null(asleep_in(first, SYS_wait4, 1, 0, 0));
		thread = pfs_thread_called(first, OTHERS + 3);
		assert_int_equal(pfs_tgid(thread), first);
		assert_int_not_equal(thread, first);
		assert_int_equal(pfs_thread_called(first, 1), first);
		assert_int_equal(pfs_thread_called(first, OTHERS + 2), 0);
		assert_false(pfs_counts_as_we(first));
	}
	kill(maker, SIGKILL);
	waitpid(maker, NULL, 0);
	if (!first)
		skip();
}

static void waits_here(void **state)
{
	pid_t child = fork();
	char *text, expected[EXPECTED_LEN];

	(void)state;
	if (!child)
		sleeps(NULL);
	expect_process(expected, "process %d %s", child);
	text = asleep_in(getpid(), SYS_wait4, (uint64_t)child, 0, 0);
	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
	assert_true(pfs_counts_as_we(getpid()));
	assert_int_equal(pfs_thread_called(getpid(), getpid()), getpid());
	assert_int_equal(pfs_thread_called(getpid(), child), 0);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

/* Who has the mutex maps it; a number that is a stranger's by now is of nobody. */
static void shared_mutex_of_stranger(void **state)
{
	int32_t *word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child = fork();
	char *text, expected[EXPECTED_LEN];

	(void)state;
	if (!child)
		sleeps(NULL);
	word[0] = 2;
	word[2] = child;
	word[3] = 1;
	word[4] = 128; /* PTHREAD_MUTEX_PSHARED_BIT */
	expect_process(expected, "a mutex that process %d %s has", child);
	text = asleep_in(getpid(), SYS_futex, (uint64_t)(uintptr_t)word, FUTEX_WAIT, 2);
	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
	word[2] = getppid();
	snprintf(expected, sizeof(expected), "a mutex that thread %d, now gone, locked: nobody is left to unlock it",
		 getppid());
	text = asleep_in(getpid(), SYS_futex, (uint64_t)(uintptr_t)word, FUTEX_WAIT, 2);
	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	munmap(word, 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_in_namespace),
		cmocka_unit_test(waits_here),
		cmocka_unit_test(shared_mutex_of_stranger),
	};

	return cmocka_run_group_tests_name("numbers", tests, NULL, NULL);
}
