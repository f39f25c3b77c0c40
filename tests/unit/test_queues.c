/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What waits in sockets, and what only waits as it should.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "build.h"
#include "judge/judge.h"

#define MAIN BUILD_PID

static uint32_t socket_with(struct iom_capture *cap, uint8_t kind, uint32_t unread, uint32_t unsent)
{
	uint32_t file = build_file(cap, 5, kind, O_NONBLOCK,
				   kind == CAP_K_LISTEN ? "tcp listen 127.0.0.1:80" :
							  "tcp 127.0.0.1:80 <- 127.0.0.1:40000");
	struct cap_file *f = &cap->files[file];

	f->ino = 77;
	f->open_at_start = f->open_at_end = true;
	f->queues_at_start = (struct cap_queues){.known = true, .unread = unread, .unsent = unsent};
	f->queues_at_end = f->queues_at_start;
	return file;
}

/* The main thread sleeps in an epoll that has the file. */
static void asked_for(struct iom_capture *cap, uint32_t file, uint32_t events)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);

	build_epoll_wait(cap, MAIN, ep, 0, 1, MS);
	iom_capture_register(cap, file, ep, events);
	iom_capture_order(cap);
}

static void edge(struct iom_capture *cap)
{
	asked_for(cap, socket_with(cap, CAP_K_SOCK, 9000, 0), EPOLLIN | EPOLLET);
}

static void oneshot(struct iom_capture *cap)
{
	asked_for(cap, socket_with(cap, CAP_K_SOCK, 9000, 0), EPOLLONESHOT);
}

static void not_asked(struct iom_capture *cap)
{
	asked_for(cap, socket_with(cap, CAP_K_SOCK, 9000, 0), EPOLLOUT);
}

/* The loop is told of it in each turn: another finding has what it does then. */
static void level(struct iom_capture *cap)
{
	asked_for(cap, socket_with(cap, CAP_K_SOCK, 9000, 0), EPOLLIN);
}

static void in_no_set(struct iom_capture *cap)
{
	socket_with(cap, CAP_K_SOCK, 9000, 0);
}

static void in_an_epoll(struct iom_capture *cap)
{
	uint32_t file = socket_with(cap, CAP_K_SOCK, 500, 0), ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);

	iom_capture_register(cap, file, ep, EPOLLIN);
	iom_capture_order(cap);
}

/* A thread sleeps in it throughout: SO_RCVLOWAT. */
static void too_few(struct iom_capture *cap)
{
	in_an_epoll(cap);
	build_asleep(cap, 0, CAP_C_EPOLL_WAIT, SYS_epoll_wait, 1, 1000 * MS, BUILD_LIFE_NS);
}

/* It is in the set of a poll itself. */
static void asked_by_poll(struct iom_capture *cap)
{
	in_an_epoll(cap);
	build_calls(cap, MAIN, 1, CAP_C_POLL, SYS_poll)->n.ok = 100;
}

/* By a process that was not watched. */
static void became_less(struct iom_capture *cap)
{
	uint32_t file = socket_with(cap, CAP_K_SOCK, 9000, 0);

	cap->files[file].queues_at_end.unread = 5000;
}

static void is_read(struct iom_capture *cap)
{
	uint32_t file = socket_with(cap, CAP_K_SOCK, 9000, 0);

	asked_for(cap, file, EPOLLIN | EPOLLET);
	build_transfers(cap, MAIN, file, CAP_C_READ, SYS_read, 1, 0, 0, 0);
}

/* By another process that was watched too: the socket was open when it was forked. */
static void is_read_by_a_child(struct iom_capture *cap)
{
	uint32_t file = socket_with(cap, CAP_K_SOCK, 9000, 0), theirs = build_file(cap, 5, CAP_K_SOCK, 0, "tcp");

	build_proc(cap, 4800, "child");
	cap->files[theirs].tgid = 4800;
	cap->files[theirs].ino = cap->files[file].ino;
	build_transfers(cap, 4800, theirs, CAP_C_READ, SYS_read, 1, 0, 0, 0)->tgid = 4800;
}

