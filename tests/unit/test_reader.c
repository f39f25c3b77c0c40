/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The process that looks at strangers: that it sees what the caller would, and that
 * the caller goes on when it hangs or dies. Each test starts its own, in a child.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/proc/procfs.h"
#include "collect/proc/procfs_int.h"
#include "collect/proc/reader.h"
#include "run_under.h"

#define PAGE	4096
#define LONG_NS UINT64_C(20000000000) /* what nothing here may take, on any machine */

static void isolated(void (*test)(void))
{
	pid_t child;
	int status;

	if (under_valgrind())
		return;
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		if (pfs_helpers_start())
			_exit(2);
		test();
		pfs_helpers_stop();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

#define MUST(x)                                                                                    \
	do {                                                                                       \
		if (!(x)) {                                                                        \
			fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #x);      \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

/* Some child of parent whose name begins so; 0: none. */
static pid_t child_named(pid_t parent, const char *name)
{
	DIR *dir = opendir("/proc");
	struct dirent *e;
	pid_t found = 0;

	while ((e = readdir(dir))) {
		char path[300], comm[64] = "";
		int ppid = 0;
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%s/stat", e->d_name);
		f = atoi(e->d_name) > 0 ? fopen(path, "re") : NULL;
		if (f && fscanf(f, "%*d (%63[^)]) %*c %d", comm, &ppid) == 2 && ppid == parent &&
		    !strncmp(comm, name, strlen(name)))
			found = atoi(e->d_name);
		if (f)
			fclose(f);
	}
	closedir(dir);
	return found;
}

static pid_t maker(void)
{
	return child_named(getpid(), "iomodel-helper");
}

static pid_t reader(void)
{
	return child_named(maker(), "iomodel-reader");
}

static void must_name(int fd, const char *name)
{
	struct pfs_file f;

	MUST(!pfs_file_read(getpid(), fd, &f));
	MUST(f.name && !strcmp(f.name, name));
	free(f.name);
	free(f.watches);
}

static void sees_what_is_there(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "\0iom\nreader"};
	int un = socket(AF_UNIX, SOCK_STREAM, 0);
	uint64_t word = 0x1122334455667788, got = 0;
	struct pfs_files all;
	struct cap_proc proc = {};

	must_name(open("/dev/null", O_RDONLY), "/dev/null");
	must_name(eventfd(0, 0), "eventfd");
	MUST(!bind(un, (void *)&a, offsetof(struct sockaddr_un, sun_path) + 11));
	must_name(un, "unix @iom\nreader");
	MUST(iom_target_read(getpid(), (uintptr_t)&word, &got, sizeof(got), 0) == sizeof(got));
	MUST(got == word);
	MUST(iom_target_read(getpid(), 16, &got, sizeof(got), 0) == -EFAULT);
	MUST(!pfs_files_read(getpid(), &all) && all.n >= 6);
	pfs_files_free(&all);
	MUST(!pfs_proc_read(getpid(), &proc) && !strcmp(proc.comm, "test_reader"));
	MUST(proc.exe && strstr(proc.exe, "test_reader"));
	free(proc.exe);
	MUST(pfs_same_file(getpid(), 0, dup(0)) == 1 && pfs_same_file(getpid(), un, 0) == 0);
	MUST(!pfs_unread(getpid()));
}

static void test_sees(void **state)
{
	(void)state;
	isolated(sees_what_is_there);
}

static void large_memory(void)
{
	size_t size = 5000000;
	unsigned char *from = malloc(size), *to = calloc(1, size);

	for (size_t i = 0; i < size; i++)
		from[i] = (unsigned char)(i * 7 + i / 4096);
	MUST(iom_target_read(getpid(), (uintptr_t)from, to, size, 0) == (int)size);
	MUST(!memcmp(from, to, size));
	free(from);
	free(to);
}

static void test_large(void **state)
{
	(void)state;
	isolated(large_memory);
}

static void killed(void)
{
	pid_t first;

	must_name(0 + open("/dev/null", O_RDONLY), "/dev/null");
	first = reader();
	MUST(first > 0);
	MUST(!kill(first, SIGKILL));
	usleep(50000);
	must_name(open("/dev/zero", O_RDONLY), "/dev/zero");
	MUST(reader() > 0 && reader() != first);
	MUST(!pfs_unread(getpid()));
}

static void test_killed(void **state)
{
	(void)state;
	isolated(killed);
}

static void maker_killed(void)
{
	int fd = open("/dev/null", O_RDONLY);
	struct pfs_file f;

	must_name(fd, "/dev/null");
	MUST(!kill(maker(), SIGKILL));
	usleep(50000);
	MUST(pfs_file_read(getpid(), fd, &f) != 0);
	MUST(pfs_file_read(getpid(), fd, &f) != 0);
}

static void test_maker_killed(void **state)
{
	(void)state;
	isolated(maker_killed);
}

/* One that somebody stops takes five seconds once, and is ended. */
static void maker_stopped(void)
{
	int fd = open("/dev/null", O_RDONLY);
	uint64_t began = pfs_now_ns();
	struct pfs_file f;
	pid_t m;

	MUST(!rd_worker_new(&(struct rd_worker){}));
	m = maker();
	MUST(m > 0 && !kill(m, SIGSTOP));
	for (int i = 0; i < 3; i++)
		MUST(pfs_file_read(getpid(), fd, &f) != 0);
	MUST(pfs_now_ns() - began < LONG_NS / 2);
	pfs_helpers_stop();
	MUST(kill(m, 0));
}

/* One that is stopped while nothing is asked. */
static void maker_stopped_last(void)
{
	pid_t m;

	must_name(open("/dev/null", O_RDONLY), "/dev/null");
	m = maker();
	MUST(m > 0 && !kill(m, SIGSTOP));
	pfs_helpers_stop();
	MUST(kill(m, 0));
}

static void test_maker_stopped(void **state)
{
	(void)state;
	alarm(60); /* where it waited for ever */
	isolated(maker_stopped);
	isolated(maker_stopped_last);
	alarm(0);
}

static void *unanswered_page(void)
{
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	struct uffdio_api api = {.api = UFFD_API};
	struct uffdio_register reg = {.range = {.start = (uintptr_t)page, .len = PAGE},
				      .mode = UFFDIO_REGISTER_MODE_MISSING};

	MUST(uffd >= 0 && !ioctl(uffd, UFFDIO_API, &api) && !ioctl(uffd, UFFDIO_REGISTER, &reg));
	return page;
}

/* A process with a page that nobody can read. */
static pid_t stuck_process(void **page)
{
	pid_t child;
	int p[2];
	char c;

	*page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	MUST(!pipe(p));
	child = fork();
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		*(void **)*page = unanswered_page();
		MUST(write(p[1], "x", 1) == 1);
		pause();
	}
	MUST(read(p[0], &c, 1) == 1);
	*page = *(void **)*page;
	return child;
}

static void hangs(void)
{
	uint64_t began = pfs_now_ns(), word, mine = 7;
	void *page;
	pid_t child = stuck_process(&page);
	struct pfs_file f;

	MUST(iom_target_read(child, (uintptr_t)page, &word, sizeof(word), 0) == -ETIMEDOUT);
	MUST(pfs_unread(child));
	/* Others, and what else there is of it, can be read all the same. */
	MUST(iom_target_read(getpid(), (uintptr_t)&mine, &word, 8, 0) == 8 && word == 7);
	MUST(!pfs_file_read(child, 0, &f));
	free(f.name);
	/* The second time is the last. */
	MUST(iom_target_read(child, (uintptr_t)page, &word, sizeof(word), 0) == -ETIMEDOUT);
	MUST(pfs_file_read(child, 0, &f) != 0);
	for (int i = 0; i < 1000; i++)
		MUST(iom_target_read(child, (uintptr_t)page, &word, 8, 0) == -ETIMEDOUT);
	MUST(!pfs_unread(getpid()));
	MUST(pfs_now_ns() - began < LONG_NS);
	kill(child, SIGKILL);
}

static void test_hangs(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	isolated(hangs);
}

/* Who cannot wait does not, and a reader that is merely slow is not given up. */
static void short_deadline(void)
{
	uint64_t word, mine = 7;
	void *page;
	pid_t child = stuck_process(&page), first;

	MUST(iom_target_read(getpid(), (uintptr_t)&mine, &word, 8, 0) == 8);
	first = reader();
	MUST(iom_target_read(child, (uintptr_t)page, &word, 8, pfs_now_ns() + 20000000) ==
	     -ETIMEDOUT);
	MUST(!pfs_unread(child));
	MUST(reader() == first);
	kill(child, SIGKILL); /* its page goes with it, and the reader answers */
	waitpid(child, NULL, 0);
	word = 0;
	MUST(iom_target_read(getpid(), (uintptr_t)&mine, &word, 8, 0) == 8 && word == 7);
	MUST(reader() == first);
}

static void test_short_deadline(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	isolated(short_deadline);
}

/* Many that hang: each costs a reader, until there are none; then it is said so. */
static void all_hang(void)
{
	uint64_t began = pfs_now_ns(), word, mine;
	void *page;

	for (int i = 0; i < 9; i++) {
		pid_t child = stuck_process(&page);

		MUST(iom_target_read(child, (uintptr_t)page, &word, 8, 0) < 0);
	}
	MUST(iom_target_read(getpid(), (uintptr_t)&mine, &word, 8, 0) == -EIO);
	MUST(pfs_now_ns() - began < 3 * LONG_NS);
}

static void test_all_hang(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	isolated(all_hang);
}

/* Nobody is left behind, also when the collector is killed. */
static void test_nobody_stays(void **state)
{
	pid_t child, m, r;
	int p[2];
	pid_t told[2];

	(void)state;
	if (under_valgrind())
		return;
	assert_int_equal(pipe(p), 0);
	child = fork();
	if (!child) {
		MUST(!pfs_helpers_start());
		must_name(open("/dev/null", O_RDONLY), "/dev/null");
		told[0] = maker();
		told[1] = reader();
		MUST(write(p[1], told, sizeof(told)) == sizeof(told));
		pause();
	}
	assert_int_equal(read(p[0], told, sizeof(told)), sizeof(told));
	m = told[0];
	r = told[1];
	assert_true(m > 0 && r > 0);
	assert_int_equal(child_named(m, "iomodel-reader"), r);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	for (int i = 0; i < 500 && (!kill(m, 0) || !kill(r, 0)); i++) {
		char path[32], comm[64], state_of = 0;
		int left = 0;

		for (int k = 0; k < 2; k++) { /* one that nobody waits for is gone as well */
			FILE *f;

			snprintf(path, sizeof(path), "/proc/%d/stat", told[k]);
			f = fopen(path, "re");
			left += f && fscanf(f, "%*d (%63[^)]) %c", comm, &state_of) == 2 &&
				state_of != 'Z';
			if (f)
				fclose(f);
		}
		if (!left)
			return;
		usleep(20000);
	}
	assert_true(kill(m, 0) && kill(r, 0));
}

static void *stays(void *unused)
{
	pause();
	return unused;
}

/* Its main thread has left by pthread_exit(3), and with it what /proc/PID tells of files and memory: the other
 * threads have these still. */
static void leader_left(void)
{
	static uint64_t word;
	uint64_t seen = 0;
	struct pfs_file f = {};
	struct pfs_files all;
	struct cap_proc proc = {};
	pid_t child, parent;
	bool listed = false;
	int others = 0;

	child = fork();
	if (!child) {
		pthread_t thread;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		word = 7;
		dup2(open("/dev/zero", O_RDONLY), 77);
		if (pthread_create(&thread, NULL, stays, NULL))
			_exit(1);
		pthread_exit(NULL);
	}
	for (int i = 0; i < 500 && !pfs_is_zombie(child, &parent, &others); i++)
		usleep(10000);
	MUST(others > 0);
	MUST(!pfs_file_read(child, 77, &f));
	MUST(f.name && !strcmp(f.name, "/dev/zero") && S_ISCHR(f.mode));
	free(f.name);
	MUST(!pfs_files_read(child, &all));
	for (size_t i = 0; i < all.n; i++)
		listed |= all.v[i].fd == 77;
	MUST(listed);
	pfs_files_free(&all);
	MUST(iom_target_read(child, (uintptr_t)&word, &seen, sizeof(seen), 0) == 8 && seen == 7);
	MUST(!pfs_proc_read(child, &proc) && proc.exe && strstr(proc.exe, "test_reader"));
	free(proc.exe);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void test_leader_left(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	isolated(leader_left);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sees),	 cmocka_unit_test(test_large),
		cmocka_unit_test(test_killed),	 cmocka_unit_test(test_maker_killed),
		cmocka_unit_test(test_maker_stopped),
		cmocka_unit_test(test_hangs),	 cmocka_unit_test(test_short_deadline),
		cmocka_unit_test(test_leader_left),
		cmocka_unit_test(test_all_hang), cmocka_unit_test(test_nobody_stays),
	};

	return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
