/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * async.bpf.h - io_uring requests by their tracepoints, libaio requests by calls.
 *
 * An io_uring request is followed by its address, never by current: it may be
 * submitted by the SQPOLL thread, run by a worker and completed by anyone.
 * Tracepoint prototypes differ between kernels; where they do there is one
 * program per shape and the collector loads the one that fits.
 */
#ifndef IOM_ASYNC_BPF_H
#define IOM_ASYNC_BPF_H

#include "shared.bpf.h"

#define IOM_REQ_FIXED_FILE  1u /* REQ_F_FIXED_FILE, bit 0 of io_kiocb.flags on all versions */
#define IOM_CQE_MORE	    2u /* IORING_CQE_F_MORE */

struct iom_request { /* one request in flight */
	__u64 row;	 /* key in shared */
	__u64 ring;	 /* its struct io_ring_ctx */
	__u64 nvcsw;	 /* of the submitter, at submission */
	__u32 tid;	 /* submitter */
	__u32 ring_calls; /* of the submitter, at submission */
	__u32 elsewhere; /* handed to a worker, or waits in an internal poll */
	__u32 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC); /* most programs have none: allocating all takes 10 ms */
	__uint(max_entries, 65536);
	__type(key, __u64); /* struct io_kiocb * */
	__type(value, struct iom_request);
} requests SEC(".maps");

struct iom_multishot {
	__u64 ring, user_data;
};

struct { /* completions of a multishot request carry no request, only its user_data */
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct iom_multishot);
	__type(value, __u64); /* key in shared */
} multishots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);   /* struct io_ring_ctx * */
	__type(value, __s64); /* requests in flight */
} rings SEC(".maps");

static __always_inline __s64 *ring_depth(__u64 ring)
{
	__s64 *depth = bpf_map_lookup_elem(&rings, &ring), none = 0;

	if (depth)
		return depth;
	bpf_map_update_elem(&rings, &ring, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&rings, &ring);
}

static __always_inline int uring_submitted(struct io_kiocb *req)
{
	struct task_struct *t = bpf_get_current_task_btf();
	struct iom_request fresh = {}, *old;
	struct iom_multishot shot;
	struct iom_slot *s;
	struct iom_row *r, *was;
	__u64 id = (__u64)req;
	__u32 fd, opcode;
	__s64 *depth, before = 1;

	if (!watched(t->tgid))
		return 0;
	opcode = req->opcode;
	fd = req->cqe.fd;
	if ((BPF_CORE_READ_BITFIELD_PROBED(req, flags) & IOM_REQ_FIXED_FILE) || (__s32)fd < 0)
		fd = IOM_FD_NONE; /* the file is known when it completes */
	fresh.row = row_key(t->pid, fd, IOM_C_URING_REQ, opcode);
	r = shared_get(fresh.row, t->tgid);
	if (!r) {
		IOM_COUNT(lost_async);
		return 0;
	}
	r->nr = opcode;
	fresh.ring = (__u64)req->ctx;
	fresh.tid = t->pid;
	fresh.nvcsw = t->nvcsw;
	s = slot_find(t->pid);
	if (s)
		fresh.ring_calls = s->ring_calls;
	depth = ring_depth(fresh.ring);
	old = bpf_map_lookup_elem(&requests, &id);
	if (old) { /* it completed without a word (IOSQE_CQE_SKIP_SUCCESS) and its memory is used again */
		was = bpf_map_lookup_elem(&shared, &old->row);
		if (was)
			__sync_fetch_and_add(&was->n[IOM_A_LATE], 1);
		if (depth && old->ring == fresh.ring)
			__sync_fetch_and_add(depth, -1);
	}
	if (depth)
		before = __sync_fetch_and_add(depth, 1);
	__sync_fetch_and_add(&r->n[IOM_A_SUBMIT], 1);
	if (before <= 0)
		__sync_fetch_and_add(&r->n[IOM_A_DEPTH1], 1);
	if (t->flags & PF_IO_WORKER) {
		__sync_fetch_and_add(&r->n[IOM_A_SQPOLL], 1);
		fresh.elsewhere = 1;
	}
	if (bpf_map_update_elem(&requests, &id, &fresh, BPF_ANY))
		IOM_COUNT(lost_async);
	shot.ring = fresh.ring;
	shot.user_data = req->cqe.user_data;
	bpf_map_update_elem(&multishots, &shot, &fresh.row, BPF_ANY);
	return 0;
}

SEC("?tp_btf/io_uring_submit_sqe") /* until 6.2 */
int BPF_PROG(iom_uring_submit_sqe, struct io_kiocb *req)
{
	return uring_submitted(req);
}

SEC("?tp_btf/io_uring_submit_req") /* since 6.3 */
int BPF_PROG(iom_uring_submit_req, struct io_kiocb *req)
{
	return uring_submitted(req);
}

