/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * readiness.bpf.h - select, poll and epoll: how they waited, and for whom.
 */
#ifndef IOM_READINESS_BPF_H
#define IOM_READINESS_BPF_H

#include "counts.bpf.h"

static __always_inline void count_ready(struct iom_slot *s, struct fact *f, __u32 fd, __u32 class,
					__u64 set, int nowait)
{
	struct iom_row *r = row_get(s, fd, class, 0);

	if (!nowait && class != IOM_C_SLEEP_POLL)
		s->waits++;
	if (!r)
		return;
	r->nr = f->nr;
	if (f->slept)
		row_slept(r, f->waited);
	if (set > r->aux)
		r->aux = set;
	if (nowait)
		r->n[IOM_N_NOWAIT]++;
	if (f->ret > 0) {
		r->n[f->slept ? IOM_N_OK_SLEPT : IOM_N_OK]++;
		r->bytes += f->ret;
	} else if (f->ret == 0) {
		r->n[f->slept ? IOM_N_ZERO_SLEPT : IOM_N_ZERO]++;
	} else if (f->ret <= -E_RESTART_MIN && f->ret >= -E_RESTART_BLOCK) {
		r->n[IOM_N_RESTART]++;
	} else {
		r->n[IOM_N_ERR]++;
	}
}

static __always_inline void watch_one(struct iom_slot *s, __u32 fd, int ready, int nowait)
{
	struct iom_row *r = row_get(s, fd, IOM_C_WATCH, 0);

	if (!r)
		return;
	r->n[ready ? IOM_N_OK : IOM_N_ZERO]++;
	if (nowait)
		r->n[IOM_N_NOWAIT]++;
}

struct pollfd {
	__s32 fd;
	__s16 events, revents;
};

struct poll_loop {
	struct iom_slot *slot;
	__u64 fds;
	__u32 nowait;
	__u32 pad;
};

static long poll_one(__u32 i, struct poll_loop *l)
{
	struct pollfd p = {.fd = -1};

	bpf_probe_read_user(&p, sizeof(p), (void *)(l->fds + i * sizeof(p)));
	if (p.fd >= 0)
		watch_one(l->slot, p.fd, p.revents != 0, l->nowait);
	return 0;
}

/* A timeout that the kernel has counted down: 0 and not slept means it was 0
 * when the call began (fs/select.c, poll_select_finish()). */
static __always_inline int timeout_zero(__u64 at)
{
	__u64 t[2] = {1, 1};

	if (!at)
		return 0;
	bpf_probe_read_user(t, sizeof(t), (void *)at);
	return t[0] == 0 && t[1] == 0;
}

__noinline int poll_call(__u32 tid, struct fact *f, __u64 fds, __u64 n, __u64 nowait)
{
	struct iom_slot *s = slot_find(tid);
	struct poll_loop loop = {.fds = fds, .nowait = nowait};
	__u32 look = n;

	if (!s || !f)
		return 0;
	if (n == 0) {
		count_ready(s, f, IOM_FD_NONE, IOM_C_SLEEP_POLL, 0, nowait);
		return 0;
	}
	count_ready(s, f, IOM_FD_NONE, IOM_C_POLL, n, nowait);
	loop.slot = s;
	if (n > POLL_SMALL) {
		if (s->poll_sets++ % POLL_EVERY)
			return 0;
		look = n < POLL_LARGE ? n : POLL_LARGE;
	}
	bpf_loop(look, poll_one, &loop, 0);
	return 0;
}

struct select_loop {
	struct iom_slot *slot;
	__u64 word;
	__u32 base, nowait;
};

static long select_one(__u32 i, struct select_loop *l)
{
	if (!l->word)
		return 1;
	if (l->word & 1)
		watch_one(l->slot, l->base + i, 1, l->nowait);
	l->word >>= 1;
	return 0;
}

/* The sets hold only what is ready now; who else was in them is gone. */
__noinline int select_call(__u32 tid, struct fact *f, __u64 n, __u64 in, __u64 out)
{
	struct iom_slot *s = slot_find(tid);
	struct select_loop loop = {};
	__u64 a, b;

	if (!s || !f || f->ret <= 0)
		return 0;
	if (n > 64 && s->poll_sets++ % POLL_EVERY)
		return 0;
	loop.slot = s;
	for (__u32 w = 0; w < POLL_LARGE / 64; w++) {
		if (w * 64 >= n)
			break;
		a = 0;
		b = 0;
		if (in)
			bpf_probe_read_user(&a, sizeof(a), (void *)(in + w * 8));
		if (out)
			bpf_probe_read_user(&b, sizeof(b), (void *)(out + w * 8));
		loop.word = a | b;
		loop.base = w * 64;
		if (loop.word)
			bpf_loop(64, select_one, &loop, 0);
	}
	return 0;
}

static __always_inline void epoll_control(struct iom_slot *s, struct pt_regs *regs, long ret)
{
	__u64 epfd = (__u32)regs->di;
	__u32 events = 0;
	struct iom_row *r;

	if (ret)
		return;
	r = row_get(s, regs->dx, IOM_C_EPOLL_CTL, 0);
	if (!r)
		return;
	r->nr = 233;
	r->n[IOM_N_OK]++;
	r->bits |= IOM_B_EPOLL;
	if (regs->si == 2) /* EPOLL_CTL_DEL */
		return;
	bpf_probe_read_user(&events, sizeof(events), (void *)regs->r10);
	r->aux = epfd | (__u64)events << 32;
}

#endif
