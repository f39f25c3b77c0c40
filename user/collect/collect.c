/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "collect/collect.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "collect/backend.h"
#include "collect/gather.h"
#include "collect/kernel_features.h"
#include "base/privileges.h"
#include "collect/proc/procfs.h"

#define TICK_NS	      UINT64_C(50000000)
#define COLLECTOR_NICE -10
#define RECLAIM_NS    UINT64_C(200000000)
#define WINDOW_FIRST  UINT64_C(20000000) /* the first sampled window comes at once, for short watches */
#define WINDOW_LENGTH UINT64_C(10000000)
#define WINDOW_EVERY  UINT64_C(1000000000)
#define WALKS_MAX     100
#define FILES_NEEDED  256 /* programs, maps and links of BPF, /proc and sockets by namespace: 58 were seen */
#define SPACE_NEEDED  (80 << 20) /* for BTF and the programs of BPF: 78 MiB were enough, 60 were not */
#define STACK_NEEDED  262144 /* for names of files and messages of the reader: 64 KiB were too few */
#define NS	      UINT64_C(1000000000)

static int stop_fd = -1;
static volatile sig_atomic_t stop_signal;

void iom_collect_stop(int sig)
{
	uint64_t one = 1;
	int saved = errno;

	stop_signal = sig;
	if (stop_fd >= 0 && write(stop_fd, &one, sizeof(one)) < 0)
		stop_signal = sig; /* the loop also looks at it once a tick */
	errno = saved;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS + ts.tv_nsec;
}

struct watching {
	const struct iom_watch *w;
	struct iom_capture *cap;
	struct iom_gather *g;
	const struct iom_backend_ops *ops;
	struct iom_backend *be;
	pid_t *targets;	 /* those of w->pids that are there, by process; heap */
	size_t ntargets;
	size_t refused;	 /* descendants that could not be watched, and the last error of them */
	int refusal;
	uint64_t window_at, window_end; /* window_end 0: none is open */
	uint64_t window_since;
	uint64_t reclaim_at;
	uint64_t said_at, second_at;
};

/* The back end that was asked for, opened. auto: BPF, and the module where that
 * cannot be had. */
static int open_backend(struct watching *s, const struct iom_backend_sink *sink, char **why)
{
	const char *name = s->w->backend ? s->w->backend : "auto";
	bool either = !strcmp(name, "auto");
	char *why_not = NULL;
	int err;

	s->ops = !strcmp(name, "kmod") ? &iom_backend_kmod : &iom_backend_bpf;
	err = s->ops->open(&s->be, sink, s->w->verbose, why);
	if (!err || !either)
		return err;
	if (access(IOM_KMOD_DEVICE, F_OK)) {
		why_not = *why;
		if (err == -ENOTSUP && why_not) {
			*why = NULL;
			iom_why(why, "%s; or load the kernel module (`make kmod`), which needs no BPF", why_not);
			free(why_not);
		}
		return err;
	}
	s->ops = &iom_backend_kmod;
	if (s->ops->open(&s->be, sink, s->w->verbose, &why_not)) {
		free(why_not);
		return err; /* what BPF said is the better advice */
	}
	fprintf(stderr, "iomodel: BPF cannot be used (%s): the module is\n",
		*why ? *why : strerror(-err));
	free(*why);
	*why = NULL;
	return 0;
}

int iom_collect_permitted(const char *backend, char **why)
{
	char *said = NULL;
	int err = strcmp(backend, "kmod") != 0 ? iom_bpf_possible(&said) : 0;

	/* The module may be had without what BPF needs. */
	if (err == -EPERM && (!strcmp(backend, "bpf") || access(IOM_KMOD_DEVICE, R_OK | W_OK))) {
		*why = said;
		return err;
	}
	free(said);
	return 0;
}

