/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * async.bpf.h - io_uring and libaio requests: their tables and probes.
 *
 * Tracepoint prototypes differ between kernels; where they do there is one
 * program per shape and the collector loads the one that fits.
 */
#ifndef IOM_ASYNC_BPF_H
#define IOM_ASYNC_BPF_H

#include "requests.h"
#include "shared.bpf.h"

struct { /* requests of io_uring in flight, by struct io_kiocb */
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC); /* most programs have none: allocating all takes 10 ms */
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, struct iom_request);
} requests SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct iom_multishot);
	__type(value, __u64); /* key in shared */
} multishots SEC(".maps");

__u32 rings_begun; /* rows of rings */

struct { /* requests in flight, by struct kioctx */
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, __s64);
} rings SEC(".maps");

struct { /* requests of libaio in flight, where they are followed */
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, struct iom_flight_key);
	__type(value, struct iom_flight);
} flights SEC(".maps");

struct iom_aio_key {
	__u32 tgid, pad;
	__u64 ctx; /* aio_context_t: the address of its ring in the process */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 4096);
	__type(key, struct iom_aio_key);
	__type(value, struct iom_aio_ctx);
} aio_contexts SEC(".maps");

static __always_inline __s64 *ring_depth(struct iom_session *session, __u64 ring, int begin)
{
	__s64 *depth = bpf_map_lookup_elem(&rings, &ring), none = 0;

	if (depth || !begin)
		return depth;
	bpf_map_update_elem(&rings, &ring, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&rings, &ring);
}

/* ---- io_uring ------------------------------------------------------------------ */

static __always_inline int ring_room(struct iom_session *session)
{
	return __sync_fetch_and_add(&rings_begun, 1) < IOM_RINGS;
}

#define request_find(session, id)     bpf_map_lookup_elem(&requests, &(id))
#define request_put(session, id, new) bpf_map_update_elem(&requests, &(id), new, BPF_ANY)
#define request_del(session, id)      bpf_map_delete_elem(&requests, &(id))
#define shot_find(session, shot)      bpf_map_lookup_elem(&multishots, shot)
#define shot_put(session, shot, key)  bpf_map_update_elem(&multishots, shot, &(key), BPF_ANY)

static __always_inline __u64 request_file_id(__u64 id)
{
	return (__u64)BPF_CORE_READ((struct io_kiocb *)id, file);
}

static __always_inline void request_file(__u64 id, struct iom_row *r)
{
	struct file *f = BPF_CORE_READ((struct io_kiocb *)id, file);

	if (f)
		file_identify(f, r);
}

#include "uring.h"

/* An address that is no pointer to the verifier any more. */
static __always_inline __u64 number_of(struct io_ring_ctx *ring)
{
	__u64 number = 0;

	bpf_probe_read_kernel(&number, sizeof(number), &ring);
	return number;
}

static __always_inline int request_submitted(struct io_kiocb *req)
{
	struct task_struct *t = bpf_get_current_task_btf();
	struct iom_sqe q = {.id = (__u64)req};

	if (!watched(t->tgid))
		return 0;
	q.ring = (__u64)BPF_CORE_READ(req, ctx); /* a number, to count with: no pointer to the verifier */
	q.user_data = req->cqe.user_data;
	q.opcode = req->opcode;
	q.fd = req->cqe.fd;
	if ((BPF_CORE_READ_BITFIELD_PROBED(req, flags) & IOM_REQ_FIXED_FILE) || (__s32)q.fd < 0)
		q.fd = IOM_FD_NONE;
	if (uring_submitted(NULL, t, &q))
		IOM_COUNT(lost_async);
	return 0;
}

SEC("?tp_btf/io_uring_submit_sqe") /* until 6.2 */
int BPF_PROG(iom_uring_submit_sqe, struct io_kiocb *req)
{
	return request_submitted(req);
}

SEC("?tp_btf/io_uring_submit_req") /* since 6.3 */
int BPF_PROG(iom_uring_submit_req, struct io_kiocb *req)
{
	return request_submitted(req);
}

