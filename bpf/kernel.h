/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * kernel.h - the few kernel types the programs read, reduced to the fields read.
 *
 * CO-RE finds each field by name in the running kernel, so order and size here
 * mean nothing, and building needs no header of any kernel. A type whose shape
 * changed has one flavour per shape (___name); the version that changed it
 * stands beside it.
 */
#ifndef IOM_KERNEL_H
#define IOM_KERNEL_H

#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#define IOM_KERNEL_TYPES

typedef _Bool bool;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct pt_regs { /* arch/x86/include/asm/ptrace.h; arguments: di si dx r10 r8 r9 */
	unsigned long r10, r9, r8, dx, si, di, orig_ax, sp, ip;
};

struct thread_info {
	unsigned int status; /* TS_COMPAT while in a 32-bit call */
};

struct sched_info {
	unsigned long long run_delay, last_arrival, last_queued;
};

struct sched_entity {
	unsigned long long sum_exec_runtime, prev_sum_exec_runtime;
};

typedef struct {
	int counter;
} atomic_t;

struct signal_struct {
	atomic_t live;
};

struct ns_common {
	unsigned int inum;
};

struct pid_namespace {
	struct ns_common ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct qstr d_name;
	struct dentry *d_parent;
};

struct vfsmount {
	struct dentry *mnt_root;
};

struct mount { /* fs/mount.h */
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct super_block {
	unsigned long s_magic;
};

struct inode {
	unsigned short i_mode;
	unsigned int i_rdev;
	unsigned long i_ino;
	struct super_block *i_sb;
};

struct fown_struct {
	int signum;
};

struct file {
	unsigned int f_flags;
	struct inode *f_inode;
	struct path f_path;
	void *private_data;
	void *f_ep;
};

struct file___owner_inside { /* until 6.11 */
	struct fown_struct f_owner;
} __attribute__((preserve_access_index));

struct file___owner_pointer { /* since 6.12: NULL until someone is named */
	struct fown_struct *f_owner;
} __attribute__((preserve_access_index));

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct in6_addr {
	__u8 bytes[16];
};

struct sock_common {
	unsigned short skc_family;
	volatile unsigned char skc_state;
	__u16 skc_dport; /* network order */
	__u16 skc_num;	 /* host order */
	__u32 skc_daddr, skc_rcv_saddr;
	struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
};

struct sock {
	struct sock_common __sk_common;
};

struct socket {
	short type;
	struct file *file;
	struct sock *sk;
};

struct kioctx { /* fs/aio.c */
	unsigned long user_id;
	unsigned int nr_events, tail;
};

struct kioctx_table {
	unsigned int nr;
	struct kioctx *table[1];
};

struct io_event { /* uapi/linux/aio_abi.h */
	__u64 obj;
	__s64 res;
};

struct aio_kiocb { /* fs/aio.c */
	struct kioctx *ki_ctx;
	struct io_event ki_res;
};

struct mm_struct {
	struct kioctx_table *ioctx_table;
};

struct task_struct {
	struct thread_info thread_info;
	unsigned int __state;
	unsigned int flags;
	unsigned int policy;
	unsigned int on_cpu; /* int; one byte on 7.2: only unsigned ones may be read narrower */
	int pid, tgid;
	unsigned long nvcsw, min_flt, maj_flt;
	unsigned long long start_boottime;
	struct sched_info sched_info;
	struct sched_entity se;
	struct mm_struct *mm;
	struct files_struct *files;
	struct signal_struct *signal;
	struct task_struct *real_parent, *group_leader;
	struct pid *thread_pid;
	char comm[16];
};

struct kernel_siginfo;

struct sigaction { /* include/linux/signal_types.h */
	void *sa_handler;
};

struct k_sigaction {
	struct sigaction sa;
};

struct linux_binprm;

struct io_cqe { /* io_uring's own; until the request is done fd shares its place with flags */
	__u64 user_data;
	__s32 res;
	__s32 fd;
};

struct io_ring_ctx {
	unsigned int flags;
};

struct io_kiocb {
	struct file *file;
	__u8 opcode;
	__u64 flags; /* unsigned int on 6.1: read by size */
	struct io_cqe cqe;
	struct io_ring_ctx *ctx;
};

struct io_uring_cqe {
	__u64 user_data;
	__s32 res;
	__u32 flags;
};

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
	__u64 session_id, seq_num;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

#pragma clang attribute pop

/* What programs of perf events are given begins with: uapi asm/ptrace.h, an ABI. */
struct iom_user_regs {
	unsigned long r15_to_ip[17], cs;
};

struct iom_trace_task_newtask { /* include/trace/events/task.h */
	__u64 common;
	int pid;
	char comm[16];
	unsigned long clone_flags;
};

struct iom_trace_exec { /* include/trace/events/sched.h, sched_process_exec */
	__u64 common;
	int filename;
	int pid, old_pid;
};

struct iom_trace_sys_exit { /* include/trace/events/syscalls.h; the layout of its format file */
	__u64 common;
	long id;
	long ret;
};

/* include/linux/sched.h */
#define PF_EXITING	   0x00000004
#define PF_IO_WORKER	   0x00000010
#define PF_KTHREAD	   0x00200000
/* uapi/linux/sched.h */
#define IOM_CLONE_FILES	   0x00000400
#define IOM_CLONE_THREAD   0x00010000
/* arch/x86/include/asm/thread_info.h */
#define TS_COMPAT 0x0002

#endif
