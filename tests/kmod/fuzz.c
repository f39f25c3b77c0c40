// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz.c - abuse of /dev/iomodel and the lab devices, for a limited time.
 *
 * Workers of several kinds run at once; all the time one of them is killed, stopped or
 * sent on, and another takes its place. What is asked of the kernel: nothing but not to
 * warn, hang or leak. Workers of the lab are an ordinary user's, whom the devices are opened
 * to; all others are root's. Here it is only seen that each kind got somewhere, that all who are
 * killed go, and that the module can then be removed. The same seed makes the same
 * choices, not the same timing.
 *
 * usage: fuzz [-t SECONDS] [-s SEED] [-w WORKERS] [-k KINDS] [-p MS] [-m MODULE.ko] [-f]
 *   -k   letters: n numbers, s sessions, l lab, t targets, o openers, d odd descriptors,
 *        f forkers (default all)
 *   -p   at most so long until the next is killed (default 30)
 *   -m   remove and load the module all the time, too
 *   -f   the workers' allocations may fail: /proc/self/make-it-fail
 * Needs root and the loaded module. Status: 0 all went well, 1 not, 2 usage.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define WORKERS_MAX 128
#define NOBODY	    65534
#define GOES_WITHIN 60 /* seconds, after SIGKILL */
#define MORE_TIME   90 /* seconds at most, until each kind got somewhere: machines may be slow */

static const char letters[] = "nsltodf";
static const char *const names[] = {"numbers", "sessions", "lab", "targets", "openers", "odd", "forkers"};

struct shared {
	uint64_t done[KINDS], succeeded[KINDS]; /* operations, atomic */
	pid_t target[WORKERS_MAX];		/* whom sessions may watch; 0: none */
};

static struct shared *shared;
uint64_t seed;
uint32_t lab_devices;
bool faults;
static uint32_t pause_ms = 30;
static enum kind me;

uint32_t rnd(uint32_t below)
{
	/* xorshift64* */
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (uint32_t)((seed * UINT64_C(2685821657736338717)) >> 33) % below;
}

bool one_in(uint32_t n)
{
	return rnd(n) == 0;
}

/* Counts an operation by what the kernel said of it. */
long did(long rc)
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

char *page(void)
{
	return good;
}

void *pointer(void)
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

pid_t some_target(void)
{
	/* Most places are empty. */
	for (int i = 0; i < 20; i++) {
		pid_t pid = __atomic_load_n(&shared->target[rnd(WORKERS_MAX)], __ATOMIC_RELAXED);

		if (pid)
			return pid;
	}
	return getpid();
}

/* ---- the workers --------------------------------------------------------------------- */

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

static void become_nobody(void)
{
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
		_exit(4);
}

static void work(enum kind kind, const char *self)
{
	struct sigaction interrupts = {.sa_handler = nothing}; /* no SA_RESTART */

	me = kind;
	sigaction(SIGALRM, &interrupts, NULL);
	signal(SIGIO, SIG_IGN);
	map_pages();
	if (faults)
		let_fail();
	if (kind == LAB)
		become_nobody();
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* another user would have lost it */
	switch (kind) {
	case NUMBERS: numbers(); break;
	case SESSIONS: sessions(); break;
	case LAB: lab(); break;
	case TARGETS: targets(self); break;
	case ODD: odd(self); break;
	case FORKERS: forkers(self); break;
	default: openers(); break;
	}
}

void again(const char *self, enum kind kind)
{
	char how[3] = {letters[kind], faults ? '!' : 0};

	execl(self, "fuzz", "target", how, NULL);
}

static void work_again(const char *how, const char *self)
{
	const char *kind = how[0] ? strchr(letters, how[0]) : NULL;

	faults = how[0] && how[1] == '!';
	if (kind)
		work((enum kind)(kind - letters), self);
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

/* Counts the lab devices, and opens them to the group of NOBODY, as udev would to those
 * who learn. */
static void give_devices(void)
{
	char path[40];

	for (lab_devices = 0;; lab_devices++) {
		snprintf(path, sizeof(path), LAB_PATH, lab_devices);
		if (chown(path, 0, NOBODY) || chmod(path, 0660))
			break;
	}
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
	give_devices();
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
	shared->target[slot] = kind == TARGETS || kind == ODD || kind == FORKERS ? pid : 0;
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
	give_devices();
	if (!lab_devices) {
		fputs("fuzz: there are no lab devices\n", stderr);
		return 1;
	}
	if (argc == 3 && !strcmp(argv[1], "target")) /* executed by one; it counts for nobody */
		work_again(argv[2], self);
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