SEC("?tp_btf/io_uring_queue_async_work")
int BPF_PROG(iom_uring_queue_async_work, struct io_kiocb *req)
{
	uring_elsewhere(NULL, (__u64)req, IOM_A_WORKER,
			BPF_CORE_READ_BITFIELD_PROBED(req, flags) & IOM_REQ_FORCE_ASYNC);
	return 0;
}

SEC("?tp_btf/io_uring_poll_arm")
int BPF_PROG(iom_uring_poll_arm, struct io_kiocb *req)
{
	uring_elsewhere(NULL, (__u64)req, IOM_A_POLLARM, 0);
	return 0;
}

SEC("?tp_btf/io_uring_complete") /* until 6.16 */
int BPF_PROG(iom_uring_complete_values, struct io_ring_ctx *ring, void *req, __u64 user_data,
	     int res, unsigned int cflags)
{
	uring_completed(NULL, bpf_get_current_task_btf(), number_of(ring), (__u64)req, user_data, res,
			cflags);
	return 0;
}

SEC("?tp_btf/io_uring_complete") /* later ones */
int BPF_PROG(iom_uring_complete_cqe, struct io_ring_ctx *ring, void *req, struct io_uring_cqe *cqe)
{
	uring_completed(NULL, bpf_get_current_task_btf(), number_of(ring), (__u64)req,
			BPF_CORE_READ(cqe, user_data), BPF_CORE_READ(cqe, res),
			BPF_CORE_READ(cqe, flags));
	return 0;
}

/* ---- libaio -------------------------------------------------------------------- */

/* The collector sets it before loading where the two functions can be probed. */
const volatile __u32 aio_followed;

#define slot_session(s)		     ((struct iom_session *)NULL)
#define flight_find(session, key)     bpf_map_lookup_elem(&flights, key)
#define flight_put(session, key, new) bpf_map_update_elem(&flights, key, new, BPF_ANY)
#define flight_del(session, key)      bpf_map_delete_elem(&flights, key)
#define lost_async(s, n)		     __sync_fetch_and_add(&stats.lost_async, n)
#define requests_lock(session)	     ((void)0)
#define requests_unlock(session)     ((void)0)
#define repeat_long(s, n, fn, arg)   repeat(n, fn, arg)

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

static __always_inline struct iom_aio_ctx *aio_known(struct iom_slot *s, __u64 id)
{
	struct iom_aio_key key = {.tgid = s->tgid, .ctx = id};

	return bpf_map_lookup_elem(&aio_contexts, &key);
}

/* Bring the context's count of completions up to date from its ring. At most
 * nr - 1 requests are in flight, so the tail cannot lap between two submits. */
static __noinline struct iom_aio_ctx *aio_ring(struct iom_slot *s, __u64 id)
{
	struct iom_aio_key key = {.tgid = s->tgid, .ctx = id};
	struct iom_aio_ctx fresh = {}, *c;
	struct kioctx *ctx;
	__u32 tail;

	if (aio_followed)
		return NULL;
	ctx = aio_kernel_ctx(id);
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

#include "aio_requests.h"

SEC("?fentry/io_submit_one")
int BPF_PROG(iom_io_submit_one, struct kioctx *kioctx, void *iocb)
{
	struct task_struct *t = bpf_get_current_task_btf();
	struct iom_slot *s;

	/* The return of a 32-bit call is not looked at. */
	if (!watched(t->tgid) || t->thread_info.status & TS_COMPAT)
		return 0;
	s = slot_find(NULL, t->pid);
	if (!s)
		s = slot_add(t);
	if (s && aio_begun(NULL, s, (__u64)kioctx, (__u64)iocb))
		IOM_COUNT(lost_async);
	return 0;
}

SEC("?fentry/aio_complete")
int BPF_PROG(iom_aio_complete, struct aio_kiocb *req)
{
	aio_completed(NULL, (__u64)BPF_CORE_READ(req, ki_ctx), BPF_CORE_READ(req, ki_res.obj),
		      BPF_CORE_READ(req, ki_res.res));
	return 0;
}

#endif