/* The target as a process that can be watched: its pid, or a negative errno. */
static pid_t check_target(pid_t named, char **why)
{
	pid_t pid = pfs_tgid(named), parent;
	int others;

	if (pid <= 0 && (!kill(named, 0) || errno != ESRCH)) {
		iom_why(why, "/proc/%d/status did not answer, though the process is there: the machine is "
			     "too busy, or hides its processes (mount option hidepid); try again, as root", named);
		return -EIO;
	}
	if (pid <= 0) {
		iom_why(why, "there is no process %d; `ps -e` lists those there are", named);
		return -ESRCH;
	}
	if (pid == getpid()) {
		iom_why(why, "process %d is iomodel itself, which cannot watch itself", named);
		return -EINVAL;
	}
	if (pfs_is_kthread(pid)) {
		iom_why(why, "process %d is a kernel thread: it makes no system calls, so there is no "
			     "I/O model to find", named);
		return -EINVAL;
	}
	if (pfs_is_zombie(pid, &parent, &others) && !others) {
		iom_why(why, "process %d has ended: a zombie is left of it, until its parent, process %d, asks how "
			     "it ended", named, parent);
		return -ESRCH;
	}
	return pid;
}

/* Take up one process. False: it is gone, or *why says why it cannot be watched. */
static int take_up(struct watching *s, pid_t pid, bool target, bool *is_new)
{
	uint32_t tgid;
	int err = s->ops->watch(s->be, pid, s->w->on_exec, &tgid);

	if (err)
		return err;
	pfs_sockets_prepare(pid);
	*is_new = iom_gather_expect(s->g, tgid, (uint32_t)pid, target);
	return 0;
}

static int name_targets(struct watching *s, char **why)
{
	bool is_new;

	for (size_t i = 0; i < s->w->npids; i++) {
		char *reason = NULL;
		pid_t pid = check_target(s->w->pids[i], &reason);
		int err = pid > 0 ? take_up(s, pid, true, &is_new) : pid;

		if (!err) {
			s->targets[s->ntargets++] = pid;
			continue;
		}
		if (err != -ESRCH) {
			if (reason)
				iom_why(why, "%s", reason);
			iom_why(why, "process %d cannot be watched: %s", s->w->pids[i],
				strerror(-err));
			free(reason);
			return err;
		}
		if (!reason)
			iom_why(&reason, "process %d left", s->w->pids[i]);
		if (s->w->npids > 1)
			fprintf(stderr, "iomodel: warning: %s\n", reason);
		iom_why(why, "%s", reason);
		free(reason);
	}
	if (!s->ntargets)
		return -ESRCH;
	if (why) { /* reasons of those that vanished: warnings are enough */
		free(*why);
		*why = NULL;
	}
	s->ops->follow(s->be, s->w->follow);
	return 0;
}

/* One walk through all descendants; how many were not watched before. */
static size_t take_descendants(struct watching *s)
{
	size_t n, fresh = 0;
	pid_t *down = pfs_descendants(s->targets, s->ntargets, &n);

	s->refused = 0;
	for (size_t i = 0; i < n; i++) {
		bool is_new = false;
		int err = take_up(s, down[i], false, &is_new);

		fresh += is_new;
		if (err && err != -ESRCH) {
			s->refused++;
			s->refusal = err;
		}
	}
	free(down);
	return fresh;
}

/*
 * Who was born since the last walk to somebody who was not watched yet is found
 * by another one; the children of those who are watched are the probes' business.
 * Once a walk finds nobody new there is nobody left.
 */
static void take_all_descendants(struct watching *s)
{
	size_t fresh = 1;

	for (int i = 0; i < WALKS_MAX && fresh; i++)
		fresh = take_descendants(s);
	if (fresh)
		fputs("iomodel: warning: descendants come faster than they can be found; some are "
		      "missing\n",
		      stderr);
	if (s->refused)
		fprintf(stderr, "iomodel: warning: %zu descendants cannot be watched: %s\n", s->refused,
			strerror(-s->refusal));
}

