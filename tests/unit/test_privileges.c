/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is left when privileges were given up: each refusal is first shown to be one,
 * by doing the same without.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/privileges.h"
#include "collect/proc/sandbox.h"
#include "in_child.h"
#include "run_under.h"

static char dir[] = "/tmp/iom-test-XXXXXX", other[] = "/tmp/iom-test-XXXXXX";

/* Each of these does something that changes the machine, and is 0 or errno. */

static int do_exec(void)
{
	pid_t child = vfork();
	int status;

	if (!child) {
		execl("/bin/true", "true", NULL);
		_exit(errno);
	}
	if (child < 0)
		return errno;
	waitpid(child, &status, 0);
	return WEXITSTATUS(status);
}

static int write_in(const char *folder)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "%s/new", folder);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	if (fd < 0)
		return errno;
	close(fd);
	return unlink(path) ? errno : 0;
}

static int do_write(void)
{
	return write_in(other);
}

static int do_overwrite(void)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "%s/old", other);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/* What only root may. */
static int do_read(void)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "%s/old", other);
	fd = open(path, O_RDONLY);
	return fd < 0 ? errno : close(fd);
}

static int do_become(void)
{
	setfsuid(0);
	return setfsuid(0) ? EPERM : 0;
}

static int do_rename(void)
{
	char from[64], to[64];

	snprintf(from, sizeof(from), "%s/old", other);
	snprintf(to, sizeof(to), "%s/older", other);
	if (rename(from, to))
		return errno;
	return rename(to, from) ? errno : 0;
}

static int do_chmod(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/old", other);
	return chmod(path, 0640) ? errno : 0;
}

static int do_chown(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/old", other);
	return chown(path, geteuid(), getegid()) ? errno : 0;
}

static int do_ptrace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) ? errno : 0;
}

static int do_namespace(void)
{
	return unshare(CLONE_NEWNS) ? errno : 0;
}

static int do_bpf(void)
{
	/* struct bpf_attr: loading nothing is -EINVAL or the like where it may be tried */
	char attr[128] = {};

	syscall(SYS_bpf, 5 /* BPF_PROG_LOAD */, attr, sizeof(attr));
	return errno == EPERM ? EPERM : 0;
}

static int do_push(void)
{
	ioctl(0, 0x5412 /* TIOCSTI */, "x");
	return errno == EPERM ? EPERM : 0;
}

static int do_push_high(void)
{
	/* the kernel looks at 32 bits only */
	syscall(SYS_ioctl, 0, 0x100005412, "x");
	return errno == EPERM ? EPERM : 0;
}

static int do_find_map(void)
{
	/* union bpf_attr: a name that is not there */
	struct {
		uint64_t path;
		uint32_t fd, flags;
	} attr = {.path = (uintptr_t) "/sys/fs/bpf/iom-test"};

	syscall(SYS_bpf, 7 /* BPF_OBJ_GET */, &attr, sizeof(attr));
	return errno == EPERM ? EPERM : 0;
}

static int do_signal(void)
{
	return kill(getppid(), 0) ? errno : 0;
}

static int do_limit(void)
{
	struct rlimit l;

	return prlimit(getppid(), RLIMIT_CORE, NULL, &l) ? errno : 0;
}

static int do_connect(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "/tmp/iom-test-none"};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0)
		return errno;
	return connect(fd, (void *)&a, sizeof(a)) && errno == EPERM ? EPERM : 0;
}

static int do_raw_socket(void)
{
	int fd = socket(AF_INET, SOCK_RAW, 1);

	return fd < 0 ? errno : close(fd);
}

static const struct {
	const char *name;
	int (*deed)(void);
} deeds[] = {
	{"exec", do_exec},
	{"write", do_write},
	{"overwrite", do_overwrite},
	{"read", do_read},
	{"become", do_become},
	{"rename", do_rename},
	{"chmod", do_chmod},
	{"chown", do_chown},
	{"ptrace", do_ptrace},
	{"namespace", do_namespace},
	{"bpf", do_bpf},
	{"push", do_push},
	{"push, high bits", do_push_high},
	{"find a map", do_find_map},
	{"signal", do_signal},
	{"limit", do_limit},
	{"connect", do_connect},
	{"raw socket", do_raw_socket},
};

static int (*deed)(void);

static int deed_after_drop(void)
{
	int err;

	if (iom_drop_privileges(0, false))
		return 255;
	err = deed();
	return err;
}

static void nothing_is_left(void **state)
{
	(void)state;
	if (under_valgrind())
		return;
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
		int before, after;

		deed = deeds[i].deed;
		before = in_child(deed);
		after = in_child(deed_after_drop);
		assert_int_equal(before, 0);
		assert_true(after == EPERM || after == EACCES);
	}
}

static int write_where_allowed(void)
{
	return write_in(dir);
}

static void one_folder_is_left(void **state)
{
	int folder;

	(void)state;
	if (under_valgrind())
		return;
	folder = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(folder >= 0);
	iom_keep_folder(folder);
	deed = write_where_allowed;
	assert_int_equal(in_child(deed_after_drop), 0);
	deed = do_write;
	assert_int_equal(in_child(deed_after_drop), EACCES);
	iom_forget_folder(folder);
	close(folder);
	deed = write_where_allowed;
	assert_int_equal(in_child(deed_after_drop), EACCES);
}

/* In a folder of somebody else, with somebody else's rights in it. */
static int write_as_its_owner(void)
{
	int folder = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC), fd;
	char path[64];
	struct stat st;

	iom_keep_folder(folder);
	if (iom_drop_privileges(0, false) || iom_capable(CAP_DAC_OVERRIDE))
		return 255;
	snprintf(path, sizeof(path), "%s/his", dir);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	if (fd < 0 || fstat(fd, &st) || st.st_uid != 4711 || unlink(path))
		return 254;
	return write_in(dir);
}

