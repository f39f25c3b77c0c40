/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which system calls are left when the probes are in place. The folder of the recording
 * is root's here, so that files are opened as root: what then refuses is not that they
 * are somebody else's.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/privileges.h"
#include "in_child.h"
#include "run_under.h"
#include "syscalls.h"

#define FIRST_UNKNOWN 472

static char dir[] = "/tmp/iom-test-XXXXXX", other[] = "/tmp/iom-test-XXXXXX";
static char file[64]; /* in the other one, root's */
static int folder;

static bool drop(bool signals)
{
	iom_keep_folder(folder);
	return !iom_drop_privileges(0, signals);
}

/* ---- each call by its number ---- */

/* No call has a use for these, so that an error of the call's own is never EPERM. */
static int error_of(int nr)
{
	errno = 0;
	syscall(nr, -1L, -1L, -1L, -1L, -1L, -1L);
	return errno;
}

#define NAME(nr, name, class, shape, argument) [nr] = #name,
static const char *const names[IOM_CALLS] = {IOM_SYSCALLS(NAME)};
#undef NAME

/* What changes a file's mode, owner, attributes or times, gets at files past Landlock, or
 * acts on other processes. */
static const char *const refused[] = {
	"chmod",
	"fchmod",
	"fchmodat",
	"fchmodat2",
	"chown",
	"fchown",
	"lchown",
	"fchownat",
	"setxattr",
	"lsetxattr",
	"fsetxattr",
	"setxattrat",
	"removexattr",
	"lremovexattr",
	"fremovexattr",
	"removexattrat",
	"utime",
	"utimes",
	"futimesat",
	"utimensat",
	"file_setattr",
	"truncate",
	"open_by_handle_at",
	"mount_setattr",
	"pidfd_getfd",
	"process_vm_readv",
	"process_vm_writev",
	"process_madvise",
	"kill",
	"pidfd_send_signal",
	"tkill",
	"rt_sigqueueinfo",
	"connect",
	"bind",
	"sendmmsg",
	"io_uring_setup",
};

static int number(const char *name)
{
	for (int nr = 0; nr < IOM_CALLS; nr++)
		if (names[nr] && !strcmp(names[nr], name))
			return nr;
	return -1;
}

static int all_refused(void)
{
	int bad = 0;

	if (!drop(false))
		return 255;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (error_of(number(refused[i])) != EPERM) {
			fprintf(stderr, "%s is not refused\n", refused[i]);
			bad = 1;
		}
	return bad;
}

static int unknown_ones(void)
{
	if (!drop(false))
		return 255;
	for (int nr = FIRST_UNKNOWN; nr < IOM_CALLS; nr++)
		if (error_of(nr) != ENOSYS)
			return 1;
	return 0;
}

static void by_number(void **state)
{
	(void)state;
	if (under_valgrind())
		return;
	assert_non_null(names[FIRST_UNKNOWN - 1]);
	assert_null(names[FIRST_UNKNOWN]);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		assert_true(number(refused[i]) >= 0);
	assert_int_equal(in_child(all_refused), 0);
	assert_int_equal(in_child(unknown_ones), 0);
}

/* ---- what they would do ---- */

/* Each changes a file of root's outside the folder, or reaches another process; it
 * is 0 or errno. Those that the C library has no name for have their number. */

static int do_fchmodat2(void)
{
	return syscall(452, AT_FDCWD, file, 04777, 0) ? errno : 0;
}

static int do_setxattrat(void)
{
	struct {
		uint64_t value;
		uint32_t size, flags;
	} args = {(uintptr_t) "x", 1, 0};

	return syscall(463, AT_FDCWD, file, 0, "user.iomodel", &args, sizeof(args)) ? errno : 0;
}

static int do_removexattr(void)
{
	return removexattr(file, "user.iomodel") && errno != ENODATA ? errno : 0;
}

static int do_utimensat(void)
{
	return utimensat(AT_FDCWD, file, NULL, 0) ? errno : 0;
}

static int do_setflags(void)
{
	int fd = open(file, O_RDONLY), flags = 0;

	if (ioctl(fd, FS_IOC_GETFLAGS, &flags))
		return errno;
	return ioctl(fd, FS_IOC_SETFLAGS, &flags) ? errno : 0;
}

/* Landlock before Linux 6.2 does not see either. */
static int do_truncate(void)
{
	return truncate(file, 0) ? errno : 0;
}

static int do_open_empty(void)
{
	int fd = open(file, O_RDONLY | O_TRUNC);

	return fd < 0 ? errno : close(fd);
}

