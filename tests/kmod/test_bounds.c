/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_bounds.c - what a watched program does keeps nobody else waiting: how late a
 * real-time thread gets its turn at the most, and whose completions a
 * session looks at. Needs root, the module, and tracefs for the latter.
 *
 * The lateness is the least of several tries: a machine that is busy adds to some of them,
 * what is done in one go to all. It is compared with what the program needs for the same
 * number of calls or requests on the same machine, so that a slow one does not matter.
 */
#define _GNU_SOURCE
#include <linux/aio_abi.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include "lateness.h"
#include "ref_uring.h"
#include "session.h"

#define TRIES 4

/* ---- lateness ------------------------------------------------------------------------ */

struct cost {
	double late, took; /* ms */
};

static struct cost cost_of(void (*what)(void *), void *arg)
{
	struct cost c;

	assert_true(late_begin());
	usleep(5000);
	c.took = (double)late_now_ns() / 1e6;
	what(arg);
	c.took = (double)late_now_ns() / 1e6 - c.took;
	usleep(5000);
	c.late = late_end();
	return c;
}

/* Lateness is at most a part of what the work took; the least of all tries of both. */
static void must_be_short(const char *what, const struct cost *c, const struct cost *work, int part)
{
	double late = c[0].late, took = work[0].took;

	for (int i = 1; i < TRIES; i++) {
		late = c[i].late < late ? c[i].late : late;
		took = work[i].took < took ? work[i].took : took;
	}
	print_message("#   %s: nobody waited longer than %.1f ms, the program worked %.1f ms\n", what,
		      late, took);
	assert_true(late * part < took);
}

/* ---- many rows ----------------------------------------------------------------------- */

#define FILES	 12000
#define CALLS	 10 /* rows of one file */
#define ROWS_MIN (FILES * CALLS)

static void make_rows(void *arg)
{
	struct rlimit r = {FILES + 100, FILES + 100};
	int null = open("/dev/null", O_RDWR), base;
	char c = 0;

	(void)arg;
	if (setrlimit(RLIMIT_NOFILE, &r) || null < 0)
		_exit(1);
	for (base = null; base < FILES; base++) {
		int fd = dup(null);

		if (fd < 0 || read(fd, &c, 1) || write(fd, &c, 1) != 1)
			_exit(1);
		fsync(fd);
		recv(fd, &c, 1, 0);
		send(fd, &c, 1, 0);
		accept(fd, NULL, NULL);
		connect(fd, (struct sockaddr *)&r, sizeof(r));
		sendfile(fd, null, NULL, 1);
		(void)!splice(fd, NULL, null, NULL, 1, 0);
		copy_file_range(fd, NULL, null, NULL, 1, 0);
	}
}

static void tell_act(void *arg)
{
	act(arg);
}

static void tell_end(void *arg)
{
	end(arg);
}

static void close_it(void *arg)
{
	close(*(int *)arg);
}

static void many_rows_come_and_go(void **state)
{
	struct cost begun[TRIES], left[TRIES], closed[TRIES];

	(void)state;
	for (int i = 0; i < TRIES; i++) {
		struct puppet p = puppet(make_rows, NULL);
		int fd = watching(p.pid, 0);
		struct iom_session_stats s;

		begun[i] = cost_of(tell_act, &p);
		s = stats(fd);
		assert_true(s.rows > ROWS_MIN * 9 / 10);
		assert_int_equal(s.stats.lost_rows, 0);
		left[i] = cost_of(tell_end, &p);
		assert_true(stats(fd).queued > ROWS_MIN * 9 / 10);
		closed[i] = cost_of(close_it, &fd);
	}
	must_be_short("120,000 rows begun", begun, begun, 20);
	must_be_short("their thread left", left, begun, 20);
	must_be_short("their session closed", closed, begun, 20);
}

/* ---- many requests ------------------------------------------------------------------- */

#define REQUESTS 60000

static void submit_many(void *arg)
{
	struct iocb *cb = calloc(REQUESTS, sizeof(*cb)), **list = calloc(REQUESTS, sizeof(*list));
	int zero = open("/dev/zero", O_RDONLY);
	aio_context_t ctx = 0;
	static char c[8];

	(void)arg;
	if (!cb || !list || zero < 0 || syscall(SYS_io_setup, REQUESTS, &ctx))
		_exit(1);
	for (int i = 0; i < REQUESTS; i++) {
		cb[i] = ref_iocb(IOCB_CMD_PREAD, zero, c, sizeof(c), 0);
		list[i] = &cb[i];
	}
	if (syscall(SYS_io_submit, ctx, REQUESTS, list) != REQUESTS)
		_exit(1);
}

struct requests {
	long submitted, done;
};

static void count_requests(const struct iom_row *r, void *arg)
{
	struct requests *q = arg;

	if (row_class(r) != IOM_C_AIO_REQ)
		return;
	q->submitted += r->n[IOM_A_SUBMIT];
	q->done += r->n[IOM_A_INLINE] + r->n[IOM_A_SLEPT] + r->n[IOM_A_LATE];
}

/* Each of them is either counted, and completed, or counted as lost. */
static void many_requests_are_looked_at_in_steps(void **state)
{
	struct cost submitted[TRIES];

	(void)state;
	if (!(can() & IOM_HAVE_AIO))
		skip();
	for (int i = 0; i < TRIES; i++) {
		struct puppet p = puppet(submit_many, NULL);
		int fd = watching(p.pid, 0);
		struct requests q = {};

		submitted[i] = cost_of(tell_act, &p);
		rows_of(fd, count_requests, &q);
		assert_int_equal(q.submitted + (long)stats(fd).stats.lost_async, REQUESTS);
		assert_int_equal(q.submitted, q.done);
		assert_true(q.submitted >= 16384);
		close(fd);
		end(&p);
	}
	must_be_short("60,000 requests submitted", submitted, submitted, 10);
}

