/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whom a process waits for, and what that one waits for in turn, held against children that are known to sleep so.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/proc/procfs.h"
#include "collect/proc/procfs_int.h"
#include "sleeper.h"

static int pipe_ends[2];

static void pauses(void)
{
	pause();
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
	waiter = sleeper(pauses);
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
	sleeper_ends(child);
	sleeper_ends(waiter);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
}

static void waits_for_parent(void)
{
	waitpid(getppid(), NULL, 0);
	pause();
}

/* Ends with its parent, also where that has ended before it got so far. */
static pid_t pausing_child(void)
{
	pid_t parent = getpid(), child = fork();

	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (getppid() == parent)
			pause();
		_exit(0);
	}
	return child;
}

static void makes_sleeper(void)
{
	pausing_child();
	while (waitpid(-1, NULL, 0) >= 0)
		;
}

static void makes_two(void)
{
	pausing_child();
	makes_sleeper();
}

static void waits_for_it(void)
{
	waitpid(pausing_child(), NULL, 0);
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
	for (int i = 0; i < 500 && !child; i++) { /* the thread may not have come to it */
		usleep(10000);
		child = only_child(parent);
	}
	assert_true(child > 0);
	text = in_turn_text(parent, child, " waits until this process ends");
	assert_non_null(strstr(text ? text : "nothing", " waits until this process ends"));
	free(text);
	sleeper_ends(parent);
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
		text = in_turn_text(parent, child, i < 2 ? says : NULL);
		if (i < 2)
			assert_string_equal(text ? text : "nothing", says);
		else
			assert_null(text);
		free(text);
		assert_null(pfs_in_turn(parent, stranger));
		sleeper_ends(parent);
	}
	sleeper_ends(stranger);
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

	stranger = sleeper(pauses);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, socket_ends), 0);
	waiter = sleeper(keeps_other_socket);
	child = sleeper(sleeps_so);
	pfs_sockets_refresh();
	pfs_pipes_refresh();
	text = in_turn_text(child, waiter, says);
	assert_non_null(strstr(text ? text : "nothing", says));
	free(text);
	assert_null(pfs_in_turn(child, stranger));
	sleeper_ends(child);
	sleeper_ends(waiter);
	sleeper_ends(stranger);
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
	writer = sleeper(pauses); /* has fd, for both ways */
	assert_int_equal(fstat(fd, &st), 0);
	for (int i = 0; i < 50 && peer != child; i++) { /* a walk may miss the child where many want the CPUs */
		pfs_pipes_refresh();
		peer = pfs_fifo_peer(writer, fd, fifo, st.st_ino);
	}
	assert_int_equal(peer, child);
	assert_int_equal(pfs_fifo_peer(writer, fd, fifo, st.st_ino + 1), 0);
	assert_int_equal(pfs_fifo_peer(writer, fd, folder, st.st_ino), 0);
	sleeper_ends(child);
	sleeper_ends(writer);
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
		peer = pfs_socket_peer(getpid(), ours.st_ino, NULL);
	}
	assert_int_equal(peer, child);
	assert_int_equal(pfs_socket_peer(child, ours.st_ino, NULL), child);
	close(own_listener);
	sleeper_ends(child);
	close(socket_ends[0]);
}

static void stopped_by(void **state)
{
	pid_t child = sleeper(pauses);
	char *text;

	(void)state;
	assert_null(pfs_stopped_by(child));
	kill(child, SIGSTOP);
	while (!(text = pfs_stopped_by(child)) && !kill(child, 0))
		usleep(1000);
	assert_string_equal(text, "SIGSTOP");
	free(text);
	sleeper_ends(child);
	assert_null(pfs_stopped_by(0x3ffffff));
}

static void in_turn(void **state)
{
	(void)state;
	waits_in_turn(reads_pipe, 0, "in turn waiting until this process writes to a pipe or closes it");
	waits_in_turn(fills_pipe, 0, "in turn waiting until this process reads from a pipe");
	waits_in_turn(joins_feeder, 0, " waits until this process reads from a pipe");
	waits_in_turn(pauses, 1, "stopped");
	waits_in_turn(pauses, 0, NULL);
	assert_null(pfs_in_turn(0x3ffffff, getpid()));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_turn),	     cmocka_unit_test(in_turn_by_socket),
		cmocka_unit_test(in_turn_by_child),  cmocka_unit_test(in_turn_by_thread),
		cmocka_unit_test(fifo_peer),	     cmocka_unit_test(asks_itself),
		cmocka_unit_test(stopped_by),
	};
	int failed = cmocka_run_group_tests_name("in_turn", tests, NULL, NULL);

	pfs_sockets_refresh();
	pfs_pipes_refresh();
	return failed;
}
