/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * store.c - writing a recording.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/outfile.h"
#include "base/sentence.h"
#include "base/sysname.h"
#include "capture/names.h"
#include "capture/store_int.h"

#define PAGE_SIZE      4096
#define CALLS_NAMED    512
#define WAL_PAGES      1000 /* the WAL is folded into the file from this size on */
#define SLACK	       (UINT64_C(64) << 10)

/* ---- SQL from the lists of columns --------------------------------------------- */

static const char *sql_type(const struct cap_column *c)
{
	return c->type == CAP_T_TEXT || c->type == CAP_T_COMM ? "TEXT" : "INTEGER";
}

static void print_create(FILE *out, const struct cap_table *t)
{
	fprintf(out, "CREATE TABLE \"%s\"( -- %s\n  \"id\" INTEGER PRIMARY KEY", t->name, t->about);
	for (size_t i = 0; i < t->ncolumns; i++)
		fprintf(out, ",\n  \"%s\" %s", t->columns[i].name, sql_type(&t->columns[i]));
	fputs(");\n", out);
}

static void print_insert(FILE *out, const struct cap_table *t)
{
	fprintf(out, "INSERT OR REPLACE INTO \"%s\" VALUES(?", t->name);
	for (size_t i = 0; i < t->ncolumns; i++)
		fputs(",?", out);
	fputs(")", out);
}

static char *print(void (*printer)(FILE *out, const struct cap_table *t), const struct cap_table *t)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (out)
		printer(out, t);
	if (!out || fclose(out))
		iom_out_of_memory();
	return text;
}

/* ---- errors ------------------------------------------------------------------- */

static int error_of(const struct iom_store *s, int rc)
{
	int err;

	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return 0;
	case SQLITE_NOMEM:
		iom_out_of_memory();
	case SQLITE_FULL:
		err = sqlite3_system_errno(s->db);
		return s->max_size && err != ENOSPC && err != EDQUOT ? -EFBIG : -ENOSPC;
	case SQLITE_PERM:
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
		err = sqlite3_system_errno(s->db);
		return err ? -err : -EACCES;
	}
	err = sqlite3_system_errno(s->db);
	return err ? -err : -EIO;
}

static int run(struct iom_store *s, const char *sql)
{
	return error_of(s, sqlite3_exec(s->db, sql, NULL, NULL, NULL));
}

/* ---- a new recording -------------------------------------------------------------- */

static const char *name_of_call(int i)
{
	const char *name = iom_syscall_name(i);

	return strcmp(name, "call") ? name : NULL;
}

static const char *name_of_opcode(int i)
{
	const char *name = iom_uring_opcode_name(i);

	return strcmp(name, "request") ? name : NULL;
}

/* Numbers that people want to read as words. */
static int put_names(struct iom_store *s)
{
	static const struct {
		const char *table;
		const char *(*name)(int);
		int n;
	} all[] = {{"call_name", name_of_call, CALLS_NAMED},
		   {"class_name", iom_class_name, CAP_C_MAX},
		   {"kind_name", iom_kind_name, CAP_K_MAX},
		   {"operation_name", name_of_opcode, 256}};
	int err = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && !err; i++) {
		char *sql = sqlite3_mprintf("CREATE TABLE %s(id INTEGER PRIMARY KEY, name TEXT)",
					    all[i].table);

		err = run(s, sql);
		sqlite3_free(sql);
		for (int k = 0; k < all[i].n && !err; k++) {
			if (!all[i].name(k))
				continue;
			sql = sqlite3_mprintf("INSERT INTO %s VALUES(%d,%Q)", all[i].table, k,
					      all[i].name(k));
			err = run(s, sql);
			sqlite3_free(sql);
		}
	}
	return err;
}

static int put_schema(struct iom_store *s)
{
	char *sql = sqlite3_mprintf("PRAGMA application_id=%d; PRAGMA user_version=%d;"
				    "CREATE TABLE recording(id INTEGER PRIMARY KEY, complete INTEGER)",
				    IOM_STORE_APPLICATION, IOM_STORE_VERSION);
	int err = run(s, sql);

	sqlite3_free(sql);
	for (size_t i = 0; i < CAP_NTABLES && !err; i++) {
		char *create = print(print_create, &cap_tables[i]);

		err = run(s, create);
		free(create);
	}
	return err;
}

static int prepare(struct iom_store *s)
{
	int err = 0;

	for (size_t i = 0; i < CAP_NTABLES && !err; i++) {
		char *sql = print(print_insert, &cap_tables[i]);

		err = error_of(s, sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
						     &s->insert[i], NULL));
		free(sql);
	}
	return err;
}

