/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Damaged and forged recordings: whatever is in the file, reading it ends, and
 * with a report or an error. Under ASan and valgrind this finds what is read or
 * written out of place. Each one is made from its number alone, so that what
 * fails can be made again.
 */
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
#include "report/text.h"

#define DAMAGED	 200
#define FORGED	 150
#define PAGE	 4096
#define SECONDS	 60 /* a hang, not slowness */

static char dir[64], path[128], wal[160];
static char *good, *good_wal;
static size_t good_size, good_wal_size;
static uint64_t seed;

static uint64_t rnd(uint64_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (seed >> 24) % below;
}

static char *slurp(const char *name, size_t *n)
{
	int fd = open(name, O_RDONLY);
	struct stat st;
	char *p;

	assert_true(fd >= 0 && !fstat(fd, &st));
	*n = st.st_size;
	p = malloc(*n + 1);
	assert_int_equal(read(fd, p, *n), *n);
	close(fd);
	return p;
}

static void put(const char *name, const char *bytes, size_t n)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

static int enter(void **state)
{
	struct iom_capture *cap = build_server("redis-server", "/var/lib/redis/appendonly.aof");
	struct iom_store *s = NULL;
	char *why = NULL;

	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/iom-damage-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/f", dir);
	snprintf(wal, sizeof(wal), "%s-wal", path);
	build_proc(cap, BUILD_PID + 100, "second");
	build_requests(cap, 3, CAP_I_URING, 22, 100);
	build_signals(cap, CAP_S_DELIVERED, 29, 0x80, 3, 10);
	build_interest(cap, 3, 10, 10);
	build_asleep(cap, 0, CAP_C_EPOLL_WAIT, 232, 0, 1000, 1000);
	if (iom_store_create(&s, path, 0, &why) || iom_store_write(s, cap))
		return -1;
	cap->calls[0].n.ok++;
	if (iom_store_write(s, cap))
		return -1;
	good_wal = slurp(wal, &good_wal_size);
	if (iom_store_finish(s, cap))
		return -1;
	iom_store_close(s);
	good = slurp(path, &good_size);
	iom_capture_free(cap);
	return 0;
}

