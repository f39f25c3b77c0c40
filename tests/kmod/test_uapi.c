/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_uapi.c - /dev/iomodel as its header promises it: what is refused and how,
 * records, several sessions, the end of things. Needs root and the loaded module.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <sys/mman.h>

#include "session.h"

#define SESSIONS 64

static void *volatile nowhere = (void *)1; /* no address of ours */

/* A process that reads a pipe n times, one byte each, when it is told to. */
struct reader {
	pid_t pid;
	int go, data;
};

static struct reader reader(long n)
{
	int go[2], data[2];
	struct reader r;
	char c;

	assert_int_equal(pipe(go), 0);
	assert_int_equal(pipe(data), 0);
	r.pid = fork();
	if (r.pid == 0) {
		close(go[1]);
		close(data[1]);
		if (read(go[0], &c, 1) != 1)
			_exit(1);
		for (long i = 0; i < n; i++)
			if (read(data[0], &c, 1) != 1)
				_exit(1);
		pause();
		_exit(0);
	}
	close(go[0]);
	close(data[0]);
	r.go = go[1];
	r.data = data[1];
	return r;
}

static void reader_works(struct reader *r, long n)
{
	assert_int_equal(write(r->go, "g", 1), 1);
	for (long i = 0; i < n; i++)
		assert_int_equal(write(r->data, "d", 1), 1);
	for (int left = 1; left;) {
		assert_int_equal(ioctl(r->data, FIONREAD, &left), 0);
		usleep(1000);
	}
	usleep(50000); /* the last read returns, and pause() begins */
}

static void reader_ends(struct reader *r)
{
	kill(r->pid, SIGKILL);
	waitpid(r->pid, NULL, 0);
	close(r->go);
	close(r->data);
}

/* All there is to read; the transfers of class READ in records of this kind, and how
 * many states. */
static long read_kind(int fd, uint32_t kind, long *states)
{
	static char buf[1 << 16];
	long reads = 0;
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		for (char *at = buf; at < buf + n;) {
			struct iom_record head;
			struct iom_row row;
			struct iom_thread thread;

			memcpy(&head, at, sizeof(head));
			assert_true(head.size >= sizeof(head) && at + head.size <= buf + n);
			if (head.kind == kind) {
				assert_int_equal(head.size, sizeof(head) + sizeof(row));
				memcpy(&row, at + sizeof(head), sizeof(row));
				if ((row.key >> 12 & 0xff) == IOM_C_READ)
					reads += row.n[IOM_N_OK] + row.n[IOM_N_OK_SLEPT];
			} else if (head.kind == IOM_R_THREAD && states) {
				memcpy(&thread, at + sizeof(head), sizeof(thread));
				*states += thread.event == IOM_T_STATE;
			}
			at += head.size;
		}
	}
	return reads;
}

static long read_all(int fd, long *states)
{
	return read_kind(fd, IOM_R_ROW, states);
}

/* ---- /dev/iomodel ------------------------------------------------------------------ */

