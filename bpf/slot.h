/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * slot.h - one watched thread, one call of it, and what a back end must bring.
 *
 * The headers of this folder whose names end in .bpf.h are the BPF back end's
 * machinery. The plain ones (calls, counts, exit, readiness, signals, aio,
 * uring, samples, threads, kinds) say what is a fact and how it is counted;
 * they are compiled into the BPF object and into the kernel module alike, so
 * that both count the same. Before the first of them a back end defines, as
 * inline functions or macros:
 *
 *   user_read(dst, size, at)   copy from the current process, never sleeping;
 *                              not 0: nothing usable is in dst
 *   IOM_BOUND(x, mask)         x &= mask, in a way that its verifier, if any, believes
 *   repeat(n, fn, arg)         fn(i, arg) for i from 0 until n, or fn() is not 0
 *   now_ns()                   CLOCK_MONOTONIC
 *   add_fetch_old(p, n)        atomic *p += n where several contexts count; the old value
 *   this_task()                the current task
 *   IOM_SEPARATE               how a function that is too large to be inlined is declared
 *   iom_slot_ref               how such a function is given its slot:
 *   slot_ref(s), slot_of(ref)  there and back; slot_of() may be NULL
 *   gen_get(s, fd)             generation of a descriptor
 *   gen_bump(s, fd)            it means another file now, or none
 *   files_changed(s)           some descriptor's file or flags may have changed unseen
 *   row_get(s, fd, class, nr)  the row that this counts in, or NULL: counted as lost
 *   row_peek(s, fd, class)     the same if it is there already and cheap to find
 *   file_other(s, fd)          a second file in the form of IOM_AUX_*
 *   ring_of(s, fd)             address of the io_uring behind a descriptor, 0: it is none
 *   path_send(s, head, at)     send a struct iom_path with the string at this address of the process; a picture
 *   turns_send(s, turns)       send a struct iom_turns; may fail, then its turns are lost
 *   awake_send(s, a)           send a struct iom_awake; a picture
 *   stops_of(s)                struct iom_stops of the slot's process, or NULL; cheap where no
 *                              watched process was ever stopped
 *
 * and for what comes in other contexts (struct iom_session is the back end's own,
 * NULL where there is only one):
 *
 *   shared_get(session, key, tgid), shared_find(session, key)
 *   slot_find(session, tid)
 *   and the tables named in aio_requests.h and uring.h.
 */
#ifndef IOM_SLOT_H
#define IOM_SLOT_H

#include "facts.h"

struct iom_session;

/* A readiness call on one set, and the turns between its sleeps. */
#define IOM_HOMES 2
struct iom_home {
	struct iom_turns turns; /* key 0: unused */
	__u64 at_ns;		/* when it returned last, see elapsed() */
	__u64 runq_ns, off_ns;	/* the task's counters then */
	__u32 inexact;		/* it had not slept: these are behind */
	__u32 shape;		/* select: of its sets, see select_shape() */
	struct iom_part parts[IOM_PARTS]; /* sleeps since then */
};

struct iom_slot { /* one watched thread; only that thread writes it, at its own calls */
	__u32 tid; /* 0: free */
	__u32 tgid;
	__u32 serial;
	__u32 waits; /* readiness calls that could wait, so far */
	__u64 nvcsw; /* as of the last call looked at */
	__u64 off_ns;
	__u64 maj_flt, min_flt; /* as of the last sleep looked at */
	__u32 until_check; /* calls until a row's file is compared with the descriptor again */
	__u32 ring_calls;  /* io_uring_enter calls so far */
	__u32 poll_sets;   /* calls with large sets so far */
	__u16 restart_nr;  /* the call that restart_syscall continues; 0: none */
	__u16 aio_begun;   /* requests that the io_submit under way has begun, up to IOM_AIO_MOST */
	__u32 ready_calls; /* readiness calls so far, to sample some */
	__u32 paths;	   /* sent since paths_at */
	__u32 border;	   /* the io_uring_enter under way has begun to wait for completions */
	__u32 born;	   /* in the watch: nothing of it was before */
	__u64 paths_at;	   /* by the scheduler's clock */
	__u64 names_at;	   /* CLOCK_MONOTONIC */
	__u64 named;	   /* inode of the last name that was sent */
	__u32 names;	   /* sent since names_at */
	__u32 name_row;	   /* BPF: index + 1 of a row whose name is to be sent */
	__u64 stopped_ns;  /* how long the process had been stopped, as of the last sleep */
	__u64 stops;	   /* and how often */
	__u64 aio_ctx; /* struct kioctx of the io_submit under way, where requests are followed */
	/* sampled windows only */
	__u32 window;	/* the window that the next fields belong to */
	__u32 samples;	/* taken in it */
	__u64 enter_ns; /* 0: the call under way began outside the window */
	__u64 sleep_ns, cur_sleep_ns, wake_ns, run_ns, asleep_ns;
	__u64 ready_ns; /* end of the last readiness call */
	__u32 waker_tid;
	__u32 waker;
	char waker_comm[IOM_COMM_LEN];
	struct iom_home home[IOM_HOMES];
};

