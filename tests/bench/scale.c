/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scale - many threads, many open files, a known number of reads of each.
 *
 * scale [-t THREADS] [-f FILES] [-c CALLS]
 *
 * Opens its own executable FILES times. File i is read CALLS + i % 7 times by
 * thread i % THREADS and once more by the next thread. Prints "file FD COUNT"
 * for each and "ready", waits for SIGUSR1, reads, sends SIGUSR2 to its parent,
 * and leaves on SIGTERM. Threads wait on futexes, so nothing but the reads is
 * I/O between "ready" and the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static int nthreads = 1000, nfiles = 10000, ncalls = 3;
static int *files;
static pthread_barrier_t go, done;
static volatile sig_atomic_t got_usr1, got_term;

static void on_signal(int sig)
{
	if (sig == SIGUSR1)
		got_usr1 = 1;
	else
		got_term = 1;
}

static void die(const char *what)
{
	fprintf(stderr, "scale: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int calls_of(int file)
{
	return ncalls + file % 7;
}

static void read_file(int file, int times)
{
	char c;

	while (times--) {
		if (pread(files[file], &c, 1, 0) != 1)
			die("pread");
	}
}

static void *work(void *arg)
{
	int self = (int)(long)arg, i;

	pthread_barrier_wait(&go);
	for (i = 0; i < nfiles; i++) {
		if (i % nthreads == self)
			read_file(i, calls_of(i));
		else if ((i + 1) % nthreads == self)
			read_file(i, 1);
	}
	pthread_barrier_wait(&done);
	return NULL;
}

static void open_files(void)
{
	struct rlimit limit = {.rlim_cur = nfiles + 64, .rlim_max = nfiles + 64};
	int i;

	if (setrlimit(RLIMIT_NOFILE, &limit))
		die("setrlimit");
	files = calloc(nfiles, sizeof(*files));
	if (!files)
		die("calloc");
	for (i = 0; i < nfiles; i++) {
		files[i] = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
		if (files[i] < 0)
			die("open");
	}
	/* The page is in the cache from here on. */
	read_file(0, 1);
}

static void start_threads(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	int i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 * 1024);
	pthread_barrier_init(&go, NULL, nthreads + 1);
	pthread_barrier_init(&done, NULL, nthreads + 1);
	for (i = 0; i < nthreads; i++) {
		errno = pthread_create(&thread, &attr, work, (void *)(long)i);
		if (errno)
			die("pthread_create");
	}
}

static void wait_for(volatile sig_atomic_t *flag, const sigset_t *open)
{
	while (!*flag && !got_term)
		sigsuspend(open);
}

int main(int argc, char **argv)
{
	struct sigaction act = {.sa_handler = on_signal};
	sigset_t none, both;
	int opt, i;

	while ((opt = getopt(argc, argv, "t:f:c:")) != -1) {
		switch (opt) {
		case 't':
			nthreads = atoi(optarg);
			break;
		case 'f':
			nfiles = atoi(optarg);
			break;
		case 'c':
			ncalls = atoi(optarg);
			break;
		default:
			return 2;
		}
	}
	if (nthreads < 2 || nfiles < 1 || ncalls < 0) {
		fprintf(stderr,
			"usage: scale [-t THREADS] [-f FILES] [-c CALLS], at least 2 threads\n");
		return 2;
	}
	sigemptyset(&none);
	sigemptyset(&both);
	sigaddset(&both, SIGUSR1);
	sigaddset(&both, SIGTERM);
	sigprocmask(SIG_SETMASK, &both, NULL);
	sigaction(SIGUSR1, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	open_files();
	start_threads();
	for (i = 0; i < nfiles; i++)
		printf("file %d %d\n", files[i], calls_of(i) + 1);
	printf("ready\n");
	fflush(stdout);

	wait_for(&got_usr1, &none);
	if (got_term)
		return 0;
	pthread_barrier_wait(&go);
	pthread_barrier_wait(&done);
	kill(getppid(), SIGUSR2);
	wait_for(&got_term, &none);
	return 0;
}
