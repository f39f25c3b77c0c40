/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls that fail again and again, or find the end of a file, and those beside them that only
 * do so now and then.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "base/errname.h"
#include "build.h"
#include "expected.h"
#include "judge/judge.h"

#define MAIN  BUILD_PID
#define TURNS 60013

static struct cap_calls *failing(struct iom_capture *cap, uint32_t file, uint8_t class, uint16_t nr,
				 uint64_t n, uint16_t error)
{
	struct cap_calls *r = build_calls(cap, MAIN, file, class, nr);

	r->n.err = r->n.failed = n;
	r->error = error;
	return r;
}

/* Calls of this number on descriptor fd, which is closed. */
static struct cap_calls *on_closed(struct iom_capture *cap, int fd, uint16_t nr, uint64_t n)
{
	struct cap_calls *r = failing(cap, IOM_NO_FILE, CAP_C_OTHER, nr, n, EBADF);

	r->no_file = fd;
	return r;
}

static void on_the_cpu(struct iom_capture *cap)
{
	cap->threads[0].cpu_ns = BUILD_LIFE_NS - 1;
}

/* epoll_wait never sleeps, and says that file is ready. */
static uint32_t told_of(struct iom_capture *cap, uint32_t file, uint64_t turns)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL), i;
	struct cap_calls *r;

	if (file != IOM_NO_FILE)
		build_watch(cap, file, ep);
	r = build_epoll_wait(cap, MAIN, ep, turns, 0, 0);
	r->events = turns;
	i = iom_capture_add_awake(cap);
	cap->awakes[i].tid = cap->awakes[i].tgid = MAIN;
	cap->awakes[i].class = CAP_C_EPOLL_WAIT;
	cap->awakes[i].set_file = ep;
	cap->awakes[i].file = file;
	cap->awakes[i].events = EPOLLIN;
	cap->awakes[i].samples = turns / 16;
	on_the_cpu(cap);
	return ep;
}

static uint32_t listener(struct iom_capture *cap)
{
	return build_file(cap, 3, CAP_K_LISTEN, O_NONBLOCK, "tcp listen 127.0.0.1:80");
}

static void too_many_open(struct iom_capture *cap)
{
	uint32_t l = listener(cap);

	told_of(cap, l, TURNS);
	failing(cap, l, CAP_C_ACCEPT, SYS_accept4, TURNS, EMFILE);
}

/* As Asio does: accept first, and epoll_wait with a zero timeout between two tries. */
static void too_many_open_between_looks(struct iom_capture *cap)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL), l = listener(cap);
	struct cap_calls *r;

	build_watch(cap, l, ep);
	r = build_epoll_wait(cap, MAIN, ep, 0, 0, 0);
	r->n.zero = r->n.nowait = TURNS;
	failing(cap, l, CAP_C_ACCEPT, SYS_accept, TURNS, EMFILE);
	on_the_cpu(cap);
}

static void closed_epoll(struct iom_capture *cap)
{
	on_closed(cap, 3, SYS_epoll_wait, TURNS);
	on_the_cpu(cap);
}

/* Closed, and still in the epoll, for a child has it too. */
static void closed_in_epoll(struct iom_capture *cap)
{
	told_of(cap, IOM_NO_FILE, TURNS);
	on_closed(cap, 5, SYS_read, TURNS);
	on_closed(cap, 5, SYS_close, TURNS);
	on_closed(cap, -1, SYS_epoll_ctl, TURNS);
}

static void never_connected(struct iom_capture *cap)
{
	failing(cap, build_file(cap, 3, CAP_K_SOCK, O_NONBLOCK, "tcp"), CAP_C_RECV, SYS_recvfrom, TURNS,
		ENOTCONN);
	on_the_cpu(cap);
}

static void closed_in_poll(struct iom_capture *cap)
{
	uint32_t p = build_file(cap, 5, CAP_K_FIFO, 0, "pipe:[1]");

	failing(cap, p, CAP_C_POLL, SYS_poll, TURNS, EBADF)->no_file = 3;
	build_interest(cap, p, 0, TURNS);
	on_the_cpu(cap);
}

