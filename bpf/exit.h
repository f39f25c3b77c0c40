/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * exit.h - the facts of one call, as they are seen when it returns.
 */
#ifndef IOM_EXIT_H
#define IOM_EXIT_H

#include "aio_requests.h"
#include "counts.h"
#include "messages.h"
#include "readiness.h"
#include "signals.h"
#include "syscalls.h"
#include "turns.h"

#define SIGNALFD_MOST 32   /* signals looked at of one read of a signalfd */
#define PATHS_MOST    64   /* paths told of one thread in PATHS_NS */
#define PATHS_NS      100000000

/* uapi: asm-generic/fcntl.h, linux/fcntl.h, asm-generic/ioctls.h, linux/socket.h, linux/fs.h,
 * linux/splice.h, linux/ipc.h, asm-generic/mman-common.h, asm-generic/errno.h */
#define IOM_F_DUPFD	    0
#define IOM_F_SETFL	    4
#define IOM_F_SETOWN	    8
#define IOM_F_SETSIG	    10
#define IOM_F_SETOWN_EX	    15
#define IOM_F_DUPFD_CLOEXEC 1030
#define IOM_FIONBIO	    0x5421
#define IOM_FIOASYNC	    0x5452
#define IOM_FIONREAD	    0x541b
#define IOM_SPLICE_NONBLOCK 0x02
#define IOM_IPC_NOWAIT	    04000
#define IOM_MS_SYNC	    4
#define IOM_ENOMSG	    42

/* ---- descriptors ------------------------------------------------------------- */

IOM_SEPARATE int new_pair(iom_slot_ref ref, __u64 at, long ret)
{
	struct iom_slot *s = slot_of(ref);
	__u32 fd[2];

	if (!s || ret || user_read(fd, sizeof(fd), at))
		return 0;
	gen_bump(s, fd[0]);
	gen_bump(s, fd[1]);
	return 0;
}

/* The position was set: an end of file seen before says nothing any more. */
static __always_inline void position_set(struct iom_slot *s, __u32 fd)
{
	struct iom_row *r = row_peek(s, fd, IOM_C_READ);

	if (r)
		r->retry_mark = 0;
}

/* ---- sleeps -------------------------------------------------------------------- */

/* The descriptor that a call is about; of an open the one it returned. */
static __always_inline __u32 call_fd(__u32 call, struct pt_regs *regs, long ret)
{
	__u32 shape = IOM_CALL_SHAPE(call), class = IOM_CALL_CLASS(call);

	if (shape == IOM_S_NEWFD)
		return ret >= 0 ? (__u32)ret : IOM_FD_NONE;
	if (shape == IOM_S_EPOLL || IOM_CALL_ARG(call) == IOM_ARG_FD)
		return regs->di;
	if (class < IOM_C_QUEUE_GET && shape != IOM_S_BASE && shape != IOM_S_SYNC)
		return regs->di;
	return IOM_FD_NONE;
}

/* The path, at that address of the process, that a call which slept was given; within a
 * budget. call: its entry in the table. */
IOM_SEPARATE int path_told(iom_slot_ref ref, struct fact *f, __u64 call, __u64 at)
{
	struct task_struct *t = this_task();
	struct iom_slot *s = slot_of(ref);
	struct iom_path_head p = {};

	if (!s || !f)
		return 0;
	if (t->sched_info.last_arrival - s->paths_at > PATHS_NS) {
		s->paths_at = t->sched_info.last_arrival;
		s->paths = 0;
	}
	if (s->paths++ >= PATHS_MOST)
		return 0;
	p.tid = s->tid;
	p.tgid = s->tgid;
	p.fd = IOM_CALL_SHAPE(call) == IOM_S_NEWFD && f->ret >= 0 ? f->ret : -1;
	p.nr = f->nr;
	p.class = IOM_CALL_CLASS(call);
	p.mixed = f->faults != 0;
	p.ns = f->waited;
	path_send(s, &p, at);
	return 0;
}

