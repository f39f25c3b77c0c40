// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_lab_source.c - the lab device feeds itself: who may set it, its bytes, what each of
 * the five models is counted, its end, the totals. Needs root, the loaded module, and
 * nobody else at the device.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/epoll.h>

#include "lab_test.h"

#define N     53
#define BYTES 41
#define SEED  UINT64_C(0x123456789abcdef)

static void *volatile nowhere = (void *)1; /* no address of ours */
static unsigned char want[1 << 20];

static struct iom_lab_source source(uint32_t messages, uint32_t bytes, uint32_t burst)
{
	return (struct iom_lab_source){.seed = SEED, .messages = messages, .bytes = bytes, .burst = burst};
}

/* The judge's end: it stays open as long as the source is to live. */
static int feed(const struct iom_lab_source *s, uint64_t phase1, uint64_t phase2)
{
	int fd = lab(O_WRONLY);

	set_timing(fd, phase1, phase2);
	assert_int_equal(ioctl(fd, IOM_LAB_SET_SOURCE, s), 0);
	for (size_t i = 0; i < sizeof(want); i++)
		want[i] = (unsigned char)(iom_lab_word(SEED, i / 8) >> i % 8 * 8);
	return fd;
}

static struct iom_lab_stats total_of(int fd)
{
	struct iom_lab_stats s;

	assert_int_equal(ioctl(fd, IOM_LAB_GET_TOTAL, &s), 0);
	return s;
}

static void set_fails(int fd, struct iom_lab_source s, int err)
{
	assert_int_equal(ioctl(fd, IOM_LAB_SET_SOURCE, &s), -1);
	assert_int_equal(errno, err);
}

static void only_writers_rule(void **state)
{
	struct iom_lab_source s = source(3, 5, 1);
	int writer = feed(&s, 0, 0), fd = lab(O_RDONLY);
	struct iom_lab_timing t;
	struct iom_lab_stats stats;

	(void)state;
	set_fails(fd, s, EPERM);
	assert_int_equal(ioctl(fd, IOM_LAB_GET_TOTAL, &stats), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ioctl(fd, IOM_LAB_GET_TIMING, &t), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ioctl(writer, IOM_LAB_GET_TIMING, &t), 0);
	assert_int_equal(ioctl(fd, IOM_LAB_GET_STATS, &stats), 0);
	assert_int_equal(write(writer, "x", 1), -1);
	assert_int_equal(errno, EBUSY);
	assert_false(is_ready(writer, POLLOUT));
	s.messages = 0;
	assert_int_equal(ioctl(writer, IOM_LAB_SET_SOURCE, &s), 0);
	assert_int_equal(ioctl(fd, IOM_LAB_GET_TIMING, &t), 0);
	assert_int_equal(write(writer, "x", 1), 1);
	close(fd);
	close(writer);
}

static void refuses_sources_that_are_none(void **state)
{
	struct iom_lab_source s = source(1, 1, 1);
	int fd = lab(O_WRONLY);

	(void)state;
	set_fails(fd, source(1, 0, 1), EINVAL);
	set_fails(fd, source(1, 1, 0), EINVAL);
	set_fails(fd, source(1, 1, IOM_LAB_QUEUE_BYTES + 1), EINVAL);
	set_fails(fd, source(1, 1 << 16, 1 << 16), EINVAL); /* the product of 32 bits is 0 */
	s.flags = 2;
	set_fails(fd, s, EINVAL);
	s.flags = 0;
	s.period_ns = 1;
	set_fails(fd, s, EINVAL);
	s.flags = IOM_LAB_CLOCKED;
	set_fails(fd, s, EINVAL);
	s.period_ns = IOM_LAB_PHASE_MAX_NS + 1;
	set_fails(fd, s, EINVAL);
	s.period_ns = IOM_LAB_PERIOD_MIN_NS;
	assert_int_equal(ioctl(fd, IOM_LAB_SET_SOURCE, &s), 0);
	s = source(UINT32_MAX, 1, IOM_LAB_QUEUE_BYTES);
	assert_int_equal(ioctl(fd, IOM_LAB_SET_SOURCE, &s), 0);
	close(fd);
}

/* ---- the five models ------------------------------------------------------------------ */

