/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes and threads as /proc shows them, held against children that are
 * known to sleep in one place.
 */
#define _GNU_SOURCE
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/proc/parse.h"
#include "collect/proc/procfs.h"
#include "collect/proc/procfs_int.h"
#include "run_under.h"
#include "sleeper.h"
static long call_of(pid_t pid, uint64_t a[6])
{
	char path[48], text[256] = "";
	long nr = -1;
	unsigned long long v[6];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	f = fopen(path, "re");
	assert_non_null(f);
	assert_non_null(fgets(text, sizeof(text), f));
	fclose(f);
	assert_int_equal(sscanf(text, "%ld %llx %llx %llx %llx %llx %llx", &nr, &v[0], &v[1], &v[2],
				&v[3], &v[4], &v[5]),
			 7);
	for (int i = 0; i < 6; i++)
		a[i] = v[i];
	return nr;
}

static void sleeps_in_poll(void)
{
	struct pollfd p[600];
	int ends[2];

	if (pipe(ends))
		_exit(1);
	for (int i = 0; i < 600; i++)
		p[i] = (struct pollfd){.fd = i % 2 ? -1 : ends[0], .events = POLLIN};
	poll(p, 600, -1);
}

/* Its own pipe goes by 0; the first place is kept for a file that is not there now. */
static void sleeps_in_sparse_poll(void)
{
	struct pollfd p[2] = {{.fd = -1}, {.events = POLLIN}};
	int ends[2];

	if (pipe(ends) || dup2(ends[0], 0))
		_exit(1);
	poll(p, 2, -1);
}

static int select_low, select_high;

static void sleeps_in_select(void)
{
	fd_set in, out;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(select_low, &in);
	FD_SET(select_high, &in);
	pselect(select_high + 1, &in, NULL, &out, NULL, NULL);
}

static void wait_sets(void **state)
{
	uint64_t args[6];
	int32_t set[400];
	int ends[2];
	pid_t child = sleeper(sleeps_in_poll);
	long nr = call_of(child, args);

	(void)state;
	assert_int_equal(pfs_wait_set(child, (int)nr, args, set, 400), 300);
	assert_true(set[0] >= 0 && set[0] == set[299]);
	assert_int_equal(pfs_poll_first(child, args), set[0]);
	assert_int_equal(pfs_wait_set(child, (int)nr, args, set, 7), 300);
	args[0] = 8;
	assert_true(pfs_wait_set(child, (int)nr, args, set, 7) < 0);
	sleeper_ends(child);
	assert_true(pfs_wait_set(child, (int)nr, args, set, 7) < 0);

	assert_int_equal(pfs_poll_first(child, args), -1);

	child = sleeper(sleeps_in_sparse_poll);
	nr = call_of(child, args);
	assert_int_equal(pfs_wait_set(child, (int)nr, args, set, 400), 1);
	assert_int_equal(set[0], 0);
	assert_int_equal(pfs_poll_first(child, args), -1);
	sleeper_ends(child);

	assert_int_equal(pipe(ends), 0);
	select_low = ends[0];
	select_high = fcntl(ends[0], F_DUPFD, 200);
	child = sleeper(sleeps_in_select);
	nr = call_of(child, args);
	assert_int_equal(pfs_wait_set(child, (int)nr, args, set, 400), 2);
	assert_int_equal(set[0], select_low);
	assert_int_equal(set[1], select_high);
	sleeper_ends(child);
	assert_int_equal(pfs_wait_set(getpid(), SYS_read, args, set, 7), -EINVAL);
	close(select_high);
	close(ends[0]);
	close(ends[1]);
}

static void *waits_for_ever(void *arg)
{
	for (;;)
		pause();
	return arg;
}

/* A thread of the program's own beside the one that libc makes for aio_read();
 * which is which is told by the name the program gave to its own. */
