/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records put together into a capture, with a back end that is made up: what a descriptor
 * means may change while its process is asked for it.
 */
#define _GNU_SOURCE
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

#include "capture/capture.h"
#include "collect/gather.h"

#define GEN	5
#define LAST	"gathered"
#define HIGH	200 /* a descriptor that nobody had at the start, also not who reads /proc */

/* The generation changes at this time of being asked, counted from 1; 0: never. */
static int asked, changes_at;

static uint32_t generation(struct iom_backend *be, uint32_t tgid, uint32_t fd)
{
	(void)be;
	(void)tgid;
	(void)fd;
	asked++;
	return changes_at && asked >= changes_at ? GEN + 1 : GEN;
}

static uint64_t clock_offset(struct iom_backend *be)
{
	(void)be;
	return 0;
}

static const struct iom_backend_ops made_up = {
	.name = "made up",
	.generation = generation,
	.clock_offset = clock_offset,
};

/* The name that a file gets whose first row says that it is called LAST. Heap. */
static char *name_given(int changes)
{
	struct iom_capture *cap = iom_capture_new();
	struct iom_gather *g = iom_gather_new(cap);
	struct iom_thread thread = {.event = IOM_T_STATE, .tgid = (uint32_t)getpid(), .tid = (uint32_t)getpid()};
	struct iom_row row = {};
	struct stat st;
	char path[] = "/tmp/iomodel-unit-XXXXXX", file[64];
	char *name = NULL;
	int low, fd;

	changes_at = 0;
	iom_gather_backend(g, &made_up, NULL);
	iom_gather_expect(g, (uint32_t)getpid(), (uint32_t)getpid(), true);
	iom_gather_phase(g, IOM_G_START);
	iom_gather_thread(g, &thread);
	iom_gather_phase(g, IOM_G_WATCH);

	/* Opened in the watch, so that nothing is known of it yet. */
	assert_non_null(mkdtemp(path));
	snprintf(file, sizeof(file), "%s/" LAST, path);
	low = open(file, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	fd = fcntl(low, F_DUPFD_CLOEXEC, HIGH);
	assert_true(fd >= HIGH);
	assert_int_equal(fstat(fd, &st), 0);

	row.tgid = (uint32_t)getpid();
	row.key = (uint64_t)getpid() << 42 | (uint64_t)fd << 20 | (uint64_t)IOM_C_READ << 12;
	row.id = 1ULL << 32 | GEN;
	row.ino = st.st_ino;
	row.mode = (uint16_t)st.st_mode;
	row.kind = IOM_K_REG;
	row.bits = IOM_B_FILE;
	row.name_kind = IOM_NAME_TEXT;
	strcpy(row.name, LAST);
	row.n[IOM_N_OK] = 1;
	asked = 0;
	changes_at = changes;
	iom_gather_row(g, &row);
	for (size_t i = 0; i < cap->nfiles; i++)
		if (cap->files[i].ino == st.st_ino && cap->files[i].name)
			name = strdup(cap->files[i].name);
	iom_gather_free(g);
	iom_capture_free(cap);
	close(low);
	close(fd);
	unlink(file);
	rmdir(path);
	return name;
}

static void is_named_by_what_the_process_has(void **state)
{
	char *name = name_given(0);

	(void)state;
	assert_non_null(name);
	assert_int_equal(name[0], '/');
	assert_string_equal(strrchr(name, '/') + 1, LAST);
	free(name);
}

/* Another file has the number by the time the process was asked: its name is not this one's. */
static void is_not_named_by_what_came_after(void **state)
{
	char *name = name_given(2);

	(void)state;
	assert_non_null(name);
	assert_string_equal(name, LAST);
	free(name);
}

/* The tables are read while a process is being born: its rows are in them, and the word of its birth
 * is still under way. */
static void is_counted_once_whenever_it_is_looked_at(void **state)
{
	struct iom_capture *cap = iom_capture_new();
	struct iom_gather *g = iom_gather_new(cap);
	struct iom_thread birth = {.event = IOM_T_NEW, .tgid = (uint32_t)getpid(), .tid = (uint32_t)getpid()};
	struct iom_row row = {};

	(void)state;
	changes_at = 0;
	iom_gather_backend(g, &made_up, NULL);
	iom_gather_phase(g, IOM_G_WATCH);
	row.tgid = (uint32_t)getpid();
	row.key = (uint64_t)getpid() << 42 | (uint64_t)IOM_FD_NONE << 20 | (uint64_t)IOM_C_PROCMEM << 12;
	row.id = 1ULL << 32;
	row.nr = 310;
	row.n[IOM_N_OK] = 3;
	iom_gather_so_far(g, &row);
	assert_int_equal(cap->ncalls, 0);

	iom_gather_thread(g, &birth);
	row.n[IOM_N_OK] = 5;
	iom_gather_so_far(g, &row);
	row.n[IOM_N_OK] = 8;
	iom_gather_row(g, &row);
	assert_int_equal(cap->ncalls, 1);
	assert_int_equal(cap->calls[0].n.ok, 8);
	iom_gather_free(g);
	iom_capture_free(cap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_named_by_what_the_process_has),
		cmocka_unit_test(is_not_named_by_what_came_after),
		cmocka_unit_test(is_counted_once_whenever_it_is_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
