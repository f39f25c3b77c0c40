/* SPDX-License-Identifier: GPL-2.0-only */
/* Recordings: what is written comes back, and only that. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "build.h"
#include "capture/store.h"
#include "capture/tables.h"
#include "judge/judge.h"
#include "report/json.h"

static char dir[64], path[128], wal[160], other[128];

static int enter(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/iom-store-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/a recording?%%.iom", dir);
	snprintf(wal, sizeof(wal), "%s-wal", path);
	snprintf(other, sizeof(other), "%s/other", dir);
	return 0;
}

static int leave(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static uint64_t next_random(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *seed >> 16;
}

static int64_t some_number(const struct cap_column *c, uint64_t *seed)
{
	uint64_t range = (uint64_t)c->max - (uint64_t)c->min, r = next_random(seed);

	if (r % 4 == 0)
		return c->max;
	if (r % 4 == 1)
		return c->min;
	r = r << 32 ^ next_random(seed);
	return (int64_t)((uint64_t)c->min + (range == UINT64_MAX ? r : r % (range + 1)));
}

static void some_text(const struct cap_column *c, void *element, uint64_t *seed)
{
	char text[256];
	size_t n = next_random(seed) % (c->max < 255 ? (size_t)c->max + 1 : 255);

	for (size_t i = 0; i < n; i++)
		text[i] = (char)(1 + next_random(seed) % 255);
	cap_set_text(c, element, text, n);
}

#define EACH 5

static void fill(const struct cap_table *t, struct iom_capture *cap, size_t i, uint64_t *seed)
{
	void *element = cap_element(t, cap, i);

	for (size_t k = 0; k < t->ncolumns; k++) {
		const struct cap_column *c = &t->columns[k];

		if (c->type == CAP_T_TEXT || c->type == CAP_T_COMM)
			some_text(c, element, seed);
		else if (c->type == CAP_T_REF)
			cap_set_number(c, element, (int64_t)(next_random(seed) % EACH));
		else
			cap_set_number(c, element, some_number(c, seed));
	}
}

/* Every column of every table has some value of its own. */
static struct iom_capture *full(uint64_t seed)
{
	struct iom_capture *cap = iom_capture_new();

	for (size_t id = 0; id < CAP_NTABLES; id++)
		for (size_t i = 0; i < (cap_tables[id].size ? EACH : 1); i++) {
			if (cap_tables[id].size)
				cap_append(cap, id);
			fill(&cap_tables[id], cap, i, &seed);
		}
	cap->end_ns = cap->start_ns;
	for (size_t i = 0; i < EACH; i++) {
		cap->procs[i].end_ns = cap->procs[i].start_ns;
		cap->threads[i].end_ns = cap->threads[i].start_ns;
		cap->samples[i].exit_ns = cap->samples[i].enter_ns;
		cap->registrations[i].file = i;
	}
	return cap;
}

static void same_value(const struct cap_table *t, const struct cap_column *c, const void *a,
		       const void *b)
{
	const char *x, *y;
	size_t nx, ny;

	if (c->type != CAP_T_TEXT && c->type != CAP_T_COMM) {
		if (cap_number(c, a) != cap_number(c, b))
			fail_msg("%s.%s: %lld is not %lld", t->name, c->name,
				 (long long)cap_number(c, a), (long long)cap_number(c, b));
		return;
	}
	x = cap_text(c, a, &nx);
	y = cap_text(c, b, &ny);
	if (!x != !y || nx != ny || (x && memcmp(x, y, nx)))
		fail_msg("%s.%s differs", t->name, c->name);
}

static void same(const struct iom_capture *a, const struct iom_capture *b)
{
	for (size_t id = 0; id < CAP_NTABLES; id++) {
		const struct cap_table *t = &cap_tables[id];

		assert_int_equal(cap_count(t, a), cap_count(t, b));
		for (size_t i = 0; i < cap_count(t, a); i++)
			for (size_t k = 0; k < t->ncolumns; k++)
				same_value(t, &t->columns[k], cap_element(t, a, i),
					   cap_element(t, b, i));
	}
}

