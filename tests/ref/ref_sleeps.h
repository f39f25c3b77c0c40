/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ref_sleeps.h - N sleeps in each of several calls that move no data: open of a FIFO,
 * flock, semop, wait4, clock_nanosleep, futex.
 */
#ifndef REF_SLEEPS_H
#define REF_SLEEPS_H

#include <linux/futex.h>
#include <mqueue.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "ref_loop.h"

#define N  3
#define US 2300 /* each sleep at least */
#define FUTEX_US 11000 /* whoever holds a lock may just wait for a CPU: short ones are no finding */

static char fifo[64];
static int locked, sem;
static int word;

/* Asleep in the call, then for US: it gets what it waits for. */
static void wake(void *arg)
{
	int mine = (int)ref_must(open("/proc/self/exe", O_RDONLY), "exe");

	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_await(&ref->b, 3 * i + 1);
		ref_await_sleep(ref->tid[0], __NR_openat);
		ref_nap_us(US);
		close((int)ref_must(open(fifo, O_WRONLY), fifo));
		ref_await(&ref->b, 3 * i + 2);
		ref_must(flock(mine, LOCK_EX), "flock");
		ref->c++;
		ref_await_sleep(ref->tid[0], __NR_flock);
		ref_nap_us(US);
		ref_must(flock(mine, LOCK_UN), "flock");
		ref_await(&ref->b, 3 * i + 3);
		ref_await_sleep(ref->tid[0], __NR_semtimedop); /* what glibc makes of semop */
		ref_nap_us(US);
		ref_must(semop(sem, &(struct sembuf){.sem_op = 1}, 1), "semop");
	}
}

static void sleeps(int i)
{
	struct timespec us = {.tv_nsec = US * 1000};
	pid_t child;
	int fd;

	ref->b = 3 * i + 1;
	fd = (int)ref_must(open(fifo, O_RDONLY), fifo);
	ref->b = 3 * i + 2;
	while (ref->c <= i) /* until it is locked */
		;
	ref_must(flock(locked, LOCK_EX), "flock");
	ref_must(flock(locked, LOCK_UN), "flock");
	ref->b = 3 * i + 3;
	ref_must(semop(sem, &(struct sembuf){.sem_op = -1}, 1), "semop");
	close(fd);
	child = (pid_t)ref_must(fork(), "fork");
	if (!child) {
		ref_await_sleep(ref->tid[0], __NR_wait4);
		ref_nap_us(US);
		_exit(0);
	}
	ref_must(waitpid(child, NULL, 0), "waitpid");
	clock_nanosleep(CLOCK_MONOTONIC, 0, &us, NULL);
	us.tv_nsec = FUTEX_US * 1000;
	syscall(__NR_futex, &word, FUTEX_WAIT_PRIVATE, 0, &us);
}

static void sleeps_open(void)
{
	snprintf(fifo, sizeof(fifo), "/tmp/iomodel-ref-fifo.%d", getpid());
	ref_must(mkfifo(fifo, 0600), fifo);
	locked = (int)ref_must(open("/proc/self/exe", O_RDONLY), "exe");
	sem = (int)ref_must(semget(IPC_PRIVATE, 1, 0600), "semget");
	ref_feed(wake, NULL);
}

static void sleeps_close(void)
{
	unlink(fifo);
	semctl(sem, 0, IPC_RMID);
}

static void expect_waits(void)
{
	/* A sleep until a time is shorter where the CPU is away before it begins. */
	int least = ref_emulated() ? 500 : 900;

	ref_expect("wait openat on %s slept=%d ns>=%d max_ns>=%d", fifo, N, N * US * least, US * least);
	ref_expect("wait flock slept>=%d ns>=%d fd=%d", N, N * US * least, locked);
	ref_expect("wait semtimedop slept=%d ns>=%d", N, N * US * least);
	ref_expect("wait wait4 slept=%d ns>=%d", N, N * US * least);
	ref_expect("wait clock_nanosleep slept=%d ns>=%d", N, N * US * least);
	ref_expect("wait futex slept=%d ns>=%d", N, N * FUTEX_US * least);
	/* On a disk the unlink at the end may sleep too. */
	ref_expect("what open on %s slept>=%d slept<=%d", fifo, N, N + 1);
	ref_expect("what lock slept>=%d", 3 * N);
	ref_expect("what child slept=%d", N);
	ref_expect("what timer slept=%d", N);
	ref_expect("time other_ns<=1000000 apart_ns<=4000000");
}

#endif
