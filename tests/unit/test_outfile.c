/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that are written as root where others have a say: their links, FIFOs and
 * races, and that everything of our own goes on working.
 *
 * Each test has a folder of mode 01777, as /tmp is, and beside it one that is
 * root's, with a file that nobody must change. Needs root: without it the tests
 * are skipped.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/outfile.h"

#define STRANGER 65534
#define RACES	 2000

static char top[] = "/tmp/iomodel-outfile-XXXXXX";
static char victim[64], open_to_all[64];

static const char *in(const char *folder, const char *name)
{
	static char path[8][256];
	static int at;

	at = (at + 1) % 8;
	snprintf(path[at], sizeof(path[at]), "%s/%s", folder, name);
	return path[at];
}

static void put(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void holds(const char *path, const char *text)
{
	char buf[256] = {};
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	assert_true(read(fd, buf, sizeof(buf) - 1) >= 0);
	close(fd);
	assert_string_equal(buf, text);
}

static void link_of(uid_t owner, const char *target, const char *path)
{
	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(lchown(path, owner, owner), 0);
}

/* Open, write, commit. What open or commit said. */
static int writes(const char *path, unsigned int flags, const char *text)
{
	struct iom_outfile f;
	char *why;
	int err = iom_outfile_open(&f, path, flags, &why);

	if (err) {
		assert_non_null(why);
		free(why);
		return err;
	}
	assert_int_equal(write(f.fd, text, strlen(text)), strlen(text));
	err = iom_outfile_commit(&f);
	iom_outfile_close(&f);
	return err;
}

static int setup(void **state)
{
	(void)state;
	strcpy(top + strlen(top) - 6, "XXXXXX");
	if (geteuid() != 0)
		return 0;
	if (!mkdtemp(top) || chmod(top, 0755))
		return -1;
	snprintf(victim, sizeof(victim), "%s/root/victim", top);
	snprintf(open_to_all, sizeof(open_to_all), "%s/open", top);
	if (mkdir(in(top, "root"), 0755) || mkdir(open_to_all, 0755) || chmod(open_to_all, 01777))
		return -1;
	put(victim, "untouched", 0644);
	unsetenv("SUDO_UID");
	unsetenv("SUDO_GID");
	return 0;
}

static int teardown(void **state)
{
	char command[96];

	(void)state;
	if (geteuid() != 0)
		return 0;
	snprintf(command, sizeof(command), "rm -rf %s", top);
	return system(command);
}

static void need_root(void)
{
	if (geteuid() != 0)
		skip();
}

/* Nothing but what is named is left in the open folder. */
static void left(const char *names)
{
	char command[160], got[256] = {};
	FILE *p;

	snprintf(command, sizeof(command), "ls -A %s | tr '\\n' ' '", open_to_all);
	p = popen(command, "r");
	assert_non_null(p);
	if (!fgets(got, sizeof(got), p))
		got[0] = 0;
	pclose(p);
	assert_string_equal(got, names);
}

static void new_and_again(void **state)
{
	const char *path = in(open_to_all, "report");
	struct stat st;

	(void)state;
	need_root();
	assert_int_equal(writes(path, 0, "one"), 0);
	holds(path, "one");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(writes(path, 0, "two"), 0);
	holds(path, "two");
	left("report ");
}

static void not_committed(void **state)
{
	const char *path = in(open_to_all, "report");
	struct iom_outfile f;
	char *why;

	(void)state;
	need_root();
	put(path, "before", 0600);
	assert_int_equal(iom_outfile_open(&f, path, 0, &why), 0);
	iom_outfile_close(&f);
	holds(path, "before");
	left("report ");
}

/* A program that ends in between leaves nothing behind. */
static void ended_early(void **state)
{
	pid_t pid;
	int status;

	(void)state;
	need_root();
	pid = fork();
	if (pid == 0) {
		struct iom_outfile f;
		char *why;

		if (iom_outfile_open(&f, in(open_to_all, "report"), 0, &why))
			_exit(1);
		exit(7);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(WEXITSTATUS(status), 7);
	left("");
}

static void strangers_links(void **state)
{
	(void)state;
	need_root();
	link_of(STRANGER, victim, in(open_to_all, "file"));
	link_of(STRANGER, "../root/new", in(open_to_all, "dangling"));
	link_of(STRANGER, in(top, "root"), in(open_to_all, "folder"));
	link_of(STRANGER, "/dev/null", in(open_to_all, "null"));
	assert_int_equal(writes(in(open_to_all, "file"), 0, "x"), -EACCES);
	assert_int_equal(writes(in(open_to_all, "dangling"), 0, "x"), -EACCES);
	assert_int_equal(writes(in(open_to_all, "folder/victim"), 0, "x"), -EACCES);
	assert_int_equal(writes(in(open_to_all, "folder/new"), 0, "x"), -EACCES);
	assert_int_equal(writes(in(open_to_all, "null"), 0, "x"), -EACCES);
	assert_int_equal(access(in(top, "root/new"), F_OK), -1);
	holds(victim, "untouched");
}

/* A link of ours to which a stranger made a second name. */
static void borrowed_link(void **state)
{
	(void)state;
	need_root();
	link_of(0, victim, in(top, "root/link"));
	assert_int_equal(link(in(top, "root/link"), in(open_to_all, "borrowed")), 0);
	assert_int_equal(writes(in(open_to_all, "borrowed"), 0, "x"), -EACCES);
	holds(victim, "untouched");
	assert_int_equal(writes(in(top, "root/link"), 0, "ours"), 0);
	holds(victim, "ours");
}

static void our_links(void **state)
{
	char absolute[96];

	(void)state;
	need_root();
	snprintf(absolute, sizeof(absolute), "%s/root", top);
	link_of(0, victim, in(open_to_all, "file"));
	link_of(0, "../root/new", in(open_to_all, "dangling"));
	link_of(0, absolute, in(open_to_all, "folder"));
	link_of(0, "folder", in(open_to_all, "again"));
	assert_int_equal(writes(in(open_to_all, "file"), 0, "a"), 0);
	holds(victim, "a");
	assert_int_equal(writes(in(open_to_all, "dangling"), 0, "b"), 0);
	holds(in(top, "root/new"), "b");
	assert_int_equal(writes(in(open_to_all, "again/.././root//victim"), 0, "c"), 0);
	holds(victim, "c");
	left("again dangling file folder ");
	/* Somebody else's, but where only we could have put it. */
	link_of(STRANGER, "victim", in(top, "root/theirs"));
	assert_int_equal(writes(in(top, "root/theirs"), 0, "d"), 0);
	holds(victim, "d");
}

static void link_of_sudos_caller(void **state)
{
	struct stat st;

	(void)state;
	need_root();
	link_of(1234, victim, in(open_to_all, "link"));
	assert_int_equal(writes(in(open_to_all, "link"), 0, "x"), -EACCES);
	setenv("SUDO_UID", "1234", 1);
	setenv("SUDO_GID", "1235", 1);
	assert_int_equal(writes(in(open_to_all, "link"), IOM_OUTFILE_CALLER, "x"), 0);
	assert_int_equal(stat(victim, &st), 0);
	assert_int_equal(st.st_uid, 1234);
	assert_int_equal(st.st_gid, 1235);
	setenv("SUDO_UID", "-1", 1);
	assert_int_equal(writes(in(open_to_all, "own"), IOM_OUTFILE_CALLER, "x"), 0);
	assert_int_equal(stat(in(open_to_all, "own"), &st), 0);
	assert_int_equal(st.st_uid, 0);
}

static void loops_and_nonsense(void **state)
{
	char deep[4200];

	(void)state;
	need_root();
	link_of(0, "b", in(open_to_all, "a"));
	link_of(0, "a", in(open_to_all, "b"));
	assert_int_equal(writes(in(open_to_all, "a"), 0, "x"), -ELOOP);
	assert_int_equal(writes(open_to_all, 0, "x"), -EISDIR);
	assert_int_equal(writes("/", 0, "x"), -EISDIR);
	assert_int_equal(writes(in(open_to_all, ".."), 0, "x"), -EISDIR);
	assert_int_equal(writes(in(open_to_all, "none/x"), 0, "x"), -ENOENT);
	assert_int_equal(writes(in(open_to_all, "none/"), 0, "x"), -ENOENT);
	assert_int_equal(writes(in(victim, "x"), 0, "x"), -ENOTDIR);
	memset(deep, 'x', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = 0;
	assert_int_equal(writes(deep, 0, "x"), -ENAMETOOLONG);
	left("a b ");
}

static void new_only(void **state)
{
	struct iom_outfile f;
	char *why, *path;

	(void)state;
	need_root();
	put(in(open_to_all, "there"), "before", 0600);
	link_of(0, "none", in(open_to_all, "link"));
	assert_int_equal(writes(in(open_to_all, "there"), IOM_OUTFILE_NEW, "x"), -EEXIST);
	assert_int_equal(writes(in(open_to_all, "link"), IOM_OUTFILE_NEW, "x"), -EEXIST);
	assert_int_equal(access(in(open_to_all, "none"), F_OK), -1);
	holds(in(open_to_all, "there"), "before");
	link_of(0, open_to_all, in(top, "root/folder"));
	assert_int_equal(iom_outfile_open(&f, in(top, "root/folder/new"), IOM_OUTFILE_NEW, &why), 0);
	path = iom_outfile_path(&f);
	assert_string_equal(path, in(open_to_all, "new"));
	free(path);
	assert_int_equal(access(in(open_to_all, "new"), F_OK), 0);
	assert_int_equal(iom_outfile_beside(&f, "-wal"), 0);
	assert_int_equal(access(in(open_to_all, "new-wal"), F_OK), 0);
	assert_int_equal(iom_outfile_beside(&f, "-wal"), -EEXIST);
	iom_outfile_close(&f);
	assert_int_equal(access(in(open_to_all, "new"), F_OK), 0);
}

static void devices(void **state)
{
	(void)state;
	need_root();
	assert_int_equal(writes("/dev/null", 0, "x"), 0);
	/* Nothing new is made where one stands. */
	assert_int_equal(writes("/dev/null", IOM_OUTFILE_NEW, "x"), -EEXIST);
}

static void descriptors(void **state)
{
	int pair[2], fd;
	char path[32], buf[8] = {};

	(void)state;
	need_root();
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	snprintf(path, sizeof(path), "/dev/fd/%d", pair[0]);
	assert_int_equal(writes(path, 0, "abc"), 0);
	assert_int_equal(read(pair[1], buf, sizeof(buf)), 3);
	close(pair[0]);
	assert_int_not_equal(writes(path, 0, "abc"), 0);
	close(pair[1]);
	fd = open(victim, O_WRONLY | O_APPEND);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(writes(path, 0, " and more"), 0);
	close(fd);
	holds(victim, "untouched and more");
	fd = open(victim, O_RDONLY);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(writes(path, 0, "x"), -EBADF);
	close(fd);
}

static void fifos(void **state)
{
	const char *ours = in(open_to_all, "ours"), *theirs = in(open_to_all, "theirs");
	char buf[8] = {};
	int fd;

	(void)state;
	need_root();
	assert_int_equal(mkfifo(ours, 0600) | mkfifo(theirs, 0666), 0);
	assert_int_equal(chown(theirs, STRANGER, STRANGER), 0);
	fd = open(ours, O_RDONLY | O_NONBLOCK);
	assert_int_equal(writes(ours, 0, "abc"), 0);
	assert_int_equal(read(fd, buf, sizeof(buf)), 3);
	close(fd);
	fd = open(theirs, O_RDONLY | O_NONBLOCK);
	assert_int_equal(writes(theirs, 0, "abc"), -EACCES);
	close(fd);
}

/* A stranger's program that lets a name mean now a file of its own, now a link,
 * as quickly as it can, until it is killed. */
static pid_t racer(const char *file, const char *link)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	if (setgid(STRANGER) || setuid(STRANGER))
		_exit(1);
	for (;;)
		renameat2(AT_FDCWD, file, AT_FDCWD, link, RENAME_EXCHANGE);
}

/* What the racer plays with, anew: what we have written over it is out of its reach. */
static void lay_out(const char *file, const char *link, const char *target, bool folder)
{
	char made[96];

	snprintf(made, sizeof(made), "%s/root/made", top);
	unlink(file);
	unlink(link);
	rmdir(file);
	rmdir(link);
	if (folder)
		assert_int_equal(mkdir(made, 0755), 0);
	else
		put(made, "theirs", 0644);
	assert_int_equal(chown(made, STRANGER, STRANGER), 0);
	link_of(STRANGER, target, link);
	assert_int_equal(rename(made, file), 0);
}

static void race(const char *path, const char *target, bool folder)
{
	char file[96], link[96];
	struct stat st;
	pid_t pid;

	snprintf(file, sizeof(file), "%s/report", open_to_all);
	snprintf(link, sizeof(link), "%s/other", open_to_all);
	pid = racer(file, link);
	for (int i = 0; i < RACES; i++) {
		if (lstat(file, &st) || st.st_uid != STRANGER || lstat(link, &st))
			lay_out(file, link, target, folder);
		writes(path, 0, "won");
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	holds(victim, "untouched");
}

static void raced_name(void **state)
{
	(void)state;
	need_root();
	race(in(open_to_all, "report"), victim, false);
}

/* The same with a folder on the way. */
static void raced_folder(void **state)
{
	char root[96];

	(void)state;
	need_root();
	snprintf(root, sizeof(root), "%s/root", top);
	race(in(open_to_all, "report/file"), root, true);
	assert_int_equal(access(in(top, "root/file"), F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(new_and_again, setup, teardown),
		cmocka_unit_test_setup_teardown(not_committed, setup, teardown),
		cmocka_unit_test_setup_teardown(ended_early, setup, teardown),
		cmocka_unit_test_setup_teardown(strangers_links, setup, teardown),
		cmocka_unit_test_setup_teardown(borrowed_link, setup, teardown),
		cmocka_unit_test_setup_teardown(our_links, setup, teardown),
		cmocka_unit_test_setup_teardown(link_of_sudos_caller, setup, teardown),
		cmocka_unit_test_setup_teardown(loops_and_nonsense, setup, teardown),
		cmocka_unit_test_setup_teardown(new_only, setup, teardown),
		cmocka_unit_test_setup_teardown(devices, setup, teardown),
		cmocka_unit_test_setup_teardown(descriptors, setup, teardown),
		cmocka_unit_test_setup_teardown(fifos, setup, teardown),
		cmocka_unit_test_setup_teardown(raced_name, setup, teardown),
		cmocka_unit_test_setup_teardown(raced_folder, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