static __always_inline void path_tell(struct iom_slot *s, struct pt_regs *regs, __u32 call,
				      struct fact *f)
{
	__u32 arg = IOM_CALL_ARG(call);

	if (arg == IOM_ARG_PATH1 || arg == IOM_ARG_PATH2)
		path_told(slot_ref(s), f, call, arg == IOM_ARG_PATH1 ? regs->di : regs->si);
}

/* ---- all the rarer shapes ------------------------------------------------------ */

/* Splice and its like: two files, of which either may be the one that waited. */
static __always_inline void two_files(struct iom_slot *s, struct pt_regs *regs, __u32 call,
				      struct fact *f)
{
	__u32 shape = IOM_CALL_SHAPE(call);
	struct iom_row *r = row_get(s, regs->di, IOM_CALL_CLASS(call), 0);
	__u64 other = shape == IOM_S_SPLICE ? regs->dx : regs->si;
	__u64 flags = IOM_CALL_CLASS(call) != IOM_C_SPLICE ? 0 :
		      shape == IOM_S_SPLICE ? regs->r9 :
					      regs->r10;

	if (!r)
		return;
	if (!r->aux || (__u32)r->aux != (__u32)other)
		r->aux = file_other(s, other);
	if (flags & IOM_SPLICE_NONBLOCK)
		r->n[IOM_N_NOWAIT]++;
	count_transfer(r, s, f, f->ret, 1);
}

static __always_inline void queue_call(struct iom_slot *s, struct pt_regs *regs, __u32 call,
				       struct fact *f)
{
	__u32 class = IOM_CALL_CLASS(call), posix = IOM_CALL_ARG(call) == IOM_ARG_FD;
	__u64 bytes = class == IOM_C_QUEUE_PUT ? regs->dx : 0;
	struct iom_row *r = row_get(s, posix ? (__u32)regs->di : IOM_FD_NONE, class, posix ? 0 : f->nr);

	if (!r)
		return;
	if (class == IOM_C_QUEUE_GET)
		bytes = f->ret;
	if (!posix && (class == IOM_C_QUEUE_GET ? regs->r8 : regs->r10) & IOM_IPC_NOWAIT) {
		r->n[IOM_N_NOWAIT]++;
		if (f->ret == -IOM_ENOMSG) /* msgrcv: the queue is empty */
			f->ret = -IOM_EAGAIN;
	}
	count_transfer(r, s, f, bytes, 0);
}

/* FIONREAD is a way to ask whether there is something to read. */
IOM_SEPARATE int asked_for_bytes(iom_slot_ref ref, struct fact *f, __u64 fd, __u64 at)
{
	struct fact again = {.ret = -IOM_EAGAIN};
	struct iom_slot *s = slot_of(ref);
	__s32 n = 0;
	struct iom_row *r;

	if (!s || !f || f->ret || user_read(&n, sizeof(n), at) || n)
		return 0;
	r = row_get(s, fd, IOM_C_READ, 0);
	if (!r)
		return 0;
	again.nr = f->nr;
	r->n[IOM_N_NOWAIT]++;
	count_error(r, s, &again);
	return 0;
}

/* The part of an io_uring_enter before or after it began to wait for completions; goes_on: it
 * is counted once more when it returns. */
IOM_SEPARATE int uring_part(iom_slot_ref ref, struct fact *f, __u64 fd, __u64 class, int goes_on)
{
	struct iom_slot *s = slot_of(ref);
	struct iom_row *r;

	if (!s || !f)
		return 0;
	r = row_get(s, fd, class, 0);
	if (r) {
		if (!r->aux && r->kind == IOM_K_URING) /* it may have been any descriptor */
			r->aux = ring_of(s, fd);
		count_transfer(r, s, f, 0, goes_on);
	}
	if (f->slept)
		turns_slept(s, f, class, fd, 0);
	return 0;
}

