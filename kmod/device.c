// SPDX-License-Identifier: GPL-2.0-only
/*
 * device.c - /dev/iomodel: a session for each open file (uapi/iomodel.h).
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/random.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "session.h"
#include "versions.h"

static void session_free(struct iom_session *session)
{
	iom_async_free(session);
	iom_entries_free(&session->queue);
	put_pid(session->arm);
	put_pid_ns(session->pidns);
	vfree(session->gens);
	kfree(session);
}

static struct iom_session *session_new(void)
{
	struct iom_session *session = kzalloc(sizeof(*session), GFP_KERNEL);

	if (!session)
		return NULL;
	session->pidns = get_pid_ns(task_active_pid_ns(current));
	session->salt[0] = get_random_u64() | 1;
	session->salt[1] = get_random_u64() | 1;
	mutex_init(&session->lock);
	spin_lock_init(&session->queue_lock);
	INIT_LIST_HEAD(&session->queue);
	init_waitqueue_head(&session->wait);
	session->gens = vmalloc_user(IOM_GENS * sizeof(*session->gens));
	if (iom_async_init(session) || !session->gens) {
		session_free(session);
		return NULL;
	}
	return session;
}

static int device_open(struct inode *inode, struct file *file)
{
	struct iom_session *session;

	if (!capable(CAP_PERFMON) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	session = session_new();
	if (!session)
		return -ENOMEM;
	mutex_lock(&iom_mutex);
	list_add_tail_rcu(&session->node, &iom_sessions);
	mutex_unlock(&iom_mutex);
	file->private_data = session;
	return stream_open(inode, file);
}

/* Nothing is recorded after this. May sleep. */
static void session_stop(struct iom_session *session, bool keep_rows)
{
	lockdep_assert_held(&iom_mutex);
	if (session->window) {
		WRITE_ONCE(session->window, 0);
		iom_window_put();
	}
	if (session->running) {
		WRITE_ONCE(session->running, false);
		iom_probes_put();
	}
	/* Waits for whoever had seen it running. */
	iom_session_unlink(session, keep_rows);
}

static int device_release(struct inode *inode, struct file *file)
{
	struct iom_session *session = file->private_data;

	mutex_lock(&iom_mutex);
	session_stop(session, false);
	list_del_rcu(&session->node);
	mutex_unlock(&iom_mutex);
	/* Probes that walk the list of sessions. */
	synchronize_rcu();
	session_free(session);
	return 0;
}

/* ---- ioctl ---------------------------------------------------------------------- */

/* A process that can be watched: its number. -EINVAL: a kernel thread, -ESRCH: it has left,
 * or is leaving: its last thread has told, or is about to tell, that there is no target any
 * more (probe_sched_process_exit()).
 */
static int number_of(struct pid *pid, u32 *tgid)
{
	struct task_struct *t;
	int err = 0;

	rcu_read_lock();
	t = pid_task(pid, PIDTYPE_TGID);
	if (!t || !atomic_read(&t->signal->live))
		err = -ESRCH;
	else if (t->flags & PF_KTHREAD)
		err = -EINVAL;
	else
		*tgid = t->tgid;
	rcu_read_unlock();
	return err;
}

static int watch(struct iom_session *session, struct pid *pid, u32 tgid)
{
	int err = iom_target_add(session, pid, tgid, GFP_KERNEL);

	if (err)
		return err;
	/* If it left meanwhile it may have found no target yet, and nobody else would ever
	 * take it away: the number will be another's.
	 */
	smp_mb();
	err = number_of(pid, &tgid);
	if (err)
		iom_target_leaves(session, tgid);
	return err;
}