static void say_ready(const struct iom_watch *w)
{
	if (w->second && isatty(STDERR_FILENO)) /* it was called at once, and may have said how it goes */
		fputs("\r\033[K", stderr);
	if (w->ready_fd >= 0) {
		if (dprintf(w->ready_fd, "watching\n") < 0)
			fprintf(stderr, "iomodel: warning: cannot write to descriptor %d that it is watching: %s\n",
				w->ready_fd, strerror(errno));
	} else if (w->brings) {
		fprintf(stderr, "watching (Ctrl-C ends it with %s)\n", w->brings);
	} else {
		fputs("watching\n", stderr);
	}
}

static void windows(struct watching *s, uint64_t now)
{
	if (s->window_end && now >= s->window_end) {
		s->ops->window_end(s->be);
		s->cap->windows.open_ns += now_ns() - s->window_since;
		s->window_end = 0;
		s->window_at = now + WINDOW_EVERY;
	} else if (!s->window_end && s->w->windows && now >= s->window_at) {
		s->window_since = now_ns();
		if (s->ops->window_begin(s->be)) {
			s->window_at = UINT64_MAX; /* not allowed here: no samples */
			return;
		}
		s->window_end = now_ns() + (s->cap->windows.taken ? WINDOW_LENGTH : WINDOW_FIRST);
		s->cap->windows.taken++;
	}
}

static void reclaim(struct watching *s, uint64_t now)
{
	uint32_t *dead;
	size_t n;

	if (now < s->reclaim_at)
		return;
	s->reclaim_at = now + RECLAIM_NS;
	dead = iom_gather_dead(s->g, &n);
	if (n)
		s->ops->reclaim(s->be, dead, n);
	free(dead);
}

static void progress(struct watching *s, uint64_t now)
{
	if (!s->w->progress || now < s->said_at)
		return;
	s->said_at = now + NS;
	fprintf(stderr, "\riomodel: %" PRIu64 " s ", (now - s->cap->start_ns) / NS);
}

static void take_lost(struct watching *s)
{
	s->ops->lost(s->be, &s->cap->lost);
	s->cap->lost.samples += iom_gather_dropped(s->g);
	s->cap->lost.files = iom_gather_not_looked_at(s->g);
}

/* Not while a sampled window is open: what this takes would be in its samples. */
static const char *second(struct watching *s, uint64_t now)
{
	if (!s->w->second || now < s->second_at || s->window_end)
		return NULL;
	s->second_at = now + NS;
	iom_gather_phase(s->g, IOM_G_SECOND);
	s->ops->iterate(s->be);
	s->ops->so_far(s->be);
	take_lost(s);
	iom_gather_second(s->g, now_ns());
	iom_gather_phase(s->g, IOM_G_WATCH);
	return s->w->second(s->w->second_arg, s->cap);
}

/* Until it is told to stop, time is up, or nobody is left to watch. */
static void watch_loop(struct watching *s)
{
	uint64_t start = s->cap->start_ns, now = start;
	uint64_t end = s->w->duration_ns ? start + s->w->duration_ns : UINT64_MAX;
	const char *by = NULL;

	s->window_at = start;
	while (!by) {
		struct pollfd fds[2] = {{.fd = stop_fd, .events = POLLIN},
					{.fd = s->ops->fd(s->be), .events = POLLIN}};
		uint64_t next = now + TICK_NS;
		struct timespec wait;

		windows(s, now);
		if (s->window_end && s->window_end < next)
			next = s->window_end;
		if (end < next)
			next = end;
		now = now_ns();
		next = next > now ? next - now : 0;
		wait = (struct timespec){.tv_sec = next / NS, .tv_nsec = next % NS};
		ppoll(fds, 2, &wait, NULL);
		s->ops->drain(s->be);
		now = now_ns();
		reclaim(s, now);
		progress(s, now);
		by = second(s, now);
		if (by)
			break;
		if (stop_signal)
			by = stop_signal == SIGINT  ? "SIGINT" :
			     stop_signal == SIGCHLD ? "target exited" :
						      "SIGTERM";
		else if (now >= end)
			by = "duration";
		else if (iom_gather_seen(s->g) && !iom_gather_alive(s->g))
			by = "target exited";
		else if (s->w->on_exec && !iom_gather_seen(s->g) && kill(s->w->pids[0], 0) &&
			 errno == ESRCH)
			by = "target exited";
	}
	if (s->window_end) {
		s->ops->window_end(s->be);
		s->cap->windows.open_ns += now_ns() - s->window_since;
	}
	if (s->w->progress)
		fputs("\r\033[K", stderr);
	s->cap->ended_by = strdup(by);
}

