/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The line below the table of files that tells of requests, where no row does.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "build.h"
#include "judge/judge.h"
#include "report/text.h"

#define URING_READ 22

/* Does the page of 400 requests, on that file, have the line? */
static bool tells_of_ring(bool on_known_file)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t ring = build_file(cap, 9, CAP_K_URING, 0, NULL), f = build_file(cap, 4, CAP_K_REG, 0, "/srv/file");
	struct iom_text_options opt = {.width = 200};
	struct iom_report *rep;
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);
	bool tells;

	assert_non_null(out);
	iom_capture_add_ring(cap);
	cap->rings[0] = (struct cap_ring){.tgid = BUILD_PID, .file = ring, .submitted = 400, .done_late = 390,
					  .done_inline = 10, .depth_sum = 4200, .depth_max = 20};
	build_requests(cap, on_known_file ? f : IOM_NO_FILE, CAP_I_URING, URING_READ, 400);
	rep = iom_judge(cap);
	assert_int_equal(rep->procs[0].verdict.model, IOM_M_ASYNC);
	assert_int_equal(iom_report_text(rep, out, &opt), 0);
	fclose(out);
	tells = strstr(text, "\n  io_uring fd 9: 400 requests, 390 done later, 10.5 in flight on average\n");
	free(text);
	iom_report_free(rep);
	iom_capture_free(cap);
	return tells;
}

static void ring_where_no_file_tells(void **state)
{
	(void)state;
	assert_true(tells_of_ring(false));
	assert_false(tells_of_ring(true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ring_where_no_file_tells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