static struct iom_store *create(const char *where, uint64_t max)
{
	struct iom_store *s = NULL;
	char *why = NULL;

	if (iom_store_create(&s, where, max, &why))
		fail_msg("%s", why);
	return s;
}

static struct iom_capture *load(struct iom_loaded *loaded)
{
	struct iom_capture *cap = NULL;
	char *why = NULL;

	if (iom_store_load(path, &cap, loaded, &why))
		fail_msg("%s", why);
	return cap;
}

/* It must be refused with this error, and a sentence that holds this. */
static void refused(int err, const char *sentence)
{
	struct iom_capture *cap = NULL;
	struct iom_loaded loaded;
	char *why = NULL;

	assert_int_equal(iom_store_load(path, &cap, &loaded, &why), err);
	assert_null(cap);
	assert_non_null(why);
	if (!strstr(why, sentence))
		fail_msg("`%s` does not say `%s`", why, sentence);
	free(why);
}

static void record(struct iom_capture *cap)
{
	struct iom_store *s = create(path, 0);

	assert_int_equal(iom_store_finish(s, cap), 0);
	iom_store_close(s);
}

static void record_server(void)
{
	struct iom_capture *cap = build_server("redis-server", "/var/lib/redis/appendonly.aof");

	record(cap);
	iom_capture_free(cap);
}

static void sql(const char *text)
{
	sqlite3 *db;
	char *err = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_exec(db, text, NULL, NULL, &err);
	if (err)
		fail_msg("%s: %s", text, err);
	sqlite3_close(db);
}

/* ---- there and back ------------------------------------------------------------- */

static void everything_comes_back(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct iom_capture *cap = full(seed), *back;
		struct iom_loaded loaded;

		record(cap);
		back = load(&loaded);
		same(cap, back);
		assert_true(loaded.complete);
		assert_int_equal(loaded.bad_rows, 0);
		iom_capture_free(cap);
		iom_capture_free(back);
		assert_int_equal(unlink(path), 0);
	}
}

static void memory_is_the_same(void **state)
{
	struct iom_capture *cap = full(99), *back;
	struct iom_store *s = create(NULL, 0);
	struct iom_loaded loaded;
	char *why;

	(void)state;
	assert_int_equal(iom_store_finish(s, cap), 0);
	assert_int_equal(iom_store_read(s, &back, &loaded, &why), 0);
	same(cap, back);
	assert_true(loaded.complete);
	iom_capture_free(cap);
	iom_capture_free(back);
	iom_store_close(s);
}

/* What grows and changes second by second ends as if it had been written once. */
static void second_by_second(void **state)
{
	struct iom_capture *cap = build_server("redis-server", "/var/log/a"), *back;
	struct iom_store *s = create(path, 0);
	struct iom_loaded loaded;
	uint32_t file;

	(void)state;
	for (int i = 0; i < 20; i++) {
		assert_int_equal(iom_store_write(s, cap), 0);
		cap->calls[i].n.ok += 7;
		cap->end_ns += 1000;
		free(cap->files[i].name);
		cap->files[i].name = strdup("renamed");
		file = build_file(cap, 100 + i, CAP_K_SOCK, 0, NULL);
		build_watch(cap, file, 0);
	}
	assert_int_equal(iom_store_finish(s, cap), 0);
	iom_store_close(s);
	assert_int_not_equal(access(wal, F_OK), 0);
	back = load(&loaded);
	same(cap, back);
	iom_capture_free(cap);
	iom_capture_free(back);
}

static char *json(const struct iom_capture *cap)
{
	struct iom_report *rep = iom_judge(cap);
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	assert_int_equal(iom_report_json(rep, out), 0);
	fclose(out);
	iom_report_free(rep);
	return text;
}

static void the_report_is_the_same(void **state)
{
	struct iom_capture *cap = build_server("redis-server", "/var/lib/a"), *back;
	struct iom_loaded loaded;
	char *a, *b;

	(void)state;
	record(cap);
	back = load(&loaded);
	a = json(cap);
	b = json(back);
	assert_string_equal(a, b);
	free(a);
	free(b);
	iom_capture_free(cap);
	iom_capture_free(back);
}

