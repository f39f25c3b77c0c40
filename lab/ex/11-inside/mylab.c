// SPDX-License-Identifier: GPL-2.0-only
/*
 * mylab.c - a character device that sends messages, /dev/mylab0 to 2, seen from inside. What
 * makes the messages is written; what lets programs wait for them is not.
 *
 * A message becomes ready phase1_us after somebody asked in vain. After the last one the
 * source has ended: read returns 0.
 */
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#define DEVICES 3

static uint messages = 7, bytes = 32, phase1_us = 2000;
static ulong seed = 1;
module_param(messages, uint, 0);
module_param(bytes, uint, 0);
module_param(phase1_us, uint, 0);
module_param(seed, ulong, 0);

struct mylab {
	struct miscdevice misc;
	char name[16];
	spinlock_t lock;	    /* for the five below */
	u32 sent;		    /* messages that became ready */
	u64 taken;		    /* bytes that were read */
	u32 ready;		    /* bytes that can be read now */
	bool asked;		    /* the next message is on its way */
	struct delayed_work arrive; /* it is there */
	wait_queue_head_t wait;	    /* whoever waits for data */
	struct fasync_struct *fasync; /* whoever wants a signal */
};

static struct mylab labs[DEVICES];

static struct mylab *lab_of(struct file *filp)
{
	return container_of(filp->private_data, struct mylab, misc);
}

static bool ended(struct mylab *d)
{
	return READ_ONCE(d->taken) == (u64)messages * bytes;
}

/* There is something new: bytes, or the end. */
static void tell(struct mylab *d)
{
#if defined(SKELETON)
	/* TODO 1: wake whoever waits in d->wait. TODO 4: a signal to those of d->fasync. */
#elif WRONG == 5 /* no signal */
	wake_up_interruptible(&d->wait);
#elif WRONG == 3 /* the other half of a sleep that no signal ends */
	wake_up(&d->wait);
	kill_fasync(&d->fasync, SIGIO, POLL_IN);
#else
	wake_up_interruptible(&d->wait);
	kill_fasync(&d->fasync, SIGIO, POLL_IN);
#endif
}

static void arrived(struct mylab *d)
{
#if defined(WRONG) && WRONG == 4 /* tells before the bytes are there */
	tell(d);
	if (phase1_us)
		msleep(20);
#endif
	spin_lock(&d->lock);
	d->ready += bytes;
	d->sent++;
	d->asked = false;
	spin_unlock(&d->lock);
#if !defined(WRONG) || WRONG != 4
	tell(d);
#endif
}

static void on_arrive(struct work_struct *work)
{
	arrived(container_of(to_delayed_work(work), struct mylab, arrive));
}

/* Somebody wants data and there is none: the next message sets out. May be called at any time,
 * without d->lock. */
static void ask(struct mylab *d)
{
	bool go;

	spin_lock(&d->lock);
	go = !d->asked && !d->ready && d->sent < messages;
	if (go)
		d->asked = true;
	spin_unlock(&d->lock);
	if (go && phase1_us)
		schedule_delayed_work(&d->arrive, usecs_to_jiffies(phase1_us));
	else if (go)
		arrived(d);
}

/* Up to n ready bytes, to buf; how many. Without d->lock. */
static size_t take(struct mylab *d, u8 *buf, size_t n)
{
	size_t i;

	spin_lock(&d->lock);
	n = min_t(size_t, n, d->ready);
	for (i = 0; i < n; i++)
		buf[i] = (u8)((seed + (d - labs) + d->taken + i) * 2654435761UL >> 13);
	d->ready -= n;
	d->taken += n;
	spin_unlock(&d->lock);
	if (n && ended(d))
		tell(d);
	else if (n && d->fasync)
		ask(d);
	return n;
}

