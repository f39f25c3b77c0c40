/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * store_read.c - reading a recording that may have been made by anybody.
 *
 * Of the file nothing is used but the columns that tables.c lists, each checked
 * for its bounds. SQLite is told to distrust the schema, to run nothing that is
 * stored in it, and to give up after a time.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/sentence.h"
#include "capture/store_int.h"

#define SECONDS_MAX	20
#define STEPS		10000 /* of SQLite's machine between two looks at the clock */
#define HEAP_MAX	(INT64_C(1) << 30)
#define LENGTH_MAX	(1 << 20)
#define COLUMNS_MAX	200
#define COPY_MAX	(INT64_C(4) << 30)
#define COPY_TRIES	5
#define HEADER		100 /* bytes of a database's header */
#define WAL_HEADER	32

/* ---- the header, before SQLite sees anything ---------------------------------------- */

static uint32_t big_endian(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

static int no_recording(const char *path, char **why)
{
	*why = iom_sentence("`%s` is no recording of iomodel; `iomodel record PID` makes one", path);
	return -EBADMSG;
}

static int too_new(const char *path, int64_t version, char **why)
{
	*why = iom_sentence("`%s` was recorded by a newer iomodel (format %lld, this one reads up to "
			      "%d); use that one to report from it",
			      path, (long long)version, IOM_STORE_VERSION);
	return -ENOTSUP;
}

/* A regular file of ours, open for reading: the descriptor, or -errno. */
static int open_regular(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return -EBADMSG;
	}
	return fd;
}

static int check_header(int fd, const char *path, bool *wal, char **why)
{
	unsigned char head[HEADER];

	if (pread(fd, head, sizeof(head), 0) != sizeof(head) ||
	    memcmp(head, "SQLite format 3", 16) != 0 ||
	    big_endian(head + 68) != IOM_STORE_APPLICATION)
		return no_recording(path, why);
	if (big_endian(head + 60) > IOM_STORE_VERSION)
		return too_new(path, big_endian(head + 60), why);
	*wal = head[18] == 2;
	return 0;
}

/* ---- a private copy, where the last part lies beside the file ------------------------- */

struct copy {
	char dir[64]; /* "": there is none */
	char path[80], wal[84];
};

static void copy_remove(struct copy *c)
{
	if (!*c->dir)
		return;
	unlink(c->path);
	unlink(c->wal);
	rmdir(c->dir);
	*c->dir = 0;
}

static int copy_place(struct copy *c, const char *parent)
{
	if (!parent || *parent != '/' ||
	    snprintf(c->dir, sizeof(c->dir), "%s/iomodel-XXXXXX", parent) >= (int)sizeof(c->dir) ||
	    !mkdtemp(c->dir)) {
		*c->dir = 0;
		return -ENOENT;
	}
	snprintf(c->path, sizeof(c->path), "%s/recording", c->dir);
	snprintf(c->wal, sizeof(c->wal), "%s/recording-wal", c->dir);
	return 0;
}

static int copy_file(int from, const char *to)
{
	int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), err = 0;
	off_t at = 0;
	ssize_t n;
	char buf[1 << 13]; /* the stack may be small (ulimit -s) */

	if (fd < 0)
		return -errno;
	while (!err && (n = pread(from, buf, sizeof(buf), at)) != 0) {
		ssize_t put = n > 0 ? write(fd, buf, (size_t)n) : n;

		if (put != n || n < 0)
			err = put < 0 ? -errno : -ENOSPC;
		at += n;
		if (at > COPY_MAX)
			err = -EFBIG;
	}
	if (close(fd) && !err)
		err = -errno;
	return err;
}

/* Who records may fold the WAL into the file between the two copies: then the
 * WAL begins anew, with another header, and both are copied again. */
static int copy_both(struct copy *c, int file, int wal)
{
	char before[WAL_HEADER] = "", after[WAL_HEADER] = "";
	int err;

	for (int i = 0; i < COPY_TRIES; i++) {
		ssize_t n = pread(wal, before, sizeof(before), 0);

		err = copy_file(file, c->path);
		if (!err)
			err = copy_file(wal, c->wal);
		if (err)
			return err;
		if (pread(wal, after, sizeof(after), 0) == n && !memcmp(before, after, sizeof(after)))
			return 0;
	}
	return -EBUSY;
}