/* The schema comes before the journal: it is one page after the other, and who
 * is stopped in the middle has recorded nothing yet. */
static int begin(struct iom_store *s)
{
	uint64_t pages = s->max_size / PAGE_SIZE;
	char *sql = sqlite3_mprintf(
		"PRAGMA page_size=%d; PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=%s;"
		"PRAGMA temp_store=MEMORY; PRAGMA synchronous=NORMAL; BEGIN",
		PAGE_SIZE, s->path ? "OFF" : "MEMORY");
	int err = run(s, sql);

	sqlite3_free(sql);
	if (!err && pages) {
		sql = sqlite3_mprintf("PRAGMA max_page_count=%lld", (long long)pages);
		err = run(s, sql);
		sqlite3_free(sql);
	}
	if (!err)
		err = put_schema(s);
	if (!err && s->path)
		err = put_names(s);
	if (!err)
		err = run(s, "COMMIT");
	if (!err && s->path) {
		uint64_t wal = pages && pages / 4 < WAL_PAGES ? pages / 4 : WAL_PAGES;

		sql = sqlite3_mprintf("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=%lld",
				      (long long)wal);
		err = run(s, sql);
		sqlite3_free(sql);
	}
	/* The first write makes the journal: now, while we may still make files. */
	if (!err)
		err = run(s, "INSERT INTO recording VALUES(0,0)");
	return err ? err : prepare(s);
}

/* The recording and its journal, both new: SQLite would take a journal that is there,
 * and who made it could write into it. *path: where, without symbolic links, since
 * SQLite is told not to follow any; heap. */
static int create_files(const char *name, char **path, char **why)
{
	struct iom_outfile f;
	int err = iom_outfile_open(&f, name, IOM_OUTFILE_NEW | IOM_OUTFILE_CALLER, why);

	if (err == -EEXIST) { /* it is the file itself: the caller knows what to say */
		free(*why);
		*why = NULL;
	}
	if (err)
		return err;
	*path = iom_outfile_path(&f);
	err = *path ? iom_outfile_beside(&f, "-wal") : -ENOENT;
	if (err)
		unlinkat(f.dir, f.name, 0);
	iom_outfile_close(&f);
	if (err == -EEXIST)
		*why = iom_sentence("`%s-wal`, which would be its journal, exists already", *path);
	return err;
}

static int open_file(struct iom_store *s, const char *path, char **why)
{
	int err = create_files(path, &s->path, why);

	if (err)
		return err;
	err = error_of(s, sqlite3_open_v2(s->path, &s->db,
					  SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW |
						  SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE,
					  NULL));
	if (!err)
		err = begin(s);
	if (err)
		iom_store_remove(s);
	return err;
}

static int open_memory(struct iom_store *s)
{
	int err = error_of(s, sqlite3_open_v2(":memory:", &s->db,
					      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
						      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE,
					      NULL));

	return err ? err : begin(s);
}

/* What to do about a name that is taken: nobody is told to remove a device. */
static char *taken(const char *path)
{
	struct stat st;

	if (lstat(path, &st) || (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode)))
		return iom_sentence("`%s` is a device or a pipe, and a recording needs a file; choose another name", path);
	return iom_sentence("`%s` exists already; choose another name, or remove it", path);
}

int iom_store_create(struct iom_store **out, const char *path, uint64_t max_size, char **why)
{
	struct iom_store *s = calloc(1, sizeof(*s));
	char *reason = NULL;
	int err;

	if (!s)
		return -ENOMEM;
	s->max_size = max_size;
	err = path ? open_file(s, path, &reason) : open_memory(s);
	if (!err) {
		*out = s;
		return 0;
	}
	iom_store_close(s);
	if (err == -EEXIST && !reason)
		*why = taken(path);
	else
		*why = iom_sentence("cannot write `%s`: %s", path ? path : "memory",
				    reason ? reason : strerror(-err));
	free(reason);
	return err;
}

/* ---- writing ----------------------------------------------------------------------- */

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 29;
}

static uint64_t hash_of(const struct cap_table *t, const void *element)
{
	uint64_t h = 1;

	for (size_t i = 0; i < t->ncolumns; i++) {
		const struct cap_column *c = &t->columns[i];
		const char *text;
		size_t len;

		if (c->type != CAP_T_TEXT && c->type != CAP_T_COMM) {
			h = mix(h, (uint64_t)cap_number(c, element));
			continue;
		}
		text = cap_text(c, element, &len);
		h = mix(h, text ? len + 1 : 0);
		for (size_t k = 0; k < len; k++)
			h = mix(h, (unsigned char)text[k]);
	}
	return h | 1; /* 0: not written yet */
}