static void sleeps_with_aio(void)
{
	static struct aiocb cb;
	static char buf[8];
	pthread_t own;
	int ends[2];

	pthread_create(&own, NULL, waits_for_ever, NULL);
	pthread_setname_np(own, "own");
	if (pipe(ends))
		_exit(1);
	cb.aio_fildes = ends[0];
	cb.aio_buf = buf;
	cb.aio_nbytes = sizeof(buf);
	if (aio_read(&cb))
		_exit(1);
	pause();
}

/* How many of its threads are libc's, and in *own how many are not. */
static int count_helpers(pid_t child, int *own)
{
	int helpers = 0;

	*own = 0;
	for (pid_t tid = child; tid < child + 64; tid++) {
		char path[64], comm[32] = "";
		FILE *f;
		bool helper;

		snprintf(path, sizeof(path), "/proc/%d/task/%d/comm", child, tid);
		f = fopen(path, "re");
		if (!f)
			continue;
		assert_non_null(fgets(comm, sizeof(comm), f));
		fclose(f);
		helper = pfs_thread_is_libc_helper(child, tid);
		if (tid == child || !strcmp(comm, "own\n")) {
			++*own;
			assert_false(helper);
		} else {
			helpers += helper;
		}
	}
	return helpers;
}

static void libc_helpers(void **state)
{
	pid_t child = sleeper(sleeps_with_aio);
	struct cap_proc proc = {};
	int helpers = 0, own = 0;

	(void)state;
	/* On a busy machine it takes a while until they all sleep. */
	for (int i = 0; i < 100 && (own != 2 || helpers != 1); i++) {
		usleep(50000);
		helpers = count_helpers(child, &own);
		if (own == 2 && (SANITIZED || under_valgrind()))
			break;
	}
	assert_int_equal(own, 2);
	/* Both of these put code of their own around each thread's start. */
	if (!SANITIZED && !under_valgrind())
		assert_int_equal(helpers, 1);
	assert_int_equal(pfs_proc_read(child, &proc), 0);
	assert_true(proc.imports_posix_aio || under_valgrind());
	free(proc.exe);
	sleeper_ends(child);
	assert_false(pfs_thread_is_libc_helper(child, child));
}

static void sleeps(void)
{
	pause();
}

static void execs_sleep(void)
{
	execl("/bin/sleep", "sleep", "1000", (char *)NULL);
}

static void execs_bash(void)
{
	int ends[2];

	if (pipe(ends) == 0)
		dup2(ends[0], 0);
	execl("/bin/bash", "bash", "-c", "read x; exit 0", (char *)NULL);
}

static void execs_python(void)
{
	execl("/usr/bin/python3", "python3", "-c", "import time; time.sleep(1000)", (char *)NULL);
}

static void runtime_is(void (*run)(void), enum iom_runtime want, const char *exe)
{
	struct cap_proc proc = {};
	pid_t child = sleeper(run);

	for (int i = 0; i < 100; i++) { /* until it is the program that it becomes */
		assert_int_equal(pfs_proc_read(child, &proc), 0);
		if (proc.exe && strstr(proc.exe, exe))
			break;
		usleep(20000);
	}
	assert_int_equal(proc.runtime, want);
	assert_false(proc.imports_posix_aio);
	assert_non_null(proc.exe);
	assert_non_null(strstr(proc.exe, exe));
	free(proc.exe);
	sleeper_ends(child);
}

static void runtimes(void **state)
{
	struct cap_proc proc = {};

	(void)state;
	assert_int_equal(pfs_proc_read(0x3ffffff, &proc), -ESRCH);
	if (under_valgrind()) /* which runs its children's programs itself */
		return;
	runtime_is(execs_sleep, IOM_RT_NATIVE, "/sleep");
	runtime_is(execs_bash, IOM_RT_OTHER_SCRIPT, "/bash");
	if (!access("/usr/bin/python3", X_OK))
		runtime_is(execs_python, IOM_RT_PYTHON, "python3");
}

