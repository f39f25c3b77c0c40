// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab_source.c - the lab device feeds itself.
 *
 * Nothing of a source is stored: its bytes are a function of their place
 * (iom_lab_word()), and what is ready, or on its way, is a place and a length. So it may
 * be as long as it likes, and what becomes ready costs nothing.
 */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/uio.h>

#include "lab.h"

/* Bytes of one burst; only where there is a source. */
static u32 burst_bytes(const struct lab_source *s)
{
	return s->set.burst * s->set.bytes;
}

static bool is_clocked(const struct lab_source *s)
{
	return s->set.flags & IOM_LAB_CLOCKED;
}

static bool is_right(const struct iom_lab_source *set)
{
	if (!set->messages)
		return true;
	if (!set->bytes || !set->burst || (u64)set->bytes * set->burst > IOM_LAB_QUEUE_BYTES)
		return false;
	if (set->flags & ~IOM_LAB_CLOCKED)
		return false;
	if (set->flags & IOM_LAB_CLOCKED)
		return set->period_ns >= IOM_LAB_PERIOD_MIN_NS &&
		       set->period_ns <= IOM_LAB_PHASE_MAX_NS;
	return !set->period_ns;
}

int lab_set_source(struct lab_device *device, const struct iom_lab_source *set,
		   struct list_head *gone)
{
	lockdep_assert_held(&device->lock);
	if (!is_right(set))
		return -EINVAL;
	lab_flush(device, gone);
	device->source.set = *set;
	device->source.end = (u64)set->messages * set->bytes;
	memset(&device->total, 0, sizeof(device->total));
	/* Who waits already has not asked this source. */
	device->tell |= LAB_NEWS;
	if (device->armed_files)
		lab_ask(device);
	if (!list_empty(&device->waiters))
		mod_delayed_work(lab_wq, &device->serve, 0);
	return 0;
}

bool lab_ended(const struct lab_device *device)
{
	const struct lab_source *s = &device->source;

	lockdep_assert_held(&device->lock);
	return s->set.messages && s->taken == s->end && list_empty(&device->queue) && !device->lots;
}

bool lab_ask(struct lab_device *device)
{
	struct lab_source *s = &device->source;

	lockdep_assert_held(&device->lock);
	if (!s->set.messages || lab_is_ready(device))
		return true;
	if (is_clocked(s)) {
		if (s->ready_ns)
			return !lab_ended(device);
	} else {
		if (s->asked == s->end || s->taken < s->asked)
			return !lab_ended(device);
		s->asked = min(s->asked + burst_bytes(s), s->end);
	}
	s->ready_ns = ktime_get_ns() + device->timing.phase1_ns;
	lab_advance(device);
	return true;
}

u32 lab_source_advance(struct lab_device *device, u64 now)
{
	struct lab_source *s = &device->source;
	u64 before = s->ready;

	lockdep_assert_held(&device->lock);
	if (!s->set.messages || !s->ready_ns || now < s->ready_ns)
		return 0;
	if (is_clocked(s)) {
		u64 bursts = div64_u64(now - s->ready_ns, s->set.period_ns) + 1;

		/* Their number may be more than there is; no product overflows by far. */
		s->asked = min(min_t(u64, bursts, s->set.messages) * burst_bytes(s), s->end);
	}
	s->ready = s->asked;
	return min_t(u64, div_u64(s->ready - before + burst_bytes(s) - 1, burst_bytes(s)), U32_MAX);
}

u64 lab_source_next(const struct lab_device *device)
{
	const struct lab_source *s = &device->source;

	lockdep_assert_held(&device->lock);
	if (!s->set.messages || !s->ready_ns)
		return U64_MAX;
	if (!is_clocked(s))
		return s->ready < s->asked ? s->ready_ns : U64_MAX;
	if (s->ready == s->end)
		return U64_MAX;
	return s->ready_ns + div_u64(s->ready, burst_bytes(s)) * s->set.period_ns;
}

void lab_count_lag(struct lab_file *file, u64 ready_ns, u64 now, u64 messages)
{
	struct iom_lab_stats *total = &file->device->total;
	u64 lag = now - min(now, ready_ns);

	if (!messages)
		return;
	lab_count(file, lag_ns, lag * messages);
	file->stats.lag_max_ns = max(file->stats.lag_max_ns, lag);
	total->lag_max_ns = max(total->lag_max_ns, lag);
}

/* Of the messages that begin in these bytes, burst by burst: at most as many as bytes. */
static void count_lags(struct lab_file *file, u64 pos, u32 size)
{
	const struct lab_source *s = &file->device->source;
	u64 next = div_u64(pos + s->set.bytes - 1, s->set.bytes);
	u64 end = div_u64(pos + size + s->set.bytes - 1, s->set.bytes);
	u64 now = ktime_get_ns();

	while (next < end) {
		u64 burst = div_u64(next, s->set.burst);
		u64 last = min((burst + 1) * s->set.burst, end);
		u64 ready_ns = s->ready_ns + (is_clocked(s) ? burst * s->set.period_ns : 0);

		lab_count_lag(file, ready_ns, now, last - next);
		next = last;
	}
}

void lab_source_take(struct lab_file *file, struct lab_piece *to, u32 size)
{
	struct lab_source *s = &file->device->source;

	lockdep_assert_held(&file->device->lock);
	to->stream = true;
	to->pos = s->taken;
	to->to = min_t(u64, size, s->ready - s->taken);
	count_lags(file, s->taken, to->to);
	s->taken += to->to;
}

size_t lab_stream_give(u64 seed, u64 pos, size_t n, struct iov_iter *to)
{
	__le64 words[32];
	size_t done = 0;

	while (done < n) {
		size_t skip = pos & 7, part = min(n - done, sizeof(words) - skip), copied, i;

		for (i = 0; i * 8 < skip + part; i++)
			words[i] = cpu_to_le64(iom_lab_word(seed, (pos >> 3) + i));
		copied = copy_to_iter((u8 *)words + skip, part, to);
		done += copied;
		pos += copied;
		if (copied < part)
			break;
	}
	return done;
}
