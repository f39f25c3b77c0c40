/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What /proc says, held against what this process and its children are known
 * to have open and to sleep in.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/proc/procfs.h"
#include "in_child.h"
#include "run_under.h"

static void one_file(int fd, struct pfs_file *f)
{
	assert_true(fd >= 0);
	pfs_sockets_refresh();
	assert_int_equal(pfs_file_read(getpid(), fd, f), 0);
	assert_int_equal(f->fd, fd);
}

/* Reads fd, checks it, closes it. */
static void expect(int fd, uint8_t kind, const char *name)
{
	struct pfs_file f;

	one_file(fd, &f);
	assert_int_equal(f.kind, kind);
	if (name) {
		assert_non_null(f.name);
		assert_string_equal(f.name, name);
	}
	free(f.name);
	free(f.watches);
	close(fd);
}

static void kinds(void **state)
{
	char path[] = "/tmp/iom-test-XXXXXX", fifo[64];
	int pipes[2];
	sigset_t none;
	struct pfs_file f;
	struct stat st;

	(void)state;
	sigemptyset(&none);
	expect(open("/dev/null", O_RDWR), IOM_K_NULL, "/dev/null");
	expect(open("/dev/zero", O_RDONLY), IOM_K_NULL, "/dev/zero");
	expect(open("/dev/urandom", O_RDONLY), IOM_K_NULL, "/dev/urandom");
	expect(posix_openpt(O_RDWR | O_NOCTTY), IOM_K_TTY, NULL);
	expect(open("/proc/self/status", O_RDONLY), IOM_K_PROC, NULL);
	expect(open("/sys/kernel/mm", O_RDONLY | O_DIRECTORY), IOM_K_DIR, "/sys/kernel/mm");
	expect(open("/", O_RDONLY | O_DIRECTORY), IOM_K_DIR, "/");
	expect(epoll_create1(0), IOM_K_EPOLL, "epoll");
	expect(eventfd(0, 0), IOM_K_EVENTFD, "eventfd");
	expect(timerfd_create(CLOCK_MONOTONIC, 0), IOM_K_TIMERFD, "timerfd");
	expect(signalfd(-1, &none, 0), IOM_K_SIGNALFD, "signalfd");
	expect(inotify_init(), IOM_K_INOTIFY, "inotify");
	expect(memfd_create("pot", 0), IOM_K_REG, "/memfd:pot (deleted)");
	expect(open("/proc/self/ns/net", O_RDONLY), IOM_K_ANON, NULL);

	assert_int_equal(pipe(pipes), 0);
	one_file(pipes[0], &f);
	assert_int_equal(fstat(pipes[0], &st), 0);
	assert_int_equal(f.kind, IOM_K_FIFO);
	assert_true(f.ino == st.st_ino);
	assert_true(S_ISFIFO(f.mode));
	free(f.name);
	close(pipes[0]);
	close(pipes[1]);

	int reg = mkstemp(path);

	one_file(reg, &f);
	assert_int_equal(fstat(reg, &st), 0);
	assert_int_equal(f.kind, IOM_K_REG);
	assert_string_equal(f.name, path);
	assert_true(f.mode == st.st_mode);
	assert_true(f.ino == st.st_ino);
	free(f.name);
	close(reg);
	unlink(path);

	snprintf(fifo, sizeof(fifo), "%s.fifo", path);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	expect(open(fifo, O_RDWR), IOM_K_FIFO, fifo);
	unlink(fifo);
}

