/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers that a process passes to the kernel, or keeps in its memory, are those of its own PID
 * namespace (pid_namespaces(7)). In a container they mean other processes there than here.
 */
#include <stdlib.h>
#include <string.h>

#include "collect/proc/procfs.h"
#include "collect/proc/procfs_int.h"
#include "collect/proc/reader.h"

#define STATUS_MAX 4096
#define LEVELS	   33 /* namespaces in each other, MAX_PID_NS_LEVEL and the first one */
#define KIN_MAX	   4096
#define KEPT_NS	   UINT64_C(1000000000) /* threads of one process wait by the thousand */

/* The numbers that it has, ours first and its own last; how many, 0: it is gone, or does not tell. */
static size_t numbers_of(pid_t pid, int32_t v[LEVELS])
{
	static const char key[] = "\nNSpid:";
	struct rd_request rq = rd_path(RD_FILE, pid, "status");
	char *text = rd_text(&rq, STATUS_MAX, NULL), *at = text ? strstr(text, key) : NULL, *end;
	size_t n = 0;

	for (at = at ? at + sizeof(key) - 1 : NULL; at && *at == '\t' && n < LEVELS; at = end)
		v[n++] = (int32_t)strtol(at + 1, &end, 10);
	free(text);
	return n;
}

struct kin {
	pid_t number;
	int32_t called; /* what the process calls it */
};

/* Of the process that was asked for last: its threads, or its children. */
static struct kept {
	pid_t pid;
	uint64_t read_at; /* 0: never */
	struct kin v[KIN_MAX];
	size_t n;
} threads, children;

struct list {
	int32_t v[KIN_MAX];
	size_t n;
};

static void add_kin(struct kept *k, pid_t number, size_t level)
{
	int32_t v[LEVELS];

	if (k->n < KIN_MAX && numbers_of(number, v) > level)
		k->v[k->n++] = (struct kin){.number = number, .called = v[level]};
}

static void add_child(pid_t child, void *arg)
{
	struct list *l = arg;

	if (l->n < KIN_MAX)
		l->v[l->n++] = child;
}

static void read_kin(struct kept *k, pid_t pid, size_t level)
{
	static struct list tasks, born;

	tasks.n = pfs_threads_of(pid, tasks.v, KIN_MAX);
	born.n = 0;
	k->n = 0;
	for (size_t i = 0; k == &children && i < tasks.n; i++)
		pfs_children_each(pid, tasks.v[i], add_child, &born);
	for (size_t i = 0; k == &threads && i < tasks.n; i++)
		add_kin(k, tasks.v[i], level);
	for (size_t i = 0; i < born.n; i++)
		add_kin(k, born.v[i], level);
	k->pid = pid;
	k->read_at = pfs_now_ns();
}

static pid_t called_by(struct kept *k, pid_t pid, int32_t number)
{
	int32_t own[LEVELS];
	size_t levels = number > 0 ? numbers_of(pid, own) : 0;

	if (levels < 2)
		return levels ? number : 0;
	if (!k->read_at || k->pid != pid || pfs_now_ns() - k->read_at > KEPT_NS)
		read_kin(k, pid, levels - 1);
	for (size_t i = 0; i < k->n; i++)
		if (k->v[i].called == number)
			return k->v[i].number;
	return 0;
}

pid_t pfs_child_called(pid_t pid, int32_t number)
{
	return called_by(&children, pid, number);
}

pid_t pfs_thread_called(pid_t pid, int32_t number)
{
	pid_t tid = called_by(&threads, pid, number);

	return tid && pfs_tgid(tid) == pid ? tid : 0;
}

bool pfs_counts_as_we(pid_t pid)
{
	int32_t own[LEVELS];

	return numbers_of(pid, own) == 1;
}