/* SIGIO, or another one of one's choice, for somebody else. */
static int do_set_owner(void)
{
	int p[2];

	return pipe(p) || fcntl(p[0], F_SETOWN, getppid()) ? errno : 0;
}

static int do_namespace(void)
{
	pid_t child = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);

	if (!child)
		_exit(0);
	return child < 0 || waitpid(child, NULL, 0) != child ? errno : 0;
}

static int do_send(void)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = "/tmp/iom-test-none"};
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
		return errno;
	return sendto(pair[0], "x", 1, 0, (void *)&to, sizeof(to)) && errno != ENOENT &&
			       errno != EISCONN
		       ? errno
		       : 0;
}

static const struct deed {
	const char *name;
	int (*deed)(void);
} deeds[] = {
	{"fchmodat2", do_fchmodat2},	 {"setxattrat", do_setxattrat},
	{"removexattr", do_removexattr}, {"utimensat", do_utimensat},
	{"set flags", do_setflags},	 {"truncate", do_truncate},
	{"open empty", do_open_empty},	 {"set owner", do_set_owner},
	{"namespace", do_namespace},	 {"send", do_send},
};

static const struct deed *now;

static int before(void)
{
	return now->deed();
}

static int after(void)
{
	return drop(false) ? now->deed() : 255;
}

static void owner_cannot_either(void **state)
{
	(void)state;
	if (under_valgrind())
		return;
	for (now = deeds; now < deeds + sizeof(deeds) / sizeof(deeds[0]); now++) {
		int can = in_child(before), still = in_child(after);

		if (can == ENOSYS || can == EOPNOTSUPP || can == ENOTTY)
			continue; /* an older kernel, or a file system without it */
		if (can || (still != EPERM && still != EACCES))
			fprintf(stderr, "%s: %d before, %d after\n", now->name, can, still);
		assert_int_equal(can, 0);
		assert_true(still == EPERM || still == EACCES);
	}
}

/* ---- what goes on ---- */

static int own_files(void)
{
	char path[80], to[80];
	struct stat st;
	int fd;

	if (!drop(true))
		return 255;
	snprintf(path, sizeof(path), "%s/new", dir);
	snprintf(to, sizeof(to), "%s/newer", dir);
	fd = open(path, O_CREAT | O_TRUNC | O_RDWR, 0600);
	if (fd < 0 || pwrite(fd, "text", 4, 0) != 4 || fdatasync(fd) || ftruncate(fd, 2) ||
	    fstat(fd, &st) || st.st_size != 2)
		return 1;
	if (rename(path, to) || stat(to, &st) || unlink(to))
		return 2;
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) || fcntl(fd, F_DUPFD_CLOEXEC, 50) < 0)
		return 3;
	return kill(getpid(), 0) || close(fd) ? 4 : 0;
}

static int helpers_socket(void)
{
	int pair[2];
	char c;

	if (!drop(false))
		return 255;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return 1;
	return send(pair[0], "x", 1, MSG_NOSIGNAL) != 1 || recv(pair[1], &c, 1, 0) != 1 ? 2 : 0;
}

/* isatty(3) and tcgetattr(3) of the C library, whichever of them it asks by. */
static int terminal(void)
{
	const unsigned long asks[] = {0x5401 /* TCGETS */, 0x802c542a /* TCGETS2 */};
	char settings[64];

	if (!drop(false))
		return 255;
	for (int i = 0; i < 2; i++)
		if (!ioctl(folder, asks[i], settings) || errno == EPERM)
			return 1;
	return 0;
}

static void what_is_needed_is_left(void **state)
{
	(void)state;
	if (under_valgrind())
		return;
	assert_int_equal(in_child(own_files), 0);
	assert_int_equal(in_child(helpers_socket), 0);
	assert_int_equal(in_child(terminal), 0);
}

static int setup(void **state)
{
	int fd;

	(void)state;
	if (!mkdtemp(dir) || !mkdtemp(other))
		return -1;
	snprintf(file, sizeof(file), "%s/old", other);
	fd = open(file, O_CREAT | O_WRONLY, 0600);
	folder = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 || folder < 0 ? -1 : close(fd);
}

static int teardown(void **state)
{
	(void)state;
	unlink(file);
	rmdir(dir);
	rmdir(other);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_number),
		cmocka_unit_test(owner_cannot_either),
		cmocka_unit_test(what_is_needed_is_left),
	};

	return cmocka_run_group_tests_name("allowed", tests, setup, teardown);
}
