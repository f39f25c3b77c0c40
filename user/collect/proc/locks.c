/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who waits for locks of files, and who has them: /proc/locks, read once for all threads that
 * are looked at together.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>

#include "collect/proc/procfs.h"
#include "collect/proc/procfs_int.h"
#include "collect/proc/reader.h"

#define LOCKS_MAX     (4 << 20) /* bytes: some ten thousand locks */
#define LOCKS_KEPT_NS UINT64_C(100000000)

struct lock_wait {
	int waiter, holder;
};

static struct lock_wait *waits; /* by waiter */
static size_t nwaits, room;
static uint64_t read_at; /* 0: never */

/* "7: FLOCK  ADVISORY  WRITE 123 fe:00:4711 0 EOF"; those who wait for it follow, with the same
 * number, and "->" before the kind. */
static bool take_lock(char *line, void *arg)
{
	int *holder = arg, pid;

	if (sscanf(line, "%*d: -> %*s %*s %*s %d", &pid) == 1) {
		if (*holder <= 0) /* of an open file description, or of another PID namespace */
			return true;
		if (nwaits == room) {
			room = room ? 2 * room : 64;
			waits = pfs_grow(waits, room, sizeof(*waits));
		}
		waits[nwaits++] = (struct lock_wait){pid, *holder};
	} else if (sscanf(line, "%*d: %*s %*s %*s %d", holder) != 1) {
		*holder = 0;
	}
	return true;
}

static int by_waiter(const void *a, const void *b)
{
	const struct lock_wait *x = a, *y = b;

	return x->waiter < y->waiter ? -1 : x->waiter > y->waiter;
}

static void read_locks(void)
{
	struct rd_request rq = rd_path(RD_FILE, 0, "locks");
	int holder = 0;

	nwaits = 0;
	rd_lines(&rq, LOCKS_MAX, take_lock, &holder);
	if (nwaits)
		qsort(waits, nwaits, sizeof(*waits), by_waiter);
	read_at = pfs_now_ns();
}

pid_t pfs_lock_holder(pid_t pid)
{
	const struct lock_wait *w, key = {.waiter = pid};

	if (!read_at || pfs_now_ns() - read_at > LOCKS_KEPT_NS)
		read_locks();
	w = nwaits ? bsearch(&key, waits, nwaits, sizeof(*waits), by_waiter) : NULL;
	if (!w)
		return 0;
	while (w > waits && w[-1].waiter == pid)
		w--;
	for (const struct lock_wait *other = w; other < waits + nwaits && other->waiter == pid; other++)
		if (other->holder != w->holder)
			return 0;
	return w->holder;
}
