// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_lab_abuse.c - what an ordinary user who may open the lab devices cannot do with
 * them: keep a processor to himself, make the kernel hold more than HELD_MAX, leave
 * anything behind, or let others pay for it. Each abuse runs in a process of such a
 * user, on all devices there are. Needs root and the loaded module.
 */
#define _GNU_SOURCE
#include <grp.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "lab_test.h"
#include "lateness.h"

#define NOBODY	    65534 /* and their group */
#define SOMEBODY    65533
#define LATE_MAX_MS 100
#define ROUNDS	    3 /* lateness has other causes too: the least of these counts */
#define HELD_MAX    (16L << 20)
#define DEVICES	    64
#define REQUESTS    60000
#define READERS	    300

static void *volatile nowhere = (void *)1; /* no address of ours */
static int devices; /* as many as there are */

static int open_lab(int n, int flags)
{
	char path[40];

	snprintf(path, sizeof(path), "/dev/iomodel-lab%d", n);
	return open(path, flags | O_CLOEXEC);
}

/* ---- the abuses: in a process of its own; they return when they got somewhere ---------- */

/* Requests without number, in one context, which then ends with all of them in flight. */
static void cancel_many(void)
{
	struct iocb *cb = calloc(REQUESTS, sizeof(*cb)), **list = calloc(REQUESTS, sizeof(*list));
	static char buf[16];
	aio_context_t ctx = 0;

	if (!cb || !list || syscall(SYS_io_setup, REQUESTS, &ctx))
		_exit(1);
	for (int n = 0; n < devices; n++) {
		int fd = open_lab(n, O_RDONLY), each = REQUESTS / devices;

		for (int i = 0; i < each; i++) {
			cb[i] = (struct iocb){.aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = (uint32_t)fd,
					      .aio_buf = (uintptr_t)buf, .aio_nbytes = sizeof(buf)};
			list[i] = &cb[i];
		}
		if (syscall(SYS_io_submit, ctx, each, list) <= 0)
			_exit(2);
	}
	syscall(SYS_io_destroy, ctx);
}

/* As many messages as possible, all ready at the same moment. */
static void ready_at_once(void)
{
	int fd[DEVICES];
	char c;

	for (int n = 0; n < devices; n++) {
		struct iom_lab_timing t = {.phase1_ns = 2000 * MS};

		fd[n] = open_lab(n, O_RDWR | O_NONBLOCK);
		ioctl(fd[n], IOM_LAB_SET_TIMING, &t);
	}
	for (int n = 0; n < devices; n++)
		while (write(fd[n], "x", 1) == 1)
			continue;
	for (int n = 0; n < devices; n++) {
		struct pollfd p = {.fd = fd[n], .events = POLLIN};

		if (poll(&p, 1, 20000) != 1)
			_exit(3);
		while (read(fd[n], &c, 1) == 1)
			continue;
	}
}

/* Thousands that are told of each message. */
static void wake_many(void)
{
	struct epoll_event ev = {.events = EPOLLIN | EPOLLET};
	int fd = open_lab(0, O_RDWR | O_NONBLOCK), n;
	char c;

	for (n = 0; n < 8000; n++) {
		int ep = epoll_create1(EPOLL_CLOEXEC);

		if (ep < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev))
			break;
	}
	if (n < 1000)
		_exit(4);
	for (n = 0; n < 50; n++)
		if (write(fd, "x", 1) != 1 || read(fd, &c, 1) != 1)
			_exit(5);
}

/* Signals for a whole group of processes, from many files, for many messages. */
static void signal_many(void)
{
	struct iom_lab_timing t = {.phase1_ns = 500 * MS};
	int fd = open_lab(0, O_RDWR | O_NONBLOCK), armed = 0;
	char c;

	signal(SIGIO, SIG_IGN);
	setpgid(0, 0);
	for (int i = 0; i < 100; i++)
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			pause();
			_exit(0);
		}
	for (int i = 0; i < 500; i++) {
		int other = open_lab(0, O_RDWR);

		if (fcntl(other, F_SETOWN, -getpgrp()) == 0 && fcntl(other, F_SETFL, O_ASYNC) == 0)
			armed++;
	}
	ioctl(fd, IOM_LAB_SET_TIMING, &t);
	for (int i = 0; i < 200; i++)
		(void)!write(fd, "x", 1);
	usleep(1000000);
	while (read(fd, &c, 1) == 1)
		continue;
	if (!armed)
		_exit(6);
	kill(0, SIGKILL);
}

static void *fail_to_read(void *arg)
{
	for (int i = 0; i < 200; i++)
		(void)!read(*(int *)arg, nowhere, IOM_LAB_QUEUE_BYTES);
	return NULL;
}

/* A full queue of small messages is taken and put back, again and again, by several. */
static void put_back(void)
{
	int fd = open_lab(0, O_RDWR | O_NONBLOCK);
	pthread_t thread[4];

	while (write(fd, "0123456789abcdef0123456789abcdef", 32) == 32)
		continue;
	for (int i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, fail_to_read, &fd);
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	ioctl(fd, IOM_LAB_FLUSH);
}