static void came_at_the_end(struct iom_capture *cap)
{
	uint32_t file = socket_with(cap, CAP_K_SOCK, 9000, 0);

	cap->files[file].queues_at_start.unread = 0;
}

static void older_recording(struct iom_capture *cap)
{
	uint32_t file = socket_with(cap, CAP_K_SOCK, 9000, 9000);

	cap->files[file].queues_at_start.known = false;
}

static void listens(struct iom_capture *cap, uint32_t waiting, uint64_t accepted)
{
	uint32_t file = socket_with(cap, CAP_K_LISTEN, waiting, 0);

	cap->files[file].limit = 128;
	if (accepted)
		build_transfers(cap, MAIN, file, CAP_C_ACCEPT, SYS_accept4, accepted, 0, 0, 0);
}

static void none_accepted(struct iom_capture *cap)
{
	listens(cap, 3, 0);
}

static void full(struct iom_capture *cap)
{
	listens(cap, 129, 4000);
	cap->files[0].queues_at_end.drops = 12;
}

static void one_waits(struct iom_capture *cap)
{
	listens(cap, 1, 0);
	cap->files[0].queues_at_end.drops = 1;
}

static void keeps_up(struct iom_capture *cap)
{
	listens(cap, 100, 4000);
}

static void no_room(struct iom_capture *cap)
{
	build_transfers(cap, MAIN, socket_with(cap, CAP_K_SOCK, 0, 180224), CAP_C_SEND, SYS_sendto, 100, 0, 7, 0);
}

/* Both ends write, and nobody reads. */
static void both_write(struct iom_capture *cap)
{
	build_transfers(cap, MAIN, socket_with(cap, CAP_K_SOCK, 9000, 180224), CAP_C_SEND, SYS_sendto, 100, 0, 7, 0);
}

static void slept_for_room(struct iom_capture *cap)
{
	build_transfers(cap, MAIN, socket_with(cap, CAP_K_SOCK, 0, 180224), CAP_C_SEND, SYS_sendto, 100, 7, 0, MS)->f_flags &=
		~O_NONBLOCK;
}

/* The socket was locked, and TCP was not yet told of what the other end had taken. */
static void slept_for_lock(struct iom_capture *cap)
{
	build_transfers(cap, MAIN, socket_with(cap, CAP_K_SOCK, 0, 20), CAP_C_SEND, SYS_sendto, 100, 1, 0, MS);
}

static void room(struct iom_capture *cap)
{
	build_transfers(cap, MAIN, socket_with(cap, CAP_K_SOCK, 0, 180224), CAP_C_SEND, SYS_sendto, 100, 0, 0, 0);
}

/* Each answer is waited for after two writes; so many bytes are not acknowledged. */
static void talks(struct iom_capture *cap, uint32_t unsent, uint64_t answers, uint64_t ms)
{
	uint32_t file = socket_with(cap, CAP_K_SOCK, 0, unsent);

	build_transfers(cap, MAIN, file, CAP_C_WRITE, SYS_write, 200, 0, 0, 0);
	build_transfers(cap, MAIN, file, CAP_C_READ, SYS_read, 0, answers, 0, ms * MS);
	cap->threads[0].asleep_ns = answers * ms * MS;
	cap->threads[0].nvcsw = answers;
}

static void write_write_read(struct iom_capture *cap)
{
	talks(cap, 20, 100, 40);
}

/* The head of an answer and its body, each of which is less than a segment. */
static void head_and_body(struct iom_capture *cap)
{
	talks(cap, 1100, 100, 40);
}

static void answers_soon(struct iom_capture *cap)
{
	talks(cap, 20, 100, 5);
}

static void all_acknowledged(struct iom_capture *cap)
{
	write_write_read(cap);
	cap->files[0].queues_at_end.unsent = 0;
}

static void one_write_each(struct iom_capture *cap)
{
	talks(cap, 20, 200, 40);
}

/* What was sent, and not acknowledged, is the request for the connection: one. */
static void no_answer(struct iom_capture *cap)
{
	uint32_t file = socket_with(cap, CAP_K_SOCK, 0, 1);
	struct cap_file *f = &cap->files[file];

	f->queues_at_start.connecting = f->queues_at_end.connecting = true;
}

