/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz_odd.c - workers that are watched, and do what no sensible program does: every kind
 * of descriptor as the object of every kind of call, while another thread closes and
 * replaces it; families that fork, execute, signal each other and leave all the time.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"
#include "ref_uring.h"

#define FIRST 100 /* descriptors FIRST to FIRST + PLACES - 1 are what it is all about */
#define PLACES 24
#define NOBODY 65534

static int dir = -1; /* a folder of our own */

static int place(void)
{
	switch (rnd(16)) {
	case 0: return -1;
	case 1: return (int)(rnd(1U << 31) | 1 << 22); /* as large as no descriptor is */
	case 2: return AT_FDCWD;
	default: return FIRST + (int)rnd(PLACES);
	}
}

/* ---- descriptors ----------------------------------------------------------------------- */

static int some_socket(void)
{
	static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, 38 /* ALG */, 40 /* VSOCK */};
	static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_RAW};
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int s = socket(families[rnd(7)], types[rnd(4)] | (one_in(2) ? SOCK_NONBLOCK : 0), 0);

	if (s < 0)
		s = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (one_in(3)) /* bound to a name of its own choice, if it is one of the first kind */
		bind(s, (struct sockaddr *)&name, sizeof(name.sun_family));
	if (one_in(3))
		listen(s, 2);
	if (one_in(3))
		shutdown(s, (int)rnd(3));
	return s;
}

static int half_of(int pair[2])
{
	bool which = one_in(2);

	close(pair[!which]);
	return pair[which];
}

static int some_pair(void)
{
	static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
	int s[2];

	if (one_in(2))
		return pipe2(s, one_in(2) ? O_NONBLOCK : one_in(2) ? O_DIRECT : 0) ? -1 : half_of(s);
	return socketpair(AF_UNIX, types[rnd(3)] | SOCK_NONBLOCK, 0, s) ? -1 : half_of(s);
}

/* Opened as nothing but a path, of anything that has one. */
static int some_path(void)
{
	static const char *const names[] = {"socket", "fifo", "file", ".", "link", "gone"};
	static const char *const others[] = {"/dev/null", "/dev/tty", "/proc/self/ns/net", "/proc/self/exe", "/dev/iomodel-lab0",
					     "/proc/self/fd/100", "/proc/self/fd/105", "/dev/iomodel"};
	int flags = O_PATH | O_CLOEXEC | (one_in(2) ? O_NOFOLLOW : 0);

	return one_in(2) ? openat(dir, names[rnd(6)], flags) : open(others[rnd(8)], flags);
}

static int some_epoll(void)
{
	struct epoll_event ev = {.events = EPOLLIN | (one_in(2) ? EPOLLET : 0)};
	int ep = epoll_create1(0);

	for (int i = rnd(6); i > 0; i--) /* of another epoll, too */
		epoll_ctl(ep, EPOLL_CTL_ADD, place(), &ev);
	return ep;
}

static int some_handle(void)
{
	struct itimerspec soon = {.it_value = {.tv_nsec = 1000000}};
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 1);
	switch (rnd(12)) {
	case 0: return memfd_create("odd", MFD_ALLOW_SEALING);
	case 1: return (int)syscall(SYS_memfd_secret, 0);
	case 2: return (int)syscall(SYS_pidfd_open, getpid(), 0);
	case 3: return eventfd(rnd(2), one_in(2) ? EFD_NONBLOCK : 0);
	case 4:
		fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
		timerfd_settime(fd, 0, &soon, NULL);
		return fd;
	case 5: return signalfd(-1, &set, SFD_NONBLOCK);
	case 6: return inotify_init1(IN_NONBLOCK);
	case 7: return (int)syscall(SYS_fanotify_init, 0x200 /* FID */, O_RDONLY);
	case 8: return (int)syscall(SYS_userfaultfd, 1 /* user mode only */ | O_NONBLOCK);
	case 9: return (int)syscall(SYS_fsopen, "tmpfs", 0);
	case 10: return (int)syscall(SYS_open_tree, AT_FDCWD, "/tmp", one_in(2)); /* 1: detached */
	default: return (int)syscall(SYS_landlock_create_ruleset, "\1\0\0\0\0\0\0", 8, 0);
	}
}

