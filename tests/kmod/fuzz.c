// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz.c - abuse of /dev/iomodel and the lab devices, for a limited time.
 *
 * Workers of several kinds run at once; all the time one of them is killed, stopped or
 * sent on, and another takes its place. What is asked of the kernel: nothing but not to
 * warn, hang or leak. Here it is only seen that each kind got somewhere, that all who are
 * killed go, and that the module can then be removed. The same seed makes the same
 * choices, not the same timing.
 *
 * usage: fuzz [-t SECONDS] [-s SEED] [-w WORKERS] [-k KINDS] [-p MS] [-m MODULE.ko] [-f]
 *   -k   letters: n numbers, s sessions, l lab, t targets, o openers (default all)
 *   -p   at most so long until the next is killed (default 30)
 *   -m   remove and load the module all the time, too
 *   -f   the workers' allocations may fail: /proc/self/make-it-fail
 * Needs root and the loaded module. Status: 0 all went well, 1 not, 2 usage.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ref_uring.h"
#include "uapi/iomodel.h"
#include "uapi/iomodel_lab.h"

#define WORKERS_MAX 128
#define GOES_WITHIN 60 /* seconds, after SIGKILL */
#define MORE_TIME   90 /* seconds at most, until each kind got somewhere: machines may be slow */

enum kind { NUMBERS, SESSIONS, LAB, TARGETS, OPENERS, KINDS };
static const char letters[] = "nslto";
static const char *const names[] = {"numbers", "sessions", "lab", "targets", "openers"};

struct shared {
	uint64_t done[KINDS], succeeded[KINDS]; /* operations, atomic */
	pid_t target[WORKERS_MAX];		/* whom sessions may watch; 0: none */
};

static struct shared *shared;
static uint64_t seed;
static bool faults;
static uint32_t pause_ms = 30;
static enum kind me;

static uint32_t rnd(uint32_t below)
{
	/* xorshift64* */
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (uint32_t)((seed * UINT64_C(2685821657736338717)) >> 33) % below;
}

static bool one_in(uint32_t n)
{
	return rnd(n) == 0;
}

/* Counts an operation by what the kernel said of it. */
static long did(long rc)
{
	__atomic_add_fetch(&shared->done[me], 1, __ATOMIC_RELAXED);
	if (rc >= 0)
		__atomic_add_fetch(&shared->succeeded[me], 1, __ATOMIC_RELAXED);
	return rc;
}

/* ---- arguments ---------------------------------------------------------------------- */

static char *good;     /* a page */
static char *edge;     /* its end; nothing is behind it */
static char *readonly; /* a page */

static void map_pages(void)
{
	good = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	readonly = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (good == MAP_FAILED || readonly == MAP_FAILED)
		_exit(1);
	edge = good + 4096;
	munmap(edge, 4096);
}

static void *pointer(void)
{
	switch (rnd(12)) {
	case 0: return NULL;
	case 1: return edge - rnd(64);
	case 2: return readonly;
	case 3: return (void *)(UINT64_C(0xffff888000000000) + rnd(1 << 30)); /* the kernel's */
	case 4: return (void *)UINT64_C(0x00007fffffffffff);
	case 5: return (void *)((uint64_t)rnd(1U << 31) << 17 | rnd(1 << 17));
	default: return good + rnd(8) * 8;
	}
}

static pid_t some_target(void)
{
	pid_t pid = __atomic_load_n(&shared->target[rnd(WORKERS_MAX)], __ATOMIC_RELAXED);

	return pid ? pid : getpid();
}

/* The page: rubbish, zeroes, or something that could be meant. */
static void fill(int pidfd)
{
	if (one_in(3)) {
		for (int i = 0; i < 256; i += 4) {
			uint32_t v = rnd(1U << 31);

			memcpy(good + i, &v, 4);
		}
		return;
	}
	memset(good, 0, 256);
	if (one_in(2)) {
		struct iom_target t = {.pidfd = pidfd, .flags = rnd(4)};

		memcpy(good, &t, sizeof(t));
	} else {
		struct iom_lab_timing t = {.phase1_ns = rnd(3000000), .phase2_ns = rnd(300000)};

		memcpy(good, &t, sizeof(t));
	}
	if (one_in(4))
		good[rnd(64)] = (char)rnd(256);
}