/* In the first place that has room. */
static int copy_make(struct copy *c, int file, int wal, char **why)
{
	const char *const places[] = {getenv("TMPDIR"), "/tmp", "/var/tmp", "/dev/shm"};
	int err = -ENOENT;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (copy_place(c, places[i]))
			continue;
		err = copy_both(c, file, wal);
		if (!err)
			return 0;
		copy_remove(c);
	}
	*why = iom_sentence("the recording was not finished, and no copy of it can be made to read "
			      "it (%s); set TMPDIR to a folder with room",
			      strerror(-err));
	return err;
}

/* ---- SQLite, on its guard --------------------------------------------------------------- */

struct guard {
	time_t until;
};

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static int out_of_time(void *arg)
{
	const struct guard *g = arg;

	return now() > g->until;
}

/* Reading tables is all that is allowed, once they are being read. */
static int allow(void *arg, int action, const char *a, const char *b, const char *db, const char *by)
{
	(void)arg, (void)a, (void)b, (void)db, (void)by;
	return action == SQLITE_SELECT || action == SQLITE_READ ? SQLITE_OK : SQLITE_DENY;
}

static void distrust(sqlite3 *db, struct guard *g)
{
	g->until = now() + SECONDS_MAX;
	sqlite3_progress_handler(db, STEPS, out_of_time, g);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
	sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, LENGTH_MAX);
	sqlite3_limit(db, SQLITE_LIMIT_COLUMN, COLUMNS_MAX);
	sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_limit(db, SQLITE_LIMIT_WORKER_THREADS, 0);
	sqlite3_exec(db, "PRAGMA cell_size_check=1; PRAGMA mmap_size=0; PRAGMA temp_store=2;"
			 "PRAGMA locking_mode=EXCLUSIVE; PRAGMA query_only=1",
		     NULL, NULL, NULL);
	sqlite3_set_authorizer(db, allow, NULL);
}

static int unreadable(sqlite3 *db, char **why)
{
	if (sqlite3_errcode(db) == SQLITE_INTERRUPT)
		*why = iom_sentence("it takes more than %d s to read", SECONDS_MAX);
	else
		*why = iom_sentence("%s", sqlite3_errmsg(db));
	return -EBADMSG;
}

/* ---- rows ------------------------------------------------------------------------------- */

struct reader {
	sqlite3 *db;
	struct iom_capture *cap;
	uint64_t bad;
	/* The ids that the elements of each table had in the recording, ascending. */
	int64_t *ids[CAP_NTABLES];
	size_t room[CAP_NTABLES];
};

static bool has_column(sqlite3 *db, const char *table, const char *column)
{
	return sqlite3_table_column_metadata(db, "main", table, column, NULL, NULL, NULL, NULL,
					     NULL) == SQLITE_OK;
}

/* Columns that an older recording lacks stand as they do in a new element. */
static char *selection(sqlite3 *db, const struct cap_table *t)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (!out)
		return NULL;
	fputs("SELECT \"id\"", out);
	for (size_t i = 0; i < t->ncolumns; i++)
		if (has_column(db, t->name, t->columns[i].name))
			fprintf(out, ",\"%s\"", t->columns[i].name);
		else
			fputs(",0", out);
	fprintf(out, " FROM \"%s\" ORDER BY \"id\"", t->name);
	return fclose(out) ? NULL : text;
}

static void keep_id(struct reader *r, enum cap_table_id id, size_t n, int64_t value)
{
	if (n == r->room[id]) {
		r->room[id] = n ? 2 * n : 64;
		r->ids[id] = iom_memory(realloc(r->ids[id], r->room[id] * sizeof(*r->ids[id])));
	}
	r->ids[id][n] = value;
}

/* Where the element with this id stands now, or -1. */
static int64_t index_of(const struct reader *r, enum cap_table_id id, int64_t value)
{
	size_t low = 0, n = cap_count(&cap_tables[id], r->cap), high = n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (r->ids[id][mid] < value)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && r->ids[id][low] == value ? (int64_t)low : -1;
}

static bool take_text(const struct cap_column *c, void *element, sqlite3_stmt *st, int at)
{
	int type = sqlite3_column_type(st, at);
	const char *text;
	int len;

	if (type == SQLITE_NULL)
		return c->type == CAP_T_TEXT;
	if (type != SQLITE_TEXT)
		return false;
	text = (const char *)sqlite3_column_text(st, at);
	len = sqlite3_column_bytes(st, at);
	if (!text || len > c->max || memchr(text, 0, (size_t)len))
		return false;
	cap_set_text(c, element, text, (size_t)len);
	return true;
}

