/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes and threads as /proc shows them, held against children that are
 * known to sleep in one place.
 */
#define _GNU_SOURCE
#include <aio.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
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
#include <unistd.h>

#include <cmocka.h>

#include "collect/proc/procfs.h"
#include "collect/proc/procfs_int.h"
#include "run_under.h"

/* Forks a child that calls sleeps() and waits until it is asleep. */
static pid_t sleeper(void (*sleeps)(void))
{
	char path[48], text[256];
	pid_t child = fork();
	FILE *f;

	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		sleeps();
		_exit(0);
	}
	snprintf(path, sizeof(path), "/proc/%d/syscall", child);
	for (int i = 0; i < 500; i++) {
		usleep(10000);
		f = fopen(path, "re");
		if (f && fgets(text, sizeof(text), f) && text[0] != 'r' && i > 5) {
			fclose(f);
			return child;
		}
		if (f)
			fclose(f);
	}
	fail_msg("the child never slept");
	return child;
}

static void end(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

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
	end(child);
	assert_true(pfs_wait_set(child, (int)nr, args, set, 7) < 0);

	assert_int_equal(pfs_poll_first(child, args), -1);

	child = sleeper(sleeps_in_sparse_poll);
	nr = call_of(child, args);
	assert_int_equal(pfs_wait_set(child, (int)nr, args, set, 400), 1);
	assert_int_equal(set[0], 0);
	assert_int_equal(pfs_poll_first(child, args), -1);
	end(child);

	assert_int_equal(pipe(ends), 0);
	select_low = ends[0];
	select_high = fcntl(ends[0], F_DUPFD, 200);
	child = sleeper(sleeps_in_select);
	nr = call_of(child, args);
	assert_int_equal(pfs_wait_set(child, (int)nr, args, set, 400), 2);
	assert_int_equal(set[0], select_low);
	assert_int_equal(set[1], select_high);
	end(child);
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

static void libc_helpers(void **state)
{
	pid_t child = sleeper(sleeps_with_aio);
	int helpers = 0, own = 0;
	struct cap_proc proc = {};

	(void)state;
	usleep(50000);
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
			own++;
			assert_false(helper);
		} else {
			helpers += helper;
		}
	}
	assert_int_equal(own, 2);
	/* Both of these put code of their own around each thread's start. */
	if (!SANITIZED && !under_valgrind())
		assert_int_equal(helpers, 1);
	assert_int_equal(pfs_proc_read(child, &proc), 0);
	assert_true(proc.imports_posix_aio || under_valgrind());
	free(proc.exe);
	end(child);
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
	end(child);
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
	end(child);
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
	end(child);
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
	end(child);
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

static void reads_pipe(void)
{
	char byte;

	close(pipe_ends[1]);
	if (read(pipe_ends[0], &byte, 1) != 1)
		_exit(1);
}

static void fills_pipe(void)
{
	static const char much[1 << 17]; /* more than it holds */

	close(pipe_ends[0]);
	if (write(pipe_ends[1], much, sizeof(much)) < 0)
		_exit(1);
}

static void *feeds(void *unused)
{
	fills_pipe();
	return unused;
}

/* As a queue whose items nobody takes keeps its process from ending. */
static void joins_feeder(void)
{
	pthread_t feeder;

	if (!pthread_create(&feeder, NULL, feeds, NULL))
		pthread_join(feeder, NULL);
}

/* Looked at until it says so: a thread of the child that is to sleep may not have got a CPU yet. */
static char *in_turn_text(pid_t child, pid_t waiter, const char *says)
{
	char *text = pfs_in_turn(child, waiter);

	for (int i = 0; i < 50 && says && !(text && strstr(text, says)); i++) {
		free(text);
		usleep(20000);
		pfs_pipes_refresh();
		text = pfs_in_turn(child, waiter);
	}
	return text;
}

/* What a process that sleeps so waits for, of one that has both ends of the pipe, and of one that does not exist. */
static void waits_in_turn(void (*sleeps_so)(void), int stop, const char *says)
{
	pid_t child, waiter;
	char *text;

	assert_int_equal(pipe(pipe_ends), 0);
	waiter = sleeper(sleeps_in_poll);
	child = sleeper(sleeps_so);
	if (stop) {
		kill(child, SIGSTOP);
		assert_int_equal(waitpid(child, NULL, WUNTRACED), child);
	}
	pfs_pipes_refresh();
	assert_null(stop ? NULL : pfs_in_turn(child, 0x3ffffff));
	text = in_turn_text(child, waiter, says);
	if (says)
		assert_non_null(strstr(text ? text : "nothing", says));
	else
		assert_null(text);
	free(text);
	end(child);
	end(waiter);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
}

