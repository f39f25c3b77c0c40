/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who else has a pipe or socket open: one walk through the descriptors of all
 * processes, kept, since each walk costs as much as the machine has files.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "collect/proc/procfs.h"
#include "collect/proc/procfs_int.h"
#include "collect/proc/reader.h"

/* Where nobody else wants the CPUs a walk takes as long as it works. Where many do, it waits for each answer,
 * and may. */
#define WALK_WORK_NS   UINT64_C(100000000)
#define WALK_MAX_NS    UINT64_C(1000000000)
#define PROCESS_MAX_NS UINT64_C(200000000) /* for one that may be stuck */
#define SOCKET_KEPT_NS UINT64_C(10000000000)
#define HELD_MAX       500000
#define PATHS_MAX      (HELD_MAX / 2)
#define MASTER	       UINT64_MAX /* the inode of no pipe: the end of a pseudoterminal that a program has */
#define PATH_KEY       (UINT64_C(1) << 63) /* with a path's hash: as large is no inode of a pipe or a socket */
#define TEXT_MAX       1024

struct holding {
	uint64_t ino;
	pid_t pid;
	int fd;
	bool socket;
	uint8_t access; /* pipes: 1 reads, 2 writes, 3 both */
};

static struct holding *held;
static size_t nheld, room, npaths;
static uint64_t walked_at;     /* 0: never */
static struct pfs_holder last; /* asked for most recently: often thousands of one process */

/* The link's own permissions tell how it is open (fs/proc/fd.c). */
static uint8_t ways(uint16_t mode)
{
	return (uint8_t)((mode & S_IRUSR ? 1 : 0) | (mode & S_IWUSR ? 2 : 0));
}

static int by_ino(const void *a, const void *b)
{
	const struct holding *x = a, *y = b;

	if (x->ino != y->ino)
		return x->ino < y->ino ? -1 : 1;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->fd < y->fd ? -1 : x->fd > y->fd;
}

/* By what a file with a path is found again: a FIFO may be among them. FNV-1a, without its lowest bit, so that it is
 * not MASTER. */
static uint64_t path_key(const char *path, size_t len)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)path[i]) * UINT64_C(0x100000001b3);
	return (hash & ~UINT64_C(1)) | PATH_KEY;
}

static void keep(const struct holding *h)
{
	if (nheld == HELD_MAX)
		return;
	if (nheld == room) {
		room = room ? 2 * room : 1024;
		held = pfs_grow(held, room, sizeof(*held));
	}
	held[nheld++] = *h;
}

static void take_path(const struct rd_fd *r, const char *path, size_t len, pid_t pid)
{
	struct holding h = {.ino = path_key(path, len), .pid = pid, .fd = r->fd, .access = ways(r->mode)};

	if (npaths == PATHS_MAX)
		return;
	npaths++;
	keep(&h);
}

static void take_fd(const struct rd_fd *r, const char *text, pid_t pid)
{
	struct holding h = {.pid = pid, .fd = r->fd};

	if (pfs_bracketed(text, "socket", &h.ino))
		h.socket = true;
	else if (pfs_bracketed(text, "pipe", &h.ino))
		h.access = ways(r->mode);
	else if (!strcmp(text, "/dev/ptmx") || !strcmp(text, "/dev/pts/ptmx"))
		h.ino = MASTER;
	else
		return;
	keep(&h);
}

static void take_fds(const void *data, size_t size, void *arg)
{
	const char *at = data;
	char text[64];
	struct rd_fd r;

	while (size >= sizeof(r)) {
		memcpy(&r, at, sizeof(r));
		at += sizeof(r);
		size -= sizeof(r);
		if ((size_t)r.link_len + r.info_len > size)
			return;
		if (r.link_len < sizeof(text)) {
			memcpy(text, at, r.link_len);
			text[r.link_len] = 0;
			take_fd(&r, text, *(pid_t *)arg);
		}
		if (r.link_len && *at == '/')
			take_path(&r, at, r.link_len, *(pid_t *)arg);
		at += r.link_len + r.info_len;
		size -= (size_t)r.link_len + r.info_len;
	}
}

struct numbers {
	int32_t *v;
	size_t n;
};