static int some_file(void)
{
	static const char *const paths[] = {"/dev/zero", "/dev/null", "/dev/ptmx", "/proc/self/maps",
					    "/sys/kernel/mm", "/proc/self/ns/pid", "/dev/urandom"};

	switch (rnd(5)) {
	case 0: return openat(dir, "file", O_RDWR | (one_in(3) ? O_DIRECT : 0));
	case 1: return openat(dir, "fifo", O_RDWR | O_NONBLOCK);
	case 2: return openat(dir, ".", O_TMPFILE | O_RDWR, 0600);
	case 3: return open_some(false);
	default: return open(paths[rnd(7)], (one_in(2) ? O_RDONLY : O_RDWR) | O_NONBLOCK | O_NOCTTY);
	}
}

static int some_ring(void)
{
	struct io_uring_params p = {.flags = one_in(6) ? IORING_SETUP_R_DISABLED : 0};

	return (int)syscall(SYS_io_uring_setup, 4, &p);
}

/* Another one in its place, whoever is using it. */
static void replace(void)
{
	int to = FIRST + (int)rnd(PLACES), fd = -1;

	switch (rnd(9)) {
	case 0: close(to); return;
	case 1: dup2(place(), to); return;
	case 2: fd = some_socket(); break;
	case 3: fd = some_pair(); break;
	case 4: fd = some_path(); break;
	case 5: fd = some_epoll(); break;
	case 6: fd = some_handle(); break;
	case 7: fd = some_file(); break;
	default: fd = some_ring(); break;
	}
	if (fd >= 0) {
		dup2(fd, to);
		close(fd);
	}
}

/* ---- calls ----------------------------------------------------------------------------- */

static void use_alone(int fd)
{
	struct iovec v = {pointer(), rnd(64)};

	switch (rnd(16)) {
	case 0: did(fsync(fd)); break;
	case 1: did(fdatasync(fd)); break;
	case 2: did(sync_file_range(fd, 0, 1, rnd(8))); break;
	case 3: did(read(fd, pointer(), rnd(64))); break;
	case 4: did(pread(fd, pointer(), rnd(64), rnd(64))); break;
	case 5: did(preadv2(fd, &v, 1, -1, RWF_NOWAIT)); break;
	case 6: did(write(fd, pointer(), rnd(64))); break;
	case 7: did(pwritev2(fd, &v, 1, -1, RWF_NOWAIT)); break;
	case 8: did(lseek(fd, rnd(64), SEEK_SET)); break;
	case 9: did(ioctl(fd, one_in(2) ? FIONBIO : FIOASYNC, pointer())); break;
	case 10: did(fcntl(fd, F_SETFL, rnd(2) * O_NONBLOCK | rnd(2) * O_ASYNC)); break;
	case 11: did(fcntl(fd, one_in(2) ? F_SETSIG : F_SETOWN, one_in(2) ? SIGRTMIN : getpid())); break;
	case 12: did(vmsplice(fd, &v, 1, SPLICE_F_NONBLOCK)); break;
	case 13: did(flock(fd, 4 | rnd(3))); break;
	case 14: did(dup3(fd, FIRST + (int)rnd(PLACES), O_CLOEXEC)); break;
	default: did(syscall(SYS_close_range, fd, fd + 2, 0)); break;
	}
}

/* A message, with descriptors perhaps: such as are on their way nowhere, too. */
static void use_message(int fd)
{
	union {
		char room[CMSG_SPACE(3 * sizeof(int))];
		struct cmsghdr align;
	} control = {};
	struct iovec v = {page(), 1 + rnd(8)};
	struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
	struct mmsghdr mm[2];
	struct cmsghdr *c;

	if (one_in(2)) {
		m.msg_control = control.room;
		m.msg_controllen = sizeof(control.room);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(3 * sizeof(int));
		for (int i = 0; i < 3; i++)
			((int *)(void *)CMSG_DATA(c))[i] = FIRST + (int)rnd(PLACES);
	}
	mm[0].msg_hdr = mm[1].msg_hdr = m;
	switch (rnd(8)) {
	case 0: did(sendmsg(fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL)); break;
	case 1: did(recvmsg(fd, &m, MSG_DONTWAIT)); break;
	case 2: did(sendmmsg(fd, mm, 2, MSG_DONTWAIT | MSG_NOSIGNAL)); break;
	case 3: did(recvmmsg(fd, mm, 2, MSG_DONTWAIT, NULL)); break;
	case 4: did(recv(fd, page(), 8, MSG_DONTWAIT)); break;
	case 5: did(accept4(fd, NULL, NULL, SOCK_NONBLOCK)); break;
	case 6: did(shutdown(fd, (int)rnd(3))); break;
	default: did(connect(fd, (struct sockaddr *)"\1\0", 2)); break;
	}
}

