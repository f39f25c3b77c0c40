/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * files.bpf.h - from a descriptor to the open file and what it is.
 *
 * Only when a row begins or is checked again, never for an ordinary call.
 */
#ifndef IOM_FILES_BPF_H
#define IOM_FILES_BPF_H

#include "state.bpf.h"

/* include/uapi/linux/magic.h and the like: file systems whose files are made
 * while they are read, and the one that anonymous inodes live in */
#define MAGIC_ANON_INODE 0x09041934
#define MAGIC_PROC	 0x9fa0
#define MAGIC_SYSFS	 0x62656572
#define MAGIC_CGROUP	 0x27e0eb
#define MAGIC_CGROUP2	 0x63677270
#define MAGIC_DEBUGFS	 0x64626720
#define MAGIC_TRACEFS	 0x74726163
#define MAGIC_SECURITYFS 0x73636673
#define MAGIC_PIDFS	 0x50494446

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

/* The struct file behind a descriptor of the current process, or NULL. */
static __always_inline struct file *file_of(struct task_struct *t, __u32 fd)
{
	struct file *f = NULL;
	struct fdtable *fdt = BPF_CORE_READ(t, files, fdt);

	if (!fdt || fd >= BPF_CORE_READ(fdt, max_fds))
		return NULL;
	/* An entry is a plain number to the verifier: it has to be probed for. */
	bpf_probe_read_kernel(&f, sizeof(f), BPF_CORE_READ(fdt, fd) + fd);
	return f;
}

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

static __always_inline __u8 name_socket(struct file *f, struct iom_row *r)
{
	struct iom_sockname *n = (struct iom_sockname *)r->name;
	struct socket *socket = BPF_CORE_READ(f, private_data);
	struct sock *sk = BPF_CORE_READ(socket, sk);

	if (!sk)
		return IOM_K_SOCK;
	r->name_kind = IOM_NAME_SOCK;
	n->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	n->type = BPF_CORE_READ(socket, type);
	if (n->family == IOM_AF_INET) {
		*(__u32 *)n->saddr = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
		*(__u32 *)n->daddr = BPF_CORE_READ(sk, __sk_common.skc_daddr);
	} else if (n->family == IOM_AF_INET6) {
		BPF_CORE_READ_INTO(&n->saddr, sk, __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO(&n->daddr, sk, __sk_common.skc_v6_daddr);
	}
	if (n->family == IOM_AF_INET || n->family == IOM_AF_INET6) {
		n->sport = BPF_CORE_READ(sk, __sk_common.skc_num);
		n->dport = __builtin_bswap16(BPF_CORE_READ(sk, __sk_common.skc_dport));
	}
	return BPF_CORE_READ(sk, __sk_common.skc_state) == IOM_TCP_LISTEN ? IOM_K_LISTEN :
									       IOM_K_SOCK;
}

static __always_inline __u8 fown_signum(struct file *f)
{
	struct file___owner_inside *in = (void *)f;
	struct file___owner_pointer *out = (void *)f;

	if (bpf_core_field_exists(in->f_owner.signum))
		return BPF_CORE_READ(in, f_owner.signum);
	return BPF_CORE_READ(out, f_owner, signum);
}

/* Fill the row's identity from the file. The row is its caller's alone. */
static __always_inline void file_identify(struct file *f, struct iom_row *r)
{
	struct inode *inode = BPF_CORE_READ(f, f_inode);
	struct dentry *dentry = BPF_CORE_READ(f, f_path.dentry);
	__u64 magic = BPF_CORE_READ(inode, i_sb, s_magic);
	__u16 mode = BPF_CORE_READ(inode, i_mode);

	r->file = (__u64)f;
	r->bits = IOM_B_FILE | (BPF_CORE_READ(f, f_ep) ? IOM_B_EPOLL : 0);
	r->f_flags = BPF_CORE_READ(f, f_flags);
	r->ino = BPF_CORE_READ(inode, i_ino);
	r->mode = mode;
	r->code = fown_signum(f);

	if ((mode & IOM_S_IFMT) == IOM_S_IFSOCK) {
		r->kind = name_socket(f, r);
		return;
	}
	r->name_kind = IOM_NAME_TEXT;
	bpf_probe_read_kernel_str(r->name, sizeof(r->name), BPF_CORE_READ(dentry, d_name.name));
	if (magic == MAGIC_ANON_INODE) { /* since 6.16 these say S_IFREG: the magic goes first */
		r->kind = kind_of_anon(r->name);
		return;
	}
	switch (mode & IOM_S_IFMT) {
	case IOM_S_IFREG:
		r->kind = IOM_K_REG;
		if (magic == MAGIC_PROC || magic == MAGIC_SYSFS || magic == MAGIC_CGROUP ||
		    magic == MAGIC_CGROUP2 || magic == MAGIC_DEBUGFS || magic == MAGIC_TRACEFS ||
		    magic == MAGIC_SECURITYFS)
			r->kind = IOM_K_PROC;
		else if (magic == MAGIC_PIDFS)
			r->kind = IOM_K_ANON;
		break;
	case IOM_S_IFDIR:
		r->kind = IOM_K_DIR;
		break;
	case IOM_S_IFBLK:
		r->kind = IOM_K_BLK;
		break;
	case IOM_S_IFIFO:
		r->kind = IOM_K_FIFO;
		break;
	case IOM_S_IFCHR:
		r->kind = kind_of_device(BPF_CORE_READ(inode, i_rdev));
		break;
	default:
		r->kind = kind_of_anon(r->name);
	}
}

static __always_inline int file_is_stored(struct task_struct *t, __u32 fd)
{
	struct file *f = file_of(t, fd);
	__u16 type = f ? BPF_CORE_READ(f, f_inode, i_mode) & IOM_S_IFMT : 0;

	return type == IOM_S_IFREG || type == IOM_S_IFBLK;
}

/* For calls with two files: the other one, in the form of IOM_AUX_*. */
static __always_inline __u64 file_other(struct task_struct *t, __u32 fd)
{
	struct file *f = file_of(t, fd);
	struct inode *inode;
	__u64 kind = IOM_K_UNKNOWN, bits = 0;

	if (f) {
		inode = BPF_CORE_READ(f, f_inode);
		switch (BPF_CORE_READ(inode, i_mode) & IOM_S_IFMT) {
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
			kind = kind_of_device(BPF_CORE_READ(inode, i_rdev));
			break;
		}
		bits = (BPF_CORE_READ(f, f_flags) & 04000 /* O_NONBLOCK */ ? 1 : 0) |
		       (BPF_CORE_READ(f, f_ep) ? 2 : 0);
	}
	return fd | kind << 32 | bits << 40;
}

#endif