static unsigned int number(void)
{
	static const unsigned int known[] = {
		IOM_IOC_VERSION, IOM_IOC_ADD,	IOM_IOC_START,	    IOM_IOC_SCAN,
		IOM_IOC_WINDOW,	 IOM_IOC_STOP,	IOM_IOC_STATS,	    IOM_LAB_SET_TIMING,
		IOM_LAB_GET_TIMING, IOM_LAB_GET_STATS, IOM_LAB_RESET, IOM_LAB_FLUSH,
	};

	if (!one_in(3))
		return known[rnd(sizeof(known) / sizeof(known[0]))];
	if (one_in(2))
		return _IOC(rnd(4), IOM_IOC, rnd(256), rnd(1 << 14));
	return rnd(1U << 31) << 1 | rnd(2);
}

static int open_some(bool back_end)
{
	char path[40];
	int flags = (one_in(2) ? O_NONBLOCK : 0) | (one_in(6) ? O_RDONLY : O_RDWR) |
		    (one_in(3) ? O_ASYNC : 0) | O_CLOEXEC;

	snprintf(path, sizeof(path), "/dev/iomodel-lab%u", rnd(4));
	return open(back_end ? "/dev/iomodel" : path, flags);
}

/* ---- the kinds ---------------------------------------------------------------------- */

static void random_mmap(int fd)
{
	size_t size = (1 + rnd(32)) * 4096;
	void *p = mmap(NULL, size, one_in(3) ? PROT_READ | PROT_WRITE : PROT_READ,
		       one_in(3) ? MAP_PRIVATE : MAP_SHARED, fd, one_in(2) ? 0 : rnd(64) * 4096);

	did(p == MAP_FAILED ? -1 : 0);
	if (p != MAP_FAILED) {
		(void)!mprotect(p, size, PROT_READ | PROT_WRITE);
		if (one_in(2))
			munmap(p, size);
	}
}

static void numbers(void)
{
	for (;;) {
		int fd = open_some(one_in(2)), other = (int)syscall(SYS_pidfd_open, some_target(), 0);

		for (int i = rnd(200); i > 0; i--) {
			struct iovec v = {pointer(), rnd(8192)};

			fill(one_in(8) ? (int)rnd(40) - 4 : other);
			switch (rnd(12)) {
			case 0: did(preadv2(fd, &v, 1, -1, one_in(2) ? RWF_NOWAIT : 0x1f)); break;
			case 1: did(write(fd, v.iov_base, rnd(70000))); break;
			case 2: random_mmap(fd); break;
			case 3: did(fcntl(fd, F_SETFL, rnd(2) * O_NONBLOCK | rnd(2) * O_ASYNC)); break;
			case 4: did(fcntl(fd, F_SETOWN, one_in(2) ? getpid() : some_target())); break;
			case 5: did(dup2(fd, 50 + (int)rnd(4))); break;
			default: did(ioctl(fd, number(), pointer())); break;
			}
		}
		close(other);
		close(fd);
	}
}

static void session_step(int fd, bool drain)
{
	struct iom_target t = {.flags = one_in(4) ? IOM_ADD_ON_EXEC : 0};
	struct iom_start start = {.flags = rnd(2)};
	struct iom_window window = {.number = rnd(3)};
	struct iom_session_stats stats;
	static char buf[1 << 15];

	switch (rnd(10)) {
	case 0:
	case 1:
		t.pidfd = (int)syscall(SYS_pidfd_open, some_target(), 0);
		did(ioctl(fd, IOM_IOC_ADD, &t));
		close(t.pidfd);
		break;
	case 2: did(ioctl(fd, IOM_IOC_START, &start)); break;
	case 3: did(ioctl(fd, IOM_IOC_WINDOW, &window)); break;
	case 4: did(ioctl(fd, IOM_IOC_SCAN)); break;
	case 5: did(ioctl(fd, IOM_IOC_STATS, &stats)); break;
	case 6:
		if (one_in(8))
			did(ioctl(fd, IOM_IOC_STOP));
		break;
	default:
		/* Some read nothing: queues fill. */
		if (drain)
			did(read(fd, buf, IOM_READ_MIN + rnd(sizeof(buf) - IOM_READ_MIN)));
		break;
	}
	usleep(rnd(2000));
}

