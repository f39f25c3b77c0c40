/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stuck KIND: a process that cannot be looked at without waiting for ever.
 *   memory   a thread sleeps in poll, and the page that holds its set waits for a
 *            userfaultfd that nobody answers
 *   fuse     the same with a page of a file whose server stopped to answer
 *   overlay  it has a library of such a server mapped, through a file system that
 *            looks like a local one
 *
 * Says "ready PID" when it is so, and ends when its standard input does. Root's.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuse.h"

#define PAGE 4096

static struct stuck_fs fs;

__attribute__((noreturn)) static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void *sleep_in_poll(void *page)
{
	poll(page, 1, -1);
	return NULL;
}

/* A thread asleep with its set, of one file, at page. */
static void start_sleeper(void *page)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, sleep_in_poll, page))
		die("pthread_create");
	usleep(200000); /* until it has taken its set and sleeps */
}

static void take_page_away(void *page)
{
	int uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	struct uffdio_api api = {.api = UFFD_API};
	struct uffdio_register reg = {.range = {.start = (uintptr_t)page, .len = PAGE},
				      .mode = UFFDIO_REGISTER_MODE_MISSING};

	if (uffd < 0 || ioctl(uffd, UFFDIO_API, &api) || ioctl(uffd, UFFDIO_REGISTER, &reg))
		die("userfaultfd");
	if (madvise(page, PAGE, MADV_DONTNEED))
		die("madvise");
}

static void stuck_memory(void)
{
	const struct pollfd set = {.fd = 0, .events = POLLIN};
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memcpy(page, &set, sizeof(set));
	start_sleeper(page);
	take_page_away(page);
}

static char place[] = "/tmp/iomodel-stuck-XXXXXX";

static void remove_place(void)
{
	umount2(place, MNT_DETACH);
	rmdir(place);
}

static const char *mount_stuck(void)
{
	static char dir[64];

	/* A mount namespace of our own: the mounts go with us. */
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    !mkdtemp(place) || mount("stuck", place, "tmpfs", 0, "mode=755"))
		die("a place for mounts");
	snprintf(dir, sizeof(dir), "%s/fuse", place);
	if (mkdir(dir, 0755))
		die(dir);
	stuck_fs_mount(&fs, dir);
	return dir;
}

static void *map_library(const char *dir)
{
	char path[128];
	int fd;
	void *at;

	snprintf(path, sizeof(path), "%s/lib.so", dir);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		die(path);
	at = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		die("mmap");
	return at;
}

/* The set is what the file holds: standard input. It is only read, so that the page
 * stays the file's. */
static void stuck_fuse(void)
{
	start_sleeper(map_library(mount_stuck()));
	stuck_fs_stop(&fs);
}

static void stuck_overlay(void)
{
	const char *dir = mount_stuck();
	char merged[80], options[256];

	snprintf(merged, sizeof(merged), "%s/merged", place);
	snprintf(options, sizeof(options), "%s/up", place);
	mkdir(options, 0755);
	snprintf(options, sizeof(options), "%s/work", place);
	mkdir(options, 0755);
	mkdir(merged, 0755);
	snprintf(options, sizeof(options), "lowerdir=%s,upperdir=%s/up,workdir=%s/work", dir, place,
		 place);
	if (mount("stuck", merged, "overlay", 0, options))
		die("mounting an overlay");
	*(volatile char *)map_library(merged);
	stuck_fs_stop(&fs);
}

int main(int argc, char **argv)
{
	char c;

	if (argc != 2)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!strcmp(argv[1], "memory"))
		stuck_memory();
	else if (!strcmp(argv[1], "fuse"))
		stuck_fuse();
	else if (!strcmp(argv[1], "overlay"))
		stuck_overlay();
	else
		return 2;
	printf("ready %d\n", getpid());
	while (read(0, &c, 1) > 0)
		;
	if (fs.server) {
		stuck_fs_end(&fs);
		remove_place();
	}
	_exit(0);
}
