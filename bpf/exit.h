/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * exit.h - the facts of one call, as they are seen when it returns.
 */
#ifndef IOM_EXIT_H
#define IOM_EXIT_H

#include "aio_requests.h"
#include "calls.h"
#include "counts.h"
#include "readiness.h"
#include "signals.h"

#define SLEEPS_PER_FAULT 8 /* a network file system sleeps a few times for one page */
#define FAULT_MAX_NS 100000000 /* no disk takes longer for a page; a sleep that did was the call's */
#define MMSG_MAX	 64

/* uapi: asm-generic/fcntl.h, linux/fcntl.h, asm-generic/ioctls.h, linux/socket.h, linux/fs.h */
#define IOM_F_DUPFD	    0
#define IOM_F_SETFL	    4
#define IOM_F_SETOWN	    8
#define IOM_F_SETSIG	    10
#define IOM_F_SETOWN_EX	    15
#define IOM_F_DUPFD_CLOEXEC 1030
#define IOM_FIONBIO	    0x5421
#define IOM_FIOASYNC	    0x5452
#define IOM_MSG_DONTWAIT    0x40
#define IOM_RWF_NOWAIT	    0x08

/* ---- descriptors ------------------------------------------------------------- */

static __always_inline void new_pair(struct iom_slot *s, __u64 at, long ret)
{
	__u32 fd[2];

	if (ret || user_read(fd, sizeof(fd), at))
		return;
	gen_bump(s, fd[0]);
	gen_bump(s, fd[1]);
}

/* The position was set: an end of file seen before says nothing any more. */
static __always_inline void position_set(struct iom_slot *s, __u32 fd)
{
	struct iom_row *r = row_peek(s, fd, IOM_C_READ);

	if (r)
		r->retry_mark = 0;
}

/* ---- messages ---------------------------------------------------------------- */

struct mmsg_loop {
	__u64 at, bytes;
};

static long mmsg_one(__u32 i, struct mmsg_loop *l)
{
	__u32 len = 0;

	/* struct mmsghdr: a 56-byte struct msghdr, then msg_len */
	if (user_read(&len, sizeof(len), l->at + i * 64 + 56) == 0)
		l->bytes += len;
	return 0;
}

static __always_inline __u64 mmsg_bytes(__u64 at, long ret)
{
	struct mmsg_loop loop = {.at = at};

	if (ret > 0)
		repeat(ret < MMSG_MAX ? ret : MMSG_MAX, mmsg_one, &loop);
	return loop.bytes;
}

/* Control data came with the message: it may be descriptors (SCM_RIGHTS), which
 * take numbers that no call of this process returns. */
static __always_inline void message_taken(struct iom_slot *s, __u64 at)
{
	__u64 controllen = 0;

	if (user_read(&controllen, sizeof(controllen), at + 40) == 0 && controllen)
		files_changed(s);
}

static __always_inline int asks_nowait(__u32 call, struct pt_regs *regs)
{
	switch (IOM_CALL_ARG(call)) {
	case IOM_ARG_DX:
		return regs->dx & IOM_MSG_DONTWAIT;
	case IOM_ARG_R10:
		return regs->r10 & IOM_MSG_DONTWAIT;
	case IOM_ARG_R9:
		return regs->r9 & IOM_RWF_NOWAIT;
	}
	return 0;
}

/* ---- all the rarer shapes ------------------------------------------------------ */

static __always_inline void other_shapes(struct iom_slot *s, struct pt_regs *regs, __u32 call,
					 struct fact *f)
{
	__u32 class = IOM_CALL_CLASS(call), fd = regs->di;
	struct iom_row *r;
	__u64 other;
	int zero;