static void take_numbers(const void *data, size_t size, void *arg)
{
	struct numbers *p = arg;
	size_t n = size / sizeof(*p->v);

	p->v = pfs_grow(p->v, p->n + n, sizeof(*p->v));
	memcpy(p->v + p->n, data, n * sizeof(*p->v));
	p->n += n;
}

static pid_t middle; /* of the order below */

static int by_distance(const void *a, const void *b)
{
	int32_t x = abs(*(const int32_t *)a - middle), y = abs(*(const int32_t *)b - middle);

	return x < y ? -1 : x > y;
}

void pfs_near_first(int32_t *pids, size_t n, pid_t pid)
{
	middle = pid;
	if (n)
		qsort(pids, n, sizeof(*pids), by_distance);
}

/* Time that this process has been on a CPU. The one that reads for it takes about as much. */
static uint64_t work_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* From pid on: who has the other ends was mostly started with it, and the time may not be enough for all. */
static void walk(pid_t pid)
{
	uint64_t end = pfs_now_ns() + WALK_MAX_NS, work = work_ns() + WALK_WORK_NS, until, now;
	struct rd_request all = rd_path(RD_LIST, 0, ".");
	struct numbers pids = {};

	nheld = npaths = 0;
	last.pid = 0;
	rd_ask(&all, take_numbers, &pids);
	pfs_near_first(pids.v, pids.n, pid);
	for (size_t i = 0; i < pids.n && (now = pfs_now_ns()) < end && work_ns() < work; i++) {
		struct rd_request rq = {.op = RD_FDS, .flags = RD_MODE, .pid = pids.v[i]};

		until = now + PROCESS_MAX_NS < end ? now + PROCESS_MAX_NS : end;
		if (rq.pid != getpid()) /* all others are strangers, and may be stuck */
			rd_ask_until(&rq, until, take_fds, &rq.pid);
	}
	free(pids.v);
	if (nheld)
		qsort(held, nheld, sizeof(*held), by_ino);
	walked_at = pfs_now_ns();
}

