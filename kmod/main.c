// SPDX-License-Identifier: GPL-2.0-only
/*
 * iomodel - facts about the I/O of processes, and a device to learn them on.
 *
 * Two things that share nothing but the module: /dev/iomodel records what
 * watched processes do (device.c and all it uses); /dev/iomodel-lab* is a data
 * source on which all five I/O models work (lab.c).
 */
#include <linux/module.h>

#include "lab.h"
#include "session.h"

static int __init iom_init(void)
{
	int err;

	err = iom_entries_init();
	if (err)
		return err;
	err = iom_followed_init();
	if (err)
		goto entries;
	err = iom_tables_init();
	if (err)
		goto followed;
	err = iom_probes_init();
	if (err)
		goto tables;
	err = iom_lab_init();
	if (err)
		goto probes;
	/* Last: from here on somebody may come. */
	err = iom_device_init();
	if (err)
		goto lab;
	return 0;
lab:
	iom_lab_exit();
probes:
	iom_probes_exit();
tables:
	iom_tables_exit();
followed:
	iom_followed_exit();
entries:
	iom_entries_exit();
	return err;
}

static void __exit iom_exit(void)
{
	/* No file is open: every session is gone, and with it every probe. */
	iom_device_exit();
	iom_lab_exit();
	iom_probes_exit();
	iom_tables_exit();
	iom_followed_exit();
	iom_entries_exit();
}

module_init(iom_init);
module_exit(iom_exit);

MODULE_DESCRIPTION("iomodel: which I/O model a process uses, and a lab device");
MODULE_AUTHOR("The iomodel authors");
MODULE_VERSION("0.2.0");
MODULE_LICENSE("GPL");
