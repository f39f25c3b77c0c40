/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "collect/gather.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "syscalls.h"
#include "collect/proc/procfs.h"

#define NR_POLL		   7
#define NR_NANOSLEEP	   35
#define NR_CLONE	   56
#define NR_VFORK	   58
#define NR_WAIT4	   61
#define NR_SEMOP	   65
#define NR_MSGSND	   69
#define NR_MSGRCV	   70
#define NR_FCNTL	   72
#define NR_FLOCK	   73
#define NR_RT_SIGTIMEDWAIT 128
#define NR_FUTEX	   202
#define NR_IO_GETEVENTS	   208
#define NR_RESTART_SYSCALL 219
#define NR_SEMTIMEDOP	   220
#define NR_CLOCK_NANOSLEEP 230
#define NR_WAITID	   247
#define NR_IO_PGETEVENTS   333
#define NR_IO_URING_ENTER  426
#define NR_CLONE3	   435
#define NR_EPOLL_PWAIT2	   441
#define MUTEX_SHARED	   128	/* PTHREAD_MUTEX_PSHARED_BIT of glibc */
#define MUTEX_TYPES	   0x13 /* its types, and that it is robust */
#define SIGNALS_NAMED	   4
#define LOWEST_ADDRESS	   4096
#define ENTER_GETEVENTS	   1	/* IORING_ENTER_GETEVENTS */
#define ENTER_REGISTERED   16	/* IORING_ENTER_REGISTERED_RING: the number is the thread's own, no descriptor */
#define AIO_RING_MAGIC	   0xa10a10a1
#define SECONDS_MAX	   INT64_C(9000000000) /* of a timeout in ns that 64 bits hold */

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init" /* the table sets all, then the ones it names */
static const uint32_t calls[IOM_CALLS] = {IOM_CALL_TABLE};
#pragma GCC diagnostic pop

/*
 * restart_syscall has lost the number of the call it goes on with; only three kinds of calls
 * restart through it, and where the thread sleeps tells which (proc(5), wchan). A sleep goes on in
 * functions that the kernel leaves out there; its first argument is a clock or an address.
 */
static int restarted_nr(const struct iom_thread *t, uint32_t pid)
{
	char where[64];

	pfs_wchan((pid_t)pid, (pid_t)t->ns_tid, where);
	if (strstr(where, "poll"))
		return NR_POLL;
	if (strstr(where, "futex"))
		return NR_FUTEX;
	if (!*where || !strcmp(where, "0"))
		return NR_RESTART_SYSCALL;
	return t->args[0] < LOWEST_ADDRESS ? NR_CLOCK_NANOSLEEP : NR_NANOSLEEP;
}

/* A struct timespec or timeval in the process; -1 for none or unreadable. */
static int64_t timeout_at(uint32_t pid, uint64_t addr, int64_t unit_ns)
{
	int64_t t[2];

	if (!addr || iom_target_read((pid_t)pid, addr, t, sizeof(t), 0) != sizeof(t))
		return -1;
	/* The kernel looked at it when the call began; it may be anything by now. */
	if (t[0] < 0 || t[0] > SECONDS_MAX || t[1] < 0 ||
	    t[1] > 1000000000 / unit_ns)
		return -1;
	return t[0] * 1000000000 + t[1] * unit_ns;
}

/* A string in the process, cut at what a record of a path holds; heap or NULL. A page that
 * is not there ends it: the string may lie at the end of the one before. */
static char *string_at(uint32_t pid, uint64_t addr)
{
	char text[IOM_PATH_LEN] = "";
	int n = addr ? iom_target_read((pid_t)pid, addr, text, sizeof(text) - 1, 0) : 0;

	text[n > 0 ? n : 0] = 0;
	return text[0] ? strdup(text) : NULL;
}

char *iom_process_text(int64_t pid, size_t more)
{
	char comm[IOM_COMM_LEN] = "", others[48] = "", *text = NULL;
	const char *quote;

	if (pid <= 0 || pid > INT32_MAX)
		return NULL;
	pfs_comm((pid_t)pid, comm);
	if (more)
		snprintf(others, sizeof(others), " or %zu other%s", more, more == 1 ? "" : "s");
	quote = pfs_comm_quote(comm);
	if (asprintf(&text, "process %d%s%s%s%s%s", (int)pid, comm[0] ? " " : "", quote, comm, quote, others) < 0)
		return NULL;
	return text;
}

