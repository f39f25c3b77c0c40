/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "collect/proc/parse.h"
#include "collect/proc/procfs.h"
#include "collect/proc/procfs_int.h"
#include "collect/proc/reader.h"

#define NR_READ	     0
#define NR_WRITE     1
#define NR_WRITEV    20
#define NR_SENDTO    44
#define NR_RECVFROM  45
#define NR_SENDMSG   46
#define NR_RECVMSG   47
#define NR_WAIT4     61
#define STAT_MAX     4096
#define NS	     UINT64_C(1000000000)
#define TASKS_MAX    64
#define TURN_KEPT_NS UINT64_C(100000000)
#define RING_MAX     1024 /* the counts come before the lists of requests */
#define FLAG_KTHREAD 0x00200000 /* PF_KTHREAD, include/linux/sched.h */

static bool read_stat(pid_t pid, struct parsed_stat *s)
{
	struct rd_request rq = rd_path(RD_FILE, pid, "stat");
	char *text = rd_text(&rq, STAT_MAX, NULL);
	bool ok = text && parse_stat(text, s);

	free(text);
	return ok;
}

/* The number on the line of a text of /proc that begins with key; false: there is none. */
static bool number_after(const char *text, const char *key, uint32_t *number)
{
	const char *at = strstr(text, key);

	if (at)
		*number = (uint32_t)strtoul(at + strlen(key), NULL, 10);
	return at;
}

/* The number on a line of status that begins with key; 0: there is none, or no such thread. */
static pid_t status_number(pid_t tid, const char *key)
{
	struct rd_request rq = rd_path(RD_FILE, tid, "status");
	uint32_t number = 0;
	char *text;

	if (tid <= 0)
		return 0;
	text = rd_text(&rq, STAT_MAX, NULL);
	if (!text)
		return 0;
	/* A line feed in the name is escaped in this file. */
	number_after(text, key, &number);
	free(text);
	return (pid_t)number;
}

pid_t pfs_tgid(pid_t tid)
{
	return status_number(tid, "\nTgid:");
}

pid_t pfs_tracer(pid_t tid)
{
	return status_number(tid, "\nTracerPid:");
}

bool pfs_is_kthread(pid_t pid)
{
	struct parsed_stat s;

	return read_stat(pid, &s) && s.flags & FLAG_KTHREAD;
}

bool pfs_is_zombie(pid_t pid, pid_t *parent, int *others)
{
	struct parsed_stat s;

	if (!read_stat(pid, &s) || (s.state != 'Z' && s.state != 'X'))
		return false;
	*parent = s.ppid;
	*others = s.threads - 1;
	return true;
}

bool pfs_cpu_times(pid_t pid, uint64_t *user_ns, uint64_t *system_ns)
{
	long ticks = sysconf(_SC_CLK_TCK);
	struct parsed_stat s;

	if (ticks <= 0 || !read_stat(pid, &s))
		return false;
	*user_ns = s.user * (NS / (uint64_t)ticks);
	*system_ns = s.system * (NS / (uint64_t)ticks);
	return true;
}

uint64_t pfs_started_ns(pid_t tid)
{
	long ticks = sysconf(_SC_CLK_TCK);
	uint64_t now, started, suspended;
	struct parsed_stat s;
	struct timespec boot;

	if (ticks <= 0 || !read_stat(tid, &s))
		return 0;
	now = pfs_now_ns(); /* first, or the difference would not be above 0 */
	if (clock_gettime(CLOCK_BOOTTIME, &boot))
		return 0;
	suspended = (uint64_t)boot.tv_sec * NS + (uint64_t)boot.tv_nsec - now;
	started = s.started * (NS / (uint64_t)ticks);
	return started > suspended ? started - suspended : 0;
}

void pfs_wchan(pid_t pid, pid_t tid, char where[64])
{
	struct rd_request rq = rd_path(RD_FILE, pid, "task/%d/wchan", tid);
	size_t n = 0;
	char *text = rd_text(&rq, 63, &n);

	memcpy(where, text ? text : "", n);
	where[n] = 0;
	free(text);
}

#define CHILDREN_MAX 65536

void pfs_children_each(pid_t pid, pid_t tid, void (*each)(pid_t child, void *arg), void *arg)
{
	struct rd_request rq = rd_path(RD_FILE, pid, "task/%d/children", tid);
	char *text = rd_text(&rq, CHILDREN_MAX, NULL), *at = text, *end;

	for (; at; at = end) {
		long child = strtol(at, &end, 10);

		if (end == at || child <= 0)
			break;
		each((pid_t)child, arg);
	}
	free(text);
}