static void refuses_what_it_does_not_know(void **state)
{
	struct iom_target target = {.pidfd = -1};
	struct iom_window window = {.number = 1};
	struct iom_start start = {.flags = 2};
	struct iom_version version;
	int fd = session(), plain;

	(void)state;
	assert_int_equal(ioctl(fd, _IO(IOM_IOC, 0x7f)), -1);
	assert_int_equal(errno, ENOTTY);
	/* The size is part of the number. */
	assert_int_equal(ioctl(fd, _IOR(IOM_IOC, 0x00, char), &version), -1);
	assert_int_equal(errno, ENOTTY);
	assert_int_equal(ioctl(fd, IOM_IOC_VERSION, NULL), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(ioctl(fd, IOM_IOC_VERSION, &version), 0);
	assert_int_equal(version.version, IOM_UAPI_VERSION);
	assert_int_equal(version.row_size, sizeof(struct iom_row));
	assert_int_equal(ioctl(fd, IOM_IOC_START, &start), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(ioctl(fd, IOM_IOC_ADD, &target), -1);
	assert_int_equal(errno, EBADF);
	plain = open("/dev/null", O_RDONLY);
	target.pidfd = plain;
	assert_int_equal(ioctl(fd, IOM_IOC_ADD, &target), -1);
	assert_int_equal(errno, EINVAL);
	target.pidfd = syscall(SYS_pidfd_open, getpid(), 0);
	target.pad = 1;
	assert_int_equal(ioctl(fd, IOM_IOC_ADD, &target), -1);
	assert_int_equal(errno, EINVAL);
	target.pad = 0;
	target.flags = 4;
	assert_int_equal(ioctl(fd, IOM_IOC_ADD, &target), -1);
	assert_int_equal(errno, EINVAL);
	close(target.pidfd);
	/* A window needs a session that runs. */
	assert_int_equal(ioctl(fd, IOM_IOC_WINDOW, &window), -1);
	assert_int_equal(errno, EINVAL);
	window = (struct iom_window){.pad = 1};
	assert_int_equal(ioctl(fd, IOM_IOC_WINDOW, &window), -1);
	assert_int_equal(errno, EINVAL);
	close(plain);
	close(fd);
}

static void refuses_processes_that_are_none(void **state)
{
	int fd = session();
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(0);
	siginfo_t info;
	waitid(P_PID, pid, &info, WEXITED | WNOWAIT); /* a zombie: nothing to watch, but named */
	struct iom_target t = {.pidfd = syscall(SYS_pidfd_open, pid, 0)};

	waitpid(pid, NULL, 0);
	assert_int_equal(ioctl(fd, IOM_IOC_ADD, &t), -1);
	assert_int_equal(errno, ESRCH);
	close(t.pidfd);
	t = (struct iom_target){.pidfd = syscall(SYS_pidfd_open, 2, 0)};
	if (t.pidfd >= 0) { /* kthreadd */
		assert_int_equal(ioctl(fd, IOM_IOC_ADD, &t), -1);
		assert_int_equal(errno, EINVAL);
		close(t.pidfd);
	}
	assert_int_equal(add(fd, getpid(), 0), 0);
	assert_int_equal(add(fd, getpid(), 0), -EEXIST);
	close(fd);
}

/* A file that root opened and gave away does not let others watch. */
static void a_passed_file_gives_no_right(void **state)
{
	int fd = session(), status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		struct iom_target t = {};

		if (setresuid(65534, 65534, 65534))
			_exit(2);
		t.pidfd = syscall(SYS_pidfd_open, getpid(), 0);
		_exit(t.pidfd >= 0 && ioctl(fd, IOM_IOC_ADD, &t) == -1 && errno == EPERM ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(fd);
}

static void reading_has_its_rules(void **state)
{
	char small[IOM_READ_MIN - 1], enough[IOM_READ_MIN];
	struct pollfd p = {.events = POLLIN};
	int fd = session();

	(void)state;
	assert_int_equal(read(fd, small, sizeof(small)), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(read(fd, enough, sizeof(enough)), -1);
	assert_int_equal(errno, EAGAIN);
	p.fd = fd;
	assert_int_equal(poll(&p, 1, 0), 0);
	assert_int_equal(add(fd, getpid(), 0), 0);
	assert_int_equal(ioctl(fd, IOM_IOC_SCAN), 0);
	assert_int_equal(poll(&p, 1, 0), 1);
	/* What cannot be delivered is not lost. */
	assert_int_equal(read(fd, nowhere, sizeof(enough)), -1);
	assert_int_equal(errno, EFAULT);
	long states = 0;
	read_all(fd, &states);
	assert_int_equal(states, 1);
	assert_int_equal(ioctl(fd, IOM_IOC_STOP), 0);
	assert_int_equal(read(fd, enough, sizeof(enough)), 0); /* the end */
	assert_int_equal(add(fd, getpid(), 0), -ESHUTDOWN);
	struct iom_start start = {};
	assert_int_equal(ioctl(fd, IOM_IOC_START, &start), -1);
	assert_int_equal(errno, EBUSY);
	close(fd);
}

/* Copies of rows on the way: each has all that was counted so far, and takes nothing away. */
static void rows_so_far(void **state)
{
	struct reader a = reader(100), b = reader(31);
	int fd = session();

	(void)state;
	assert_int_equal(ioctl(fd, IOM_IOC_ROWS), 0);
	assert_int_equal(read_kind(fd, IOM_R_SO_FAR, NULL), 0);
	assert_int_equal(add(fd, a.pid, 0), 0);
	assert_int_equal(add(fd, b.pid, 0), 0);
	start(fd, 0);
	reader_works(&a, 100);
	assert_int_equal(ioctl(fd, IOM_IOC_ROWS), 0);
	/* Not again before they are read, so that nobody fills the memory with them. */
	assert_int_equal(ioctl(fd, IOM_IOC_ROWS), -1);
	assert_int_equal(errno, EBUSY);
	/* And the one that told it to go. */
	assert_int_equal(read_kind(fd, IOM_R_SO_FAR, NULL), 101);
	reader_works(&b, 31);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(ioctl(fd, IOM_IOC_ROWS), 0);
		assert_int_equal(read_kind(fd, IOM_R_SO_FAR, NULL), 101 + 32);
	}
	assert_int_equal(ioctl(fd, IOM_IOC_ROWS), 0);
	assert_int_equal(ioctl(fd, IOM_IOC_STOP), 0);
	assert_int_equal(read_all(fd, NULL), 101 + 32);
	close(fd);
	reader_ends(&a);
	reader_ends(&b);
}

static void generations_are_read_only(void **state)
{
	size_t size = IOM_GENS * sizeof(uint32_t);
	int fd = session();
	uint32_t *gens;

	(void)state;
	assert_ptr_equal(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
	assert_ptr_equal(mmap(NULL, size + 4096, PROT_READ, MAP_SHARED, fd, 0), MAP_FAILED);
	assert_ptr_equal(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, size), MAP_FAILED);
	gens = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(gens, MAP_FAILED);
	assert_int_equal(mprotect(gens, size, PROT_READ | PROT_WRITE), -1);
	assert_int_equal(gens[IOM_GEN_INDEX(getpid(), 3)], 0);
	munmap(gens, size);
	close(fd);
}

static void sessions_do_not_see_each_other(void **state)
{
	struct iom_session_stats stats;
	int fd[SESSIONS];
	struct reader r = reader(211);

	(void)state;
	for (int i = 0; i < SESSIONS; i++) {
		fd[i] = session();
		if (i % 2)
			assert_int_equal(add(fd[i], r.pid, 0), 0);
		start(fd[i], 0);
	}
	reader_works(&r, 211);
	for (int i = 0; i < SESSIONS; i++) {
		assert_int_equal(ioctl(fd[i], IOM_IOC_STOP), 0);
		/* 211 of the pipe; and the one that told it to go */
		assert_int_equal(read_all(fd[i], NULL), i % 2 ? 212 : 0);
		assert_int_equal(ioctl(fd[i], IOM_IOC_STATS, &stats), 0);
		assert_int_equal(stats.stats.lost_rows + stats.stats.lost_threads +
					 stats.stats.lost_records + stats.stats.lost_async,
				 0);
		assert_int_equal(stats.rows, 0);
		assert_int_equal(stats.threads, 0);
		assert_int_equal(stats.targets, 0);
		close(fd[i]);
	}
	reader_ends(&r);
}

static void a_session_that_dies_leaves_nothing(void **state)
{
	struct reader r = reader(10);
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		struct iom_start start = {};
		struct iom_window window = {.number = 1};
		int fd = session();

		if (add(fd, r.pid, 0) || ioctl(fd, IOM_IOC_START, &start) ||
		    ioctl(fd, IOM_IOC_WINDOW, &window))
			_exit(1);
		raise(SIGKILL);
	}
	waitpid(pid, NULL, 0);
	reader_works(&r, 10);
	reader_ends(&r);
	/* The module can go when nothing is open: check-kmod removes it afterwards. */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_it_does_not_know),
		cmocka_unit_test(refuses_processes_that_are_none),
		cmocka_unit_test(a_passed_file_gives_no_right),
		cmocka_unit_test(reading_has_its_rules),
		cmocka_unit_test(rows_so_far),
		cmocka_unit_test(generations_are_read_only),
		cmocka_unit_test(sessions_do_not_see_each_other),
		cmocka_unit_test(a_session_that_dies_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