/* ---- cut off ---------------------------------------------------------------------- */

static void copy(const char *from, const char *to)
{
	char buf[65536];
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ssize_t n;

	assert_true(in >= 0 && out >= 0);
	while ((n = read(in, buf, sizeof(buf))) > 0)
		assert_int_equal(write(out, buf, n), n);
	close(in);
	close(out);
}

/* As kill -9 leaves it: file and journal, and nobody has folded them. */
static void cut_off(void **state)
{
	struct iom_capture *cap = build_server("redis-server", "/var/log/a"), *back;
	struct iom_store *s = create(path, 0);
	char file_copy[160], wal_copy[160];
	struct iom_loaded loaded;

	(void)state;
	snprintf(file_copy, sizeof(file_copy), "%s/copy", dir);
	snprintf(wal_copy, sizeof(wal_copy), "%s/copy-wal", dir);
	assert_int_equal(iom_store_write(s, cap), 0);
	cap->calls[0].n.ok = 12345;
	assert_int_equal(iom_store_write(s, cap), 0);
	copy(path, file_copy);
	copy(wal, wal_copy);
	iom_store_close(s);
	assert_int_equal(rename(file_copy, path), 0);
	assert_int_equal(rename(wal_copy, wal), 0);
	assert_int_equal(chmod(dir, 0500), 0);
	back = load(&loaded);
	same(cap, back);
	assert_false(loaded.complete);
	/* Nothing was folded, or written, by looking at it. */
	assert_int_equal(access(wal, F_OK), 0);
	assert_int_equal(chmod(dir, 0700), 0);
	iom_capture_free(cap);
	iom_capture_free(back);
}

/* All of it is in the file, but nobody could remove the journal. */
static void journal_left_behind(void **state)
{
	struct iom_capture *cap;
	struct iom_loaded loaded;

	(void)state;
	record_server();
	sql("PRAGMA journal_mode=WAL"); /* which leaves the file saying that it has one */
	cap = load(&loaded);
	assert_true(loaded.complete);
	iom_capture_free(cap);
	close(open(wal, O_CREAT | O_WRONLY, 0600));
	cap = load(&loaded);
	assert_true(loaded.complete);
	iom_capture_free(cap);
}

static void read_while_it_is_written(void **state)
{
	struct iom_capture *cap = build_server("redis-server", "/var/log/a"), *back;
	struct iom_store *s = create(path, 0);
	struct iom_loaded loaded;

	(void)state;
	assert_int_equal(iom_store_write(s, cap), 0);
	back = load(&loaded);
	same(cap, back);
	assert_false(loaded.complete);
	iom_capture_free(back);
	cap->calls[0].n.ok++;
	assert_int_equal(iom_store_finish(s, cap), 0);
	iom_store_close(s);
	back = load(&loaded);
	same(cap, back);
	iom_capture_free(back);
	iom_capture_free(cap);
}

static void largest_size(void **state)
{
	struct iom_capture *cap = build_server("redis-server", "/var/log/a"), *back;
	uint64_t max = UINT64_C(512) << 10;
	struct iom_store *s = create(path, max);
	struct iom_loaded loaded;
	struct stat st;
	int err = 0, said = 0;

	(void)state;
	for (int i = 0; !err; i++) {
		for (int k = 0; k < 100; k++)
			build_sample(cap, 0, CAP_C_READ, 0, 1000 * i, 1000 + k, k);
		if (!said && iom_store_nearly_full(s))
			said = i;
		err = iom_store_write(s, cap);
	}
	assert_int_equal(err, -EFBIG);
	assert_true(said > 0);
	assert_int_equal(iom_store_finish(s, cap), -EFBIG);
	iom_store_close(s);
	assert_int_equal(stat(path, &st), 0);
	assert_true((uint64_t)st.st_size <= max);
	back = load(&loaded);
	assert_false(loaded.complete);
	assert_int_equal(back->ncalls, cap->ncalls);
	assert_true(back->nsamples > 1000 && back->nsamples < cap->nsamples);
	iom_capture_free(back);
	iom_capture_free(cap);
}

