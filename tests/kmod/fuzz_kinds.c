/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz_kinds.c - workers that abuse the devices, and programs that do ordinary things.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"
#include "ref_uring.h"
#include "uapi/iomodel.h"
#include "uapi/iomodel_lab.h"

/* A source that may be refused: for its burst, its period or its flags, or as too large. */
static struct iom_lab_source some_source(void)
{
	bool clocked = one_in(3);
	struct iom_lab_source s = {.seed = rnd(1U << 31), .messages = rnd(64), .bytes = 1 + rnd(300)};

	s.burst = 1 + rnd(one_in(4) ? 1U << 31 : 4);
	s.flags = one_in(8) ? rnd(1U << 31) : clocked;
	s.period_ns = clocked ? rnd(4) * IOM_LAB_PERIOD_MIN_NS : 0;
	if (one_in(8))
		s.bytes = rnd(1U << 31);
	if (one_in(8))
		s.messages = rnd(1U << 31);
	if (one_in(8))
		s.period_ns = (uint64_t)rnd(1U << 31) * rnd(1U << 31);
	return s;
}

/* The page: rubbish, zeroes, or something that could be meant. */
static void fill(int pidfd)
{
	char *good = page();

	if (one_in(3)) {
		for (int i = 0; i < 256; i += 4) {
			uint32_t v = rnd(1U << 31);

			memcpy(good + i, &v, 4);
		}
		return;
	}
	memset(good, 0, 256);
	if (one_in(3)) {
		struct iom_target t = {.pidfd = pidfd, .flags = rnd(4)};

		memcpy(good, &t, sizeof(t));
	} else if (one_in(2)) {
		struct iom_lab_source s = some_source();

		memcpy(good, &s, sizeof(s));
	} else {
		struct iom_lab_timing t = {.phase1_ns = rnd(3000000), .phase2_ns = rnd(300000)};

		memcpy(good, &t, sizeof(t));
	}
	if (one_in(4))
		good[rnd(64)] = (char)rnd(256);
}

static unsigned int number(void)
{
	static const unsigned int known[] = {
		IOM_IOC_VERSION, IOM_IOC_ADD,	IOM_IOC_START,	    IOM_IOC_SCAN,
		IOM_IOC_WINDOW,	 IOM_IOC_STOP,	IOM_IOC_STATS,	    IOM_LAB_SET_TIMING,
		IOM_IOC_ROWS,
		IOM_LAB_GET_TIMING, IOM_LAB_GET_STATS, IOM_LAB_RESET, IOM_LAB_FLUSH,
		IOM_LAB_SET_SOURCE, IOM_LAB_GET_TOTAL,
	};

	if (!one_in(3))
		return known[rnd(sizeof(known) / sizeof(known[0]))];
	if (one_in(2))
		return _IOC(rnd(4), IOM_IOC, rnd(256), rnd(1 << 14));
	return rnd(1U << 31) << 1 | rnd(2);
}

int open_some(bool back_end)
{
	char path[40];
	int flags = (one_in(2) ? O_NONBLOCK : 0) | (one_in(6) ? O_RDONLY : O_RDWR) |
		    (one_in(3) ? O_ASYNC : 0) | O_CLOEXEC;

	snprintf(path, sizeof(path), LAB_PATH, rnd(lab_devices));
	return open(back_end ? "/dev/iomodel" : path, flags);
}

/* ---- the kinds ---------------------------------------------------------------------- */

static void random_mmap(int fd)
{
	size_t size = (1 + rnd(32)) * 4096;
	void *p = mmap(NULL, size, one_in(3) ? PROT_READ | PROT_WRITE : PROT_READ,
		       one_in(3) ? MAP_PRIVATE : MAP_SHARED, fd, one_in(2) ? 0 : rnd(64) * 4096);

	did(p == MAP_FAILED ? -1 : 0);
	if (p != MAP_FAILED) {
		(void)!mprotect(p, size, PROT_READ | PROT_WRITE);
		if (one_in(2))
			munmap(p, size);
	}
}

