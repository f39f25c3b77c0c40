// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab_async.c - reads that complete later: requests of libaio and io_uring.
 *
 * read_iter() with data ready does it at once; otherwise it keeps the request and
 * returns -EIOCBQUEUED. The device's work takes data for it when there is some; after
 * phase 2, for which a timer waits, the request's own work copies the data and
 * completes it. That work may sleep in a page fault of its process for as long as that
 * process's file systems like: it has a workqueue with a place for every request, so
 * that it is in nobody else's way.
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
 * table, so that the ring is not even closed until it is gone. So while there are
 * requests the device's work looks now and then who is on their way out.
 */
#include <linux/aio.h>
#include <linux/kthread.h>
#include <linux/memcontrol.h>
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

enum lab_state {
	LAB_NEW,     /* not queued yet */
	LAB_WAITING, /* for data, on device->requests; all others that are queued: on moving */
	LAB_TAKING,  /* the device's work has it in hand */
	LAB_MOVING,  /* phase 2: the timer runs */
	LAB_ENDING,  /* its own work is queued, once and for all */
};

struct lab_request {
	struct list_head node;
	enum lab_state state; /* this and the next: under device->lock */
	bool cancelled;
	bool aio;
	struct kiocb *iocb; /* libaio's: its private points back, under device->lock */
	struct iov_iter iter;
	const void *vec; /* what iter points to; NULL: nothing of ours */
	struct lab_lot lot;
	ssize_t res; /* where the lot is empty: 0, or an error */
	struct mm_struct *mm;
	struct task_struct *task; /* who submitted it; NULL: one of io_uring's threads */
	struct pid *tgid;	  /* of its process */
	u64 since_ns, taken_ns;
	struct hrtimer timer;
	struct work_struct work;
};

static atomic_t requests_all = ATOMIC_INIT(0);

static struct lab_file *file_of(struct lab_request *r)
{
	return r->iocb->ki_filp->private_data;
}

/* ---- its beginning and its end -------------------------------------------------------- */

/* A place for one more; it is given back by request_free(). */
static bool reserve(struct lab_device *device)
{
	bool fits;

	spin_lock_irq(&device->lock);
	fits = device->depth < IOM_LAB_REQUESTS &&
	       atomic_add_unless(&requests_all, 1, IOM_LAB_REQUESTS_ALL);
	if (fits)
		device->depth++;
	spin_unlock_irq(&device->lock);
	return fits;
}

static void unreserve(struct lab_device *device)
{
	spin_lock_irq(&device->lock);
	device->depth--;
	spin_unlock_irq(&device->lock);
	atomic_dec(&requests_all);
}

static void request_free(struct lab_device *device, struct lab_request *r)
{
	if (r->mm)
		mmdrop(r->mm);
	if (r->task)
		put_task_struct(r->task);
	put_pid(r->tgid);
	kfree(r->vec);
	kfree(r);
	unreserve(device);
}

/* Copies a request's vector, or as much of it as one request may use. */
static int copy_vector(struct lab_request *r, const struct iov_iter *to)
{
	struct iov_iter part = *to;
	size_t size = 0;
	unsigned long n;

	if (iter_is_ubuf(to)) {
		r->iter = part;
		iov_iter_truncate(&r->iter, IOM_LAB_QUEUE_BYTES);
		return 0;
	}
	if (!iter_is_iovec(to) && !iov_iter_is_bvec(to))
		return -EINVAL;
	for (n = 0; n < to->nr_segs && n < IOM_LAB_SEGMENTS && size < IOM_LAB_QUEUE_BYTES; n++)
		size += iom_iter_segment(to, n) - (n ? 0 : to->iov_offset);
	part.nr_segs = n;
	iov_iter_truncate(&part, min_t(size_t, size, IOM_LAB_QUEUE_BYTES));
	if (!iov_iter_count(&part))
		return -EINVAL;
	r->vec = dup_iter(&r->iter, &part, GFP_KERNEL_ACCOUNT);
	return r->vec ? 0 : -ENOMEM;
}