static bool take_value(const struct reader *r, const struct cap_column *c, void *element,
		       sqlite3_stmt *st, int at)
{
	int64_t v;

	if (c->type == CAP_T_TEXT || c->type == CAP_T_COMM)
		return take_text(c, element, st, at);
	if (c->type == CAP_T_REF && sqlite3_column_type(st, at) == SQLITE_NULL)
		return !c->needed;
	if (sqlite3_column_type(st, at) != SQLITE_INTEGER)
		return false;
	v = sqlite3_column_int64(st, at);
	if (c->type == CAP_T_REF)
		v = index_of(r, c->to, v);
	if (v < c->min || v > c->max)
		return false;
	cap_set_number(c, element, v);
	return true;
}

static bool take_row(struct reader *r, enum cap_table_id id, const bool *there, sqlite3_stmt *st)
{
	const struct cap_table *t = &cap_tables[id];
	size_t i = t->size ? cap_append(r->cap, id) : 0;
	void *element = cap_element(t, r->cap, i);
	bool ok = sqlite3_column_type(st, 0) == SQLITE_INTEGER;
	int64_t value = sqlite3_column_int64(st, 0);

	ok = ok && (i == 0 || r->ids[id][i - 1] < value);
	for (size_t k = 0; k < t->ncolumns && ok; k++)
		ok = !there[k] || take_value(r, &t->columns[k], element, st, (int)k + 1);
	ok = ok && (!t->holds || t->holds(element));
	if (ok)
		keep_id(r, id, i, value);
	else if (t->size)
		cap_drop_last(r->cap, id);
	else
		cap_free_texts(t, element);
	return ok;
}

static int take_rows(struct reader *r, enum cap_table_id id, sqlite3_stmt *st, char **why)
{
	const struct cap_table *t = &cap_tables[id];
	bool there[COLUMNS_MAX];
	uint64_t rows = 0;
	int rc;

	for (size_t i = 0; i < t->ncolumns; i++)
		there[i] = has_column(r->db, t->name, t->columns[i].name);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (++rows > t->max_rows) { /* the rest is left out, and not even counted */
			r->bad++;
			return 0;
		}
		r->bad += !take_row(r, id, there, st);
	}
	return rc == SQLITE_DONE ? 0 : unreadable(r->db, why);
}

static int take_table(struct reader *r, enum cap_table_id id, char **why)
{
	const struct cap_table *t = &cap_tables[id];
	sqlite3_stmt *st = NULL;
	char *sql;
	int err;

	if (!has_column(r->db, t->name, "id")) /* an older recording, that has no such facts */
		return 0;
	sql = selection(r->db, t);
	if (!sql)
		return -ENOMEM;
	err = sqlite3_prepare_v2(r->db, sql, -1, &st, NULL) == SQLITE_OK ? 0 : unreadable(r->db, why);
	free(sql);
	if (!err)
		err = take_rows(r, id, st, why);
	sqlite3_finalize(st);
	return err;
}

/* Tables of a recording are plain. Virtual ones, and columns that are computed when they
 * are read, would run code of the file's choice: they are told by what only they need. */
static bool is_plain(sqlite3_stmt *st)
{
	const char *sql = (const char *)sqlite3_column_text(st, 1), *first;

	first = sql ? strchr(sql, '(') : NULL;
	return sqlite3_column_int64(st, 0) > 0 && first && !strchr(first + 1, '(');
}

static int check_schema(sqlite3 *db, char **why)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, "SELECT rootpage, sql FROM sqlite_schema WHERE type='table'",
				    -1, &st, NULL);

	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		rc = sqlite3_step(st);
		if (rc == SQLITE_ROW && !is_plain(st)) {
			*why = iom_sentence("it holds tables that no recording has");
			sqlite3_finalize(st);
			return -EBADMSG;
		}
	}
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? 0 : unreadable(db, why);
}