char *iom_waited_text(uint32_t pid, int64_t other, bool *held_up)
{
	char *text = iom_process_text(other, 0), *why = text ? pfs_in_turn((pid_t)other, (pid_t)pid) : NULL;
	char *longer = NULL;

	if (held_up)
		*held_up = why;
	if (!why || asprintf(&longer, "%s (%s)", text, why) < 0)
		return text;
	free(text);
	free(why);
	return longer;
}

/* Of its own children. Those of other threads it may wait for too. */
static char *any_child(uint32_t pid, uint32_t tid)
{
	struct pfs_children c = pfs_children((pid_t)pid, (pid_t)tid);

	return c.n == 1 ? iom_waited_text(pid, c.first, NULL) : iom_process_text(c.first, c.n ? c.n - 1 : 0);
}

/* Who makes a child by vfork(2), as posix_spawn(3) does, sleeps until that has begun another
 * program or has ended. */
static bool waits_for_exec(const struct iom_thread *t, uint32_t pid)
{
	uint64_t flags; /* the first member of struct clone_args */

	if (t->nr == NR_CLONE3)
		return iom_target_read((pid_t)pid, t->args[0], &flags, sizeof(flags), 0) == sizeof(flags) &&
		       flags & CLONE_VFORK;
	return t->nr == NR_VFORK || (t->nr == NR_CLONE && t->args[0] & CLONE_VFORK);
}

/* The newest of its children. */
static char *vfork_child(uint32_t pid, uint32_t tid)
{
	char *child = iom_process_text(pfs_children((pid_t)pid, (pid_t)tid).last, 0), *text = NULL;

	if (child && asprintf(&text, "%s until it calls exec or ends", child) < 0)
		text = NULL;
	free(child);
	return text;
}

static bool locks_file(const struct iom_thread *t)
{
	return t->nr == NR_FLOCK ||
	       (t->nr == NR_FCNTL && (t->args[1] == F_SETLKW || t->args[1] == F_OFD_SETLKW));
}

/* Who has the lock of a file that pid waits for. A lock of flock(2) belongs to the open file, which
 * others may have inherited: who took it may be gone, or be the waiter. */
static char *lock_holder(uint32_t pid)
{
	pid_t holder = pfs_lock_holder((pid_t)pid);
	char comm[IOM_COMM_LEN], *text = NULL;

	if (holder <= 0)
		return NULL;
	if ((uint32_t)holder != pid && pfs_comm(holder, comm))
		return iom_waited_text(pid, holder, NULL);
	if (asprintf(&text, (uint32_t)holder == pid ? "an open file that it locked itself" :
						      "an open file that process %d, now gone, locked",
		     (int)holder) < 0)
		return NULL;
	return text;
}

/* A thread of the process that the futex names: it has the mutex, or is to end. */
static char *thread_text(const char *fmt, uint32_t pid, const struct iom_thread *t, int32_t called)
{
	char comm[IOM_COMM_LEN] = "", *text = NULL;
	pid_t tid = pfs_thread_called((pid_t)pid, called);

	if (!tid)
		return NULL;
	if ((uint32_t)tid == t->ns_tid)
		snprintf(comm, sizeof(comm), "itself");
	else
		pfs_comm(tid, comm);
	if (asprintf(&text, fmt, tid, comm) < 0)
		return NULL;
	return text;
}

/* A mutex of glibc that processes share: who has it may be a thread of another one, or be gone, for the kernel
 * lets go only of robust ones; then its number may be that of a stranger, who has not got this memory. Of another PID
 * namespace's number nothing is known. word: as in futex_owner(). */
static char *shared_mutex(const struct iom_thread *t, uint32_t pid, const int32_t word[5])
{
	pid_t owner = word[2] > 0 ? pfs_tgid(word[2]) : 0;
	char *text = NULL, *who;
	int shares;

	if (t->args[1] & FUTEX_PRIVATE_FLAG || word[2] <= 0 || word[3] < 1 || (word[4] & ~MUTEX_TYPES) != MUTEX_SHARED ||
	    !pfs_counts_as_we((pid_t)pid))
		return NULL;
	shares = owner ? pfs_shares_at((pid_t)pid, t->args[0], owner) : 0;
	if (shares < 0)
		return NULL;
	if (!shares)
		return asprintf(&text, "a mutex that thread %d, now gone, locked: nobody is left to unlock it",
				word[2]) < 0 ? NULL : text;
	who = iom_process_text(owner, 0);
	if (who && asprintf(&text, "a mutex that %s has", who) < 0)
		text = NULL;
	free(who);
	return text;
}