static void waits_for_parent(void)
{
	waitpid(getppid(), NULL, 0);
	pause();
}

static void makes_sleeper(void)
{
	if (!fork()) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
	}
	while (waitpid(-1, NULL, 0) >= 0)
		;
}

static void makes_two(void)
{
	if (!fork()) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
	}
	makes_sleeper();
}

static void waits_for_it(void)
{
	pid_t child = fork();

	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
	}
	waitpid(child, NULL, 0);
}

static void *waits(void *unused)
{
	waits_for_it();
	return unused;
}

/* As a runtime has a thread for each child. */
static void waits_in_a_thread(void)
{
	pthread_t reaper;

	if (!pthread_create(&reaper, NULL, waits, NULL))
		pthread_join(reaper, NULL);
}

static pid_t only_child(pid_t parent)
{
	char path[64];
	pid_t child = 0;
	DIR *tasks;
	struct dirent *e;

	snprintf(path, sizeof(path), "/proc/%d/task", parent);
	tasks = opendir(path);
	while (tasks && (e = readdir(tasks)))
		if (atoi(e->d_name) > 0 && pfs_children(parent, atoi(e->d_name)).first)
			child = pfs_children(parent, atoi(e->d_name)).first;
	if (tasks)
		closedir(tasks);
	return child;
}

static void in_turn_by_thread(void **state)
{
	pid_t parent = sleeper(waits_in_a_thread), child;
	char *text;

	(void)state;
	child = only_child(parent);
	assert_true(child > 0);
	text = in_turn_text(parent, child, " waits until this process ends");
	assert_non_null(strstr(text ? text : "nothing", " waits until this process ends"));
	free(text);
	end(parent);
}

/* Whoever waits for a child to end waits for that one; of several children, for none of them alone. */
static void in_turn_by_child(void **state)
{
	static const char says[] = "in turn waiting until this process ends";
	static void (*const waits[])(void) = {waits_for_it, makes_sleeper, makes_two};
	pid_t stranger = sleeper(waits_for_parent);

	(void)state;
	for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
		pid_t parent = sleeper(waits[i]), child = pfs_children(parent, parent).first;
		char *text;

		assert_true(child > 0);
		text = pfs_in_turn(parent, child);
		if (i < 2)
			assert_string_equal(text ? text : "nothing", says);
		else
			assert_null(text);
		free(text);
		assert_null(pfs_in_turn(parent, stranger));
		end(parent);
	}
	end(stranger);
}

static int socket_ends[2];

static void reads_socket(void)
{
	char byte;

	close(socket_ends[1]);
	if (read(socket_ends[0], &byte, 1) != 1)
		_exit(1);
}

static void fills_socket(void)
{
	static const char much[1 << 20]; /* more than it holds */

	close(socket_ends[1]);
	while (write(socket_ends[0], much, sizeof(much)) > 0)
		;
	_exit(1);
}

static void keeps_other_socket(void)
{
	close(socket_ends[0]);
	pause();
}

/* The other end of what it reads from is that of one process, and not of another one. */
static void waits_by_socket(void (*sleeps_so)(void), const char *says)
{
	pid_t child, waiter, stranger;
	char *text;

	stranger = sleeper(sleeps_in_poll);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, socket_ends), 0);
	waiter = sleeper(keeps_other_socket);
	child = sleeper(sleeps_so);
	pfs_sockets_refresh();
	pfs_pipes_refresh();
	text = in_turn_text(child, waiter, says);
	assert_non_null(strstr(text ? text : "nothing", says));
	free(text);
	assert_null(pfs_in_turn(child, stranger));
	end(child);
	end(waiter);
	end(stranger);
	close(socket_ends[0]);
	close(socket_ends[1]);
}

static void in_turn_by_socket(void **state)
{
	(void)state;
	waits_by_socket(reads_socket, "in turn waiting until this process writes to a socket or closes it");
	waits_by_socket(fills_socket, "in turn waiting until this process reads from a socket");
}

static char fifo[64];

static void keeps_fifo(void)
{
	if (open(fifo, O_RDONLY | O_CLOEXEC) < 0)
		_exit(1);
	pause();
}

