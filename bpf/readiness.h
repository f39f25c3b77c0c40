/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * readiness.h - select, poll and epoll: how they waited, and for whom.
 */
#ifndef IOM_READINESS_H
#define IOM_READINESS_H

#include "counts.h"
#include "turns.h"

#define POLL_SMALL 4   /* sets up to this size are read at every call */
#define POLL_LARGE 256 /* of larger ones so many entries, now and then */
#define POLL_EVERY 16

#define IOM_POLLIN   0x01
#define IOM_POLLOUT  0x04
#define IOM_POLLERR  0x08 /* uapi/asm-generic/poll.h */
#define IOM_POLLHUP  0x10
#define IOM_POLLNVAL 0x20

#define READY_EVERY 16 /* of what readiness calls return so many are looked at */

/* What the call that keeps a loop awake returned: one file of it, now and then. */
static __always_inline int ready_look(struct iom_slot *s, struct fact *f)
{
	return f->ret > 0 && s->ready_calls++ % READY_EVERY == 0;
}

/* How long a readiness call was ready to wait. */
enum iom_limit { IOM_LIMIT_SOME = 0, IOM_LIMIT_ZERO = 1, IOM_LIMIT_NONE = 2 };

static __always_inline int limit_of(__s32 ms)
{
	return ms == 0 ? IOM_LIMIT_ZERO : ms < 0 ? IOM_LIMIT_NONE : IOM_LIMIT_SOME;
}

/*
 * A readiness call returned. key: of its row, whose fd and nr tell its set apart from others;
 * files: in the set, 0 unknown; above these 32 bits the descriptor + 1 of one that is no open
 * file, 0: none; limit: enum iom_limit.
 */
IOM_SEPARATE int ready_returned(iom_slot_ref ref, struct fact *f, __u64 key, __u64 files,
				__u64 limit)
{
	__u32 fd = key_fd(key), class = key >> 12 & 0xff;
	struct iom_slot *s = slot_of(ref);
	struct iom_row *r;

	if (!s || !f)
		return 0;
	r = row_get(s, fd, class, key & 0xfff);
	if (f->slept)
		turns_slept(s, f, class, fd, key);
	if (class != IOM_C_SLEEP_POLL) {
		if (limit != IOM_LIMIT_ZERO)
			s->waits++;
		if (f->slept || home_of(s, key))
			turns_ready(slot_ref(s), f, key, fd);
	}
	if (!r)
		return 0;
	r->nr = f->nr;
	if (f->slept)
		row_slept(r, f);
	if ((__u32)files > r->aux)
		r->aux = (__u32)files;
	if (files >> 32)
		r->no_file = files >> 32;
	if (limit == IOM_LIMIT_ZERO)
		r->n[IOM_N_NOWAIT]++;
	else if (limit == IOM_LIMIT_NONE)
		r->n[IOM_N_FOREVER]++;
	if (f->ret > 0) {
		r->n[f->slept ? IOM_N_OK_SLEPT : IOM_N_OK]++;
		r->bytes += f->ret;
	} else if (f->ret == 0) {
		r->n[f->slept ? IOM_N_ZERO_SLEPT : IOM_N_ZERO]++;
	} else if (will_restart(f->ret)) {
		r->n[IOM_N_RESTART]++;
	} else {
		row_failed(r, f->ret);
	}
	return 0;
}

static __always_inline void count_ready(struct iom_slot *s, struct fact *f, __u32 fd, __u32 class,
					__u32 nr, __u64 files, int limit)
{
	ready_returned(slot_ref(s), f, row_key(s->tid, fd, class, nr), files, limit);
}

struct iom_epoll_event { /* struct epoll_event, packed on x86-64 */
	__u32 events;
	__u32 data[2];
};