static void *session_thread(void *arg)
{
	for (;;)
		session_step(*(int *)arg, true);
	return NULL;
}

static void sessions(void)
{
	for (;;) {
		int fd = open("/dev/iomodel", O_RDWR | O_NONBLOCK | O_CLOEXEC);
		bool drain = !one_in(3);
		pthread_t thread;

		if (fd < 0) {
			usleep(1000);
			continue;
		}
		if (one_in(4)) { /* two at one session; they end with the process */
			pthread_create(&thread, NULL, session_thread, &fd);
			for (;;)
				session_step(fd, drain);
		}
		for (int i = rnd(300); i > 0; i--)
			session_step(fd, drain);
		close(fd);
	}
}

static void lab_aio(int fd)
{
	aio_context_t ctx = 0;
	struct iocb cb[4], *list[4];
	struct io_event ev[4];
	struct timespec limit = {0, (long)rnd(3000000)};
	int n = 1 + (int)rnd(4);

	if (did(syscall(SYS_io_setup, 8, &ctx)) < 0)
		return;
	for (int i = 0; i < n; i++) {
		cb[i] = (struct iocb){.aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = (uint32_t)fd,
				      .aio_buf = (uintptr_t)pointer(), .aio_nbytes = rnd(6000)};
		list[i] = &cb[i];
	}
	did(syscall(SYS_io_submit, ctx, n, list));
	if (one_in(2))
		did(syscall(SYS_io_cancel, ctx, list[rnd((uint32_t)n)], ev));
	did(syscall(SYS_io_getevents, ctx, 1, n, ev, &limit));
	if (!one_in(4))
		syscall(SYS_io_destroy, ctx);
}

static void lab_uring(int fd)
{
	struct io_uring_sqe sqe;
	struct ref_ring r;

	if (!ref_ring_open(&r, one_in(4) ? IORING_SETUP_SQPOLL : 0))
		return;
	for (int i = rnd(6); i >= 0; i--) {
		sqe = ref_sqe(one_in(5) ? IORING_OP_ASYNC_CANCEL : IORING_OP_READ, fd, pointer(), rnd(6000),
			      rnd(4));
		if (one_in(4))
			sqe.flags |= IOSQE_ASYNC;
		ref_ring_put(&r, &sqe);
	}
	did(syscall(SYS_io_uring_enter, r.fd, 8, 0, IORING_ENTER_SQ_WAKEUP, NULL, 0));
	usleep(rnd(2000));
	if (!one_in(3))
		close(r.fd);
}

static void lab(void)
{
	static char buf[70000];

	for (;;) {
		int fd = open_some(false);

		for (int i = rnd(200); i > 0 && fd >= 0; i--) {
			struct pollfd p = {.fd = fd, .events = (short)rnd(8)};
			struct iom_lab_timing t = {.phase1_ns = rnd(3) * rnd(5000000),
						   .phase2_ns = rnd(2) * rnd(200000)};

			switch (rnd(11)) {
			case 0:
			case 1:
			case 2: did(write(fd, buf, 1 + rnd(one_in(8) ? 70000 : 300))); break;
			case 3:
			case 4:
				alarm(1); /* it may be alone */
				did(read(fd, one_in(9) ? pointer() : buf, 1 + rnd(300)));
				break;
			case 5: did(poll(&p, 1, (int)rnd(5))); break;
			case 6: did(ioctl(fd, IOM_LAB_SET_TIMING, &t)); break;
			case 7: lab_aio(fd); break;
			case 8: lab_uring(fd); break;
			case 9: did(fcntl(fd, F_SETFL, rnd(2) * O_NONBLOCK | rnd(2) * O_ASYNC)); break;
			default: did(ioctl(fd, one_in(9) ? IOM_LAB_FLUSH : IOM_LAB_RESET)); break;
			}
		}
		if (fd < 0)
			usleep(1000);
		close(fd);
	}
}

static void *target_thread(void *arg)
{
	int *p = arg;
	char c;

	for (int i = rnd(500); i > 0; i--) {
		if (write(p[1], "x", 1) != 1 || read(p[0], &c, 1) != 1)
			break;
		did(0);
	}
	return NULL;
}

