/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "ref.h"

#include <stdarg.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <time.h>

#define LATER_SIZE 16384

struct ref_shared *ref;
const char ref_msg[REF_MSG] = "fifteen letters";

static long loop_seconds;
static bool looping, feeder;
static struct timespec loop_end;
static char *later;
static size_t later_len;
static volatile sig_atomic_t started;

void ref_die(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
	exit(1);
}

long ref_must(long v, const char *what)
{
	if (v < 0)
		ref_die(what);
	return v;
}

static void on_start(int sig)
{
	(void)sig;
	started = 1;
}

void ref_begin(int argc, char **argv)
{
	struct sigaction act = {.sa_handler = on_start};
	sigset_t mask;

	if (argc == 3 && !strcmp(argv[1], "--loop")) {
		loop_seconds = atol(argv[2]);
		looping = loop_seconds > 0;
		if (!looping) {
			fprintf(stderr, "usage: %s [--loop SECONDS]\n", argv[0]);
			exit(2);
		}
		clock_gettime(CLOCK_MONOTONIC, &loop_end);
		loop_end.tv_sec += loop_seconds;
	} else {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	}
	/* The runner's own mask is inherited and none of our business. */
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	sigaction(SIGUSR1, &act, NULL);
	ref = mmap(NULL, sizeof(*ref), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (ref == MAP_FAILED)
		ref_die("mmap");
	ref->tid[0] = getpid();
}

bool ref_looping(void)
{
	return looping;
}

bool ref_more(long i, long n)
{
	struct timespec now;

	if (!looping)
		return i < n;
	if (feeder)
		return true;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec < loop_end.tv_sec ||
	       (now.tv_sec == loop_end.tv_sec && now.tv_nsec < loop_end.tv_nsec);
}

void ref_expect(const char *fmt, ...)
{
	va_list ap;

	if (looping)
		return;
	fputs("expect ", stdout);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

void ref_say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

void ref_later_open(void)
{
	int fd = (int)ref_must(memfd_create("later", 0), "memfd_create");

	ref_must(ftruncate(fd, LATER_SIZE), "ftruncate");
	later = mmap(NULL, LATER_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
	if (later == MAP_FAILED)
		ref_die("mmap");
	memset(later, 0, LATER_SIZE); /* no page of it may fault inside the window */
	if (!looping)
		printf("expectfile /proc/%d/fd/%d\n", getpid(), fd);
}

void ref_later(const char *fmt, ...)
{
	va_list ap;
	size_t room = LATER_SIZE - later_len - 2;

	later_len += (size_t)snprintf(later + later_len, room, "expect ");
	va_start(ap, fmt);
	later_len += (size_t)vsnprintf(later + later_len, room - 7, fmt, ap);
	va_end(ap);
	later[later_len++] = '\n';
}

void ref_skip(const char *why)
{
	printf("skip %s\n", why);
	exit(0);
}

static void ready(const char *line)
{
	sigset_t mask;

	ref_expect("lost 0");
	if (!looping) {
		puts(line);
		fflush(stdout);
		sigemptyset(&mask);
		while (!started)
			sigsuspend(&mask);
	}
	ref->go = 1;
}

void ref_ready(void)
{
	ready("ready");
}

void ref_ready_exits(void)
{
	ready("ready exits");
}

void ref_ready_stalled(void)
{
	ready("ready stalled");
}

void ref_ready_asleep(int nr)
{
	ref_expect("lost 0");
	printf("ready asleep %d\n", nr);
	fflush(stdout);
}

void ref_done(void)
{
	sigset_t mask;

	if (looping)
		exit(0);
	kill(getppid(), SIGUSR2);
	sigemptyset(&mask);
	for (;;)
		sigsuspend(&mask);
}

pid_t ref_child(void)
{
	pid_t parent = getpid(), pid;

	fflush(stdout);
	pid = (pid_t)ref_must(fork(), "fork");
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	return 0;
}

pid_t ref_idler(int fd)
{
	pid_t pid = ref_child();

	if (pid)
		return pid;
	if (fd >= 0)
		close(fd);
	for (;;)
		pause();
}

pid_t ref_feed(void (*fn)(void *arg), void *arg)
{
	pid_t pid = ref_child();

	if (pid)
		return pid;
	feeder = true;
	/* The runner reads our stdout up to its end. */
	dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
	signal(SIGPIPE, SIG_IGN);
	while (!ref->go)
		ref_nap_us(500);
	fn(arg);
	_exit(0);
}

void ref_await_sleep(pid_t tid, int nr)
{
	char path[40], line[200];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/syscall", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		ref_nap_us(2000);
		return;
	}
	for (;;) {
		n = pread(fd, line, sizeof(line) - 1, 0);
		if (n <= 0) {
			ref_nap_us(2000);
			break;
		}
		line[n] = 0;
		if (strncmp(line, "running", 7) && atoi(line) == nr)
			break;
		ref_nap_us(100);
	}
	close(fd);
	if (looping)
		ref_nap_us(2000);
}

long ref_switches(pid_t tid)
{
	static const char key[] = "\nvoluntary_ctxt_switches:";
	char path[40], text[4096];
	const char *at;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	fd = (int)ref_must(open(path, O_RDONLY | O_CLOEXEC), path);
	n = ref_must(read(fd, text, sizeof(text) - 1), path);
	close(fd);
	text[n] = 0;
	at = strstr(text, key);
	if (!at)
		ref_die("voluntary_ctxt_switches");
	return atol(at + sizeof(key) - 1);
}

long ref_own_switches(void)
{
	struct rusage u;

	ref_must(getrusage(RUSAGE_THREAD, &u), "getrusage");
	return u.ru_nvcsw;
}

void ref_await_sleep_again(pid_t tid, int nr, long before)
{
	while (ref_switches(tid) <= before)
		ref_nap_us(100);
	ref_await_sleep(tid, nr);
}

void ref_turn(long i, int nr)
{
	/* First the count: a thread that was just woken may look asleep still. */
	ref_await(&ref->a, i);
	ref_await_sleep(ref->tid[0], nr);
}

void ref_await(volatile long *v, long n)
{
	while (*v < n)
		ref_nap_us(100);
}

void ref_nap_us(long us)
{
	struct timespec ts = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

void ref_write(int fd, const void *buf, size_t n)
{
	if (write(fd, buf, n) != (ssize_t)n)
		ref_die("write");
}

void ref_nonblock(int fd)
{
	ref_must(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK), "fcntl");
}

void ref_pair(int s[2], int type)
{
	ref_must(socketpair(AF_UNIX, type, 0, s), "socketpair");
}

int ref_file(size_t size)
{
	char path[] = "/tmp/iomodel-ref.XXXXXX";
	int fd = (int)ref_must(mkstemp(path), path);
	char block[4096];

	unlink(path);
	memset(block, 'x', sizeof(block));
	for (size_t done = 0; done < size; done += sizeof(block))
		ref_write(fd, block, sizeof(block));
	/* Written back now, so that no later read waits for it. */
	fsync(fd);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

bool ref_in_memory(int fd)
{
	struct statfs fs;

	ref_must(fstatfs(fd, &fs), "fstatfs");
	return fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC;
}

int ref_bound(int type, void *at, socklen_t len, socklen_t *size)
{
	int fd = (int)ref_must(socket(((struct sockaddr *)at)->sa_family, type, 0), "socket");

	ref_must(bind(fd, at, len), "bind");
	ref_must(getsockname(fd, at, size), "getsockname");
	return fd;
}

int ref_connected(int type, const void *at, socklen_t size)
{
	int fd = (int)ref_must(socket(((const struct sockaddr *)at)->sa_family, type, 0), "socket");

	ref_must(connect(fd, at, size), "connect");
	return fd;
}

static socklen_t abstract_name(struct sockaddr_un *a, const char *tag)
{
	/* The feeder asks with its own parent's name, a program with its own. */
	int n;

	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	n = snprintf(a->sun_path + 1, sizeof(a->sun_path) - 1, "iomodel-ref-%d-%s", ref->tid[0], tag);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
}

int ref_listen(const char *tag)
{
	struct sockaddr_un a;
	socklen_t len = abstract_name(&a, tag);
	int fd = (int)ref_must(socket(AF_UNIX, SOCK_STREAM, 0), "socket");

	ref_must(bind(fd, (struct sockaddr *)&a, len), "bind");
	ref_must(listen(fd, 64), "listen");
	return fd;
}

int ref_connect(const char *tag)
{
	struct sockaddr_un a;
	socklen_t len = abstract_name(&a, tag);

	return ref_connected(SOCK_STREAM, &a, len);
}

struct start {
	const char *name;
	void *(*fn)(void *);
	void *arg;
};

static void *named(void *p)
{
	struct start s = *(struct start *)p;

	free(p);
	prctl(PR_SET_NAME, s.name);
	return s.fn(s.arg);
}

pthread_t ref_thread(const char *name, void *(*fn)(void *), void *arg)
{
	struct start *s = malloc(sizeof(*s));
	pthread_t t;

	if (!s)
		ref_die("malloc");
	*s = (struct start){.name = name, .fn = fn, .arg = arg};
	errno = pthread_create(&t, NULL, named, s);
	if (errno)
		ref_die("pthread_create");
	return t;
}

bool ref_emulated(void)
{
	char text[4096];
	FILE *f = fopen("/proc/cpuinfo", "r");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	if (f)
		fclose(f);
	text[n] = 0;
	return strstr(text, "QEMU TCG") != NULL;
}