static void use_two(int a, int b)
{
	switch (rnd(6)) {
	case 0: did(sendfile(a, b, NULL, 8)); break;
	case 1: did(splice(a, NULL, b, NULL, 8, SPLICE_F_NONBLOCK)); break;
	case 2: did(tee(a, b, 8, SPLICE_F_NONBLOCK)); break;
	case 3: did(copy_file_range(a, NULL, b, NULL, 8, 0)); break;
	case 4: did((int)syscall(SYS_pidfd_getfd, a, b, 0)); break;
	default: did((int)syscall(SYS_move_mount, a, "", b, "", 0x44)); break;
	}
}

static void wait_for_some(void)
{
	struct timespec none = {};
	struct epoll_event ev = {.events = rnd(1U << 31)};
	struct pollfd p[6];
	uint64_t set[4] = {};

	for (int i = 0; i < 6; i++)
		p[i] = (struct pollfd){.fd = place(), .events = (short)rnd(1 << 15)};
	set[1] = (uint64_t)rnd(1U << 31) << 32 | rnd(1U << 31); /* 64 to 127 */
	switch (rnd(6)) {
	case 0: did(poll(p, 1 + rnd(6), (int)rnd(2))); break;
	case 1: did((int)syscall(SYS_ppoll, one_in(8) ? pointer() : p, rnd(7), &none, NULL, 8)); break;
	case 2: did((int)syscall(SYS_select, FIRST + PLACES, set, one_in(2) ? pointer() : NULL, NULL, &none)); break;
	case 3: did(epoll_ctl(place(), 1 + (int)rnd(3), place(), &ev)); break;
	case 4: did((int)syscall(SYS_epoll_wait, place(), page() + 2048, 8, (int)rnd(2))); break;
	default: did((int)syscall(SYS_epoll_pwait2, place(), page() + 2048, 8, &none, NULL, 8)); break;
	}
}

static void some_requests(void)
{
	static const int ops[] = {IOCB_CMD_PREAD, IOCB_CMD_PWRITE, IOCB_CMD_FSYNC, IOCB_CMD_FDSYNC, IOCB_CMD_POLL, IOCB_CMD_PREADV};
	struct iocb cb[4], *list[4];
	struct io_event ev[4];
	struct timespec none = {};
	aio_context_t ctx = 0;

	if (did(syscall(SYS_io_setup, 8, &ctx)) < 0)
		return;
	for (int i = 0; i < 4; i++) {
		cb[i] = (struct iocb){.aio_lio_opcode = (uint16_t)ops[rnd(6)], .aio_fildes = (uint32_t)place(),
				      .aio_buf = (uintptr_t)pointer(), .aio_nbytes = rnd(3)};
		list[i] = one_in(16) ? pointer() : &cb[i];
	}
	did(syscall(SYS_io_submit, ctx, 1 + rnd(4), list));
	if (one_in(3))
		syscall(SYS_io_cancel, ctx, list[rnd(4)], ev);
	syscall(SYS_io_getevents, ctx, 0, 4, ev, &none);
	if (!one_in(16))
		syscall(SYS_io_destroy, ctx);
}

static void some_ring_requests(void)
{
	struct ref_ring r;

	if (!ref_ring_open(&r, one_in(8) ? IORING_SETUP_SQPOLL : 0))
		return;
	for (int i = 1 + rnd(6); i > 0; i--) {
		struct io_uring_sqe sqe = ref_sqe((int)rnd(50), place(), pointer(), rnd(16), rnd(4));

		sqe.flags = one_in(4) ? (uint8_t)(rnd(8) << 3) : 0; /* DRAIN, LINK, ASYNC, ... */
		sqe.rw_flags = one_in(2) ? 0 : (int)rnd(8);
		ref_ring_put(&r, &sqe);
	}
	did(syscall(SYS_io_uring_enter, r.fd, 8, 0, IORING_ENTER_SQ_WAKEUP, NULL, 0));
	munmap(r.sqes, 64 * sizeof(struct io_uring_sqe));
	close(r.fd);
}

/* A signal to ourselves that says anything about any descriptor. */
static void forged_signal(void)
{
	siginfo_t si = {.si_code = (int)rnd(8)};

	si.si_fd = place();
	si.si_signo = one_in(2) ? SIGIO : SIGRTMIN + (int)rnd(3);
	did((int)syscall(SYS_rt_tgsigqueueinfo, getpid(), (pid_t)syscall(SYS_gettid), si.si_signo, &si));
}

