// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab.c - /dev/iomodel-lab0..N.
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "lab.h"
#include "versions.h"

#define LAB_MAX	   64
#define COPY_STEP_NS 20000 /* phase 2 looks up so often */

static unsigned int lab_devices = 4;
module_param(lab_devices, uint, 0444);
MODULE_PARM_DESC(lab_devices, "number of lab devices, 0 to 64 (default 4)");

struct workqueue_struct *lab_wq;
static struct lab_device *devices;
static struct class *lab_class;
static dev_t first;

/* ---- the queue -------------------------------------------------------------------- */

/* What users of the device make it hold is charged to them (GFP_KERNEL_ACCOUNT). */
struct lab_chunk *lab_chunk_new(size_t size)
{
	struct lab_chunk *chunk = kmalloc(struct_size(chunk, data, size), GFP_KERNEL_ACCOUNT);

	if (chunk) {
		INIT_LIST_HEAD(&chunk->node);
		chunk->ready_ns = 0;
		chunk->from = 0;
		chunk->to = 0;
	}
	return chunk;
}

static struct lab_chunk *first_waiting(struct lab_device *device)
{
	struct lab_chunk *chunk;
	u32 ready = device->ready;

	lockdep_assert_held(&device->lock);
	list_for_each_entry(chunk, &device->chunks, node) {
		if (!ready)
			return chunk;
		ready -= chunk->to - chunk->from;
	}
	return NULL;
}

/* Who wants to know that a chunk has become ready. */
static void tell(struct lab_device *device)
{
	struct lab_file *file;

	lockdep_assert_held(&device->lock);
	list_for_each_entry(file, &device->files, node) {
		if (!READ_ONCE(file->fasync))
			continue;
		file->stats.signalled++;
		kill_fasync(&file->fasync, SIGIO, POLL_IN);
	}
	if (!list_empty(&device->requests))
		mod_delayed_work(lab_wq, &device->work, 0);
	wake_up_interruptible_poll(&device->readers, EPOLLIN | EPOLLRDNORM);
}

/* Chunks whose time has come are ready; the timer is set for the next. */
static void advance(struct lab_device *device)
{
	u64 now = ktime_get_ns();
	struct lab_chunk *chunk;

	while ((chunk = first_waiting(device)) && chunk->ready_ns <= now) {
		device->ready += chunk->to - chunk->from;
		tell(device);
	}
	if (chunk)
		hrtimer_start(&device->timer, ns_to_ktime(chunk->ready_ns), HRTIMER_MODE_ABS_SOFT);
}

static enum hrtimer_restart on_timer(struct hrtimer *timer)
{
	struct lab_device *device = container_of(timer, struct lab_device, timer);
	unsigned long flags;

	spin_lock_irqsave(&device->lock, flags);
	advance(device);
	spin_unlock_irqrestore(&device->lock, flags);
	return HRTIMER_NORESTART;
}

u32 lab_take(struct lab_device *device, struct lab_chunk *to, size_t size)
{
	struct lab_chunk *chunk, *next;
	u32 n;

	lockdep_assert_held(&device->lock);
	list_for_each_entry_safe(chunk, next, &device->chunks, node) {
		n = min3((size_t)(chunk->to - chunk->from), size - to->to, (size_t)device->ready);
		if (!n)
			break;
		memcpy(to->data + to->to, chunk->data + chunk->from, n);
		to->to += n;
		chunk->from += n;
		device->ready -= n;
		device->queued -= n;
		if (chunk->from == chunk->to) {
			list_del(&chunk->node);
			kfree(chunk);
		}
	}
	/* One reader is woken for each chunk; there may be more than this one took. */
	if (device->ready)
		wake_up_interruptible_poll(&device->readers, EPOLLIN | EPOLLRDNORM);
	return to->to;
}

static void put_back(struct lab_device *device, struct lab_chunk *chunk)
{
	unsigned long flags;

	spin_lock_irqsave(&device->lock, flags);
	list_add(&chunk->node, &device->chunks);
	device->queued += chunk->to - chunk->from;
	device->ready += chunk->to - chunk->from;
	wake_up_interruptible_poll(&device->readers, EPOLLIN | EPOLLRDNORM);
	spin_unlock_irqrestore(&device->lock, flags);
}

