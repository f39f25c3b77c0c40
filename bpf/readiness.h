/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * readiness.h - select, poll and epoll: how they waited, and for whom.
 */
#ifndef IOM_READINESS_H
#define IOM_READINESS_H

#include "counts.h"

#define POLL_SMALL 4   /* sets up to this size are read at every call */
#define POLL_LARGE 256 /* of larger ones so many entries, now and then */
#define POLL_EVERY 16

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
	} else if (will_restart(f->ret)) {
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

struct iom_pollfd { /* struct pollfd */
	__s32 fd;
	__s16 events, revents;
};

#define IOM_POLLNVAL 0x20 /* in revents: the descriptor names no file that can be polled */

struct poll_loop {
	struct iom_slot *slot;
	__u64 fds;
	__u32 nowait;
	__u16 valid, invalid; /* of those looked at */
};

static long poll_one(__u32 i, struct poll_loop *l)
{
	struct iom_pollfd p = {.fd = -1};

	if (user_read(&p, sizeof(p), l->fds + i * sizeof(p)) || p.fd < 0)
		return 0;
	if (p.revents & IOM_POLLNVAL) {
		l->invalid++;
		return 0;
	}
	l->valid++;
	watch_one(l->slot, p.fd, p.revents != 0, l->nowait);
	return 0;
}

/* A timeout that the kernel has counted down: 0 and not slept means it was 0
 * when the call began (fs/select.c, poll_select_finish()). */
static __always_inline int timeout_zero(__u64 at)
{
	__u64 t[2];

	return at && user_read(t, sizeof(t), at) == 0 && t[0] == 0 && t[1] == 0;
}

IOM_SEPARATE int poll_call(iom_slot_ref ref, struct fact *f, __u64 fds, __u64 n, __u64 nowait)
{
	struct iom_slot *s = slot_of(ref);
	struct poll_loop loop = {.fds = fds, .nowait = nowait};
	__u32 look = n;

	if (!s || !f)
		return 0;
	if (n == 0) {
		count_ready(s, f, IOM_FD_NONE, IOM_C_SLEEP_POLL, 0, nowait);
		return 0;
	}
	loop.slot = s;
	if (n > POLL_SMALL) {
		if (s->poll_sets++ % POLL_EVERY)
			look = 0;
		else if (n > POLL_LARGE)
			look = POLL_LARGE;
	}
	repeat(look, poll_one, &loop);
	if (loop.invalid && !loop.valid) { /* as select, which says EBADF */
		count_sleep(s, f, IOM_C_OTHER);
		return 0;
	}
	/* What answered for no file is no readiness, and alone it is an error. */
	if (loop.invalid && f->ret > 0)
		f->ret = f->ret > loop.invalid ? f->ret - loop.invalid : -IOM_EBADF;
	count_ready(s, f, IOM_FD_NONE, IOM_C_POLL, n, nowait);
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
IOM_SEPARATE int select_call(iom_slot_ref ref, struct fact *f, __u64 n, __u64 in, __u64 out)
{
	struct iom_slot *s = slot_of(ref);
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
		if (in && user_read(&a, sizeof(a), in + w * 8))
			a = 0;
		if (out && user_read(&b, sizeof(b), out + w * 8))
			b = 0;
		loop.word = a | b;
		loop.base = w * 64;
		if (loop.word)
			repeat(64, select_one, &loop);
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
	if (user_read(&events, sizeof(events), regs->r10))
		events = 0;
	r->aux = epfd | (__u64)events << 32;
}

#endif