static void describe(struct watching *s)
{
	struct utsname u;
	struct timespec ts;

	uname(&u);
	s->cap->backend = strdup(s->ops->name);
	s->cap->kernel = strdup(u.release);
	s->cap->arch = strdup(u.machine);
	clock_gettime(CLOCK_REALTIME, &ts);
	s->cap->start_realtime_ns = (int64_t)(ts.tv_sec * NS + ts.tv_nsec);
	for (const char *const *p = s->ops->probes(s->be); *p; p++)
		iom_capture_add_probe(s->cap, *p);
}

/* All probes are in place. Of what is needed from here on nothing takes a privilege
 * but looking at others, for which the helpers have theirs. */
static int give_up_privileges(struct watching *s, char **why)
{
	int err;

	/* It must get the CPU in time to empty the rings, on a machine that its
	 * targets keep busy; what it needs of it is little. */
	setpriority(PRIO_PROCESS, 0, COLLECTOR_NICE);
	err = iom_drop_privileges(s->w->keep, s->w->on_exec); /* run passes signals on */
	if (err)
		iom_why(why, "privileges could not be given up (%s)", strerror(-err));
	return err;
}

/* So much as a watch needs of what setrlimit(2) limits. Limits of a child that was started before stay as they are.
 * False: the hard limit, *limit, is less. */
static bool allow(int resource, rlim_t needed, unsigned long long *limit)
{
	struct rlimit r;

	if (getrlimit(resource, &r) || r.rlim_cur >= needed)
		return true;
	*limit = r.rlim_max;
	r.rlim_cur = needed;
	return r.rlim_max >= needed && !setrlimit(resource, &r);
}

static int allow_all(char **why)
{
	unsigned long long limit;

	if (!allow(RLIMIT_NOFILE, FILES_NEEDED, &limit)) {
		iom_why(why, "a watch has up to %d files open, and the limit is %llu; raise it (`ulimit -Hn %d`, as root)",
			FILES_NEEDED, limit, FILES_NEEDED);
		return -EMFILE;
	}
	/* The kernel looks at it whenever the stack grows (acct_stack_growth() in mm/mmap.c), so that it is not too late. */
	if (!allow(RLIMIT_STACK, STACK_NEEDED, &limit)) {
		iom_why(why, "a watch needs a stack of up to %d KiB, and the limit is %llu KiB; raise it (`ulimit -Hs %d`, "
			     "as root)",
			STACK_NEEDED / 1024, limit / 1024, STACK_NEEDED / 1024);
		return -ENOMEM;
	}
	if (!allow(RLIMIT_AS, SPACE_NEEDED, &limit)) {
		iom_why(why, "a watch needs an address space of %d MiB, and the limit is %llu MiB; raise it (`ulimit -Hv %d`, "
			     "as root)",
			SPACE_NEEDED >> 20, limit >> 20, SPACE_NEEDED / 1024);
		return -ENOMEM;
	}
	return 0;
}