	switch (IOM_CALL_SHAPE(call)) {
	case IOM_S_BASE:
		count_sleep(s, f, class);
		break;
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
	case IOM_S_MSG:
	case IOM_S_MMSG:
		r = row_get(s, fd, class, 0);
		if (r) {
			if (asks_nowait(call, regs))
				r->n[IOM_N_NOWAIT]++;
			count_transfer(r, s, f,
				       IOM_CALL_SHAPE(call) == IOM_S_MMSG ?
					       mmsg_bytes(regs->si, f->ret) :
					       f->ret,
				       class == IOM_C_RECV);
		}
		if (class == IOM_C_RECV && f->ret >= 0)
			message_taken(s, regs->si);
		break;
	case IOM_S_SENDFILE:
	case IOM_S_SPLICE:
	case IOM_S_TEE:
		r = row_get(s, fd, class, 0);
		if (!r)
			break;
		other = IOM_CALL_SHAPE(call) == IOM_S_SPLICE ? regs->dx : regs->si;
		if (!r->aux || (__u32)r->aux != (__u32)other)
			r->aux = file_other(s, other);
		count_transfer(r, s, f, f->ret, 1);
		break;
	case IOM_S_EPOLL:
		zero = f->nr == 441 ? timeout_zero(regs->r10) : (__s32)regs->r10 == 0;
		count_ready(s, f, fd, class, 0, zero);
		break;
	case IOM_S_EPOLL_CTL:
		count_sleep(s, f, IOM_C_OTHER);
		epoll_control(s, regs, f->ret);
		break;
	case IOM_S_POLL:
		poll_call(slot_ref(s), f, regs->di, (__u32)regs->si, (__s32)regs->dx == 0);
		break;
	case IOM_S_PPOLL:
		poll_call(slot_ref(s), f, regs->di, (__u32)regs->si,
			  !f->slept && timeout_zero(regs->dx));
		break;
	case IOM_S_SELECT:
		zero = !f->slept && timeout_zero(regs->r8);
		if ((__s32)regs->di <= 0 || !(regs->si | regs->dx | regs->r10)) {
			count_ready(s, f, IOM_FD_NONE, IOM_C_SLEEP_POLL, 0, zero);
			break;
		}
		count_ready(s, f, IOM_FD_NONE, class, regs->di, zero);
		select_call(slot_ref(s), f, regs->di, regs->si, regs->dx);
		break;
	case IOM_S_SIGWAIT:
		if (f->ret > 0) {
			struct iom_siginfo si = {};

			if (regs->si && user_read(&si, sizeof(si), regs->si))
				si.code = 0;
			si.signo = f->ret;
			signal_taken(s, IOM_C_SIGWAIT, &si, f->slept, f->waited);
		} else {
			count_sleep(s, f, IOM_C_SIGSUSPEND);
		}
		break;
	case IOM_S_AIO_SETUP:
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
		s->ring_calls++;
		class = (regs->r10 & 1) /* IORING_ENTER_GETEVENTS */ && regs->dx ?
				IOM_C_URING_ENTER :
				IOM_C_URING_SUBMIT;
		r = row_get(s, regs->r10 & 16 /* REGISTERED_RING */ ? IOM_FD_NONE : fd, class, 0);
		if (r)
			count_transfer(r, s, f, f->ret, 0);
		break;
	case IOM_S_NEWFD:
		count_sleep(s, f, class);
		if (f->ret >= 0)
			gen_bump(s, f->ret);
		break;
	case IOM_S_PIPE:
		new_pair(s, regs->di, f->ret);
		break;
	case IOM_S_PAIR:
		new_pair(s, regs->r10, f->ret);
		break;
	case IOM_S_CLOSE:
		count_sleep(s, f, class);
		if (f->ret == 0)
			gen_bump(s, fd);
		break;
	case IOM_S_CLOSE_RANGE:
		files_changed(s);
		break;
	case IOM_S_LSEEK:
		position_set(s, fd);
		break;
	case IOM_S_FCNTL:
		count_sleep(s, f, IOM_C_LOCK);
		if (f->ret >= 0 && (regs->si == IOM_F_DUPFD || regs->si == IOM_F_DUPFD_CLOEXEC))
			gen_bump(s, f->ret);
		else if (regs->si == IOM_F_SETFL || regs->si == IOM_F_SETOWN || regs->si == IOM_F_SETSIG ||
			 regs->si == IOM_F_SETOWN_EX)
			files_changed(s);
		break;
	case IOM_S_IOCTL:
		count_sleep(s, f, class);
		if ((__u32)regs->si == IOM_FIONBIO || (__u32)regs->si == IOM_FIOASYNC)
			files_changed(s);
		break;
	}
}

