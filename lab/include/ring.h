/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ring.h - io_uring in five functions, for programs that do not want a library. One ring has
 * 64 places; nobody but the thread that made it may use it.
 *
 *   ring_open(&r)                 make it; -1 and errno where it cannot be had
 *   ring_read(&r, fd, buf, n, id) put a read request into the queue; id comes back with it
 *   ring_submit(&r)               hand over what is queued; does not wait
 *   ring_wait(&r, &done)          sleep until one request is completed; take it
 *   ring_take(&r, &done)          take one that is completed already; 0: none
 */
#ifndef RING_H
#define RING_H

#include <errno.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RING_PLACES 64

struct ring {
	int fd;
	unsigned int queued;
	unsigned int *sq_tail, *sq_mask, *sq_array;
	unsigned int *cq_head, *cq_tail, *cq_mask;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
	unsigned char flags; /* for each request that ring_read() makes: IOSQE_... */
};

struct ring_done {
	uint64_t id;
	int result; /* bytes, 0 at the end of the source, or -errno */
};

static inline int ring_open(struct ring *r)
{
	struct io_uring_params p = {0};
	int prot = PROT_READ | PROT_WRITE, how = MAP_SHARED | MAP_POPULATE;
	char *sq, *cq;

	memset(r, 0, sizeof(*r));
	r->fd = (int)syscall(SYS_io_uring_setup, RING_PLACES, &p);
	if (r->fd < 0)
		return -1;
	sq = (char *)mmap(NULL, p.sq_off.array + p.sq_entries * sizeof(unsigned int), prot, how, r->fd,
			  IORING_OFF_SQ_RING);
	cq = (char *)mmap(NULL, p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe), prot, how,
			  r->fd, IORING_OFF_CQ_RING);
	r->sqes = (struct io_uring_sqe *)mmap(NULL, p.sq_entries * sizeof(struct io_uring_sqe), prot,
					      how, r->fd, IORING_OFF_SQES);
	if (sq == (char *)MAP_FAILED || cq == (char *)MAP_FAILED || r->sqes == MAP_FAILED)
		return -1;
	r->sq_tail = (unsigned int *)(sq + p.sq_off.tail);
	r->sq_mask = (unsigned int *)(sq + p.sq_off.ring_mask);
	r->sq_array = (unsigned int *)(sq + p.sq_off.array);
	r->cq_head = (unsigned int *)(cq + p.cq_off.head);
	r->cq_tail = (unsigned int *)(cq + p.cq_off.tail);
	r->cq_mask = (unsigned int *)(cq + p.cq_off.ring_mask);
	r->cqes = (struct io_uring_cqe *)(cq + p.cq_off.cqes);
	return 0;
}

static inline void ring_read(struct ring *r, int fd, void *buf, unsigned int n, uint64_t id)
{
	unsigned int tail = *r->sq_tail, place = tail & *r->sq_mask;

	r->sqes[place] = (struct io_uring_sqe){.opcode = IORING_OP_READ, .flags = r->flags, .fd = fd,
					       .addr = (uintptr_t)buf, .len = n, .user_data = id};
	r->sq_array[place] = place;
	__atomic_store_n(r->sq_tail, tail + 1, __ATOMIC_RELEASE);
	r->queued++;
}

static inline int ring_submit(struct ring *r)
{
	int n = (int)syscall(SYS_io_uring_enter, r->fd, r->queued, 0, 0, NULL, 0);

	if (n > 0)
		r->queued -= (unsigned int)n;
	return n;
}

static inline int ring_take(struct ring *r, struct ring_done *done)
{
	unsigned int head = *r->cq_head;

	if (head == __atomic_load_n(r->cq_tail, __ATOMIC_ACQUIRE))
		return 0;
	done->id = r->cqes[head & *r->cq_mask].user_data;
	done->result = r->cqes[head & *r->cq_mask].res;
	__atomic_store_n(r->cq_head, head + 1, __ATOMIC_RELEASE);
	return 1;
}

static inline int ring_wait(struct ring *r, struct ring_done *done)
{
	while (!ring_take(r, done))
		if (syscall(SYS_io_uring_enter, r->fd, 0, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0 &&
		    errno != EINTR)
			return -1;
	return 0;
}

#endif
