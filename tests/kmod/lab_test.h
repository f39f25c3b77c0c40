/* SPDX-License-Identifier: GPL-2.0-only */
/* lab_test.h - what the tests of the lab device share; needs cmocka. */
#ifndef TEST_LAB_H
#define TEST_LAB_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "ref_uring.h"
#include "uapi/iomodel_lab.h"

#define LAB "/dev/iomodel-lab0"
#define MS  UINT64_C(1000000) /* ns */

static inline uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 * MS + (uint64_t)ts.tv_nsec;
}

/* The device as it is when nobody has it open. */
static inline int lab(int flags)
{
	int fd = open(LAB, flags | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static inline void set_timing(int fd, uint64_t phase1, uint64_t phase2)
{
	struct iom_lab_timing t = {.phase1_ns = phase1, .phase2_ns = phase2};

	assert_int_equal(ioctl(fd, IOM_LAB_SET_TIMING, &t), 0);
}

static inline struct iom_lab_stats stats_of(int fd)
{
	struct iom_lab_stats s;

	assert_int_equal(ioctl(fd, IOM_LAB_GET_STATS, &s), 0);
	return s;
}

static inline bool is_ready(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};

	return poll(&p, 1, 0) == 1 && (p.revents & events);
}

/* A libaio context with one request for n bytes at buf. */
struct one_request {
	aio_context_t ctx;
	struct iocb cb;
};

static inline void submit_one(struct one_request *r, int fd, void *buf, size_t n)
{
	struct iocb *list = &r->cb;

	r->cb = (struct iocb){.aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = (uint32_t)fd,
			      .aio_buf = (uintptr_t)buf, .aio_nbytes = n};
	assert_int_equal(syscall(SYS_io_submit, r->ctx, 1, &list), 1);
}

/* The next event's result; INT64_MIN: none within ms. */
static inline int64_t next_event(aio_context_t ctx, long ms)
{
	struct timespec limit = {ms / 1000, ms % 1000 * 1000000};
	struct io_event ev;

	return syscall(SYS_io_getevents, ctx, 1, 1, &ev, &limit) == 1 ? ev.res : INT64_MIN;
}

/* 0: it ended by itself; a signal's number: by that; -1: not within ms, and was killed. */
static inline int ends_within(pid_t pid, int ms)
{
	int status;

	for (; ms > 0; ms -= 10) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
		usleep(10000);
	}
	kill(pid, SIGKILL);
	return -1;
}

/* What a test that failed left behind must not fail the next. */
static inline int begin(void **state)
{
	int fd;

	(void)state;
	(void)!syscall(SYS_close_range, 3, ~0U, 0);
	fd = lab(O_RDWR);
	set_timing(fd, 0, 0);
	(void)!ioctl(fd, IOM_LAB_FLUSH);
	return close(fd);
}

#endif
