/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "collect/proc/parse.h"
#include "collect/proc/procfs.h"
#include "collect/proc/procfs_int.h"
#include "collect/proc/reader.h"

#define SET_LIMIT      (1U << 20) /* entries looked at: fs.nr_open's default */
#define CHUNK	       4096	  /* of these, at a time */
#define CODE_MAX       100000	  /* executable mappings; usually no process has more than 65530 */
#define RINGS_MAX      1024
#define STACK_BYTES    16384
#define CATCH_TRIES    40
#define CATCH_PAUSE_US 250
#define PAGE_BYTES     UINT64_C(4096)
#define RANGES_NS      UINT64_C(500000000)
#define PLACE_MAX      4096
#define KEPT_NS	       UINT64_C(1000000000)

static void put(int32_t fd, int32_t *fds, size_t max, int *n)
{
	if ((size_t)*n < max)
		fds[*n] = fd;
	(*n)++;
}

static int poll_set(pid_t pid, uint64_t at, uint64_t nfds, int32_t *fds, size_t max)
{
	struct pollfd chunk[CHUNK];
	int n = 0;

	if (nfds > SET_LIMIT)
		return -EINVAL;
	while (nfds) {
		size_t want = nfds < CHUNK ? nfds : CHUNK;
		int got = iom_target_read(pid, at, chunk, want * sizeof(chunk[0]), 0);

		if (got != (int)(want * sizeof(chunk[0])))
			return got < 0 ? got : -EFAULT;
		for (size_t i = 0; i < want; i++)
			if (chunk[i].fd >= 0) /* poll(2): negative ones are left out */
				put(chunk[i].fd, fds, max, &n);
		nfds -= want;
		at += want * sizeof(chunk[0]);
	}
	return n;
}

int32_t pfs_poll_first(pid_t pid, const uint64_t args[6])
{
	struct pollfd first;

	return iom_target_read(pid, args[0], &first, sizeof(first), 0) == (int)sizeof(first) ? first.fd : -1;
}

/* One of the sets of select(2), which the kernel reads in whole words. */
static int add_set(pid_t pid, uint64_t at, int32_t nfds, uint64_t *any)
{
	size_t size = ((size_t)nfds + 63) / 64 * 8, words = size / 8;
	uint64_t *set;
	int got;

	if (!at || !nfds)
		return 0;
	set = pfs_grow(NULL, words, 8);
	got = iom_target_read(pid, at, set, size, 0);
	for (size_t w = 0; got == (int)size && w < words; w++)
		any[w] |= set[w];
	free(set);
	return got == (int)size ? 0 : got < 0 ? got : -EFAULT;
}

static int select_set(pid_t pid, const uint64_t args[6], int32_t *fds, size_t max)
{
	int32_t nfds = (int32_t)args[0];
	uint64_t *any;
	int n = 0, err = 0;

	if (nfds < 0 || (uint32_t)nfds > SET_LIMIT)
		return -EINVAL;
	any = pfs_grow(NULL, (size_t)nfds / 64 + 1, 8);
	memset(any, 0, ((size_t)nfds / 64 + 1) * 8);
	for (int set = 1; set <= 3 && !err; set++) /* read, write, exceptions */
		err = add_set(pid, args[set], nfds, any);
	for (int32_t fd = 0; !err && fd < nfds; fd++)
		if (any[fd / 64] >> fd % 64 & 1)
			put(fd, fds, max, &n);
	free(any);
	return err ? err : n;
}

int pfs_wait_set(pid_t pid, int nr, const uint64_t args[6], int32_t *fds, size_t max)
{
	switch (nr) {
	case SYS_poll:
	case SYS_ppoll:
		return poll_set(pid, args[0], (uint32_t)args[1], fds, max);
	case SYS_select:
	case SYS_pselect6:
		return select_set(pid, args, fds, max);
	}
	return -EINVAL;
}

/* ---- shared memory ---- */

/* What is mapped at an address; kept a moment, for threads wait at one address by the thousand. */
static struct place {
	pid_t pid;
	uint64_t addr, read_at; /* 0: never */
	unsigned int dev_major, dev_minor;
	uint64_t ino; /* 0: nothing that may be shared */
	char path[PLACE_MAX];
} place;

static bool take_shared(const struct pfs_map *map, void *arg)
{
	struct place *p = arg;

	if (p->addr < map->start || p->addr >= map->end)
		return true;
	if (map->shared) {
		p->dev_major = map->dev_major;
		p->dev_minor = map->dev_minor;
		p->ino = map->ino;
		snprintf(p->path, sizeof(p->path), "%s", map->path);
	}
	return false;
}

static const struct place *place_of(pid_t pid, uint64_t addr)
{
	if (place.read_at && place.pid == pid && place.addr == addr && pfs_now_ns() - place.read_at < KEPT_NS)
		return &place;
	place = (struct place){.pid = pid, .addr = addr};
	pfs_maps_each(pid, take_shared, &place);
	place.read_at = pfs_now_ns();
	return &place;
}