/* ---- where it is made ---------------------------------------------------------------- */

static void never_over_something(void **state)
{
	struct iom_store *s = NULL;
	struct stat st;
	char *why = NULL;

	(void)state;
	record_server();
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(iom_store_create(&s, path, 0, &why), -EEXIST);
	assert_non_null(strstr(why, "exists already"));
	free(why);
	unlink(path);
	assert_int_equal(symlink(other, path), 0); /* leads nowhere yet */
	assert_int_equal(iom_store_create(&s, path, 0, &why), -EEXIST);
	free(why);
	assert_int_not_equal(access(other, F_OK), 0);
}

/* Who made it could write into it while we do. */
static void journal_that_is_there(void **state)
{
	struct iom_store *s;
	char *why = NULL;
	int fd = open(wal, O_CREAT | O_EXCL | O_WRONLY, 0666);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(iom_store_create(&s, path, 0, &why), -EEXIST);
	assert_non_null(strstr(why, "wal"));
	free(why);
	assert_int_not_equal(access(path, F_OK), 0);
	assert_int_equal(access(wal, F_OK), 0);
	assert_int_equal(unlink(wal), 0);
}

static void folder_through_a_link(void **state)
{
	struct iom_capture *cap = full(3);
	struct iom_store *s;
	char real[128];

	(void)state;
	snprintf(real, sizeof(real), "%s/real", dir);
	assert_int_equal(mkdir(real, 0700), 0);
	assert_int_equal(symlink("real", other), 0);
	snprintf(path, sizeof(path), "%s/other/x.iom", dir);
	s = create(path, 0);
	assert_int_equal(iom_store_finish(s, cap), 0);
	iom_store_close(s);
	assert_int_equal(access(path, F_OK), 0);
	iom_capture_free(cap);
}

/* ---- not what it should be ------------------------------------------------------------ */

