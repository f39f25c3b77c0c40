// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_lab.c - the lab device as its header promises it: what is refused, limits, the
 * phases, the end of requests. Needs root, the loaded module, and nobody else at the
 * device.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/uio.h>

#include "lab_test.h"

static void *volatile nowhere = (void *)1; /* no address of ours */

static void refuses(void **state)
{
	struct iom_lab_timing t = {.flags = 1};
	static char big[IOM_LAB_QUEUE_BYTES + 1];
	int fd = lab(O_RDWR | O_NONBLOCK);

	(void)state;
	assert_int_equal(ioctl(fd, IOM_LAB_SET_TIMING, &t), -1);
	assert_int_equal(errno, EINVAL);
	t = (struct iom_lab_timing){.phase1_ns = IOM_LAB_PHASE_MAX_NS + 1};
	assert_int_equal(ioctl(fd, IOM_LAB_SET_TIMING, &t), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(ioctl(fd, _IO(IOM_LAB_IOC, 0xff)), -1);
	assert_int_equal(errno, ENOTTY);
	assert_int_equal(write(fd, big, sizeof(big)), -1);
	assert_int_equal(errno, EMSGSIZE);
	assert_int_equal(write(fd, big, sizeof(big) - 1), sizeof(big) - 1);
	assert_int_equal(write(fd, big, 1), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(lseek(fd, 0, SEEK_SET), -1);
	assert_int_equal(errno, ESPIPE);
	/* Bytes that could not be delivered are still there. */
	assert_int_equal(read(fd, nowhere, 100), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(read(fd, big, sizeof(big)), sizeof(big) - 1);
	assert_int_equal(read(fd, big, 1), -1);
	assert_int_equal(errno, EAGAIN);
	struct iom_lab_stats s = stats_of(fd);
	assert_int_equal(s.read_ok, 1);
	assert_int_equal(s.read_error, 1);
	assert_int_equal(s.read_eagain, 1);
	assert_int_equal(s.write_ok, 1);
	assert_int_equal(s.write_eagain, 1);
	close(fd);
}

static void phases_take_their_time(void **state)
{
	int fd = lab(O_RDWR);
	uint64_t begin;
	char c;

	(void)state;
	set_timing(fd, 50000000, 20000000);
	begin = now_ns();
	assert_int_equal(write(fd, "x", 1), 1);
	assert_int_equal(read(fd, &c, 1), 1);
	assert_true(now_ns() - begin >= 70000000);
	struct iom_lab_stats s = stats_of(fd);
	assert_int_equal(s.read_ok_slept, 1);
	assert_true(s.phase1_ns >= 30000000);
	assert_true(s.phase2_ns >= 20000000);
	set_timing(fd, 0, 0);
	close(fd);
}

static void nothing(int sig)
{
	(void)sig;
}

static void reader_can_be_interrupted_and_killed(void **state)
{
	struct sigaction act = {.sa_handler = nothing};
	int fd = lab(O_RDWR);
	pid_t pid;
	char c;

	(void)state;
	sigaction(SIGALRM, &act, NULL); /* no SA_RESTART */
	ualarm(50000, 0);
	assert_int_equal(read(fd, &c, 1), -1);
	assert_int_equal(errno, EINTR);
	assert_int_equal(stats_of(fd).read_interrupted, 1);
	pid = fork();
	if (pid == 0) {
		(void)!read(fd, &c, 1);
		_exit(0);
	}
	usleep(50000);
	kill(pid, SIGKILL);
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	close(fd);
}

static void readers_share(void **state)
{
	int fd = lab(O_RDWR), out[2];
	pid_t pid[4];

	(void)state;
	assert_int_equal(pipe(out), 0);
	for (int i = 0; i < 4; i++) {
		pid[i] = fork();
		if (pid[i] == 0) {
			char c;

			while (read(fd, &c, 1) == 1 && c != 'q')
				(void)!write(out[1], &c, 1);
			_exit(0);
		}
	}
	for (int i = 0; i < 400; i++)
		assert_int_equal(write(fd, "x", 1), 1);
	for (int i = 0; i < 4; i++)
		assert_int_equal(write(fd, "q", 1), 1);
	for (int i = 0; i < 4; i++)
		assert_int_equal(waitpid(pid[i], NULL, 0), pid[i]);
	close(out[1]);
	int n = 0;
	char c;
	while (read(out[0], &c, 1) == 1)
		n++;
	assert_int_equal(n, 400); /* each byte once */
	close(out[0]);
	close(fd);
}

/* ---- who may ------------------------------------------------------------------------- */

static void only_writers_set_it(void **state)
{
	struct iom_lab_timing t = {.phase1_ns = 1};
	int fd = lab(O_RDONLY), writer;
	char c;

	(void)state;
	assert_int_equal(ioctl(fd, IOM_LAB_SET_TIMING, &t), -1);
	assert_int_equal(errno, EPERM);
	writer = lab(O_WRONLY);
	assert_int_equal(write(writer, "x", 1), 1);
	assert_int_equal(ioctl(fd, IOM_LAB_FLUSH), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(read(fd, &c, 1), 1);
	assert_int_equal(ioctl(fd, IOM_LAB_GET_TIMING, &t), 0);
	assert_int_equal(t.phase1_ns, 0);
	assert_int_equal(stats_of(fd).read_ok, 1);
	assert_int_equal(ioctl(fd, IOM_LAB_RESET), 0);
	assert_int_equal(stats_of(fd).read_ok, 0);
	close(writer);
	close(fd);
}

static void the_last_file_takes_all_with_it(void **state)
{
	struct iom_lab_timing t;
	int fd = lab(O_RDWR), other = lab(O_RDONLY | O_NONBLOCK);
	char c;

	(void)state;
	set_timing(fd, 1, 2);
	assert_int_equal(write(fd, "xy", 2), 2);
	close(fd);
	while (!is_ready(other, POLLIN))
		usleep(1000);
	assert_int_equal(read(other, &c, 1), 1);
	close(other);
	fd = lab(O_RDONLY | O_NONBLOCK);
	assert_int_equal(read(fd, &c, 1), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(ioctl(fd, IOM_LAB_GET_TIMING, &t), 0);
	assert_true(t.phase1_ns == 0 && t.phase2_ns == 0);
	close(fd);
}

/* ---- limits -------------------------------------------------------------------------- */

static void *read_nowhere(void *arg)
{
	return (void *)(intptr_t)(read(*(int *)arg, nowhere, IOM_LAB_QUEUE_BYTES) < 0 ? errno : 0);
}

/* What is on its way to a reader, and may come back, has its place in the queue still. */
static void bytes_under_way_take_room(void **state)
{
	static char all[IOM_LAB_QUEUE_BYTES];
	int fd = lab(O_RDWR | O_NONBLOCK);
	pthread_t thread;
	void *err;

	(void)state;
	set_timing(fd, 0, 400 * MS);
	assert_int_equal(write(fd, all, sizeof(all)), sizeof(all));
	assert_int_equal(pthread_create(&thread, NULL, read_nowhere, &fd), 0);
	while (is_ready(fd, POLLIN))
		usleep(1000);
	assert_int_equal(write(fd, all, 1), -1);
	assert_int_equal(errno, EAGAIN);
	assert_false(is_ready(fd, POLLOUT));
	pthread_join(thread, &err);
	assert_int_equal((intptr_t)err, EFAULT);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(write(fd, all, sizeof(all)), -1);
		assert_int_equal(errno, EAGAIN);
	}
	set_timing(fd, 0, 0);
	assert_int_equal(read(fd, all, sizeof(all)), sizeof(all));
	assert_true(is_ready(fd, POLLOUT));
	close(fd);
}

static void messages_are_counted(void **state)
{
	struct pollfd p = {.events = POLLOUT};
	int fd = lab(O_RDWR | O_NONBLOCK);
	pid_t pid;
	char c;

	(void)state;
	for (int i = 0; i < IOM_LAB_QUEUE_MESSAGES; i++)
		assert_int_equal(write(fd, "x", 1), 1);
	assert_int_equal(write(fd, "x", 1), -1);
	assert_int_equal(errno, EAGAIN);
	assert_false(is_ready(fd, POLLOUT));
	pid = fork();
	if (pid == 0) { /* who waits for room is told */
		p.fd = fd;
		_exit(poll(&p, 1, -1) == 1 && p.revents == POLLOUT ? 0 : 1);
	}
	usleep(50000);
	assert_int_equal(read(fd, &c, 1), 1);
	assert_int_equal(ends_within(pid, 5000), 0);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
}

static void requests_are_counted(void **state)
{
	static struct one_request r[IOM_LAB_REQUESTS + 1];
	static char buf[16];
	int fd = lab(O_RDWR);

	(void)state;
	for (int i = 0; i <= IOM_LAB_REQUESTS; i++) {
		assert_int_equal(syscall(SYS_io_setup, 1, &r[i].ctx), 0);
		submit_one(&r[i], fd, buf, sizeof(buf));
	}
	assert_int_equal(next_event(r[IOM_LAB_REQUESTS].ctx, 1000), -ENOBUFS);
	assert_int_equal(stats_of(fd).async_submitted, IOM_LAB_REQUESTS);
	for (int i = 0; i <= IOM_LAB_REQUESTS; i++)
		assert_int_equal(syscall(SYS_io_destroy, r[i].ctx), 0);
	assert_int_equal(stats_of(fd).async_cancelled, IOM_LAB_REQUESTS);
	close(fd);
}

static void a_request_fills_some_segments(void **state)
{
	struct iovec v[IOM_LAB_SEGMENTS + 8];
	struct one_request r = {};
	struct iocb *list = &r.cb;
	char buf[IOM_LAB_SEGMENTS + 8] = "";
	int fd = lab(O_RDWR);

	(void)state;
	for (int i = 0; i < IOM_LAB_SEGMENTS + 8; i++)
		v[i] = (struct iovec){buf + i, 1};
	assert_int_equal(syscall(SYS_io_setup, 1, &r.ctx), 0);
	r.cb = (struct iocb){.aio_lio_opcode = IOCB_CMD_PREADV, .aio_fildes = (uint32_t)fd,
			     .aio_buf = (uintptr_t)v, .aio_nbytes = IOM_LAB_SEGMENTS + 8};
	assert_int_equal(syscall(SYS_io_submit, r.ctx, 1, &list), 1);
	assert_int_equal(write(fd, "0123456789012345678901234567890123456789", 40), 40);
	assert_int_equal(next_event(r.ctx, 5000), IOM_LAB_SEGMENTS);
	assert_memory_equal(buf, "01234567890123456789012345678901", IOM_LAB_SEGMENTS);
	assert_int_equal(buf[IOM_LAB_SEGMENTS], 0);
	syscall(SYS_io_destroy, r.ctx);
	close(fd);
}

static void waiters_are_counted(void **state)
{
	struct epoll_event ev = {.events = EPOLLIN};
	int ep[IOM_LAB_WAITERS + 1], fd = lab(O_RDWR | O_NONBLOCK);

	(void)state;
	for (int i = 0; i <= IOM_LAB_WAITERS; i++) {
		ep[i] = epoll_create1(0);
		assert_true(ep[i] >= 0);
		assert_int_equal(epoll_ctl(ep[i], EPOLL_CTL_ADD, fd, &ev), 0);
	}
	assert_int_equal(epoll_wait(ep[0], &ev, 1, 0), 0);
	assert_int_equal(epoll_wait(ep[IOM_LAB_WAITERS], &ev, 1, 0), 1);
	assert_true(ev.events & EPOLLERR);
	for (int i = 0; i <= IOM_LAB_WAITERS; i++)
		close(ep[i]);
	close(fd);
}

static void files_with_signals_are_counted(void **state)
{
	int fd[IOM_LAB_ARMED + 1];

	(void)state;
	signal(SIGIO, SIG_IGN);
	for (int i = 0; i <= IOM_LAB_ARMED; i++) {
		fd[i] = lab(O_RDWR);
		assert_int_equal(fcntl(fd[i], F_SETFL, O_ASYNC), i < IOM_LAB_ARMED ? 0 : -1);
	}
	assert_int_equal(errno, ENOSPC);
	close(fd[0]);
	assert_int_equal(fcntl(fd[IOM_LAB_ARMED], F_SETFL, O_ASYNC), 0);
	for (int i = 1; i <= IOM_LAB_ARMED; i++)
		close(fd[i]);
}

/* ---- bytes --------------------------------------------------------------------------- */

/* Messages longer than a piece, read in steps that fit nowhere. */
static void bytes_come_in_order(void **state)
{
	static unsigned char out[5003], in[sizeof(out)];
	int fd = lab(O_RDWR | O_NONBLOCK);
	size_t got = 0;
	ssize_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (unsigned char)(i * 31 + i / 256);
	assert_int_equal(write(fd, out, 1), 1);
	assert_int_equal(write(fd, out + 1, 5001), 5001);
	assert_int_equal(write(fd, out + 5002, 1), 1);
	while ((n = read(fd, in + got, 37)) > 0)
		got += (size_t)n;
	assert_int_equal(got, sizeof(out));
	assert_memory_equal(in, out, sizeof(out));
	assert_int_equal(stats_of(fd).read_ok, (sizeof(out) + 36) / 37);
	close(fd);
}

/* The part that could not be delivered comes again, before what is behind it. */
static void bytes_come_back(void **state)
{
	long page = sysconf(_SC_PAGESIZE);
	char *p = mmap(NULL, (size_t)page * 2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = lab(O_RDWR | O_NONBLOCK);
	static char in[3000], out[3000];

	(void)state;
	assert_ptr_not_equal(p, MAP_FAILED);
	munmap(p + page, (size_t)page);
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (char)(i % 251);
	assert_int_equal(write(fd, out, sizeof(out)), sizeof(out));
	assert_int_equal(read(fd, p + page - 7, sizeof(in)), 7);
	assert_memory_equal(p + page - 7, out, 7);
	assert_int_equal(read(fd, p + page, 100), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(read(fd, in, sizeof(in)), sizeof(in) - 7);
	assert_memory_equal(in, out + 7, sizeof(in) - 7);
	munmap(p, (size_t)page);
	close(fd);
}

/* An edge is news: what a reader leaves behind is none. */
static void an_edge_comes_once(void **state)
{
	struct epoll_event ev = {.events = EPOLLIN | EPOLLET};
	int fd = lab(O_RDWR | O_NONBLOCK), ep = epoll_create1(0);
	char c[4];

	(void)state;
	assert_int_equal(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev), 0);
	assert_int_equal(write(fd, "0123456789abcdef", 16), 16);
	assert_int_equal(epoll_wait(ep, &ev, 1, 1000), 1);
	assert_int_equal(read(fd, c, 4), 4);
	assert_int_equal(epoll_wait(ep, &ev, 1, 50), 0);
	assert_int_equal(write(fd, "x", 1), 1);
	assert_int_equal(epoll_wait(ep, &ev, 1, 1000), 1);
	assert_int_equal(epoll_wait(ep, &ev, 1, 50), 0);
	close(ep);
	close(fd);
}

/* ---- requests ------------------------------------------------------------------------ */

static void requests_are_cancelled(void **state)
{
	aio_context_t ctx = 0;
	struct iocb cb[3], *cbs[3];
	struct io_event ev;
	static char buf[16];
	int fd = lab(O_RDWR);

	(void)state;
	assert_int_equal(syscall(SYS_io_setup, 8, &ctx), 0);
	for (int i = 0; i < 3; i++) {
		cb[i] = (struct iocb){.aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = fd,
				      .aio_buf = (uintptr_t)buf, .aio_nbytes = sizeof(buf)};
		cbs[i] = &cb[i];
	}
	assert_int_equal(syscall(SYS_io_submit, ctx, 3, cbs), 3);
	/* -EINPROGRESS: it was asked to; the event says the rest */
	assert_int_equal(syscall(SYS_io_cancel, ctx, cbs[1], &ev), -1);
	assert_int_equal(errno, EINPROGRESS);
	assert_int_equal(syscall(SYS_io_getevents, ctx, 1, 1, &ev, NULL), 1);
	assert_int_equal(ev.res, -ECANCELED);
	assert_ptr_equal((void *)(uintptr_t)ev.obj, cbs[1]);
	assert_int_equal(write(fd, "0123456789abcdef", 16), 16);
	assert_int_equal(syscall(SYS_io_getevents, ctx, 1, 1, &ev, NULL), 1);
	assert_int_equal(ev.res, 16);
	assert_memory_equal(buf, "0123456789abcdef", 16);
	struct iom_lab_stats s = stats_of(fd);
	assert_int_equal(s.async_submitted, 3);
	assert_int_equal(s.async_late, 1);
	assert_int_equal(s.async_cancelled, 1);
	/* The context goes with one in flight: must not hang. */
	assert_int_equal(syscall(SYS_io_destroy, ctx), 0);
	close(fd);
}

/* Processes and rings that end with requests in flight. */
enum ending { EXIT, CLOSE, KILL, EXEC, ENDINGS };

static pid_t submitter(enum ending how, unsigned int setup)
{
	pid_t pid = fork();

	if (pid == 0) {
		static char buf[4][16];
		struct ref_ring r;
		struct io_uring_sqe sqe;
		int fd = open(LAB, O_RDONLY);

		if (fd < 0 || !ref_ring_open(&r, setup))
			_exit(2);
		for (int i = 0; i < 4; i++) {
			sqe = ref_sqe(IORING_OP_READ, fd, buf[i], 16, i);
			ref_ring_put(&r, &sqe);
		}
		ref_ring_enter(&r, 4, 0, setup & IORING_SETUP_SQPOLL ? IORING_ENTER_SQ_WAKEUP : 0);
		usleep(50000); /* the thread of SQPOLL takes them when it likes */
		if (how == CLOSE)
			close(r.fd);
		if (how == KILL)
			raise(SIGKILL);
		if (how == EXEC)
			execl("/bin/true", "true", NULL);
		_exit(0);
	}
	return pid;
}

static void requests_end_with_their_rings(void **state)
{
	(void)state;
	for (int how = 0; how < 2 * ENDINGS; how++) {
		pid_t pid = submitter(how / 2, how % 2 ? IORING_SETUP_SQPOLL : 0);
		int status = -1, tries;

		for (tries = 0; tries < 200 && waitpid(pid, &status, WNOHANG) == 0; tries++)
			usleep(50000);
		if (tries == 200)
			fail_msg("a process does not end: ending %d%s", how / 2,
				 how % 2 ? ", SQPOLL" : "");
		assert_int_equal(WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status),
				 how / 2 == KILL ? -SIGKILL : 0);
	}
	/* The last of them is completed by the work item within its look. */
	usleep(300000);
}

/* Phase 2 of a request is nobody's processor time, and can be ended. */
static void a_request_can_be_cancelled_while_it_moves(void **state)
{
	struct one_request r = {};
	struct io_event ev;
	char buf[16] = "";
	int fd = lab(O_RDWR | O_NONBLOCK);

	(void)state;
	assert_int_equal(fcntl(fd, F_SETFL, 0), 0);
	set_timing(fd, 0, IOM_LAB_PHASE_MAX_NS);
	assert_int_equal(syscall(SYS_io_setup, 1, &r.ctx), 0);
	submit_one(&r, fd, buf, sizeof(buf));
	assert_int_equal(write(fd, "0123456789abcdef", 16), 16);
	while (is_ready(fd, POLLIN))
		usleep(1000);
	assert_int_equal(syscall(SYS_io_cancel, r.ctx, &r.cb, &ev), -1);
	assert_int_equal(errno, EINPROGRESS);
	assert_int_equal(next_event(r.ctx, 3000), -ECANCELED);
	set_timing(fd, 0, 0);
	assert_int_equal(read(fd, buf, sizeof(buf)), 16);
	assert_memory_equal(buf, "0123456789abcdef", 16);
	syscall(SYS_io_destroy, r.ctx);
	close(fd);
}

static void a_process_can_be_killed_while_its_requests_move(void **state)
{
	static char buf[8][16];
	int fd = lab(O_RDWR);

	(void)state;
	set_timing(fd, 0, IOM_LAB_PHASE_MAX_NS);
	for (int uring = 0; uring < 2; uring++) {
		pid_t pid;

		assert_int_equal(ioctl(fd, IOM_LAB_FLUSH), 0);
		pid = fork();
		if (pid == 0) {
			struct one_request r[8] = {};
			struct io_uring_sqe sqe;
			struct ref_ring ring;

			if (uring && !ref_ring_open(&ring, 0))
				_exit(0);
			for (int i = 0; i < 8 && !uring; i++) {
				syscall(SYS_io_setup, 1, &r[i].ctx);
				submit_one(&r[i], fd, buf[i], 16);
			}
			for (int i = 0; i < 8 && uring; i++) {
				sqe = ref_sqe(IORING_OP_READ, fd, buf[i], 16, (uint64_t)i);
				ref_ring_put(&ring, &sqe);
			}
			if (uring)
				ref_ring_enter(&ring, 8, 0, 0);
			for (int i = 0; i < 8; i++)
				(void)!write(fd, "0123456789abcdef", 16);
			usleep(200000);
			raise(SIGKILL);
		}
		assert_int_equal(ends_within(pid, 5000), SIGKILL);
	}
	close(fd);
}

static struct {
	struct one_request r;
	volatile bool stop;
} race;

static bool cancel_it(void)
{
	struct io_event ev;

	return syscall(SYS_io_cancel, race.r.ctx, &race.r.cb, &ev) == -1 && errno == EINPROGRESS;
}

static void *canceller(void *arg)
{
	(void)arg;
	while (!race.stop)
		(void)cancel_it();
	return NULL;
}

/* Cancelled twice, by another thread as early as it can: the kernel knows the request
 * before the device has queued it. Once it was accepted, nobody can ask again.
 */
static void cancelling_is_not_lost(void **state)
{
	static char buf[16];
	int fd = lab(O_RDONLY);
	pthread_t thread;
	long done = 0, by_other = 0;

	(void)state;
	race.stop = false;
	race.r.ctx = 0;
	assert_int_equal(syscall(SYS_io_setup, 1, &race.r.ctx), 0);
	assert_int_equal(pthread_create(&thread, NULL, canceller, NULL), 0);
	for (uint64_t end = now_ns() + 5000 * MS; now_ns() < end; done++) {
		submit_one(&race.r, fd, buf, sizeof(buf));
		by_other += !cancel_it();
		if (next_event(race.r.ctx, 5000) != -ECANCELED)
			fail_msg("request %ld was to be cancelled, and is not", done);
	}
	race.stop = true;
	pthread_join(thread, NULL);
	print_message("%ld requests, %ld cancelled by the other thread\n", done, by_other);
	assert_true(by_other > 0);
	syscall(SYS_io_destroy, race.r.ctx);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(refuses, begin),
		cmocka_unit_test_setup(phases_take_their_time, begin),
		cmocka_unit_test_setup(reader_can_be_interrupted_and_killed, begin),
		cmocka_unit_test_setup(readers_share, begin),
		cmocka_unit_test_setup(only_writers_set_it, begin),
		cmocka_unit_test_setup(the_last_file_takes_all_with_it, begin),
		cmocka_unit_test_setup(bytes_under_way_take_room, begin),
		cmocka_unit_test_setup(messages_are_counted, begin),
		cmocka_unit_test_setup(requests_are_counted, begin),
		cmocka_unit_test_setup(a_request_fills_some_segments, begin),
		cmocka_unit_test_setup(waiters_are_counted, begin),
		cmocka_unit_test_setup(files_with_signals_are_counted, begin),
		cmocka_unit_test_setup(bytes_come_in_order, begin),
		cmocka_unit_test_setup(bytes_come_back, begin),
		cmocka_unit_test_setup(an_edge_comes_once, begin),
		cmocka_unit_test_setup(requests_are_cancelled, begin),
		cmocka_unit_test_setup(requests_end_with_their_rings, begin),
		cmocka_unit_test_setup(a_request_can_be_cancelled_while_it_moves, begin),
		cmocka_unit_test_setup(a_process_can_be_killed_while_its_requests_move, begin),
		cmocka_unit_test_setup(cancelling_is_not_lost, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
