// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab_async.c - reads that complete later: requests of libaio and io_uring.
 *
 * read_iter() with data ready does it at once; otherwise it keeps the request
 * and returns -EIOCBQUEUED, and a work item moves the data and completes it.
 *
 * io_uring tries every request with IOCB_NOWAIT first (io_uring/rw.c, io_read(),
 * 6.1 to 7.2) and would wait by an internal poll after -EAGAIN; -EIOCBQUEUED is
 * as good an answer to it, and keeps the request here, which is what this device
 * is for. libaio sets IOCB_NOWAIT only when the program asked for it.
 *
 * A request must end when its ring, context or process does. libaio calls a cancel
 * function. io_uring has none for reads, and waits for them all when a ring ends, at
 * exec, and in the thread of SQPOLL when its process ends (io_uring/io_uring.c,
 * io_ring_exit_work() and io_uring_cancel_generic()). That thread shares the file
 * table, so that the ring is not even closed until it is gone. So while requests are
 * queued the work item looks now and then who is on their way out.
 */
#include <linux/aio.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/uio.h>

#include "lab.h"
#include "versions.h"

#define LOOK_EVERY (HZ / 20) /* at rings and processes that may be going */

struct lab_request {
	struct list_head node;
	struct kiocb *iocb;
	struct iov_iter iter;
	const void *vec; /* what iter points to; NULL: nothing of ours */
	struct lab_chunk *chunk; /* room for the data, until it is given */
	struct mm_struct *mm;
	struct task_struct *task; /* who submitted it; NULL: one of io_uring's threads */
	struct pid *tgid;	  /* of its process */
	u64 since_ns;
	bool aio;
	bool cancelled; /* under device->lock */
};

static struct lab_file *file_of(struct lab_request *r)
{
	return r->iocb->ki_filp->private_data;
}

static void request_free(struct lab_request *r)
{
	mmdrop(r->mm);
	if (r->task)
		put_task_struct(r->task);
	put_pid(r->tgid);
	kfree(r->vec);
	kfree(r->chunk);
	kfree(r);
}

/* From io_cancel() or the end of a context, with its lock held: not the place to
 * complete it.
 */
static int cancel(struct kiocb *iocb)
{
	struct lab_file *file = iocb->ki_filp->private_data;
	struct lab_device *device = file->device;
	struct lab_request *r;
	unsigned long flags;

	spin_lock_irqsave(&device->lock, flags);
	list_for_each_entry(r, &device->requests, node)
		if (r->iocb == iocb)
			r->cancelled = true;
	mod_delayed_work(lab_wq, &device->work, 0);
	spin_unlock_irqrestore(&device->lock, flags);
	return 0;
}

static struct lab_request *request_new(struct kiocb *iocb, struct iov_iter *to, size_t size)
{
	struct lab_request *r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);

	if (!r)
		return NULL;
	r->iocb = iocb;
	r->vec = dup_iter(&r->iter, to, GFP_KERNEL_ACCOUNT);
	r->chunk = lab_chunk_new(size);
	if (!r->chunk || (!r->vec && !iter_is_ubuf(to))) {
		kfree(r->chunk);
		kfree(r->vec);
		kfree(r);
		return NULL;
	}
	r->mm = current->mm;
	mmgrab(r->mm);
	/* A worker goes when it has been idle for a while: that says nothing. */
	if (!(current->flags & PF_IO_WORKER))
		r->task = get_task_struct(current);
	r->tgid = get_pid(task_tgid(current));
	r->since_ns = ktime_get_ns();
	r->aio = iom_kiocb_is_aio(iocb);
	return r;
}