/* Ten times a second, with a pause in between: nothing burns. */
static void too_many_now_and_then(struct iom_capture *cap)
{
	failing(cap, listener(cap), CAP_C_ACCEPT, SYS_accept4, 150, EMFILE);
}

/* A lock that somebody else has, asked for ten times a second. */
static void refused_a_lock(struct iom_capture *cap)
{
	failing(cap, build_file(cap, 3, CAP_K_REG, 0, "/var/lib/app/db"), CAP_C_LOCK, SYS_fcntl, 9, EAGAIN);
}

static void refused_a_lock_once(struct iom_capture *cap)
{
	failing(cap, build_file(cap, 3, CAP_K_REG, 0, "/var/lib/app/db"), CAP_C_LOCK, SYS_fcntl, 1, EAGAIN);
}

/* Most reads bring a message; now and then it is said that some were lost. */
static void overrun(struct iom_capture *cap, uint64_t times)
{
	struct cap_calls *r = build_transfers(cap, MAIN, build_file(cap, 3, CAP_K_SOCK, 0, "netlink route"), CAP_C_RECV,
					      SYS_recvmsg, 500, 0, 0, 0);

	r->n.err = r->n.failed = times;
	r->error = ENOBUFS;
}

static void overrun_thrice(struct iom_capture *cap)
{
	overrun(cap, 3);
}

static void overrun_once(struct iom_capture *cap)
{
	overrun(cap, 1);
}

/* A connect that cannot be done at once, of each of so many sockets. */
static void turned_away(struct iom_capture *cap, const char *name, uint64_t times)
{
	for (uint64_t i = 0; i < times; i++)
		build_calls(cap, MAIN, build_file(cap, -1, CAP_K_SOCK, O_NONBLOCK, name), CAP_C_CONNECT, SYS_connect)
			->n.again = 1;
}

static void turned_away_often(struct iom_capture *cap)
{
	turned_away(cap, "unix", 13);
}

static void turned_away_once(struct iom_capture *cap)
{
	turned_away(cap, "unix", 1);
}

/* Each of them goes on by itself. */
static void connecting(struct iom_capture *cap)
{
	turned_away(cap, "tcp 127.0.0.1:4000 -> 127.0.0.1:80", 13);
}

/* Nobody listens, and each try is by a socket of its own: ten times a second, and more seldom. */
static void refused(struct iom_capture *cap, uint64_t times)
{
	for (uint64_t i = 0; i < times; i++)
		failing(cap, build_file(cap, -1, CAP_K_SOCK, 0, i % 2 ? "tcp 0.0.0.0:0 -> 127.0.0.1:0" : "tcp"),
			CAP_C_CONNECT, SYS_connect, 1, ECONNREFUSED);
}

static void refused_often(struct iom_capture *cap)
{
	refused(cap, 150);
}

static void refused_now_and_then(struct iom_capture *cap)
{
	refused(cap, 15);
}

/* Most of its connections succeed. */
static void refused_beside_others(struct iom_capture *cap)
{
	refused(cap, 150);
	for (int i = 0; i < 200; i++)
		build_transfers(cap, MAIN, build_file(cap, -1, CAP_K_SOCK, 0, "tcp 127.0.0.1:5 -> 127.0.0.1:80"),
				CAP_C_CONNECT, SYS_connect, 1, 0, 0, 0);
}

static void loop_that_serves(struct iom_capture *cap, uint32_t *l, uint32_t *sock)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);

	*l = listener(cap);
	*sock = build_file(cap, 7, CAP_K_SOCK, O_NONBLOCK, "tcp 127.0.0.1:80 <- 127.0.0.1:40000");
	build_watch(cap, *l, ep);
	build_watch(cap, *sock, ep);
	build_epoll_wait(cap, MAIN, ep, 0, 20000, MS / 10);
}

/* A connection that was given up before it was taken, and a peer that reset another. */
static void a_few(struct iom_capture *cap)
{
	uint32_t l, sock;

	loop_that_serves(cap, &l, &sock);
	build_transfers(cap, MAIN, l, CAP_C_ACCEPT, SYS_accept4, 500, 0, 0, 0);
	cap->calls[1].n.err = cap->calls[1].n.failed = 40;
	cap->calls[1].error = ECONNABORTED;
	build_transfers(cap, MAIN, sock, CAP_C_RECV, SYS_recvfrom, 20000, 0, 0, 0);
	cap->calls[2].n.err = cap->calls[2].n.failed = 1;
	cap->calls[2].error = ECONNRESET;
}