/* The request does not run in the submitting call: a worker or a poll has it. */
static __always_inline int uring_elsewhere(struct io_kiocb *req, __u32 counter)
{
	__u64 id = (__u64)req;
	struct iom_request *q = bpf_map_lookup_elem(&requests, &id);
	struct iom_row *r;

	if (!q)
		return 0;
	q->elsewhere = 1;
	r = bpf_map_lookup_elem(&shared, &q->row);
	if (r)
		__sync_fetch_and_add(&r->n[counter], 1);
	return 0;
}

SEC("?tp_btf/io_uring_queue_async_work")
int BPF_PROG(iom_uring_queue_async_work, struct io_kiocb *req)
{
	return uring_elsewhere(req, IOM_A_WORKER);
}

SEC("?tp_btf/io_uring_poll_arm")
int BPF_PROG(iom_uring_poll_arm, struct io_kiocb *req)
{
	return uring_elsewhere(req, IOM_A_POLLARM);
}

/* Opcodes whose result is a number of bytes: READV WRITEV READ_FIXED WRITE_FIXED
 * SENDMSG RECVMSG READ WRITE SEND RECV SPLICE TEE SEND_ZC SENDMSG_ZC READ_MULTISHOT */
#define IOM_OPS_BYTES                                                                              \
	(1ULL << 1 | 1ULL << 2 | 1ULL << 4 | 1ULL << 5 | 1ULL << 9 | 1ULL << 10 | 1ULL << 22 |     \
	 1ULL << 23 | 1ULL << 26 | 1ULL << 27 | 1ULL << 30 | 1ULL << 33 | 1ULL << 47 |             \
	 1ULL << 48 | 1ULL << 49)

static __always_inline void uring_result(struct iom_row *r, __s32 res)
{
	if (res < 0)
		__sync_fetch_and_add(&r->n[IOM_A_ERR], 1);
	else if (IOM_OPS_BYTES >> (r->nr & 63) & 1)
		__sync_fetch_and_add(&r->bytes, res);
}

static __always_inline int uring_completed(struct io_ring_ctx *ring, void *request, __u64 user_data,
					   __s32 res, __u32 cflags)
{
	__u64 id = (__u64)request, *key;
	struct iom_multishot shot;
	struct iom_request *q;
	struct task_struct *t;
	struct iom_slot *s;
	struct iom_row *r;
	struct file *f;
	__s64 *depth;

	if (!id) {
		shot.ring = (__u64)ring;
		shot.user_data = user_data;
		key = bpf_map_lookup_elem(&multishots, &shot);
		r = key ? bpf_map_lookup_elem(&shared, key) : NULL;
		if (r) {
			__sync_fetch_and_add(&r->n[IOM_A_MORE], 1);
			uring_result(r, res);
		}
		return 0;
	}
	q = bpf_map_lookup_elem(&requests, &id);
	if (!q)
		return 0;
	r = bpf_map_lookup_elem(&shared, &q->row);
	if (!r)
		return 0;
	if (!r->file) {
		f = BPF_CORE_READ((struct io_kiocb *)request, file);
		if (f)
			file_identify(f, r);
	}
	uring_result(r, res);
	if (cflags & IOM_CQE_MORE) {
		__sync_fetch_and_add(&r->n[IOM_A_MORE], 1);
		return 0;
	}
	t = bpf_get_current_task_btf();
	s = slot_find(q->tid);
	if (!q->elsewhere && (__u32)t->pid == q->tid && s && s->ring_calls == q->ring_calls)
		__sync_fetch_and_add(&r->n[t->nvcsw == q->nvcsw ? IOM_A_INLINE : IOM_A_SLEPT], 1);
	else
		__sync_fetch_and_add(&r->n[IOM_A_LATE], 1);
	depth = bpf_map_lookup_elem(&rings, &q->ring);
	if (depth)
		__sync_fetch_and_add(depth, -1);
	bpf_map_delete_elem(&requests, &id);
	return 0;
}

SEC("?tp_btf/io_uring_complete") /* until 6.16 */
int BPF_PROG(iom_uring_complete_values, struct io_ring_ctx *ring, void *req, __u64 user_data,
	     int res, unsigned int cflags)
{
	return uring_completed(ring, req, user_data, res, cflags);
}

SEC("?tp_btf/io_uring_complete") /* later ones */
int BPF_PROG(iom_uring_complete_cqe, struct io_ring_ctx *ring, void *req, struct io_uring_cqe *cqe)
{
	return uring_completed(ring, req, BPF_CORE_READ(cqe, user_data), BPF_CORE_READ(cqe, res),
			       BPF_CORE_READ(cqe, flags));
}

/* ---- libaio: everything at sys_exit ------------------------------------------ */

struct iom_aio_key {
	__u32 tgid, pad;
	__u64 ctx; /* aio_context_t: the address of its ring in the process */
};

