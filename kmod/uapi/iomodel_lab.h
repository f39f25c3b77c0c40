/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * iomodel_lab.h - /dev/iomodel-lab0..N, a source of bytes on which all five
 * I/O models work for real, and an oracle that says what really happened.
 *
 * A device is a queue of bytes: write(2) feeds it, read(2) empties it, and all
 * who have it open share it. Bytes can be read phase1_ns after they were
 * written (waiting for data); moving them to the reader takes phase2_ns more
 * (copying). Both are the device's and 0 at first. A device is as new, empty and
 * without delays, whenever its last open file is closed.
 *
 * read: blocking, with O_NONBLOCK, RWF_NOWAIT, poll/select/epoll, O_ASYNC with
 * F_SETSIG (si_fd, si_band), libaio and io_uring, whose requests wait in the
 * device and complete later. write never waits: a full queue is EAGAIN,
 * whatever the flags.
 *
 * Phase 2 is time of a processor, that of the reader, in a read that returns when
 * it is done and in a request that is done before submission returns. A request
 * that has waited is moved by the device, as hardware would: it takes the time and
 * no processor, side by side with others, and in the order of the data.
 *
 * With a source (IOM_LAB_SET_SOURCE) the device feeds itself, and has an end of data:
 * read returns 0, poll says POLLIN and POLLHUP, requests complete with 0.
 *
 * Who feeds also rules: what changes the device or tells of all its users is for files
 * open for writing, EPERM for others; while there is a source, GET_TIMING too.
 */
#ifndef _UAPI_IOMODEL_LAB_H
#define _UAPI_IOMODEL_LAB_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* Limits of one device. Bytes and messages count from their writing until they are
 * with a reader; a message counts once for each IOM_LAB_PIECE_BYTES or part of it.
 */
#define IOM_LAB_QUEUE_BYTES    65536 /* a write that does not fit: EAGAIN */
#define IOM_LAB_QUEUE_MESSAGES 512   /* the same */
#define IOM_LAB_PIECE_BYTES    2000
#define IOM_LAB_REQUESTS       64    /* under way at once; beyond: ENOBUFS */
#define IOM_LAB_REQUESTS_ALL   512   /* the same, over all devices */
#define IOM_LAB_SEGMENTS       32    /* a request fills no more of its vector's */
#define IOM_LAB_WAITERS	       256   /* waiting in poll, select, epoll; beyond: EPOLLERR */
#define IOM_LAB_ARMED	       64    /* files with O_ASYNC; beyond: ENOSPC */

#define IOM_LAB_PHASE_MAX_NS  10000000000ULL /* ten seconds, each phase */
#define IOM_LAB_PERIOD_MIN_NS 1000000ULL     /* a millisecond; at most as a phase */

struct iom_lab_timing {
	__u64 phase1_ns;
	__u64 phase2_ns;
	__u64 flags; /* must be 0 */
};

/*
 * What happened to this open file since it was opened, or since
 * IOM_LAB_RESET. A read counts in exactly one of ok, ok_slept, eagain,
 * interrupted, error, end; an asynchronous one (libaio, io_uring) in the async
 * fields instead. Asleep is who gave up the processor: a reader that is woken
 * before it could is not.
 */
struct iom_lab_stats {
	__u64 read_ok;		/* reads that returned data without sleeping */
	__u64 read_ok_slept;	/* reads that returned data after sleeping */
	__u64 read_eagain;	/* reads that found nothing and were told not to wait */
	__u64 read_interrupted; /* reads ended by a signal before any data came */
	__u64 read_error;	/* any other failure, EFAULT for one */
	__u64 read_bytes;
	__u64 sleeps;		/* times a reader slept inside read */
	__u64 polled;		/* times the file was asked whether it is ready */
	__u64 polled_ready;	/* of these: the answer was yes */
	__u64 signalled;	/* times a signal was sent because data became ready */
	__u64 async_submitted;	/* requests taken with -EIOCBQUEUED */
	__u64 async_inline;	/* requests done before submission returned */
	__u64 async_late;	/* requests completed later, with data */
	__u64 async_cancelled;	/* requests completed later, with an error */
	__u64 async_bytes;
	__u64 write_ok;
	__u64 write_eagain;
	__u64 write_bytes;
	__u64 phase1_ns;	/* asleep in read, or queued, until data was there */
	__u64 phase2_ns;	/* moving data */
	__u64 read_end;		/* reads and requests told that the source has ended */
	__u64 lag_ns;		/* from ready to taken, all messages together */
	__u64 lag_max_ns;	/* the longest of them */
	__u64 async_depth_max;	/* requests under way at once, at most */
};

/*
 * A source of so many messages of so many bytes. On demand a burst of them becomes ready
 * phase1_ns after data was asked for in vain: by a read that sleeps or is told EAGAIN, by a
 * poll that finds nothing, by a request that has to wait; and where a file has O_ASYNC, or
 * another reader sleeps, by the taking of the last byte that was ready. Clocked, a burst
 * becomes ready every period_ns, the first phase1_ns after data was first asked for;
 * nothing is lost, however late it is taken. The source has ended when all its bytes are
 * with their readers.
 *
 * Whoever waits is told once for each burst, and once of the end.
 */
struct iom_lab_source {
	__u64 seed;
	__u32 messages;	 /* 0: no source; the device is fed by write again */
	__u32 bytes;	 /* of one message */
	__u32 burst;	 /* messages at a time; together at most IOM_LAB_QUEUE_BYTES */
	__u32 flags;	 /* IOM_LAB_CLOCKED, or 0: on demand */
	__u64 period_ns; /* clocked: from IOM_LAB_PERIOD_MIN_NS on; else 0 */
};

#define IOM_LAB_CLOCKED 1

/* The bytes of a source are the words 0, 1, 2... of this, lowest byte first; messages
 * follow each other without a gap.
 */
static inline __u64 iom_lab_word(__u64 seed, __u64 n)
{
	__u64 z = seed + (n + 1) * 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

#define IOM_LAB_IOC 0xb6
#define IOM_LAB_SET_TIMING _IOW(IOM_LAB_IOC, 0x80, struct iom_lab_timing)
#define IOM_LAB_GET_TIMING _IOR(IOM_LAB_IOC, 0x81, struct iom_lab_timing)
#define IOM_LAB_GET_STATS  _IOR(IOM_LAB_IOC, 0x82, struct iom_lab_stats)
#define IOM_LAB_RESET	   _IO(IOM_LAB_IOC, 0x83) /* this file's stats to 0 */
#define IOM_LAB_FLUSH	   _IO(IOM_LAB_IOC, 0x84) /* throw away what is queued, and a source */
/* Throws away what is queued, too, and begins the totals anew. write: EBUSY from now on. */
#define IOM_LAB_SET_SOURCE _IOW(IOM_LAB_IOC, 0x85, struct iom_lab_source)
/* Of all files of the device, closed ones too, since SET_SOURCE or the device's first
 * opening; RESET changes nothing of it.
 */
#define IOM_LAB_GET_TOTAL _IOR(IOM_LAB_IOC, 0x86, struct iom_lab_stats)

#endif