/* A descriptor for each that there might be is closed: the kernel side tells these apart. */
static void closes_all(struct iom_capture *cap)
{
	struct cap_calls *r = on_closed(cap, 65535, SYS_close, 65530);

	r->n.failed = 1;
}

/* close(-1) after each request: it has no descriptor, and knows. */
static void closes_none(struct iom_capture *cap)
{
	on_closed(cap, -1, SYS_close, 1500);
}

static void interrupted(struct iom_capture *cap)
{
	struct cap_calls *r = build_calls(cap, MAIN, build_file(cap, 0, CAP_K_FIFO, 0, "pipe:[1]"),
					  CAP_C_READ, SYS_read);

	r->n.err = 4000;
	r->n.ok_slept = 40;
	r->wait_ns = r->max_wait_ns = 100 * MS;
}

/* connect of a socket whose connect is under way, asked again and again. */
static void still_connecting(struct iom_capture *cap)
{
	failing(cap, build_file(cap, 3, CAP_K_SOCK, O_NONBLOCK, "tcp"), CAP_C_CONNECT, SYS_connect, TURNS,
		EALREADY);
}

/* A recording from before errors were kept. */
static void unknown_errors(struct iom_capture *cap)
{
	uint32_t l = listener(cap);

	told_of(cap, l, TURNS);
	failing(cap, l, CAP_C_ACCEPT, SYS_accept4, TURNS, 0)->n.failed = 0;
}

/* The other end of a terminal is closed. */
static void at_the_end(struct iom_capture *cap)
{
	build_calls(cap, MAIN, build_file(cap, 0, CAP_K_TTY, 0, "/dev/pts/1"), CAP_C_READ, SYS_read)->n.zero = TURNS;
	on_the_cpu(cap);
}

static uint32_t with_unread(struct iom_capture *cap)
{
	uint32_t file = build_file(cap, 3, CAP_K_SOCK, 0, "unix -> 12 peer");

	cap->files[file].open_at_start = cap->files[file].open_at_end = true;
	cap->files[file].queues_at_start = (struct cap_queues){.known = true, .unread = 2};
	cap->files[file].queues_at_end = cap->files[file].queues_at_start;
	return file;
}

/* The buffer is full: no end, bytes wait there. */
static void asks_for_none(struct iom_capture *cap)
{
	build_calls(cap, MAIN, with_unread(cap), CAP_C_READ, SYS_read)->n.zero = TURNS;
	on_the_cpu(cap);
}

static void asks_for_none_when_told(struct iom_capture *cap)
{
	uint32_t file = with_unread(cap);

	build_calls(cap, MAIN, file, CAP_C_READ, SYS_read)->n.zero = TURNS;
	told_of(cap, file, TURNS);
	on_the_cpu(cap);
}

static void empty_datagrams(struct iom_capture *cap)
{
	build_calls(cap, MAIN, build_file(cap, 3, CAP_K_SOCK, 0, "udp 127.0.0.1:53"), CAP_C_RECV, SYS_recvfrom)->n.zero =
		TURNS;
	on_the_cpu(cap);
}

/* The file that it sends from became shorter. */
static void sends_what_is_not_there(struct iom_capture *cap)
{
	build_calls(cap, MAIN, build_file(cap, 4, CAP_K_SOCK, 0, "unix"), CAP_C_SENDFILE, SYS_sendfile)->n.ok = TURNS;
	on_the_cpu(cap);
}

static void writes_nothing(struct iom_capture *cap)
{
	build_calls(cap, MAIN, build_file(cap, 4, CAP_K_SOCK, 0, "unix"), CAP_C_WRITE, SYS_writev)->n.ok = TURNS;
	on_the_cpu(cap);
}