/* Does all sorts of I/O, is born, forks, executes and leaves. */
static void targets(const char *self)
{
	for (;;) {
		pthread_t t[4];
		int p[2], fd;
		pid_t pid;

		if (pipe(p))
			_exit(1);
		for (int i = 0; i < 4; i++)
			if (pthread_create(&t[i], NULL, target_thread, p))
				_exit(1);
		fd = open_some(false);
		if (fd >= 0) {
			lab_uring(fd);
			lab_aio(fd);
			close(fd);
		}
		for (int i = 0; i < 4; i++)
			pthread_join(t[i], NULL);
		close(p[0]);
		close(p[1]);
		pid = one_in(3) ? fork() : -1;
		if (pid == 0)
			_exit(0);
		if (pid > 0)
			waitpid(pid, NULL, 0);
		if (one_in(8))
			execl(self, "fuzz", "target", faults ? "f" : "", NULL);
	}
}

static void openers(void)
{
	for (;;) {
		int fd = open_some(one_in(2));

		if (fd >= 0 && one_in(8)) {
			struct iom_start start = {};

			did(ioctl(fd, IOM_IOC_START, &start));
		} else {
			did(fd);
		}
		if (fd >= 0)
			close(fd);
		usleep(rnd(30000)); /* else it is always in use */
	}
}

static void nothing(int sig)
{
	(void)sig;
}

static void let_fail(void)
{
	int fd = open("/proc/self/make-it-fail", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "1", 1) != 1)
		_exit(3);
	close(fd);
}

static void work(enum kind kind, const char *self)
{
	struct sigaction interrupts = {.sa_handler = nothing}; /* no SA_RESTART */

	me = kind;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigaction(SIGALRM, &interrupts, NULL);
	signal(SIGIO, SIG_IGN);
	map_pages();
	if (faults)
		let_fail();
	switch (kind) {
	case NUMBERS: numbers(); break;
	case SESSIONS: sessions(); break;
	case LAB: lab(); break;
	case TARGETS: targets(self); break;
	default: openers(); break;
	}
}

/* ---- the driver --------------------------------------------------------------------- */

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

struct worker {
	pid_t pid;
	double killed; /* when; 0: it lives */
};

static void end(struct worker *w)
{
	kill(w->pid, SIGKILL);
	w->killed = now();
}

/* Where its threads are in the kernel (proc_pid_stack(5)). */
static void show_stacks(pid_t pid)
{
	char path[300], text[4096];
	struct dirent *e;
	size_t n;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (e = readdir(dir))) {
		FILE *f;

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%.20s/stack", pid, e->d_name);
		f = fopen(path, "re");
		n = f ? fread(text, 1, sizeof(text), f) : 0;
		if (f)
			fclose(f);
		if (n)
			printf("  thread %s\n%.*s", e->d_name, (int)n, text);
	}
	if (dir)
		closedir(dir);
}

/* 1: it is gone, 0: it may go yet, -1: it should have gone long ago. */
static int gone(const struct worker *w)
{
	if (waitpid(w->pid, NULL, WNOHANG))
		return 1;
	if (!w->killed || now() < w->killed + GOES_WITHIN)
		return 0;
	printf("fuzz: worker %d does not go:\n", w->pid);
	show_stacks(w->pid);
	return -1;
}

/* Removes the module and loads it again; 1, or 0 where it is in use. */
static int reload(const char *module)
{
	int fd;

	if (syscall(SYS_delete_module, "iomodel", O_NONBLOCK))
		return 0;
	fd = open(module, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0)) {
		perror("fuzz: the module cannot be loaded again");
		exit(1);
	}
	close(fd);
	return 1;
}

static void spawn(struct worker *all, int slot, const char *kinds, const char *self)
{
	enum kind kind = (enum kind)(strchr(letters, kinds[rnd((uint32_t)strlen(kinds))]) - letters);
	uint64_t its = seed ^ ((uint64_t)rnd(1U << 31) << 20);
	pid_t pid = fork();

	if (pid == 0) {
		seed = its | 1;
		(void)!nice(10); /* the driver must get its turn */
		work(kind, self);
		_exit(0);
	}
	all[slot] = (struct worker){.pid = pid};
	shared->target[slot] = kind == TARGETS ? pid : 0;
}