static ssize_t mylab_read(struct file *filp, char __user *to, size_t size, loff_t *pos)
{
	struct mylab *d = lab_of(filp);
	u8 buf[64];
	size_t n;
#if defined(WRONG) && WRONG == 6 /* a pointer that nobody set */
	struct mylab *other = READ_ONCE(labs[0].misc.parent) ? d : NULL;

	WRITE_ONCE(other->asked, false);
#endif

	size = min(size, sizeof(buf));
#if defined(SKELETON)
	n = take(d, buf, size);
	if (!n && !ended(d)) {
		/* TODO 2: ask(d); where the file has O_NONBLOCK (filp->f_flags), say -EAGAIN;
		 * else sleep in d->wait until there are bytes or the end, and take them. A
		 * signal ends the sleep: -ERESTARTSYS. */
		ask(d);
		return -EAGAIN;
	}
#else
	while (!(n = take(d, buf, size)) && !ended(d)) {
#if WRONG == 2 /* between looking and lying down the message may come */
		DEFINE_WAIT(entry);
#endif

		ask(d);
		if (filp->f_flags & O_NONBLOCK)
			return -EAGAIN;
#if WRONG == 2
		prepare_to_wait(&d->wait, &entry, TASK_INTERRUPTIBLE);
		schedule();
		finish_wait(&d->wait, &entry);
		if (signal_pending(current))
			return -ERESTARTSYS;
#elif WRONG == 3 /* no signal wakes it */
		wait_event_timeout(d->wait, READ_ONCE(d->ready) || ended(d), HZ);
#else
		if (wait_event_interruptible(d->wait, READ_ONCE(d->ready) || ended(d)))
			return -ERESTARTSYS;
#endif
	}
#endif
	if (copy_to_user(to, buf, n))
		return -EFAULT;
	return n;
}

static __poll_t mylab_poll(struct file *filp, poll_table *table)
{
	struct mylab *d = lab_of(filp);
	__poll_t mask = 0;

#if defined(SKELETON)
	/* TODO 3: say in which queue to wait: poll_wait(). */
#elif WRONG == 1 /* says nothing of a queue */
	(void)table;
#else
	poll_wait(filp, &d->wait, table);
#endif
	if (!READ_ONCE(d->ready))
		ask(d);
	if (READ_ONCE(d->ready))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (ended(d))
		mask |= EPOLLIN | EPOLLRDNORM | EPOLLHUP;
	return mask;
}

static int mylab_fasync(int fd, struct file *filp, int on)
{
	struct mylab *d = lab_of(filp);
#if defined(SKELETON)
	/* TODO 5: fasync_helper() keeps d->fasync. */
	int n = 0;
#else
	int n = fasync_helper(fd, filp, on, &d->fasync);
#endif

	if (on && n >= 0)
		ask(d);
	return n;
}

static int mylab_release(struct inode *inode, struct file *filp)
{
	return 0; /* the kernel has called mylab_fasync(-1, filp, 0) if need be */
}

static const struct file_operations operations = {
	.owner = THIS_MODULE,
	.read = mylab_read,
	.poll = mylab_poll,
	.fasync = mylab_fasync,
	.release = mylab_release,
};

static int __init mylab_init(void)
{
	int i, err;

	for (i = 0; i < DEVICES; i++) {
		struct mylab *d = &labs[i];

		snprintf(d->name, sizeof(d->name), "mylab%d", i);
		spin_lock_init(&d->lock);
		init_waitqueue_head(&d->wait);
		INIT_DELAYED_WORK(&d->arrive, on_arrive);
		d->misc.minor = MISC_DYNAMIC_MINOR;
		d->misc.name = d->name;
		d->misc.fops = &operations;
		d->misc.mode = 0666;
		err = misc_register(&d->misc);
		if (err) {
			while (i--)
				misc_deregister(&labs[i].misc);
			return err;
		}
	}
	return 0;
}

static void __exit mylab_exit(void)
{
	int i;

	for (i = 0; i < DEVICES; i++) {
		misc_deregister(&labs[i].misc);
		cancel_delayed_work_sync(&labs[i].arrive);
	}
}

module_init(mylab_init);
module_exit(mylab_exit);
MODULE_DESCRIPTION("exercise 11 of the lab");
MODULE_LICENSE("GPL");