static void hostile_path_is_no_socket(void **state)
{
	char dir[] = "/tmp/iom-test-XXXXXX", path[64];

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/socket:[1]\n\033[2J", dir);
	expect(open(path, O_CREAT | O_RDWR, 0600), IOM_K_REG, path);
	unlink(path);
	rmdir(dir);
}

static void flags(void **state)
{
	int fd = open("/dev/null", O_RDWR | O_NONBLOCK | O_CLOEXEC | O_APPEND);
	struct pfs_file f;

	(void)state;
	one_file(fd, &f);
	assert_true(f.f_flags & O_NONBLOCK);
	assert_true(f.f_flags & O_APPEND);
	assert_true((f.f_flags & O_ACCMODE) == O_RDWR);
	assert_false(f.f_flags & O_CLOEXEC);
	free(f.name);
	fcntl(fd, F_SETFL, O_RDWR);
	one_file(fd, &f);
	assert_false(f.f_flags & O_NONBLOCK);
	free(f.name);
	close(fd);
	/* a number that the reading itself does not use for a moment */
	assert_int_equal(pfs_file_read(getpid(), 900, &f), -ENOENT);
}

static void epoll_watches(void **state)
{
	struct epoll_event in = {.events = EPOLLIN | EPOLLET};
	int ep = epoll_create1(EPOLL_CLOEXEC), ev[100];
	struct pfs_file f, e;
	size_t met = 0;

	(void)state;
	for (int i = 0; i < 100; i++) {
		ev[i] = eventfd(0, 0);
		assert_int_equal(epoll_ctl(ep, EPOLL_CTL_ADD, ev[i], &in), 0);
	}
	one_file(ep, &f);
	one_file(ev[0], &e);
	assert_int_equal(f.nwatches, 100);
	for (size_t i = 0; i < f.nwatches; i++) {
		assert_true(f.watches[i].events & EPOLLIN);
		assert_true(f.watches[i].events & EPOLLET);
		assert_true(f.watches[i].ino == e.ino);
		for (int k = 0; k < 100; k++)
			met += f.watches[i].fd == ev[k];
	}
	assert_int_equal(met, 100);
	free(f.name);
	free(f.watches);
	free(e.name);
	for (int i = 0; i < 100; i++)
		close(ev[i]);
	close(ep);
}

/* Listener, client and accepted socket on the loopback of one family. */
static void tcp(int family, const char *ip)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr_in four = {.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr *addr = family == AF_INET ? (void *)&four : (void *)&six;
	socklen_t n = family == AF_INET ? sizeof(four) : sizeof(six);
	char here[80], name[200];
	unsigned int port, theirs;
	int l = socket(family, SOCK_STREAM, 0), c, a;

	assert_int_equal(bind(l, addr, n), 0);
	assert_int_equal(listen(l, 4), 0);
	getsockname(l, addr, &n);
	port = ntohs(family == AF_INET ? four.sin_port : six.sin6_port);
	c = socket(family, SOCK_STREAM, 0);
	assert_int_equal(connect(c, addr, n), 0);
	a = accept(l, NULL, NULL);
	getsockname(c, addr, &n);
	theirs = ntohs(family == AF_INET ? four.sin_port : six.sin6_port);
	snprintf(here, sizeof(here), "%s:%u", ip, port);

	snprintf(name, sizeof(name), "tcp %s <- %s:%u", here, ip, theirs);
	expect(dup(a), IOM_K_SOCK, name);
	snprintf(name, sizeof(name), "tcp %s:%u -> %s", ip, theirs, here);
	expect(c, IOM_K_SOCK, name);
	close(a);
	snprintf(name, sizeof(name), "tcp listen %s", here);
	expect(l, IOM_K_LISTEN, name);
}

static void tcp_names(void **state)
{
	(void)state;
	tcp(AF_INET, "127.0.0.1");
	tcp(AF_INET6, "[::1]");
}

static void udp_and_others(void **state)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_nl nl = {.nl_family = AF_NETLINK};
	socklen_t n = sizeof(a);
	char name[100];
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	unsigned int port;

	(void)state;
	assert_int_equal(bind(fd, (void *)&a, n), 0);
	getsockname(fd, (void *)&a, &n);
	port = ntohs(a.sin_port);
	snprintf(name, sizeof(name), "udp 127.0.0.1:%u", port);
	expect(dup(fd), IOM_K_SOCK, name);
	a.sin_port = htons(9);
	assert_int_equal(connect(fd, (void *)&a, n), 0);
	snprintf(name, sizeof(name), "udp 127.0.0.1:%u -> 127.0.0.1:9", port);
	expect(fd, IOM_K_SOCK, name);
	expect(socket(AF_NETLINK, SOCK_RAW, 0), IOM_K_SOCK, "netlink");
	fd = socket(AF_NETLINK, SOCK_RAW, 0);
	assert_int_equal(bind(fd, (void *)&nl, sizeof(nl)), 0);
	expect(fd, IOM_K_SOCK, "netlink route");
	expect(socket(AF_INET6, SOCK_STREAM, 0), IOM_K_SOCK, "tcp");
	expect(socket(AF_UNIX, SOCK_DGRAM, 0), IOM_K_SOCK, "unix");
	if (geteuid() == 0) {
		/* valgrind does not know pidfd_getfd(), by which it is asked where the
		 * kernel's sock_diag has no raw sockets. */
		expect(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), IOM_K_SOCK,
		       under_valgrind() ? NULL : "raw icmp");
		expect(socket(AF_PACKET, SOCK_RAW, 0), IOM_K_SOCK, "packet");
	}
}

