/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * samples.h - one operation with all its times, stamped in a sampled window.
 *
 * Four places write a thread's stamps: its own call's beginning, the switches
 * away from it and to it, and its wake-up, which comes from elsewhere. They
 * make pictures, not counts, so a stamp torn by a race is a poorer picture.
 */
#ifndef IOM_SAMPLES_H
#define IOM_SAMPLES_H

#include "slot.h"

#define IOM_SAMPLES_PER_WINDOW 48 /* of one thread: a spinning thread must not crowd out the rest */

static __always_inline void sample_enter(struct iom_slot *s, __u32 window)
{
	if (s->window != window) {
		s->window = window;
		s->samples = 0;
		s->ready_ns = 0;
	}
	/* With its samples taken, the thread pays for no more clocks and stacks. */
	if (s->samples >= IOM_SAMPLES_PER_WINDOW)
		return;
	s->enter_ns = now_ns();
	s->sleep_ns = 0;
	s->cur_sleep_ns = 0;
	s->wake_ns = 0;
	s->run_ns = 0;
	s->asleep_ns = 0;
	s->waker = IOM_W_NONE;
}

/* It gives up the CPU to wait. */
static __always_inline void sample_sleep(struct iom_slot *s)
{
	__u64 now;

	if (!s->enter_ns)
		return;
	now = now_ns();
	s->cur_sleep_ns = now;
	if (!s->sleep_ns)
		s->sleep_ns = now;
}

static __always_inline void sample_run(struct iom_slot *s)
{
	__u64 now;

	if (!s->cur_sleep_ns)
		return;
	now = now_ns();
	s->asleep_ns += (s->wake_ns > s->cur_sleep_ns ? s->wake_ns : now) - s->cur_sleep_ns;
	s->cur_sleep_ns = 0;
	s->run_ns = now;
}

/* what: system call number << 8 | class. */
static __always_inline void sample_fill(struct iom_sample *e, struct iom_slot *s, __u32 what,
					__u32 fd, long ret)
{
	__u32 class = what & 0xff;
	__u64 now = now_ns();

	__builtin_memset(e, 0, sizeof(*e));
	if (class == IOM_C_EPOLL_WAIT || class == IOM_C_POLL || class == IOM_C_SELECT) {
		if (s->ready_ns && s->enter_ns > s->ready_ns)
			e->busy_ns = s->enter_ns - s->ready_ns;
		s->ready_ns = now;
	}
	s->samples++;
	e->tid = s->tid;
	e->tgid = s->tgid;
	e->fd = fd < IOM_FD_NONE ? (__s32)fd : -1;
	e->gen = fd < IOM_FD_NONE ? gen_get(s, fd) : 0;
	e->nr = what >> 8;
	e->class = class;
	e->waker = s->sleep_ns ? s->waker : IOM_W_NONE;
	e->ret = ret;
	e->enter_ns = s->enter_ns;
	e->exit_ns = now;
	e->sleep_ns = s->sleep_ns;
	e->wake_ns = s->wake_ns;
	e->run_ns = s->run_ns;
	e->asleep_ns = s->asleep_ns;
	e->waker_tid = s->waker_tid;
	__builtin_memcpy(e->waker_comm, s->waker_comm, sizeof(e->waker_comm));
}

#endif