static bool is_complete(sqlite3 *db)
{
	sqlite3_stmt *st = NULL;
	bool complete = false;

	if (sqlite3_prepare_v2(db, "SELECT complete FROM recording LIMIT 1", -1, &st, NULL) ==
		    SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		complete = sqlite3_column_int(st, 0) == 1;
	sqlite3_finalize(st);
	return complete;
}

int store_take(sqlite3 *db, struct iom_capture **cap, struct iom_loaded *loaded, char **why)
{
	struct reader r = {.db = db, .cap = iom_capture_new()};
	int err = check_schema(db, why);

	for (size_t i = 0; i < CAP_NTABLES && !err; i++)
		err = take_table(&r, i, why);
	if (!err && (!r.cap->kernel || !r.cap->nprocs)) {
		*why = iom_sentence("nothing that a report could be made of was stored in it");
		err = -EBADMSG;
	}
	for (size_t i = 0; i < CAP_NTABLES; i++)
		free(r.ids[i]);
	if (err) {
		iom_capture_free(r.cap);
		return err;
	}
	iom_capture_order(r.cap);
	r.cap->lost.counts += r.bad; /* at least */
	loaded->bad_rows = r.bad;
	loaded->complete = is_complete(db);
	*cap = r.cap;
	return 0;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static int read_database(const char *path, int flags, struct iom_capture **cap,
			 struct iom_loaded *loaded, char **why)
{
	struct guard guard;
	sqlite3 *db = NULL;
	int err;

	sqlite3_hard_heap_limit64(HEAP_MAX);
	if (sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, NULL) !=
	    SQLITE_OK) {
		*why = iom_sentence("%s", db ? sqlite3_errmsg(db) : "out of memory");
		err = -EBADMSG;
	} else {
		distrust(db, &guard);
		err = store_take(db, cap, loaded, why);
	}
	sqlite3_close(db);
	sqlite3_hard_heap_limit64(0);
	return err;
}

/* "file:/a%20path?immutable=1": nothing is locked, and nothing made beside it. */
static char *immutable_uri(const char *path)
{
	char *whole = realpath(path, NULL), *uri = NULL;
	size_t n;
	FILE *out = whole ? open_memstream(&uri, &n) : NULL;

	if (out) {
		fputs("file:", out);
		for (const char *c = whole; *c; c++)
			if ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
			    (*c >= '0' && *c <= '9') || *c == '/')
				fputc(*c, out);
			else
				fprintf(out, "%%%02x", (unsigned char)*c);
		fputs("?immutable=1", out);
		if (fclose(out))
			uri = NULL;
	}
	free(whole);
	return uri;
}

static int load_finished(const char *path, struct iom_capture **cap, struct iom_loaded *loaded,
			 char **why)
{
	char *uri = immutable_uri(path);
	int err = uri ? read_database(uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, cap, loaded, why)
		      : -errno;

	free(uri);
	return err;
}

static int load_cut_off(int file, int wal, struct iom_capture **cap, struct iom_loaded *loaded,
			char **why)
{
	struct copy copy;
	int err = copy_make(&copy, file, wal, why);

	if (err)
		return err;
	err = read_database(copy.path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, cap, loaded, why);
	copy_remove(&copy);
	return err;
}

/* The journal beside it, where there is one with something in it. */
static int open_wal(const char *path)
{
	char *name = iom_sentence("%s-wal", path);
	int fd = open_regular(name);
	struct stat st;

	free(name);
	if (fd >= 0 && (fstat(fd, &st) || !st.st_size)) {
		close(fd);
		return -ENOENT;
	}
	return fd;
}

static void add_way_out(const char *path, char **why)
{
	char *what = *why;

	*why = iom_sentence("`%s` cannot be read: %s; `sqlite3 %s .recover` may save what is left of "
			      "it, else record again",
			      path, what ? what : "out of memory", path);
	free(what);
}

int iom_store_load(const char *path, struct iom_capture **cap, struct iom_loaded *loaded, char **why)
{
	int file = open_regular(path), wal = -1, err;
	bool journal = false;

	*why = NULL;
	if (file == -EBADMSG)
		return no_recording(path, why);
	if (file < 0) {
		*why = iom_sentence("cannot read `%s`: %s", path, strerror(-file));
		return file;
	}
	err = check_header(file, path, &journal, why);
	if (!err && journal)
		wal = open_wal(path);
	if (!err) {
		err = wal >= 0 ? load_cut_off(file, wal, cap, loaded, why)
			       : load_finished(path, cap, loaded, why);
		if (err == -EBADMSG)
			add_way_out(path, why);
		else if (err && !*why)
			*why = iom_sentence("cannot read `%s`: %s", path, strerror(-err));
	}
	if (wal >= 0)
		close(wal);
	close(file);
	return err;
}

int iom_store_read(struct iom_store *s, struct iom_capture **cap, struct iom_loaded *loaded, char **why)
{
	*why = NULL;
	return store_take(s->db, cap, loaded, why);
}