/* Who reads from a FIFO is found by its path, and by that path no other FIFO. */
static void fifo_peer(void **state)
{
	char folder[] = "/tmp/iomodel-unit-XXXXXX";
	struct stat st;
	pid_t child, writer, peer = 0;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(fifo, sizeof(fifo), "%s/fifo", folder);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	fd = open(fifo, O_RDWR | O_CLOEXEC); /* so that nobody waits for anybody */
	child = sleeper(keeps_fifo);
	writer = sleeper(sleeps_in_poll); /* has fd, for both ways */
	assert_int_equal(fstat(fd, &st), 0);
	for (int i = 0; i < 50 && peer != child; i++) { /* a walk may miss the child where many want the CPUs */
		pfs_pipes_refresh();
		peer = pfs_fifo_peer(writer, fd, fifo, st.st_ino);
	}
	assert_int_equal(peer, child);
	assert_int_equal(pfs_fifo_peer(writer, fd, fifo, st.st_ino + 1), 0);
	assert_int_equal(pfs_fifo_peer(writer, fd, folder, st.st_ino), 0);
	end(child);
	end(writer);
	close(fd);
	unlink(fifo);
	rmdir(folder);
}

static int own_listener;

static void keeps_listener(void)
{
	close(socket_ends[0]);
	pause();
}

/* Who is connected to its own listener is told so as long as nobody has accepted it, though others have that too. */
static void asks_itself(void **state)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	struct stat ours;
	pid_t child, peer = 0;

	(void)state;
	own_listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(own_listener, (void *)&at, size), 0);
	assert_int_equal(listen(own_listener, 1), 0);
	assert_int_equal(getsockname(own_listener, (void *)&at, &size), 0);
	socket_ends[0] = socket(AF_INET, SOCK_STREAM, 0);
	child = sleeper(keeps_listener);
	assert_int_equal(connect(socket_ends[0], (void *)&at, size), 0);
	assert_int_equal(fstat(socket_ends[0], &ours), 0);
	/* What this process itself has is left out of the walk. */
	for (int i = 0; i < 50 && peer != child; i++) {
		pfs_sockets_refresh();
		pfs_pipes_refresh();
		peer = pfs_socket_peer(getpid(), ours.st_ino);
	}
	assert_int_equal(peer, child);
	assert_int_equal(pfs_socket_peer(child, ours.st_ino), child);
	close(own_listener);
	end(child);
	close(socket_ends[0]);
}

static void stopped_by(void **state)
{
	pid_t child = sleeper(sleeps_in_poll);
	char *text;

	(void)state;
	assert_null(pfs_stopped_by(child));
	kill(child, SIGSTOP);
	while (!(text = pfs_stopped_by(child)) && !kill(child, 0))
		usleep(1000);
	assert_string_equal(text, "SIGSTOP");
	free(text);
	end(child);
	assert_null(pfs_stopped_by(0x3ffffff));
}

static void in_turn(void **state)
{
	(void)state;
	waits_in_turn(reads_pipe, 0, "in turn waiting until this process writes to a pipe or closes it");
	waits_in_turn(fills_pipe, 0, "in turn waiting until this process reads from a pipe");
	waits_in_turn(joins_feeder, 0, " waits until this process reads from a pipe");
	waits_in_turn(sleeps_in_poll, 1, "stopped");
	waits_in_turn(sleeps_in_poll, 0, NULL);
	assert_null(pfs_in_turn(0x3ffffff, getpid()));
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
	end(child);
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
	end(first);
	end(second);
	assert_int_equal(pfs_tracer(first), 0);
	assert_int_equal(pfs_children(getpid(), getpid()).n, before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wait_sets),   cmocka_unit_test(libc_helpers),
		cmocka_unit_test(runtimes),    cmocka_unit_test(hostile_comm),
		cmocka_unit_test(descendants), cmocka_unit_test(process_of_a_thread),
		cmocka_unit_test(pipe_peer),   cmocka_unit_test(stopped_by),
		cmocka_unit_test(in_turn_by_socket),   cmocka_unit_test(neighbours_first),
		cmocka_unit_test(in_turn_by_child),    cmocka_unit_test(asks_itself),
		cmocka_unit_test(fifo_peer),
		cmocka_unit_test(in_turn_by_thread),
		cmocka_unit_test(nobody_is_read),
		cmocka_unit_test(children_and_tracer), cmocka_unit_test(in_turn),
		cmocka_unit_test(ring_counts),
	};
	int failed = cmocka_run_group_tests_name("procfs_task", tests, NULL, NULL);

	pfs_sockets_refresh();
	pfs_pipes_refresh();
	return failed;
}
