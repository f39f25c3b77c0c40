// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab_signal.c - files of the lab device that are told by signals (O_ASYNC).
 *
 * A signal may be for a whole process group, and how long that is the owner says. So
 * signals are sent by a work item, file after file, with nothing held but the mutex that
 * keeps the files from going. The VFS calls fasync() before release() (fs/file_table.c,
 * __fput()): what is on the list is open.
 */
#include <linux/sched.h>

#include "lab.h"

static void tell_all(struct lab_device *device)
{
	struct lab_file *file;

	mutex_lock(&device->arming);
	list_for_each_entry(file, &device->armed, armed) {
		spin_lock_irq(&device->lock);
		lab_count(file, signalled, 1);
		spin_unlock_irq(&device->lock);
		kill_fasync(&file->fasync, SIGIO, POLL_IN);
		cond_resched();
	}
	mutex_unlock(&device->arming);
}

static void on_signal(struct work_struct *work)
{
	struct lab_device *device = container_of(work, struct lab_device, signal);
	bool any;

	for (;;) {
		spin_lock_irq(&device->lock);
		any = device->signals;
		if (any)
			device->signals--;
		spin_unlock_irq(&device->lock);
		if (!any)
			return;
		tell_all(device);
	}
}

void lab_signal_begin(struct lab_device *device)
{
	mutex_init(&device->arming);
	INIT_LIST_HEAD(&device->armed);
	INIT_WORK(&device->signal, on_signal);
}

int lab_fasync(int fd, struct file *filp, int on)
{
	struct lab_file *file = filp->private_data;
	struct lab_device *device = file->device;
	bool was;
	int rc;

	mutex_lock(&device->arming);
	was = !list_empty(&file->armed);
	if (on && !was && device->armed_files >= IOM_LAB_ARMED)
		rc = -ENOSPC;
	else
		rc = fasync_helper(fd, filp, on, &file->fasync);
	spin_lock_irq(&device->lock);
	if (on && !was && rc >= 0) {
		list_add(&file->armed, &device->armed);
		device->armed_files++;
		lab_ask(device);
	} else if (!on && was) {
		list_del_init(&file->armed);
		device->armed_files--;
	}
	lab_unlock(device);
	mutex_unlock(&device->arming);
	return rc;
}