struct iom_aio_ctx {
	__u64 submitted, completed;
	__u32 tail, nr; /* as last read */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 4096);
	__type(key, struct iom_aio_key);
	__type(value, struct iom_aio_ctx);
} aio_contexts SEC(".maps");

struct iom_iocb { /* the middle of struct iocb, uapi/linux/aio_abi.h, from offset 16 */
	__u16 opcode;
	__s16 reqprio;
	__u32 fd;
	__u64 buf, nbytes;
};

struct aio_loop {
	struct iom_slot *slot;
	__u64 iocbs; /* address of the array */
	__u32 here; /* requests of this call that were complete when it returned */
	__u32 depth1, slept;
};

static long aio_one(__u32 i, struct aio_loop *l)
{
	struct iom_iocb cb = {};
	struct iom_row *r;
	__u64 at = 0;

	bpf_probe_read_user(&at, sizeof(at), (void *)(l->iocbs + i * 8));
	bpf_probe_read_user(&cb, sizeof(cb), (void *)(at + 16));
	r = row_get(l->slot, cb.fd, IOM_C_AIO_REQ, cb.opcode);
	if (!r)
		return 0;
	r->nr = cb.opcode;
	r->bytes += cb.nbytes;
	r->n[IOM_A_SUBMIT]++;
	if (i < l->here)
		r->n[l->slept ? IOM_A_SLEPT : IOM_A_INLINE]++;
	else
		r->n[IOM_A_LATE]++;
	if (l->depth1)
		r->n[IOM_A_DEPTH1]++;
	return 0;
}

struct aio_find {
	__u64 user_id;
	struct kioctx_table *table;
	struct kioctx *found;
};

static long aio_find_one(__u32 i, struct aio_find *l)
{
	struct kioctx *ctx = NULL;

	bpf_probe_read_kernel(&ctx, sizeof(ctx),
			      (void *)l->table + bpf_core_field_offset(struct kioctx_table, table) +
				      i * sizeof(ctx));
	if (!ctx || BPF_CORE_READ(ctx, user_id) != l->user_id)
		return 0;
	l->found = ctx;
	return 1;
}

/* The kernel's own struct of a context. Its ring says the same to user space,
 * but a program that never looked at the ring has no page of it mapped. */
static __always_inline struct kioctx *aio_kernel_ctx(__u64 user_id)
{
	struct task_struct *t = bpf_get_current_task_btf();
	struct aio_find find = {.user_id = user_id};
	struct kioctx_table *table = BPF_CORE_READ(t, mm, ioctx_table);
	__u32 n;

	if (!table)
		return NULL;
	find.table = table;
	n = BPF_CORE_READ(table, nr);
	bpf_loop(n < 1024 ? n : 1024, aio_find_one, &find, 0);
	return find.found;
}

/* Bring the context's count of completions up to date from its ring. At most
 * nr - 1 requests are in flight, so the tail cannot lap between two submits. */
static __always_inline struct iom_aio_ctx *aio_ctx(__u32 tgid, __u64 id)
{
	struct iom_aio_key key = {.tgid = tgid, .ctx = id};
	struct iom_aio_ctx fresh = {}, *c;
	struct kioctx *ctx = aio_kernel_ctx(id);
	__u32 tail;

	c = bpf_map_lookup_elem(&aio_contexts, &key);
	if (!ctx)
		return c;
	tail = BPF_CORE_READ(ctx, tail);
	if (!c) {
		fresh.tail = tail;
		fresh.nr = BPF_CORE_READ(ctx, nr_events);
		bpf_map_update_elem(&aio_contexts, &key, &fresh, BPF_ANY);
		return bpf_map_lookup_elem(&aio_contexts, &key);
	}
	c->completed += tail >= c->tail ? tail - c->tail : c->nr - c->tail + tail;
	c->tail = tail;
	/* More done than submitted: these were in flight before the watch. */
	if (c->completed > c->submitted)
		c->submitted = c->completed;
	return c;
}


static __always_inline void aio_submitted(struct iom_slot *s, struct pt_regs *regs, long ret,
					  int slept)
{
	struct aio_loop loop = {.slot = s, .iocbs = regs->dx, .slept = slept};
	struct iom_aio_key key = {.tgid = s->tgid, .ctx = regs->di};
	struct iom_aio_ctx *c;
	__u64 flying;

	if (ret <= 0)
		return;
	c = bpf_map_lookup_elem(&aio_contexts, &key);
	if (!c) { /* first sight of it: what is in flight is not known yet */
		aio_ctx(s->tgid, regs->di);
	} else {
		c->submitted += ret;
		aio_ctx(s->tgid, regs->di);
		flying = c->submitted - c->completed;
		if (flying < (__u64)ret)
			loop.here = ret - flying;
		/* Alone in its context: nothing else was left when the call returned. */
		loop.depth1 = ret == 1 && flying <= 1;
	}
	bpf_loop(ret, aio_one, &loop, 0);
}

#endif