static enum hrtimer_restart on_moved(struct hrtimer *timer)
{
	struct lab_request *r = container_of(timer, struct lab_request, timer);

	queue_work(lab_move_wq, &r->work);
	return HRTIMER_NORESTART;
}

static void on_work(struct work_struct *work);

/* The request, or an error pointer. */
static struct lab_request *request_new(struct kiocb *iocb, const struct iov_iter *to)
{
	struct lab_file *file = iocb->ki_filp->private_data;
	struct lab_request *r;
	int err;

	if (!reserve(file->device))
		return ERR_PTR(-ENOBUFS);
	r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	err = r ? copy_vector(r, to) : -ENOMEM;
	if (err) {
		kfree(r);
		unreserve(file->device);
		return ERR_PTR(err);
	}
	INIT_LIST_HEAD(&r->node);
	INIT_LIST_HEAD(&r->lot.pieces);
	r->iocb = iocb;
	r->mm = current->mm;
	mmgrab(r->mm);
	/* A worker goes when it has been idle for a while: that says nothing. */
	if (!(current->flags & PF_IO_WORKER))
		r->task = get_task_struct(current);
	r->tgid = get_pid(task_tgid(current));
	r->since_ns = ktime_get_ns();
	r->aio = iom_kiocb_is_aio(iocb);
	iom_hrtimer_setup(&r->timer, on_moved, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_SOFT);
	INIT_WORK(&r->work, on_work);
	return r;
}

static void end(struct lab_device *device, struct lab_request *r)
{
	lockdep_assert_held(&device->lock);
	r->state = LAB_ENDING;
	list_move_tail(&r->node, &device->moving);
	queue_work(lab_move_wq, &r->work);
}

static void cancel(struct lab_device *device, struct lab_request *r)
{
	lockdep_assert_held(&device->lock);
	r->cancelled = true;
	/* Who has it in hand in the other states looks again. */
	if (r->state == LAB_WAITING ||
	    (r->state == LAB_MOVING && hrtimer_try_to_cancel(&r->timer) > 0))
		end(device, r);
}

/* From io_cancel() or the end of a context, with its lock held: not the place to
 * complete it. It may not be queued yet, or no longer.
 */
static int on_cancel(struct kiocb *iocb)
{
	struct lab_file *file = iocb->ki_filp->private_data;
	struct lab_device *device = file->device;
	unsigned long flags;

	spin_lock_irqsave(&device->lock, flags);
	if (iocb->private)
		cancel(device, iocb->private);
	spin_unlock_irqrestore(&device->lock, flags);
	return 0;
}

/* ---- submission ----------------------------------------------------------------------- */

/* There was data: done at once, by who submits it. */
static ssize_t give_inline(struct lab_file *file, struct lab_lot *lot, struct iov_iter *to)
{
	struct lab_device *device = file->device;
	u64 phase2 = lab_burn(device);
	ssize_t n = lab_give(device, lot, to);

	spin_lock_irq(&device->lock);
	if (n > 0) {
		lab_count(file, async_inline, 1);
		lab_count(file, async_bytes, n);
	} else {
		lab_count(file, read_error, 1);
	}
	lab_count(file, phase2_ns, phase2);
	spin_unlock_irq(&device->lock);
	return n;
}

static void count_depth(struct lab_file *file)
{
	struct iom_lab_stats *total = &file->device->total;

	file->under_way++;
	file->device->under_way++;
	file->stats.async_depth_max = max_t(u64, file->stats.async_depth_max, file->under_way);
	total->async_depth_max = max_t(u64, total->async_depth_max, file->device->under_way);
}