void numbers(void)
{
	for (;;) {
		int fd = open_some(one_in(2)), other = (int)syscall(SYS_pidfd_open, some_target(), 0);

		for (int i = rnd(200); i > 0; i--) {
			struct iovec v = {pointer(), rnd(8192)};

			fill(one_in(8) ? (int)rnd(40) - 4 : other);
			switch (rnd(12)) {
			case 0: did(preadv2(fd, &v, 1, -1, one_in(2) ? RWF_NOWAIT : 0x1f)); break;
			case 1: did(write(fd, v.iov_base, rnd(70000))); break;
			case 2: random_mmap(fd); break;
			case 3: did(fcntl(fd, F_SETFL, rnd(2) * O_NONBLOCK | rnd(2) * O_ASYNC)); break;
			case 4: did(fcntl(fd, F_SETOWN, one_in(2) ? getpid() : some_target())); break;
			case 5: did(dup2(fd, 50 + (int)rnd(4))); break;
			default: did(ioctl(fd, number(), pointer())); break;
			}
		}
		close(other);
		close(fd);
	}
}

static void session_step(int fd, bool drain)
{
	struct iom_target t = {.flags = one_in(4) ? IOM_ADD_ON_EXEC : 0};
	struct iom_start start = {.flags = rnd(2)};
	struct iom_window window = {.number = rnd(3)};
	struct iom_session_stats stats;
	static char buf[1 << 15];

	switch (rnd(11)) {
	case 0:
	case 1:
		t.pidfd = (int)syscall(SYS_pidfd_open, some_target(), 0);
		did(ioctl(fd, IOM_IOC_ADD, &t));
		close(t.pidfd);
		break;
	case 2: did(ioctl(fd, IOM_IOC_START, &start)); break;
	case 3: did(ioctl(fd, IOM_IOC_WINDOW, &window)); break;
	case 4: did(ioctl(fd, IOM_IOC_SCAN)); break;
	case 5: did(ioctl(fd, IOM_IOC_STATS, &stats)); break;
	case 7: did(ioctl(fd, IOM_IOC_ROWS)); break;
	case 6:
		if (one_in(8))
			did(ioctl(fd, IOM_IOC_STOP));
		break;
	default:
		/* Some read nothing: queues fill. */
		if (drain)
			did(read(fd, buf, IOM_READ_MIN + rnd(sizeof(buf) - IOM_READ_MIN)));
		break;
	}
	usleep(rnd(2000));
}

static void *session_thread(void *arg)
{
	for (;;)
		session_step(*(int *)arg, true);
	return NULL;
}