/* A child serves one request within a millisecond, and reads to the end once. */
static void at_the_end_of_its_life(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 4, CAP_K_SOCK, 0, "tcp 127.0.0.1:80 <- 127.0.0.1:40000");

	build_transfers(cap, MAIN, f, CAP_C_RECV, SYS_recvfrom, 1, 0, 0, 0);
	build_calls(cap, MAIN, f, CAP_C_READ, SYS_read)->n.zero = 1;
	cap->threads[0].end_ns = cap->threads[0].start_ns + MS;
	cap->threads[0].cpu_ns = MS / 2;
	cap->threads[0].asleep_ns = 0;
}

/* Many files are read to their ends, each once. */
static void reads_to_the_ends(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_REG, 0, "/usr/include/stdio.h");

	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, TURNS, 0, 0, 0)->n.zero = TURNS;
	cap->files[f].merged = TURNS;
	on_the_cpu(cap);
}

static struct cap_requests *receives(struct iom_capture *cap, uint64_t errors, uint16_t error)
{
	struct cap_requests *r = build_requests(cap, build_file(cap, 3, CAP_K_SOCK, 0, "unix"), CAP_I_URING,
						IORING_OP_RECV, TURNS);

	r->errors = errors;
	r->error = error;
	on_the_cpu(cap);
	return r;
}

static void no_buffers(struct iom_capture *cap)
{
	receives(cap, TURNS, ENOBUFS);
}

/* Each with a time limit of its own, as a linked request. */
static void taken_back(struct iom_capture *cap)
{
	receives(cap, TURNS, ECANCELED);
}

/* A server of Go pauses for up to a second before it tries again, in whichever thread is free. */
static void too_many_open_and_pauses(struct iom_capture *cap)
{
	uint32_t l = listener(cap);

	build_thread(cap, BUILD_PID, MAIN + 1, "program");
	failing(cap, l, CAP_C_ACCEPT, SYS_accept4, 2, EMFILE);
	failing(cap, l, CAP_C_ACCEPT, SYS_accept4, 3, EMFILE)->tid = MAIN + 1;
}

/* Clients that were gone before they were accepted. */
static void aborted_and_pauses(struct iom_capture *cap)
{
	failing(cap, listener(cap), CAP_C_ACCEPT, SYS_accept4, 5, ECONNABORTED);
}

static void too_many_open_once(struct iom_capture *cap)
{
	failing(cap, listener(cap), CAP_C_ACCEPT, SYS_accept4, 1, EMFILE);
}

/* Each time since another file wakes the loop, of which nothing is taken. */
static void at_the_end_since_woken(struct iom_capture *cap)
{
	at_the_end(cap);
	told_of(cap, build_file(cap, 5, CAP_K_INOTIFY, O_NONBLOCK, "inotify"), TURNS);
}

/* As libuv does: the connection that no descriptor was left for is accepted with one kept for that, and closed. */
static void too_many_open_but_one(struct iom_capture *cap)
{
	struct cap_calls *r;

	told_of(cap, listener(cap), 600);
	cap->threads[0].cpu_ns = BUILD_LIFE_NS / 50;
	r = failing(cap, 0, CAP_C_ACCEPT, SYS_accept4, 541, EMFILE);
	r->n.ok = 561;
	r->n.again = r->n.retry = 541;
}