static int do_add(struct iom_session *session, struct iom_target *arg)
{
	struct pid *pid;
	u32 tgid = 0;
	int err;

	if (arg->pad || arg->flags & ~(IOM_ADD_ON_EXEC | IOM_ADD_ASK))
		return -EINVAL;
	/* The file may have been passed to somebody who may not. */
	if (!capable(CAP_PERFMON) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	pid = iom_pid_of_fd(arg->pidfd);
	if (IS_ERR(pid))
		return PTR_ERR(pid);
	err = number_of(pid, &tgid);
	arg->tgid = tgid;
	if (!err && session->stopped)
		err = -ESHUTDOWN;
	if (!err && arg->flags & IOM_ADD_ON_EXEC)
		put_pid(xchg(&session->arm, get_pid(pid)));
	else if (!err && !(arg->flags & IOM_ADD_ASK))
		err = watch(session, pid, tgid);
	put_pid(pid);
	return err;
}

static int do_start(struct iom_session *session, struct iom_start *arg)
{
	int err = 0;

	if (arg->flags & ~IOM_START_FOLLOW)
		return -EINVAL;
	mutex_lock(&iom_mutex);
	if (session->running || session->stopped)
		err = -EBUSY;
	else
		err = iom_probes_get();
	if (!err) {
		session->follow = arg->flags & IOM_START_FOLLOW;
		session->missed_before = iom_probes_missed();
		/* Followers are looked for as soon as it runs. */
		smp_store_release(&session->running, true);
		arg->have = iom_probes_have();
	}
	mutex_unlock(&iom_mutex);
	return err;
}

static int do_window(struct iom_session *session, const struct iom_window *arg)
{
	int err = 0;

	if (arg->pad)
		return -EINVAL;
	mutex_lock(&iom_mutex);
	if (!session->running) {
		err = -EINVAL;
	} else if (!arg->number) {
		if (session->window) {
			WRITE_ONCE(session->window, 0);
			iom_window_put();
		}
	} else {
		if (!session->window)
			err = iom_window_get();
		if (!err)
			WRITE_ONCE(session->window, arg->number);
	}
	mutex_unlock(&iom_mutex);
	return err;
}

static int do_stop(struct iom_session *session)
{
	mutex_lock(&iom_mutex);
	session_stop(session, true);
	session->stopped = true;
	mutex_unlock(&iom_mutex);
	iom_shared_queue(session);
	wake_up_interruptible(&session->wait);
	return 0;
}

static void do_stats(struct iom_session *session, struct iom_session_stats *s)
{
	atomic64_t *l = session->losses;

	s->stats.lost_rows = atomic64_read(&l[IOM_LOST_ROWS]);
	s->stats.lost_threads = atomic64_read(&l[IOM_LOST_THREADS]);
	s->stats.lost_records = atomic64_read(&l[IOM_LOST_RECORDS]);
	s->stats.lost_samples = atomic64_read(&l[IOM_LOST_SAMPLES]);
	s->stats.lost_async = atomic64_read(&l[IOM_LOST_ASYNC]) + iom_probes_missed() -
			      session->missed_before;
	s->stats.compat_calls = atomic64_read(&l[IOM_SEEN_COMPAT]);
	s->stats.unknown_calls = atomic64_read(&l[IOM_SEEN_UNKNOWN]);
	s->clock_offset = session->clock_offset;
	s->queued = READ_ONCE(session->queued);
	s->rows = atomic_read(&session->rows);
	s->threads = atomic_read(&session->threads);
	s->targets = atomic_read(&session->targets);
}

static long do_ioctl(struct iom_session *session, unsigned int cmd, void __user *at)
{
	union {
		struct iom_version version;
		struct iom_target target;
		struct iom_start start;
		struct iom_window window;
		struct iom_session_stats stats;
	} arg;
	int err;

	memset(&arg, 0, sizeof(arg));
	if (_IOC_DIR(cmd) & _IOC_WRITE && copy_from_user(&arg, at, _IOC_SIZE(cmd)))
		return -EFAULT;
	switch (cmd) {
	case IOM_IOC_VERSION:
		arg.version = (struct iom_version){
			.version = IOM_UAPI_VERSION,
			.row_size = sizeof(struct iom_row),
			.thread_size = sizeof(struct iom_thread),
			.sample_size = sizeof(struct iom_sample),
		};
		err = 0;
		break;
	case IOM_IOC_ADD:
		err = do_add(session, &arg.target);
		break;
	case IOM_IOC_START:
		err = do_start(session, &arg.start);
		break;
	case IOM_IOC_SCAN:
		iom_fact_scan(session);
		err = 0;
		break;
	case IOM_IOC_ROWS:
		err = iom_rows_so_far(session);
		break;
	case IOM_IOC_WINDOW:
		err = do_window(session, &arg.window);
		break;
	case IOM_IOC_STOP:
		err = do_stop(session);
		break;
	default: /* device_ioctl() lets no other through */
		do_stats(session, &arg.stats);
		err = 0;
		break;
	}
	if (!err && _IOC_DIR(cmd) & _IOC_READ && copy_to_user(at, &arg, _IOC_SIZE(cmd)))
		err = -EFAULT;
	return err;
}

static long device_ioctl(struct file *file, unsigned int cmd, unsigned long at)
{
	struct iom_session *session = file->private_data;
	long err;

	switch (cmd) {
	case IOM_IOC_VERSION:
	case IOM_IOC_ADD:
	case IOM_IOC_START:
	case IOM_IOC_SCAN:
	case IOM_IOC_ROWS:
	case IOM_IOC_WINDOW:
	case IOM_IOC_STOP:
	case IOM_IOC_STATS:
		break;
	default: /* a wrong size is another number */
		return -ENOTTY;
	}
	if (mutex_lock_interruptible(&session->lock))
		return -ERESTARTSYS;
	err = do_ioctl(session, cmd, (void __user *)at);
	mutex_unlock(&session->lock);
	return err;
}

/* ---- reading --------------------------------------------------------------------- */

/* Whole records; one whose copy fails stays in the queue. */
static ssize_t read_some(struct iom_session *session, char __user *to, size_t size)
{
	struct iom_entry *e;
	size_t done = 0;

	lockdep_assert_held(&session->lock);
	while ((e = iom_queue_first(session)) && e->head.size <= size - done) {
		if (copy_to_user(to + done, &e->record, e->head.size))
			return done ? done : -EFAULT;
		done += e->head.size;
		iom_queue_drop_first(session);
		if (signal_pending(current))
			break;
		cond_resched();
	}
	return done;
}

static bool has_something(struct iom_session *session)
{
	return READ_ONCE(session->queued) || READ_ONCE(session->stopped);
}

static ssize_t device_read(struct file *file, char __user *to, size_t size, loff_t *pos)
{
	struct iom_session *session = file->private_data;
	bool stopped;
	ssize_t n;

	if (size < IOM_READ_MIN)
		return -EINVAL;
	for (;;) {
		if (mutex_lock_interruptible(&session->lock))
			return -ERESTARTSYS;
		n = read_some(session, to, size);
		stopped = session->stopped;
		mutex_unlock(&session->lock);
		if (n || stopped)
			return n;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(session->wait, has_something(session)))
			return -ERESTARTSYS;
	}
}

static __poll_t device_poll(struct file *file, poll_table *wait)
{
	struct iom_session *session = file->private_data;

	poll_wait(file, &session->wait, wait);
	return has_something(session) ? EPOLLIN | EPOLLRDNORM : 0;
}

static int device_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct iom_session *session = file->private_data;

	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EPERM;
	iom_vma_readonly(vma);
	/* Checks offset and size against what was allocated (mm/vmalloc.c). */
	return remap_vmalloc_range(vma, session->gens, vma->vm_pgoff);
}

static const struct file_operations operations = {
	.owner = THIS_MODULE,
	.open = device_open,
	.release = device_release,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.read = device_read,
	.poll = device_poll,
	.mmap = device_mmap,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "iomodel",
	.fops = &operations,
	.mode = 0600,
};

int iom_device_init(void)
{
	return misc_register(&device);
}

void iom_device_exit(void)
{
	misc_deregister(&device);
}