ssize_t lab_read_async(struct kiocb *iocb, struct iov_iter *to)
{
	struct lab_file *file = iocb->ki_filp->private_data;
	struct lab_device *device = file->device;
	size_t size = min_t(size_t, iov_iter_count(to), IOM_LAB_QUEUE_BYTES);
	bool nowait = (iocb->ki_filp->f_flags & O_NONBLOCK) ||
		      (iom_kiocb_is_aio(iocb) && (iocb->ki_flags & IOCB_NOWAIT));
	struct lab_request *r;
	struct lab_chunk *chunk;
	u64 phase2 = 0;
	ssize_t n = 0;

	if (!current->mm)
		return -EFAULT;
	r = request_new(iocb, to, size);
	if (!r)
		return -ENOMEM;
	/* Before anybody can complete it: completion takes the request off the
	 * context's list of those that can be cancelled.
	 */
	if (r->aio && !nowait)
		kiocb_set_cancel_fn(iocb, cancel);
	spin_lock_irq(&device->lock);
	if (list_empty(&device->requests))
		n = lab_take(device, r->chunk, size);
	if (!n && nowait) {
		file->stats.read_eagain++;
		n = -EAGAIN;
	}
	if (!n) {
		list_add_tail(&r->node, &device->requests);
		file->stats.async_submitted++;
		/* Data may be there for those before it; and rings are looked at. */
		if (device->ready)
			mod_delayed_work(lab_wq, &device->work, 0);
		else
			queue_delayed_work(lab_wq, &device->work, LOOK_EVERY);
	}
	spin_unlock_irq(&device->lock);
	if (!n)
		return -EIOCBQUEUED;
	chunk = r->chunk;
	if (n > 0)
		r->chunk = NULL;
	request_free(r);
	if (n < 0)
		return n;
	n = lab_give(device, chunk, to, &phase2);
	spin_lock_irq(&device->lock);
	if (n > 0) {
		file->stats.async_inline++;
		file->stats.async_bytes += n;
	} else {
		file->stats.read_error++;
	}
	file->stats.phase2_ns += phase2;
	spin_unlock_irq(&device->lock);
	return n;
}

static ssize_t give(struct lab_request *r, u64 *phase2)
{
	struct lab_device *device = file_of(r)->device;
	struct lab_chunk *chunk = r->chunk;
	ssize_t n;

	r->chunk = NULL;

	/* Its process may be gone: then nobody waits for the bytes, and copying
	 * fails for want of pages, which puts them back.
	 */
	if (!mmget_not_zero(r->mm)) {
		iov_iter_advance(&r->iter, iov_iter_count(&r->iter));
		return lab_give(device, chunk, &r->iter, phase2);
	}
	kthread_use_mm(r->mm);
	n = lab_give(device, chunk, &r->iter, phase2);
	kthread_unuse_mm(r->mm);
	/* Not mmput(): the last one waits for the requests of libaio (fs/aio.c,
	 * exit_aio()), which only this work item can end.
	 */
	mmput_async(r->mm);
	return n;
}

/* The request is off the list and ours. After ki_complete() its file may be gone. */
static void finish(struct lab_device *device, struct lab_request *r, ssize_t n, u64 phase2)
{
	struct lab_file *file = file_of(r);
	struct kiocb *iocb = r->iocb;

	spin_lock_irq(&device->lock);
	if (n > 0) {
		file->stats.async_late++;
		file->stats.async_bytes += n;
	} else {
		file->stats.async_cancelled++;
	}
	file->stats.phase1_ns += ktime_get_ns() - r->since_ns - phase2;
	file->stats.phase2_ns += phase2;
	spin_unlock_irq(&device->lock);
	request_free(r);
	iocb->ki_complete(iocb, n);
}

/* Whether somebody is going, or may already wait, to whom the request is in the way. */
static bool is_going(struct lab_request *r)
{
	struct task_struct *leader;
	bool going = true;

	if (iom_ring_is_going(r->iocb) || (r->task && (READ_ONCE(r->task->flags) & PF_EXITING)))
		return true;
	rcu_read_lock();
	leader = pid_task(r->tgid, PIDTYPE_TGID);
	if (leader)
		going = (READ_ONCE(leader->signal->flags) & SIGNAL_GROUP_EXIT) ||
			READ_ONCE(leader->signal->group_exec_task) || leader->in_execve;
	rcu_read_unlock();
	return going;
}

/* The next request that can be ended, off the list, with its data unless it is
 * cancelled. Both at once: while it is off the list nobody can cancel it.
 */
static struct lab_request *next_request(struct lab_device *device)
{
	struct lab_request *r;

	lockdep_assert_held(&device->lock);
	list_for_each_entry(r, &device->requests, node) {
		if (!r->aio && is_going(r))
			r->cancelled = true;
		if (r->cancelled ||
		    lab_take(device, r->chunk, min_t(size_t, iov_iter_count(&r->iter),
						     IOM_LAB_QUEUE_BYTES))) {
			list_del(&r->node);
			return r;
		}
	}
	return NULL;
}

void lab_serve(struct work_struct *work)
{
	struct lab_device *device = container_of(work, struct lab_device, work.work);
	struct lab_request *r;
	u64 phase2;
	ssize_t n;

	for (;;) {
		spin_lock_irq(&device->lock);
		r = next_request(device);
		if (!r && !list_empty(&device->requests))
			queue_delayed_work(lab_wq, &device->work, LOOK_EVERY);
		spin_unlock_irq(&device->lock);
		if (!r)
			return;
		phase2 = 0;
		n = r->cancelled ? -ECANCELED : give(r, &phase2);
		finish(device, r, n, phase2);
		cond_resched();
	}
}