/* IORING_ENTER_REGISTERED_RING: a number of the thread's own, no descriptor. */
static __always_inline __u32 uring_fd(struct pt_regs *regs)
{
	return regs->r10 & 16 ? IOM_FD_NONE : (__u32)regs->di;
}

static __always_inline void uring_call(struct iom_slot *s, struct pt_regs *regs, struct fact *f)
{
	/* IORING_ENTER_GETEVENTS, and more than none of them */
	int waits = (regs->r10 & 1) && regs->dx;

	s->ring_calls++;
	/* One that never came to wait for completions slept while it submitted. */
	uring_part(slot_ref(s), f, uring_fd(regs),
		   s->border || (waits && !f->slept) ? IOM_C_URING_ENTER : IOM_C_URING_SUBMIT, 0);
	s->border = 0;
}

IOM_SEPARATE int signal_wait(iom_slot_ref ref, struct fact *f, __u64 at)
{
	struct iom_slot *s = slot_of(ref);
	struct iom_siginfo si = {};

	if (!s || !f)
		return 0;
	if (f->ret <= 0) {
		count_sleep(s, f, IOM_C_SIGSUSPEND, IOM_FD_NONE);
		return 0;
	}
	if (at && user_read(&si, sizeof(si), at))
		si.code = 0;
	si.signo = f->ret;
	signal_taken(s, IOM_C_SIGWAIT, &si, f);
	return 0;
}

/* What a call does to the meaning of descriptors, apart from its sleep. */
static __always_inline void descriptors_change(struct iom_slot *s, struct pt_regs *regs, __u32 call,
					       struct fact *f)
{
	switch (IOM_CALL_SHAPE(call)) {
	case IOM_S_NEWFD:
		if (f->ret >= 0)
			gen_bump(s, f->ret);
		break;
	case IOM_S_PIPE:
		new_pair(slot_ref(s), regs->di, f->ret);
		break;
	case IOM_S_PAIR:
		new_pair(slot_ref(s), regs->r10, f->ret);
		break;
	case IOM_S_CLOSE_RANGE:
		files_changed(s);
		break;
	case IOM_S_LSEEK:
		position_set(s, regs->di);
		break;
	case IOM_S_FCNTL:
		if (f->ret >= 0 && (regs->si == IOM_F_DUPFD || regs->si == IOM_F_DUPFD_CLOEXEC))
			gen_bump(s, f->ret);
		else if (regs->si == IOM_F_SETFL || regs->si == IOM_F_SETOWN || regs->si == IOM_F_SETSIG ||
			 regs->si == IOM_F_SETOWN_EX)
			files_changed(s);
		break;
	case IOM_S_IOCTL:
		if ((__u32)regs->si == IOM_FIONBIO || (__u32)regs->si == IOM_FIOASYNC)
			files_changed(s);
		else if ((__u32)regs->si == IOM_FIONREAD)
			asked_for_bytes(slot_ref(s), f, (__u32)regs->di, regs->dx);
		break;
	}
}

static __always_inline void other_shapes(struct iom_slot *s, struct task_struct *t,
					 struct pt_regs *regs, __u32 call, struct fact *f)
{
	__u32 class = IOM_CALL_CLASS(call), fd = regs->di;
	struct iom_row *r;
	__u64 other;
	int limit;

