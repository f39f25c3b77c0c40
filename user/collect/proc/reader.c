/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asking the reader (reader.h), and going on without its answer.
 */
#define _GNU_SOURCE
#include "collect/proc/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collect/proc/procfs.h"
#include "collect/proc/procfs_int.h"

#define PATIENCE_NS  UINT64_C(1500000000)  /* without a word */
#define ANSWER_NS    UINT64_C(15000000000) /* for a whole answer */
#define PROCESS_NS   UINT64_C(10000000000) /* spent on one process: at once ... */
#define PROCESS_PART 4			   /* ... and this part of the time since */
#define TRIES	     2			   /* times that one process may let a reader hang */
#define HANGS	     8 /* times that all of them may: each may leave a process behind */
#define REMEMBERED   256

static struct rd_worker worker = {.fd = -1};
static unsigned int hangs;
static uint32_t number; /* of the last request */

/* The oldest request that the worker has not answered to its end. */
static struct {
	uint64_t since; /* 0: none */
	pid_t pid;
} owed;

/* What each process cost lately, by its number. */
static struct account {
	pid_t pid;
	unsigned int hangs;
	uint64_t since, ns;
} accounts[REMEMBERED];

/* Processes that were given up, in part or altogether. */
static pid_t unread[HANGS * 2];
static size_t nunread;

static struct account *account_of(pid_t pid)
{
	struct account *a = &accounts[(unsigned int)pid % REMEMBERED];

	if (a->pid != pid)
		*a = (struct account){.pid = pid, .since = pfs_now_ns()};
	return a;
}

static bool used_up(const struct account *a, uint64_t now)
{
	return a->hangs >= TRIES || a->ns >= PROCESS_NS + (now - a->since) / PROCESS_PART;
}

bool pfs_unread(pid_t pid)
{
	for (size_t i = 0; i < nunread; i++)
		if (unread[i] == pid)
			return true;
	return false;
}

void rd_gave_up(pid_t pid, const char *why)
{
	if (pfs_unread(pid) || nunread == sizeof(unread) / sizeof(unread[0]))
		return;
	unread[nunread++] = pid;
	fprintf(stderr,
		"iomodel: warning: looking at process %d takes too long (%s): names of its files or sets it waits "
		"for may be missing\n",
		pid, why);
}

static void alone(void)
{
	static bool said;

	if (!said)
		fputs("iomodel: warning: the process that reads /proc is gone: files met from here "
		      "on have no names\n",
		      stderr);
	said = true;
}

static int have_worker(void)
{
	int err;

	if (worker.fd >= 0)
		return 0;
	err = hangs < HANGS ? rd_worker_new(&worker) : -EIO;
	if (err)
		alone();
	return err ? -EIO : 0;
}

/* Is it on a CPU, or waiting for one? Then the machine is busy, and it no prey of
 * anybody. */
