/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a reader can do with the open files of others, which it gets descriptors of: it
 * looks, and changes nothing. The same is tried without the sandbox, where it works.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/proc/sandbox.h"
#include "in_child.h"
#include "run_under.h"

static char path[] = "/tmp/iom-test-XXXXXX";
static int file, theirs[2]; /* of the other process: a file of a page, a pair of sockets */
static pid_t victim;
static int pair[2]; /* ours: the reader's and whoever asks it */

/* What was taken from the other process. */
static int stolen(int number)
{
	int pidfd = (int)syscall(SYS_pidfd_open, victim, 0);

	return (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
}

/* Each is 0, or the errno of what did not work. */

static int do_write(void)
{
	return write(stolen(file), "x", 1) == 1 ? 0 : errno;
}

static int do_send(void)
{
	return send(stolen(theirs[0]), "x", 1, MSG_NOSIGNAL) == 1 ? 0 : errno;
}

static int do_sendmsg(void)
{
	struct iovec v = {"x", 1};
	struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};

	return sendmsg(stolen(theirs[0]), &m, MSG_NOSIGNAL) == 1 ? 0 : errno;
}

static int do_map(void)
{
	char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, stolen(file), 0);

	if (p == MAP_FAILED)
		return errno;
	*p = 'x';
	return 0;
}

static int do_map_validate(void)
{
	void *p = mmap(NULL, 4096, PROT_READ, MAP_SHARED_VALIDATE, stolen(file), 0);

	return p == MAP_FAILED ? errno : 0;
}

static int do_flags(void)
{
	int fd = stolen(theirs[0]);

	return fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) ? errno : 0;
}

static int do_lock(void)
{
	struct flock l = {.l_type = F_WRLCK};

	return fcntl(stolen(file), F_SETLK, &l) ? errno : 0;
}

static int do_truncate(void)
{
	return ftruncate(stolen(file), 0) ? errno : 0;
}

static int do_chmod(void)
{
	return fchmod(stolen(file), 0600) ? errno : 0;
}

static int do_kill(void)
{
	return kill(victim, 0) ? errno : 0;
}

static int do_limit(void)
{
	struct rlimit l = {1 << 10, 1 << 10};

	return setrlimit(RLIMIT_NOFILE, &l) ? errno : 0;
}

/* Under the number of the one that it may write to. */
static int socket_fd = 500;

static int put_there(int fd)
{
	return send(fd, "x", 1, MSG_NOSIGNAL) == 1 ? 0 : errno;
}

static int do_dup(void)
{
	return dup2(stolen(theirs[0]), socket_fd) < 0 ? errno : put_there(socket_fd);
}

static int do_dup_fd(void)
{
	int fd;

	close(socket_fd);
	fd = fcntl(stolen(theirs[0]), F_DUPFD, socket_fd);
	return fd < 0 ? errno : put_there(fd);
}

/* New descriptors take the lowest number that is free. */
static int do_fill(void)
{
	int fd;

	close(socket_fd);
	do {
		fd = stolen(theirs[0]);
	} while (fd >= 0 && fd < socket_fd);
	return fd < 0 ? errno : put_there(fd);
}

static const struct deed {
	const char *name;
	int (*deed)(void);
} deeds[] = {
	{"write", do_write},
	{"send", do_send},
	{"sendmsg", do_sendmsg},
	{"map", do_map},
	{"validated", do_map_validate},
	{"flags", do_flags},
	{"lock", do_lock},
	{"truncate", do_truncate},
	{"chmod", do_chmod},
	{"kill", do_kill},
	{"limit", do_limit},
	{"dup", do_dup},
	{"dup above", do_dup_fd},
	{"fill up", do_fill},
};

static const struct deed *now;

static int without(void)
{
	return now->deed();
}

static int be_reader(void)
{
	if (sandbox_helper())
		return -1;
	socket_fd = sandbox_reader(pair[0]);
	return socket_fd < 0 ? -1 : 0;
}

static int within(void)
{
	return be_reader() ? 0 : now->deed();
}

static void changes_nothing_of_others(void **state)
{
	(void)state;
	if (under_valgrind())
		return;
	for (now = deeds; now < deeds + sizeof(deeds) / sizeof(deeds[0]); now++) {
		int can = in_child(without), still = in_child(within);

		if (can || !still)
			fprintf(stderr, "%s: %d without, %d within\n", now->name, can, still);
		assert_int_equal(can, 0);
		assert_int_not_equal(still, 0);
	}
}

/* What it is there for. */
static int looks(void)
{
	int type, fd;
	socklen_t size = sizeof(type);
	char c[2];

	if (be_reader())
		return 1;
	fd = stolen(theirs[0]);
	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) || type != SOCK_STREAM)
		return 2;
	if (recv(socket_fd, c, 1, 0) != 1 || send(socket_fd, "ok", 2, MSG_NOSIGNAL) != 2)
		return 3;
	return close(fd) ? 4 : 0;
}

static void looks_and_answers(void **state)
{
	char c[2];

	(void)state;
	if (under_valgrind())
		return;
	assert_int_equal(send(pair[1], "?", 1, 0), 1);
	assert_int_equal(in_child(looks), 0);
	assert_int_equal(recv(pair[1], c, 2, MSG_DONTWAIT), 2);
}

static int setup(void **state)
{
	(void)state;
	file = mkostemp(path, O_CLOEXEC);
	if (file < 0 || ftruncate(file, 4096) || socketpair(AF_UNIX, SOCK_STREAM, 0, theirs) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair))
		return -1;
	victim = fork();
	if (!victim) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return victim < 0;
}

static int teardown(void **state)
{
	(void)state;
	kill(victim, SIGKILL);
	waitpid(victim, NULL, 0);
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_nothing_of_others),
		cmocka_unit_test(looks_and_answers),
	};

	return cmocka_run_group_tests_name("sandbox", tests, setup, teardown);
}