	switch (IOM_CALL_SHAPE(call)) {
	case IOM_S_ACCEPT:
		r = row_get(s, fd, class, 0);
		if (r)
			count_transfer(r, s, f, 0, 0);
		if (f->ret >= 0)
			gen_bump(s, f->ret);
		break;
	case IOM_S_PLAIN:
		r = row_get(s, fd, class, 0);
		if (r)
			count_transfer(r, s, f, 0, 0);
		break;
	case IOM_S_SYNC:
		if (f->nr == 26 /* msync */ && !(regs->dx & IOM_MS_SYNC)) {
			count_sleep(s, f, class, IOM_FD_NONE);
			break;
		}
		r = row_get(s, IOM_FD_NONE, class, f->nr);
		if (r)
			count_transfer(r, s, f, 0, 0);
		break;
	case IOM_S_PROCMEM:
		r = row_get(s, IOM_FD_NONE, class, f->nr);
		if (r)
			count_transfer(r, s, f, f->ret, 0);
		break;
	case IOM_S_QUEUE:
		queue_call(s, regs, call, f);
		break;
	case IOM_S_MSG:
	case IOM_S_MMSG:
		r = row_get(s, fd, class, 0);
		if (r) {
			if (asks_nowait(call, regs))
				r->n[IOM_N_NOWAIT]++;
			count_transfer(r, s, f, message_bytes(call, regs, f), class == IOM_C_RECV);
		}
		if (class == IOM_C_RECV && f->ret >= 0)
			message_taken(slot_ref(s), regs->si);
		break;
	case IOM_S_SENDFILE:
	case IOM_S_SPLICE:
	case IOM_S_TEE:
		two_files(s, regs, call, f);
		break;
	case IOM_S_EPOLL:
		limit = f->nr == 441 ? limit_at(f, regs->r10) : limit_of(regs->r10);
		count_ready(s, f, fd, class, 0, 0, limit);
		if (!f->slept && ready_look(s, f))
			epoll_look(slot_ref(s), f, fd, regs->si);
		break;
	case IOM_S_EPOLL_CTL:
		count_sleep(s, f, IOM_C_OTHER, fd);
		epoll_control(s, regs, f->ret);
		break;
	case IOM_S_POLL:
		poll_call(slot_ref(s), f, regs->di, (__u32)regs->si, limit_of(regs->dx));
		break;
	case IOM_S_PPOLL:
		poll_call(slot_ref(s), f, regs->di, (__u32)regs->si, limit_at(f, regs->dx));
		break;
	case IOM_S_SELECT:
		limit = limit_at(f, regs->r8);
		if ((__s32)regs->di <= 0 || !(regs->si | regs->dx | regs->r10)) {
			count_ready(s, f, IOM_FD_NONE, IOM_C_SLEEP_POLL, 0, 0, limit);
			break;
		}
		other = select_returned(s, f, regs, class, limit);
		select_call(slot_ref(s), f, (__u32)regs->di | other << 32, regs->si, regs->dx);
		break;
	case IOM_S_SIGWAIT:
		signal_wait(slot_ref(s), f, regs->si);
		break;
	case IOM_S_AIO_SETUP:
		count_sleep(s, f, class, IOM_FD_NONE);
		if (f->ret == 0 && user_read(&other, sizeof(other), regs->si) == 0)
			aio_ring(s, other);
		break;
	case IOM_S_AIO_SUBMIT:
		r = f->ret == -IOM_EBADF ? NULL : row_get(s, IOM_FD_NONE, class, 0);
		if (r)
			count_transfer(r, s, f, f->ret, 0);
		aio_submitted(slot_ref(s), f, regs->di, regs->si, regs->dx);
		break;
	case IOM_S_AIO_GETEVENTS:
		aio_ring(s, regs->di); /* with nothing in flight its two counts meet */
		r = row_get(s, IOM_FD_NONE, class, 0);
		if (r)
			count_transfer(r, s, f, f->ret, 1);
		break;
	case IOM_S_URING:
		uring_call(s, regs, f);
		break;
	default:
		descriptors_change(s, regs, call, f);
		count_sleep(s, f, class, call_fd(call, regs, f->ret));
		if (f->slept)
			path_tell(s, regs, call, f);
		if (IOM_CALL_SHAPE(call) == IOM_S_CLOSE && f->ret == 0)
			gen_bump(s, fd);
		break;
	}
}

struct signalfd_loop {
	struct iom_slot *slot;
	struct fact *f;
	__u64 at;
};