/* glibc's rwlock (struct __pthread_rwlock_arch_t): readers wait for its third word, writers for its
 * fourth, and the seventh is the number of the thread that has it for writing. */
static char *rwlock_writer(const struct iom_thread *t, uint32_t pid)
{
	static const char fmt[] = "a rwlock that thread %d %s has for writing";
	int32_t word[2];
	char *text;

	if (iom_target_read((pid_t)pid, t->args[0] + 12, word, sizeof(word), 0) != sizeof(word))
		return NULL;
	text = thread_text(fmt, pid, t, word[0]);
	return text ? text : thread_text(fmt, pid, t, word[1]);
}

/*
 * Whom a futex is waited for, as far as glibc's words tell (nptl, 2.36): a mutex is {lock, count,
 * owner, users, kind}, and lock is 2 where somebody waits; pthread_join() waits for a word with the number of
 * the thread, which the kernel clears. A mutex with priority inheritance has its owner in the lock
 * (futex(2)). Who waits for the writer of a rwlock waits for a word that is 3.
 */
static char *futex_owner(const struct iom_thread *t, uint32_t pid)
{
	static const char mutex[] = "a mutex that thread %d %s has", end[] = "the end of thread %d %s";
	int op = (int)t->args[1] & FUTEX_CMD_MASK;
	int32_t word[5];
	char *text;

	if (iom_target_read((pid_t)pid, t->args[0], word, sizeof(word), 0) != sizeof(word))
		return NULL;
	if (op == FUTEX_LOCK_PI || op == FUTEX_LOCK_PI2)
		return thread_text(mutex, pid, t, word[0] & FUTEX_TID_MASK);
	if ((op != FUTEX_WAIT && op != FUTEX_WAIT_BITSET) || word[0] != (int32_t)t->args[2])
		return NULL;
	if (word[0] == 3)
		return rwlock_writer(t, pid);
	if (word[0] != 2)
		return thread_text(end, pid, t, word[0]);
	text = thread_text(mutex, pid, t, word[2]);
	return text ? text : shared_mutex(t, pid, word);
}

/*
 * What is known of a futex of which nobody is known to have it. One that is the process's own is
 * ended by its threads alone; where there is no other it never is, unless by a time limit or a
 * signal. One that is not lies in memory that other processes may share.
 */
static char *futex_place(const struct iom_thread *t, uint32_t pid)
{
	int op = (int)t->args[1] & FUTEX_CMD_MASK;
	char *file, *text = NULL;

	if (op != FUTEX_WAIT && op != FUTEX_WAIT_BITSET)
		return NULL;
	if (t->args[1] & FUTEX_PRIVATE_FLAG && t->args[3])
		return NULL;
	if (t->args[1] & FUTEX_PRIVATE_FLAG)
		return strdup(pfs_is_single((pid_t)pid) ? CAP_TARGET_ALONE : CAP_TARGET_INSIDE);
	file = pfs_shared_at((pid_t)pid, t->args[0]);
	if (file && asprintf(&text, "in the shared memory %s", file) < 0)
		text = NULL;
	free(file);
	return text;
}

static char *futex_text(const struct iom_thread *t, uint32_t pid)
{
	char *owner = futex_owner(t, pid);

	return owner ? owner : futex_place(t, pid);
}

/* How many completions of libaio are waited for, and how many came since the call began, for what was there
 * then it has taken: what the id of a context points to is its ring (fs/aio.c, struct aio_ring). */
static char *completions_text(const struct iom_thread *t, uint32_t pid)
{
	uint32_t ring[5], there; /* id, size, head, tail, magic */
	int64_t least = (int64_t)t->args[1];
	char came[48] = "", *text = NULL;

	if (least <= 0 || iom_target_read((pid_t)pid, t->args[0], ring, sizeof(ring), 0) != sizeof(ring) ||
	    ring[4] != AIO_RING_MAGIC || ring[2] >= ring[1] || ring[3] >= ring[1])
		return NULL;
	there = (uint32_t)(((uint64_t)ring[3] + ring[1] - ring[2]) % ring[1]);
	if (there)
		snprintf(came, sizeof(came), ", of which at least %u %s", there, there == 1 ? "is" : "are");
	if (asprintf(&text, "until %lld request%s done%s", (long long)least, least == 1 ? " is" : "s are", came) < 0)
		return NULL;
	return text;
}

