// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab.c - /dev/iomodel-lab0..N: files, and the calls that return when they are done.
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

#define LAB_MAX 64

static unsigned int lab_devices = 8;
module_param(lab_devices, uint, 0444);
MODULE_PARM_DESC(lab_devices, "number of lab devices, 0 to 64 (default 8)");

struct workqueue_struct *lab_wq, *lab_move_wq;
static struct lab_device *devices;
static struct class *lab_class;
static dev_t first;

/* ---- reading and writing ------------------------------------------------------------ */

/* Sleep until something is ready, a signal comes, or for no reason. A wake-up that comes
 * before the processor is given up is no sleep. false: nothing will ever come.
 */
static bool wait_for_data(struct lab_file *file, bool *slept)
{
	struct lab_device *device = file->device;
	unsigned long switches = current->nvcsw;
	u64 begin = ktime_get_ns();
	bool more, ready;
	DEFINE_WAIT(wait);

	prepare_to_wait_exclusive(&device->readers, &wait, TASK_INTERRUPTIBLE);
	spin_lock_irq(&device->lock);
	more = lab_ask(device);
	ready = lab_is_ready(device);
	lab_unlock(device);
	if (more && !ready && !signal_pending(current))
		schedule();
	finish_wait(&device->readers, &wait);
	spin_lock_irq(&device->lock);
	if (current->nvcsw != switches) {
		*slept = true;
		lab_count(file, sleeps, 1);
		lab_count(file, phase1_ns, ktime_get_ns() - begin);
	}
	more = !lab_ended(device);
	/* The wake-up was for one of us: if it is not used here, another wants it. */
	if (!more || (lab_is_ready(device) && signal_pending(current)))
		device->tell |= LAB_MORE;
	lab_unlock(device);
	return more;
}

/* Nothing is ready, and the reader does not want to wait. */
static ssize_t refuse(struct lab_device *device)
{
	bool more;

	spin_lock_irq(&device->lock);
	more = lab_ask(device);
	lab_unlock(device);
	return more ? -EAGAIN : 0;
}

static void count_read(struct lab_file *file, ssize_t n, bool slept, u64 phase2)
{
	spin_lock_irq(&file->device->lock);
	if (!n) {
		lab_count(file, read_end, 1);
	} else if (n > 0) {
		if (slept)
			lab_count(file, read_ok_slept, 1);
		else
			lab_count(file, read_ok, 1);
		lab_count(file, read_bytes, n);
	} else if (n == -EAGAIN) {
		lab_count(file, read_eagain, 1);
	} else if (n == -ERESTARTSYS) {
		lab_count(file, read_interrupted, 1);
	} else {
		lab_count(file, read_error, 1);
	}
	lab_count(file, phase2_ns, phase2);
	spin_unlock_irq(&file->device->lock);
}

static ssize_t read_sync(struct kiocb *iocb, struct iov_iter *to)
{
	struct lab_file *file = iocb->ki_filp->private_data;
	bool nowait = (iocb->ki_filp->f_flags & O_NONBLOCK) || (iocb->ki_flags & IOCB_NOWAIT);
	u32 size = min_t(size_t, iov_iter_count(to), IOM_LAB_QUEUE_BYTES);
	bool slept = false;
	struct lab_lot lot;
	u64 phase2 = 0;
	ssize_t n;

	while (!(n = lab_take(file, size, &lot))) {
		if (nowait)
			n = refuse(file->device);
		else if (signal_pending(current))
			n = -ERESTARTSYS;
		else if (wait_for_data(file, &slept))
			continue;
		break;
	}
	if (n > 0) {
		phase2 = lab_burn(file->device);
		n = lab_give(file->device, &lot, to);
	}
	count_read(file, n, slept, phase2);
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
	int err;

	if (!size)
		return 0;
	if (size > IOM_LAB_QUEUE_BYTES)
		return -EMSGSIZE;
	err = lab_put(filp->private_data, from, size);
	return err ? err : size;
}

/* ---- readiness ------------------------------------------------------------------------ */

/* Each waiter is a callback of every wake-up, and one program can have any number. */
static bool too_many_wait(struct wait_queue_head *head)
{
	struct wait_queue_entry *entry;
	unsigned int n = 0;

	spin_lock_irq(&head->lock);
	list_for_each_entry(entry, &head->head, entry)
		if (++n >= IOM_LAB_WAITERS)
			break;
	spin_unlock_irq(&head->lock);
	return n >= IOM_LAB_WAITERS;
}

static __poll_t lab_poll(struct file *filp, poll_table *wait)
{
	struct lab_file *file = filp->private_data;
	struct lab_device *device = file->device;
	__poll_t mask = 0;
	bool refused, more;

	if (iom_poll_waits(wait)) {
		refused = too_many_wait(&device->pollers);
		WRITE_ONCE(file->refused, refused);
		if (!refused)
			poll_wait(filp, &device->pollers, wait);
	}
	/* epoll asks again, and not in order to wait. */
	if (READ_ONCE(file->refused))
		mask |= EPOLLERR;
	spin_lock_irq(&device->lock);
	more = lab_ask(device);
	if (lab_is_ready(device) || !more)
		mask |= EPOLLIN | EPOLLRDNORM;
	if (!more)
		mask |= EPOLLHUP;
	if (!device->source.set.messages && device->held < IOM_LAB_QUEUE_BYTES &&
	    device->pieces < IOM_LAB_QUEUE_MESSAGES)
		mask |= EPOLLOUT | EPOLLWRNORM;
	lab_count(file, polled, 1);
	if (mask & EPOLLIN)
		lab_count(file, polled_ready, 1);
	lab_unlock(device);
	return mask;
}