IOM_SEPARATE int epoll_look(iom_slot_ref ref, struct fact *f, __u64 fd, __u64 at)
{
	struct iom_slot *s = slot_of(ref);
	struct iom_epoll_event e;
	struct iom_awake a = {};

	if (!s || !f || user_read(&e, sizeof(e), at))
		return 0;
	a.tid = s->tid;
	a.tgid = s->tgid;
	a.fd = fd;
	a.gen = gen_get(s, fd);
	a.ready_fd = IOM_FD_NONE;
	a.nr = f->nr;
	a.class = IOM_C_EPOLL_WAIT;
	a.slept = f->slept;
	a.events = e.events;
	a.data = (__u64)e.data[1] << 32 | e.data[0];
	awake_send(s, &a);
	return 0;
}

/* One file was in the set, named by set as in the row's aux; revents: 0, it was not ready.
 * Returns the file's generation, 0: no room for a row. */
static __always_inline __u32 watch_one(struct iom_slot *s, __u32 fd, __u32 revents, int nowait,
				       __u64 set)
{
	struct iom_row *r = row_get(s, fd, IOM_C_WATCH, 0);

	if (!r)
		return 0;
	r->n[revents ? IOM_N_OK : IOM_N_ZERO]++;
	if (revents & (IOM_POLLERR | IOM_POLLHUP))
		r->n[IOM_N_ERR]++;
	if (nowait)
		r->n[IOM_N_NOWAIT]++;
	r->aux = set;
	return r->id;
}

struct iom_pollfd { /* struct pollfd */
	__s32 fd;
	__s16 events, revents;
};

struct poll_loop {
	struct iom_slot *slot;
	__u64 fds;
	__u32 nowait;
	__u32 set, set_gen;
	__u16 valid, invalid; /* of those looked at */
	__u32 bad;	      /* the last invalid one, + 1 */
	__u32 look;	      /* not 0: tell of the first ready one */
};

static __always_inline void poll_look(struct poll_loop *l, struct iom_pollfd *p)
{
	struct iom_awake a = {
		.tid = l->slot->tid,
		.tgid = l->slot->tgid,
		.fd = l->set,
		.ready_fd = p->fd,
		.events = (__u16)p->revents,
		.nr = 7,
		.class = IOM_C_POLL,
	};

	l->look = 0;
	a.gen = gen_get(l->slot, l->set);
	awake_send(l->slot, &a);
}

static long poll_one(__u32 i, struct poll_loop *l)
{
	struct iom_pollfd p = {.fd = -1};
	__u32 gen;

	if (user_read(&p, sizeof(p), l->fds + i * sizeof(p)) || p.fd < 0)
		return 0;
	if (p.revents & IOM_POLLNVAL) {
		l->invalid++;
		l->bad = p.fd + 1;
		return 0;
	}
	/* A set is named by its first file; there is no row for one that is none. */
	if (l->invalid && !l->valid)
		l->set = p.fd;
	l->valid++;
	gen = watch_one(l->slot, p.fd, (__u16)p.revents, l->nowait, (__u64)l->set_gen << 32 | l->set);
	if (!l->set_gen && l->set == (__u32)p.fd)
		l->set_gen = gen;
	if (l->look && p.revents)
		poll_look(l, &p);
	return 0;
}

/* A timeout that the kernel has counted down: 0 and not slept means it was 0
 * when the call began (fs/select.c, poll_select_finish()). */
static __always_inline int timeout_zero(__u64 at)
{
	__u64 t[2];

	return at && user_read(t, sizeof(t), at) == 0 && t[0] == 0 && t[1] == 0;
}

static __always_inline int limit_at(struct fact *f, __u64 at)
{
	if (!at)
		return IOM_LIMIT_NONE;
	return !f->slept && timeout_zero(at) ? IOM_LIMIT_ZERO : IOM_LIMIT_SOME;
}