/* Is fd called so? Sockets that come and go elsewhere meanwhile may keep a look from seeing one. */
static bool is_called(int fd, const char *name)
{
	bool same = false;
	struct pfs_file f;

	for (int i = 0; i < 20 && !same; i++) {
		pfs_pipes_refresh();
		one_file(fd, &f);
		same = f.name && !strcmp(f.name, name);
		free(f.name);
		free(f.watches);
	}
	return same;
}

/* A child that has only the second of two ends, until hold[1] is closed. */
static pid_t keeps_second(int ends[2], int hold[2])
{
	pid_t child;
	char c;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(pipe(hold), 0);
	child = fork();
	if (!child) {
		close(hold[1]);
		close(ends[0]);
		while (read(hold[0], &c, 1) < 0)
			;
		_exit(0);
	}
	close(hold[0]);
	return child;
}

static void unix_names(void **state)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	char dir[] = "/tmp/iom-test-XXXXXX", name[200], comm[16];
	int l = socket(AF_UNIX, SOCK_STREAM, 0), c = socket(AF_UNIX, SOCK_STREAM, 0), p[2];
	int hold[2];
	pid_t child;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(a.sun_path, sizeof(a.sun_path), "%s/x y.sock", dir);
	assert_int_equal(bind(l, (void *)&a, sizeof(a)), 0);
	assert_int_equal(listen(l, 4), 0);
	assert_int_equal(connect(c, (void *)&a, sizeof(a)), 0);
	snprintf(name, sizeof(name), "unix %s", a.sun_path);
	expect(accept(l, NULL, NULL), IOM_K_SOCK, name);
	close(c);
	c = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(connect(c, (void *)&a, sizeof(a)), 0);
	int accepted = accept(l, NULL, NULL);

	snprintf(name, sizeof(name), "unix -> %s", a.sun_path);
	expect(c, IOM_K_SOCK, name);
	close(accepted);
	snprintf(name, sizeof(name), "unix listen %s", a.sun_path);
	expect(l, IOM_K_LISTEN, name);
	unlink(a.sun_path);
	rmdir(dir);

	/* The other end is held by a child alone. */
	child = keeps_second(p, hold);
	close(p[1]);
	prctl(PR_GET_NAME, comm);
	snprintf(name, sizeof(name), "unix -> %d %s", child, comm);
	assert_true(is_called(p[0], name));
	close(p[0]);
	close(hold[1]);
	waitpid(child, NULL, 0);

	/* It was kept here as well, as a parent does that waits for what its child says. */
	child = keeps_second(p, hold);
	snprintf(name, sizeof(name), "unix -> %d %s", child, comm);
	assert_true(is_called(p[0], name));
	close(p[0]);
	close(p[1]);
	close(hold[1]);
	waitpid(child, NULL, 0);
}

static bool has_peer(pid_t pid, int fd)
{
	struct stat st;
	char *peer;

	assert_int_equal(fstat(fd, &st), 0);
	pfs_pipes_refresh();
	peer = pfs_pipe_peer(pid, fd, st.st_ino, NULL);
	free(peer);
	return peer;
}

/* A child that has both ends of the pipe, or one alone, until hold[1] is closed. */
static pid_t keeps_pipe(const int ends[2], int closed, const int hold[2])
{
	pid_t child = fork();
	char c;

	if (child)
		return child;
	close(hold[1]);
	if (closed >= 0)
		close(ends[closed]);
	while (read(hold[0], &c, 1) < 0)
		;
	_exit(0);
}