static void put(const char *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

static void no_recording(void **state)
{
	(void)state;
	refused(-ENOENT, "No such file");
	put("", 0);
	refused(-EBADMSG, "is no recording");
	put("#!/bin/sh\necho hello\n", 21);
	refused(-EBADMSG, "is no recording");
	unlink(path);
	sql("CREATE TABLE a(b); INSERT INTO a VALUES(1)");
	refused(-EBADMSG, "is no recording");
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	refused(-EBADMSG, "is no recording");
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	refused(-EBADMSG, "is no recording");
}

static void newer(void **state)
{
	(void)state;
	record_server();
	sql("PRAGMA user_version=2");
	refused(-ENOTSUP, "newer iomodel");
}

/* A recording of before a field, or a whole sort of facts, was invented. */
static void older(void **state)
{
	struct iom_capture *cap;
	struct iom_loaded loaded;

	(void)state;
	record_server();
	sql("ALTER TABLE file DROP COLUMN set_size; ALTER TABLE thread DROP COLUMN at_start_nr;"
	    "ALTER TABLE thread DROP COLUMN at_end_file; ALTER TABLE calls DROP COLUMN other;"
	    "DROP TABLE second; DROP TABLE argument; PRAGMA user_version=0");
	cap = load(&loaded);
	assert_int_equal(loaded.bad_rows, 0);
	assert_int_equal(cap->nthreads, 2);
	assert_int_equal(cap->threads[0].at_start.nr, -1);
	assert_int_equal(cap->threads[0].at_end.file, IOM_NO_FILE);
	assert_int_equal(cap->calls[0].other, IOM_NO_FILE);
	assert_int_equal(cap->files[0].set_size, 0);
	iom_capture_free(cap);
}

static void bad_rows_lose_themselves(void **state)
{
	struct iom_capture *cap, *was = build_server("redis-server", "/var/log/a");
	struct iom_loaded loaded;

	(void)state;
	record(was);
	sql("UPDATE calls SET ok=-1 WHERE id=3;"
	    "UPDATE calls SET class=64 WHERE id=4;"
	    "UPDATE calls SET tid='x' WHERE id=5;"
	    "UPDATE calls SET file=1000000 WHERE id=6;"
	    "UPDATE calls SET wait_ns=1.5 WHERE id=7;"
	    "UPDATE file SET name=zeroblob(5) WHERE id=10;" /* two rows of calls, one registration */
	    "UPDATE thread SET end_ns=0 WHERE id=1;"
	    "UPDATE thread SET comm='longer than sixteen bytes' WHERE id=1;"
	    "UPDATE sample SET kind=32 WHERE id=2");
	cap = load(&loaded);
	assert_int_equal(cap->nfiles, was->nfiles - 1);
	assert_int_equal(cap->nthreads, 1);
	assert_int_equal(cap->nsamples, was->nsamples - 1);
	assert_int_equal(cap->ncalls, was->ncalls - 5 - 2);
	assert_int_equal(cap->nregistrations, was->nregistrations - 1);
	assert_int_equal(loaded.bad_rows, 5 + 1 + 2 + 1 + 1 + 1);
	assert_int_equal(cap->lost.counts, loaded.bad_rows);
	/* What stood behind the lost file still refers to the right one. */
	assert_int_equal(cap->files[10].fd, was->files[11].fd);
	assert_int_equal(cap->calls[cap->ncalls - 1].file, was->calls[was->ncalls - 1].file - 1);
	iom_capture_free(cap);
	iom_capture_free(was);
}

static void nothing_is_left(void **state)
{
	(void)state;
	record_server();
	sql("DELETE FROM process");
	refused(-EBADMSG, "nothing that a report could be made of");
	unlink(path);
	record_server();
	sql("UPDATE watch SET end_ns=0");
	refused(-EBADMSG, "nothing that a report could be made of");
}

/* ---- hostile --------------------------------------------------------------------------- */

static void replaced(const char *table, const char *by)
{
	char text[1024];

	unlink(path);
	record_server();
	snprintf(text, sizeof(text), "DROP TABLE %s; %s", table, by);
	sql(text);
}

static void code_in_the_schema(void **state)
{
	(void)state;
	replaced("sample", "CREATE TABLE sample(id INTEGER PRIMARY KEY, tid AS (length(hex(id))));"
			   "INSERT INTO sample(id) VALUES(1)");
	refused(-EBADMSG, "tables that no recording has");
	replaced("sample", "CREATE VIEW sample AS WITH RECURSIVE c(id) AS (SELECT 1 UNION ALL SELECT "
			   "id+1 FROM c) SELECT id, 1 AS tid FROM c");
	{
		/* No view is looked at: it is as if the table were not there. */
		struct iom_loaded loaded;
		struct iom_capture *cap = load(&loaded);

		assert_int_equal(cap->nsamples, 0);
		iom_capture_free(cap);
	}
	replaced("sample", "CREATE VIRTUAL TABLE sample USING fts5(id, tid)");
	refused(-EBADMSG, "tables that no recording has");
}

static void too_much(void **state)
{
	(void)state;
	replaced("probe", "CREATE TABLE probe(id INTEGER PRIMARY KEY, name TEXT); WITH RECURSIVE c(n) AS "
			  "(SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n<300) INSERT INTO probe SELECT "
			  "n,'x' FROM c");
	{
		struct iom_loaded loaded;
		struct iom_capture *cap = load(&loaded);

		assert_int_equal(cap->nprobes, 256);
		assert_int_equal(loaded.bad_rows, 1);
		iom_capture_free(cap);
	}
	replaced("probe", "CREATE TABLE probe(id INTEGER PRIMARY KEY, name TEXT);"
			  "INSERT INTO probe VALUES(1,zeroblob(100000000))");
	refused(-EBADMSG, "too big");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(everything_comes_back),
		CASE(memory_is_the_same),
		CASE(second_by_second),
		CASE(the_report_is_the_same),
		CASE(cut_off),
		CASE(journal_left_behind),
		CASE(read_while_it_is_written),
		CASE(largest_size),
		CASE(never_over_something),
		CASE(journal_that_is_there),
		CASE(folder_through_a_link),
		CASE(no_recording),
		CASE(newer),
		CASE(older),
		CASE(bad_rows_lose_themselves),
		CASE(nothing_is_left),
		CASE(code_in_the_schema),
		CASE(too_much),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