/* ---- open, control ---------------------------------------------------------------------- */

static int lab_open(struct inode *inode, struct file *filp)
{
	struct lab_device *device = container_of(inode->i_cdev, struct lab_device, cdev);
	struct lab_file *file = kzalloc(sizeof(*file), GFP_KERNEL_ACCOUNT);

	if (!file)
		return -ENOMEM;
	file->device = device;
	INIT_LIST_HEAD(&file->armed);
	filp->private_data = file;
	/* Without it IOCB_NOWAIT is refused before we are asked. */
	filp->f_mode |= FMODE_NOWAIT;
	spin_lock_irq(&device->lock);
	device->opened++;
	spin_unlock_irq(&device->lock);
	return stream_open(inode, filp);
}

/* What the last user leaves behind is nobody's. */
static int lab_release(struct inode *inode, struct file *filp)
{
	struct lab_file *file = filp->private_data;
	struct lab_device *device = file->device;
	LIST_HEAD(gone);

	spin_lock_irq(&device->lock);
	if (!--device->opened) {
		lab_flush(device, &gone);
		memset(&device->timing, 0, sizeof(device->timing));
		memset(&device->total, 0, sizeof(device->total));
	}
	spin_unlock_irq(&device->lock);
	lab_pieces_free(&gone);
	kfree(file);
	return 0;
}

static long set_timing(struct lab_device *device, void __user *at)
{
	struct iom_lab_timing timing;

	if (copy_from_user(&timing, at, sizeof(timing)))
		return -EFAULT;
	if (timing.flags || timing.phase1_ns > IOM_LAB_PHASE_MAX_NS ||
	    timing.phase2_ns > IOM_LAB_PHASE_MAX_NS)
		return -EINVAL;
	spin_lock_irq(&device->lock);
	device->timing = timing;
	spin_unlock_irq(&device->lock);
	return 0;
}

static long get_timing(struct lab_device *device, bool writer, void __user *at)
{
	struct iom_lab_timing timing;
	bool may;

	spin_lock_irq(&device->lock);
	timing = device->timing;
	may = writer || !device->source.set.messages;
	spin_unlock_irq(&device->lock);
	if (!may)
		return -EPERM;
	return copy_to_user(at, &timing, sizeof(timing)) ? -EFAULT : 0;
}

static long get_stats(struct lab_device *device, const struct iom_lab_stats *of, void __user *at)
{
	struct iom_lab_stats stats;

	spin_lock_irq(&device->lock);
	stats = *of;
	spin_unlock_irq(&device->lock);
	return copy_to_user(at, &stats, sizeof(stats)) ? -EFAULT : 0;
}

static long reset(struct lab_file *file)
{
	spin_lock_irq(&file->device->lock);
	memset(&file->stats, 0, sizeof(file->stats));
	spin_unlock_irq(&file->device->lock);
	return 0;
}

static long flush(struct lab_device *device)
{
	LIST_HEAD(gone);

	spin_lock_irq(&device->lock);
	lab_flush(device, &gone);
	lab_unlock(device);
	lab_pieces_free(&gone);
	return 0;
}

static long set_source(struct lab_device *device, void __user *at)
{
	struct iom_lab_source source;
	LIST_HEAD(gone);
	int err;

	if (copy_from_user(&source, at, sizeof(source)))
		return -EFAULT;
	spin_lock_irq(&device->lock);
	err = lab_set_source(device, &source, &gone);
	lab_unlock(device);
	lab_pieces_free(&gone);
	return err;
}

static long lab_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	struct lab_file *file = filp->private_data;
	struct lab_device *device = file->device;
	bool writer = filp->f_mode & FMODE_WRITE;
	void __user *at = (void __user *)arg;

	switch (cmd) {
	case IOM_LAB_SET_TIMING:
		return writer ? set_timing(device, at) : -EPERM;
	case IOM_LAB_GET_TIMING:
		return get_timing(device, writer, at);
	case IOM_LAB_GET_STATS:
		return get_stats(device, &file->stats, at);
	case IOM_LAB_RESET:
		return reset(file);
	case IOM_LAB_FLUSH:
		return writer ? flush(device) : -EPERM;
	case IOM_LAB_SET_SOURCE:
		return writer ? set_source(device, at) : -EPERM;
	case IOM_LAB_GET_TOTAL:
		return writer ? get_stats(device, &device->total, at) : -EPERM;
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
	lab_queue_begin(device);
	lab_async_begin(device);
	lab_signal_begin(device);
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
		lab_async_end(device);
		cancel_work_sync(&device->signal);
	}
}

static void destroy_workqueues(void)
{
	if (lab_move_wq)
		destroy_workqueue(lab_move_wq);
	if (lab_wq)
		destroy_workqueue(lab_wq);
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
	lab_move_wq = alloc_workqueue("iomodel-lab-move", WQ_UNBOUND, LAB_MAX);
	err = -ENOMEM;
	if (lab_wq && lab_move_wq)
		err = alloc_chrdev_region(&first, 0, lab_devices, "iomodel-lab");
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
	destroy_workqueues();
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
	destroy_workqueues();
	kfree(devices);
}
