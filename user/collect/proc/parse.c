/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "collect/proc/parse.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect/proc/procfs.h"

bool parse_map(char *line, struct pfs_map *map)
{
	char perm[5];
	char *deleted;
	size_t n;
	int at = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64 "%n", &map->start,
		   &map->end, perm, &map->offset, &map->dev_major, &map->dev_minor, &map->ino,
		   &at) != 7 ||
	    strlen(perm) != 4)
		return false;
	map->exec = perm[2] == 'x';
	map->shared = perm[3] == 's';
	line += at;
	line += strspn(line, " ");
	n = strlen(line);
	deleted = n > 10 ? line + n - 10 : NULL;
	if (deleted && !strcmp(deleted, " (deleted)"))
		*deleted = 0;
	map->path = line;
	return true;
}

static enum pfs_fs fs_by_name(const char *type)
{
	static const char *const made[] = {"proc",	 "sysfs",   "cgroup",	  "cgroup2",
					   "debugfs",	 "tracefs", "securityfs", "configfs",
					   "selinuxfs",	 "pstore",  "efivarfs",	  "fusectl",
					   "binfmt_misc"};
	static const char *const local[] = {"ext2",    "ext3",	    "ext4",	"xfs",
					    "btrfs",   "f2fs",	    "bcachefs", "zfs",
					    "tmpfs",   "ramfs",	    "devtmpfs", "devpts",
					    "overlay", "squashfs",  "erofs",	"iso9660",
					    "udf",     "vfat",	    "exfat",	"ntfs3",
					    "jfs",     "reiserfs",  "nilfs2",	"hugetlbfs",
					    "mqueue",  "rootfs",    "minix",	"cramfs",
					    "bpf",     "secretmem", "msdos",	"hfsplus",
					    "9p",      "virtiofs"}; /* a virtual machine's own root,
								       as good as a disk */

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
bool parse_mount(char *line, struct parsed_mount *m)
{
	char *dash = strstr(line, " - "), *type, *save = NULL, *field = NULL;

	if (!dash)
		return false;
	type = dash + 3;
	*dash = 0;
	type[strcspn(type, " ")] = 0;
	m->fs = fs_by_name(type);
	m->type = type;
	m->id = atoi(line);
	for (int i = 0; i < 5; i++)
		field = strtok_r(i ? NULL : line, " ", &save);
	if (!field)
		return false;
	unescape(field);
	m->point = field;
	return true;
}

bool parse_info(const char *line, struct parsed_info *info, struct pfs_watch *watch)
{
	const char *at;

	if (!strncmp(line, "flags:", 6)) {
		info->flags = (uint32_t)strtoul(line + 6, NULL, 8);
	} else if (!strncmp(line, "mnt_id:", 7)) {
		info->mnt_id = atoi(line + 7);
	} else if (!strncmp(line, "ino:", 4)) {
		info->ino = strtoull(line + 4, NULL, 10);
		info->has_ino = true;
	} else if (!strncmp(line, "tfd:", 4)) {
		*watch = (struct pfs_watch){};
		if (sscanf(line, "tfd: %d events: %x", &watch->fd, &watch->events) != 2)
			return false;
		at = strstr(line, " data:");
		if (at)
			watch->data = strtoull(at + 6, NULL, 16);
		at = strstr(line, " ino:");
		if (at)
			watch->ino = strtoull(at + 5, NULL, 16);
		return true;
	}
	return false;
}

/* The name may hold anything, parentheses too: what follows the last of these is
 * the kernel's own. */
bool parse_stat(const char *text, struct parsed_stat *s)
{
	const char *at = strrchr(text, ')'), *last = strrchr(text, ' ');

	s->code = last ? atoi(last) : 0;
	return at && sscanf(at, ") %c %d %d %*d %d %d %u %*s %*s %*s %*s %" SCNu64 " %" SCNu64 " %*s %*s %*s %*s %d"
			    " %*s %" SCNu64,
			    &s->state, &s->ppid, &s->group, &s->terminal, &s->foreground, &s->flags, &s->user,
			    &s->system, &s->threads, &s->started) == 10;
}

/* "202 0x7f.. (six arguments) 0xSP 0xPC", or "running". */
bool parse_syscall(const char *text, uint64_t *sp, uint64_t *pc)
{
	const char *last = strrchr(text, ' '), *before = last;

	while (before && before > text && *--before != ' ')
		;
	return last && last > text && sscanf(before, " %" SCNx64, sp) == 1 &&
	       sscanf(last, " %" SCNx64, pc) == 1 && *sp;
}

/* Is word one of those between commas? */
static bool has_word(const char *list, size_t len, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = list, *end; at <= list + len; at = end + 1) {
		end = memchr(at, ',', (size_t)(list + len - at));
		if (!end)
			end = list + len;
		if ((size_t)(end - at) == n && !memcmp(at, word, n))
			return true;
	}
	return false;
}

/* "4:cpu,cpuacct:/a/b" of version 1, "0::/a/b" of version 2. */
static bool parse_cgroup_line(const char *line, size_t len, struct parsed_cgroup *g)
{
	const char *list = memchr(line, ':', len), *path = list ? memchr(list + 1, ':', (size_t)(line + len - list - 1)) : NULL;
	size_t listed, n;

	if (!path)
		return false;
	list++;
	listed = (size_t)(path - list);
	path++;
	n = (size_t)(line + len - path);
	if ((listed && !has_word(list, listed, "cpu")) || (!listed && line[0] != '0') || listed >= sizeof(g->folder) ||
	    !n || n >= sizeof(g->path) || *path != '/')
		return false;
	memcpy(g->folder, list, listed);
	g->folder[listed] = 0;
	memcpy(g->path, path, n);
	g->path[n == 1 ? 0 : n] = 0;
	return !strstr(g->path, "/..") && !strchr(g->folder, '/') && g->folder[0] != '.';
}

bool parse_cgroup(const char *text, struct parsed_cgroup *g)
{
	struct parsed_cgroup one;
	bool found = false;

	for (const char *line = text, *end; *line && (!found || !*g->folder); line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		if (!parse_cgroup_line(line, (size_t)(end - line), &one))
			continue;
		*g = one; /* where version 1 has the controller, version 2 does not */
		found = true;
	}
	return found;
}

bool parse_quota(const char *text, struct parsed_quota *q)
{
	const char *periods = strstr(text, "nr_periods "), *throttled = strstr(text, "nr_throttled ");

	return periods && throttled && sscanf(periods, "nr_periods %" SCNu64, &q->periods) == 1 &&
	       sscanf(throttled, "nr_throttled %" SCNu64, &q->throttled) == 1;
}
