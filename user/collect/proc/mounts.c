/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which file system a file lies on is asked of the mount table, never of the
 * file: statfs() and stat() of a dead NFS server or a stuck FUSE daemon wait
 * for ever, and so would the watch.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect/proc/procfs_int.h"

#define KEEP_NS UINT64_C(1000000000)

struct mount {
	int id;
	enum pfs_fs fs;
	char *point;
};

struct mounts {
	pid_t pid;
	uint64_t read_at; /* 0: never */
	struct mount *v;
	size_t n;
};

/* Of the process asked for last, and our own: a descriptor from outside of a
 * container (its standard input, say) is on a mount that only we can see. */
static struct mounts theirs, ours;

static enum pfs_fs fs_by_name(const char *type)
{
	static const char *const made[] = {"proc",	 "sysfs",   "cgroup",	  "cgroup2",
					   "debugfs",	 "tracefs", "securityfs", "configfs",
					   "selinuxfs",	 "pstore",  "efivarfs",	  "fusectl",
					   "binfmt_misc"};
	static const char *const local[] = {
		"ext2",	    "ext3",	 "ext4",      "xfs",	  "btrfs",  "f2fs",    "bcachefs",
		"zfs",	    "tmpfs",	 "ramfs",     "devtmpfs", "devpts", "overlay", "squashfs",
		"erofs",    "iso9660",	 "udf",	      "vfat",	  "exfat",  "ntfs3",   "jfs",
		"reiserfs", "nilfs2",	 "hugetlbfs", "mqueue",	  "rootfs", "minix",   "cramfs",
		"bpf",	    "secretmem", "msdos",     "hfsplus",
		"9p",	    "virtiofs"}; /* a virtual machine's own root, as good as a disk */

	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		if (!strcmp(type, made[i]))
			return PFS_FS_MADE;
	for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++)
		if (!strcmp(type, local[i]))
			return PFS_FS_LOCAL;
	return PFS_FS_REMOTE;
}

/* \040 and the like (seq_path() in fs/seq_file.c), in place. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' &&
		    s[3] >= '0' && s[3] <= '7') {
			*to++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = 0;
}

/* "36 35 98:0 /root /mnt rw,noatime master:1 - ext3 /dev/root rw" */
static bool parse_mount(char *line, struct mount *m)
{
	char *dash = strstr(line, " - "), *type, *save = NULL, *field = NULL;

	if (!dash)
		return false;
	type = dash + 3;
	*dash = 0;
	type[strcspn(type, " ")] = 0;
	m->fs = fs_by_name(type);
	m->id = atoi(line);
	for (int i = 0; i < 5; i++)
		field = strtok_r(i ? NULL : line, " ", &save);
	if (!field)
		return false;
	unescape(field);
	m->point = pfs_strdup(field);
	return true;
}

static int by_id(const void *a, const void *b)
{
	const struct mount *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static void mounts_read(struct mounts *t, pid_t pid)
{
	char path[48];
	char *text, *line, *next;
	size_t room = 0;
	uint64_t now = pfs_now_ns();

	if (t->read_at && t->pid == pid && now - t->read_at < KEEP_NS)
		return;
	for (size_t i = 0; i < t->n; i++)
		free(t->v[i].point);
	t->n = 0;
	t->pid = pid;
	t->read_at = now;
	snprintf(path, sizeof(path), "/proc/%d/mountinfo", pid);
	text = pfs_slurp(AT_FDCWD, path, NULL);
	if (!text)
		return;
	free(t->v);
	t->v = NULL;
	for (line = text; *line; line = next) {
		next = strchrnul(line, '\n');
		if (*next)
			*next++ = 0;
		if (t->n == room) {
			room = room ? 2 * room : 32;
			t->v = pfs_grow(t->v, room, sizeof(*t->v));
		}
		if (parse_mount(line, &t->v[t->n]))
			t->n++;
	}
	free(text);

	if (t->n)
		qsort(t->v, t->n, sizeof(*t->v), by_id);
}

static const struct mount *mount_find(const struct mounts *t, int id)
{
	struct mount key = {.id = id};

	return t->n ? bsearch(&key, t->v, t->n, sizeof(*t->v), by_id) : NULL;
}

enum pfs_fs pfs_fs_of_mount(pid_t pid, int mnt_id)
{
	const struct mount *m;

	mounts_read(&theirs, pid);
	m = mount_find(&theirs, mnt_id);
	if (!m) {
		mounts_read(&ours, getpid());
		m = mount_find(&ours, mnt_id);
	}
	return m ? m->fs : PFS_FS_REMOTE;
}

enum pfs_fs pfs_fs_of_path(pid_t pid, const char *path)
{
	const struct mount *best = NULL;
	size_t length = 0;

	mounts_read(&theirs, pid);
	for (size_t i = 0; i < theirs.n; i++) {
		const struct mount *m = &theirs.v[i];
		size_t n = strlen(m->point);

		if (n == 1) /* "/": the slash belongs to all paths */
			n = 0;
		if (strncmp(path, m->point, n) || (path[n] != '/' && path[n]))
			continue;
		/* Of two on one point the younger one, which has the higher number as
		 * a rule, hides the other; the one that must not be touched wins. */
		if (!best || n > length || (n == length && m->fs >= best->fs)) {
			best = m;
			length = n;
		}
	}
	return best ? best->fs : PFS_FS_REMOTE;
}
