/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * messages.h - calls of the recvmsg and sendmsg kind: their flags, how much came, and what
 * came with it.
 */
#ifndef IOM_MESSAGES_H
#define IOM_MESSAGES_H

#include "slot.h"
#include "syscalls.h"

#define MMSG_MAX	 1024 /* UIO_MAXIOV: the kernel takes no more */
#define IOM_MSG_PEEK	 0x02 /* linux/socket.h */
#define IOM_MSG_DONTWAIT 0x40
#define IOM_RWF_NOWAIT	 0x08 /* uapi/linux/fs.h */

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

IOM_SEPARATE __u64 mmsg_bytes(__u64 at, long ret)
{
	struct mmsg_loop loop = {.at = at};

	if (ret > 0)
		repeat(ret < MMSG_MAX ? ret : MMSG_MAX, mmsg_one, &loop);
	return loop.bytes;
}

/* Control data came with the message: it may be descriptors (SCM_RIGHTS), which
 * take numbers that no call of this process returns. */
IOM_SEPARATE int message_taken(iom_slot_ref ref, __u64 at)
{
	struct iom_slot *s = slot_of(ref);
	__u64 controllen = 0;

	if (s && user_read(&controllen, sizeof(controllen), at + 40) == 0 && controllen)
		files_changed(s);
	return 0;
}

/* The flags of a recv or send call: MSG_*. */
static __always_inline __u64 message_flags(__u32 call, struct pt_regs *regs)
{
	switch (IOM_CALL_ARG(call)) {
	case IOM_ARG_DX:
		return regs->dx;
	case IOM_ARG_R10:
		return regs->r10;
	}
	return 0;
}

static __always_inline int asks_nowait(__u32 call, struct pt_regs *regs)
{
	if (IOM_CALL_ARG(call) == IOM_ARG_R9)
		return (regs->r9 & IOM_RWF_NOWAIT) != 0;
	return (message_flags(call, regs) & IOM_MSG_DONTWAIT) != 0;
}

/* What is only looked at is received again later: it must not count twice. */
static __always_inline __u64 message_bytes(__u32 call, struct pt_regs *regs, struct fact *f)
{
	if (IOM_CALL_CLASS(call) == IOM_C_RECV && message_flags(call, regs) & IOM_MSG_PEEK)
		return 0;
	return IOM_CALL_SHAPE(call) == IOM_S_MMSG ? mmsg_bytes(regs->si, f->ret) : (__u64)f->ret;
}

#endif