/* What a descriptor is, when it is compared with the file that a row began with. */
enum iom_still {
	IOM_STILL_SAME = 0,
	IOM_STILL_FLAGS, /* the file, with other flags */
	IOM_STILL_OTHER, /* another file, or none: it got a number that nobody saw being closed */
};

struct fact { /* one call, as sys_exit sees it */
	long ret;
	__u64 waited; /* ns asleep in it */
	__u32 slept;
	__u32 nr;
	__u32 faults; /* major faults since the call before it slept; 0 where it did not */
	/* 0. Verifiers before Linux 6.7 look at one run of what is repeated only: what it counts
	 * up begins with this, of whose value they know nothing, or the others would be cut out. */
	__u32 zero;
};

/* How long a process has been stopped, all its threads at once. */
struct iom_stops {
	__u64 since_ns; /* CLOCK_MONOTONIC; 0: it runs */
	__u64 total_ns;
	__u64 count;
};

#define IOM_SCHED_FIFO	   1 /* uapi/linux/sched.h */
#define IOM_SCHED_RR	   2
#define IOM_SCHED_DEADLINE 6
#define IOM_SCHED_EXT	   7

/* Classes that leave prev_sum_exec_runtime alone: only kernel/sched/fair.c writes it. */
static __always_inline int keeps_no_sum(struct task_struct *t)
{
	return t->policy == IOM_SCHED_FIFO || t->policy == IOM_SCHED_RR ||
	       t->policy == IOM_SCHED_DEADLINE || t->policy == IOM_SCHED_EXT;
}

#define NAMES_MOST 64 /* paths of files told of one thread in NAMES_NS */
#define NAMES_NS   100000000

/* A row of a file with a path has begun: is its path to be told? */
static __always_inline int name_wanted(struct iom_slot *s, struct iom_row *r)
{
	if (r->name_kind != IOM_NAME_TEXT && r->name_kind != IOM_NAME_DEVICE)
		return 0;
	if (r->kind >= IOM_K_EPOLL || r->kind == IOM_K_UNKNOWN || r->ino == s->named || !r->name[0])
		return 0;
	if (r->since_ns - s->names_at > NAMES_NS) {
		s->names_at = r->since_ns;
		s->names = 0;
	}
	if (s->names >= NAMES_MOST)
		return 0;
	s->names++;
	s->named = r->ino;
	return 1;
}

static __always_inline __u64 row_key(__u32 tid, __u32 fd, __u32 class, __u32 nr)
{
	/* A descriptor is whatever the program says: one that cannot be is none. */
	if (fd > IOM_FD_NONE)
		fd = IOM_FD_NONE;
	return (__u64)tid << 42 | (__u64)fd << 20 | class << 12 | (nr & 0xfff);
}

static __always_inline __u32 key_fd(__u64 key)
{
	return key >> 20 & IOM_FD_NONE;
}

/*
 * Time off the CPU and off the run queue, up to the last switch-in; only the
 * difference of two readings means something. last_arrival is when the task
 * last got the CPU, run_delay all its time on run queues, prev_sum_exec_runtime
 * its CPU time at that moment (kernel/sched/stats.h, sched_info_arrive();
 * kernel/sched/fair.c, set_next_entity()). Where a class leaves the last one
 * alone sum_exec_runtime stands in, too large by the current slice.
 */