static bool at_work(void)
{
	char path[32], text[256];
	int fd;
	ssize_t n;
	char *at;

	snprintf(path, sizeof(path), "/proc/%d/stat", worker.pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = 0;
	at = strrchr(text, ')');
	return at && at[1] && at[2] == 'R';
}

/* One message: its size; 0 when the reader is gone, -ETIMEDOUT. */
static ssize_t next_message(char *buf, size_t size, uint64_t deadline)
{
	struct pollfd p = {.fd = worker.fd, .events = POLLIN};
	uint64_t now = pfs_now_ns(), patience = now + PATIENCE_NS;

	for (;;) {
		uint64_t until = patience < deadline ? patience : deadline;
		bool last = now >= deadline || (now >= patience && !at_work());
		ssize_t n;
		int ready;

		if (!last && now >= patience)
			until = patience = now + PATIENCE_NS / 8;
		/* It may have answered since, and sleep for that reason. */
		ready = poll(&p, 1, last ? 0 : (int)((until - now) / 1000000) + 1);
		n = ready > 0 ? recv(worker.fd, buf, size, MSG_DONTWAIT) : -1;
		if (n >= 0)
			return n;
		if (ready > 0 && errno != EAGAIN && errno != EINTR)
			return 0;
		if (last)
			return -ETIMEDOUT;
		now = pfs_now_ns();
	}
}

/* -EPIPE: the reader went away; *any: after it had answered something. Ends of
 * earlier requests, which nobody waited for, may come first. */
static int converse(const struct rd_request *rq, uint64_t deadline, rd_sink sink, void *arg,
		    bool *any)
{
	char buf[sizeof(struct rd_answer) + RD_CHUNK_MAX];
	struct rd_answer head;
	ssize_t n;

	if (send(worker.fd, rq, offsetof(struct rd_request, data) + rq->size,
		 MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -EPIPE;
	for (;;) {
		n = next_message(buf, sizeof(buf), deadline);
		if (n < 0)
			return (int)n;
		if ((size_t)n < sizeof(head))
			return -EPIPE;
		memcpy(&head, buf, sizeof(head));
		if (head.number != rq->number)
			continue;
		if (head.what == RD_END) /* these two are ours to say */
			return head.err == -EPIPE || head.err == -ETIMEDOUT ? -EIO : head.err;
		*any = true;
		sink(buf + sizeof(head), (size_t)n - sizeof(head), arg);
	}
}

/* It did not answer in time. Some callers wait less long than a reader may take:
 * then it is let work on. */
static void blame(uint64_t now)
{
	const char *why;

	if (now - owed.since < PATIENCE_NS)
		return;
	why = at_work() ? RD_MUCH : RD_SILENT;
	rd_worker_give_up(&worker);
	hangs++;
	account_of(owed.pid)->hangs++;
	rd_gave_up(owed.pid, why);
	owed.since = 0;
}

static int ask_worker(struct rd_request *rq, uint64_t deadline, rd_sink sink, void *arg)
{
	bool any = false;
	int err = -EPIPE;

	for (int try = 0; try < 2 && err == -EPIPE && !any; try++) {
		if (have_worker())
			return -EIO;
		rq->number = ++number;
		if (!owed.since) {
			owed.since = pfs_now_ns();
			owed.pid = rq->pid;
		}
		err = converse(rq, deadline, sink, arg, &any);
		if (err == -EPIPE)
			rd_worker_give_up(&worker);
		if (err != -ETIMEDOUT)
			owed.since = 0;
	}
	if (err == -ETIMEDOUT)
		blame(pfs_now_ns());
	return err == -EPIPE ? -EIO : err;
}

struct direct {
	rd_sink sink;
	void *arg;
};

static bool hand_on(const void *data, size_t size, void *arg)
{
	struct direct *d = arg;

	d->sink(data, size, d->arg);
	return true;
}

int rd_ask_until(const struct rd_request *rq, uint64_t deadline, rd_sink sink, void *arg)
{
	struct rd_request numbered;
	uint64_t start;
	int err;

	if (!rd_worker_possible())
		return rd_do(rq, false, hand_on, &(struct direct){sink, arg});
	start = pfs_now_ns();
	if (rq->pid && used_up(account_of(rq->pid), start)) {
		rd_gave_up(rq->pid, RD_MUCH);
		return -ETIMEDOUT;
	}
	numbered = *rq;
	err = ask_worker(&numbered, deadline, sink, arg);
	account_of(rq->pid)->ns += pfs_now_ns() - start;
	return err;
}

int rd_ask(const struct rd_request *rq, rd_sink sink, void *arg)
{
	return rd_ask_until(rq, pfs_now_ns() + ANSWER_NS, sink, arg);
}

/* ---- shapes of questions ---- */

struct rd_request rd_path(enum rd_op op, pid_t pid, const char *fmt, ...)
{
	struct rd_request rq = {.op = op, .pid = pid};
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(rq.data, sizeof(rq.data), fmt, args);
	va_end(args);
	if (n >= 0 && (size_t)n < sizeof(rq.data))
		rq.size = (uint32_t)n + 1;
	return rq; /* else a path that cannot be: -EINVAL */
}

struct text {
	char *buf;
	size_t n, room, max;
};

static void add_text(const void *data, size_t size, void *arg)
{
	struct text *t = arg;

	if (size > t->max - t->n)
		size = t->max - t->n;
	if (t->room < t->n + size + 1) {
		t->room = 2 * t->room > t->n + size + 1 ? 2 * t->room : t->n + size + 1;
		t->buf = pfs_grow(t->buf, t->room, 1);
	}
	memcpy(t->buf + t->n, data, size);
	t->n += size;
}

char *rd_text(const struct rd_request *rq, size_t max, size_t *len)
{
	struct rd_request bounded = *rq;
	struct text t = {.max = max};
	int err;

	bounded.len = max;
	err = rd_ask(&bounded, add_text, &t);
	if (err) {
		free(t.buf);
		errno = -err;
		return NULL;
	}
	if (!t.buf)
		t.buf = pfs_grow(NULL, 1, 1);
	t.buf[t.n] = 0;
	if (len)
		*len = t.n;
	return t.buf;
}

void rd_lines_feed(struct rd_lines *l, const char *data, size_t size)
{
	while (size && !l->done) {
		const char *end = memchr(data, '\n', size);
		size_t part = end ? (size_t)(end - data) : size;

		if (part < sizeof(l->line) - l->n) {
			memcpy(l->line + l->n, data, part);
			l->n += part;
		} else {
			l->skip = true;
		}
		if (!end)
			return;
		l->line[l->n] = 0;
		if (!l->skip)
			l->done = !l->each(l->line, l->arg);
		l->n = 0;
		l->skip = false;
		data = end + 1;
		size -= part + 1;
	}
}

static void feed(const void *data, size_t size, void *arg)
{
	rd_lines_feed(arg, data, size);
}

int rd_lines(const struct rd_request *rq, size_t max, bool (*each)(char *line, void *arg),
	     void *arg)
{
	struct rd_request bounded = *rq;
	struct rd_lines l = {.each = each, .arg = arg};

	bounded.len = max;
	return rd_ask(&bounded, feed, &l);
}

struct fixed {
	char *to;
	size_t n, size;
};

static void fill(const void *data, size_t size, void *arg)
{
	struct fixed *f = arg;

	if (size > f->size - f->n)
		size = f->size - f->n;
	memcpy(f->to + f->n, data, size);
	f->n += size;
}

ssize_t rd_link(const struct rd_request *rq, char *buf, size_t size)
{
	struct fixed f = {.to = buf, .size = size - 1};
	int err = rd_ask(rq, fill, &f);

	buf[err ? 0 : f.n] = 0;
	return err ? err : (ssize_t)f.n;
}

int rd_fixed(const struct rd_request *rq, void *result, size_t size)
{
	struct fixed f = {.to = result, .size = size};
	int err = rd_ask(rq, fill, &f);

	return err ? err : f.n == size ? 0 : -EIO;
}

int iom_target_read(pid_t pid, uint64_t addr, void *buf, size_t len, uint64_t deadline_ns)
{
	struct fixed f = {.to = buf, .size = len};
	uint64_t deadline = deadline_ns ? deadline_ns : pfs_now_ns() + ANSWER_NS;
	int err = 0;

	if (len > INT32_MAX)
		return -EINVAL;
	while (!err && f.n < len) {
		struct rd_request rq = {.op = RD_MEMORY, .pid = pid, .addr = addr + f.n};
		size_t before = f.n;

		rq.len = len - f.n < RD_CHUNK_MAX ? len - f.n : RD_CHUNK_MAX;
		err = rd_ask_until(&rq, deadline, fill, &f);
		if (f.n - before < rq.len)
			break;
	}
	return f.n ? (int)f.n : err;
}
