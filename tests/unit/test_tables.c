/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables of all system calls and of all io_uring operations: every number that
 * there is stands in them, once, and the headers and the kernel of this machine know
 * none beyond. A newer kernel's numbers make this fail until somebody has thought of
 * them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>
#include <cmocka.h>

#include "syscalls.h"
#include "uring_ops.h"

/* Of Linux 7.2; see the first lines of both headers. */
#define NEWEST_CALL	 471
#define NEWEST_OPERATION 64
/* No call of x86-64 has a number between: they are kept free of those of 32 bits. */
#define HOLE_FIRST 337
#define HOLE_LAST  423

struct row {
	int nr;
	const char *name;
	int class, shape, arg;
};

#define CALL_ROW(nr, name, class, shape, arg) {nr, #name, IOM_C_##class, IOM_S_##shape, IOM_ARG_##arg},
static const struct row calls[] = {IOM_SYSCALLS(CALL_ROW)};
#define OPERATION_ROW(nr, name, what, file) {nr, #name, IOM_U_##what, 0, 0},
static const struct row operations[] = {IOM_URING_OPS(OPERATION_ROW)};
#define COUNT(v) (sizeof(v) / sizeof((v)[0]))

static const struct row *find(const struct row *v, size_t n, int nr)
{
	const struct row *found = NULL;

	for (size_t i = 0; i < n; i++)
		if (v[i].nr == nr) {
			if (found)
				fail_msg("number %d stands there twice: %s, %s", nr, found->name, v[i].name);
			found = &v[i];
		}
	return found;
}

static void every_call_is_there(void **state)
{
	(void)state;
	for (int nr = 0; nr <= NEWEST_CALL; nr++) {
		bool hole = nr >= HOLE_FIRST && nr <= HOLE_LAST;

		if (!find(calls, COUNT(calls), nr) != hole)
			fail_msg("system call %d: %s", nr, hole ? "there is none" : "nobody thought of it");
	}
	for (size_t i = 0; i < COUNT(calls); i++)
		assert_in_range(calls[i].nr, 0, NEWEST_CALL);
	assert_true(NEWEST_CALL < IOM_CALLS);
}

/* What a call of each shape needs to be what it says. */
static void shapes_fit_classes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(calls); i++) {
		const struct row *r = &calls[i];
		uint32_t call = IOM_CALL(r->class, r->shape, r->arg);
		bool transfer = r->class >= IOM_C_READ && r->class <= IOM_C_TRANSFER_LAST;

		assert_int_equal(IOM_CALL_CLASS(call), r->class);
		assert_int_equal(IOM_CALL_SHAPE(call), r->shape);
		assert_int_equal(IOM_CALL_ARG(call), r->arg);
		if (transfer && r->shape == IOM_S_BASE)
			fail_msg("%s moves data, and nothing counts it", r->name);
		if (r->class == IOM_C_NONE && r->shape != IOM_S_BASE)
			fail_msg("%s is looked at, and has no class", r->name);
	}
	assert_int_equal(IOM_CALL_BASE, 0); /* what is not named may sleep */
}

/* Each __NR_name NUMBER that a header defines is in the table; how many there are. */
static int compare_header(const char *path)
{
	char line[256], name[128];
	FILE *f = fopen(path, "re");
	int nr, n = 0;

	while (f && fgets(line, sizeof(line), f)) {
		const struct row *r;

		if (sscanf(line, "#define __NR_%127s %d", name, &nr) != 2)
			continue;
		n++;
		r = find(calls, COUNT(calls), nr);
		if (!r)
			fail_msg("system call %d, %s, is in %s, and nobody thought of it", nr, name, path);
		else if (strcmp(r->name, name))
			fail_msg("system call %d is %s, not %s", nr, name, r->name);
	}
	if (f)
		fclose(f);
	return n;
}

static void headers_know_no_other_call(void **state)
{
	int n = compare_header("/usr/include/x86_64-linux-gnu/asm/unistd_64.h");

	(void)state;
	if (!n)
		n = compare_header("/usr/include/asm/unistd_64.h");
	if (!n)
		skip(); /* the numbers above are compared all the same */
	assert_in_range(n, 300, NEWEST_CALL + 1);
}

static void every_operation_is_there(void **state)
{
	(void)state;
	for (int nr = 0; nr <= NEWEST_OPERATION; nr++)
		if (!find(operations, COUNT(operations), nr))
			fail_msg("io_uring operation %d: nobody thought of it", nr);
	assert_int_equal(COUNT(operations), NEWEST_OPERATION + 1);
	for (size_t i = 0; i < COUNT(operations); i++)
		if (operations[i].class == IOM_U_BYTES)
			assert_true(operations[i].nr < 64 && IOM_URING_BYTES >> operations[i].nr & 1);
}

/* The kernel that runs knows its operations by name. */
static void kernel_knows_no_other_operation(void **state)
{
	struct btf *btf = btf__load_vmlinux_btf();
	const struct btf_type *t;
	const struct btf_enum *e;
	int id;

	(void)state;
	if (!btf)
		skip();
	id = btf__find_by_name_kind(btf, "io_uring_op", BTF_KIND_ENUM);
	if (id < 0) {
		btf__free(btf);
		skip(); /* a kernel without io_uring */
	}
	t = btf__type_by_id(btf, (uint32_t)id);
	e = btf_enum(t);
	for (int i = 0; i < btf_vlen(t); i++) {
		const char *name = btf__name_by_offset(btf, e[i].name_off);
		const struct row *r = find(operations, COUNT(operations), e[i].val);

		if (!strcmp(name, "IORING_OP_LAST"))
			continue;
		if (!r)
			fail_msg("this kernel's %s, %d, nobody thought of", name, e[i].val);
		else if (strcmp(r->name, name + strlen("IORING_OP_")))
			fail_msg("operation %d is %s, not %s", e[i].val, name, r->name);
	}
	btf__free(btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_call_is_there),
		cmocka_unit_test(shapes_fit_classes),
		cmocka_unit_test(headers_know_no_other_call),
		cmocka_unit_test(every_operation_is_there),
		cmocka_unit_test(kernel_knows_no_other_operation),
	};

	return cmocka_run_group_tests_name("tables", tests, NULL, NULL);
}