/* -EIOCBQUEUED: from now on others may end it at any time. 0: the end of the source. */
static ssize_t queue(struct lab_file *file, struct lab_request *r)
{
	struct lab_device *device = file->device;
	ssize_t rc = -EIOCBQUEUED;

	spin_lock_irq(&device->lock);
	if (r->cancelled) {
		rc = -ECANCELED;
	} else if (!lab_ask(device)) {
		lab_count(file, read_end, 1);
		rc = 0;
	} else {
		r->state = LAB_WAITING;
		list_add_tail(&r->node, &device->requests);
		lab_count(file, async_submitted, 1);
		count_depth(file);
		/* Data may be there for those before it; and rings are looked at. */
		if (lab_is_ready(device))
			mod_delayed_work(lab_wq, &device->serve, 0);
		else
			queue_delayed_work(lab_wq, &device->serve, LOOK_EVERY);
	}
	if (rc != -EIOCBQUEUED && r->aio)
		r->iocb->private = NULL;
	lab_unlock(device);
	return rc;
}

/* What is ready, unless another request is under way: that one was first. */
static ssize_t take_inline(struct lab_file *file, struct iov_iter *to, struct lab_lot *lot)
{
	if (READ_ONCE(file->device->depth))
		return 0;
	return lab_take(file, min_t(size_t, iov_iter_count(to), IOM_LAB_QUEUE_BYTES), lot);
}

/* Nothing is ready, and the request must not wait. */
static ssize_t refuse(struct lab_file *file)
{
	struct lab_device *device = file->device;
	bool more;

	spin_lock_irq(&device->lock);
	more = lab_ask(device);
	if (more)
		lab_count(file, read_eagain, 1);
	else
		lab_count(file, read_end, 1);
	lab_unlock(device);
	return more ? -EAGAIN : 0;
}

ssize_t lab_read_async(struct kiocb *iocb, struct iov_iter *to)
{
	struct lab_file *file = iocb->ki_filp->private_data;
	struct lab_request *r;
	struct lab_lot lot;
	ssize_t n;

	if (!current->mm)
		return -EFAULT;
	n = take_inline(file, to, &lot);
	if (n)
		return n > 0 ? give_inline(file, &lot, to) : n;
	if ((iocb->ki_filp->f_flags & O_NONBLOCK) ||
	    (iom_kiocb_is_aio(iocb) && (iocb->ki_flags & IOCB_NOWAIT)))
		return refuse(file);
	r = request_new(iocb, to);
	if (IS_ERR(r))
		return PTR_ERR(r);
	/* Before anybody can complete it: completion takes the request off the context's
	 * list of those that can be cancelled.
	 */
	if (r->aio) {
		iocb->private = r;
		kiocb_set_cancel_fn(iocb, on_cancel);
	}
	n = queue(file, r);
	if (n != -EIOCBQUEUED)
		request_free(file->device, r);
	return n;
}

/* ---- completion ----------------------------------------------------------------------- */

static ssize_t give(struct lab_device *device, struct lab_request *r)
{
	ssize_t n;

	if (!user_backed_iter(&r->iter))
		return lab_give(device, &r->lot, &r->iter);
	/* Its process may be gone: then nobody waits for the bytes. */
	if (!mmget_not_zero(r->mm)) {
		lab_give_back(device, &r->lot);
		return -EFAULT;
	}
	kthread_use_mm(r->mm);
	n = lab_give(device, &r->lot, &r->iter);
	kthread_unuse_mm(r->mm);
	/* Not mmput(): the last one waits for the requests of libaio (fs/aio.c,
	 * exit_aio()), of which this may be one.
	 */
	mmput_async(r->mm);
	return n;
}

/* After ki_complete() its file, and so the device's last user, may be gone. */
static void finish(struct lab_device *device, struct lab_request *r, ssize_t n)
{
	struct lab_file *file = file_of(r);
	u64 now = ktime_get_ns(), taken_ns = r->taken_ns ? r->taken_ns : now;
	struct kiocb *iocb = r->iocb;

	spin_lock_irq(&device->lock);
	if (n > 0) {
		lab_count(file, async_late, 1);
		lab_count(file, async_bytes, n);
	} else if (n) {
		lab_count(file, async_cancelled, 1);
	} else {
		lab_count(file, read_end, 1);
	}
	file->under_way--;
	device->under_way--;
	lab_count(file, phase1_ns, taken_ns - r->since_ns);
	lab_count(file, phase2_ns, now - taken_ns);
	spin_unlock_irq(&device->lock);
	request_free(device, r);
	iocb->ki_complete(iocb, n);
}