static void count_child(pid_t child, void *arg)
{
	struct pfs_children *c = arg;

	c->last = child;
	if (!c->first)
		c->first = child;
	c->n++;
}

struct pfs_children pfs_children(pid_t pid, pid_t tid)
{
	struct pfs_children c = {};

	pfs_children_each(pid, tid, count_child, &c);
	return c;
}

/* The file that a call of the thread is for, by the name of its link, where it is in one of these (the last is -1).
 * *nr: which; may be NULL. Heap; NULL: it is in none of them. */
static char *file_of_call(pid_t pid, pid_t tid, const int *calls, int *nr)
{
	struct rd_request call = rd_path(RD_FILE, pid, "task/%d/syscall", tid);
	char *text = rd_text(&call, STAT_MAX, NULL), *name = NULL;
	unsigned int fd = 0;
	int in = -1;

	if (text && sscanf(text, "%d 0x%x ", &in, &fd) == 2) {
		while (*calls >= 0 && *calls != in)
			calls++;
		if (*calls >= 0) {
			struct rd_request link = rd_path(RD_LINK, pid, "fd/%d", (int)fd);

			name = rd_text(&link, STAT_MAX, NULL);
		}
	}
	if (nr)
		*nr = in;
	free(text);
	return name;
}

/* The pipe that the thread is asleep in a read or a write of; 0: it is in none. */
static uint64_t pipe_slept_in(pid_t pid, pid_t tid, bool *writes)
{
	static const int calls[] = {NR_READ, NR_WRITE, NR_WRITEV, -1};
	int nr;
	char *name = file_of_call(pid, tid, calls, &nr);
	uint64_t ino;

	*writes = nr != NR_READ;
	if (!name || !pfs_bracketed(name, "pipe", &ino))
		ino = 0;
	free(name);
	return ino;
}

/* Is the first thread asleep in a read or a write, as *writes says, of a socket of which waiter has the other end? */
static bool is_in_socket_of(pid_t pid, pid_t waiter, bool *writes)
{
	static const int calls[] = {NR_READ, NR_RECVFROM, NR_RECVMSG, NR_WRITE, NR_WRITEV, NR_SENDTO, NR_SENDMSG, -1};
	int nr;
	char *name = file_of_call(pid, pid, calls, &nr);
	uint64_t ino;
	bool is = name && pfs_bracketed(name, "socket", &ino) && pfs_socket_peer(pid, ino, NULL) == waiter;

	*writes = nr != NR_READ && nr != NR_RECVFROM && nr != NR_RECVMSG;
	free(name);
	return is;
}

/* Is the thread asleep until waiter, a child of its process, ends, or until any child does and it has no other? */
static bool waits_for_end(pid_t pid, pid_t tid, pid_t waiter)
{
	struct rd_request call = rd_path(RD_FILE, pid, "task/%d/syscall", tid);
	char *text = rd_text(&call, STAT_MAX, NULL);
	struct parsed_stat child;
	unsigned long which = 0;
	int nr = -1;
	bool waits = text && sscanf(text, "%d 0x%lx ", &nr, &which) == 2 && nr == NR_WAIT4 && read_stat(waiter, &child) &&
		     child.ppid == pid &&
		     ((int32_t)which == waiter || ((int32_t)which == -1 && pfs_children(pid, tid).n == 1));

	free(text);
	return waits;
}

struct tasks {
	int32_t *tid; /* room for max */
	size_t n, max;
};

static void take_tasks(const void *data, size_t size, void *arg)
{
	struct tasks *t = arg;
	size_t n = size / sizeof(*t->tid), left = t->max - t->n;

	n = n < left ? n : left;
	memcpy(t->tid + t->n, data, n * sizeof(*t->tid));
	t->n += n;
}

size_t pfs_threads_of(pid_t pid, int32_t *tid, size_t max)
{
	struct rd_request list = rd_path(RD_LIST, pid, "task");
	struct tasks tasks = {.tid = tid, .max = max};

	rd_ask(&list, take_tasks, &tasks);
	return tasks.n;
}

/* Of a thread beside the first one that has something for waiter which that does not take: a queue's feeder, which
 * its process does not end without; or that waits for its end, as a runtime has one for each child. Threads that read
 * from others have no part in that. Heap; NULL: there is none. */