ssize_t lab_give(struct lab_device *device, struct lab_chunk *chunk, struct iov_iter *to,
		 u64 *phase2)
{
	u64 begin = ktime_get_ns(), want = READ_ONCE(device->timing.phase2_ns);
	size_t done;

	/* The processor is busy, as it is when it copies. */
	while (ktime_get_ns() - begin < want && !fatal_signal_pending(current)) {
		u64 step = min_t(u64, want, COPY_STEP_NS), since = ktime_get_ns();

		while (ktime_get_ns() - since < step)
			cpu_relax();
		cond_resched();
	}
	done = copy_to_iter(chunk->data + chunk->from, chunk->to - chunk->from, to);
	*phase2 = ktime_get_ns() - begin;
	chunk->from += done;
	if (chunk->from == chunk->to)
		kfree(chunk);
	else
		put_back(device, chunk);
	return done ? done : -EFAULT;
}

/* ---- reading and writing ------------------------------------------------------------ */

/* Sleep until something is ready, a signal comes, or for no reason. */
static void sleep_a_while(struct lab_file *file)
{
	struct lab_device *device = file->device;
	u64 begin = ktime_get_ns();
	DEFINE_WAIT(wait);
	bool slept = false;

	prepare_to_wait_exclusive(&device->readers, &wait, TASK_INTERRUPTIBLE);
	if (!READ_ONCE(device->ready) && !signal_pending(current)) {
		schedule();
		slept = true;
	}
	finish_wait(&device->readers, &wait);
	spin_lock_irq(&device->lock);
	if (slept) {
		file->stats.sleeps++;
		file->stats.phase1_ns += ktime_get_ns() - begin;
	}
	/* The wake-up was for one of us: if it is not used here, another wants it. */
	if (device->ready && signal_pending(current))
		wake_up_interruptible_poll(&device->readers, EPOLLIN | EPOLLRDNORM);
	spin_unlock_irq(&device->lock);
}

static void count_read(struct lab_file *file, ssize_t n, bool slept, u64 phase2)
{
	spin_lock_irq(&file->device->lock);
	if (n > 0) {
		if (slept)
			file->stats.read_ok_slept++;
		else
			file->stats.read_ok++;
		file->stats.read_bytes += n;
	} else if (n == -EAGAIN) {
		file->stats.read_eagain++;
	} else if (n == -ERESTARTSYS) {
		file->stats.read_interrupted++;
	} else {
		file->stats.read_error++;
	}
	file->stats.phase2_ns += phase2;
	spin_unlock_irq(&file->device->lock);
}

static ssize_t read_sync(struct kiocb *iocb, struct iov_iter *to)
{
	struct lab_file *file = iocb->ki_filp->private_data;
	struct lab_device *device = file->device;
	bool nowait = (iocb->ki_filp->f_flags & O_NONBLOCK) || (iocb->ki_flags & IOCB_NOWAIT);
	size_t size = min_t(size_t, iov_iter_count(to), IOM_LAB_QUEUE_BYTES);
	struct lab_chunk *chunk = lab_chunk_new(size);
	u64 phase2 = 0, sleeps = 0;
	ssize_t n;

	if (!chunk)
		return -ENOMEM;
	for (;;) {
		spin_lock_irq(&device->lock);
		n = lab_take(device, chunk, size);
		spin_unlock_irq(&device->lock);
		if (n)
			break;
		if (nowait)
			n = -EAGAIN;
		else if (signal_pending(current))
			n = -ERESTARTSYS;
		if (n)
			break;
		sleep_a_while(file);
		sleeps++;
	}
	if (n > 0)
		n = lab_give(device, chunk, to, &phase2);
	else
		kfree(chunk);
	count_read(file, n, sleeps, phase2);
	return n;
}

static ssize_t lab_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	if (!iov_iter_count(to))
		return 0; /* an operation on no data: not counted */
	return is_sync_kiocb(iocb) ? read_sync(iocb, to) : lab_read_async(iocb, to);
}

