/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ref_uring.h - io_uring and libaio by their system calls, no library: what a
 * reference program submits and when it enters the kernel must be known exactly.
 * Kernel facts from linux/io_uring.h and linux/aio_abi.h.
 */
#ifndef REF_URING_H
#define REF_URING_H

#include <linux/aio_abi.h>
#include <linux/io_uring.h>
#include <sys/mman.h>

#include "ref.h"

struct ref_ring {
	int fd;
	unsigned int *sq_tail, *sq_mask, *sq_flags, *sq_array;
	unsigned int *cq_head, *cq_tail, *cq_mask;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
};

/* A ring of 64 entries; false where the kernel has none or it is switched off. With SQPOLL
 * its thread looks for requests for idle ms more. */
static inline bool ref_ring_open_idle(struct ref_ring *r, unsigned int flags, unsigned int idle)
{
	struct io_uring_params p = {.flags = flags, .sq_thread_idle = idle};
	char *sq, *cq;

	r->fd = (int)syscall(__NR_io_uring_setup, 64, &p);
	if (r->fd < 0)
		return false;
	sq = mmap(NULL, p.sq_off.array + p.sq_entries * sizeof(unsigned int), PROT_READ | PROT_WRITE,
		  MAP_SHARED | MAP_POPULATE, r->fd, IORING_OFF_SQ_RING);
	cq = mmap(NULL, p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe),
		  PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, r->fd, IORING_OFF_CQ_RING);
	r->sqes = mmap(NULL, p.sq_entries * sizeof(struct io_uring_sqe), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_POPULATE, r->fd, IORING_OFF_SQES);
	if (sq == MAP_FAILED || cq == MAP_FAILED || r->sqes == MAP_FAILED)
		ref_die("mmap of the ring");
	r->sq_tail = (unsigned int *)(sq + p.sq_off.tail);
	r->sq_mask = (unsigned int *)(sq + p.sq_off.ring_mask);
	r->sq_flags = (unsigned int *)(sq + p.sq_off.flags);
	r->sq_array = (unsigned int *)(sq + p.sq_off.array);
	r->cq_head = (unsigned int *)(cq + p.cq_off.head);
	r->cq_tail = (unsigned int *)(cq + p.cq_off.tail);
	r->cq_mask = (unsigned int *)(cq + p.cq_off.ring_mask);
	r->cqes = (struct io_uring_cqe *)(cq + p.cq_off.cqes);
	return true;
}

static inline bool ref_ring_open(struct ref_ring *r, unsigned int flags)
{
	return ref_ring_open_idle(r, flags, 100);
}

/* Put one request into the queue; the kernel takes it at the next enter. */
static inline void ref_ring_put(struct ref_ring *r, const struct io_uring_sqe *sqe)
{
	unsigned int tail = *r->sq_tail, i = tail & *r->sq_mask;

	r->sqes[i] = *sqe;
	r->sq_array[i] = i;
	__atomic_store_n(r->sq_tail, tail + 1, __ATOMIC_RELEASE);
}

static inline int ref_ring_enter(struct ref_ring *r, unsigned int submit, unsigned int wait,
				 unsigned int flags)
{
	return (int)syscall(__NR_io_uring_enter, r->fd, submit, wait,
			    flags | (wait ? IORING_ENTER_GETEVENTS : 0), NULL, 0);
}

/* The next completion that is there already; false: none. */
static inline bool ref_ring_take(struct ref_ring *r, struct io_uring_cqe *cqe)
{
	unsigned int head = *r->cq_head;

	if (head == __atomic_load_n(r->cq_tail, __ATOMIC_ACQUIRE))
		return false;
	*cqe = r->cqes[head & *r->cq_mask];
	__atomic_store_n(r->cq_head, head + 1, __ATOMIC_RELEASE);
	return true;
}

/* Sleep in io_uring_enter until one is there. */
static inline void ref_ring_wait(struct ref_ring *r, struct io_uring_cqe *cqe)
{
	while (!ref_ring_take(r, cqe))
		if (ref_ring_enter(r, 0, 1, 0) < 0 && errno != EINTR)
			ref_die("io_uring_enter");
}

static inline struct io_uring_sqe ref_sqe(int op, int fd, void *buf, unsigned int len, uint64_t user)
{
	return (struct io_uring_sqe){.opcode = (uint8_t)op, .fd = fd, .addr = (uintptr_t)buf,
				     .len = len, .user_data = user};
}

/* ---- libaio ---- */

static inline aio_context_t ref_aio_open(unsigned int n)
{
	aio_context_t ctx = 0;

	if (syscall(__NR_io_setup, n, &ctx) < 0)
		ref_skip("this kernel has no asynchronous I/O (io_setup)");
	return ctx;
}

static inline struct iocb ref_iocb(int op, int fd, void *buf, size_t len, long long offset)
{
	return (struct iocb){.aio_lio_opcode = (uint16_t)op, .aio_fildes = (uint32_t)fd,
			     .aio_buf = (uintptr_t)buf, .aio_nbytes = len, .aio_offset = offset};
}

static inline void ref_aio_submit(aio_context_t ctx, struct iocb *cb)
{
	if (syscall(__NR_io_submit, ctx, 1, &cb) != 1)
		ref_die("io_submit");
}

/* Wait for one completion. */
static inline struct io_event ref_aio_wait(aio_context_t ctx)
{
	struct io_event ev;
	long n;

	do {
		n = syscall(__NR_io_getevents, ctx, 1, 1, &ev, NULL);
	} while (n < 0 && errno == EINTR);
	if (n != 1)
		ref_die("io_getevents");
	return ev;
}

#endif