static void blocking(void **state)
{
	struct iom_lab_source s = source(N, BYTES, 1);
	int writer = feed(&s, 5 * MS, 0), fd = lab(O_RDONLY);
	unsigned char buf[64];

	(void)state;
	for (int i = 0; i < N; i++) {
		assert_int_equal(read(fd, buf, sizeof(buf)), BYTES);
		assert_memory_equal(buf, want + i * BYTES, BYTES);
	}
	assert_int_equal(read(fd, buf, sizeof(buf)), 0);
	struct iom_lab_stats t = total_of(writer);
	assert_int_equal(t.read_ok_slept, N);
	assert_int_equal(t.read_ok, 0);
	assert_int_equal(t.sleeps, N);
	assert_int_equal(t.read_end, 1);
	assert_int_equal(t.read_bytes, N * BYTES);
	assert_int_equal(t.read_eagain + t.polled + t.read_error + t.read_interrupted, 0);
	assert_true(t.phase1_ns >= N * 4 * MS);
	close(fd);
	close(writer);
}

/* Each burst is asked for once in vain. */
static void nonblocking(void **state)
{
	struct iom_lab_source s = source(N, BYTES, 3);
	int writer = feed(&s, 0, 0), fd = lab(O_RDONLY | O_NONBLOCK);
	unsigned char buf[16];
	size_t got = 0;
	long eagain = 0;
	ssize_t n;

	(void)state;
	while ((n = read(fd, buf, sizeof(buf)))) {
		if (n < 0) {
			assert_int_equal(errno, EAGAIN);
			eagain++;
			continue;
		}
		assert_memory_equal(buf, want + got, n);
		got += (size_t)n;
	}
	assert_int_equal(got, N * BYTES);
	assert_int_equal(eagain, (N + 2) / 3);
	struct iom_lab_stats t = total_of(writer);
	assert_int_equal(t.read_eagain, eagain);
	/* 17 bursts of 123 bytes in 16s, and one of 82 */
	assert_int_equal(t.read_ok, 17 * 8 + 6);
	assert_int_equal(t.sleeps, 0);
	close(fd);
	close(writer);
}

static void multiplexed(void **state)
{
	struct iom_lab_source s = source(N, BYTES, 1);
	int writer = feed(&s, 2 * MS, 0), fd = lab(O_RDONLY | O_NONBLOCK);
	struct pollfd p = {.fd = fd, .events = POLLIN};
	unsigned char buf[64];

	(void)state;
	for (int i = 0; i < N; i++) {
		assert_int_equal(poll(&p, 1, -1), 1);
		assert_int_equal(p.revents, POLLIN);
		assert_int_equal(read(fd, buf, sizeof(buf)), BYTES);
	}
	assert_int_equal(poll(&p, 1, -1), 1);
	assert_int_equal(p.revents, POLLIN | POLLHUP);
	assert_int_equal(read(fd, buf, sizeof(buf)), 0);
	struct iom_lab_stats t = total_of(writer);
	assert_int_equal(t.polled, 2 * N + 1);
	assert_int_equal(t.polled_ready, N + 1);
	assert_int_equal(t.read_ok, N);
	assert_int_equal(t.read_eagain, 0);
	close(fd);
	close(writer);
}

/* Told once of each burst and once of the end; the last burst ends with 0, not EAGAIN. */
static void edges(void **state)
{
	struct iom_lab_source s = source(N, BYTES, 4);
	int writer = feed(&s, 2 * MS, 0), fd = lab(O_RDONLY | O_NONBLOCK), ep = epoll_create1(0);
	struct epoll_event ev = {.events = EPOLLIN | EPOLLET};
	unsigned char buf[16];
	long told = 0;
	ssize_t n;

	(void)state;
	assert_int_equal(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev), 0);
	do {
		assert_int_equal(epoll_wait(ep, &ev, 1, 10000), 1);
		told++;
		while ((n = read(fd, buf, sizeof(buf))) > 0)
			continue;
	} while (n < 0);
	assert_int_equal(told, (N + 3) / 4);
	assert_int_equal(epoll_wait(ep, &ev, 1, 1000), 1); /* the end is news, and was read already */
	assert_true(ev.events & EPOLLHUP);
	assert_int_equal(epoll_wait(ep, &ev, 1, 20), 0);
	assert_int_equal(total_of(writer).read_eagain, (N + 3) / 4 - 1);
	close(ep);
	close(fd);
	close(writer);
}