char *pfs_shared_at(pid_t pid, uint64_t addr)
{
	const struct place *p = place_of(pid, addr);

	return p->path[0] == '/' ? pfs_strdup(p->path) : NULL;
}

static struct sharer {
	struct place of;
	pid_t other;
	int shares; /* 1, 0; negative: it is not known */
} sharer;

static bool is_of_place(const struct pfs_map *map, void *arg)
{
	struct sharer *s = arg;

	if (!map->shared || map->ino != s->of.ino || map->dev_major != s->of.dev_major ||
	    map->dev_minor != s->of.dev_minor)
		return true;
	s->shares = 1;
	return false;
}

int pfs_shares_at(pid_t pid, uint64_t addr, pid_t other)
{
	const struct place *p = place_of(pid, addr);

	if (sharer.other == other && sharer.of.pid == pid && sharer.of.addr == addr && sharer.of.read_at == p->read_at)
		return sharer.shares;
	sharer = (struct sharer){.of = *p, .other = other};
	if (!p->ino || pfs_maps_each(other, is_of_place, &sharer))
		sharer.shares = -1;
	return sharer.shares;
}

/* ---- libaio's rings ---- */

struct rings {
	uint64_t at[RINGS_MAX];
	size_t n;
};

/* No file that a program can make lies at "/[aio]" of its root and on no device. */
static bool take_ring(const struct pfs_map *map, void *arg)
{
	struct rings *r = arg;

	if (!strcmp(map->path, "/[aio]") && !map->dev_major)
		r->at[r->n++] = map->start;
	return r->n < RINGS_MAX;
}

void pfs_aio_rings(pid_t pid, void (*each)(uint64_t ctx, uint32_t tail, uint32_t nr, void *arg),
		   void *arg)
{
	struct rings r = {};
	uint32_t head[4]; /* id nr head tail */

	pfs_maps_each(pid, take_ring, &r);
	for (size_t i = 0; i < r.n; i++)
		if (iom_target_read(pid, r.at[i], head, sizeof(head), 0) == sizeof(head))
			each(r.at[i], head[3], head[1], arg);
}

/* ---- whose code a thread runs ---- */

struct range {
	uint64_t start, end;
	bool libc;
};

/* Executable mappings of the process asked for last: a process with many
 * threads asks once for each. */
static struct {
	pid_t pid;
	uint64_t read_at; /* 0: never */
	struct range *v;
	size_t n, room;
} code;

static bool take_code(const struct pfs_map *map, void *arg)
{
	(void)arg;
	if (!map->exec)
		return true;
	if (code.n == CODE_MAX)
		return false;
	if (code.n == code.room) {
		code.room = code.room ? 2 * code.room : 64;
		code.v = pfs_grow(code.v, code.room, sizeof(*code.v));
	}
	code.v[code.n++] = (struct range){map->start, map->end, pfs_is_libc(map->path)};
	return true;
}

static bool read_code(pid_t pid)
{
	uint64_t now = pfs_now_ns();

	if (code.read_at && code.pid == pid && now - code.read_at < RANGES_NS)
		return true;
	code.n = 0;
	code.pid = pid;
	code.read_at = 0;
	if (pfs_maps_each(pid, take_code, NULL))
		return false;
	code.read_at = now;
	return true;
}

/* maps is sorted by address. */
static const struct range *code_at(uint64_t addr)
{
	size_t low = 0, high = code.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (addr < code.v[mid].start)
			high = mid;
		else if (addr >= code.v[mid].end)
			low = mid + 1;
		else
			return &code.v[mid];
	}
	return NULL;
}

static bool sleeping_at(pid_t pid, pid_t tid, uint64_t *sp, uint64_t *pc)
{
	struct rd_request rq = rd_path(RD_FILE, pid, "task/%d/syscall", tid);
	char *text = rd_text(&rq, PAGE_BYTES, NULL);
	bool ok = text && parse_syscall(text, sp, pc);

	free(text);
	return ok;
}

bool pfs_stack_is_libc_only(pid_t pid, uint64_t sp)
{
	uint64_t words[STACK_BYTES / 8];
	bool any = false;
	int n;

	if (!read_code(pid))
		return false;
	/* The stack may end sooner: what there is of it. */
	n = iom_target_read(pid, sp & ~UINT64_C(7), words, sizeof(words), 0);
	for (int i = 0; i < n / 8; i++) {
		const struct range *r = code_at(words[i]);

		if (r && !r->libc)
			return false;
		any |= r != NULL;
	}
	return any;
}

bool pfs_thread_is_libc_helper(pid_t pid, pid_t tid)
{
	const struct range *r;
	uint64_t sp, pc;
	bool caught = false;

	if (pid == tid || !read_code(pid))
		return false;
	/* One that works hard is on a CPU most of the time: look a few times. */
	for (int i = 0; i < CATCH_TRIES && !caught; i++) {
		caught = sleeping_at(pid, tid, &sp, &pc);
		if (!caught)
			usleep(CATCH_PAUSE_US);
	}
	if (!caught)
		return false;
	r = code_at(pc);
	return r && r->libc && pfs_stack_is_libc_only(pid, sp);
}