static char *waits_beside(pid_t pid, pid_t waiter)
{
	int32_t tid[TASKS_MAX];
	size_t n = pfs_threads_of(pid, tid, TASKS_MAX);

	for (size_t i = 0; i < n; i++) {
		bool writes = false;
		uint64_t ino = tid[i] == pid ? 0 : pipe_slept_in(pid, tid[i], &writes);

		if (ino && writes && pfs_pipe_ways(waiter, ino) & 1)
			return pfs_format("its thread %d waits until this process reads from a pipe", tid[i]);
		if (tid[i] != pid && waits_for_end(pid, tid[i], waiter))
			return pfs_format("its thread %d waits until this process ends", tid[i]);
	}
	return NULL;
}

static char *in_turn(pid_t pid, pid_t waiter)
{
	struct parsed_stat s;
	bool writes = false;
	uint64_t ino;

	if (!read_stat(pid, &s))
		return NULL;
	if (s.state == 'T' || s.state == 't')
		return pfs_strdup("stopped");
	if (pfs_lock_holder(pid) == waiter)
		return pfs_strdup("in turn waiting for a lock of this process");
	ino = s.state == 'S' ? pipe_slept_in(pid, pid, &writes) : 0;
	if (!ino || !(pfs_pipe_ways(waiter, ino) & (writes ? 1 : 2))) {
		if (s.state == 'S' && is_in_socket_of(pid, waiter, &writes))
			return pfs_strdup(writes ? "in turn waiting until this process reads from a socket" :
						   "in turn waiting until this process writes to a socket or closes it");
		if (s.state == 'S' && waits_for_end(pid, pid, waiter))
			return pfs_strdup("in turn waiting until this process ends");
		return waits_beside(pid, waiter);
	}
	return pfs_strdup(writes ? "in turn waiting until this process reads from a pipe" :
				   "in turn waiting until this process writes to a pipe or closes it");
}

/* What was found last is kept a moment: threads wait for one process by the thousand. */
char *pfs_in_turn(pid_t pid, pid_t waiter)
{
	static struct {
		pid_t pid, waiter;
		uint64_t at; /* 0: never */
		char *why;
	} last;

	if (!last.at || last.pid != pid || last.waiter != waiter || pfs_now_ns() - last.at > TURN_KEPT_NS) {
		free(last.why);
		last.why = in_turn(pid, waiter);
		last.pid = pid;
		last.waiter = waiter;
		last.at = pfs_now_ns();
	}
	return last.why ? pfs_strdup(last.why) : NULL;
}

/* Was the first thread about to read from a terminal? The call it was stopped in is begun anew. */
static bool reads_terminal(pid_t pid)
{
	static const int calls[] = {NR_READ, -1};
	char *name = file_of_call(pid, pid, calls, NULL);
	bool reads = name && (!strncmp(name, "/dev/pts/", 9) || !strncmp(name, "/dev/tty", 8));

	free(name);
	return reads;
}

char *pfs_stopped_by(pid_t pid)
{
	struct parsed_stat s;
	const char *name;

	if (!read_stat(pid, &s) || s.state != 'T')
		return NULL;
	name = s.code > 0 && s.code <= SIGRTMAX ? sigabbrev_np(s.code) : NULL;
	/* Who reads there is stopped by SIGTTIN, or was by another signal before, and would be again. */
	if (s.terminal && s.foreground > 0 && s.group != s.foreground && s.code != SIGSTOP)
		return pfs_format("%s%s (it is in the background of its terminal%s)", name ? "SIG" : "a signal",
				  name ? name : "", reads_terminal(pid) ? ", from which it was about to read" : "");
	return name ? pfs_format("SIG%s", name) : NULL;
}

bool pfs_ring_counts(pid_t pid, int fd, struct pfs_ring *ring)
{
	static const char *const keys[] = {"\nCachedSqHead:", "\nCqHead:", "\nCqTail:"};
	uint32_t *const to[] = {&ring->taken, &ring->seen, &ring->posted};
	struct rd_request rq = rd_path(RD_FILE, pid, "fdinfo/%d", fd);
	char *text = rd_text(&rq, RING_MAX, NULL);
	bool all = text;

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys) && all; i++)
		all = number_after(text, keys[i], to[i]);
	free(text);
	return all;
}

bool pfs_is_single(pid_t pid)
{
	return status_number(pid, "\nThreads:") == 1;
}

int pfs_same_file(pid_t pid, int fd1, int fd2)
{
	struct rd_request rq = {.op = RD_SAME, .pid = pid, .fd = fd1, .fd2 = fd2};
	int32_t cmp;
	int err = rd_fixed(&rq, &cmp, sizeof(cmp));

	return err ? err : cmp == 0;
}

struct relation {
	pid_t pid, ppid;
};

static struct relation *read_relations(size_t *n)
{
	struct relation *v = NULL;
	DIR *dir = opendir("/proc");
	struct parsed_stat s;
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
