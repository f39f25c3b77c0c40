// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab_queue.c - the lab device's bytes, from the writer to the reader.
 *
 * A message is a row of pieces that become ready together. Whole pieces are taken out
 * of the queue as they are; only the last of a lot may have to be split, and what that
 * takes is allocated before. What is put into the queue, or taken out of it, is counted
 * first: a limit holds for what is still being allocated, too.
 */
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "lab.h"
#include "versions.h"

#define STEP_NS 20000 /* phase 2 looks up so often */

/* ---- pieces --------------------------------------------------------------------------- */

/* What users of the device make it hold is charged to them (GFP_KERNEL_ACCOUNT). */
static struct lab_piece *piece_new(u32 room)
{
	struct lab_piece *piece = kmalloc(struct_size(piece, data, room), GFP_KERNEL_ACCOUNT);

	if (piece) {
		INIT_LIST_HEAD(&piece->node);
		piece->ready_ns = 0;
		piece->from = 0;
		piece->to = 0;
		piece->room = room;
		piece->begins = false;
		piece->stream = false;
		piece->pos = 0;
	}
	return piece;
}

void lab_pieces_free(struct list_head *pieces)
{
	struct lab_piece *piece, *next;

	list_for_each_entry_safe(piece, next, pieces, node)
		kfree(piece);
	INIT_LIST_HEAD(pieces);
}

static bool is_full(const struct lab_device *device)
{
	return device->held >= IOM_LAB_QUEUE_BYTES || device->pieces >= IOM_LAB_QUEUE_MESSAGES;
}

/* So much is no longer held. */
static void release(struct lab_device *device, u32 bytes, u32 pieces)
{
	bool full = is_full(device);

	lockdep_assert_held(&device->lock);
	if (WARN_ON_ONCE(bytes > device->held || pieces > device->pieces))
		return;
	device->held -= bytes;
	device->pieces -= pieces;
	if (full && !is_full(device))
		device->tell |= LAB_ROOM;
}

/* ---- what becomes ready --------------------------------------------------------------- */

void lab_unlock(struct lab_device *device)
	__releases(&device->lock)
{
	u32 tell = device->tell;

	device->tell = 0;
	spin_unlock_irq(&device->lock);
	if (tell & (LAB_NEWS | LAB_MORE))
		wake_up_interruptible_poll(&device->readers, EPOLLIN | EPOLLRDNORM);
	if (tell & LAB_NEWS)
		wake_up_interruptible_poll(&device->pollers, EPOLLIN | EPOLLRDNORM |
					   (tell & LAB_END ? EPOLLHUP : 0));
	if (tell & LAB_ROOM)
		wake_up_interruptible_poll(&device->pollers, EPOLLOUT | EPOLLWRNORM);
}

/* Who wants to know that something became ready, n times. */
static void tell(struct lab_device *device, u32 n)
{
	device->tell |= LAB_NEWS;
	if (device->armed_files) {
		device->signals = min_t(u32, device->signals + n, IOM_LAB_QUEUE_MESSAGES);
		queue_work(lab_wq, &device->signal);
	}
	if (!list_empty(&device->waiters))
		mod_delayed_work(lab_wq, &device->serve, 0);
}

bool lab_is_ready(const struct lab_device *device)
{
	lockdep_assert_held(&device->lock);
	return device->ready || device->source.taken < device->source.ready;
}

/* Pieces whose time has come are ready. How many messages begin with them. */
static u32 advance_queue(struct lab_device *device, u64 now)
{
	struct lab_piece *piece = device->waiting;
	u32 n = 0;

	if (!piece)
		return 0;
	list_for_each_entry_from(piece, &device->queue, node) {
		if (piece->ready_ns > now)
			break;
		device->ready += piece->to - piece->from;
		n += piece->begins;
	}
	device->waiting = list_entry_is_head(piece, &device->queue, node) ? NULL : piece;
	return n;
}

void lab_advance(struct lab_device *device)
{
	u64 now = ktime_get_ns(), next;
	u32 n;

	lockdep_assert_held(&device->lock);
	n = advance_queue(device, now) + lab_source_advance(device, now);
	if (n)
		tell(device, n);
	next = lab_source_next(device);
	if (device->waiting)
		next = min(next, device->waiting->ready_ns);
	if (next != U64_MAX)
		hrtimer_start(&device->timer, ns_to_ktime(next), HRTIMER_MODE_ABS_SOFT);
}

static enum hrtimer_restart on_timer(struct hrtimer *timer)
{
	struct lab_device *device = container_of(timer, struct lab_device, timer);

	spin_lock_irq(&device->lock);
	lab_advance(device);
	lab_unlock(device);
	return HRTIMER_NORESTART;
}

void lab_queue_begin(struct lab_device *device)
{
	spin_lock_init(&device->lock);
	INIT_LIST_HEAD(&device->queue);
	init_waitqueue_head(&device->readers);
	init_waitqueue_head(&device->pollers);
	iom_hrtimer_setup(&device->timer, on_timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_SOFT);
}