/* Who leaves bytes behind is not told again. */
static void an_edge_is_missed(void **state)
{
	struct iom_lab_source s = source(N, 16, 1);
	int writer = feed(&s, 0, 0), fd = lab(O_RDONLY | O_NONBLOCK), ep = epoll_create1(0);
	struct epoll_event ev = {.events = EPOLLIN | EPOLLET};
	unsigned char buf[4];

	(void)state;
	assert_int_equal(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev), 0);
	assert_int_equal(epoll_wait(ep, &ev, 1, 1000), 1);
	assert_int_equal(read(fd, buf, sizeof(buf)), 4);
	assert_int_equal(epoll_wait(ep, &ev, 1, 100), 0);
	close(ep);
	close(fd);
	close(writer);
}

/* One signal for each message and one for the end: the taking of the last byte asks. */
static void signals(void **state)
{
	struct iom_lab_source s = source(N, BYTES, 1);
	int writer = feed(&s, 0, 0), fd = lab(O_RDONLY | O_NONBLOCK), sig = SIGRTMIN + 3;
	unsigned char buf[64];
	struct timespec limit = {10, 0};
	sigset_t set;
	siginfo_t info;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_BLOCK, &set, NULL);
	assert_int_equal(fcntl(fd, F_SETOWN, getpid()), 0);
	assert_int_equal(fcntl(fd, F_SETSIG, sig), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK), 0);
	for (int i = 0; i <= N; i++) {
		assert_int_equal(sigtimedwait(&set, &info, &limit), sig);
		assert_int_equal(info.si_fd, fd);
		assert_true(info.si_band & POLLIN);
		assert_int_equal(read(fd, buf, sizeof(buf)), i < N ? BYTES : 0);
	}
	limit.tv_sec = 0;
	assert_int_equal(sigtimedwait(&set, &info, &limit), -1);
	struct iom_lab_stats t = total_of(writer);
	assert_int_equal(t.signalled, N + 1);
	assert_int_equal(t.read_ok, N);
	assert_int_equal(t.read_eagain, 0);
	close(fd);
	close(writer);
}

static void asynchronous(void **state)
{
	struct iom_lab_source s = source(N, BYTES, 1);
	int writer = feed(&s, 1 * MS, 0), fd = lab(O_RDONLY), in_flight = 0;
	static unsigned char buf[4][64];
	struct io_uring_sqe sqe;
	struct io_uring_cqe cqe;
	long data = 0, ends = 0;
	struct ref_ring r = {};
	bool seen[N] = {};

	(void)state;
	assert_true(ref_ring_open(&r, 0));
	for (uint64_t i = 0; i < 4; i++, in_flight++) {
		sqe = ref_sqe(IORING_OP_READ, fd, buf[i], sizeof(buf[i]), i);
		ref_ring_put(&r, &sqe);
	}
	ref_ring_enter(&r, 4, 0, 0);
	for (; in_flight; in_flight--) {
		ref_ring_wait(&r, &cqe);
		if (cqe.res == 0) {
			ends++;
			continue;
		}
		assert_int_equal(cqe.res, BYTES);
		/* A ring tells of two that complete together in either order. */
		for (int i = 0; i < N; i++)
			seen[i] |= !memcmp(buf[cqe.user_data], want + i * BYTES, BYTES);
		if (++data > N - 4)
			continue;
		sqe = ref_sqe(IORING_OP_READ, fd, buf[cqe.user_data], sizeof(buf[0]), cqe.user_data);
		ref_ring_put(&r, &sqe);
		ref_ring_enter(&r, 1, 0, 0);
		in_flight++;
	}
	assert_int_equal(data, N);
	assert_int_equal(ends, 0);
	for (int i = 0; i < N; i++)
		assert_true(seen[i]);
	struct iom_lab_stats t = total_of(writer);
	assert_int_equal(t.async_submitted, N);
	assert_int_equal(t.async_late, N);
	assert_int_equal(t.async_inline, 0);
	assert_int_equal(t.async_bytes, N * BYTES);
	assert_int_equal(t.async_depth_max, 4);
	assert_int_equal(t.read_end, 0);
	close(r.fd);
	close(fd);
	close(writer);
}

/* ---- its end -------------------------------------------------------------------------- */

static void *read_one(void *arg)
{
	char buf[64];

	return (void *)read(*(int *)arg, buf, sizeof(buf));
}