/* Nothing was seen of any target. */
static int unseen(const struct watching *s, char **why)
{
	for (size_t i = 0; i < s->ntargets; i++)
		if (pfs_tgid(s->targets[i])) {
			iom_why(why, "nothing was seen of process %d, though it is there: it may not be seen from here, as from "
				     "another machine or container that shares /proc", s->targets[i]);
			return -ESRCH;
		}
	iom_why(why, "the target left before anything was seen of it");
	return -ESRCH;
}

static int watch(struct watching *s, char **why)
{
	struct iom_backend_sink sink = {.row = iom_gather_row,
					.thread = iom_gather_thread,
					.sample = iom_gather_sample,
					.path = iom_gather_path,
					.turns = iom_gather_turns,
					.awake = iom_gather_awake,
					.name = iom_gather_name,
					.so_far = iom_gather_so_far,
					.arg = s->g};
	bool follow = s->w->follow && !s->w->on_exec;
	int err = allow_all(why);

	if (err)
		return err;
	err = pfs_helpers_start();
	if (err) {
		iom_why(why, "no process could be started (%s)", strerror(-err));
		return err;
	}
	err = open_backend(s, &sink, why);
	if (err)
		return err;
	if (!iom_capable(CAP_SYS_PTRACE))
		fputs("iomodel: warning: without CAP_SYS_PTRACE files of other users have no names\n",
		      stderr);
	iom_gather_backend(s->g, s->ops, s->be);
	err = name_targets(s, why);
	if (err)
		return err;
	/* Once before the probes are on, so that every thread has its slot when its
	 * first call comes; once after, for the states that the watch begins with. */
	iom_gather_phase(s->g, IOM_G_SETUP);
	if (follow)
		take_descendants(s);
	s->ops->iterate(s->be);
	s->cap->start_ns = now_ns();
	err = s->ops->attach(s->be, why);
	if (err)
		return err;
	if (follow)
		take_all_descendants(s);
	describe(s);
	err = give_up_privileges(s, why);
	if (err)
		return err;
	/* Those born meanwhile first: their states would come before their births. */
	s->ops->drain(s->be);
	iom_gather_phase(s->g, IOM_G_START);
	err = s->ops->iterate(s->be);
	if (err) {
		iom_why(why, "the threads could not be listed (%s)", strerror(-err));
		return -ENOTSUP;
	}
	iom_gather_phase(s->g, IOM_G_WATCH);
	if (!s->w->on_exec && !iom_gather_seen(s->g))
		return unseen(s, why);
	second(s, s->cap->start_ns); /* nothing has happened yet; to end it comes too soon */
	say_ready(s->w);
	if (s->w->armed) {
		err = s->w->armed(s->w->arg);
		if (err)
			return err;
	}
	watch_loop(s);
	iom_gather_phase(s->g, IOM_G_END);
	s->ops->iterate(s->be);
	s->cap->end_ns = now_ns();
	iom_gather_cpu(s->g);
	s->ops->finish(s->be);
	iom_gather_finish(s->g);
	take_lost(s);
	return iom_gather_seen(s->g) ? 0 : unseen(s, why);
}

static const struct iom_backend_ops *ended; /* the back end of a watch that has ended */

int iom_collect(const struct iom_watch *w, struct iom_capture *cap, char **why)
{
	struct watching s = {.w = w, .cap = cap};
	int err;

	*why = NULL;
	stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (stop_fd < 0)
		return -errno;
	s.targets = calloc(w->npids, sizeof(*s.targets));
	if (!s.targets)
		return -ENOMEM;
	s.g = iom_gather_new(cap);
	err = watch(&s, why);
	if (s.be)
		s.ops->close(s.be);
	ended = s.ops;
	iom_gather_free(s.g);
	free(s.targets);
	pfs_sockets_close();
	pfs_helpers_stop();
	close(stop_fd);
	stop_fd = -1;
	return err;
}

void iom_collect_close(void)
{
	if (ended && ended->let_go)
		ended->let_go();
	ended = NULL;
}