/* Of a process, 0: of whichever. */
static size_t first_of(uint64_t ino, pid_t pid)
{
	size_t low = 0, high = nheld;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (held[mid].ino < ino || (held[mid].ino == ino && held[mid].pid < pid))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void pfs_pipes_refresh(void)
{
	free(held);
	held = NULL;
	nheld = 0;
	room = 0;
	walked_at = 0;
}

static void walk_for_sockets(void)
{
	if (!walked_at || pfs_now_ns() - walked_at > SOCKET_KEPT_NS)
		walk(getpid());
}

static bool holds_socket(pid_t pid, uint64_t ino)
{
	size_t i = first_of(ino, pid);

	return i < nheld && held[i].ino == ino && held[i].pid == pid && held[i].socket;
}

bool pfs_holds_socket(pid_t pid, uint64_t ino)
{
	walk_for_sockets();
	return holds_socket(pid, ino);
}

/* Its name is asked for once for many sockets of one process. */
static bool take_holder(const struct holding *h, struct pfs_holder *out)
{
	if (h->pid != last.pid && !pfs_comm(h->pid, last.comm)) {
		last.pid = 0;
		return false;
	}
	last.pid = h->pid;
	last.fd = h->fd;
	*out = last;
	return true;
}

bool pfs_socket_holder(uint64_t ino, uint64_t other_end, struct pfs_holder *out)
{
	bool found = false;

	walk_for_sockets();
	for (size_t i = first_of(ino, 0); i < nheld && held[i].ino == ino; i++) {
		bool kept_both = other_end && holds_socket(held[i].pid, other_end);

		if (!held[i].socket || (found && kept_both) || !take_holder(&held[i], out))
			continue;
		if (!kept_both)
			return true;
		found = true;
	}
	return found;
}

static void take_access(const void *data, size_t size, void *arg)
{
	struct rd_fd r;

	if (size < sizeof(r))
		return;
	memcpy(&r, data, sizeof(r));
	*(uint8_t *)arg = ways(r.mode);
}

/* How the caller's own descriptor is open, as in struct holding; 0: closed. */
static uint8_t own_access(pid_t pid, int fd)
{
	struct rd_request rq = {.op = RD_FDS, .flags = RD_MODE, .pid = pid, .fd = fd, .len = 1};
	uint8_t access = 0;

	rd_ask(&rq, take_access, &access);
	return access;
}

/* Does the process of held[at] have the pipe open for any of these ways? */
static bool has_way(size_t at, uint8_t ways)
{
	uint64_t ino = held[at].ino;
	pid_t pid = held[at].pid;

	while (at > 0 && held[at - 1].ino == ino && held[at - 1].pid == pid)
		at--;
	for (; at < nheld && held[at].ino == ino && held[at].pid == pid; at++)
		if (held[at].access & ways)
			return true;
	return false;
}

uint8_t pfs_pipe_ways(pid_t pid, uint64_t ino)
{
	uint8_t access = 0;

	if (!walked_at)
		walk(pid);
	for (size_t i = first_of(ino, 0); i < nheld && held[i].ino == ino; i++)
		if (!held[i].socket && held[i].pid == pid)
			access |= held[i].access;
	return access;
}

/* Has the process, in another root perhaps, this FIFO by the path? */
static bool is_fifo(const struct holding *h, uint64_t ino)
{
	struct pfs_file f;
	bool is = !pfs_file_read(h->pid, h->fd, &f) && f.kind == IOM_K_FIFO && f.ino == ino;

	free(f.name);
	free(f.watches);
	return is;
}

/* Who has the other end of a pipe, or, with the key of its path, of a FIFO; NULL: nobody else. One that has only the
 * other end, rather than a shell that kept both; and that one not where this process has both as well: what it inherited
 * is this one's pipe to itself. */
static const struct holding *other_end_of(pid_t pid, int fd, uint64_t key, uint64_t ino)
{
	uint8_t own = own_access(pid, fd), other = own == 1 ? 2 : own == 2 ? 1 : 3;
	const struct holding *kept_both = NULL;
	bool to_itself = false;

	if (!walked_at)
		walk(pid);
	for (size_t i = first_of(key, 0); i < nheld && held[i].ino == key; i++) {
		const struct holding *h = &held[i];

		if (h->socket || !(h->access & other) || (key & PATH_KEY && !is_fifo(h, ino)))
			continue;
		if (h->pid == pid)
			to_itself |= other != 3;
		else if (h->pid == getpid())
			continue;
		else if (other != 3 && !has_way(i, own))
			return h;
		else if (!kept_both)
			kept_both = h;
	}
	return to_itself ? NULL : kept_both;
}

pid_t pfs_fifo_peer(pid_t pid, int fd, const char *path, uint64_t ino)
{
	const struct holding *best = other_end_of(pid, fd, path_key(path, strlen(path)), ino);

	return best ? best->pid : 0;
}

char *pfs_pipe_peer(pid_t pid, int fd, uint64_t ino, pid_t *who)
{
	const struct holding *best = other_end_of(pid, fd, ino, ino);
	char comm[16];

	if (!best || !pfs_comm(best->pid, comm))
		return NULL;
	if (who)
		*who = best->pid;
	return pfs_format("%s %d fd %d", comm, best->pid, best->fd);
}

/* Do the two see the same /dev/pts? Its numbers are its own. */
static bool has_same_mounts(pid_t a, pid_t b)
{
	struct rd_request one = rd_path(RD_LINK, a, "ns/mnt"), other = rd_path(RD_LINK, b, "ns/mnt");
	char *x = rd_text(&one, TEXT_MAX, NULL), *y = rd_text(&other, TEXT_MAX, NULL);
	bool same = x && y && !strcmp(x, y);

	free(x);
	free(y);
	return same;
}

/* The number of the pseudoterminal to which the descriptor is the master; -1: none. */
static int terminal_of(pid_t pid, int fd)
{
	static const char key[] = "\ntty-index:";
	struct rd_request rq = rd_path(RD_FILE, pid, "fdinfo/%d", fd);
	char *text = rd_text(&rq, TEXT_MAX, NULL), *at = text ? strstr(text, key) : NULL;
	int number = at ? atoi(at + sizeof(key) - 1) : -1;

	free(text);
	return number;
}

pid_t pfs_terminal_master(pid_t pid, const char *name)
{
	int number;

	if (sscanf(name, "/dev/pts/%d", &number) != 1)
		return 0;
	if (!walked_at)
		walk(pid);
	for (size_t i = first_of(MASTER, 0); i < nheld && held[i].ino == MASTER; i++) {
		pid_t who = held[i].pid;

		if (who != pid && terminal_of(who, held[i].fd) == number && has_same_mounts(pid, who))
			return who;
	}
	return 0;
}