/* However many wait, each is told; and not before the last byte has arrived. */
static void all_are_told_of_the_end(void **state)
{
	struct iom_lab_source s = source(1, 16, 1);
	int writer = feed(&s, 20 * MS, 300 * MS), fd = lab(O_RDONLY), other = lab(O_RDONLY);
	struct one_request request[3] = {};
	struct pollfd p = {.fd = other};
	unsigned char buf[3][64];
	pthread_t thread[5];
	void *n;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(syscall(SYS_io_setup, 1, &request[i].ctx), 0);
		submit_one(&request[i], fd, buf[i], sizeof(buf[i]));
	}
	for (int i = 0; i < 5; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, read_one, &other), 0);
	assert_int_equal(poll(&p, 1, 10000), 1); /* for nothing but the end */
	assert_int_equal(p.revents, POLLHUP);
	long sum = 0;
	for (int i = 0; i < 5; i++) {
		pthread_join(thread[i], &n);
		sum += (long)n;
	}
	for (int i = 0; i < 3; i++) {
		sum += next_event(request[i].ctx, 5000);
		syscall(SYS_io_destroy, request[i].ctx);
	}
	assert_int_equal(sum, 16);
	struct iom_lab_stats t = total_of(writer);
	assert_int_equal(t.read_bytes + t.async_bytes, 16);
	assert_int_equal(t.read_end, 7);
	close(other);
	close(fd);
	close(writer);
}

/* Who waited before there was a source asks it. */
static void a_source_may_come_later(void **state)
{
	struct iom_lab_source s = source(6, 16, 1);
	int fd = lab(O_RDONLY), writer;
	struct one_request request = {};
	struct pollfd p = {.fd = fd, .events = POLLIN};
	pthread_t thread[2];
	unsigned char buf[64];
	void *n;

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, read_one, &fd), 0);
	assert_int_equal(syscall(SYS_io_setup, 1, &request.ctx), 0);
	submit_one(&request, fd, buf, sizeof(buf));
	usleep(100000);
	writer = feed(&s, 1 * MS, 0);
	assert_int_equal(next_event(request.ctx, 5000), 16);
	for (int i = 0; i < 2; i++) {
		pthread_join(thread[i], &n);
		assert_int_equal((long)n, 16);
	}
	/* A process that sleeps in poll is woken by the source's coming, too. */
	pid_t pid = fork();
	if (pid == 0)
		_exit(poll(&p, 1, -1) == 1 && p.revents == POLLIN ? 0 : 1);
	usleep(50000);
	assert_int_equal(ioctl(writer, IOM_LAB_SET_SOURCE, &s), 0);
	assert_int_equal(ends_within(pid, 5000), 0);
	syscall(SYS_io_destroy, request.ctx);
	close(fd);
	close(writer);
}