IOM_SEPARATE int poll_call(iom_slot_ref ref, struct fact *f, __u64 fds, __u64 n, __u64 limit)
{
	struct iom_slot *s = slot_of(ref);
	struct poll_loop loop = {.fds = fds, .nowait = limit == IOM_LIMIT_ZERO};
	struct iom_pollfd first = {.fd = -1};
	__u32 many = n;

	if (!s || !f)
		return 0;
	loop.valid = loop.invalid = f->zero;
	loop.bad = loop.set_gen = f->zero;
	if (n == 0) {
		count_ready(s, f, IOM_FD_NONE, IOM_C_SLEEP_POLL, 0, 0, limit);
		return 0;
	}
	if (user_read(&first, sizeof(first), fds) || first.fd < 0)
		first.fd = IOM_FD_NONE;
	loop.set = first.fd;
	loop.slot = s;
	loop.look = !f->slept && ready_look(s, f);
	if (n > POLL_SMALL) {
		if (s->poll_sets++ % POLL_EVERY && !loop.look)
			many = 0;
		else if (n > POLL_LARGE)
			many = POLL_LARGE;
	}
	repeat(many, poll_one, &loop);
	if (loop.invalid && !loop.valid) { /* as select, which says EBADF */
		count_no_file(slot_ref(s), f, loop.bad - 1);
		return 0;
	}
	/* What answered for no file is no readiness, and alone it is an error. */
	if (loop.invalid && f->ret > 0)
		f->ret = f->ret > loop.invalid ? f->ret - loop.invalid : -IOM_EBADF;
	count_ready(s, f, loop.set, IOM_C_POLL, 0, (__u32)n | (__u64)loop.bad << 32, limit);
	return 0;
}

static __always_inline __u32 select_shape(struct pt_regs *regs)
{
	return (__u32)regs->di << 3 | (regs->si != 0) | (regs->dx != 0) << 1 | (regs->r10 != 0) << 2;
}

/*
 * A select returned; returns the number of its sets, which is part of its row's key. Some
 * runtimes (Ruby's) allocate the sets anew for each call: one as wide, with sets of the same
 * kinds, as what the thread loops around is that loop.
 */
static __always_inline __u32 select_returned(struct iom_slot *s, struct fact *f, struct pt_regs *regs,
					     __u32 class, int limit)
{
	__u32 set = iom_select_set(regs->si, regs->dx, regs->r10), shape = select_shape(regs);
	struct iom_home *h = home_of(s, row_key(s->tid, IOM_FD_NONE, class, set));

	for (int i = 0; i < IOM_HOMES && !h; i++)
		if (s->home[i].shape == shape) {
			h = &s->home[i];
			set = h->turns.key & 0xfff;
		}
	count_ready(s, f, IOM_FD_NONE, class, set, (__u32)regs->di, limit);
	h = home_of(s, row_key(s->tid, IOM_FD_NONE, class, set));
	if (h)
		h->shape = shape;
	return set;
}

struct select_loop {
	struct iom_slot *slot;
	__u64 word, in; /* ready ones of 64, and of these to be read */
	__u32 base, nowait;
	__u32 set;
	__u32 look; /* not 0: tell of the first ready one */
};

static __always_inline void select_look(struct select_loop *l, __u32 fd)
{
	struct iom_awake a = {
		.tid = l->slot->tid,
		.tgid = l->slot->tgid,
		.fd = IOM_FD_NONE,
		.ready_fd = fd,
		.events = l->in & 1 ? IOM_POLLIN : IOM_POLLOUT,
		.key_nr = l->set & 0xfff,
		.nr = 23,
		.class = IOM_C_SELECT,
	};

	l->look = 0;
	awake_send(l->slot, &a);
}

static long select_one(__u32 i, struct select_loop *l)
{
	if (!l->word)
		return 1;
	if (l->word & 1) {
		watch_one(l->slot, l->base + i, 1, l->nowait, l->set);
		if (l->look)
			select_look(l, l->base + i);
	}
	l->word >>= 1;
	l->in >>= 1;
	return 0;
}

/* The sets hold only what is ready now; who else was in them is gone. n: how wide they are, and
 * what select_returned() said << 32. */
IOM_SEPARATE int select_call(iom_slot_ref ref, struct fact *f, __u64 n, __u64 in, __u64 out)
{
	struct iom_slot *s = slot_of(ref);
	struct select_loop loop = {};
	__u64 a, b;

	if (!s || !f || f->ret <= 0)
		return 0;
	loop.set = (__u32)(n >> 32) | 1u << 31;
	n = (__u32)n;
	loop.look = !f->slept && ready_look(s, f);
	if (n > 64 && s->poll_sets++ % POLL_EVERY && !loop.look)
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
		loop.in = a;
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
