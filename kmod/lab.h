/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lab.h - the lab device: a queue of bytes with programmable waiting and copying,
 * and an oracle that counts what really happened (uapi/iomodel_lab.h).
 *
 * lab_queue.c has what is queued and its way to the reader; lab_source.c what feeds it
 * when nobody writes; lab.c the files, and the calls that return when they are done;
 * lab_async.c the requests that complete later; lab_signal.c who is told by signals.
 *
 * Locks, outermost first:
 *
 *   device->arming (mutex)  the list of files that are told by signals, and the telling.
 *   ctx_lock of libaio      held by it when it cancels a request (fs/aio.c).
 *   device->lock            all else of the device and of its open files.
 *
 * Work under device->lock, interrupts off, is constant: one message put or one piece
 * split (IOM_LAB_PIECE_BYTES are copied), or a walk over what is capped by the limits of
 * uapi/iomodel_lab.h. Memory is got and freed, users' memory is touched, waiters are
 * woken and signals are sent without it: how many there are is not for us to say.
 *
 * All three are of the kind that sleeps on PREEMPT_RT (mutex, spinlock_t), and are taken
 * only where that is allowed there: in tasks, in works, in the timers' callbacks, which
 * are soft ones, and under ctx_lock, which is such a lock itself. Nothing is allocated
 * in any of them but GFP_KERNEL in tasks and works.
 *
 * Memory that users make a device hold: at most IOM_LAB_QUEUE_BYTES in at most LAB_PIECES
 * pieces, and IOM_LAB_REQUESTS_ALL requests over all devices. It is charged to the writer,
 * the reader or the submitter, and gone when the last file is closed.
 *
 * Lifetime: an open file lives as long as the struct file. A request holds a reference
 * to that until ki_complete(), after which nothing of it is touched. The module lives as
 * long as a file is open; the work that has just completed the last request is waited for
 * by lab_async_end().
 */
#ifndef IOMODEL_LAB_H
#define IOMODEL_LAB_H

#include <linux/cdev.h>
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "uapi/iomodel_lab.h"

/* The longest queue is not all there is: readers split pieces, and put them back. */
#define LAB_PIECES (2 * IOM_LAB_QUEUE_MESSAGES)

struct lab_piece { /* of a message: all of it, if it is short */
	struct list_head node;
	u64 ready_ns; /* CLOCK_MONOTONIC */
	u32 from, to; /* of data: bytes that nobody has yet */
	u32 room;     /* bytes of data */
	bool begins;  /* a message */
	bool stream;  /* has no data: it stands for a part of a source's bytes */
	u64 pos;      /* where that begins */
	u8 data[];
};

/* What is on its way from the queue to one reader. */
struct lab_lot {
	struct list_head pieces;
	u32 bytes;
	u32 era; /* the device's, when it was taken */
	bool stream;
	u64 seed;
};

/* The numbers count bytes from its beginning: taken <= ready <= asked <= end. */
struct lab_source {
	struct iom_lab_source set; /* messages 0: there is none */
	u64 end, asked, ready, taken;
	u64 ready_ns; /* on demand: when what was asked for last is; clocked: when the first
		       * burst is; 0: nobody has asked
		       */
};

/* What waiters must be told when device->lock is given up. */
enum {
	LAB_NEWS = 1, /* something became ready */
	LAB_MORE = 2, /* something is still ready: for one more reader */
	LAB_ROOM = 4, /* the queue is no longer full */
	LAB_END = 8,  /* the source has ended */
};

struct lab_device {
	struct cdev cdev;
	spinlock_t lock; /* guards what follows, up to arming */
	struct iom_lab_timing timing;
	u32 opened;		   /* files */
	u32 era;		   /* goes up whenever all that is queued is thrown away */
	struct list_head queue;	   /* struct lab_piece, ready ones first */
	struct lab_piece *waiting; /* the first of queue that is not ready; NULL: none */
	u32 ready;		   /* bytes of queue that are */
	u32 held, pieces;	   /* of all lots too, and of writes that have just begun */
	u32 lots;		   /* on their way */
	struct lab_source source;
	struct iom_lab_stats total;
	u32 tell;		   /* LAB_NEWS, ... */
	struct list_head waiters;  /* struct lab_request: for data, first come first served */
	struct list_head moving;   /* the same: have theirs, as the data was ordered */
	struct list_head dropped;  /* the same: were cancelled */
	u32 depth;		   /* all there are, new ones too */
	u32 under_way;		   /* on a list, or being completed */
	unsigned long look;	   /* jiffies: when to see whose process or ring is going */
	u32 armed_files, signals;  /* on armed; times these must yet be told */

