/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * quota.c - how much CPU time a process may have: on how many CPUs, and the quota of its control groups: cpu.max of
 * version 2, cpu.cfs_quota_us of version 1 (cgroups(7),
 * Documentation/admin-guide/cgroup-v2.rst and Documentation/scheduler/sched-bwc.rst of Linux 6.1).
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect/proc/parse.h"
#include "collect/proc/procfs.h"
#include "collect/proc/procfs_int.h"
#include "collect/proc/reader.h"

#define TEXT_MAX   16384
#define LEVELS_MAX 16 /* control groups above each other that are looked at */

#define CPUS_MAX   8192 /* of the largest kernels there are (NR_CPUS) */

bool pfs_cpus(pid_t tid, uint64_t *allowed, uint64_t *online)
{
	size_t size = CPU_ALLOC_SIZE(CPUS_MAX);
	cpu_set_t *set = CPU_ALLOC(CPUS_MAX);
	bool known = set && !sched_getaffinity(tid, size, set);

	if (known) {
		*allowed = (uint64_t)CPU_COUNT_S(size, set);
		*online = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN);
	}
	CPU_FREE(set);
	return known;
}

static bool read_quota(const struct parsed_cgroup *g, struct parsed_quota *q)
{
	struct rd_request rq = rd_path(RD_FILE, 0, "/sys/fs/cgroup/%s%s/cpu.stat", g->folder, g->path);
	char *text = rd_text(&rq, TEXT_MAX, NULL);
	bool found = text && parse_quota(text, q);

	free(text);
	return found;
}

/* To the group above; false: there is none. */
static bool go_up(struct parsed_cgroup *g)
{
	char *last = strrchr(g->path, '/');

	if (!last)
		return false;
	*last = 0;
	return true;
}

bool pfs_cpu_quota(pid_t pid, struct pfs_quota *q)
{
	struct rd_request rq = rd_path(RD_FILE, pid, "cgroup");
	char *text = rd_text(&rq, TEXT_MAX, NULL);
	struct parsed_cgroup g;
	struct parsed_quota of;
	int wanted = q->level, level = 0;
	bool more = text && parse_cgroup(text, &g);

	q->level = -1;
	for (; more && level < LEVELS_MAX; level++, more = go_up(&g)) {
		if ((wanted >= 0 && level != wanted) || !read_quota(&g, &of) || !of.periods)
			continue;
		if (q->level >= 0 && of.throttled <= q->throttled)
			continue;
		*q = (struct pfs_quota){.level = level, .periods = of.periods, .throttled = of.throttled};
	}
	free(text);
	return q->level >= 0;
}