static int leave(void **state)
{
	char command[128];

	(void)state;
	free(good);
	free(good_wal);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

/* Both reports of it, to nowhere. */
static void report(const struct iom_capture *cap)
{
	struct iom_text_options opt = {.width = 80, .verbose = true};
	struct iom_report *rep = iom_judge(cap);
	FILE *out = fopen("/dev/null", "w");

	assert_int_equal(iom_report_json(rep, out), 0);
	assert_int_equal(iom_report_text(rep, out, &opt), 0);
	fclose(out);
	iom_report_free(rep);
}

/* true: there was something to report. */
static bool look(void)
{
	struct iom_capture *cap = NULL;
	struct iom_loaded loaded;
	char *why = NULL;
	int err;

	alarm(SECONDS);
	err = iom_store_load(path, &cap, &loaded, &why);
	if (!err) {
		assert_null(why);
		report(cap);
		iom_capture_free(cap);
	} else {
		assert_true(err == -EBADMSG || err == -ENOTSUP);
		assert_non_null(why);
		free(why);
	}
	alarm(0);
	return !err;
}

/* One injury of the sort that disks, downloads and people make. */
static size_t injure(char *bytes, size_t n)
{
	size_t at = rnd(n), len = 1 + rnd(64), a, b;
	char page[PAGE];

	len = at + len > n ? n - at : len;
	switch (rnd(8)) {
	case 0: /* one bit */
		bytes[at] ^= 1 << rnd(8);
		break;
	case 1: /* random bytes */
		for (size_t i = 0; i < len; i++)
			bytes[at + i] = rnd(256);
		break;
	case 2:
		memset(bytes + at, rnd(2) ? 0xff : 0, len);
		break;
	case 3: /* the end is missing */
		return at;
	case 4: /* two pages change places */
		a = rnd(n / PAGE) * PAGE;
		b = rnd(n / PAGE) * PAGE;
		memcpy(page, bytes + a, PAGE);
		memcpy(bytes + a, bytes + b, PAGE);
		memcpy(bytes + b, page, PAGE);
		break;
	case 5: /* the head of a page: its type, its cells, where they begin */
		a = rnd(n / PAGE) * PAGE + (rnd(2) ? rnd(12) : rnd(200));
		bytes[a] = rnd(256);
		break;
	case 6: /* an interior page's pointer leads elsewhere, perhaps in a circle */
		a = rnd(n / PAGE) * PAGE;
		bytes[a] = 5;
		bytes[a + 11] = 1 + rnd(n / PAGE);
		bytes[a + 8] = bytes[a + 9] = bytes[a + 10] = 0;
		break;
	case 7: /* the file's head, but not what says that it is one */
		bytes[16 + rnd(44)] = rnd(256);
		break;
	}
	return n;
}

static void damaged(void **state)
{
	char *bytes = malloc(good_size);
	int reports = 0;

	(void)state;
	for (int i = 0; i < DAMAGED; i++) {
		size_t n = good_size;

		seed = 1000 + i;
		memcpy(bytes, good, n);
		for (uint64_t k = 1 + rnd(4); k > 0 && n > PAGE; k--)
			n = injure(bytes, n);
		put(path, bytes, n);
		reports += look();
	}
	free(bytes);
	unlink(path);
	print_message("%d of %d damaged files were reported from\n", reports, DAMAGED);
	assert_in_range(reports, 1, DAMAGED - 1); /* both ways were gone */
}

static void damaged_journal(void **state)
{
	char *bytes = malloc(good_wal_size), *file = malloc(good_size);

	(void)state;
	memcpy(file, good, good_size);
	file[18] = file[19] = 2; /* what a file with such a journal says */
	for (int i = 0; i < DAMAGED / 4; i++) {
		size_t n = good_wal_size;

		seed = 5000 + i;
		memcpy(bytes, good_wal, n);
		for (uint64_t k = rnd(4); k > 0 && n > PAGE; k--)
			n = injure(bytes, n);
		put(path, file, good_size);
		put(wal, bytes, n);
		look();
	}
	free(bytes);
	free(file);
	unlink(path);
	unlink(wal);
}

/* A value that some column might trip over. */
static char *nasty(void)
{
	switch (rnd(9)) {
	case 0:
		return sqlite3_mprintf("NULL");
	case 1:
		return sqlite3_mprintf("-1");
	case 2:
		return sqlite3_mprintf("9223372036854775807");
	case 3:
		return sqlite3_mprintf("%lld", (long long)1 << rnd(63));
	case 4:
		return sqlite3_mprintf("CAST(x'1b5b324aff00fe' AS TEXT)");
	case 5:
		return sqlite3_mprintf("zeroblob(%d)", (int)rnd(10000));
	case 6:
		return sqlite3_mprintf("1e300");
	case 7:
		return sqlite3_mprintf("%d", (int)rnd(256));
	default:
		return sqlite3_mprintf("abs(random()) %% %d", 1 + (int)rnd(100));
	}
}

static void forge(sqlite3 *db)
{
	const struct cap_table *t = &cap_tables[rnd(CAP_NTABLES)];
	const struct cap_column *c = &t->columns[rnd(t->ncolumns)];
	char *value = nasty(), *text;

	if (rnd(6) == 0)
		text = sqlite3_mprintf("DELETE FROM \"%w\" WHERE id %% %d = 0", t->name,
				       1 + (int)rnd(3));
	else if (rnd(2))
		text = sqlite3_mprintf("UPDATE \"%w\" SET \"%w\"=%s", t->name, c->name, value);
	else
		text = sqlite3_mprintf("UPDATE \"%w\" SET \"%w\"=%s WHERE id %% %d = 0", t->name,
				       c->name, value, 1 + (int)rnd(4));
	sqlite3_exec(db, text, NULL, NULL, NULL);
	sqlite3_free(text);
	sqlite3_free(value);
}

/* Sound to SQLite, and nothing that iomodel would have written. */
static void forged(void **state)
{
	int reports = 0;

	(void)state;
	for (int i = 0; i < FORGED; i++) {
		sqlite3 *db;

		seed = 9000 + i;
		put(path, good, good_size);
		assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
		sqlite3_exec(db, "PRAGMA synchronous=OFF; PRAGMA journal_mode=OFF", NULL, NULL, NULL);
		for (uint64_t k = 1 + rnd(10); k > 0; k--)
			forge(db);
		sqlite3_close(db);
		reports += look();
	}
	unlink(path);
	print_message("%d of %d forged files were reported from\n", reports, FORGED);
	assert_in_range(reports, 1, FORGED - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(damaged),
		cmocka_unit_test(damaged_journal),
		cmocka_unit_test(forged),
	};

	return cmocka_run_group_tests_name("damage", tests, enter, leave);
}
