/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ref_lab.h - the lab device as the source of a reference program's bytes, and
 * as the oracle: what the device counted is what the report must say.
 *
 * One number has a bound instead: `slept`. The device counts reads that it put
 * to sleep; a wake-up that comes before the processor was given up is no sleep,
 * so a report may show fewer. Feeders here write only when the reader is off the
 * processor, so that few can be missing: SLEEP_SLACK.
 */
#ifndef REF_LAB_H
#define REF_LAB_H

#include <sys/ioctl.h>

#include "ref.h"
#include "uapi/iomodel_lab.h"

#define SLEEP_SLACK 2
#define LAB_DEVICE  "/dev/iomodel-lab0"

static int lab_out; /* the feeder's end */

struct lab_feed { /* n messages, each when the program sleeps in call nr */
	int nr;
	long n;
};

static inline void lab_feeding(void *arg)
{
	const struct lab_feed *feed = arg;

	for (long i = 0; ref_more(i, feed->n); i++) {
		ref_turn(i, feed->nr);
		ref_write(lab_out, ref_msg, REF_MSG);
	}
}

/* The device, empty and without delays, opened for reading with flags; a feeder,
 * lab_feeding() or another, runs once the operations begin. */
static inline int lab_open(int flags, void (*feed)(void *), void *arg)
{
	struct iom_lab_timing timing = {};
	int fd = open(LAB_DEVICE, O_RDONLY | flags);

	if (fd < 0)
		ref_skip("there is no lab device: load the module");
	lab_out = ref_must(open(LAB_DEVICE, O_WRONLY), LAB_DEVICE);
	ref_must(ioctl(lab_out, IOM_LAB_FLUSH), "IOM_LAB_FLUSH");
	ref_must(ioctl(lab_out, IOM_LAB_SET_TIMING, &timing), "IOM_LAB_SET_TIMING");
	ref_feed(feed, arg);
	close(lab_out);
	ref_later_open();
	return fd;
}

static inline struct iom_lab_stats lab_oracle(int fd)
{
	struct iom_lab_stats s;

	ref_must(ioctl(fd, IOM_LAB_GET_STATS, &s), "IOM_LAB_GET_STATS");
	return s;
}

/* What a report must say of calls that return when they are done. */
static inline void lab_later(int fd)
{
	struct iom_lab_stats s = lab_oracle(fd);
	unsigned long long ok = s.read_ok + s.read_ok_slept;

	ref_later("file %d transfers=%llu attempts=%llu eagain=%llu slept<=%llu", fd, ok,
		  ok + (unsigned long long)s.read_eagain, (unsigned long long)s.read_eagain,
		  (unsigned long long)s.read_ok_slept);
	if (s.read_ok_slept > SLEEP_SLACK)
		ref_later("file %d slept>=%llu", fd,
			  (unsigned long long)s.read_ok_slept - SLEEP_SLACK);
}

#endif
