/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect/proc/procfs.h"
#include "collect/proc/procfs_int.h"

#define FLAG_KTHREAD 0x00200000 /* PF_KTHREAD, include/linux/sched.h */

struct stat_fields {
	char state;
	pid_t ppid;
	unsigned int flags;
};

/* proc_pid_stat(5); the name may hold anything, parentheses too. */
static bool read_stat(pid_t pid, struct stat_fields *s)
{
	char path[48];
	char *text, *at;
	bool ok;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	text = pfs_slurp(AT_FDCWD, path, NULL);
	if (!text)
		return false;
	at = strrchr(text, ')');
	ok = at && sscanf(at, ") %c %d %*d %*d %*d %*d %u", &s->state, &s->ppid, &s->flags) == 3;
	free(text);
	return ok;
}

pid_t pfs_tgid(pid_t tid)
{
	char path[48];
	char *text, *at;
	pid_t tgid = 0;

	if (tid <= 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	text = pfs_slurp(AT_FDCWD, path, NULL);
	if (!text)
		return 0;
	/* A line feed in the name is escaped in this file. */
	at = strstr(text, "\nTgid:");
	if (at)
		tgid = atoi(at + 6);
	free(text);
	return tgid;
}

bool pfs_is_kthread(pid_t pid)
{
	struct stat_fields s;

	return read_stat(pid, &s) && s.flags & FLAG_KTHREAD;
}

struct relation {
	pid_t pid, ppid;
};

static struct relation *read_relations(size_t *n)
{
	struct relation *v = NULL;
	DIR *dir = opendir("/proc");
	struct stat_fields s;
	struct dirent *e;
	size_t room = 0;

	*n = 0;
	while (dir && (e = readdir(dir))) {
		pid_t pid = atoi(e->d_name);

		if (pid <= 0 || pid == getpid() || !read_stat(pid, &s) || s.state == 'Z' ||
		    s.state == 'X')
			continue;
		if (*n == room) {
			room = room ? 2 * room : 256;
			v = pfs_grow(v, room, sizeof(*v));
		}
		v[(*n)++] = (struct relation){.pid = pid, .ppid = s.ppid};
	}
	if (dir)
		closedir(dir);
	return v;
}

static int by_parent(const void *a, const void *b)
{
	const struct relation *x = a, *y = b;

	if (x->ppid != y->ppid)
		return x->ppid < y->ppid ? -1 : 1;
	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

/* The first child of a process in a list that is sorted by parents, or its end. */
static size_t first_child(const struct relation *v, size_t n, pid_t of)
{
	size_t low = 0;

	while (low < n) {
		size_t mid = low + (n - low) / 2;

		if (v[mid].ppid < of)
			low = mid + 1;
		else
			n = mid;
	}
	return low;
}

pid_t *pfs_descendants(const pid_t *of, size_t nof, size_t *n)
{
	size_t all;
	struct relation *v = read_relations(&all);
	pid_t *found = pfs_grow(NULL, all + 1, sizeof(*found));

	/* found[] is the queue of those whose children are still to be looked for.
	 * Whoever was found has no parent any more, so that nobody is found twice. */
	*n = 0;
	if (all)
		qsort(v, all, sizeof(*v), by_parent);
	for (size_t head = 0; head < nof + *n; head++) {
		pid_t parent = head < nof ? of[head] : found[head - nof];

		for (size_t i = first_child(v, all, parent); i < all && v[i].ppid == parent; i++)
			if (v[i].pid > 0) {
				found[(*n)++] = v[i].pid;
				v[i].pid = 0;
			}
	}
	free(v);
	return found;
}