/* ---- in a process of an ordinary user ------------------------------------------------- */

static void become(uid_t user)
{
	struct rlimit files = {20000, 20000};

	setrlimit(RLIMIT_NOFILE, &files);
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) || setresuid(user, user, user))
		_exit(90);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static pid_t run_as(uid_t user, void (*abuse)(void))
{
	pid_t pid = fork();

	if (pid == 0) {
		become(user);
		abuse();
		_exit(0);
	}
	return pid;
}

static pid_t run(void (*abuse)(void))
{
	return run_as(NOBODY, abuse);
}

static int give_devices(void **state)
{
	char path[40];

	(void)state;
	for (devices = 0; devices < DEVICES; devices++) {
		snprintf(path, sizeof(path), "/dev/iomodel-lab%d", devices);
		if (chown(path, 0, NOBODY) || chmod(path, 0660))
			break;
	}
	return devices ? 0 : -1;
}

/* ---- time ----------------------------------------------------------------------------- */

static void keeps_no_processor(void (*abuse)(void))
{
	double least = 1e9;
	int status;

	for (int round = 0; round < ROUNDS; round++) {
		double ms;
		pid_t pid;

		assert_true(late_begin());
		pid = run(abuse);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		ms = late_end();
		print_message("#   round %d: at most %.1f ms late\n", round + 1, ms);
		least = ms < least ? ms : least;
		assert_true((WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
			    (abuse == signal_many && WIFSIGNALED(status)));
	}
	assert_true(least <= LATE_MAX_MS);
}

static void cancelling_many_requests(void **state)
{
	(void)state;
	keeps_no_processor(cancel_many);
}

static void many_messages_ready_at_once(void **state)
{
	(void)state;
	keeps_no_processor(ready_at_once);
}

static void many_waiters(void **state)
{
	(void)state;
	keeps_no_processor(wake_many);
}

static void many_signals(void **state)
{
	(void)state;
	keeps_no_processor(signal_many);
}

static void putting_back(void **state)
{
	(void)state;
	keeps_no_processor(put_back);
}

/* ---- memory --------------------------------------------------------------------------- */

static struct {
	pthread_barrier_t ready, go;
	int fd[DEVICES];
} hold;

/* One of many that read, each from a device of its own choice; where they sleep, that
 * holds nothing. */
static void *holder(void *arg)
{
	int n = (int)(intptr_t)arg;
	static char buf[READERS][IOM_LAB_QUEUE_BYTES];

	pthread_barrier_wait(&hold.ready);
	pthread_barrier_wait(&hold.go);
	(void)!read(hold.fd[n % devices], n % 3 ? nowhere : (void *)buf[n], IOM_LAB_QUEUE_BYTES);
	return NULL;
}

static void fill_queues(void)
{
	static char all[IOM_LAB_QUEUE_BYTES];

	for (int n = 0; n < devices; n++) {
		int fd = open_lab(n, O_RDWR | O_NONBLOCK);

		for (int big = 4000; big > 0; big--)
			if (write(fd, all, sizeof(all)) < 0)
				break;
		for (long size = IOM_LAB_QUEUE_BYTES; size > 0; size /= 2)
			for (int small = 70000; small > 0; small--)
				if (write(fd, all, (size_t)size) < 0)
					break;
	}
}

static void queue_requests(void)
{
	static struct iocb cb[600], *list[600];
	static struct iovec v[1000];
	static char buf[IOM_LAB_QUEUE_BYTES];
	aio_context_t ctx = 0;

	for (int i = 0; i < 1000; i++)
		v[i] = (struct iovec){buf + i, i < 999 ? 1 : sizeof(buf) - 999};
	if (syscall(SYS_io_setup, 600 * devices, &ctx))
		_exit(7);
	for (int n = 0; n < devices; n++) {
		for (int i = 0; i < 600; i++) {
			cb[i] = (struct iocb){.aio_lio_opcode = IOCB_CMD_PREADV,
					      .aio_fildes = (uint32_t)open_lab(n, O_RDONLY),
					      .aio_buf = (uintptr_t)v, .aio_nbytes = 1000};
			list[i] = &cb[i];
			if (i)
				cb[i].aio_fildes = cb[0].aio_fildes;
		}
		syscall(SYS_io_submit, ctx, 600, list);
	}
}

/* All of it: readers asleep with large buffers, those in phase 2 with a full queue each,
 * the queues filled again behind them, what comes back then; requests with vectors. */
static void hold_all(void)
{
	struct iom_lab_timing t = {.phase2_ns = 500 * MS};
	pthread_attr_t attr;
	pthread_t thread;

	pthread_barrier_init(&hold.ready, NULL, READERS + 1);
	pthread_barrier_init(&hold.go, NULL, READERS + 1);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 1 << 16);
	for (int n = 0; n < devices; n++) {
		hold.fd[n] = open_lab(n, O_RDWR);
		ioctl(hold.fd[n], IOM_LAB_SET_TIMING, &t);
	}
	for (long i = 0; i < READERS; i++)
		if (pthread_create(&thread, &attr, holder, (void *)i))
			_exit(8);
	pthread_barrier_wait(&hold.ready);
	raise(SIGSTOP); /* what is held by now is not the devices' doing */
	pthread_barrier_wait(&hold.go);
	usleep(200000);
	for (uint64_t end = now_ns() + 6000 * MS; now_ns() < end;) {
		fill_queues();
		usleep(20000);
	}
	queue_requests();
	raise(SIGSTOP);
	_exit(0);
}