/* ---- others' completions ---------------------------------------------------------------- */

#define TRACEFS "/sys/kernel/tracing"
#define NOPS	1009

static bool put_line(const char *file, const char *line)
{
	char path[100];
	int fd;
	bool fine;

	snprintf(path, sizeof(path), TRACEFS "/%s", file);
	fd = open(path, O_WRONLY | O_APPEND);
	fine = fd >= 0 && write(fd, line, strlen(line)) == (ssize_t)strlen(line);
	if (fd >= 0)
		close(fd);
	return fine;
}

/* How often function has been called since put_probe(); from another probe it is missed. */
static long hits(const char *function)
{
	char name[100];
	long n = 0, all = -1, missed;
	FILE *f = fopen(TRACEFS "/kprobe_profile", "re");

	while (f && fscanf(f, "%99s %ld %ld", name, &n, &missed) == 3)
		if (!strcmp(name, function))
			all = n + missed;
	if (f)
		fclose(f);
	return all;
}

static bool put_probe(const char *function)
{
	char line[200];

	mount("tracefs", TRACEFS, "tracefs", 0, NULL); /* where it is not there yet */
	snprintf(line, sizeof(line), "p:iomtest/%s iomodel:%s\n", function, function);
	if (!put_line("kprobe_events", line))
		return false;
	snprintf(line, sizeof(line), "events/iomtest/%s/enable", function);
	return put_line(line, "1");
}

static void take_probe(const char *function)
{
	char line[200];

	snprintf(line, sizeof(line), "events/iomtest/%s/enable", function);
	put_line(line, "0");
	snprintf(line, sizeof(line), "-:iomtest/%s\n", function);
	put_line("kprobe_events", line);
}

static int never[2]; /* a pipe into which nobody writes */

static void ask_uring(void *arg)
{
	static char c[REF_MSG];
	struct ref_ring r;
	struct io_uring_sqe sqe = ref_sqe(IORING_OP_READ, never[0], c, sizeof(c), 1);

	(void)arg;
	if (!ref_ring_open(&r, 0))
		_exit(1);
	ref_ring_put(&r, &sqe);
	if (ref_ring_enter(&r, 1, 0, 0) != 1)
		_exit(1);
	sqe = ref_sqe(IORING_OP_NOP, -1, NULL, 0, 2);
	ref_ring_put(&r, &sqe);
	if (ref_ring_enter(&r, 1, 0, 0) != 1)
		_exit(1);
}

/* The session follows a request of the puppet's; of our own ones, many, it hears nothing. */
static void others_requests_of_io_uring_pass_by(void **state)
{
	const char *function = "iom_fact_uring_completed";
	struct io_uring_sqe sqe = ref_sqe(IORING_OP_NOP, -1, NULL, 0, 3);
	struct io_uring_cqe cqe;
	struct puppet p;
	struct ref_ring r;
	int fd;

	(void)state;
	if (!ref_ring_open(&r, 0))
		skip();
	assert_int_equal(pipe(never), 0);
	p = puppet(ask_uring, NULL);
	fd = watching(p.pid, 0);
	if (!put_probe(function))
		skip();
	act(&p);
	assert_int_equal(hits(function), 1);
	for (int i = 0; i < NOPS; i++) {
		ref_ring_put(&r, &sqe);
		assert_int_equal(ref_ring_enter(&r, 1, 1, 0), 1);
		ref_ring_wait(&r, &cqe);
	}
	assert_int_equal(hits(function), 1);
	take_probe(function);
	close(fd);
	close(r.fd);
	end(&p);
}

static void read_zero_aio(aio_context_t ctx, int n)
{
	int zero = open("/dev/zero", O_RDONLY);
	struct io_event ev;
	struct iocb cb;
	char c[8];

	if (zero < 0)
		_exit(1);
	cb = ref_iocb(IOCB_CMD_PREAD, zero, c, sizeof(c), 0);
	for (int i = 0; i < n; i++) {
		ref_aio_submit(ctx, &cb);
		if (syscall(SYS_io_getevents, ctx, 1, 1, &ev, NULL) != 1)
			_exit(1);
	}
	close(zero);
}

static void ask_aio(void *arg)
{
	struct iocb cb = ref_iocb(IOCB_CMD_POLL, never[0], NULL, 0, 0);
	aio_context_t ctx = 0;

	(void)arg;
	cb.aio_buf = 1; /* POLLIN */
	if (syscall(SYS_io_setup, 8, &ctx))
		_exit(1);
	ref_aio_submit(ctx, &cb);
	read_zero_aio(ctx, 1);
}

static void others_requests_of_libaio_pass_by(void **state)
{
	const char *function = "iom_fact_aio_completed";
	aio_context_t ctx = 0;
	struct puppet p;
	int fd;

	(void)state;
	if (!(can() & IOM_HAVE_AIO))
		skip();
	assert_int_equal(pipe(never), 0);
	p = puppet(ask_aio, NULL);
	fd = watching(p.pid, 0);
	if (!put_probe(function))
		skip();
	act(&p);
	assert_int_equal(hits(function), 1);
	assert_int_equal(syscall(SYS_io_setup, 8, &ctx), 0);
	read_zero_aio(ctx, NOPS);
	assert_int_equal(hits(function), 1);
	take_probe(function);
	close(fd);
	end(&p);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_rows_come_and_go),
		cmocka_unit_test(many_requests_are_looked_at_in_steps),
		cmocka_unit_test(others_requests_of_io_uring_pass_by),
		cmocka_unit_test(others_requests_of_libaio_pass_by),
	};

	if (argc > 1) /* one of them, * and ? allowed */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
