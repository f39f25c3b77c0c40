/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gather_cpu.c - where a process's CPU time was spent, and whether its quota and its affinity let it have more: /proc and
 * the control groups are asked as the watch of it begins and as it ends.
 */
#include "collect/gather_int.h"

#define TIMES_NS    UINT64_C(100000000) /* ten ticks: fewer are no sample of where it runs */
#define QUOTAS_MAX  256 /* processes whose groups are asked: each costs several files of /sys */

void gather_cpu_begin(struct iom_gather *g, struct proc_entry *p, bool born)
{
	p->cpu_known = born || pfs_cpu_times((pid_t)p->pid, &p->user0, &p->system0);
	pfs_cpus((pid_t)p->pid, &g->cap->procs[p->proc].cpus_allowed, &g->cap->procs[p->proc].cpus_online);
	p->quota0 = (struct pfs_quota){.level = -1};
	p->quota_asked = g->quotas_asked < QUOTAS_MAX;
	g->quotas_asked += p->quota_asked;
	if (p->quota_asked)
		pfs_cpu_quota((pid_t)p->pid, &p->quota0);
}

static void finish_times(const struct proc_entry *p, struct cap_proc *c)
{
	uint64_t user, system;

	if (!p->cpu_known || !pfs_cpu_times((pid_t)p->pid, &user, &system) || user < p->user0 || system < p->system0 ||
	    user - p->user0 + system - p->system0 < TIMES_NS)
		return;
	c->user_ns = user - p->user0;
	c->system_ns = system - p->system0;
}

/* Nobody had a quota that was in force when it began: then that was since. */
static void finish_quota(const struct proc_entry *p, struct cap_proc *c)
{
	struct pfs_quota q = {.level = p->quota0.level};

	if (!p->quota_asked || !pfs_cpu_quota((pid_t)p->pid, &q) || q.periods < p->quota0.periods ||
	    q.throttled < p->quota0.throttled)
		return;
	c->quota_periods = q.periods - p->quota0.periods;
	c->throttled_periods = q.throttled - p->quota0.throttled;
}

/* One that has ended does not tell any more. */
void iom_gather_cpu(struct iom_gather *g)
{
	struct proc_entry *p, *next;

	HASH_ITER(hh, g->procs, p, next) {
		struct cap_proc *c = p->seen ? &g->cap->procs[p->proc] : NULL;

		if (!c || c->exited)
			continue;
		finish_times(p, c);
		finish_quota(p, c);
		pfs_cpus((pid_t)p->pid, &c->cpus_allowed, &c->cpus_online);
	}
}
