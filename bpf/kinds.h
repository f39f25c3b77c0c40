/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * kinds.h - what kind of file an inode is.
 */
#ifndef IOM_KINDS_H
#define IOM_KINDS_H

#include "facts.h"

/* include/uapi/linux/magic.h and the like: file systems whose files are made
 * while they are read, and the one that anonymous inodes live in */
#define IOM_MAGIC_ANON_INODE 0x09041934
#define IOM_MAGIC_PROC	 0x9fa0
#define IOM_MAGIC_SYSFS	 0x62656572
#define IOM_MAGIC_CGROUP	 0x27e0eb
#define IOM_MAGIC_CGROUP2	 0x63677270
#define IOM_MAGIC_DEBUGFS	 0x64626720
#define IOM_MAGIC_TRACEFS	 0x74726163
#define IOM_MAGIC_SECURITYFS 0x73636673
#define IOM_MAGIC_PIDFS	 0x50494446

#define IOM_O_PATH   010000000 /* in f_flags: the file was never opened, only its name is held */
#define IOM_S_IFMT   0170000
#define IOM_S_IFSOCK 0140000
#define IOM_S_IFREG  0100000
#define IOM_S_IFBLK  0060000
#define IOM_S_IFDIR  0040000
#define IOM_S_IFCHR  0020000
#define IOM_S_IFIFO  0010000
#define IOM_AF_INET   2
#define IOM_AF_INET6  10
#define IOM_TCP_LISTEN 10 /* include/net/tcp_states.h; AF_UNIX uses it too */

static __always_inline __u8 kind_of_device(__u32 rdev)
{
	__u32 major = rdev >> 20, minor = rdev & 0xfffff; /* include/linux/kdev_t.h */

	if (major == 1 && (minor == 3 || minor == 5 || minor == 7 || minor == 8 || minor == 9))
		return IOM_K_NULL;
	if (major == 4 || major == 5 || (major >= 136 && major <= 143))
		return IOM_K_TTY;
	return IOM_K_CHR;
}

static __always_inline __u8 kind_of_anon(const char *n)
{
	if (n[0] == 'i' && n[1] == 'n' && n[2] == 'o')
		return IOM_K_INOTIFY;
	if (n[0] != '[')
		return IOM_K_ANON;
	if (n[1] == 'e' && n[2] == 'v' && n[6] == 'p')
		return IOM_K_EPOLL; /* [eventpoll] */
	if (n[1] == 'e' && n[2] == 'v' && n[6] == 'f')
		return IOM_K_EVENTFD; /* [eventfd] */
	if (n[1] == 't' && n[2] == 'i')
		return IOM_K_TIMERFD;
	if (n[1] == 's' && n[2] == 'i')
		return IOM_K_SIGNALFD;
	if (n[1] == 'i' && n[2] == 'o')
		return IOM_K_URING;
	if (n[1] == 'f' && n[2] == 'a')
		return IOM_K_INOTIFY;
	return IOM_K_ANON;
}

/* Any file but a socket; name: that of its dentry, device: i_rdev. */
static __always_inline __u8 kind_of_file(__u16 mode, __u64 magic, __u32 device, const char *name)
{
	if (magic == IOM_MAGIC_ANON_INODE) /* since 6.16 these say S_IFREG: the magic goes first */
		return kind_of_anon(name);
	switch (mode & IOM_S_IFMT) {
	case IOM_S_IFREG:
		if (magic == IOM_MAGIC_PROC || magic == IOM_MAGIC_SYSFS ||
		    magic == IOM_MAGIC_CGROUP || magic == IOM_MAGIC_CGROUP2 ||
		    magic == IOM_MAGIC_DEBUGFS || magic == IOM_MAGIC_TRACEFS ||
		    magic == IOM_MAGIC_SECURITYFS)
			return IOM_K_PROC;
		return magic == IOM_MAGIC_PIDFS ? IOM_K_ANON : IOM_K_REG;
	case IOM_S_IFDIR:
		return IOM_K_DIR;
	case IOM_S_IFBLK:
		return IOM_K_BLK;
	case IOM_S_IFIFO:
		return IOM_K_FIFO;
	case IOM_S_IFCHR:
		return kind_of_device(device);
	}
	return kind_of_anon(name);
}

/* The other side of a call with two files, in the form of IOM_AUX_*. */
static __always_inline __u64 aux_of(__u32 fd, __u16 mode, __u32 device, __u32 f_flags, int epoll)
{
	__u64 kind = IOM_K_UNKNOWN;

	if (f_flags & IOM_O_PATH)
		return fd;
	switch (mode & IOM_S_IFMT) {
	case IOM_S_IFREG:
		kind = IOM_K_REG;
		break;
	case IOM_S_IFSOCK:
		kind = IOM_K_SOCK;
		break;
	case IOM_S_IFIFO:
		kind = IOM_K_FIFO;
		break;
	case IOM_S_IFBLK:
		kind = IOM_K_BLK;
		break;
	case IOM_S_IFCHR:
		kind = kind_of_device(device);
		break;
	}
	return fd | kind << 32 |
	       (__u64)((f_flags & 04000 /* O_NONBLOCK */ ? 1 : 0) | (epoll ? 2 : 0)) << 40;
}

#endif