static bool all_tried(const char *kinds)
{
	for (; *kinds; kinds++)
		if (!__atomic_load_n(&shared->succeeded[strchr(letters, *kinds) - letters], __ATOMIC_RELAXED))
			return false;
	return true;
}

/* Until the time is over: one is killed, or held still for a moment while others go on,
 * and who is gone is followed by another. false: one does not go. */
static bool drive(struct worker *all, int n, double until, const char *kinds, const char *self,
		  const char *module, long *kills, long *reloads)
{
	double last = until + MORE_TIME;

	while (now() < until || ((!all_tried(kinds) || (module && !*reloads)) && now() < last)) {
		int i = (int)rnd((uint32_t)n);

		usleep(rnd(pause_ms * 1000));
		if (module)
			*reloads += reload(module);
		if (!all[i].killed && one_in(3)) {
			kill(all[i].pid, SIGSTOP);
			usleep(rnd(3000));
			kill(all[i].pid, SIGCONT);
		} else if (!all[i].killed && now() < until) {
			end(&all[i]);
			++*kills;
		}
		for (i = 0; i < n; i++) {
			int rc = gone(&all[i]);

			if (rc < 0)
				return false;
			if (rc)
				spawn(all, i, kinds, self);
		}
	}
	return true;
}

int main(int argc, char **argv)
{
	static char self[4096];
	static struct worker all[WORKERS_MAX];
	const char *kinds = letters, *module = NULL;
	long seconds = 10, workers = 16, kills = 0, reloads = 0;
	double until;
	int opt, bad = 0;

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return 1;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 1;
	seed = (uint64_t)time(NULL);
	if (argc == 3 && !strcmp(argv[1], "target")) { /* executed by one; it counts for nobody */
		faults = argv[2][0] == 'f';
		work(TARGETS, self);
	}
	while ((opt = getopt(argc, argv, "t:s:w:k:p:m:f")) != -1) {
		switch (opt) {
		case 't': seconds = atol(optarg); break;
		case 's': seed = strtoull(optarg, NULL, 0); break;
		case 'w': workers = atol(optarg); break;
		case 'k': kinds = optarg; break;
		case 'p': pause_ms = (uint32_t)atol(optarg); break;
		case 'm': module = optarg; break;
		case 'f': faults = true; break;
		default: return 2;
		}
	}
	if (seconds < 1 || workers < 1 || workers > WORKERS_MAX || pause_ms < 1 || pause_ms > 10000 || strspn(kinds, letters) != strlen(kinds) ||
	    !*kinds) {
		fputs("usage: fuzz [-t SECONDS] [-s SEED] [-w WORKERS] [-k KINDS] [-p MS] "
		      "[-m MODULE.ko] [-f]\n",
		      stderr);
		return 2;
	}
	printf("fuzz: %ld s, %ld workers of kinds %s, seed %llu%s\n", seconds, workers, kinds,
	       (unsigned long long)seed, faults ? ", allocations may fail" : "");
	fflush(stdout);
	seed |= 1;
	until = now() + (double)seconds;
	for (int i = 0; i < workers; i++)
		spawn(all, i, kinds, self);
	bad = !drive(all, (int)workers, until, kinds, self, module, &kills, &reloads);
	for (int i = 0; i < workers; i++)
		end(&all[i]);
	for (int i = 0; i < workers && !bad; i++) {
		int rc;

		while (!(rc = gone(&all[i])))
			usleep(1000);
		bad = rc < 0;
	}
	for (int k = 0; k < KINDS; k++) {
		if (!strchr(kinds, letters[k]))
			continue;
		printf("  %-9s %8llu operations, %8llu succeeded\n", names[k],
		       (unsigned long long)shared->done[k], (unsigned long long)shared->succeeded[k]);
		if (!shared->succeeded[k]) {
			printf("fuzz: no operation of %s succeeded: nothing was tried\n", names[k]);
			bad = 1;
		}
	}
	printf("  %ld killed%s", kills, module ? "" : "\n");
	if (module) {
		printf(", the module removed and loaded %ld times\n", reloads);
		if (!reloads) {
			puts("fuzz: it could never be removed");
			bad = 1;
		}
	}
	return bad;
}