/* Two that follow the same process: one stays while the other one comes and goes. */
static void two_sessions(void)
{
	struct iom_target t = {.pidfd = (int)syscall(SYS_pidfd_open, some_target(), 0)};
	struct iom_start start = {.flags = IOM_START_FOLLOW};
	int stays = open("/dev/iomodel", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	did(ioctl(stays, IOM_IOC_ADD, &t));
	did(ioctl(stays, IOM_IOC_START, &start));
	for (int i = rnd(20); i > 0; i--) {
		int goes = open("/dev/iomodel", O_RDWR | O_NONBLOCK | O_CLOEXEC);

		did(ioctl(goes, IOM_IOC_ADD, &t));
		did(ioctl(goes, IOM_IOC_START, &start));
		usleep(rnd(5000));
		if (one_in(2))
			did(ioctl(goes, IOM_IOC_STOP));
		close(goes);
		session_step(stays, true);
	}
	close(t.pidfd);
	close(stays);
}

void sessions(void)
{
	for (;;) {
		int fd = open("/dev/iomodel", O_RDWR | O_NONBLOCK | O_CLOEXEC);
		bool drain = !one_in(3);
		pthread_t thread;

		if (fd < 0) {
			usleep(1000);
			continue;
		}
		if (one_in(3)) {
			close(fd);
			two_sessions();
			continue;
		}
		if (one_in(4)) { /* two at one session; they end with the process */
			pthread_create(&thread, NULL, session_thread, &fd);
			for (;;)
				session_step(fd, drain);
		}
		for (int i = rnd(300); i > 0; i--)
			session_step(fd, drain);
		close(fd);
	}
}

void some_aio(int fd)
{
	aio_context_t ctx = 0;
	struct iocb cb[4], *list[4];
	struct io_event ev[4];
	struct timespec limit = {0, (long)rnd(3000000)};
	int n = 1 + (int)rnd(4);

	if (did(syscall(SYS_io_setup, 8, &ctx)) < 0)
		return;
	for (int i = 0; i < n; i++) {
		cb[i] = (struct iocb){.aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = (uint32_t)fd,
				      .aio_buf = (uintptr_t)pointer(), .aio_nbytes = rnd(6000)};
		list[i] = &cb[i];
	}
	did(syscall(SYS_io_submit, ctx, n, list));
	if (one_in(2))
		did(syscall(SYS_io_cancel, ctx, list[rnd((uint32_t)n)], ev));
	did(syscall(SYS_io_getevents, ctx, 1, n, ev, &limit));
	if (!one_in(4))
		syscall(SYS_io_destroy, ctx);
}

void some_uring(int fd)
{
	struct io_uring_sqe sqe;
	struct ref_ring r;

	if (!ref_ring_open(&r, one_in(4) ? IORING_SETUP_SQPOLL : 0))
		return;
	for (int i = rnd(6); i >= 0; i--) {
		sqe = ref_sqe(one_in(5) ? IORING_OP_ASYNC_CANCEL : IORING_OP_READ, fd, pointer(), rnd(6000),
			      rnd(4));
		if (one_in(4))
			sqe.flags |= IOSQE_ASYNC;
		ref_ring_put(&r, &sqe);
	}
	did(syscall(SYS_io_uring_enter, r.fd, 8, 0, IORING_ENTER_SQ_WAKEUP, NULL, 0));
	usleep(rnd(2000));
	if (!one_in(3))
		close(r.fd);
}

void lab(void)
{
	static char buf[70000];

	for (;;) {
		int fd = open_some(false);

		for (int i = rnd(200); i > 0 && fd >= 0; i--) {
			struct pollfd p = {.fd = fd, .events = (short)rnd(8)};
			struct iom_lab_timing t = {.phase1_ns = rnd(3) * rnd(5000000),
						   .phase2_ns = rnd(2) * rnd(200000)};
			struct iom_lab_source s = some_source();
			struct iom_lab_stats total;

			switch (rnd(13)) {
			case 0:
			case 1:
			case 2: did(write(fd, buf, 1 + rnd(one_in(8) ? 70000 : 300))); break;
			case 3:
			case 4:
				alarm(1); /* it may be alone */
				did(read(fd, one_in(9) ? pointer() : buf, 1 + rnd(300)));
				break;
			case 5: did(poll(&p, 1, (int)rnd(5))); break;
			case 6: did(ioctl(fd, IOM_LAB_SET_TIMING, &t)); break;
			case 7: some_aio(fd); break;
			case 8: some_uring(fd); break;
			case 9: did(fcntl(fd, F_SETFL, rnd(2) * O_NONBLOCK | rnd(2) * O_ASYNC)); break;
			case 10: did(ioctl(fd, IOM_LAB_SET_SOURCE, &s)); break;
			case 11: did(ioctl(fd, IOM_LAB_GET_TOTAL, &total)); break;
			default: did(ioctl(fd, one_in(9) ? IOM_LAB_FLUSH : IOM_LAB_RESET)); break;
			}
		}
		if (fd < 0)
			usleep(1000);
		close(fd);
	}
}

static void *target_thread(void *arg)
{
	int *p = arg;
	char c;

	for (int i = rnd(500); i > 0; i--) {
		if (write(p[1], "x", 1) != 1 || read(p[0], &c, 1) != 1)
			break;
		did(0);
	}
	return NULL;
}

/* Does all sorts of I/O, is born, forks, executes and leaves. */
void targets(const char *self)
{
	for (;;) {
		pthread_t t[4];
		int p[2], fd;
		pid_t pid;

		if (pipe(p))
			_exit(1);
		for (int i = 0; i < 4; i++)
			if (pthread_create(&t[i], NULL, target_thread, p))
				_exit(1);
		fd = open_some(false);
		if (fd >= 0) {
			some_uring(fd);
			some_aio(fd);
			close(fd);
		}
		for (int i = 0; i < 4; i++)
			pthread_join(t[i], NULL);
		close(p[0]);
		close(p[1]);
		pid = one_in(3) ? fork() : -1;
		if (pid == 0)
			_exit(0);
		if (pid > 0)
			waitpid(pid, NULL, 0);
		if (one_in(8))
			again(self, TARGETS);
	}
}

void openers(void)
{
	for (;;) {
		int fd = open_some(one_in(2));

		if (fd >= 0 && one_in(8)) {
			struct iom_start start = {};

			did(ioctl(fd, IOM_IOC_START, &start));
		} else {
			did(fd);
		}
		if (fd >= 0)
			close(fd);
		usleep(rnd(30000)); /* else it is always in use */
	}
}

