/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * provides.h - what the headers of ../bpf that say what is a fact ask for, in the kernel.
 *
 * slot.h, aio_requests.h, uring.h and thread_state.h there name what that is. The same for BPF
 * is in the files *.bpf.h there. facts.c includes this before them, and nobody else does.
 */
#ifndef IOM_PROVIDES_H
#define IOM_PROVIDES_H

#include <linux/sched/task.h>
#include <linux/uaccess.h>

#include "session.h"

static struct iom_thread_state *state_of(struct iom_slot *s)
{
	return container_of(s, struct iom_thread_state, slot);
}

#define IOM_BOUND(x, mask)   ((x) &= (mask))
#define IOM_SEPARATE	     static noinline
#define iom_slot_ref	     struct iom_slot *
#define slot_ref(s)	     (s)
#define slot_of(ref)	     (ref)
#define slot_session(s)	     (state_of(s)->session)
#define lost_async(s, n)	     atomic64_add(n, &slot_session(s)->losses[IOM_LOST_ASYNC])

/* From a call's return only, where state->lock is held and interrupts are off. */
#define requests_lock(session)	 spin_lock(&(session)->async_lock)
#define requests_unlock(session) spin_unlock(&(session)->async_lock)

/* Faults are not handled: a page that is not there is as good as a bad address. */
#define user_read(dst, size, at) \
	copy_from_user_nofault(dst, (const void __user *)(unsigned long)(at), size)

#define repeat(n, fn, arg)						\
	do {								\
		for (u32 i_ = 0; i_ < (u32)(n); i_++)			\
			if (fn(i_, arg))				\
				break;					\
	} while (0)

/* With interrupts let in now and then; the thread's rows may be taken away meanwhile. */
#define repeat_long(s, n, fn, arg)					\
	do {								\
		for (u32 i_ = 0; i_ < (u32)(n); i_++)			\
			if ((i_ % IOM_STEP == IOM_STEP - 1 &&		\
			     !pause_state(state_of(s))) || fn(i_, arg)) \
				break;					\
	} while (0)

static bool pause_state(struct iom_thread_state *state)
{
	unsigned long flags = state->flags;

	spin_unlock_irqrestore(&state->lock, flags);
	spin_lock_irqsave(&state->lock, flags);
	return !state->gone;
}

/* Where several contexts count, they hold async_lock. */
#define add_fetch_old(p, n)						\
	({								\
		typeof(p) p_ = (p);					\
		typeof(*p_) old_ = *p_;					\
									\
		*p_ += (n);						\
		old_;							\
	})

static u32 gen_get(struct iom_slot *s, u32 fd)
{
	return atomic_read(&slot_session(s)->gens[IOM_GEN_INDEX(s->tgid, fd)]);
}

static void gen_bump(struct iom_slot *s, u32 fd)
{
	atomic_inc(&slot_session(s)->gens[IOM_GEN_INDEX(s->tgid, fd)]);
}

/* Each look at a row compares its file with the descriptor. */
static void files_changed(struct iom_slot *s)
{
}

static struct iom_row *row_get(struct iom_slot *s, u32 fd, u32 class, u32 nr)
{
	return iom_row_get(state_of(s), fd, class, nr);
}

static struct iom_row *row_peek(struct iom_slot *s, u32 fd, u32 class)
{
	return iom_row_peek(state_of(s), fd, class);
}

#define this_task()	       current
#define session_clock_offset(s) ((s)->clock_offset)
#define stops_of(s)	       iom_stops_find(slot_session(s), (s)->tgid)

static void picture_send(struct iom_slot *s, struct iom_entry *e)
{
	if (e)
		iom_queue(slot_session(s), e);
	else
		iom_lost(slot_session(s), IOM_LOST_SAMPLES);
}

/* Piece by piece, none of which crosses a page: the next page need not be there. */
static void copy_path(char *to, u64 at)
{
	size_t have = 0, piece;

	do {
		piece = min_t(size_t, 32 - (at + have) % 32, IOM_PATH_LEN - 1 - have);
		if (!piece || user_read(to + have, piece, at + have))
			break;
		have += piece;
	} while (!memchr(to + have - piece, 0, piece));
	to[have] = 0;
}

static void path_send(struct iom_slot *s, struct iom_path_head *head, u64 at)
{
	struct iom_entry *e = iom_entry_new(IOM_R_PATH, GFP_ATOMIC);

	if (e) {
		e->path.head = *head;
		copy_path(e->path.path, at);
	}
	picture_send(s, e);
}

static void awake_send(struct iom_slot *s, struct iom_awake *awake)
{
	struct iom_entry *e = iom_entry_new(IOM_R_AWAKE, GFP_ATOMIC);

	if (e)
		e->awake = *awake;
	picture_send(s, e);
}

static void turns_send(struct iom_slot *s, struct iom_turns *turns)
{
	struct iom_entry *e = iom_entry_new(IOM_R_TURNS, GFP_ATOMIC);

	if (e)
		e->turns = *turns;
	picture_send(s, e);
}

#define file_other(s, fd)     iom_file_other(fd)
#define ring_of(s, fd)	      iom_ring_of(fd)
#define file_is_stored(s, fd) iom_file_is_stored(fd)
#define shared_find	      iom_shared_find
#define shared_get	      iom_shared_get

static struct iom_slot *slot_find(struct iom_session *session, u32 tid)
{
	struct iom_thread_state *state = iom_thread_find(session, tid);

	return state ? &state->slot : NULL;
}

#define ring_depth   iom_ring_depth
#define ring_room    iom_ring_room
#define flight_find  iom_flight_find
#define flight_put   iom_flight_put
#define flight_del   iom_flight_del
#define request_find iom_request_find
#define request_put  iom_request_put
#define request_del  iom_request_del
#define shot_find    iom_shot_find
#define shot_put     iom_shot_put

/* Without the probes of fs/aio.c nothing is known of completions: its struct
 * kioctx is private, and its ring need not be mapped in. Then every request is
 * counted as lost too.
 */
#define aio_followed (iom_probes_have() & IOM_HAVE_AIO)

static struct iom_aio_ctx *aio_known(struct iom_slot *s, u64 id)
{
	lost_async(s, 1);
	return NULL;
}

static void aio_ring(struct iom_slot *s, u64 id)
{
}

#define request_file_id(id) ((u64)iom_uring_file(id))

static void request_file(u64 id, struct iom_row *row)
{
	struct file *file = iom_uring_file(id);

	if (file)
		iom_file_identify(file, row);
}

#define ns_id(session, t) task_pid_nr_ns(t, (session)->pidns)
/* One that was released points to whoever was its parent then. */
#define parent_tgid(t)	 (pid_alive(t) ? task_tgid_nr(rcu_dereference((t)->real_parent)) : 0)
#define comm_copy(to, t) strscpy_pad(to, (t)->comm, IOM_COMM_LEN)

#endif /* IOM_PROVIDES_H */
