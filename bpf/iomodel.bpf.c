// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * iomodel.bpf.c - the facts of every call, recorded at sys_exit alone.
 *
 * Order of work, so that the cheap question comes first: is this process
 * watched (one bit), does this number matter (a table), did it sleep (one
 * counter of the task), which row. No clock is read, no hash map is searched
 * and no record is sent for an ordinary call. Nothing here judges.
 */
#include "kernel.h"
#include "calls.h"
#include "facts.h"
#include "state.bpf.h"
#include "files.bpf.h"
#include "rows.bpf.h"
#include "counts.bpf.h"
#include "readiness.bpf.h"
#include "shared.bpf.h"
#include "tasks.bpf.h"
#include "signals.bpf.h"
#include "async.bpf.h"
#include "windows.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const __u32 calls[IOM_CALLS] = {IOM_CALL_TABLE};

/* ---- descriptors ------------------------------------------------------------- */

static __always_inline void new_pair(__u32 tgid, __u64 at, long ret)
{
	__u32 fd[2];

	if (ret || bpf_probe_read_user(fd, sizeof(fd), (void *)at))
		return;
	gen_bump(tgid, fd[0]);
	gen_bump(tgid, fd[1]);
}

/* The position was set: an end of file seen before says nothing any more. */
static __always_inline void position_set(struct iom_slot *s, __u32 fd)
{
	__u64 key = row_key(s->tid, fd, IOM_C_READ, 0);
	__u32 at = row_hash(key);
	struct iom_row *r = bpf_map_lookup_elem(&rows, &at);

	if (r && r->key == key)
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
	bpf_probe_read_user(&len, sizeof(len), (void *)(l->at + i * 64 + 56));
	l->bytes += len;
	return 0;
}

static __always_inline __u64 mmsg_bytes(__u64 at, long ret)
{
	struct mmsg_loop loop = {.at = at};

	if (ret > 0)
		bpf_loop(ret < MMSG_MAX ? ret : MMSG_MAX, mmsg_one, &loop, 0);
	return loop.bytes;
}

/* Control data came with the message: it may be descriptors (SCM_RIGHTS), which
 * take numbers that no call of this process returns. */
static __always_inline void message_taken(__u64 at)
{
	__u64 controllen = 0;

	bpf_probe_read_user(&controllen, sizeof(controllen), (void *)(at + 40));
	if (controllen)
		__sync_fetch_and_add(&recheck, 1);
}

static __always_inline int asks_nowait(__u32 call, struct pt_regs *regs)
{
	switch (IOM_CALL_ARG(call)) {
	case IOM_ARG_DX:
		return regs->dx & MSG_DONTWAIT;
	case IOM_ARG_R10:
		return regs->r10 & MSG_DONTWAIT;
	case IOM_ARG_R9:
		return regs->r9 & RWF_NOWAIT;
	}
	return 0;
}

/* ---- all the rarer shapes ------------------------------------------------------ */

static __always_inline void other_shapes(struct iom_slot *s, struct pt_regs *regs, __u32 call,
					 struct fact *f)
{
	__u32 class = IOM_CALL_CLASS(call), tgid = s->tgid, fd = regs->di;
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
			gen_bump(tgid, f->ret);
		break;
	case IOM_S_PLAIN:
		r = row_get(s, fd, class, 0);
		if (r)
			count_transfer(r, s, f, 0, 0);
		break;
	case IOM_S_MSG:
	case IOM_S_MMSG:
		if (f->ret == -E_BADF)
			break;
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
			message_taken(regs->si);
		break;
	case IOM_S_SENDFILE:
	case IOM_S_SPLICE:
	case IOM_S_TEE:
		r = row_get(s, fd, class, 0);
		if (!r)
			break;
		other = IOM_CALL_SHAPE(call) == IOM_S_SPLICE ? regs->dx : regs->si;
		if (!r->aux || (__u32)r->aux != (__u32)other)
			r->aux = file_other(bpf_get_current_task_btf(), other);
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
		poll_call(s->tid, f, regs->di, (__u32)regs->si, (__s32)regs->dx == 0);
		break;
	case IOM_S_PPOLL:
		poll_call(s->tid, f, regs->di, (__u32)regs->si,
			  !f->slept && timeout_zero(regs->dx));
		break;
	case IOM_S_SELECT:
		zero = !f->slept && timeout_zero(regs->r8);
		if ((__s32)regs->di <= 0 || !(regs->si | regs->dx | regs->r10)) {
			count_ready(s, f, IOM_FD_NONE, IOM_C_SLEEP_POLL, 0, zero);
			break;
		}
		count_ready(s, f, IOM_FD_NONE, class, regs->di, zero);
		select_call(s->tid, f, regs->di, regs->si, regs->dx);
		break;
	case IOM_S_SIGWAIT:
		if (f->ret > 0) {
			struct iom_siginfo si = {};

			if (regs->si)
				bpf_probe_read_user(&si, sizeof(si), (void *)regs->si);
			si.signo = f->ret;
			signal_taken(s, IOM_C_SIGWAIT, &si, f->slept, f->waited);
		} else {
			count_sleep(s, f, IOM_C_SIGSUSPEND);
		}
		break;
	case IOM_S_AIO_SETUP:
		if (f->ret == 0) {
			bpf_probe_read_user(&other, sizeof(other), (void *)regs->si);
			aio_ctx(tgid, other);
		}
		break;
	case IOM_S_AIO_SUBMIT:
		r = row_get(s, IOM_FD_NONE, class, 0);
		if (r)
			count_transfer(r, s, f, f->ret, 0);
		aio_submitted(s, regs, f->ret, f->slept);
		break;
	case IOM_S_AIO_GETEVENTS:
		aio_ctx(tgid, regs->di); /* with nothing in flight its two counts meet */
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
			gen_bump(tgid, f->ret);
		break;
	case IOM_S_PIPE:
		new_pair(tgid, regs->di, f->ret);
		break;
	case IOM_S_PAIR:
		new_pair(tgid, regs->r10, f->ret);
		break;
	case IOM_S_CLOSE:
		count_sleep(s, f, class);
		if (f->ret == 0)
			gen_bump(tgid, fd);
		break;
	case IOM_S_CLOSE_RANGE:
		__sync_fetch_and_add(&recheck, 1);
		break;
	case IOM_S_LSEEK:
		position_set(s, fd);
		break;
	case IOM_S_FCNTL:
		count_sleep(s, f, IOM_C_LOCK);
		if (f->ret >= 0 && (regs->si == F_DUPFD || regs->si == F_DUPFD_CLOEXEC))
			gen_bump(tgid, f->ret);
		else if (regs->si == F_SETFL || regs->si == F_SETOWN || regs->si == F_SETSIG ||
			 regs->si == F_SETOWN_EX)
			__sync_fetch_and_add(&recheck, 1);
		break;
	case IOM_S_IOCTL:
		count_sleep(s, f, class);
		if ((__u32)regs->si == FIONBIO || (__u32)regs->si == FIOASYNC)
			__sync_fetch_and_add(&recheck, 1);
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

