/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ref_lab.h - the lab device as the source of a reference program's bytes, and
 * as the oracle: what the device counted is what the report must say, to the last
 * count. The device feeds itself, so no other process is needed.
 */
#ifndef REF_LAB_H
#define REF_LAB_H

#include <sys/ioctl.h>

#include "ref.h"
#include "uapi/iomodel_lab.h"

#define LAB_DEVICE "/dev/iomodel-lab0"
#define LAB_SEED   UINT64_C(0x696f6d6f64656c)

/* The device, opened for reading with flags; n messages of REF_MSG bytes (with --loop
 * as many as there is time for), burst at a time, each phase1_us after it was asked for. */
static inline int lab_open(int flags, uint32_t n, uint32_t burst, uint64_t phase1_us)
{
	struct iom_lab_timing timing = {.phase1_ns = phase1_us * 1000};
	struct iom_lab_source source = {.seed = LAB_SEED, .messages = ref_looping() ? UINT32_MAX : n,
					.bytes = REF_MSG, .burst = burst};
	int fd = open(LAB_DEVICE, O_RDONLY | flags), out;

	if (fd < 0)
		ref_skip("there is no lab device: load the module");
	out = (int)ref_must(open(LAB_DEVICE, O_WRONLY), LAB_DEVICE);
	ref_must(ioctl(out, IOM_LAB_SET_TIMING, &timing), "IOM_LAB_SET_TIMING");
	ref_must(ioctl(out, IOM_LAB_SET_SOURCE, &source), "IOM_LAB_SET_SOURCE");
	close(out);
	ref_later_open();
	return fd;
}

/* Is this message i, or one of the few before and behind it? Dies where it is none. */
static inline void lab_check(const char *buf, long i, long few)
{
	for (long k = i - few; k <= i + few; k++) {
		uint64_t want[2] = {iom_lab_word(LAB_SEED, (uint64_t)k * 2),
				    iom_lab_word(LAB_SEED, (uint64_t)k * 2 + 1)};

		_Static_assert(sizeof(want) == REF_MSG, "a message is two words");
		if (!memcmp(buf, want, sizeof(want)))
			return;
	}
	ref_die("the device's bytes");
}

/* Reads message i. false: nothing there (EAGAIN), or nothing any more (0). */
static inline bool lab_read(int fd, long i)
{
	char buf[REF_MSG];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n == 0 || (n < 0 && errno == EAGAIN))
		return false;
	if (n != REF_MSG)
		ref_die("read");
	lab_check(buf, i, 0);
	return true;
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
	unsigned long long ok = s.read_ok + s.read_ok_slept, eagain = s.read_eagain;

	ref_later("file %d transfers=%llu attempts=%llu eagain=%llu slept=%llu", fd, ok,
		  ok + eagain + (unsigned long long)s.read_end, eagain,
		  (unsigned long long)s.read_ok_slept);
}

/* The same of requests. */
static inline void lab_later_async(int fd)
{
	struct iom_lab_stats s = lab_oracle(fd);
	unsigned long long late = s.async_late, inline_ = s.async_inline;

	ref_later("file %d transfers=%llu inline=%llu late=%llu", fd, inline_ + late, inline_, late);
	ref_later("model async transfers %llu bytes %llu", inline_ + late,
		  (unsigned long long)s.async_bytes);
}

#endif
