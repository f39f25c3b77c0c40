/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A capture taken apart by process: nothing is lost, nothing is another's, and
 * each process is judged as if it had been watched alone.
 */
#define _GNU_SOURCE
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>
#include <jansson.h>

#include "build.h"
#include "capture/parts.h"
#include "capture/tables.h"
#include "judge/judge.h"
#include "report/json.h"

#define MANY 10000
#define EACH (32 << 10) /* bytes of a small process's report, its part of the capture included */

/* A process that read a file of its own. */
static void add_reader(struct iom_capture *cap, uint32_t pid, uint64_t reads)
{
	uint32_t file = iom_capture_add_file(cap), row;

	build_proc(cap, pid, "reader");
	cap->files[file].tgid = pid;
	cap->files[file].fd = 3;
	cap->files[file].kind = CAP_K_REG;
	row = iom_capture_add_calls(cap);
	cap->calls[row].tgid = cap->calls[row].tid = pid;
	cap->calls[row].file = file;
	cap->calls[row].class = CAP_C_READ;
	cap->calls[row].nr = SYS_read;
	cap->calls[row].n.ok = reads;
	cap->calls[row].bytes = reads;
}

static json_t *process_of(const struct iom_capture *cap, size_t i)
{
	struct iom_report *rep = iom_judge(cap);
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);
	json_t *root, *p;

	assert_int_equal(iom_report_json(rep, out), 0);
	fclose(out);
	root = json_loadb(text, n, 0, NULL);
	assert_non_null(root);
	p = json_incref(json_array_get(json_object_get(root, "processes"), i));
	json_decref(root);
	free(text);
	iom_report_free(rep);
	return p;
}

/* The others are there before, between and after what belongs to the server. */
static void judged_as_if_alone(void **state)
{
	struct iom_capture *alone = build_server("server", "/srv/file");
	struct iom_capture *among = build_server("server", "/srv/file");
	json_t *a, *b, *reader;

	(void)state;
	for (uint32_t pid = 50; pid < 60; pid++)
		add_reader(among, pid, pid);
	/* Files and calls of the server that come last. */
	for (int i = 0; i < 2; i++) {
		struct iom_capture *cap = i ? among : alone;
		uint32_t file = build_file(cap, 77, CAP_K_REG, 0, "/srv/late");

		build_transfers(cap, BUILD_PID, file, CAP_C_READ, SYS_read, 5, 0, 0, 0);
	}
	a = process_of(alone, 0);
	b = process_of(among, 0);
	assert_true(json_equal(a, b));
	reader = process_of(among, 4);
	assert_int_equal(json_integer_value(json_object_get(reader, "pid")), 53);
	assert_int_equal(json_array_size(json_object_get(reader, "files")), 1);
	json_decref(a);
	json_decref(b);
	json_decref(reader);
	iom_capture_free(alone);
	iom_capture_free(among);
}

static uint32_t owner(const struct iom_capture *part)
{
	return part->procs[0].tgid;
}

static void nothing_lost_nothing_strange(void **state)
{
	struct iom_capture *cap = build_server("server", "/srv/file"), *parts;
	size_t n;

	(void)state;
	for (uint32_t pid = 50; pid < 60; pid++)
		add_reader(cap, pid, 1);
	parts = iom_parts(cap, &n);
	assert_int_equal(n, 11);
	for (int id = CAP_TAB_FILE; id < CAP_NTABLES; id++) {
		size_t sum = 0;

		for (size_t i = 0; i < n; i++)
			sum += cap_count(&cap_tables[id], &parts[i]);
		assert_int_equal(sum, cap_count(&cap_tables[id], cap));
	}
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < parts[i].nfiles; k++)
			assert_int_equal(parts[i].files[k].tgid, owner(&parts[i]));
		for (size_t k = 0; k < parts[i].ncalls; k++) {
			assert_int_equal(parts[i].calls[k].tgid, owner(&parts[i]));
			assert_true(parts[i].calls[k].file == IOM_NO_FILE ||
				    parts[i].calls[k].file < parts[i].nfiles);
		}
		assert_string_equal(parts[i].kernel, cap->kernel);
		assert_int_equal(parts[i].nprobes, cap->nprobes);
	}
	iom_parts_free(parts, n);
	iom_capture_free(cap);
}

