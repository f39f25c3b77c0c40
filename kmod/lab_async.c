// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab_async.c - reads that complete later: requests of libaio and io_uring.
 *
 * read_iter() with data ready does it at once; otherwise it keeps the request and
 * returns -EIOCBQUEUED. A request waits, on the list of that name, until `serve` takes
 * data for it; then it moves, for phase 2, until `move` copies the data and completes it;
 * or it is cancelled, and `drop` completes it. What moves does so side by side and arrives
 * in the order in which the data was.
 *
 * `move` touches the memory of processes, and may sleep in a page fault for as long as the
 * process's file systems like. That holds up later requests of this device, but never an
 * end: what is cancelled meanwhile is no longer its affair. So nobody has to wait for
 * another's memory in order to exit.
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
	LAB_NEW,     /* on no list yet */
	LAB_WAITING, /* for data, on device->waiters */
	LAB_TAKING,  /* in the hand of serve */
	LAB_MOVING,  /* has its data, or what else it will be told; on device->moving */
	LAB_DONE,    /* on device->dropped, or in the hand of move: no longer to be cancelled */
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
	u64 due_ns; /* end of phase 2 */
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
	return r;
}

static void cancel(struct lab_device *device, struct lab_request *r)
{
	lockdep_assert_held(&device->lock);
	r->cancelled = true; /* for whoever has it in hand */
	if (r->state != LAB_WAITING && r->state != LAB_MOVING)
		return;
	if (r->state == LAB_MOVING) /* the next may be due already */
		queue_work(lab_move_wq, &device->move);
	r->state = LAB_DONE;
	list_move_tail(&r->node, &device->dropped);
	queue_work(lab_wq, &device->drop);
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
		list_add_tail(&r->node, &device->waiters);
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

/* It is off the lists. After ki_complete() its file, and so the device's last user, may
 * be gone.
 */
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

/* Off its list and ours alone; NULL: the list is empty, or its first is not due yet, and
 * the timer is set.
 */
static struct lab_request *first_due(struct lab_device *device, struct list_head *list)
{
	struct lab_request *r;

	spin_lock_irq(&device->lock);
	r = list_first_entry_or_null(list, struct lab_request, node);
	if (r && r->state == LAB_MOVING && r->due_ns > ktime_get_ns()) {
		hrtimer_start(&device->moved, ns_to_ktime(r->due_ns), HRTIMER_MODE_ABS_SOFT);
		r = NULL;
	}
	if (r) {
		r->state = LAB_DONE;
		list_del(&r->node);
		if (r->aio)
			r->iocb->private = NULL;
	}
	spin_unlock_irq(&device->lock);
	return r;
}

static void drop(struct work_struct *work)
{
	struct lab_device *device = container_of(work, struct lab_device, drop);
	struct lab_request *r;

	while ((r = first_due(device, &device->dropped))) {
		if (r->lot.bytes)
			lab_give_back(device, &r->lot);
		finish(device, r, -ECANCELED);
		cond_resched();
	}
}

static void move(struct work_struct *work)
{
	struct lab_device *device = container_of(work, struct lab_device, move);
	struct lab_request *r;

	while ((r = first_due(device, &device->moving))) {
		finish(device, r, r->lot.bytes ? give(device, r) : r->res);
		cond_resched();
	}
}

static enum hrtimer_restart on_moved(struct hrtimer *timer)
{
	struct lab_device *device = container_of(timer, struct lab_device, moved);

	queue_work(lab_move_wq, &device->move);
	return HRTIMER_NORESTART;
}

/* ---- what is ready, and who is going --------------------------------------------------- */

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
		if (!r->aio && is_going(r))
			cancel(device, r);
}

static void look(struct lab_device *device)
{
	spin_lock_irq(&device->lock);
	if (time_after_eq(jiffies, device->look)) {
		device->look = jiffies + LOOK_EVERY;
		cancel_going(device, &device->moving);
		cancel_going(device, &device->waiters);
	}
	if (!list_empty(&device->waiters) || !list_empty(&device->moving))
		queue_delayed_work(lab_wq, &device->serve, LOOK_EVERY);
	spin_unlock_irq(&device->lock);
}

/* The first that waits is in our hand, if there is something for it. */
static struct lab_request *next_request(struct lab_device *device)
{
	struct lab_request *r;

	spin_lock_irq(&device->lock);
	r = list_first_entry_or_null(&device->waiters, struct lab_request, node);
	if (r && lab_ask(device) && !lab_is_ready(device))
		r = NULL;
	if (r) {
		r->state = LAB_TAKING;
		list_del_init(&r->node);
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
	u64 now = ktime_get_ns();

	spin_lock_irq(&device->lock);
	if (n || lab_ended(device)) {
		r->taken_ns = now;
		r->due_ns = n > 0 ? now + device->timing.phase2_ns : now;
		r->res = min_t(ssize_t, n, 0);
		r->state = LAB_MOVING;
		list_add_tail(&r->node, &device->moving);
		queue_work(lab_move_wq, &device->move);
	} else {
		r->state = LAB_WAITING;
		list_add(&r->node, &device->waiters);
	}
	if (r->cancelled)
		cancel(device, r);
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
	INIT_LIST_HEAD(&device->waiters);
	INIT_LIST_HEAD(&device->moving);
	INIT_LIST_HEAD(&device->dropped);
	INIT_DELAYED_WORK(&device->serve, serve);
	INIT_WORK(&device->move, move);
	INIT_WORK(&device->drop, drop);
	iom_hrtimer_setup(&device->moved, on_moved, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_SOFT);
	device->look = jiffies;
}

void lab_async_end(struct lab_device *device)
{
	hrtimer_cancel(&device->moved);
	cancel_delayed_work_sync(&device->serve);
	cancel_work_sync(&device->move);
	cancel_work_sync(&device->drop);
}