void lab_flush(struct lab_device *device, struct list_head *gone)
{
	struct lab_piece *piece;
	u32 bytes = 0, pieces = 0;

	lockdep_assert_held(&device->lock);
	list_for_each_entry(piece, &device->queue, node) {
		bytes += piece->stream ? 0 : piece->to - piece->from;
		pieces++;
	}
	release(device, bytes, pieces);
	list_splice_init(&device->queue, gone);
	memset(&device->source, 0, sizeof(device->source));
	device->waiting = NULL;
	device->ready = 0;
	device->era++;
}

/* ---- into the queue ------------------------------------------------------------------- */

/* The pieces of one message. 0, -EFAULT, -ENOMEM. */
static int copy_message(struct list_head *pieces, const void __user *from, u32 size)
{
	struct lab_piece *piece;
	u32 at, n;

	for (at = 0; at < size; at += n) {
		n = min_t(u32, size - at, IOM_LAB_PIECE_BYTES);
		piece = piece_new(n);
		if (!piece)
			return -ENOMEM;
		list_add_tail(&piece->node, pieces);
		if (copy_from_user(piece->data, from + at, n))
			return -EFAULT;
		piece->to = n;
		piece->begins = !at;
	}
	return 0;
}

static void append(struct lab_device *device, struct list_head *pieces)
{
	u64 ready_ns = ktime_get_ns() + device->timing.phase1_ns;
	struct lab_piece *piece, *last;

	lockdep_assert_held(&device->lock);
	/* What was written first can be read first, whatever phase 1 is now. */
	if (device->waiting) {
		last = list_last_entry(&device->queue, struct lab_piece, node);
		ready_ns = max(ready_ns, last->ready_ns);
	}
	list_for_each_entry(piece, pieces, node)
		piece->ready_ns = ready_ns;
	if (!device->waiting)
		device->waiting = list_first_entry(pieces, struct lab_piece, node);
	list_splice_tail_init(pieces, &device->queue);
	lab_advance(device);
}

/* Room for so much, or what is in its way. */
static int reserve(struct lab_file *file, u32 bytes, u32 pieces)
{
	struct lab_device *device = file->device;

	lockdep_assert_held(&device->lock);
	if (device->source.set.messages)
		return -EBUSY;
	if (device->held + bytes > IOM_LAB_QUEUE_BYTES ||
	    device->pieces + pieces > IOM_LAB_QUEUE_MESSAGES) {
		lab_count(file, write_eagain, 1);
		return -EAGAIN;
	}
	device->held += bytes;
	device->pieces += pieces;
	return 0;
}

int lab_put(struct lab_file *file, const void __user *from, u32 size)
{
	u32 pieces = DIV_ROUND_UP(size, IOM_LAB_PIECE_BYTES);
	struct lab_device *device = file->device;
	LIST_HEAD(message);
	int err;

	spin_lock_irq(&device->lock);
	err = reserve(file, size, pieces);
	spin_unlock_irq(&device->lock);
	if (err)
		return err;
	err = copy_message(&message, from, size);
	spin_lock_irq(&device->lock);
	if (!err && device->source.set.messages)
		err = -EBUSY;
	if (err) {
		release(device, size, pieces);
	} else {
		append(device, &message);
		lab_count(file, write_ok, 1);
		lab_count(file, write_bytes, size);
	}
	lab_unlock(device);
	lab_pieces_free(&message);
	return err;
}

/* ---- out of the queue ----------------------------------------------------------------- */

/* n bytes of a piece, fewer than it has, into an empty one. false: it is too small,
 * since there was no source, or another one, when it was made.
 */
static bool split(struct lab_piece *piece, struct lab_piece *to, u32 n)
{
	if (!piece->stream) {
		if (to->room < n)
			return false;
		memcpy(to->data, piece->data + piece->from, n);
	}
	to->stream = piece->stream;
	to->pos = piece->pos + piece->from;
	to->to = n;
	to->ready_ns = piece->ready_ns;
	to->begins = piece->begins;
	piece->begins = false;
	piece->from += n;
	return true;
}

static void add_to_lot(struct lab_file *file, struct lab_lot *lot, struct lab_piece *piece)
{
	if (piece->begins)
		lab_count_lag(file, piece->ready_ns, ktime_get_ns(), 1);
	piece->begins = false; /* it may come back */
	list_move_tail(&piece->node, &lot->pieces);
	lot->bytes += piece->to - piece->from;
	lot->stream = piece->stream;
}

/* Ready pieces into a lot; spare is for one that must be split. Is it used? */
static bool pull_queue(struct lab_file *file, u32 size, struct lab_lot *lot,
		       struct lab_piece *spare)
{
	struct lab_device *device = file->device;
	struct lab_piece *piece;
	bool used = false;