	struct mutex arming; /* guards armed */
	struct list_head armed;
	wait_queue_head_t readers; /* asleep in read, exclusive */
	wait_queue_head_t pollers; /* told of what is new only, so that edges are edges */
	struct hrtimer timer;	   /* the next piece or burst becomes ready */
	struct hrtimer moved;	   /* phase 2 of the first of moving is over */
	struct delayed_work serve; /* takes data for requests; looks who is going */
	struct work_struct move, drop, signal;
};

struct lab_file {
	struct lab_device *device;
	struct list_head armed; /* under device->arming */
	struct fasync_struct *fasync;
	bool refused;  /* to wait in poll, the last time it wanted to */
	u32 under_way; /* requests; under device->lock */
	struct iom_lab_stats stats; /* under device->lock */
};

extern struct workqueue_struct *lab_wq;	     /* never sleeps for a user's sake */
extern struct workqueue_struct *lab_move_wq; /* one work of each device: may sleep long */

int iom_lab_init(void);
void iom_lab_exit(void);

/* Counts what happened, for the file and for the device. device->lock held. */
#define lab_count(file, field, n) \
	lab_count_at(file, offsetof(struct iom_lab_stats, field) / sizeof(u64), n)

static inline void lab_count_at(struct lab_file *file, unsigned int at, u64 n)
{
	lockdep_assert_held(&file->device->lock);
	((u64 *)&file->stats)[at] += n;
	((u64 *)&file->device->total)[at] += n;
}

/* ---- lab_queue.c ---------------------------------------------------------------------- */

void lab_queue_begin(struct lab_device *device);
/* Gives device->lock up, taken with spin_lock_irq(), and tells the waiters. */
void lab_unlock(struct lab_device *device) __releases(&device->lock);
/* Can something be taken? device->lock held. */
bool lab_is_ready(const struct lab_device *device);
/* What is due has become ready; who waits will be told. device->lock held. */
void lab_advance(struct lab_device *device);
/* All that is queued onto gone, for lab_pieces_free(); no source. device->lock held. */
void lab_flush(struct lab_device *device, struct list_head *gone);
void lab_pieces_free(struct list_head *pieces);
/* One message into the queue. 0, -EAGAIN (full), -EBUSY (a source), -EFAULT, -ENOMEM. */
int lab_put(struct lab_file *file, const void __user *from, u32 size);
/* Takes what is ready, at most size bytes, into the lot, which it begins. Bytes; 0:
 * nothing is ready; -ENOMEM; -ENOBUFS: too much of the device is on its way already.
 * Allocates.
 */
ssize_t lab_take(struct lab_file *file, u32 size, struct lab_lot *lot);
/* A lot goes to its reader; what cannot be copied goes back to the head of the queue.
 * Bytes copied, or -EFAULT. May sleep in a page fault.
 */
ssize_t lab_give(struct lab_device *device, struct lab_lot *lot, struct iov_iter *to);
/* The whole lot goes back to the head of the queue. */
void lab_give_back(struct lab_device *device, struct lab_lot *lot);
/* Keeps the processor busy for phase 2, unless who does it is killed. ns it took. */
u64 lab_burn(struct lab_device *device);

/* ---- lab_source.c; device->lock held, but for lab_stream_give() ------------------------ */

/* 0, or -EINVAL. What was queued before goes onto gone. */
int lab_set_source(struct lab_device *device, const struct iom_lab_source *set,
		   struct list_head *gone);
/* Has it given all, to the last reader? */
bool lab_ended(const struct lab_device *device);
/* Somebody wants data and there is none. false: there will be none any more. */
bool lab_ask(struct lab_device *device);
/* What is due by now has become ready. How many bursts. */
u32 lab_source_advance(struct lab_device *device, u64 now);
/* When more will be, without being asked again. U64_MAX: never. */
u64 lab_source_next(const struct lab_device *device);
/* Takes at most size bytes, which are ready, by an empty piece, for the file. */
void lab_source_take(struct lab_file *file, struct lab_piece *to, u32 size);
/* n bytes from pos on go to a reader. How many could be copied. */
size_t lab_stream_give(u64 seed, u64 pos, size_t n, struct iov_iter *to);
/* A message that was ready then is taken now. */
void lab_count_lag(struct lab_file *file, u64 ready_ns, u64 now, u64 messages);

/* ---- lab_async.c ---------------------------------------------------------------------- */

void lab_async_begin(struct lab_device *device);
/* There are no requests any more; waits for the last that were completed. */
void lab_async_end(struct lab_device *device);
/* A request of libaio or io_uring. */
ssize_t lab_read_async(struct kiocb *iocb, struct iov_iter *to);

/* ---- lab_signal.c --------------------------------------------------------------------- */

void lab_signal_begin(struct lab_device *device);
int lab_fasync(int fd, struct file *filp, int on);

#endif
