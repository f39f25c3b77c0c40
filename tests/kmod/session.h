/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * session.h - for tests of /dev/iomodel: sessions, processes that do what they are told,
 * and the rows that come of it. What cannot fail is asserted (cmocka).
 */
#ifndef TEST_SESSION_H
#define TEST_SESSION_H

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "uapi/iomodel.h"

static inline int session(void)
{
	int fd = open("/dev/iomodel", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

/* 0 or -errno. */
static inline int add(int fd, pid_t pid, uint32_t flags)
{
	struct iom_target t = {.flags = flags};
	int rc;

	t.pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	assert_true(t.pidfd >= 0);
	rc = ioctl(fd, IOM_IOC_ADD, &t) ? -errno : 0;
	close(t.pidfd);
	if (!rc)
		assert_int_equal(t.tgid, pid);
	return rc;
}

/* IOM_HAVE_* */
static inline uint32_t start(int fd, uint32_t flags)
{
	struct iom_start s = {.flags = flags};

	assert_int_equal(ioctl(fd, IOM_IOC_START, &s), 0);
	return s.have;
}

/* The same of this kernel. */
static inline uint32_t can(void)
{
	int fd = session();
	uint32_t have = start(fd, 0);

	close(fd);
	return have;
}

/* A session that watches pid and runs. */
static inline int watching(pid_t pid, uint32_t flags)
{
	int fd = session();

	assert_int_equal(add(fd, pid, 0), 0);
	start(fd, flags);
	return fd;
}

static inline struct iom_session_stats stats(int fd)
{
	struct iom_session_stats s;

	assert_int_equal(ioctl(fd, IOM_IOC_STATS, &s), 0);
	return s;
}

/* A process that does one thing when it is told to, and waits then to be ended. */
struct puppet {
	pid_t pid;
	int go, done;
};

static inline struct puppet puppet(void (*act)(void *), void *arg)
{
	int go[2], done[2];
	struct puppet p;
	char c;

	assert_int_equal(pipe2(go, O_CLOEXEC), 0);
	assert_int_equal(pipe2(done, O_CLOEXEC), 0);
	p.pid = fork();
	assert_true(p.pid >= 0);
	if (p.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails does not end it */
		close(go[1]);
		close(done[0]);
		if (read(go[0], &c, 1) != 1)
			_exit(1);
		act(arg);
		if (write(done[1], "d", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(go[0]);
	close(done[1]);
	p.go = go[1];
	p.done = done[0];
	return p;
}

/* Tells it, and returns when it is done. */
static inline void act(const struct puppet *p)
{
	char c;

	assert_int_equal(write(p->go, "g", 1), 1);
	if (read(p->done, &c, 1) != 1)
		fail_msg("the process that was to act has left");
}

static inline void end(const struct puppet *p)
{
	kill(p->pid, SIGKILL);
	waitpid(p->pid, NULL, 0);
	close(p->go);
	close(p->done);
}

static inline uint32_t row_fd(const struct iom_row *r)
{
	return r->key >> 20 & IOM_FD_NONE;
}

static inline uint32_t row_class(const struct iom_row *r)
{
	return r->key >> 12 & 0xff;
}

/* Stops the session and shows each row that it counted. */
static inline void rows_of(int fd, void (*row)(const struct iom_row *, void *), void *arg)
{
	static char buf[1 << 16];
	ssize_t n;

	assert_int_equal(ioctl(fd, IOM_IOC_STOP), 0);
	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		for (char *at = buf; at < buf + n;) {
			struct iom_record head;
			struct iom_row r;

			memcpy(&head, at, sizeof(head));
			assert_true(head.size >= sizeof(head) && at + head.size <= buf + n);
			if (head.kind == IOM_R_ROW) {
				memcpy(&r, at + sizeof(head), sizeof(r));
				row(&r, arg);
			}
			at += head.size;
		}
	}
	assert_int_equal(n, 0);
}

#endif