/* A process left, and another one got its number. */
static void number_used_twice(void **state)
{
	struct iom_capture *cap = build_capture("first"), *parts;
	size_t n;

	(void)state;
	add_reader(cap, 50, 1);
	build_proc(cap, BUILD_PID, "second");
	parts = iom_parts(cap, &n);
	assert_int_equal(n, 2);
	assert_int_equal(parts[0].nprocs, 2);
	assert_int_equal(parts[0].nthreads, 2);
	assert_memory_equal(parts[0].procs[1].comm, "second", 7);
	assert_int_equal(parts[1].nprocs, 1);
	iom_parts_free(parts, n);
	iom_capture_free(cap);
}

/* What no recording of ours holds, but a strange one may. */
static void nobodys_and_somebody_elses(void **state)
{
	struct iom_capture *cap = build_capture("one"), *parts;
	uint32_t row;
	size_t n;

	(void)state;
	add_reader(cap, 50, 1);
	add_reader(cap, 60, 1);
	cap->calls[1].file = 0; /* of 60, on a file of 50's */
	cap->files[0].tgid = 50;
	row = iom_capture_add_calls(cap);
	cap->calls[row].tgid = 999; /* nobody */
	cap->nprocs--;		    /* 60 is nobody too */
	parts = iom_parts(cap, &n);
	assert_int_equal(n, 2);
	assert_int_equal(parts[0].ncalls + parts[1].ncalls, 1);
	iom_parts_free(parts, n);
	cap->nprocs++;
	parts = iom_parts(cap, &n);
	assert_int_equal(n, 3);
	assert_int_equal(parts[2].ncalls, 1);
	assert_int_equal(parts[2].calls[0].file, IOM_NO_FILE);
	iom_parts_free(parts, n);
	iom_capture_free(cap);
}

/* A file in the set of another process's epoll: in neither's part there is a place for both. */
static void registered_with_a_stranger(void **state)
{
	struct iom_capture *cap = build_capture("one"), *parts;
	size_t n;

	(void)state;
	add_reader(cap, 50, 1);
	add_reader(cap, 60, 1);
	iom_capture_register(cap, 0, 1, 1);
	iom_capture_register(cap, 1, 1, 1);
	parts = iom_parts(cap, &n);
	assert_int_equal(n, 3);
	assert_int_equal(parts[1].nregistrations, 0);
	assert_int_equal(parts[2].nregistrations, 1);
	assert_int_equal(parts[2].registrations[0].epoll, 0);
	iom_parts_free(parts, n);
	iom_report_free(iom_judge(cap));
	iom_capture_free(cap);
}

static void nothing_at_all(void **state)
{
	struct iom_capture *cap = iom_capture_new(), *parts;
	size_t n;

	(void)state;
	parts = iom_parts(cap, &n);
	assert_int_equal(n, 0);
	iom_parts_free(parts, n);
	iom_capture_free(cap);
}

static size_t allocated(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

/* What a report takes grows with the processes, not with their square. */
static void many_processes(void **state)
{
	struct iom_capture *cap = build_capture("parent");
	struct iom_report *rep;
	size_t before;

	(void)state;
	for (uint32_t pid = 10000; pid < 10000 + MANY; pid++)
		add_reader(cap, pid, 3);
	before = allocated();
	rep = iom_judge(cap);
	assert_int_equal(rep->nprocs, MANY + 1);
	for (size_t i = 1; i <= MANY; i++) {
		assert_int_equal(rep->procs[i].models[IOM_M_BLOCKING].transfers, 3);
		assert_int_equal(rep->procs[i].nthreads, 1);
		assert_int_equal(rep->procs[i].nfiles, 1);
	}
	assert_true(allocated() - before < (size_t)MANY * EACH);
	iom_report_free(rep);
	iom_capture_free(cap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judged_as_if_alone),
		cmocka_unit_test(nothing_lost_nothing_strange),
		cmocka_unit_test(number_used_twice),
		cmocka_unit_test(nobodys_and_somebody_elses),
		cmocka_unit_test(registered_with_a_stranger),
		cmocka_unit_test(nothing_at_all),
		cmocka_unit_test(many_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
