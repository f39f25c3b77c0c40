/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * files.bpf.h - from a descriptor to the open file and what it is.
 *
 * Only when a row begins or is checked again, never for an ordinary call.
 */
#ifndef IOM_FILES_BPF_H
#define IOM_FILES_BPF_H

#include "kinds.h"
#include "state.bpf.h"

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

static __always_inline __u8 name_socket(struct file *f, struct iom_row *r)
{
	struct iom_sockname *n = (struct iom_sockname *)r->name;
	struct socket *socket = BPF_CORE_READ(f, private_data);
	struct sock *sk;

	/* What is read need not be a socket: only one that points back is this file's. */
	if (!socket || BPF_CORE_READ(socket, file) != f)
		return IOM_K_SOCK;
	sk = BPF_CORE_READ(socket, sk);
	if (!sk) /* not connected to a protocol yet, or no more */
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
	__u16 mode = BPF_CORE_READ(inode, i_mode);
	__u32 flags = BPF_CORE_READ(f, f_flags);

	r->file = (__u64)f;
	r->bits = IOM_B_FILE | (BPF_CORE_READ(f, f_ep) ? IOM_B_EPOLL : 0);
	r->f_flags = flags;
	r->ino = BPF_CORE_READ(inode, i_ino);
	r->mode = mode;
	r->code = fown_signum(f);

	/* Of a file that was never opened there is nothing but the path: no socket, no device. */
	if ((mode & IOM_S_IFMT) == IOM_S_IFSOCK && !(flags & IOM_O_PATH)) {
		r->kind = name_socket(f, r);
		return;
	}
	r->name_kind = IOM_NAME_TEXT;
	if ((mode & IOM_S_IFMT) == IOM_S_IFCHR || (mode & IOM_S_IFMT) == IOM_S_IFBLK) {
		struct iom_devname *n = (struct iom_devname *)r->name;

		r->name_kind = IOM_NAME_DEVICE;
		n->rdev = BPF_CORE_READ(inode, i_rdev);
		bpf_probe_read_kernel_str(n->name, sizeof(n->name), BPF_CORE_READ(dentry, d_name.name));
	} else {
		bpf_probe_read_kernel_str(r->name, sizeof(r->name), BPF_CORE_READ(dentry, d_name.name));
	}
	if (flags & IOM_O_PATH) {
		r->kind = IOM_K_UNKNOWN;
		return;
	}
	r->kind = kind_of_file(mode, BPF_CORE_READ(inode, i_sb, s_magic),
			       BPF_CORE_READ(inode, i_rdev), r->name);
}

#define NAME_STEPS 20 /* components and mounts */

struct name_walk {
	struct iom_name *to;
	struct dentry *dentry;
	struct vfsmount *mnt;
	__u32 used;
	__u32 whole; /* it came to the root */
};

/* One component, or one step to where a file system is mounted. */
static long name_step(__u32 i, struct name_walk *w)
{
	struct dentry *dentry = w->dentry, *parent = BPF_CORE_READ(dentry, d_parent);
	struct vfsmount *mnt = w->mnt;
	__u64 at = w->used;
	struct mount *m, *up;
	long n;

	if (dentry == BPF_CORE_READ(mnt, mnt_root) || dentry == parent) {
		m = (void *)mnt - bpf_core_field_offset(struct mount, mnt);
		up = BPF_CORE_READ(m, mnt_parent);
		if (!up || up == m) {
			w->whole = 1;
			return 1;
		}
		w->dentry = BPF_CORE_READ(m, mnt_mountpoint);
		w->mnt = (void *)up + bpf_core_field_offset(struct mount, mnt);
		return 0;
	}
	if (at >= IOM_NAME_FROM)
		return 1;
	IOM_BOUND(at, IOM_NAME_FROM - 1);
	n = bpf_probe_read_kernel_str(w->to->parts + at, IOM_NAME_PART,
				      BPF_CORE_READ(dentry, d_name.name));
	if (n <= 0)
		return 1;
	w->used += n;
	w->dentry = parent;
	return 0;
}

/* A picture: it may be lost. A global function, so that it is verified once and not in every
 * caller. */
__noinline int name_send(__u64 file, __u64 ino, __u32 tgid)
{
	struct {
		struct iom_record head;
		struct iom_name name;
	} *rec;
	struct file *f = (struct file *)file;
	struct name_walk w = {};

	w.dentry = BPF_CORE_READ(f, f_path.dentry);
	w.mnt = BPF_CORE_READ(f, f_path.mnt);
	rec = bpf_ringbuf_reserve(&sample_ring, sizeof(*rec), 0);
	if (!rec) {
		IOM_COUNT(lost_samples);
		return 0;
	}
	rec->head.size = sizeof(*rec);
	rec->head.kind = IOM_R_NAME;
	rec->name.ino = ino;
	rec->name.tgid = tgid;
	rec->name.pad = 0;
	for (int i = 0; i < IOM_NAME_PARTS / 8; i++)
		((__u64 *)rec->name.parts)[i] = 0;
	w.to = &rec->name;
	bpf_loop(NAME_STEPS, name_step, &w, 0);
	rec->name.used = w.used;
	rec->name.cut = !w.whole;
	bpf_ringbuf_submit(rec, BPF_RB_NO_WAKEUP);
	return 0;
}

static __always_inline int file_is_stored(struct iom_slot *s, __u32 fd)
{
	struct file *f = file_of(bpf_get_current_task_btf(), fd);
	__u16 type = f && !(BPF_CORE_READ(f, f_flags) & IOM_O_PATH) ?
			     BPF_CORE_READ(f, f_inode, i_mode) & IOM_S_IFMT :
			     0;

	return type == IOM_S_IFREG || type == IOM_S_IFBLK;
}

static __always_inline __u64 ring_of(struct iom_slot *s, __u32 fd)
{
	struct file *f = file_of(bpf_get_current_task_btf(), fd);

	return f ? (__u64)BPF_CORE_READ(f, private_data) : 0;
}

static __always_inline __u64 file_other(struct iom_slot *s, __u32 fd)
{
	struct file *f = file_of(bpf_get_current_task_btf(), fd);
	struct inode *inode;

	if (!f)
		return fd;
	inode = BPF_CORE_READ(f, f_inode);
	return aux_of(fd, BPF_CORE_READ(inode, i_mode), BPF_CORE_READ(inode, i_rdev),
		      BPF_CORE_READ(f, f_flags), BPF_CORE_READ(f, f_ep) != NULL);
}

#endif
