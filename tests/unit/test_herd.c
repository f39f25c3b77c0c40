/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Several who wait for one file: woken together for one event, or one after the other.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "build.h"
#include "judge/judge.h"

#define MAIN	  BUILD_PID
#define EXCLUSIVE (1u << 28)
#define ONESHOT	  (1u << 30)
#define EDGE	  (1u << 31)

/* Two threads that wait for one file: each took so much of it, and was told EAGAIN so often. */
struct scene {
	const char *name; /* of the file */
	uint8_t kind, class;
	uint32_t how;	 /* EPOLL* beside EPOLLIN */
	bool one_epoll;	 /* for both */
	bool tries_first;
	uint64_t done[2], again[2];
	const char *found; /* the finding, or NULL */
};

static void herd(void **state)
{
	const struct scene *t = *state;
	struct iom_capture *cap = build_capture("server");
	uint32_t ep[2], f = build_file(cap, 3, t->kind, O_NONBLOCK, t->name);
	struct iom_report *rep;

	cap->files[f].ino = 4242;
	ep[0] = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	ep[1] = t->one_epoll ? ep[0] : build_file(cap, 5, CAP_K_EPOLL, 0, NULL);
	build_thread(cap, MAIN, MAIN + 1, "other");
	for (int i = 0; i < 2; i++) {
		uint64_t wakes = t->tries_first ? t->done[i] : t->done[i] + t->again[i];

		iom_capture_register(cap, f, ep[i], 1 | t->how);
		build_epoll_wait(cap, MAIN + i, ep[i], 0, wakes, 10 * MS)->events = wakes;
		build_transfers(cap, MAIN + i, f, t->class, t->class == CAP_C_ACCEPT ? SYS_accept4 : SYS_read,
				t->done[i], 0, t->again[i], 0);
	}
	rep = iom_judge(cap);
	for (size_t i = 0; i < 2; i++) {
		static const char *const ids[] = {"thundering-herd", "spurious-ready"};
		bool found = build_finding(rep, ids[i]);

		assert_int_equal(found, t->found && !strcmp(t->found, ids[i]));
	}
	iom_report_free(rep);
	iom_capture_free(cap);
}

static const char listener[] = "tcp listen 127.0.0.1:80", stream[] = "tcp 127.0.0.1:80 <- 127.0.0.1:5";

#define SCENE(of, ...) {of, herd, NULL, NULL, &(struct scene){__VA_ARGS__}}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE("a listener in two epolls", listener, CAP_K_LISTEN, CAP_C_ACCEPT, 0, false, false,
		      {100, 100}, {100, 100}, "thundering-herd"),
		SCENE("one that never gets anything", listener, CAP_K_LISTEN, CAP_C_ACCEPT, 0, false, false,
		      {100, 0}, {0, 100}, "thundering-herd"),
		SCENE("one epoll that tells all", listener, CAP_K_LISTEN, CAP_C_ACCEPT, 0, true, false,
		      {100, 100}, {100, 100}, "thundering-herd"),
		SCENE("messages", "udp 0.0.0.0:53", CAP_K_SOCK, CAP_C_READ, 0, false, false,
		      {100, 100}, {100, 100}, "thundering-herd"),
		SCENE("a pipe of tokens", "pipe:[7]", CAP_K_FIFO, CAP_C_READ, 0, false, false,
		      {100, 100}, {100, 100}, "thundering-herd"),
		SCENE("only one is woken", listener, CAP_K_LISTEN, CAP_C_ACCEPT, EXCLUSIVE, false, false,
		      {100, 100}, {100, 100}, NULL),
		SCENE("tries before it waits", listener, CAP_K_LISTEN, CAP_C_ACCEPT, 0, false, true,
		      {100, 100}, {100, 100}, NULL),
		SCENE("takes turns at one epoll", listener, CAP_K_LISTEN, CAP_C_ACCEPT, EDGE, true, true,
		      {150, 50}, {50, 150}, NULL),
		SCENE("armed for one at a time", listener, CAP_K_LISTEN, CAP_C_ACCEPT, ONESHOT, true, false,
		      {100, 100}, {100, 100}, NULL),
		SCENE("a connection", stream, CAP_K_SOCK, CAP_C_READ, 0, false, false, {100, 100}, {100, 100},
		      NULL),
		SCENE("a connection whose readers change", stream, CAP_K_SOCK, CAP_C_READ, EDGE, true, true,
		      {20, 180}, {180, 20}, NULL),
		SCENE("tried before the wait and after", stream, CAP_K_SOCK, CAP_C_READ, EDGE, true, true,
		      {100, 100}, {200, 200}, NULL),
		SCENE("the same where each event is told", stream, CAP_K_SOCK, CAP_C_READ, 0, true, true,
		      {100, 100}, {200, 200}, "spurious-ready"),
		SCENE("nobody got anything", "eventfd", CAP_K_EVENTFD, CAP_C_READ, 0, false, false, {0, 0},
		      {40, 40}, NULL),
	};

	return cmocka_run_group_tests_name("herd", tests, NULL, NULL);
}