	if (f->ret < 128)
		return;
	bpf_probe_read_user(&from, sizeof(from), (void *)regs->si);
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
	if (sleeps > faults * SLEEPS_PER_FAULT ||
	    (class >= IOM_C_READ && class <= IOM_C_COPYRANGE && file_is_stored(t, fd)))
		return;
	r = row_get(s, IOM_FD_NONE, IOM_C_FAULT, 0);
	if (r) {
		r->n[IOM_N_OK_SLEPT] += faults;
		row_slept(r, f->waited);
	}
	f->slept = 0;
	f->waited = 0;
}

/* A number outside the table: x32 calls carry bit 30, -1 is rt_sigreturn's. */
static __always_inline int unknown_call(__u64 nr)
{
	if (nr == (__u64)-1)
		return 0;
	if (nr & 0x40000000)
		IOM_COUNT(compat_calls);
	else
		IOM_COUNT(unknown_calls);
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(iom_sys_exit, struct pt_regs *regs, long ret)
{
	struct fact f = {.ret = ret};
	struct task_struct *t;
	struct iom_slot *s;
	struct iom_row *r;
	__u64 nr = regs->orig_ax;
	__u32 call, shape, class;

	t = bpf_get_current_task_btf();
	if (!watched(t->tgid))
		return 0;
	if (nr >= IOM_CALLS)
		return unknown_call(nr);
	IOM_BOUND(nr, IOM_CALLS - 1);
	call = calls[nr];
	if (call == IOM_CALL_SKIP)
		return 0;
	if (t->thread_info.status & TS_COMPAT) {
		IOM_COUNT(compat_calls);
		return 0;
	}
	s = slot_find(t->pid);
	if (!s) {
		s = slot_add(t);
		if (!s)
			return 0;
	}
	if (t->nvcsw != s->nvcsw)
		sleep_take(s, t, &f, IOM_CALL_CLASS(call), regs->di);

	if (IOM_CALL_SHAPE(call) == IOM_S_RESTART) { /* goes on with the call it interrupted */
		nr = s->restart_nr;
		IOM_BOUND(nr, IOM_CALLS - 1);
		call = nr ? calls[nr] : IOM_CALL_BASE;
	}
	if (ret == -E_RESTART_BLOCK)
		s->restart_nr = nr;
	f.nr = nr;
	shape = IOM_CALL_SHAPE(call);
	class = IOM_CALL_CLASS(call);

	if (shape == IOM_S_FD || shape == IOM_S_POSITION) {
		if (ret == -E_BADF)
			return 0;
		r = row_get(s, regs->di, class, 0);
		if (!r)
			return 0;
		if (IOM_CALL_ARG(call) && asks_nowait(call, regs))
			r->n[IOM_N_NOWAIT]++;
		count_transfer(r, s, &f, ret,
			       class == IOM_C_READ ? (shape == IOM_S_FD && r->kind == IOM_K_REG ? 2 :
												  1) :
			       class == IOM_C_RECV ? 1 :
						     0);
		if (r->kind == IOM_K_SIGNALFD && class == IOM_C_READ)
			signalfd_taken(s, regs, &f);
	} else {
		other_shapes(s, regs, call, &f);
	}
	if (window && s->enter_ns && s->window == window)
		sample_send(s->tid, (__u32)nr << 8 | class,
			    shape == IOM_S_FD || shape == IOM_S_POSITION || shape == IOM_S_EPOLL ||
					    class < IOM_C_EPOLL_WAIT ?
				    (__u32)regs->di :
				    IOM_FD_NONE,
			    ret);
	s->enter_ns = 0;
	return 0;
}