static void sleeps_with_hostile_name(void)
{
	prctl(PR_SET_NAME, ") R 1 1\n\033[2J");
	pause();
}

static void hostile_comm(void **state)
{
	pid_t child = sleeper(sleeps_with_hostile_name), self = getpid(), *down;
	struct cap_proc proc = {};
	bool found = false;
	size_t n;

	(void)state;
	assert_int_equal(pfs_proc_read(child, &proc), 0);
	assert_string_equal(proc.comm, ") R 1 1\n\033[2J");
	free(proc.exe);
	assert_int_equal(pfs_tgid(child), child);
	assert_false(pfs_is_kthread(child));
	down = pfs_descendants(&self, 1, &n);
	for (size_t i = 0; i < n; i++)
		found |= down[i] == child;
	assert_true(found);
	free(down);
	sleeper_ends(child);
}

static uint64_t ran_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void started(void **state)
{
	uint64_t before = pfs_now_ns(), after, began;
	pid_t child = sleeper(sleeps);

	(void)state;
	after = pfs_now_ns();
	began = pfs_started_ns(child);
	assert_true(began + 10000000 > before && began <= after);
	sleeper_ends(child);
	assert_int_equal(pfs_started_ns(0x7fffffff), 0);
}

/* Two numbers, each rounded down to a tick of 10 ms, before and after. */
static void cpu_times(void **state)
{
	uint64_t user, system, more_user, more_system, began, ran;

	(void)state;
	assert_true(pfs_cpu_times(getpid(), &user, &system));
	began = ran_ns();
	while (ran_ns() - began < 200000000)
		;
	ran = ran_ns() - began;
	assert_true(pfs_cpu_times(getpid(), &more_user, &more_system));
	assert_true(more_user >= user && more_system >= system);
	ran = ran > more_user - user + more_system - system ? ran - (more_user - user + more_system - system) :
							      more_user - user + more_system - system - ran;
	assert_true(ran <= 40000000);
	assert_false(pfs_cpu_times(0x7fffffff, &user, &system));
}

static void control_groups(void **state)
{
	static const struct {
		const char *text, *folder, *path; /* NULL: none */
	} cases[] = {
		{"0::/system.slice/x.service\n", "", "/system.slice/x.service"},
		{"0::/\n", "", ""},
		{"5:memory:/m\n4:cpu,cpuacct:/a/b\n0::/c\n", "cpu,cpuacct", "/a/b"},
		{"0::/c\n4:cpu:/a/b", "cpu", "/a/b"},
		{"4:cpuset,cpuacct:/a\n1:name=cpu:/b\n", NULL, NULL},
		{"0::/../other\n", NULL, NULL},
		{"4:../../tmp,cpu:/a\n", NULL, NULL},
		{"0::relative\n", NULL, NULL},
		{"0:\n:\n\n0::", NULL, NULL},
		{"", NULL, NULL},
	};
	struct parsed_cgroup g;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse_cgroup(cases[i].text, &g), cases[i].folder != NULL);
		if (!cases[i].folder)
			continue;
		assert_string_equal(g.folder, cases[i].folder);
		assert_string_equal(g.path, cases[i].path);
	}
}

static void quotas(void **state)
{
	struct parsed_quota q;

	(void)state;
	assert_true(parse_quota("usage_usec 7\nnr_periods 51\nnr_throttled 49\nthrottled_usec 3\n", &q));
	assert_true(q.periods == 51 && q.throttled == 49);
	assert_false(parse_quota("usage_usec 7\nuser_usec 3\n", &q));
	assert_false(parse_quota("nr_periods x\nnr_throttled 1\n", &q));
}

static void cpus(void **state)
{
	uint64_t allowed = 0, online = 0, all;
	cpu_set_t before, one;
	int cpu = 0;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	assert_true(pfs_cpus(getpid(), &all, &online));
	assert_int_equal(all, CPU_COUNT(&before));
	assert_true(online >= all);
	while (!CPU_ISSET(cpu, &before))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_true(pfs_cpus(getpid(), &allowed, &online));
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
	assert_int_equal(allowed, 1);
	assert_false(pfs_cpus(0x7fffffff, &allowed, &online));
}