/* In two, of two people: only then a privilege is needed, and it does not reach far. */
static int write_in_two(void)
{
	int folder = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC), second, err;
	char path[64];

	snprintf(path, sizeof(path), "%s/sub", other);
	second = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	iom_keep_folder(folder);
	iom_keep_folder(second);
	if (iom_drop_privileges(0, false) || !iom_capable(CAP_DAC_OVERRIDE) ||
	    iom_capable(CAP_SYS_ADMIN))
		return 255;
	err = write_in(dir);
	if (!err)
		err = write_in(path);
	return err ? err : do_write() == EACCES ? 0 : 253;
}

static void folders_of_others(void **state)
{
	char path[64];

	(void)state;
	if (under_valgrind())
		return;
	snprintf(path, sizeof(path), "%s/sub", other);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chown(dir, 4711, 4711), 0);
	assert_int_equal(chown(path, 4712, 4712), 0);
	assert_int_equal(in_child(write_as_its_owner), 0);
	assert_int_equal(in_child(write_in_two), 0);
	assert_int_equal(chown(dir, 0, 0), 0);
	assert_int_equal(rmdir(path), 0);
}

/* What is open stays open: reports are written so. */
static int use_open_files(void)
{
	char path[64], text[16] = "";
	int rw;

	snprintf(path, sizeof(path), "%s/old", other);
	rw = open(path, O_RDWR);
	if (iom_drop_privileges(0, false))
		return 255;
	if (write(rw, "written", 7) != 7 || fsync(rw))
		return errno;
	return pread(rw, text, 15, 0) == 7 && !strcmp(text, "written") ? 0 : 1;
}

/* What a watch goes on doing: asks for sockets, signals its child, ends itself. */
static int go_on(void)
{
	pid_t child = fork();
	int status, fd;

	if (!child)
		pause();
	if (iom_drop_privileges(0, true))
		return 255;
	if (kill(child, SIGTERM) || waitpid(child, &status, 0) != child || !WIFSIGNALED(status))
		return 1;
	fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, 4 /* NETLINK_SOCK_DIAG */);
	if (fd < 0 || socket(AF_NETLINK, SOCK_DGRAM, 0) >= 0)
		return 2;
	signal(SIGUSR1, SIG_IGN);
	return raise(SIGUSR1) ? 3 : 0;
}

static void what_is_needed_goes_on(void **state)
{
	(void)state;
	if (!under_valgrind())
		assert_int_equal(in_child(go_on), 0);
}

static void open_files_stay(void **state)
{
	(void)state;
	if (!under_valgrind())
		assert_int_equal(in_child(use_open_files), 0);
}

static int capabilities(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct d[2] = {};

	if (iom_keep_capabilities(IOM_CAP(CAP_KILL)) || !iom_capable(CAP_KILL) ||
	    iom_capable(CAP_SYS_ADMIN))
		return 1;
	if (syscall(SYS_capget, &head, d) || d[0].permitted != 1U << CAP_KILL || d[1].permitted ||
	    d[0].inheritable || d[1].inheritable)
		return 2;
	d[0].permitted = d[0].effective = 1U << CAP_KILL | 1U << CAP_CHOWN;
	if (!syscall(SYS_capset, &head, d))
		return 3;
	/* root's programs would have them all again */
	return system("grep -q '^CapEff:.*0000000000000020$' /proc/self/status") ? 4 : 0;
}

static void capabilities_are_gone(void **state)
{
	(void)state;
	assert_int_equal(in_child(capabilities), 0);
}

/* ---- helpers ---- */

static int reader(void)
{
	char path[64];
	int fd, pair[2];

	snprintf(path, sizeof(path), "%s/old", other);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) || sandbox_helper() ||
	    sandbox_reader(pair[0]) < 0)
		return 1;
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return 2;
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		if (deeds[i].deed != do_read && !deeds[i].deed())
			return 3 + (int)i;
	if (open(path, O_RDWR) >= 0 || open(path, O_RDONLY | O_TRUNC) >= 0 ||
	    open(other, O_TMPFILE | O_RDWR, 0600) >= 0 || socket(AF_INET, SOCK_STREAM, 0) >= 0)
		return 100;
	return 0;
}

static int parser(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/old", other);
	if (sandbox_parser())
		return 1;
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		if (!deeds[i].deed())
			return 3 + (int)i;
	if (open(path, O_RDONLY) >= 0 || kill(getppid(), 0) == 0 || fork() >= 0)
		return 100;
	return free(malloc(1 << 20)), 0;
}

static void helpers_only_look(void **state)
{
	(void)state;
	if (under_valgrind())
		return;
	assert_int_equal(in_child(reader), 0);
	assert_int_equal(in_child(parser), 0);
}

static int setup(void **state)
{
	char path[64];
	int fd;

	(void)state;
	if (!mkdtemp(dir) || !mkdtemp(other))
		return -1;
	snprintf(path, sizeof(path), "%s/old", other);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	return fd < 0 ? -1 : close(fd);
}

static int teardown(void **state)
{
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "%s/old", other);
	unlink(path);
	rmdir(dir);
	rmdir(other);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_left),	  cmocka_unit_test(one_folder_is_left),
		cmocka_unit_test(folders_of_others),	  cmocka_unit_test(open_files_stay),
		cmocka_unit_test(what_is_needed_goes_on), cmocka_unit_test(capabilities_are_gone),
		cmocka_unit_test(helpers_only_look),
	};

	return cmocka_run_group_tests_name("privileges", tests, setup, teardown);
}