static ssize_t lab_write(struct file *filp, const char __user *from, size_t size, loff_t *pos)
{
	struct lab_file *file = filp->private_data;
	struct lab_device *device = file->device;
	struct lab_chunk *chunk, *last;
	ssize_t n = size;

	if (!size)
		return 0;
	if (size > IOM_LAB_QUEUE_BYTES)
		return -EMSGSIZE;
	chunk = lab_chunk_new(size);
	if (!chunk)
		return -ENOMEM;
	if (copy_from_user(chunk->data, from, size)) {
		kfree(chunk);
		return -EFAULT;
	}
	chunk->to = size;
	spin_lock_irq(&device->lock);
	if (size > IOM_LAB_QUEUE_BYTES - device->queued) {
		file->stats.write_eagain++;
		n = -EAGAIN;
	} else {
		chunk->ready_ns = ktime_get_ns() + device->timing.phase1_ns;
		/* What was written first can be read first, whatever phase 1 is now. */
		last = first_waiting(device);
		if (last) {
			last = list_last_entry(&device->chunks, struct lab_chunk, node);
			chunk->ready_ns = max(chunk->ready_ns, last->ready_ns);
		}
		list_add_tail(&chunk->node, &device->chunks);
		device->queued += size;
		file->stats.write_ok++;
		file->stats.write_bytes += size;
		advance(device);
	}
	spin_unlock_irq(&device->lock);
	if (n < 0)
		kfree(chunk);
	return n;
}

/* ---- readiness, signals ---------------------------------------------------------------- */

static __poll_t lab_poll(struct file *filp, poll_table *wait)
{
	struct lab_file *file = filp->private_data;
	struct lab_device *device = file->device;
	__poll_t mask = 0;

	poll_wait(filp, &device->readers, wait);
	spin_lock_irq(&device->lock);
	if (device->ready)
		mask |= EPOLLIN | EPOLLRDNORM;
	if (device->queued < IOM_LAB_QUEUE_BYTES)
		mask |= EPOLLOUT | EPOLLWRNORM;
	file->stats.polled++;
	if (device->ready)
		file->stats.polled_ready++;
	spin_unlock_irq(&device->lock);
	return mask;
}

static int lab_fasync(int fd, struct file *filp, int on)
{
	struct lab_file *file = filp->private_data;

	return fasync_helper(fd, filp, on, &file->fasync);
}

/* ---- open, control ---------------------------------------------------------------------- */

static int lab_open(struct inode *inode, struct file *filp)
{
	struct lab_device *device = container_of(inode->i_cdev, struct lab_device, cdev);
	struct lab_file *file = kzalloc(sizeof(*file), GFP_KERNEL_ACCOUNT);

	if (!file)
		return -ENOMEM;
	file->device = device;
	filp->private_data = file;
	/* Without it IOCB_NOWAIT is refused before we are asked. */
	filp->f_mode |= FMODE_NOWAIT;
	spin_lock_irq(&device->lock);
	list_add(&file->node, &device->files);
	spin_unlock_irq(&device->lock);
	return stream_open(inode, filp);
}

static int lab_release(struct inode *inode, struct file *filp)
{
	struct lab_file *file = filp->private_data;

	/* The VFS has taken the file off its fasync list (fs/file_table.c, __fput()). */
	spin_lock_irq(&file->device->lock);
	list_del(&file->node);
	spin_unlock_irq(&file->device->lock);
	kfree(file);
	return 0;
}

static void flush_queue(struct lab_device *device)
{
	struct lab_chunk *chunk, *next;

	lockdep_assert_held(&device->lock);
	list_for_each_entry_safe(chunk, next, &device->chunks, node) {
		list_del(&chunk->node);
		kfree(chunk);
	}
	device->queued = 0;
	device->ready = 0;
}

static int set_timing(struct lab_device *device, const struct iom_lab_timing *timing)
{
	if (timing->flags || timing->phase1_ns > IOM_LAB_PHASE_MAX_NS ||
	    timing->phase2_ns > IOM_LAB_PHASE_MAX_NS)
		return -EINVAL;
	spin_lock_irq(&device->lock);
	device->timing = *timing;
	spin_unlock_irq(&device->lock);
	return 0;
}