static void answered(struct iom_capture *cap)
{
	no_answer(cap);
	cap->files[0].queues_at_end.connecting = false;
}

static void asked_since(struct iom_capture *cap)
{
	no_answer(cap);
	cap->files[0].queues_at_start.connecting = false;
}

static void forgets(struct iom_capture *cap)
{
	uint32_t file = socket_with(cap, CAP_K_SOCK, 0, 0);
	struct cap_file *f = &cap->files[file];

	f->queues_at_start.ended = f->queues_at_end.ended = true;
}

static void ended_meanwhile(struct iom_capture *cap)
{
	forgets(cap);
	cap->files[0].queues_at_start.ended = false;
}

/* The other end only said that it sends nothing more. */
static void still_answers(struct iom_capture *cap)
{
	forgets(cap);
	build_transfers(cap, BUILD_PID, 0, CAP_C_WRITE, SYS_write, 10, 0, 0, 0);
}

static void reads_the_end(struct iom_capture *cap)
{
	forgets(cap);
	build_transfers(cap, BUILD_PID, 0, CAP_C_READ, SYS_read, 0, 0, 0, 0)->n.zero = 1;
}

static void throws_away(struct iom_capture *cap, const char *name)
{
	uint32_t file = build_file(cap, 5, CAP_K_SOCK, 0, name);
	struct cap_file *f = &cap->files[file];

	f->open_at_start = f->open_at_end = true;
	f->queues_at_start = (struct cap_queues){.known = true, .drops = 1000};
	f->queues_at_end = (struct cap_queues){.known = true, .drops = 1507};
}

static void datagrams(struct iom_capture *cap)
{
	throws_away(cap, "udp 127.0.0.1:53");
}

/* Segments that came twice, or after the end. */
static void segments(struct iom_capture *cap)
{
	throws_away(cap, "tcp 127.0.0.1:80 <- 127.0.0.1:40000");
}

static void dropped_before(struct iom_capture *cap)
{
	uint32_t file = socket_with(cap, CAP_K_SOCK, 0, 0);

	cap->files[file].queues_at_start.drops = cap->files[file].queues_at_end.drops = 1000;
}