static long signalfd_one(__u32 i, struct signalfd_loop *l)
{
	struct {
		__u32 signo;
		__s32 err, code;
		__u32 pid, uid;
		__s32 fd;
	} from = {}; /* head of struct signalfd_siginfo, 128 bytes each */
	struct iom_siginfo si = {};

	if (user_read(&from, sizeof(from), l->at + i * 128))
		return 1;
	si.signo = from.signo;
	si.code = from.code;
	si.fd = from.fd;
	signal_taken(l->slot, IOM_C_SIGFD, &si, i ? NULL : l->f);
	return 0;
}

/* A read of a signalfd returns signals, and those are the facts. */
IOM_SEPARATE int signalfd_taken(iom_slot_ref ref, struct fact *f, __u64 at, __u64 vector)
{
	struct signalfd_loop loop = {.at = at};
	struct iom_slot *s = slot_of(ref);
	__u64 n;

	if (!s || !f || f->ret < 128)
		return 0;
	if (vector && user_read(&loop.at, sizeof(loop.at), at)) /* the first of its parts */
		return 0;
	loop.slot = s;
	loop.f = f;
	n = (__u64)f->ret / 128;
	repeat(n < SIGNALFD_MOST ? n : SIGNALFD_MOST, signalfd_one, &loop);
	return 0;
}

/* The process was stopped since the task's last sleep: that part of it was no call's. */
IOM_SEPARATE int stop_take(iom_slot_ref ref, struct fact *f, __u64 sleeps)
{
	struct iom_slot *s = slot_of(ref);
	struct iom_stops *stops = s ? stops_of(s) : NULL;
	struct fact stopped = {.slept = 1};
	struct iom_row *r;

	if (!s || !f || !stops)
		return 0;
	stopped.waited = stops->total_ns - s->stopped_ns;
	if (stopped.waited > f->waited)
		stopped.waited = f->waited;
	if (sleeps <= stops->count - s->stops) { /* it slept for nothing else */
		stopped.waited = f->waited;
		f->slept = 0;
		f->faults = 0;
	}
	f->waited -= stopped.waited;
	s->stopped_ns = stops->total_ns;
	s->stops = stops->count;
	turns_slept(s, &stopped, IOM_C_STOPPED, IOM_FD_NONE, 0);
	r = row_get(s, IOM_FD_NONE, IOM_C_STOPPED, 0);
	if (!r)
		return 0;
	r->n[IOM_N_OK_SLEPT]++;
	row_slept(r, &stopped);
	return 0;
}

/*
 * The task slept since it was looked at last. Major faults since then may have had
 * a part in it, before the call or inside it: which, nobody can tell from here, so
 * their number goes with the sleep.
 */
static __always_inline void sleep_take(struct iom_slot *s, struct task_struct *t, struct fact *f)
{
	__u64 off = off_time(t), sleeps = t->nvcsw - s->nvcsw;
	struct iom_stops *stops = stops_of(s);

	f->waited = off - s->off_ns;
	if ((__s64)f->waited < 0)
		f->waited = 0;
	f->slept = 1;
	f->faults = t->maj_flt - s->maj_flt;
	s->off_ns = off;
	s->nvcsw = t->nvcsw;
	s->maj_flt = t->maj_flt;
	s->min_flt = t->min_flt;
	if (stops && stops->total_ns != s->stopped_ns)
		stop_take(slot_ref(s), f, sleeps);
}

/*
 * A page that user code touched has been brought, and the fault is over: what the task
 * slept since its last call was for that. Faults inside calls are left to the call's
 * return, where they cannot be told from the call's own sleep.
 */
static __always_inline void fault_served(struct iom_slot *s, struct task_struct *t)
{
	__u64 faults = t->maj_flt - s->maj_flt;
	struct fact f = {};
	struct iom_row *r;

	if (t->nvcsw != s->nvcsw)
		sleep_take(s, t, &f);
	s->maj_flt = t->maj_flt;
	if (!f.slept)
		return;
	/* More than this one: those before it were not seen, nor what came between them. */
	if (faults == 1)
		f.faults = 0;
	turns_slept(s, &f, IOM_C_FAULT, IOM_FD_NONE, 0);
	r = row_get(s, IOM_FD_NONE, IOM_C_FAULT, 0);
	if (!r)
		return;
	r->n[IOM_N_OK_SLEPT]++;
	row_slept(r, &f);
}