	while (device->ready && lot->bytes < size && !used) {
		piece = list_first_entry(&device->queue, struct lab_piece, node);
		if (piece->to - piece->from > size - lot->bytes) {
			if (!split(piece, spare, size - lot->bytes))
				break;
			piece = spare;
			used = true;
		}
		device->ready -= piece->to - piece->from;
		add_to_lot(file, lot, piece);
	}
	return used;
}

/* Ready bytes into a lot. Is the spare piece used? */
static bool pull(struct lab_file *file, u32 size, struct lab_lot *lot, struct lab_piece *spare)
{
	struct lab_device *device = file->device;
	bool used;

	lockdep_assert_held(&device->lock);
	lot->era = device->era;
	lot->seed = device->source.set.seed;
	used = pull_queue(file, size, lot, spare);
	if (!lot->bytes && lab_is_ready(device) && !device->ready) {
		lab_source_take(file, spare, size);
		add_to_lot(file, lot, spare);
		used = true;
	}
	if (lot->bytes)
		device->lots++;
	/* One reader is woken for each message: there may be more than this one takes, or
	 * others asleep whose asking was answered by what this one took.
	 */
	if (lab_is_ready(device))
		device->tell |= LAB_MORE;
	else if (lot->bytes && (device->armed_files || waitqueue_active(&device->readers)))
		lab_ask(device);
	return used;
}

ssize_t lab_take(struct lab_file *file, u32 size, struct lab_lot *lot)
{
	struct lab_device *device = file->device;
	struct lab_piece *spare;
	bool ready, used;
	u32 room;

	INIT_LIST_HEAD(&lot->pieces);
	lot->bytes = 0;
	spin_lock_irq(&device->lock);
	ready = lab_is_ready(device);
	if (!ready || device->pieces >= LAB_PIECES) {
		spin_unlock_irq(&device->lock);
		return ready ? -ENOBUFS : 0;
	}
	device->pieces++;
	room = device->source.set.messages ? 0 : min_t(u32, size, IOM_LAB_PIECE_BYTES);
	spin_unlock_irq(&device->lock);
	spare = piece_new(room);
	spin_lock_irq(&device->lock);
	used = spare && pull(file, size, lot, spare);
	if (!used)
		release(device, 0, 1);
	lab_unlock(device);
	if (!spare)
		return -ENOMEM;
	if (!used)
		kfree(spare);
	return lot->bytes;
}

/* The lot's way is over: gone are the pieces that were given, of the rest done bytes. */
static void arrived(struct lab_device *device, struct lab_lot *lot, struct list_head *gone,
		    u32 done)
{
	struct lab_piece *piece;
	u32 pieces = 0;

	list_for_each_entry(piece, gone, node)
		pieces++;
	spin_lock_irq(&device->lock);
	if (lot->era != device->era) { /* its queue was thrown away meanwhile */
		list_for_each_entry(piece, &lot->pieces, node)
			pieces++;
		list_splice_init(&lot->pieces, gone);
		done = lot->bytes;
	}
	release(device, lot->stream ? 0 : done, pieces);
	device->lots--;
	if (!list_empty(&lot->pieces)) {
		list_splice_init(&lot->pieces, &device->queue);
		device->ready += lot->bytes - done;
		tell(device, 1);
	} else if (lab_ended(device)) {
		device->tell |= LAB_END;
		tell(device, 1);
	}
	lab_unlock(device);
	lab_pieces_free(gone);
}

ssize_t lab_give(struct lab_device *device, struct lab_lot *lot, struct iov_iter *to)
{
	struct lab_piece *piece, *next;
	LIST_HEAD(gone);
	u32 done = 0, n;

	list_for_each_entry_safe(piece, next, &lot->pieces, node) {
		n = piece->to - piece->from;
		if (piece->stream)
			n = lab_stream_give(lot->seed, piece->pos + piece->from, n, to);
		else
			n = copy_to_iter(piece->data + piece->from, n, to);
		piece->from += n;
		done += n;
		if (piece->from < piece->to)
			break;
		list_move_tail(&piece->node, &gone);
	}
	arrived(device, lot, &gone, done);
	return done ? (ssize_t)done : -EFAULT;
}

void lab_give_back(struct lab_device *device, struct lab_lot *lot)
{
	LIST_HEAD(gone);

	arrived(device, lot, &gone, 0);
}

u64 lab_burn(struct lab_device *device)
{
	u64 begin = ktime_get_ns(), want = READ_ONCE(device->timing.phase2_ns);

	/* The processor is busy, as it is when it copies. */
	while (ktime_get_ns() - begin < want && !fatal_signal_pending(current)) {
		u64 step = min_t(u64, want, STEP_NS), since = ktime_get_ns();

		while (ktime_get_ns() - since < step)
			cpu_relax();
		cond_resched();
	}
	return ktime_get_ns() - begin;
}