static const struct said {
	const char *name;
	void (*build)(struct iom_capture *cap);
	const char *id; /* and others there are; NULL: none of this kind */
	enum rep_severity severity;
	const char *text;
} cases[] = {
	{"unread: edge-triggered", edge, "unread-data", IOM_SEV_WARNING,
	 "9,000 bytes wait unread in tcp 127.0.0.1:80 <- 127.0.0.1:40000, fd 5, as when the watch began, and "
	 "nothing was taken here meanwhile. epoll(4) has it edge-triggered"},
	{"unread: oneshot", oneshot, "unread-data", IOM_SEV_WARNING, "epoll(4) told of it once"},
	{"unread: not asked for", not_asked, "unread-data", IOM_SEV_INFO, "epoll(4), which is not asked"},
	{"unread: level-triggered", level, NULL, 0, NULL},
	{"unread: asleep all the same", too_few, "unread-data", IOM_SEV_INFO, "A thread waits in epoll(4), which has it and"},
	{"unread: the epoll is not asked", in_an_epoll, "unread-data", IOM_SEV_INFO, "and was not asked meanwhile"},
	{"unread: the epoll is in a poll", asked_by_poll, NULL, 0, NULL},
	{"unread: taken elsewhere", became_less, NULL, 0, NULL},
	{"unread: in no set", in_no_set, "unread-data", IOM_SEV_INFO, "nothing was taken here meanwhile."},
	{"unread: read", is_read, NULL, 0, NULL},
	{"unread: read by a child", is_read_by_a_child, NULL, 0, NULL},
	{"unread: came at the end", came_at_the_end, NULL, 0, NULL},
	{"unread: not known", older_recording, NULL, 0, NULL},
	{"accept: none", none_accepted, "accept-queue", IOM_SEV_WARNING,
	 "3 connections wait to be accepted on tcp listen 127.0.0.1:80, fd 5, whose queue has room for 128; none was"},
	{"accept: one", one_waits, "accept-queue", IOM_SEV_WARNING, "Its client is connected and gets no answer until then"},
	{"accept: one dropped", one_waits, "accept-queue", IOM_SEV_WARNING, " 1 request for a connection was thrown away"},
	{"accept: full", full, "accept-queue", IOM_SEV_WARNING, "has room for 128. 12 requests"},
	{"accept: keeps up", keeps_up, NULL, 0, NULL},
	{"unsent: no room", no_room, "slow-peer", IOM_SEV_INFO, "180,224 bytes that were written wait in tcp"},
	{"unsent: both ends write", both_write, "slow-peer unread-data", IOM_SEV_INFO, "that may wait in turn until what it wrote is read here"},
	{"unsent: slept for room", slept_for_room, "slow-peer", IOM_SEV_INFO, "180,224 bytes"},
	{"unsent: slept for its lock", slept_for_lock, NULL, 0, NULL},
	{"unsent: room", room, NULL, 0, NULL},
	{"nagle: write, write, read", write_write_read, "nagle-delay", IOM_SEV_INFO,
	 "100 reads of tcp 127.0.0.1:80 <- 127.0.0.1:40000, fd 5 slept, 40 ms each, after 2.0 writes each; as the "
	 "watch began and as it ended 20 and 20 bytes"},
	{"nagle: head and body", head_and_body, "nagle-delay", IOM_SEV_INFO, "1,100 and 1,100 bytes"},
	{"nagle: answers come soon", answers_soon, NULL, 0, NULL},
	{"nagle: acknowledged", all_acknowledged, NULL, 0, NULL},
	{"nagle: one write each", one_write_each, NULL, 0, NULL},
	{"connect: no answer", no_answer, "connect-unanswered", IOM_SEV_INFO,
	 "No connection yet, as when the watch began, in tcp 127.0.0.1:80 <- 127.0.0.1:40000, fd 5: the other end"},
	{"connect: answered meanwhile", answered, NULL, 0, NULL},
	{"connect: begun meanwhile", asked_since, NULL, 0, NULL},
	{"closed: forgotten", forgets, "peer-closed", IOM_SEV_INFO,
	 "nothing was read, written or closed here since, in tcp 127.0.0.1:80 <- 127.0.0.1:40000, fd 5."},
	{"closed: meanwhile", ended_meanwhile, NULL, 0, NULL},
	{"closed: one way", still_answers, NULL, 0, NULL},
	{"closed: the end is read", reads_the_end, NULL, 0, NULL},
	{"dropped", datagrams, "datagrams-dropped", IOM_SEV_WARNING, "threw away 507 datagrams"},
	{"dropped: of a connection", segments, NULL, 0, NULL},
	{"dropped before", dropped_before, NULL, 0, NULL},
};
#define NCASES (sizeof(cases) / sizeof(*cases))

static void check(void **state)
{
	static const char *const ids[] = {"unread-data", "accept-queue", "connect-unanswered", "peer-closed",
					  "slow-peer",	 "nagle-delay", "datagrams-dropped"};
	const struct said *c = *state;
	struct iom_capture *cap = build_capture("program");
	struct iom_report *rep;

	c->build(cap);
	rep = iom_judge(cap);
	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
		const struct rep_finding *f = build_finding(rep, ids[i]);

		if (!c->id || !strstr(c->id, ids[i])) {
			assert_null(f);
			continue;
		}
		assert_non_null(f);
		if (strncmp(c->id, ids[i], strlen(ids[i])) != 0)
			continue;
		assert_int_equal(f->severity, c->severity);
		if (!strstr(f->message, c->text))
			fail_msg("no `%s` in: %s", c->text, f->message);
	}
	iom_report_free(rep);
	iom_capture_free(cap);
}

int main(void)
{
	struct CMUnitTest tests[NCASES];

	for (size_t i = 0; i < NCASES; i++)
		tests[i] = (struct CMUnitTest){.name = cases[i].name, .test_func = check,
					       .initial_state = (void *)&cases[i]};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