static void forks_a_child(void)
{
	pid_t parent = getpid();

	if (!fork()) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent) /* it was gone before that */
			_exit(0);
		pause();
		_exit(0);
	}
	pause();
}

static void descendants(void **state)
{
	pid_t child = sleeper(forks_a_child), self = getpid(), *down, both[] = {self, child},
	      none = 0x3ffffff;
	size_t n;

	(void)state;
	down = pfs_descendants(&self, 1, &n);
	assert_int_equal(n, 2);
	assert_int_equal(down[0], child);
	free(down);
	down = pfs_descendants(&child, 1, &n);
	assert_int_equal(n, 1);
	free(down);
	down = pfs_descendants(both, 2, &n);
	assert_int_equal(n, 2); /* each once, though the second is below the first */
	free(down);
	sleeper_ends(child);
	down = pfs_descendants(&none, 1, &n);
	assert_int_equal(n, 0);
	free(down);
}

static void *says_tid(void *arg)
{
	*(pid_t *)arg = gettid();
	return NULL;
}

static void *says_tgid(void *arg)
{
	*(pid_t *)arg = pfs_tgid(gettid());
	return NULL;
}

static void process_of_a_thread(void **state)
{
	pthread_t t;
	pid_t tid = 0, tgid = 0;

	(void)state;
	pthread_create(&t, NULL, says_tid, &tid);
	pthread_join(t, NULL);
	assert_int_not_equal(tid, getpid());
	pthread_create(&t, NULL, says_tgid, &tgid);
	pthread_join(t, NULL);
	assert_int_equal(tgid, getpid());
	assert_int_equal(pfs_tgid(0x3ffffff), 0);
	assert_int_equal(pfs_tgid(-1), 0);
}

static int pipe_ends[2];

static void holds_read_end(void)
{
	close(pipe_ends[1]);
	prctl(PR_SET_NAME, "taker");
	pause();
}

static void pipe_peer(void **state)
{
	char name[64], *peer;
	struct pfs_file f;
	pid_t child, who = 0;

	(void)state;
	assert_int_equal(pipe(pipe_ends), 0);
	child = sleeper(holds_read_end);
	assert_int_equal(pfs_file_read(getpid(), pipe_ends[1], &f), 0);
	pfs_pipes_refresh();
	/* Looked at from the outside, as the collector does: it is no peer itself. */
	snprintf(name, sizeof(name), "taker %d fd %d", child, pipe_ends[0]);
	peer = pfs_pipe_peer(getpid(), pipe_ends[1], f.ino, &who);
	assert_non_null(peer);
	assert_string_equal(peer, name);
	assert_int_equal(who, child);
	free(peer);
	sleeper_ends(child);
	pfs_pipes_refresh();
	assert_null(pfs_pipe_peer(getpid(), pipe_ends[1], f.ino, NULL));
	free(f.name);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
}

/* Time may run out: those that were started with the process are asked first. */
static void neighbours_first(void **state)
{
	int32_t pids[] = {1, 2, 812, 4700, 4710, 4711, 4712, 9000};
	static const int32_t order[] = {4711, 4710, 4712, 4700, 812, 9000, 2, 1};

	(void)state;
	pfs_near_first(pids, 8, 4711);
	assert_memory_equal(pids + 3, order + 3, 5 * sizeof(*order));
	assert_int_equal(pids[0], 4711);
	assert_int_equal(pids[1] + pids[2], 4710 + 4712);
}
/* Puts one request into a ring of which nothing was used yet. */
static void put_nop(int fd, const struct io_uring_params *params)
{
	size_t size = params->sq_off.array + params->sq_entries * sizeof(uint32_t);
	char *sq = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_SQ_RING);
	struct io_uring_sqe *sqes = mmap(NULL, params->sq_entries * sizeof(*sqes), PROT_READ | PROT_WRITE, MAP_SHARED,
					 fd, IORING_OFF_SQES);

	assert_true(sq != MAP_FAILED && sqes != MAP_FAILED);
	sqes[0] = (struct io_uring_sqe){.opcode = IORING_OP_NOP};
	*(uint32_t *)(void *)(sq + params->sq_off.array) = 0;
	*(uint32_t *)(void *)(sq + params->sq_off.tail) = 1;
	munmap(sq, size);
	munmap(sqes, params->sq_entries * sizeof(*sqes));
}