/* The same of io_uring_enter. Who forgot to submit waits for ever, as does who waits for more than are in flight.
 * A request may bring several completions or none, so that what is in flight is not always what the counts say:
 * none is said only where both agree. */
static char *ring_text(const struct iom_thread *t, uint32_t pid)
{
	uint32_t least = (uint32_t)t->args[2], there;
	struct pfs_ring ring;
	char state[64], *text = NULL;

	if (!least || (t->args[3] & (ENTER_GETEVENTS | ENTER_REGISTERED)) != ENTER_GETEVENTS ||
	    !pfs_ring_counts((pid_t)pid, (int32_t)t->args[0], &ring))
		return NULL;
	there = ring.posted - ring.seen;
	if (!ring.taken && !ring.posted)
		snprintf(state, sizeof(state), "none was ever handed over");
	else
		snprintf(state, sizeof(state), "%u %s there%s", there, there == 1 ? "is" : "are",
			 ring.taken == ring.posted ? ", none is in flight" : "");
	if (asprintf(&text, "until %u request%s done: %s", least, least == 1 ? " is" : "s are", state) < 0)
		return NULL;
	return text;
}

/* Which signals sigwait(3) and its like take: the set is 64 bits, the lowest one is signal 1. */
static char *signals_text(const struct iom_thread *t, uint32_t pid)
{
	char text[128] = "for";
	unsigned int named = 0;
	uint64_t set;

	if (iom_target_read((pid_t)pid, t->args[0], &set, sizeof(set), 0) != sizeof(set) || !set)
		return NULL;
	for (int i = 0; i < 64; i++) {
		const char *name = sigabbrev_np(i + 1);
		size_t n = strlen(text);

		if (!(set >> i & 1))
			continue;
		if (named++ == SIGNALS_NAMED)
			return NULL; /* whoever takes so many takes any */
		if (name)
			snprintf(text + n, sizeof(text) - n, " SIG%s", name);
		else
			snprintf(text + n, sizeof(text) - n, " signal %d", i + 1);
	}
	return strdup(text);
}

/* System V queues and semaphores are no files: ipcs(1) lists them by this number. */
static char *ipc_text(const char *what, uint64_t id)
{
	char *text;

	return asprintf(&text, "%s %d", what, (int32_t)id) < 0 ? NULL : text;
}

/* What a call waits for, where no descriptor says it. */
static char *target_of(const struct iom_thread *t, uint32_t pid, uint32_t entry)
{
	switch (IOM_CALL_ARG(entry)) {
	case IOM_ARG_PATH1:
		return string_at(pid, t->args[0]);
	case IOM_ARG_PATH2:
		return string_at(pid, t->args[1]);
	}
	if (t->nr == NR_WAIT4 && (int32_t)t->args[0] == -1)
		return any_child(pid, t->ns_tid);
	if (t->nr == NR_WAIT4)
		return iom_waited_text(pid, pfs_child_called((pid_t)pid, (int32_t)t->args[0]), NULL);
	if (waits_for_exec(t, pid))
		return vfork_child(pid, t->ns_tid);
	if (t->nr == NR_WAITID && t->args[0] == P_ALL)
		return any_child(pid, t->ns_tid);
	if (t->nr == NR_WAITID && t->args[0] == P_PID)
		return iom_waited_text(pid, pfs_child_called((pid_t)pid, (int32_t)t->args[1]), NULL);
	if (t->nr == NR_FUTEX)
		return futex_text(t, pid);
	if (t->nr == NR_IO_GETEVENTS || t->nr == NR_IO_PGETEVENTS)
		return completions_text(t, pid);
	if (t->nr == NR_IO_URING_ENTER)
		return ring_text(t, pid);
	if (t->nr == NR_RT_SIGTIMEDWAIT)
		return signals_text(t, pid);
	if (t->nr == NR_MSGSND || t->nr == NR_MSGRCV)
		return ipc_text("queue", t->args[0]);
	if (t->nr == NR_SEMOP || t->nr == NR_SEMTIMEDOP)
		return ipc_text("semaphores", t->args[0]);
	return locks_file(t) ? lock_holder(pid) : NULL;
}