static const struct expected cases[] = {
	{"accept: EMFILE, one in reserve", too_many_open_but_one, IOM_M_MULTIPLEXED, 0, "event-loop", "calls-fail",
	 561, NULL},
	{"accept: EMFILE", too_many_open, IOM_M_MULTIPLEXED, IOM_FACT_POLLING, "event-loop", "calls-fail",
	 NO_TRANSFERS, NULL},
	{"accept: EMFILE, between zero timeouts", too_many_open_between_looks, IOM_M_NONBLOCKING,
	 IOM_FACT_POLLING, "busy-poll", "calls-fail", NO_TRANSFERS, NULL},
	{"epoll_wait: EBADF", closed_epoll, IOM_M_NONE, 0, NULL, "calls-fail", 0, NULL},
	{"closed, still in the epoll", closed_in_epoll, IOM_M_MULTIPLEXED, IOM_FACT_POLLING, "event-loop",
	 "calls-fail", NO_TRANSFERS, NULL},
	{"recv: ENOTCONN", never_connected, IOM_M_NONE, 0, NULL, "calls-fail", 0, NULL},
	{"poll: POLLNVAL", closed_in_poll, IOM_M_MULTIPLEXED, IOM_FACT_POLLING, "event-loop", "calls-fail",
	 NO_TRANSFERS, NULL},
	{"fails-rate: now and then", too_many_now_and_then, IOM_M_NONE, 0, NULL, "calls-fail", 0, NULL},
	{"fails-full: seldom", too_many_open_and_pauses, IOM_M_NONE, 0, NULL, "calls-fail", 0, NULL},
	{"fails-full: another error", aborted_and_pauses, IOM_M_NONE, 0, NULL, "", 0, NULL},
	{"fails-full: once", too_many_open_once, IOM_M_NONE, 0, NULL, "", 0, NULL},
	{"lock: EAGAIN", refused_a_lock, IOM_M_NONE, 0, NULL, "calls-fail", 0, NULL},
	{"lock: EAGAIN once", refused_a_lock_once, IOM_M_NONE, 0, NULL, "", 0, NULL},
	{"netlink: ENOBUFS", overrun_thrice, IOM_M_BLOCKING, 0, "sequential", "calls-fail", 500, NULL},
	{"netlink: ENOBUFS once", overrun_once, IOM_M_BLOCKING, 0, "sequential", "", 500, NULL},
	{"connect of a unix socket: EAGAIN", turned_away_often, IOM_M_NONE, 0, NULL, "calls-fail", 0, NULL},
	{"connect of a unix socket: EAGAIN once", turned_away_once, IOM_M_NONE, 0, NULL, "", 0, NULL},
	{"connect by new sockets: ECONNREFUSED", refused_often, IOM_M_NONE, 0, NULL, "calls-fail", 0, NULL},
	{"connect by new sockets: ECONNREFUSED seldom", refused_now_and_then, IOM_M_NONE, 0, NULL, "", 0, NULL},
	{"connect by new sockets: most succeed", refused_beside_others, IOM_M_BLOCKING, 0, "sequential", "", 0, NULL},
	{"connect of tcp: EINPROGRESS", connecting, IOM_M_NONBLOCKING, 0, "busy-poll", "", 0, NULL},
	{"fails-part: few", a_few, IOM_M_MULTIPLEXED, 0, "event-loop", "", 20500, NULL},
	{"fails: all closed", closes_all, IOM_M_NONE, 0, NULL, "", 0, NULL},
	{"no descriptor", closes_none, IOM_M_NONE, 0, NULL, "", 0, NULL},
	{"interrupted", interrupted, IOM_M_BLOCKING, 0, "pipeline", "", 40, NULL},
	{"still connecting", still_connecting, IOM_M_NONE, 0, NULL, "", 0, NULL},
	{"requests: ENOBUFS", no_buffers, IOM_M_ASYNC, 0, "proactor", "calls-fail", TURNS, NULL},
	{"requests taken back", taken_back, IOM_M_ASYNC, 0, "proactor", "", TURNS, NULL},
	{"errors not known", unknown_errors, IOM_M_MULTIPLEXED, IOM_FACT_POLLING, "event-loop",
	 "not-drained", NO_TRANSFERS, NULL},
	{"at the end, since another file wakes it", at_the_end_since_woken, IOM_M_MULTIPLEXED, IOM_FACT_POLLING,
	 "event-loop", "not-drained", 0, NULL},
	{"asks for no byte", asks_for_none, IOM_M_NONE, 0, NULL, "eof-spin unread-data", 0, NULL},
	{"told of data, asks for no byte", asks_for_none_when_told, IOM_M_MULTIPLEXED, IOM_FACT_POLLING, "event-loop",
	 "not-drained", 0, NULL},
	{"empty datagrams", empty_datagrams, IOM_M_NONE, 0, NULL, "", 0, NULL},
	{"sendfile of nothing", sends_what_is_not_there, IOM_M_BLOCKING, 0, "sequential", "eof-spin", TURNS, NULL},
	{"writes of nothing", writes_nothing, IOM_M_BLOCKING, 0, "sequential", "eof-spin", TURNS, NULL},
	{"at the end", at_the_end, IOM_M_NONE, 0, NULL, "eof-spin", 0, NULL},
	{"fails: one end", at_the_end_of_its_life, IOM_M_BLOCKING, 0, "sequential", "", 1, NULL},
	{"ends-part: each once", reads_to_the_ends, IOM_M_BLOCKING, 0, "sequential", "", 0, NULL},
};
#define NCASES (sizeof(cases) / sizeof(cases[0]))

