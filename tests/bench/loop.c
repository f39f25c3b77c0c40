/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * loop - one system call over and over, timed by itself.
 *
 * loop getppid | read | pipe | eventfd | pingpong
 *
 * Prints "ready". For each line "MS" on stdin it runs for MS milliseconds and
 * prints "BEST MEDIAN SWITCHES CALLS": ns per call in the best and in the
 * median batch, voluntary context switches per call, and calls made. For
 * pipe and eventfd a call is a write and the read that takes it back, neither
 * of which waits; for pingpong a round trip of one byte between two threads.
 *
 * Batches, so that one interrupt spoils one batch; clock_gettime() between
 * them is no system call.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MAX_BATCHES 65536

static int zero_fd, event_fd, there[2], back[2];
static double batches[MAX_BATCHES];

static void die(const char *what)
{
	fprintf(stderr, "loop: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void run_getppid(int n)
{
	while (n--)
		syscall(SYS_getppid);
}

static void run_read(int n)
{
	char c;

	while (n--) {
		if (read(zero_fd, &c, 1) != 1)
			die("read");
	}
}

static void run_pipe(int n)
{
	char c = 0;

	while (n--) {
		if (write(there[1], &c, 1) != 1 || read(there[0], &c, 1) != 1)
			die("pipe");
	}
}

static void run_eventfd(int n)
{
	uint64_t v = 1;

	while (n--) {
		if (write(event_fd, &v, sizeof(v)) != sizeof(v) || read(event_fd, &v, sizeof(v)) != sizeof(v))
			die("eventfd");
	}
}

static void run_pingpong(int n)
{
	char c = 0;

	while (n--) {
		if (write(there[1], &c, 1) != 1 || read(back[0], &c, 1) != 1)
			die("ping");
	}
}

static void *echo(void *arg)
{
	char c;

	while (read(there[0], &c, 1) == 1) {
		if (write(back[1], &c, 1) != 1)
			break;
	}
	return arg;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static long switches(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_nvcsw;
}

static void measure(void (*run)(int), int batch, uint64_t ms)
{
	uint64_t end = now_ns() + ms * 1000000, from, to;
	long before = switches();
	double calls;
	size_t n = 0;

	do {
		from = now_ns();
		run(batch);
		to = now_ns();
		batches[n++] = (double)(to - from) / batch;
	} while (to < end && n < MAX_BATCHES);
	calls = (double)n * batch;
	qsort(batches, n, sizeof(batches[0]), by_value);
	printf("%.2f %.2f %.3f %.0f\n", batches[0], batches[n / 2], (switches() - before) / calls,
	       calls);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	const char *mode = argc == 2 ? argv[1] : "";
	void (*run)(int);
	int batch = 1000;
	pthread_t thread;
	char line[32];

	if (!strcmp(mode, "getppid")) {
		run = run_getppid;
	} else if (!strcmp(mode, "read")) {
		run = run_read;
		zero_fd = open("/dev/zero", O_RDONLY);
		if (zero_fd < 0)
			die("/dev/zero");
	} else if (!strcmp(mode, "pipe")) {
		run = run_pipe;
		if (pipe(there))
			die("pipe");
	} else if (!strcmp(mode, "eventfd")) {
		run = run_eventfd;
		event_fd = eventfd(0, 0);
		if (event_fd < 0)
			die("eventfd");
	} else if (!strcmp(mode, "pingpong")) {
		run = run_pingpong;
		batch = 200;
		if (pipe(there) || pipe(back))
			die("pipe");
		errno = pthread_create(&thread, NULL, echo, NULL);
		if (errno)
			die("pthread_create");
	} else {
		fprintf(stderr, "usage: loop getppid|read|pipe|eventfd|pingpong\n");
		return 2;
	}
	run(batch);
	printf("ready\n");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin))
		measure(run, batch, strtoul(line, NULL, 10));
	return 0;
}
