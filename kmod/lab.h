/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lab.h - the lab device: a queue of bytes with programmable waiting and copying,
 * and an oracle that counts what really happened (uapi/iomodel_lab.h).
 *
 * lab.c has the queue and what is done to it by calls that return when they are
 * done; lab_async.c has the requests that complete later.
 *
 * Locks: device->lock (interrupts off) guards the queue, the lists and the
 * counters of all open files of the device. The timer takes it in softirq context,
 * libaio's cancellation with its own ctx_lock held (fs/aio.c): so nothing is
 * copied to user space, completed or freed by others' functions under it. Signals
 * are sent under it, so that a file cannot go meanwhile; they take only locks of
 * their own.
 *
 * Lifetime: an open file lives as long as the struct file. A request holds a
 * reference to that until ki_complete(), after which nothing of it is touched.
 * The module lives as long as a file is open; the work that has just completed
 * the last request is waited for by destroying the workqueue.
 */
#ifndef IOMODEL_LAB_H
#define IOMODEL_LAB_H

#include <linux/cdev.h>
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "uapi/iomodel_lab.h"

struct lab_chunk { /* one write, or what is left of it */
	struct list_head node;
	u64 ready_ns; /* CLOCK_MONOTONIC */
	u32 from, to; /* of data: bytes not yet taken */
	u8 data[];
};

struct lab_device {
	struct cdev cdev;
	struct iom_lab_timing timing;
	spinlock_t lock;	   /* guards what follows */
	struct list_head chunks;   /* ready ones first */
	u32 queued, ready;	   /* bytes; ready ones are among the queued */
	struct list_head files;	   /* struct lab_file */
	struct list_head requests; /* struct lab_request, first come first served */
	wait_queue_head_t readers;
	struct hrtimer timer; /* the next chunk becomes ready */
	struct delayed_work work; /* serves requests */
};

struct lab_file {
	struct list_head node;
	struct lab_device *device;
	struct fasync_struct *fasync;
	struct iom_lab_stats stats; /* under device->lock */
};

extern struct workqueue_struct *lab_wq;

int iom_lab_init(void);
void iom_lab_exit(void);

/* Room for a read of size bytes, to be filled by lab_take(); NULL: no memory. */
struct lab_chunk *lab_chunk_new(size_t size);
/* Take up to size ready bytes out of the queue. device->lock held. Their number. */
u32 lab_take(struct lab_device *device, struct lab_chunk *to, size_t size);
/* What lab_take() took goes to the reader, after phase 2. What cannot be copied
 * goes back to the head of the queue. Bytes copied, or -EFAULT. phase2: time spent.
 */
ssize_t lab_give(struct lab_device *device, struct lab_chunk *chunk, struct iov_iter *to,
		 u64 *phase2);

/* lab_async.c: a request of libaio or io_uring. */
ssize_t lab_read_async(struct kiocb *iocb, struct iov_iter *to);
void lab_serve(struct work_struct *work);

#endif