static void bytes_come_back(void **state)
{
	long page = sysconf(_SC_PAGESIZE);
	unsigned char *p = mmap(NULL, (size_t)page * 2, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct iom_lab_source s = source(2, 1000, 2);
	int writer = feed(&s, 0, 0), fd = lab(O_RDONLY);
	unsigned char buf[2000];

	(void)state;
	assert_ptr_not_equal(p, MAP_FAILED);
	munmap(p + page, (size_t)page);
	assert_int_equal(read(fd, nowhere, 700), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(read(fd, p + page - 333, 600), 333);
	assert_memory_equal(p + page - 333, want, 333);
	assert_int_equal(read(fd, buf, 5), 5); /* what came back goes first, and alone */
	assert_memory_equal(buf, want + 333, 5);
	for (size_t got = 338; got < 2000;) {
		ssize_t n = read(fd, buf, sizeof(buf));

		assert_true(n > 0);
		assert_memory_equal(buf, want + got, n);
		got += (size_t)n;
	}
	assert_int_equal(read(fd, buf, 1), 0);
	assert_int_equal(total_of(writer).read_bytes, 2000);
	munmap(p, (size_t)page);
	close(fd);
	close(writer);
}

/* ---- totals, lag ---------------------------------------------------------------------- */

static void totals_are_of_all_files(void **state)
{
	struct iom_lab_source s = source(10, 8, 1);
	int writer = feed(&s, 0, 0);
	char buf[8];

	(void)state;
	for (int i = 0; i < 10; i++) {
		int fd = lab(O_RDONLY);

		assert_int_equal(read(fd, buf, 8), 8);
		if (i % 2)
			assert_int_equal(ioctl(fd, IOM_LAB_RESET), 0);
		assert_int_equal(stats_of(fd).read_ok, i % 2 ? 0 : 1);
		close(fd);
	}
	struct iom_lab_stats t = total_of(writer);
	assert_int_equal(t.read_ok, 10);
	assert_int_equal(t.read_bytes, 80);
	assert_int_equal(ioctl(writer, IOM_LAB_RESET), 0);
	assert_int_equal(total_of(writer).read_ok, 10);
	assert_int_equal(ioctl(writer, IOM_LAB_SET_SOURCE, &s), 0);
	assert_int_equal(total_of(writer).read_ok, 0);
	close(writer);
}

static void lag_is_measured(void **state)
{
	struct iom_lab_source s = source(4, 16, 2);
	int writer = feed(&s, 0, 0), fd = lab(O_RDONLY | O_NONBLOCK);
	char buf[16];

	(void)state;
	assert_int_equal(read(fd, buf, 16), -1);
	usleep(30000);
	assert_int_equal(read(fd, buf, 8), 8);
	usleep(100000); /* it is taken when its first byte is */
	assert_int_equal(read(fd, buf, 8), 8);
	struct iom_lab_stats t = total_of(writer);
	assert_true(t.lag_ns >= 30 * MS);
	assert_int_equal(t.lag_ns, t.lag_max_ns);
	assert_int_equal(read(fd, buf, 16), 16);
	t = total_of(writer);
	assert_true(t.lag_max_ns >= 130 * MS);
	assert_true(t.lag_ns >= 160 * MS && t.lag_ns > t.lag_max_ns);
	close(fd);
	close(writer);
}

/* A burst each 20 ms, asked for or not, from the first asking on. */
static void clocked(void **state)
{
	struct iom_lab_source s = source(7, 8, 2);
	struct epoll_event ev = {.events = EPOLLIN | EPOLLET};
	int writer, fd, ep = epoll_create1(0);
	unsigned char buf[64];
	uint64_t begin, last = 0;

	(void)state;
	s.flags = IOM_LAB_CLOCKED;
	s.period_ns = 100 * MS;
	writer = feed(&s, 50 * MS, 0);
	fd = lab(O_RDONLY | O_NONBLOCK);
	usleep(200000);
	assert_int_equal(stats_of(fd).polled, 0); /* nobody has asked yet */
	begin = last = now_ns();
	assert_int_equal(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev), 0);
	for (int i = 0; i < 4; i++) {
		uint64_t due = 50 * MS + (uint64_t)i * 100 * MS;
		int n = epoll_wait(ep, &ev, 1, 3000);

		if (!n) /* what came before this asked for it was told with the one before */
			assert_true(last - begin >= due);
		else
			assert_true(now_ns() - begin >= due);
		last = now_ns();
	}
	assert_int_equal(read(fd, buf, sizeof(buf)), 56);
	assert_memory_equal(buf, want, 56);
	struct iom_lab_stats t = total_of(writer);
	assert_int_equal(t.read_eagain, 0);
	assert_true(t.lag_max_ns >= 300 * MS);
	assert_true(t.lag_ns >= (2 * 300 + 2 * 200 + 2 * 100) * MS);
	assert_int_equal(epoll_wait(ep, &ev, 1, 1000), 1);
	assert_true(ev.events & EPOLLHUP);
	close(ep);
	close(fd);
	close(writer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(only_writers_rule, begin),
		cmocka_unit_test_setup(refuses_sources_that_are_none, begin),
		cmocka_unit_test_setup(blocking, begin),
		cmocka_unit_test_setup(nonblocking, begin),
		cmocka_unit_test_setup(multiplexed, begin),
		cmocka_unit_test_setup(edges, begin),
		cmocka_unit_test_setup(an_edge_is_missed, begin),
		cmocka_unit_test_setup(signals, begin),
		cmocka_unit_test_setup(asynchronous, begin),
		cmocka_unit_test_setup(all_are_told_of_the_end, begin),
		cmocka_unit_test_setup(a_source_may_come_later, begin),
		cmocka_unit_test_setup(bytes_come_back, begin),
		cmocka_unit_test_setup(totals_are_of_all_files, begin),
		cmocka_unit_test_setup(lag_is_measured, begin),
		cmocka_unit_test_setup(clocked, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