static long lab_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	struct lab_file *file = filp->private_data;
	struct lab_device *device = file->device;
	void __user *at = (void __user *)arg;
	struct iom_lab_timing timing;
	struct iom_lab_stats stats;

	switch (cmd) {
	case IOM_LAB_SET_TIMING:
		if (copy_from_user(&timing, at, sizeof(timing)))
			return -EFAULT;
		return set_timing(device, &timing);
	case IOM_LAB_GET_TIMING:
		spin_lock_irq(&device->lock);
		timing = device->timing;
		spin_unlock_irq(&device->lock);
		return copy_to_user(at, &timing, sizeof(timing)) ? -EFAULT : 0;
	case IOM_LAB_GET_STATS:
		spin_lock_irq(&device->lock);
		stats = file->stats;
		spin_unlock_irq(&device->lock);
		return copy_to_user(at, &stats, sizeof(stats)) ? -EFAULT : 0;
	case IOM_LAB_RESET:
		spin_lock_irq(&device->lock);
		memset(&file->stats, 0, sizeof(file->stats));
		spin_unlock_irq(&device->lock);
		return 0;
	case IOM_LAB_FLUSH:
		spin_lock_irq(&device->lock);
		flush_queue(device);
		spin_unlock_irq(&device->lock);
		return 0;
	}
	return -ENOTTY;
}

static const struct file_operations operations = {
	.owner = THIS_MODULE,
	.open = lab_open,
	.release = lab_release,
	.read_iter = lab_read_iter,
	.write = lab_write,
	.poll = lab_poll,
	.fasync = lab_fasync,
	.unlocked_ioctl = lab_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

/* ---- loading ---------------------------------------------------------------------------- */

static char *lab_devnode(IOM_DEVNODE_CONST struct device *dev, umode_t *mode)
{
	if (mode)
		*mode = 0660;
	return NULL;
}

static void begin(struct lab_device *device)
{
	spin_lock_init(&device->lock);
	INIT_LIST_HEAD(&device->chunks);
	INIT_LIST_HEAD(&device->files);
	INIT_LIST_HEAD(&device->requests);
	init_waitqueue_head(&device->readers);
	INIT_DELAYED_WORK(&device->work, lab_serve);
	iom_hrtimer_setup(&device->timer, on_timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_SOFT);
	cdev_init(&device->cdev, &operations);
	device->cdev.owner = THIS_MODULE;
}

/* The first n devices go. No file is open any more, so nobody queues work. */
static void remove_devices(unsigned int n)
{
	while (n--) {
		struct lab_device *device = &devices[n];

		device_destroy(lab_class, first + n);
		cdev_del(&device->cdev);
		hrtimer_cancel(&device->timer);
		cancel_delayed_work_sync(&device->work);
		spin_lock_irq(&device->lock);
		flush_queue(device);
		spin_unlock_irq(&device->lock);
	}
}

static int add_device(unsigned int n)
{
	struct device *node;
	int err;

	begin(&devices[n]);
	err = cdev_add(&devices[n].cdev, first + n, 1);
	if (err)
		return err;
	node = device_create(lab_class, NULL, first + n, NULL, "iomodel-lab%u", n);
	if (!IS_ERR(node))
		return 0;
	cdev_del(&devices[n].cdev);
	return PTR_ERR(node);
}

int iom_lab_init(void)
{
	unsigned int n;
	int err;

	if (lab_devices > LAB_MAX)
		return -EINVAL;
	if (!lab_devices)
		return 0;
	devices = kcalloc(lab_devices, sizeof(*devices), GFP_KERNEL);
	if (!devices)
		return -ENOMEM;
	lab_wq = alloc_workqueue("iomodel-lab", WQ_UNBOUND, 0);
	err = lab_wq ? alloc_chrdev_region(&first, 0, lab_devices, "iomodel-lab") : -ENOMEM;
	if (err)
		goto memory;
	lab_class = iom_class_create("iomodel-lab");
	if (IS_ERR(lab_class)) {
		err = PTR_ERR(lab_class);
		goto region;
	}
	lab_class->devnode = lab_devnode;
	for (n = 0; n < lab_devices; n++) {
		err = add_device(n);
		if (err)
			goto devices;
	}
	return 0;
devices:
	remove_devices(n);
	class_destroy(lab_class);
region:
	unregister_chrdev_region(first, lab_devices);
memory:
	if (lab_wq)
		destroy_workqueue(lab_wq);
	kfree(devices);
	return err;
}

void iom_lab_exit(void)
{
	if (!lab_devices)
		return;
	remove_devices(lab_devices);
	class_destroy(lab_class);
	unregister_chrdev_region(first, lab_devices);
	destroy_workqueue(lab_wq);
	kfree(devices);
}