/* A ring into which nothing was put yet; a pipe has no such counts. */
static void ring_counts(void **state)
{
	struct io_uring_params params = {};
	struct pfs_ring ring = {7, 7, 7};
	int fd = (int)syscall(SYS_io_uring_setup, 4, &params), ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_false(pfs_ring_counts(getpid(), ends[0], &ring));
	close(ends[0]);
	close(ends[1]);
	assert_false(pfs_ring_counts(getpid(), ends[0], &ring));
	if (fd < 0)
		skip(); /* io_uring is switched off here */
	assert_true(pfs_ring_counts(getpid(), fd, &ring));
	assert_int_equal(ring.taken, 0);
	assert_int_equal(ring.posted, 0);
	assert_int_equal(ring.seen, 0);
	/* One that does nothing is done at once. */
	put_nop(fd, &params);
	assert_int_equal(syscall(SYS_io_uring_enter, fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0), 1);
	assert_true(pfs_ring_counts(getpid(), fd, &ring));
	assert_int_equal(ring.taken, 1);
	assert_int_equal(ring.posted, 1);
	assert_int_equal(ring.seen, 0);
	close(fd);
}

static void nobody_is_read(void **state)
{
	pid_t child = sleeper(sleeps);
	struct pfs_files v;

	(void)state;
	assert_int_equal(pfs_files_read(child, &v), 0);
	pfs_files_free(&v);
	sleeper_ends(child);
	assert_int_equal(pfs_files_read(child, &v), -ESRCH);
	assert_int_equal(v.n, 0);
}

/* Children in the order in which they were made, and who traces one. */
static void children_and_tracer(void **state)
{
	size_t before = pfs_children(getpid(), getpid()).n; /* of a test that failed */
	pid_t first = sleeper(sleeps_in_poll), second = sleeper(sleeps_in_poll);
	struct pfs_children c = pfs_children(getpid(), getpid());

	(void)state;
	assert_int_equal(c.n, before + 2);
	assert_true(before || c.first == first);
	assert_int_equal(c.last, second);
	assert_int_equal(pfs_tracer(first), 0);
	assert_int_equal(pfs_tgid(first), first);
	if (!ptrace(PTRACE_SEIZE, first, NULL, NULL))
		assert_int_equal(pfs_tracer(first), getpid());
	sleeper_ends(first);
	sleeper_ends(second);
	assert_int_equal(pfs_tracer(first), 0);
	assert_int_equal(pfs_children(getpid(), getpid()).n, before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wait_sets),   cmocka_unit_test(libc_helpers),
		cmocka_unit_test(runtimes),    cmocka_unit_test(started),
		cmocka_unit_test(cpu_times), cmocka_unit_test(control_groups),
		cmocka_unit_test(quotas),
		cmocka_unit_test(cpus),
		cmocka_unit_test(hostile_comm),
		cmocka_unit_test(descendants), cmocka_unit_test(process_of_a_thread),
		cmocka_unit_test(pipe_peer),   cmocka_unit_test(neighbours_first),
		cmocka_unit_test(nobody_is_read), cmocka_unit_test(children_and_tracer),
		cmocka_unit_test(ring_counts),
	};
	int failed = cmocka_run_group_tests_name("procfs_task", tests, NULL, NULL);

	pfs_sockets_refresh();
	pfs_pipes_refresh();
	return failed;
}