/* A read of a signalfd returns signals, and those are the facts. */
static __always_inline void signalfd_taken(struct iom_slot *s, struct pt_regs *regs,
					   struct fact *f)
{
	struct {
		__u32 signo;
		__s32 err, code;
		__u32 pid, uid;
		__s32 fd;
	} from = {}; /* head of struct signalfd_siginfo, 128 bytes each */
	struct iom_siginfo si = {};

	if (f->ret < 128 || user_read(&from, sizeof(from), regs->si))
		return;
	si.signo = from.signo;
	si.code = from.code;
	si.fd = from.fd;
	signal_taken(s, IOM_C_SIGFD, &si, f->slept, f->waited);
}

/*
 * Did the task sleep since its last call that was looked at? Major faults that
 * account for all of it were pages of mapped files on the way here; but a
 * transfer of a stored file sleeps for pages itself.
 */
static __always_inline void sleep_take(struct iom_slot *s, struct task_struct *t, struct fact *f,
				       __u32 class, __u32 fd)
{
	__u64 off = off_time(t), faults = t->maj_flt - s->maj_flt, sleeps = t->nvcsw - s->nvcsw;
	struct iom_row *r;

	f->waited = off - s->off_ns;
	if ((__s64)f->waited < 0)
		f->waited = 0;
	f->slept = 1;
	s->off_ns = off;
	s->nvcsw = t->nvcsw;
	if (!faults)
		return;
	s->maj_flt = t->maj_flt;
	if (sleeps > faults * SLEEPS_PER_FAULT || f->waited > faults * FAULT_MAX_NS ||
	    (class >= IOM_C_READ && class <= IOM_C_COPYRANGE && file_is_stored(s, fd)))
		return;
	r = row_get(s, IOM_FD_NONE, IOM_C_FAULT, 0);
	if (r) {
		r->n[IOM_N_OK_SLEPT] += faults;
		row_slept(r, f->waited);
	}
	f->slept = 0;
	f->waited = 0;
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
		sleep_take(s, t, f, IOM_CALL_CLASS(call), regs->di);

	if (IOM_CALL_SHAPE(call) == IOM_S_RESTART) {
		nr = s->restart_nr;
		IOM_BOUND(nr, IOM_CALLS - 1);
		call = nr ? table[nr] : IOM_CALL_BASE;
	}
	if (f->ret == -IOM_RESTART_BLOCK)
		s->restart_nr = nr;
	f->nr = nr;
	/* No open file, or one that cannot be used like this (O_PATH, the wrong mode): nothing
	 * is said of any file, and only a sleep counts. io_submit has set requests up before.
	 */
	if (f->ret == -IOM_EBADF && IOM_CALL_SHAPE(call) != IOM_S_AIO_SUBMIT)
		call = IOM_CALL_BASE;
	shape = IOM_CALL_SHAPE(call);
	class = IOM_CALL_CLASS(call);

	if (shape != IOM_S_FD && shape != IOM_S_POSITION) {
		other_shapes(s, regs, call, f);
		return call;
	}
	r = row_get(s, regs->di, class, 0);
	if (!r)
		return call;
	if (IOM_CALL_ARG(call) && asks_nowait(call, regs))
		r->n[IOM_N_NOWAIT]++;
	count_transfer(r, s, f, f->ret,
		       class == IOM_C_READ ? (shape == IOM_S_FD && r->kind == IOM_K_REG ? 2 : 1) :
		       class == IOM_C_RECV ? 1 :
					     0);
	if (r->kind == IOM_K_SIGNALFD && class == IOM_C_READ)
		signalfd_taken(s, regs, f);
	return call;
}

/* The descriptor that a sample of this call is about. */
static __always_inline __u32 call_fd(__u32 call, struct pt_regs *regs)
{
	__u32 shape = IOM_CALL_SHAPE(call);

	return shape == IOM_S_FD || shape == IOM_S_POSITION || shape == IOM_S_EPOLL ||
			       IOM_CALL_CLASS(call) < IOM_C_EPOLL_WAIT ?
		       (__u32)regs->di :
		       IOM_FD_NONE;
}

#endif
