/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lateness.h - how long each processor is kept from the most urgent of threads: one on
 * each, SCHED_FIFO 99, wakes every millisecond by an absolute timer and remembers how
 * late it was at most. What runs with interrupts or preemption off shows there. Needs root.
 */
#ifndef LATENESS_H
#define LATENESS_H

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define LATE_CPUS 64

static struct {
	pthread_t thread[LATE_CPUS];
	uint64_t worst_ns[LATE_CPUS];
	int cpus;
	volatile bool stop;
} late;

static inline uint64_t late_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void *late_thread(void *arg)
{
	uint64_t *worst = arg, next = late_now_ns(), now;

	while (!late.stop) {
		struct timespec ts;

		next += 1000000;
		ts = (struct timespec){(time_t)(next / 1000000000), (long)(next % 1000000000)};
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
		now = late_now_ns();
		if (now - next > *worst)
			*worst = now - next;
		next = now;
	}
	return NULL;
}

/* One thread on each processor that is there. false: it could not be had. */
static inline bool late_begin(void)
{
	struct sched_param most = {.sched_priority = 99};
	int n = (int)sysconf(_SC_NPROCESSORS_ONLN);

	late.stop = false;
	for (late.cpus = 0; late.cpus < n && late.cpus < LATE_CPUS; late.cpus++) {
		pthread_attr_t attr;
		cpu_set_t one;
		int err;

		CPU_ZERO(&one);
		CPU_SET((size_t)late.cpus, &one);
		late.worst_ns[late.cpus] = 0;
		pthread_attr_init(&attr);
		pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
		pthread_attr_setschedpolicy(&attr, SCHED_FIFO);
		pthread_attr_setschedparam(&attr, &most);
		pthread_attr_setaffinity_np(&attr, sizeof(one), &one);
		err = pthread_create(&late.thread[late.cpus], &attr, late_thread,
				     &late.worst_ns[late.cpus]);
		pthread_attr_destroy(&attr);
		if (err)
			return false;
	}
	return true;
}

/* The worst of all processors since late_begin(), in milliseconds. */
static inline double late_end(void)
{
	uint64_t worst = 0;

	late.stop = true;
	for (int i = 0; i < late.cpus; i++) {
		pthread_join(late.thread[i], NULL);
		if (late.worst_ns[i] > worst)
			worst = late.worst_ns[i];
	}
	return (double)worst / 1e6;
}

#endif