/* io_uring_enter has submitted and begins to wait (io_uring_cqring_wait): what it
 * slept so far was submission. */
static __always_inline void uring_waits(struct iom_slot *s, struct task_struct *t,
					struct pt_regs *regs)
{
	struct fact f = {.nr = 426};

	if (s->border) /* a call that was looked at never returned */
		return;
	if (t->nvcsw != s->nvcsw)
		sleep_take(s, t, &f);
	s->border = 1;
	if (regs->si || f.slept)
		uring_part(slot_ref(s), &f, uring_fd(regs), IOM_C_URING_SUBMIT, 1);
}

/* A readiness call, and io_uring_enter, tell of their sleeps inside turns themselves. */
static __always_inline int tells_turns(__u32 call)
{
	__u32 shape = IOM_CALL_SHAPE(call);

	return (shape >= IOM_S_EPOLL && shape <= IOM_S_SELECT && shape != IOM_S_EPOLL_CTL) ||
	       shape == IOM_S_URING;
}

/*
 * One call of a watched thread has returned. call: its entry in the table, not
 * IOM_CALL_SKIP; table: all of it; f: only ret is set. The call that the facts
 * belong to is in f->nr and returned as its entry: restart_syscall goes on with
 * the one it interrupted.
 */
static __always_inline __u32 call_returned(struct iom_slot *s, struct task_struct *t,
					   struct pt_regs *regs, struct fact *f, __u64 nr,
					   const __u32 *table)
{
	__u32 call = table[nr], shape, class;
	struct iom_row *r;

	if (t->nvcsw != s->nvcsw)
		sleep_take(s, t, f);

	if (IOM_CALL_SHAPE(call) == IOM_S_RESTART) {
		nr = s->restart_nr;
		IOM_BOUND(nr, IOM_CALLS - 1);
		call = nr ? table[nr] : IOM_CALL_BASE;
	}
	if (f->ret == -IOM_RESTART_BLOCK)
		s->restart_nr = nr;
	f->nr = nr;
	/* io_submit has set requests up before. */
	if (f->ret == -IOM_EBADF && IOM_CALL_SHAPE(call) != IOM_S_AIO_SUBMIT) {
		if (f->slept)
			turns_slept(s, f, IOM_C_OTHER, IOM_FD_NONE, 0);
		count_no_file(slot_ref(s), f, call_fd(call, regs, f->ret));
		return IOM_CALL_BASE;
	}
	shape = IOM_CALL_SHAPE(call);
	class = IOM_CALL_CLASS(call);
	if (f->slept && !tells_turns(call))
		turns_slept(s, f, class, call_fd(call, regs, f->ret), 0);

	if (shape != IOM_S_FD && shape != IOM_S_POSITION) {
		other_shapes(s, t, regs, call, f);
		return call;
	}
	r = row_get(s, regs->di, class, 0);
	if (!r)
		return call;
	if (IOM_CALL_ARG(call) && asks_nowait(call, regs))
		r->n[IOM_N_NOWAIT]++;
	count_transfer(r, s, f, class == IOM_C_RECV ? message_bytes(call, regs, f) : (__u64)f->ret,
		       class == IOM_C_READ ? (shape == IOM_S_FD && r->kind == IOM_K_REG ? 2 : 1) :
		       class == IOM_C_RECV ? 1 :
					     0);
	if (r->kind == IOM_K_SIGNALFD && class == IOM_C_READ)
		signalfd_taken(slot_ref(s), f, regs->si, f->nr == 19 /* readv */);
	return call;
}

#endif
