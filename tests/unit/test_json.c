/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The JSON report: held against the schema that the tool itself prints, by an
 * independent validator (python3-jsonschema; without it this fails), and
 * against what the capture says.
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
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "build.h"
#include "judge/judge.h"
#include "report/json.h"

#define SCHEMA "user/report/schema.json"

static char *json_of(const struct iom_capture *cap)
{
	struct iom_report *rep = iom_judge(cap);
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	assert_non_null(out);
	assert_int_equal(iom_report_json(rep, out), 0);
	fclose(out);
	iom_report_free(rep);
	for (size_t i = 0; i < n; i++)
		assert_true((unsigned char)text[i] >= 0x20 || text[i] == '\n');
	return text;
}

/* 0: it keeps to the schema; 1: it does not; anything else: nobody could tell. */
static int validate(const char *text)
{
	static const char program[] =
		"import json, sys\n"
		"try:\n"
		"    import jsonschema\n"
		"except ImportError:\n"
		"    sys.exit(2)\n"
		"with open(sys.argv[1], encoding='utf-8') as f:\n"
		"    schema = json.load(f)\n"
		"jsonschema.Draft202012Validator.check_schema(schema)\n"
		"def constant(name):\n"
		"    sys.exit(3)\n"
		"report = json.loads(sys.stdin.buffer.read().decode('utf-8'), parse_constant=constant)\n"
		"for e in jsonschema.Draft202012Validator(schema).iter_errors(report):\n"
		"    print(e.json_path, e.message[:200], file=sys.stderr)\n"
		"    sys.exit(1)\n";
	size_t n = strlen(text), done = 0;
	int in[2], status;
	pid_t child;

	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	child = fork();
	if (!child) {
		dup2(in[0], 0);
		/* By its path: by name alone it would take the library of another python3. */
		execl("/usr/bin/python3", "/usr/bin/python3", "-I", "-c", program, SCHEMA,
		      (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	while (done < n) {
		ssize_t w = write(in[1], text + done, n - done);

		if (w <= 0)
			break; /* it ended early; its status says why */
		done += (size_t)w;
	}
	close(in[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static json_t *parse(const char *text)
{
	json_error_t error;
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (!root)
		fail_msg("line %d: %s", error.line, error.text);
	return root;
}

static struct iom_capture *server(void)
{
	return build_server("redis-server", "/var/lib/redis/appendonly.aof");
}

static struct iom_capture *hostile(void)
{
	return build_server("\033[2J<script>\n\377",
			    "/tmp/\"},{\"\\u0000\033]0;title\007/\xe2\x80\xae\xff\xfe\xed\xa0\x80");
}

/* Every member that may be absent or null is so, or is not. */
static struct iom_capture *sundry(void)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t fifo = build_file(cap, 0, CAP_K_FIFO, 0, NULL);
	uint32_t spun = build_file(cap, -1, CAP_K_SOCK, O_NONBLOCK, NULL);
	uint32_t aio = build_file(cap, 7, CAP_K_REG, O_DIRECT | O_APPEND | O_DSYNC, "/a");
	struct cap_requests *r;
	uint32_t worker;

	cap->lost.counts = cap->lost.skipped = UINT64_MAX;
	cap->lost.samples = 3;
	cap->files[spun].merged = 12;
	free(cap->procs[0].exe);
	cap->procs[0].exe = NULL;
	cap->procs[0].runtime = IOM_RT_OTHER_SCRIPT;
	cap->procs[0].exited = true;
	build_transfers(cap, BUILD_PID, fifo, CAP_C_READ, SYS_read, 1, 50, 0, MS)->bytes = UINT64_MAX;
	build_transfers(cap, BUILD_PID, spun, CAP_C_READ, SYS_read, 100, 0, 50000, 0);
	r = build_requests(cap, aio, CAP_I_AIO, 0, 1000);
	r->done_inline = 1000;
	r->done_late = 0;
	build_asleep(cap, 0, CAP_C_READ, SYS_read, fifo, 5000 * MS, 5000 * MS);
	worker = build_thread(cap, BUILD_PID, BUILD_PID + 1, "iou-wrk-4711");
	cap->threads[worker].kernel_worker = true;
	build_proc(cap, BUILD_PID + 100, "second");
	return cap;
}

static struct iom_capture *nothing(void)
{
	return build_capture("sleep");
}

static void keeps_to_the_schema(void **state)
{
	struct iom_capture *(*const make)(void) = (struct iom_capture * (*)(void)) *state;
	struct iom_capture *cap = make();
	char *text = json_of(cap);

	json_decref(parse(text));
	assert_int_equal(validate(text), 0);
	free(text);
	iom_capture_free(cap);
}

static json_t *process_of(json_t *root)
{
	return json_array_get(json_object_get(root, "processes"), 0);
}

/* A schema that takes everything would be none. */
static void schema_takes_nothing_else(void **state)
{
	struct iom_capture *cap = server();
	char *text = json_of(cap);
	json_t *root = parse(text), *v = json_object_get(process_of(root), "verdict");
	char *broken[4];

	(void)state;
	json_object_set_new(v, "model", json_string("magic"));
	broken[0] = json_dumps(root, 0);
	json_object_set_new(v, "model", json_string("none"));
	json_object_set_new(v, "confidence", json_real(1.5));
	broken[1] = json_dumps(root, 0);
	json_object_set_new(v, "confidence", json_real(0.5));
	json_object_set_new(root, "schema", json_string("iomodel/1"));
	broken[2] = json_dumps(root, 0);
	json_object_set_new(root, "schema", json_string("iomodel/2"));
	json_object_del(process_of(root), "findings");
	broken[3] = json_dumps(root, 0);
	for (size_t i = 0; i < 4; i++) {
		assert_non_null(broken[i]);
		assert_int_equal(validate(broken[i]), 1);
		free(broken[i]);
	}
	json_decref(root);
	free(text);
	iom_capture_free(cap);
}

static void says_what_was_seen(void **state)
{
	const char *model, *schema, *start, *first, *wait_call;
	json_int_t pid, transfers, bytes, phase1, duration, eagain, iterations;
	struct iom_capture *cap = server();
	char *text = json_of(cap);
	json_t *root = parse(text);
	json_error_t error;

	(void)state;
	if (json_unpack_ex(root, &error, 0, "{s:s, s:{s:s, s:I}, s:[{s:I, s:{s:s}, s:{s:{s:I, s:I, s:I}}}]}",
			   "schema", &schema, "window", "start", &start, "duration_ns", &duration,
			   "processes", "pid", &pid, "verdict", "model", &model, "models",
			   "multiplexed", "transfers", &transfers, "bytes", &bytes, "phase1_ns",
			   &phase1))
		fail_msg("%s", error.text);
	assert_string_equal(schema, "iomodel/2");
	assert_string_equal(start, "2026-11-23T22:00:00Z");
	assert_int_equal(duration, BUILD_LIFE_NS);
	assert_int_equal(pid, BUILD_PID);
	assert_string_equal(model, "multiplexed");
	assert_int_equal(transfers, 52 * 15200);
	assert_int_equal(bytes, 52 * 15200 * 100);
	assert_int_equal(phase1, UINT64_C(80000) * 98000);
	if (json_unpack_ex(process_of(root), &error, 0, "{s:[{s:{s:s, s:I}}], s:[{s:s, s:{s:I}}]}", "threads",
			   "loop", "call", &wait_call, "calls", &iterations, "files", "name", &first,
			   "facts", "eagain", &eagain))
		fail_msg("%s", error.text);
	assert_string_equal(wait_call, "epoll_wait");
	assert_int_equal(iterations, 81000);
	assert_non_null(strstr(first, "127.0.0.1"));
	assert_int_equal(eagain, 8);
	assert_int_equal(json_array_size(json_object_get(process_of(root), "threads")), 2);
	assert_int_equal(json_array_size(json_object_get(process_of(root), "findings")), 2);
	json_decref(root);
	free(text);
	iom_capture_free(cap);
}

/* It left before its name was looked at; its threads had been named when they began. */
static void is_called_as_its_thread(void **state)
{
	struct iom_capture *cap = build_capture("worker");
	json_t *root;
	char *text;

	(void)state;
	memset(cap->procs[0].comm, 0, sizeof(cap->procs[0].comm));
	text = json_of(cap);
	root = parse(text);
	assert_string_equal(json_string_value(json_object_get(process_of(root), "comm")), "worker");
	json_decref(root);
	free(text);
	iom_capture_free(cap);
}

static void hostile_names_stay_names(void **state)
{
	struct iom_capture *cap = hostile();
	char *text = json_of(cap);
	json_t *root = parse(text), *files = json_object_get(process_of(root), "files");
	bool found = false;

	(void)state;
	assert_string_equal(json_string_value(json_object_get(process_of(root), "comm")),
			    "\\x1b[2J<script>\\x0a\\xff");
	for (size_t i = 0; i < json_array_size(files); i++) {
		const char *name = json_string_value(json_object_get(json_array_get(files, i), "name"));

		found |= name && !strcmp(name, "/tmp/\"},{\"\\u0000\\x1b]0;title\\x07/"
					       "\\u202e\\xff\\xfe\\xed\\xa0\\x80");
	}
	assert_true(found);
	json_decref(root);
	free(text);
	iom_capture_free(cap);
}

static void full_disk(void **state)
{
	struct iom_capture *cap = server();
	struct iom_report *rep = iom_judge(cap);
	FILE *out = fopen("/dev/full", "we");

	(void)state;
	assert_non_null(out);
	assert_int_equal(iom_report_json(rep, out), -ENOSPC);
	fclose(out);
	iom_report_free(rep);
	iom_capture_free(cap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"schema: a server", keeps_to_the_schema, NULL, NULL, server},
		{"schema: hostile names", keeps_to_the_schema, NULL, NULL, hostile},
		{"schema: absent parts and large numbers", keeps_to_the_schema, NULL, NULL, sundry},
		{"schema: nothing seen", keeps_to_the_schema, NULL, NULL, nothing},
		cmocka_unit_test(schema_takes_nothing_else),
		cmocka_unit_test(says_what_was_seen),
		cmocka_unit_test(is_called_as_its_thread),
		cmocka_unit_test(hostile_names_stay_names),
		cmocka_unit_test(full_disk),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
