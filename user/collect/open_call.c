/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "collect/gather.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "syscalls.h"
#include "collect/proc/procfs.h"

#define NR_POLL		   7
#define NR_NANOSLEEP	   35
#define NR_FUTEX	   202
#define NR_RESTART_SYSCALL 219
#define NR_EPOLL_PWAIT2	   441

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init" /* the table sets all, then the ones it names */
static const uint32_t calls[IOM_CALLS] = {IOM_CALL_TABLE};
#pragma GCC diagnostic pop

/* restart_syscall has lost the number of the call it goes on with; only three
 * kinds of calls restart through it, and where the thread sleeps tells which
 * (proc(5), wchan). */
static int restarted_nr(uint32_t pid, uint32_t tid)
{
	char path[64], where[64] = "";
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/task/%u/wchan", pid, tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NR_RESTART_SYSCALL;
	n = read(fd, where, sizeof(where) - 1);
	close(fd);
	where[n > 0 ? n : 0] = 0;
	if (strstr(where, "poll"))
		return NR_POLL;
	if (strstr(where, "nanosleep"))
		return NR_NANOSLEEP;
	if (strstr(where, "futex"))
		return NR_FUTEX;
	return NR_RESTART_SYSCALL;
}

/* A struct timespec or timeval in the process; -1 for none or unreadable. */
static int64_t timeout_at(uint32_t pid, uint64_t addr, int64_t unit_ns)
{
	int64_t t[2];
	struct iovec to = {t, sizeof(t)}, from = {(void *)(uintptr_t)addr, sizeof(t)};

	if (!addr || process_vm_readv(pid, &to, 1, &from, 1, 0) != sizeof(t))
		return -1;
	return t[0] * 1000000000 + t[1] * unit_ns;
}

static int64_t timeout_ms(uint64_t arg)
{
	return (int32_t)arg < 0 ? -1 : (int64_t)(int32_t)arg * 1000000;
}

void iom_open_call(const struct iom_thread *t, uint32_t pid, struct cap_open_call *call,
		   int32_t *set, size_t max, size_t *nset)
{
	uint64_t args[6];
	uint32_t entry, shape;
	int n;

	*nset = 0;
	if (!(t->flags & IOM_TF_ASLEEP) || t->nr >= IOM_CALLS || t->flags & IOM_TF_COMPAT)
		return;
	call->nr = t->nr == NR_RESTART_SYSCALL ? restarted_nr(pid, t->ns_tid) : t->nr;
	entry = calls[call->nr];
	shape = IOM_CALL_SHAPE(entry);
	call->class = entry ? IOM_CALL_CLASS(entry) : IOM_C_OTHER;
	call->fd = -1;
	call->nfiles = 0;
	call->timeout_ns = -1;
	if (t->nr == NR_RESTART_SYSCALL && call->nr == NR_RESTART_SYSCALL)
		call->class = IOM_C_OTHER;

	if (call->class >= IOM_C_READ && call->class <= IOM_C_TRANSFER_LAST)
		call->fd = (int32_t)t->args[0];
	switch (shape) {
	case IOM_S_EPOLL:
		call->fd = (int32_t)t->args[0];
		call->nfiles = UINT32_MAX;
		call->timeout_ns = call->nr == NR_EPOLL_PWAIT2 ? timeout_at(pid, t->args[3], 1) :
								 timeout_ms(t->args[3]);
		return;
	case IOM_S_POLL:
		call->timeout_ns = timeout_ms(t->args[2]);
		break;
	case IOM_S_PPOLL:
		call->timeout_ns = timeout_at(pid, t->args[2], 1);
		break;
	case IOM_S_SELECT: /* select counts in microseconds, pselect6 in nanoseconds */
		call->timeout_ns = timeout_at(pid, t->args[4], call->nr == 23 ? 1000 : 1);
		break;
	case IOM_S_URING:
		call->fd = (int32_t)t->args[0];
		return;
	default:
		return;
	}
	for (int i = 0; i < 6; i++)
		args[i] = t->args[i];
	n = pfs_wait_set(pid, call->nr, args, set, max);
	if (n < 0) {
		call->nfiles = UINT32_MAX;
		return;
	}
	call->nfiles = n;
	*nset = (size_t)n < max ? (size_t)n : max;
	if (n == 0)
		call->class = IOM_C_SLEEP_POLL;
}