static __always_inline __u64 off_time(struct task_struct *t)
{
	__u64 cpu = t->se.prev_sum_exec_runtime;

	if (keeps_no_sum(t))
		cpu = t->se.sum_exec_runtime;
	return t->sched_info.last_arrival - t->sched_info.run_delay - cpu;
}

/* When the task, asleep now, gave up the CPU, by the scheduler's clock. */
static __always_inline __u64 left_cpu(struct task_struct *t)
{
	return t->sched_info.last_arrival +
	       (t->se.sum_exec_runtime - t->se.prev_sum_exec_runtime);
}

/* States in which a task is off the CPU of its own accord (include/linux/sched.h): not on
 * its way in or out. A main thread that has left by pthread_exit() is dead, not asleep. */
#define IOM_TASK_FROZEN	 0x8000 /* it slept when its control group was frozen */
#define IOM_TASK_ASLEEP	 (0x0001 | 0x0002 | IOM_TASK_FROZEN)
#define IOM_TASK_STOPPED (0x0004 | 0x0008)
/* It is being woken, and in no run queue until the CPU that shall run it puts it there: a while where
 * that is a virtual one which its host does not let run (kernel/sched/core.c, try_to_wake_up()). */
#define IOM_TASK_WAKING 0x0200

/*
 * Since when a task waits for a CPU, by the scheduler's clock; 0: it runs or sleeps. Since 6.12 one
 * that sleeps may still be in a run queue (delayed dequeue), and where that is moved to another CPU
 * it is noted as queued from then on: kernel/sched/core.c, enqueue_task().
 */
static __always_inline __u64 queued_since(struct task_struct *t)
{
	return t->__state & (IOM_TASK_ASLEEP | IOM_TASK_STOPPED) ? 0 : t->sched_info.last_queued;
}

/*
 * How long a task that waits for a CPU had slept before it was woken: its own counters tell
 * of that only once it runs. 0 for one that runs, sleeps, or was only put aside for others.
 * queued, left: see queued_since() and left_cpu().
 */
static __always_inline __u64 slept_before(struct task_struct *t, __u64 queued, __u64 left)
{
	return keeps_no_sum(t) || queued < left ? 0 : queued - left;
}

/*
 * The scheduler's clock as far as the task's own counters know it: exact when the
 * task has just been switched in, else behind by what it ran since the last tick.
 */
static __always_inline __u64 elapsed(struct task_struct *t)
{
	if (keeps_no_sum(t))
		return t->sched_info.last_arrival;
	return left_cpu(t);
}

static __always_inline void stops_begin(struct iom_slot *s, struct iom_stops *stops)
{
	s->stopped_ns = stops ? stops->total_ns : 0;
	s->stops = stops ? stops->count : 0;
}

/* A fresh slot: what the thread did before is none of ours. tid and serial are
 * the caller's; stops: of its process, may be NULL. */
static __always_inline void slot_begin(struct iom_slot *s, struct task_struct *t,
				       struct iom_stops *stops)
{
	s->tgid = t->tgid;
	s->waits = 0;
	s->nvcsw = t->nvcsw;
	s->off_ns = off_time(t) + slept_before(t, queued_since(t), left_cpu(t));
	s->maj_flt = t->maj_flt;
	s->min_flt = t->min_flt;
	s->until_check = 1;
	s->ring_calls = 0;
	s->poll_sets = 0;
	s->restart_nr = 0;
	s->aio_begun = 0;
	s->born = 0;
	s->aio_ctx = 0;
	s->ready_calls = 0;
	s->paths = 0;
	s->paths_at = 0;
	s->names = 0;
	s->name_row = 0;
	s->names_at = 0;
	s->named = 0;
	s->border = 0;
	stops_begin(s, stops);
	s->home[0].turns.key = 0;
	s->home[1].turns.key = 0;
	s->window = 0;
	s->enter_ns = 0;
	s->ready_ns = 0;
}

static __always_inline void row_slept(struct iom_row *r, struct fact *f)
{
	if (f->faults) {
		r->mixed++;
		r->faults += f->faults;
		r->mixed_ns += f->waited;
		if (f->waited > r->mixed_max_ns)
			r->mixed_max_ns = f->waited;
		return;
	}
	r->wait_ns += f->waited;
	if (f->waited > r->max_wait_ns)
		r->max_wait_ns = f->waited;
}

#endif