static int bind(sqlite3_stmt *st, int at, const struct cap_column *c, const void *element)
{
	const char *text;
	int64_t v;
	size_t len;

	if (c->type == CAP_T_TEXT || c->type == CAP_T_COMM) {
		text = cap_text(c, element, &len);
		return text ? sqlite3_bind_text(st, at, text, (int)len, SQLITE_STATIC)
			    : sqlite3_bind_null(st, at);
	}
	v = cap_number(c, element);
	if (c->type == CAP_T_REF && v == IOM_NO_FILE)
		return sqlite3_bind_null(st, at);
	return sqlite3_bind_int64(st, at, v);
}

static int put_row(struct iom_store *s, enum cap_table_id id, const void *element, size_t index)
{
	const struct cap_table *t = &cap_tables[id];
	sqlite3_stmt *st = s->insert[id];
	int rc = sqlite3_bind_int64(st, 1, (sqlite3_int64)index);

	for (size_t i = 0; i < t->ncolumns && rc == SQLITE_OK; i++)
		rc = bind(st, (int)i + 2, &t->columns[i], element);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	sqlite3_reset(st);
	return error_of(s, rc);
}

static void room_for(struct iom_store *s, enum cap_table_id id, size_t n)
{
	size_t had = s->nwritten[id];
	uint64_t *more;

	if (n <= had)
		return;
	n = n < 2 * had ? 2 * had : n;
	more = iom_memory(realloc(s->written[id], n * sizeof(*more)));
	memset(more + had, 0, (n - had) * sizeof(*more));
	s->written[id] = more;
	s->nwritten[id] = n;
}

static int put_table(struct iom_store *s, enum cap_table_id id, const struct iom_capture *cap)
{
	const struct cap_table *t = &cap_tables[id];
	size_t n = cap_count(t, cap);
	int err = 0;

	room_for(s, id, n);
	for (size_t i = 0; i < n && !err; i++) {
		const void *element = cap_element(t, cap, i);
		uint64_t h = hash_of(t, element);

		if (s->written[id][i] == h)
			continue;
		err = put_row(s, id, element, i);
		s->written[id][i] = h;
	}
	return err;
}

static void measure(struct iom_store *s)
{
	sqlite3_stmt *st;
	uint64_t size = s->size;

	if (sqlite3_prepare_v2(s->db, "PRAGMA page_count", -1, &st, NULL) == SQLITE_OK) {
		if (sqlite3_step(st) == SQLITE_ROW)
			size = (uint64_t)sqlite3_column_int64(st, 0) * PAGE_SIZE;
		sqlite3_finalize(st);
	}
	s->grown = size > s->size ? size - s->size : 0;
	s->size = size;
}

int iom_store_write(struct iom_store *s, const struct iom_capture *cap)
{
	int err = run(s, "BEGIN");

	for (size_t i = 0; i < CAP_NTABLES && !err; i++)
		err = put_table(s, i, cap);
	if (!err)
		err = run(s, "COMMIT");
	if (err) {
		if (!sqlite3_get_autocommit(s->db))
			sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
		for (size_t i = 0; i < CAP_NTABLES; i++) /* all of it again the next time */
			s->nwritten[i] = 0;
		return err;
	}
	measure(s);
	return 0;
}

int iom_store_finish(struct iom_store *s, const struct iom_capture *cap)
{
	int err = iom_store_write(s, cap), fold;

	if (!err)
		err = run(s, "UPDATE recording SET complete=1");
	if (!s->path)
		return err;
	for (size_t i = 0; i < CAP_NTABLES; i++) { /* a statement would keep the journal */
		sqlite3_finalize(s->insert[i]);
		s->insert[i] = NULL;
	}
	/* Even where the last second found no room the journal may still be folded. Where it
	 * cannot be removed afterwards it is empty. */
	fold = run(s, "PRAGMA wal_checkpoint(TRUNCATE)");
	run(s, "PRAGMA journal_mode=DELETE");
	return err ? err : fold;
}

void iom_store_remove(struct iom_store *s)
{
	char *wal;

	if (!s->path)
		return;
	wal = iom_sentence("%s-wal", s->path);
	unlink(s->path);
	unlink(wal);
	free(wal);
}

uint64_t iom_store_size(const struct iom_store *s)
{
	return s->size;
}

bool iom_store_nearly_full(const struct iom_store *s)
{
	return s->max_size && s->size + 2 * s->grown + SLACK > s->max_size;
}

void iom_store_close(struct iom_store *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < CAP_NTABLES; i++) {
		sqlite3_finalize(s->insert[i]);
		free(s->written[i]);
	}
	sqlite3_close(s->db);
	free(s->path);
	free(s);
}