static void *odd_thread(void *arg)
{
	(void)arg;
	for (int i = 20 + rnd(200); i > 0; i--) {
		switch (rnd(12)) {
		case 0:
		case 1:
		case 2: replace(); break;
		case 3: use_message(place()); break;
		case 4: use_two(place(), place()); break;
		case 5:
		case 6: wait_for_some(); break;
		case 7: some_requests(); break;
		case 8: some_ring_requests(); break;
		case 9: forged_signal(); break;
		default: use_alone(place()); break;
		}
	}
	return NULL;
}

static void heard(int sig)
{
	(void)sig;
}

/* A folder with one of everything, that is gone when the process is. */
static void make_dir(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	char path[] = "/tmp/iomodel-odd.XXXXXX";
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	if (!mkdtemp(path))
		_exit(1);
	dir = open(path, O_RDONLY | O_DIRECTORY);
	snprintf(name.sun_path, sizeof(name.sun_path), "%s/socket", path);
	bind(s, (struct sockaddr *)&name, sizeof(name));
	close(s);
	mkfifoat(dir, "fifo", 0600);
	close(openat(dir, "file", O_CREAT | O_RDWR, 0600));
	(void)!symlinkat("file", dir, "link");
}

static void lose_dir(void)
{
	static const char *const names[] = {"socket", "fifo", "file", "link"};
	char path[64], link[32];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", dir);
	n = readlink(link, path, sizeof(path) - 1);
	for (int i = 0; i < 4; i++)
		unlinkat(dir, names[i], 0);
	close(dir);
	if (n > 0) {
		path[n] = 0;
		rmdir(path);
	}
}

/* Half of them have no privileges: those of the other half let more calls succeed. */
static void be_somebody(void)
{
	if (one_in(2) && (setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY)))
		_exit(1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void hear_all(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGIO, one_in(2) ? heard : SIG_IGN);
	for (int i = 0; i < 3; i++)
		signal(SIGRTMIN + i, heard);
}

void odd(const char *self)
{
	be_somebody();
	hear_all();
	for (;;) {
		pthread_t t[3];
		int n = 1 + (int)rnd(3);

		make_dir();
		for (int i = 0; i < PLACES; i++)
			replace();
		for (int i = 0; i < n; i++)
			if (pthread_create(&t[i], NULL, odd_thread, NULL))
				_exit(1);
		for (int i = 0; i < n; i++)
			pthread_join(t[i], NULL);
		lose_dir();
		if (one_in(8))
			again(self, ODD);
	}
}

/* ---- families ------------------------------------------------------------------------------ */

static void *signals_all(void *arg)
{
	const pid_t *other = arg;

	for (int i = rnd(60); i > 0; i--) {
		pid_t pid = one_in(2) ? getpid() : *other;

		switch (rnd(4)) {
		case 0: did(kill(pid, SIGRTMIN + (int)rnd(3))); break;
		case 1: did((int)syscall(SYS_tgkill, getpid(), (pid_t)syscall(SYS_gettid), SIGIO)); break;
		case 2: forged_signal(); break;
		default: did(sched_yield()); break;
		}
	}
	return NULL;
}

static void *executes(void *arg)
{
	usleep(rnd(300));
	execl("/bin/true", "true", NULL);
	return arg;
}

/* A child's life. It ends in every way there is. */
static void live(pid_t parent)
{
	pthread_t t;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = rnd(3); i > 0; i--)
		pthread_create(&t, NULL, signals_all, &parent);
	if (one_in(3)) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		if (pid > 0 && one_in(2))
			waitpid(pid, NULL, 0);
	}
	usleep(rnd(500));
	switch (rnd(7)) {
	case 0: kill(getpid(), SIGKILL); break;
	case 1: pthread_create(&t, NULL, executes, NULL); break; /* not the first thread */
	case 2: execl("/bin/true", "true", NULL); break;
	case 3: syscall(SYS_exit, 0); break; /* the others go on for a moment */
	case 4: abort();
	default: break;
	}
	usleep(rnd(500));
	_exit(0);
}

void forkers(const char *self)
{
	be_somebody();
	hear_all();
	for (;;) {
		pid_t family[4], me = getpid();
		int n = 1 + (int)rnd(4);

		for (int i = 0; i < n; i++) {
			family[i] = fork();
			if (family[i] == 0) {
				if (one_in(2))
					live(me);
				_exit(0);
			}
			did(family[i]);
		}
		for (int i = 0; i < n; i++) {
			if (one_in(4))
				kill(family[i], one_in(2) ? SIGKILL : SIGRTMIN);
			waitpid(family[i], NULL, 0);
		}
		if (one_in(16))
			again(self, FORKERS);
	}
}
