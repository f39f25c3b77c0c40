/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep in a read when its control group was frozen, and kept from running since.
 */
#include <mntent.h>
#include <sys/stat.h>

#include "ref.h"

static char folder[300];

static int put(const char *file, const char *text)
{
	char path[400];
	int fd;
	bool done;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	if (fd >= 0)
		close(fd);
	return done ? 0 : -1;
}

/* A control group of version 2 of our own. */
static void make_group(void)
{
	FILE *mounts = setmntent("/proc/mounts", "re");
	struct mntent *m;

	while (mounts && (m = getmntent(mounts)))
		if (!strcmp(m->mnt_type, "cgroup2"))
			snprintf(folder, sizeof(folder), "%.200s/iomodel-ref-%d", m->mnt_dir, getpid());
	if (mounts)
		endmntent(mounts);
	if (!folder[0] || mkdir(folder, 0700))
		ref_skip("no control group can be made");
}

/* Freezes the program, says so for it, and cleans up when it is gone. */
static void freezer(pid_t pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	ref_await_sleep(pid, __NR_read);
	if (put("cgroup.procs", text) || put("cgroup.freeze", "1"))
		ref_die("cgroup.freeze");
	ref_ready_asleep(__NR_read);
	while (!kill(pid, 0) && getppid() == pid)
		ref_nap_us(10000);
	put("cgroup.freeze", "0");
	while (rmdir(folder) && errno == EBUSY)
		ref_nap_us(10000);
	_exit(0);
}

int main(int argc, char **argv)
{
	int ends[2];
	char c;

	ref_begin(argc, argv);
	make_group();
	ref_must(pipe(ends), "pipe");
	ref_expect("verdict.model none");
	ref_expect("wait none on freezer under_way=1 slept=1");
	ref_expect("no-wait read");
	fflush(stdout);
	if (!ref_must(fork(), "fork"))
		freezer(getppid());
	return read(ends[0], &c, 1) != 1;
}
