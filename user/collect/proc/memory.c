/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "collect/proc/procfs.h"
#include "collect/proc/procfs_int.h"

#define SET_LIMIT   (1U << 20) /* entries looked at: fs.nr_open's default */
#define STACK_BYTES 16384
#define CATCH_TRIES  40
#define CATCH_PAUSE_US 250
#define PAGE_BYTES  UINT64_C(4096)
#define RANGES_NS   UINT64_C(500000000)

static ssize_t peek(pid_t pid, uint64_t from, void *to, size_t size)
{
	struct iovec local = {to, size}, remote = {(void *)(uintptr_t)from, size};
	ssize_t n = process_vm_readv(pid, &local, 1, &remote, 1, 0);

	return n < 0 ? -errno : n;
}

static void put(int32_t fd, int32_t *fds, size_t max, int *n)
{
	if ((size_t)*n < max)
		fds[*n] = fd;
	(*n)++;
}

static int poll_set(pid_t pid, uint64_t at, uint64_t nfds, int32_t *fds, size_t max)
{
	struct pollfd chunk[256];
	int n = 0;

	if (nfds > SET_LIMIT)
		return -EINVAL;
	while (nfds) {
		size_t want = nfds < 256 ? nfds : 256;
		ssize_t got = peek(pid, at, chunk, want * sizeof(chunk[0]));

		if (got != (ssize_t)(want * sizeof(chunk[0])))
			return got < 0 ? (int)got : -EFAULT;
		for (size_t i = 0; i < want; i++)
			if (chunk[i].fd >= 0) /* poll(2): negative ones are left out */
				put(chunk[i].fd, fds, max, &n);
		nfds -= want;
		at += want * sizeof(chunk[0]);
	}
	return n;
}

static int select_set(pid_t pid, const uint64_t args[6], int32_t *fds, size_t max)
{
	int32_t nfds = (int32_t)args[0];
	int n = 0;

	if (nfds < 0 || (uint32_t)nfds > SET_LIMIT)
		return -EINVAL;
	for (int32_t base = 0; base < nfds; base += 64) {
		uint64_t any = 0;

		for (int set = 1; set <= 3; set++) { /* read, write, exceptions */
			uint64_t word;
			ssize_t got;

			if (!args[set])
				continue;
			got = peek(pid, args[set] + (uint64_t)base / 8, &word, sizeof(word));
			if (got != sizeof(word))
				return got < 0 ? (int)got : -EFAULT;
			any |= word;
		}
		for (int32_t bit = 0; any && bit < 64 && base + bit < nfds; bit++)
			if (any >> bit & 1)
				put(base + bit, fds, max, &n);
	}
	return n;
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

/* "202 0x7f.. (six arguments) 0xSP 0xPC", or "running" (proc(5)). */
static bool sleeping_at(pid_t pid, pid_t tid, uint64_t *sp, uint64_t *pc)
{
	char path[64];
	char *text, *last, *before;
	bool ok = false;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/syscall", pid, tid);
	text = pfs_slurp(AT_FDCWD, path, NULL);
	if (!text)
		return false;
	last = strrchr(text, ' ');
	if (last) {
		*last = 0;
		before = strrchr(text, ' ');
		ok = before && sscanf(before, " %" SCNx64, sp) == 1 &&
		     sscanf(last + 1, "%" SCNx64, pc) == 1 && *sp;
	}
	free(text);
	return ok;
}

/* Up to STACK_BYTES from sp on; the stack may end sooner, and one read stops
 * at the first page that is not there. */
static size_t read_stack(pid_t pid, uint64_t sp, uint64_t *words)
{
	uint64_t at = sp & ~UINT64_C(7), end = at + STACK_BYTES;
	size_t got = 0;

	while (at < end) {
		uint64_t next = (at & ~(PAGE_BYTES - 1)) + PAGE_BYTES;
		ssize_t n;

		if (next > end)
			next = end;
		n = peek(pid, at, (char *)words + got, next - at);
		if (n <= 0)
			break;
		got += (size_t)n;
		if ((uint64_t)n < next - at)
			break;
		at = next;
	}
	return got / 8;
}

bool pfs_stack_is_libc_only(pid_t pid, uint64_t sp)
{
	static uint64_t words[STACK_BYTES / 8];
	bool any = false;
	size_t n;

	if (!read_code(pid))
		return false;
	n = read_stack(pid, sp, words);
	for (size_t i = 0; i < n; i++) {
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