static void check_said(void (*build)(struct iom_capture *cap), const char *id, enum rep_severity severity,
		       const char *const *parts)
{
	struct iom_capture *cap = build_capture("program");
	const struct rep_finding *f;
	struct iom_report *rep;

	build(cap);
	rep = iom_judge(cap);
	f = build_finding(rep, id);
	assert_non_null(f);
	assert_int_equal(f->severity, severity);
	for (; *parts; parts++)
		if (!strstr(f->message, *parts))
			fail_msg("no `%s` in: %s", *parts, f->message);
	iom_report_free(rep);
	iom_capture_free(cap);
}

static void accept_is_named(void **state)
{
	static const char *const parts[] = {
		"accept4(3) tcp listen 127.0.0.1:80 failed 60,013 times, at last with EMFILE (too many open files)",
		"6,001 a second, on 100 % of a CPU; epoll_wait goes on telling of that file",
		"RLIMIT_NOFILE", NULL};

	(void)state;
	check_said(too_many_open, "calls-fail", IOM_SEV_WARNING, parts);
}

/* What several threads meet is said once, with all of it. */
static void threads_fail_together(void **state)
{
	static const char *const parts[] = {"accept4(3) tcp listen 127.0.0.1:80 failed 5 times, at last with EMFILE", NULL};
	struct iom_capture *cap = build_capture("program");
	struct iom_report *rep;

	(void)state;
	check_said(too_many_open_and_pauses, "calls-fail", IOM_SEV_INFO, parts);
	too_many_open_and_pauses(cap);
	rep = iom_judge(cap);
	assert_int_equal(rep->procs[0].nfindings, 1);
	iom_report_free(rep);
	iom_capture_free(cap);
}

static void rarely_is_no_warning(void **state)
{
	static const char *const parts[] = {"failed 150 times, at last with EMFILE", NULL};

	(void)state;
	check_said(too_many_now_and_then, "calls-fail", IOM_SEV_INFO, parts);
}

static void lock_of_somebody_else_is_named(void **state)
{
	static const char *const parts[] = {
		"fcntl(3) /var/lib/app/db failed 9 times, at last with EAGAIN", "`lslocks`", NULL};

	(void)state;
	check_said(refused_a_lock, "calls-fail", IOM_SEV_INFO, parts);
}

static void full_queue_is_named(void **state)
{
	static const char *const parts[] = {"connect of unix sockets failed 13 times, at last with EAGAIN (",
					    "who listens there has a full queue", NULL};

	(void)state;
	check_said(turned_away_often, "calls-fail", IOM_SEV_INFO, parts);
}

/* All tries are one finding. */
static void tries_are_told_together(void **state)
{
	static const char *const parts[] = {"connect of tcp sockets failed 150 times, at last with ECONNREFUSED (connection "
					    "refused). Usual way out: wait", NULL};

	(void)state;
	check_said(refused_often, "calls-fail", IOM_SEV_INFO, parts);
}

static void closed_epoll_is_named(void **state)
{
	static const char *const parts[] = {
		"epoll_wait(3) failed 60,013 times, at last with EBADF (bad file descriptor)", NULL};

	(void)state;
	check_said(closed_epoll, "calls-fail", IOM_SEV_WARNING, parts);
}

static void all_that_fail_are_named(void **state)
{
	static const char *const parts[] = {"read(5) failed 60,013 times", ", as did close(5) and epoll_ctl: ",
					    "EPOLL_CTL_DEL before close", NULL};

	(void)state;
	check_said(closed_in_epoll, "calls-fail", IOM_SEV_WARNING, parts);
}

static void closes_every_number(struct iom_capture *cap)
{
	on_the_cpu(cap);
	on_closed(cap, 70000, SYS_close, TURNS);
}