/*
 * Whose leave a call on a file waits for, which the function that the thread sleeps in tells: who has a lease on it
 * (fcntl(2)) is to give it up first, and /proc/locks has him; a listener of fanotify(7), as virus scanners are, is
 * asked whether the call may go on, as is who supervises it by seccomp_unotify(2) before it begins. The kernel says
 * nowhere which one. Heap, or NULL.
 */
static char *leave_text(const struct iom_thread *t, uint32_t pid)
{
	char where[64], *who, *text = NULL;
	pid_t holder;

	pfs_wchan((pid_t)pid, (pid_t)t->ns_tid, where);
	/* The compiler adds to the names of functions that it changed: "fanotify_get_response.isra.0". */
	if (!strncmp(where, "fanotify_handle_event", 21) || !strncmp(where, "fanotify_get_response", 21))
		return strdup("until a listener of fanotify allows it");
	if (!strncmp(where, "seccomp_do_user_notification", 28) || !strncmp(where, "__seccomp_filter", 16))
		return strdup("until a seccomp supervisor lets it begin");
	holder = strcmp(where, "__break_lease") ? 0 : pfs_lock_holder((pid_t)pid);
	who = holder > 0 ? iom_waited_text(pid, holder, NULL) : NULL;
	if (who && asprintf(&text, "until %s gives up its lease", who) < 0)
		text = NULL;
	free(who);
	return text;
}

void iom_open_call_where(const struct iom_thread *t, uint32_t pid, const char *name, struct cap_open_call *call)
{
	uint32_t arg = call->nr >= 0 && call->nr < IOM_CALLS ? IOM_CALL_ARG(calls[call->nr]) : IOM_ARG_NONE;
	bool is_path = call->target && (arg == IOM_ARG_PATH1 || arg == IOM_ARG_PATH2);
	char *where = is_path || (name && *name == '/' && !call->target) ? leave_text(t, pid) : NULL, *longer;

	/* Which file system it is, is said of what lasts: what does not is counted with the others of that name. */
	if (!where && is_path && call->before_ns)
		where = pfs_foreign_fs((pid_t)pid, arg == IOM_ARG_PATH2 ? (int32_t)t->args[0] : AT_FDCWD, call->target);
	else if (!where && name && *name == '/' && !call->target && call->before_ns)
		where = pfs_foreign_fs((pid_t)pid, AT_FDCWD, name);
	if (!where)
		return;
	if (!is_path) {
		call->target = where;
		return;
	}
	if (asprintf(&longer, "%s (%s)", call->target, where) >= 0) {
		free(call->target);
		call->target = longer;
	}
	free(where);
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
	if (t->flags & IOM_TF_STOPPED) {
		call->class = IOM_C_STOPPED;
		free(call->target);
		call->target = iom_process_text(pfs_tracer((pid_t)t->ns_tid), 0);
		if (!call->target)
			call->target = pfs_stopped_by((pid_t)pid);
	}
	if (!(t->flags & IOM_TF_ASLEEP) || t->flags & IOM_TF_STOPPED || t->nr >= IOM_CALLS || t->flags & IOM_TF_COMPAT)
		return;
	call->nr = t->nr == NR_RESTART_SYSCALL ? restarted_nr(t, pid) : t->nr;
	entry = calls[call->nr];
	shape = IOM_CALL_SHAPE(entry);
	call->class = entry ? IOM_CALL_CLASS(entry) : IOM_C_OTHER;
	call->fd = -1;
	call->nfiles = 0;
	call->timeout_ns = -1;
	if (t->nr == NR_RESTART_SYSCALL && call->nr == NR_RESTART_SYSCALL)
		call->class = IOM_C_OTHER;

	free(call->target);
	call->target = target_of(t, pid, entry);
	if (IOM_CALL_ARG(entry) == IOM_ARG_FD ||
	    (call->class >= IOM_C_READ && call->class <= IOM_C_COPYRANGE && shape != IOM_S_BASE &&
	     shape != IOM_S_SYNC))
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
		call->set = iom_select_set(t->args[1], t->args[2], t->args[3]);
		break;
	case IOM_S_URING:
		call->fd = t->args[3] & ENTER_REGISTERED ? -1 : (int32_t)t->args[0];
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
