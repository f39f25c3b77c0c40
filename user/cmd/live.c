/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * explain --live. The reference program is forked, this program attaches to it as any user
 * would, and what is drawn is read out of the report's JSON: nothing here knows more than a
 * reader of reports does.
 */
#define _GNU_SOURCE
#include "cmd/live.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/beside.h"
#include "cmd/output.h"
#include "options.h"

#define COLUMNS 56

struct live {
	const char *model, *program, *waits; /* who waits in phase 1, and how */
	const char *call;		     /* what brings the data */
};

static const struct live lives[] = {
	{"blocking", "model_blocking", "asleep in read itself", "the same read"},
	{"nonblocking", "model_nonblocking", "awake, asking again and again", "the read that is lucky"},
	{"multiplexed", "model_multiplexed", "asleep in epoll_wait, for all files", "a read that does not sleep"},
	{"signal-driven", "model_signal", "free until the signal comes", "a read that does not sleep"},
	{"async", "model_async", "a request in the kernel; the thread is free", "the kernel, with the request"},
};
#define NLIVES (sizeof(lives) / sizeof(lives[0]))

/* What a report says of one model. */
struct measured {
	const char *verdict;
	uint64_t transfers, phase1_ns, phase2_ns, samples;
};

static pid_t spawn(const char *path, char **argv, int out)
{
	pid_t parent = getpid(), pid;

	fflush(NULL);
	pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(125);
	if (out >= 0)
		dup2(out, STDOUT_FILENO);
	execv(path, argv);
	_exit(127);
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return IOM_EXIT_INTERNAL;
	return WIFEXITED(status) ? WEXITSTATUS(status) : IOM_EXIT_INTERNAL;
}

static uint64_t number(const json_t *object, const char *key)
{
	json_int_t v = json_integer_value(json_object_get(object, key));

	return v > 0 ? (uint64_t)v : 0;
}

/* False where the report has no such process or model. */
static bool read_report(const json_t *report, const char *model, struct measured *m)
{
	const json_t *process = json_array_get(json_object_get(report, "processes"), 0);
	const json_t *share = json_object_get(json_object_get(process, "models"), model);
	const json_t *verdict = json_object_get(json_object_get(process, "verdict"), "model");

	if (!json_is_object(share) || !json_is_string(verdict))
		return false;
	m->verdict = json_string_value(verdict);
	m->transfers = number(share, "transfers");
	m->phase1_ns = number(share, "phase1_ns");
	m->phase2_ns = number(share, "phase2_ns");
	m->samples = number(share, "phase2_samples");
	return m->transfers > 0;
}

static void say_time(double ns)
{
	if (ns >= 1e6)
		printf("%.2f ms", ns / 1e6);
	else if (ns >= 1e3)
		printf("%.1f us", ns / 1e3);
	else
		printf("%.0f ns", ns);
}

static void bar(const char *mark, int n)
{
	while (n-- > 0)
		fputs(mark, stdout);
}

/* Both phases of one transfer, in columns that are as their times are. */
static void draw(const struct live *live, const struct measured *m, bool utf8, bool color)
{
	double phase1 = (double)m->phase1_ns / (double)m->transfers;
	double phase2 = (double)m->phase2_ns / (double)m->transfers;
	double whole = phase1 + phase2;
	int columns1 = whole > 0 ? (int)(COLUMNS * phase1 / whole) : 0, columns2;

	columns1 = columns1 > COLUMNS - 1 ? COLUMNS - 1 : columns1 < 1 ? 1 : columns1;
	columns2 = COLUMNS - columns1;
	printf("%s%s%s, one transfer, as measured (mean of %" PRIu64 "):\n\n  ", color ? "\033[1m" : "",
	       live->model, color ? "\033[0m" : "", m->transfers);
	bar(utf8 ? "\u2591" : "~", columns1);
	bar(utf8 ? "\u2588" : "#", columns2);
	printf("\n\n  phase 1, waiting   ");
	say_time(phase1);
	printf("   %s\n  phase 2, moving    ", live->waits);
	if (m->samples) {
		say_time(phase2);
		printf("   %s (%" PRIu64 " sampled)\n", live->call, m->samples);
	} else {
		printf("too short to be sampled here; %s\n", live->call);
	}
}

/* Attach to pid and draw. */
static int watch(const struct live *live, pid_t pid, int null, bool utf8, bool color)
{
	char number_of[16], nobody[16]; /* who would hear that it is armed */
	char *argv[] = {"iomodel", "attach", "-d", "2", "--ready-fd", nobody, "--format", "json", number_of, NULL};
	int fd = memfd_create("report", MFD_CLOEXEC), err;
	struct measured m;
	json_t *report;

	if (fd < 0)
		return IOM_EXIT_INTERNAL;
	snprintf(number_of, sizeof(number_of), "%d", pid);
	snprintf(nobody, sizeof(nobody), "%d", null);
	err = wait_for(spawn("/proc/self/exe", argv, fd));
	lseek(fd, 0, SEEK_SET);
	report = err ? NULL : json_loadfd(fd, 0, NULL);
	close(fd);
	if (!err && !read_report(report, live->model, &m)) {
		fprintf(stderr, "iomodel: %s did not move any data while it was watched\n", live->program);
		err = IOM_EXIT_INTERNAL;
	}
	if (!err) {
		draw(live, &m, utf8, color);
		printf("\n  The verdict of this watch: %s. The picture with words: iomodel explain %s\n",
		       m.verdict, live->model);
	}
	json_decref(report);
	return err;
}

int iom_live(const char *model, bool utf8, bool color)
{
	const struct live *live = NULL;
	char in_tree[64], installed[64], *path, *argv[] = {NULL, "--loop", "10", NULL};
	const char *places[] = {in_tree, installed};
	int err, null;
	pid_t pid;

	for (size_t i = 0; model && i < NLIVES; i++)
		if (!strcasecmp(lives[i].model, model))
			live = &lives[i];
	if (!live) {
		fputs("iomodel: --live needs a model: blocking, nonblocking, multiplexed, signal-driven, async\n",
		      stderr);
		return IOM_EXIT_USAGE;
	}
	err = iom_permitted("auto");
	if (err)
		return err;
	snprintf(in_tree, sizeof(in_tree), "tests/ref/%s", live->program);
	snprintf(installed, sizeof(installed), "../libexec/iomodel/%s", live->program);
	path = iom_beside(places, 2);
	if (!path) {
		fprintf(stderr, "iomodel: the reference program %s is not there: make ref, or make install\n",
			live->program);
		return IOM_EXIT_NOT_POSSIBLE;
	}
	null = open("/dev/null", O_WRONLY);
	argv[0] = path;
	pid = spawn(path, argv, null);
	if (pid > 0) {
		usleep(300000); /* it makes its files first */
		err = watch(live, pid, null, utf8, color);
		kill(pid, SIGTERM);
		wait_for(pid);
	} else {
		err = IOM_EXIT_INTERNAL;
	}
	close(null);
	free(path);
	return err;
}