/* The pipe of a process to itself, which another one has inherited, is not between the two. */
static void pipe_to_itself(void **state)
{
	int p[2], hold[2];
	pid_t one, reader;

	(void)state;
	assert_int_equal(pipe(p), 0);
	assert_int_equal(pipe(hold), 0);
	one = keeps_pipe(p, -1, hold);
	keeps_pipe(p, -1, hold);
	reader = keeps_pipe(p, 1, hold);
	for (int i = 0; i < 100 && !has_peer(reader, p[0]); i++)
		;
	assert_true(has_peer(reader, p[0]));
	assert_false(has_peer(one, p[0]));
	assert_true(has_peer(one, p[1]));
	close(p[0]);
	close(p[1]);
	close(hold[0]);
	close(hold[1]);
	while (wait(NULL) > 0)
		;
}

static void another_network_namespace(void **state)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(4711)};
	int told[2], hold[2];
	struct pfs_file f;
	pid_t child;
	int fd = -1;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(pipe(told), 0);
	assert_int_equal(pipe(hold), 0);
	child = fork();
	if (!child) {
		char c;

		close(hold[1]);
		if (!unshare(CLONE_NEWNET)) {
			fd = socket(AF_INET, SOCK_STREAM, 0);
			if (bind(fd, (void *)&a, sizeof(a)) || listen(fd, 1))
				_exit(1);
		}
		if (write(told[1], &fd, sizeof(fd)) < 0)
			_exit(1);
		while (read(hold[0], &c, 1) < 0)
			;
		_exit(0);
	}
	close(hold[0]);
	assert_int_equal(read(told[0], &fd, sizeof(fd)), sizeof(fd));
	if (fd >= 0) {
		pfs_sockets_refresh();
		assert_int_equal(pfs_file_read(child, fd, &f), 0);
		assert_int_equal(f.kind, IOM_K_LISTEN);
		assert_string_equal(f.name, "tcp listen 0.0.0.0:4711");
		free(f.name);
	}
	close(hold[1]);
	close(told[0]);
	close(told[1]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	if (fd < 0)
		skip();
}

static void names_from_facts(void **state)
{
	struct iom_sockname s = {
		.family = AF_INET, .type = SOCK_STREAM, .sport = 80, .dport = 40001};
	const uint8_t addr[4] = {10, 1, 2, 3};
	char *t;

	(void)state;
	memcpy(s.saddr, addr, 4);
	memcpy(s.daddr, addr, 4);
	t = pfs_sockname_text(&s, false);
	assert_string_equal(t, "tcp 10.1.2.3:80 <- 10.1.2.3:40001");
	free(t);
	s.sport = 40001;
	s.dport = 80;
	t = pfs_sockname_text(&s, false);
	assert_string_equal(t, "tcp 10.1.2.3:40001 -> 10.1.2.3:80");
	free(t);
	s = (struct iom_sockname){.family = AF_INET6, .type = SOCK_STREAM, .daddr[15] = 1, .dport = 40000};
	t = pfs_sockname_text(&s, false);
	assert_string_equal(t, "tcp [::] <- [::1]:40000");
	free(t);
	s.dport = 443;
	t = pfs_sockname_text(&s, false);
	assert_string_equal(t, "tcp [::] -> [::1]:443");
	free(t);
	s = (struct iom_sockname){.family = AF_INET6, .type = SOCK_STREAM, .sport = 443};
	t = pfs_sockname_text(&s, true);
	assert_string_equal(t, "tcp listen [::]:443");
	free(t);
	s = (struct iom_sockname){.family = AF_UNIX, .type = SOCK_STREAM};
	t = pfs_sockname_text(&s, false);
	assert_string_equal(t, "unix");
	free(t);
	s = (struct iom_sockname){.family = 43};
	t = pfs_sockname_text(&s, false);
	assert_string_equal(t, "socket of family 43");
	free(t);
}