static void on_work(struct work_struct *work)
{
	struct lab_request *r = container_of(work, struct lab_request, work);
	struct lab_device *device = file_of(r)->device;
	bool cancelled;
	ssize_t n;

	spin_lock_irq(&device->lock);
	list_del(&r->node);
	if (r->aio)
		r->iocb->private = NULL;
	cancelled = r->cancelled;
	spin_unlock_irq(&device->lock);
	hrtimer_cancel(&r->timer); /* it queued this work, and may not have returned yet */
	n = cancelled ? -ECANCELED : r->res;
	if (r->lot.bytes && cancelled)
		lab_give_back(device, &r->lot);
	else if (r->lot.bytes)
		n = give(device, r);
	finish(device, r, n);
}

/* ---- the device's work ---------------------------------------------------------------- */

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

static void cancel_going(struct lab_device *device, struct list_head *requests)
{
	struct lab_request *r, *next;

	lockdep_assert_held(&device->lock);
	list_for_each_entry_safe(r, next, requests, node)
		if (!r->aio && r->state != LAB_ENDING && is_going(r))
			cancel(device, r);
}

static void look(struct lab_device *device)
{
	spin_lock_irq(&device->lock);
	if (time_after_eq(jiffies, device->look)) {
		device->look = jiffies + LOOK_EVERY;
		cancel_going(device, &device->moving);
		cancel_going(device, &device->requests);
	}
	if (!list_empty(&device->requests) || !list_empty(&device->moving))
		queue_delayed_work(lab_wq, &device->serve, LOOK_EVERY);
	spin_unlock_irq(&device->lock);
}

/* The first that waits is in our hand, if there is something for it. */
static struct lab_request *next_request(struct lab_device *device)
{
	struct lab_request *r;

	spin_lock_irq(&device->lock);
	r = list_first_entry_or_null(&device->requests, struct lab_request, node);
	if (r && lab_ask(device) && !lab_is_ready(device))
		r = NULL;
	if (r) {
		r->state = LAB_TAKING;
		list_move(&r->node, &device->moving);
	}
	lab_unlock(device);
	return r;
}

/* What is allocated for a request is charged to its process. */
static ssize_t take(struct lab_request *r)
{
	struct mem_cgroup *memcg = get_mem_cgroup_from_mm(r->mm);
	struct mem_cgroup *old = set_active_memcg(memcg);
	ssize_t n = lab_take(file_of(r), iov_iter_count(&r->iter), &r->lot);

	set_active_memcg(old);
	mem_cgroup_put(memcg);
	return n;
}

/* n bytes were taken for the request in our hand; 0: others were faster, or it is the end. */
static void taken(struct lab_device *device, struct lab_request *r, ssize_t n)
{
	u64 phase2;

	spin_lock_irq(&device->lock);
	phase2 = device->timing.phase2_ns;
	r->taken_ns = ktime_get_ns();
	r->res = min_t(ssize_t, n, 0);
	if (n > 0 && phase2 && !r->cancelled) {
		r->state = LAB_MOVING;
		hrtimer_start(&r->timer, ns_to_ktime(r->taken_ns + phase2), HRTIMER_MODE_ABS_SOFT);
	} else if (n || r->cancelled || lab_ended(device)) {
		end(device, r);
	} else {
		r->state = LAB_WAITING;
		r->taken_ns = 0;
		list_move(&r->node, &device->requests);
	}
	spin_unlock_irq(&device->lock);
}

static void serve(struct work_struct *work)
{
	struct lab_device *device = container_of(work, struct lab_device, serve.work);
	struct lab_request *r;

	while ((r = next_request(device))) {
		taken(device, r, take(r));
		cond_resched();
	}
	look(device);
}

void lab_async_begin(struct lab_device *device)
{
	INIT_LIST_HEAD(&device->requests);
	INIT_LIST_HEAD(&device->moving);
	INIT_DELAYED_WORK(&device->serve, serve);
	device->look = jiffies;
}