static void there_is_a_call_for_all(void **state)
{
	static const char *const parts[] = {"close(70000) failed 60,013 times", "Usual way out: close_range()", NULL};

	(void)state;
	check_said(closes_every_number, "calls-fail", IOM_SEV_WARNING, parts);
}

static void selects_for_nothing(struct iom_capture *cap)
{
	struct cap_calls *r = build_calls(cap, MAIN, build_file(cap, 5, CAP_K_SOCK, 0, NULL), CAP_C_SELECT, SYS_pselect6);

	on_the_cpu(cap);
	r->n.zero = r->n.nowait = TURNS;
}

static void time_limit_of_select(void **state)
{
	static const char *const parts[] = {"asked pselect6 6,001 times a second",
					    "a time limit for the call, set anew before each, since", NULL};

	(void)state;
	check_said(selects_for_nothing, "busy-poll", IOM_SEV_WARNING, parts);
}

static void poll_did_not_fail(void **state)
{
	static const char *const parts[] = {
		"poll came back 60,013 times with nothing but POLLNVAL, at last for descriptor 3", NULL};

	(void)state;
	check_said(closed_in_poll, "calls-fail", IOM_SEV_WARNING, parts);
}

static void requests_are_named(void **state)
{
	static const char *const parts[] = {
		"RECV requests of io_uring on fd 3 unix failed 60,013 times, at last with ENOBUFS (no buffer",
		"give buffers back", NULL};

	(void)state;
	check_said(no_buffers, "calls-fail", IOM_SEV_WARNING, parts);
}

static void an_unknown_error_is_no_lack_of_reading(void **state)
{
	static const char *const parts[] = {"and the calls on it failed", "look at errno", NULL};

	(void)state;
	check_said(unknown_errors, "not-drained", IOM_SEV_WARNING, parts);
}

static void errors_have_names(void **state)
{
	char *text = iom_errno_text(EIO), *none = iom_errno_text(4000);

	(void)state;
	assert_string_equal(iom_errno_name(EMFILE), "EMFILE");
	assert_string_equal(text, "EIO (input/output error)");
	assert_string_equal(none, "error 4000");
	free(text);
	free(none);
}

int main(void)
{
	static struct CMUnitTest tests[NCASES + 14];

	for (size_t i = 0; i < NCASES; i++)
		tests[i] = (struct CMUnitTest){.name = cases[i].name,
					       .test_func = check_judged,
					       .initial_state = (void *)&cases[i]};
	tests[NCASES] = (struct CMUnitTest)cmocka_unit_test(accept_is_named);
	tests[NCASES + 1] = (struct CMUnitTest)cmocka_unit_test(rarely_is_no_warning);
	tests[NCASES + 2] = (struct CMUnitTest)cmocka_unit_test(closed_epoll_is_named);
	tests[NCASES + 3] = (struct CMUnitTest)cmocka_unit_test(all_that_fail_are_named);
	tests[NCASES + 4] = (struct CMUnitTest)cmocka_unit_test(poll_did_not_fail);
	tests[NCASES + 5] = (struct CMUnitTest)cmocka_unit_test(errors_have_names);
	tests[NCASES + 6] = (struct CMUnitTest)cmocka_unit_test(requests_are_named);
	tests[NCASES + 7] = (struct CMUnitTest)cmocka_unit_test(an_unknown_error_is_no_lack_of_reading);
	tests[NCASES + 8] = (struct CMUnitTest)cmocka_unit_test(threads_fail_together);
	tests[NCASES + 9] = (struct CMUnitTest)cmocka_unit_test(lock_of_somebody_else_is_named);
	tests[NCASES + 10] = (struct CMUnitTest)cmocka_unit_test(full_queue_is_named);
	tests[NCASES + 11] = (struct CMUnitTest)cmocka_unit_test(tries_are_told_together);
	tests[NCASES + 12] = (struct CMUnitTest)cmocka_unit_test(there_is_a_call_for_all);
	tests[NCASES + 13] = (struct CMUnitTest)cmocka_unit_test(time_limit_of_select);
	return cmocka_run_group_tests_name("failing", tests, NULL, NULL);
}