static void all_files(void **state)
{
	struct pfs_files v;
	int fd = dup2(0, 333);
	bool found = false;

	(void)state;
	pfs_sockets_refresh();
	assert_int_equal(pfs_files_read(getpid(), &v), 0);
	assert_true(v.n >= 1);
	for (size_t i = 0; i < v.n; i++) {
		if (i)
			assert_true(v.v[i].fd > v.v[i - 1].fd);
		found |= v.v[i].fd == 333;
	}
	assert_true(found);
	pfs_files_free(&v);
	close(fd);
	assert_int_equal(pfs_files_read(0x3ffffff, &v), -ESRCH);
}

/* CPU time: nothing here waits, and others use the machine too. */
static uint64_t cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void ten_thousand_files(void **state)
{
	bool slow = under_valgrind() || SANITIZED;
	struct rlimit lim;
	uint64_t best = UINT64_MAX;
	size_t want = under_valgrind() ? 200 : 10000, have;
	int *fds = calloc(want, sizeof(*fds));

	(void)state;
	getrlimit(RLIMIT_NOFILE, &lim);
	if (lim.rlim_cur < want + 100) {
		lim.rlim_cur = want + 100;
		if (lim.rlim_max < lim.rlim_cur)
			lim.rlim_max = lim.rlim_cur;
		if (setrlimit(RLIMIT_NOFILE, &lim)) {
			free(fds);
			skip();
		}
	}
	for (have = 0; have < want; have += 4) {
		fds[have] = open("/dev/null", O_RDONLY);
		fds[have + 1] = eventfd(0, 0);
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, &fds[have + 2]), 0);
	}
	for (int i = 0; i < 5; i++) {
		struct pfs_files v;
		uint64_t t0 = cpu_ns();

		pfs_sockets_refresh();
		assert_int_equal(pfs_files_read(getpid(), &v), 0);
		if (cpu_ns() - t0 < best)
			best = cpu_ns() - t0;
		assert_true(v.n >= want);
		pfs_files_free(&v);
	}
	for (size_t i = 0; i < want; i++)
		close(fds[i]);
	free(fds);
	print_message("%zu files: %.1f ms\n", want, best / 1e6);
	assert_true(best < (slow ? UINT64_C(5000000000) : UINT64_C(250000000)));
}

/* In a mount namespace of its own: what hangs there, and what is only named by it. */
static int names_foreign(void)
{
	static const struct {
		const char *path;
		bool foreign;
	} tries[] = {{"/mnt/x/file", true}, {"/mnt/x", true}, {"/mnt/x/..file", true}, {"/mnt/xfile", false},
		     {"/mnt/x/../file", false}, {"/mnt/x/..", false}, {"/tmp/file", false}};
	int fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	char options[80];

	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fuse);
	if (fuse < 0 || unshare(CLONE_NEWNS) || mount(NULL, "/", "none", MS_REC | MS_PRIVATE, NULL) ||
	    mount("x", "/mnt", "tmpfs", 0, NULL) || mkdir("/mnt/x", 0755) || mount("x", "/mnt/x", "fuse", 0, options))
		return 77;
	for (size_t i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		char *text = pfs_foreign_fs(getpid(), AT_FDCWD, tries[i].path);
		bool right = tries[i].foreign == (text && !strcmp(text, "on fuse, mounted at /mnt/x"));

		free(text);
		if (!right || (!tries[i].foreign && text))
			return (int)i + 1;
	}
	return 0;
}

static void foreign_file_systems(void **state)
{
	int result = in_child(names_foreign);

	(void)state;
	if (result == 77)
		skip();
	assert_int_equal(result, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(foreign_file_systems),
		cmocka_unit_test(kinds),
		cmocka_unit_test(hostile_path_is_no_socket),
		cmocka_unit_test(flags),
		cmocka_unit_test(epoll_watches),
		cmocka_unit_test(tcp_names),
		cmocka_unit_test(udp_and_others),
		cmocka_unit_test(unix_names),
		cmocka_unit_test(pipe_to_itself),
		cmocka_unit_test(another_network_namespace),
		cmocka_unit_test(names_from_facts),
		cmocka_unit_test(all_files),
		cmocka_unit_test(ten_thousand_files),
	};
	int failed = cmocka_run_group_tests_name("procfs", tests, NULL, NULL);

	pfs_sockets_refresh();
	pfs_pipes_refresh();
	return failed;
}
