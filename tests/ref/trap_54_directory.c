/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events about a directory told by signal (dnotify), while the program's own file calls
 * never wait.
 */
#define _GNU_SOURCE
#include <sys/stat.h>

#include "ref.h"

#define N 19

static char dir[64], file[96];

static void on_event(int sig)
{
	(void)sig;
}

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_rt_sigsuspend);
		close((int)ref_must(open(file, O_CREAT | O_TRUNC | O_WRONLY, 0600), file));
		unlink(file);
		ref_await(&ref->a, i + 1);
	}
}

int main(int argc, char **argv)
{
	struct sigaction act = {.sa_handler = on_event};
	sigset_t mask, none;
	int fd;

	ref_begin(argc, argv);
	snprintf(dir, sizeof(dir), "/tmp/iomodel-ref-dir.%d", getpid());
	snprintf(file, sizeof(file), "%s/file", dir);
	ref_must(mkdir(dir, 0700), dir);
	fd = (int)ref_must(open(dir, O_RDONLY | O_DIRECTORY), dir);
	sigaction(SIGRTMIN, &act, NULL);
	sigemptyset(&none);
	sigaddset(&none, SIGUSR1);
	mask = none;
	sigaddset(&mask, SIGRTMIN);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	ref_must(fcntl(fd, F_SETSIG, SIGRTMIN), "F_SETSIG");
	if (fcntl(fd, F_NOTIFY, DN_DELETE | DN_MULTISHOT))
		ref_skip("this kernel tells nothing about directories (F_NOTIFY)");
	ref_feed(feed, NULL);
	ref_expect("file %d signals>=%d", fd, N);
	ref_ready();
	for (int i = 0; i < N; i++) {
		sigsuspend(&none);
		ref->a++;
	}
	rmdir(dir);
	ref_done();
}