/* Bytes that the kernel cannot give back, by its own account (proc_meminfo(5)). */
static long kernel_holds(void)
{
	char line[128];
	long kb, sum = 0;
	FILE *f = fopen("/proc/meminfo", "re");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "SUnreclaim: %ld", &kb) == 1 || sscanf(line, "VmallocUsed: %ld", &kb) == 1)
			sum += kb * 1024;
	fclose(f);
	return sum;
}

static void until_stopped(const pid_t *who, int n)
{
	int status;

	for (int i = 0; i < n; i++) {
		assert_int_equal(waitpid(who[i], &status, WUNTRACED), who[i]);
		assert_true(WIFSTOPPED(status));
	}
}

static void send_all(const pid_t *who, int n, int sig)
{
	for (int i = 0; i < n; i++)
		kill(who[i], sig);
}

/* All of them at once, on the same devices. */
static void hold_little_and_leave_nothing(const pid_t *who, int n)
{
	long before, held, after = 0;

	until_stopped(who, n);
	before = kernel_holds();
	send_all(who, n, SIGCONT);
	until_stopped(who, n);
	held = kernel_holds() - before;
	send_all(who, n, SIGKILL);
	for (int i = 0; i < n; i++)
		assert_int_equal(waitpid(who[i], NULL, 0), who[i]);
	for (int i = 0; i < 100; i++) { /* RCU and the slabs take their time */
		usleep(100000);
		after = kernel_holds() - before;
		if (after < HELD_MAX / 16)
			break;
	}
	print_message("#   %d devices, users: %d: %ld KiB held, %ld KiB afterwards\n", devices, n, held >> 10,
		      after >> 10);
	assert_true(held > (long)devices * IOM_LAB_QUEUE_BYTES);
	assert_true(held <= HELD_MAX);
	assert_true(after < HELD_MAX / 16);
}

static void holds_little_and_leaves_nothing(void **state)
{
	pid_t pid = run(hold_all);

	(void)state;
	hold_little_and_leave_nothing(&pid, 1);
}

/* The bound is that of all users together. */
static void two_users_hold_no_more(void **state)
{
	pid_t both[] = {run(hold_all), run_as(SOMEBODY, hold_all)};

	(void)state;
	hold_little_and_leave_nothing(both, 2);
}

/* ---- whose memory it is ---------------------------------------------------------------- */

static long number_in(const char *path, const char *key)
{
	char line[256];
	long v = -1;
	FILE *f = fopen(path, "re");

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, key, strlen(key)) && line[strlen(key)] == ' ')
			v = atol(line + strlen(key));
	if (f)
		fclose(f);
	return v;
}

static void write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		fail_msg("%s: %s", path, strerror(errno));
	close(fd);
}

static void fill_and_stop(void)
{
	raise(SIGSTOP);
	fill_queues();
	raise(SIGSTOP);
	_exit(0);
}

static void is_charged_for_it(void **state)
{
	char at[] = "/tmp/lab-cgroup-XXXXXX", path[80], text[80];
	long before, held;
	int status;
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(at));
	assert_int_equal(mount("none", at, "cgroup2", 0, NULL), 0);
	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", at);
	write_to(path, "+memory");
	snprintf(path, sizeof(path), "%s/lab", at);
	assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
	pid = run(fill_and_stop);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	snprintf(path, sizeof(path), "%s/lab/cgroup.procs", at);
	snprintf(text, sizeof(text), "%d", pid);
	write_to(path, text);
	snprintf(path, sizeof(path), "%s/lab/memory.stat", at);
	before = number_in(path, "slab_unreclaimable");
	kill(pid, SIGCONT);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	held = number_in(path, "slab_unreclaimable") - before;
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	print_message("#   %ld KiB charged\n", held >> 10);
	snprintf(path, sizeof(path), "%s/lab", at);
	for (int i = 0; i < 100 && rmdir(path); i++)
		usleep(100000);
	umount(at);
	rmdir(at);
	assert_true(before >= 0 && held >= (long)devices * IOM_LAB_QUEUE_BYTES / 8 * 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cancelling_many_requests),
		cmocka_unit_test(many_messages_ready_at_once),
		cmocka_unit_test(many_waiters),
		cmocka_unit_test(many_signals),
		cmocka_unit_test(putting_back),
		cmocka_unit_test(holds_little_and_leaves_nothing),
		cmocka_unit_test(two_users_hold_no_more),
		cmocka_unit_test(is_charged_for_it),
	};

	return cmocka_run_group_tests(tests, give_devices, NULL);
}
