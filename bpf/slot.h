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
#include "moment.h"

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

static __always_inline void stops_begin(struct iom_slot *s, struct iom_stops *stops)
{
	s->stopped_ns = stops ? stops->total_ns : 0;
	s->stops = stops ? stops->count : 0;
}

/* A fresh slot, of the current task or one that is being born: what it did before is none of ours.
 * tid and serial are the caller's; stops: of its process, may be NULL. */
static __always_inline void slot_begin(struct iom_slot *s, struct task_struct *t, struct iom_stops *stops)
{
	s->tgid = t->tgid;
	s->waits = 0;
	s->nvcsw = t->nvcsw;
	s->off_ns = off_time(t);
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

/* Of another task, which may be anywhere. clock_offset: see moment_take(). */
static __always_inline void slot_begin_other(struct iom_slot *s, struct task_struct *t, __u64 clock_offset)
{
	struct iom_moment m;

	moment_take(&m, t, clock_offset);
	if (!moment_holds(&m, t))
		moment_take(&m, t, clock_offset);
	s->nvcsw = m.nvcsw;
	s->off_ns = m.off_ns + m.slept_ns;
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
