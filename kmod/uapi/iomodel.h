/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * iomodel.h - /dev/iomodel, the back end that is a kernel module.
 *
 * Each open file is a session of its own: it names its processes, starts,
 * reads records and stops. The records are those of facts.h, in the order in
 * which they were made per thread, each behind a struct iom_record.
 *
 *   open       needs CAP_PERFMON besides permission for the node
 *   ADD        name processes, before or after START
 *   START      from now on facts are recorded
 *   SCAN       queue one IOM_T_STATE record for each thread of each process
 *   ROWS       queue an IOM_R_SO_FAR record for each row that still counts, as it is now.
 *              -EBUSY while records of an earlier one are in the queue.
 *   read       whole records, as many as fit. Nothing there: 0 once stopped, else
 *              -EAGAIN with O_NONBLOCK, else it waits. A buffer smaller than
 *              IOM_READ_MIN is -EINVAL.
 *   poll       readable when a record wants to be seen soon, or the queue fills
 *   mmap       IOM_GENS __u32, read-only: generations of descriptors, IOM_GEN_INDEX()
 *   STOP       nothing more is recorded; what is still counted in tables is queued,
 *              so that reading to the end gives whole counts
 *   close      the same, and everything is forgotten
 *
 * Fields named pad and bits of flags not named here must be 0: -EINVAL.
 */
#ifndef _UAPI_IOMODEL_H
#define _UAPI_IOMODEL_H

#include <linux/ioctl.h>
#include <linux/types.h>

#include "facts.h"

#define IOM_UAPI_VERSION 3
#define IOM_READ_MIN	 512 /* bytes; no record is larger */

struct iom_version {
	__u32 version;	  /* IOM_UAPI_VERSION of the module */
	__u32 row_size;	  /* sizeof() of the three records as the module has them */
	__u32 thread_size;
	__u32 sample_size;
};

#define IOM_ADD_ON_EXEC 0x1 /* watch it from its next exec on */
#define IOM_ADD_ASK	0x2 /* only tell its number */

struct iom_target {
	__s32 pidfd;
	__u32 flags; /* IOM_ADD_* */
	__u32 tgid;  /* out: the kernel's number of the process */
	__u32 pad;
};

#define IOM_START_FOLLOW 0x1 /* children of watched processes are watched too */

#define IOM_HAVE_AIO   0x1 /* requests of libaio are followed */
#define IOM_HAVE_URING 0x2 /* io_uring's tracepoints are there */

struct iom_start {
	__u32 flags; /* IOM_START_* */
	__u32 have;  /* out: IOM_HAVE_* */
};

struct iom_window {
	__u32 number; /* 0: the sampled window ends */
	__u32 pad;
};

struct iom_session_stats {
	struct iom_stats stats;
	__u64 clock_offset; /* CLOCK_MONOTONIC - the scheduler's clock, after the first SCAN */
	__u32 queued;	    /* records waiting to be read */
	__u32 rows;	    /* in tables and in the queue */
	__u32 threads;	    /* watched just now */
	__u32 targets;
};

#define IOM_IOC 0xb6
#define IOM_IOC_VERSION _IOR(IOM_IOC, 0x00, struct iom_version)
#define IOM_IOC_ADD	_IOWR(IOM_IOC, 0x01, struct iom_target)
#define IOM_IOC_START	_IOWR(IOM_IOC, 0x02, struct iom_start)
#define IOM_IOC_SCAN	_IO(IOM_IOC, 0x03)
#define IOM_IOC_WINDOW	_IOW(IOM_IOC, 0x04, struct iom_window)
#define IOM_IOC_STOP	_IO(IOM_IOC, 0x05)
#define IOM_IOC_STATS	_IOR(IOM_IOC, 0x06, struct iom_session_stats)
#define IOM_IOC_ROWS	_IO(IOM_IOC, 0x07)

#endif
