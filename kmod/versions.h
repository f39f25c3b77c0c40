/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * versions.h - what differs between the kernels this is built for, 6.1 to 7.2.
 */
#ifndef IOMODEL_VERSIONS_H
#define IOMODEL_VERSIONS_H

#include <linux/device/class.h>
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/mm.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/uio.h>
#include <linux/version.h>

#if IS_ENABLED(CONFIG_IO_URING)
#include <linux/io_uring_types.h>
#endif

/* 6.12: struct file points to its owner, NULL until one is named */
static inline int iom_file_signum(struct file *file)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	struct fown_struct *owner = READ_ONCE(file->f_owner);

	return owner ? READ_ONCE(owner->signum) : 0;
#else
	return READ_ONCE(file->f_owner.signum);
#endif
}

/* 6.3: flags of a mapping are changed by functions */
static inline void iom_vma_readonly(struct vm_area_struct *vma)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	vm_flags_clear(vma, VM_MAYWRITE | VM_MAYEXEC);
#else
	vma->vm_flags &= ~(VM_MAYWRITE | VM_MAYEXEC);
#endif
}

static inline bool iom_on_cpu(const struct task_struct *t)
{
#ifdef CONFIG_SMP
	return READ_ONCE(t->on_cpu);
#else
	return t == current;
#endif
}

/* 6.13: hrtimer_setup(); hrtimer_init() left in 6.15 */
static inline void iom_hrtimer_setup(struct hrtimer *timer,
				     enum hrtimer_restart (*function)(struct hrtimer *),
				     clockid_t clock, enum hrtimer_mode mode)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	hrtimer_setup(timer, function, clock, mode);
#else
	hrtimer_init(timer, clock, mode);
	timer->function = function;
#endif
}

/* 6.4: class_create() lost its first argument; 6.2: devnode() sees a const device */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#define iom_class_create(name) class_create(name)
#else
#define iom_class_create(name) class_create(THIS_MODULE, name)
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define IOM_DEVNODE_CONST const
#else
#define IOM_DEVNODE_CONST
#endif

/* Is it libaio's? The bit is there since 6.8 and in all stable series that were
 * kept then: 6.1.81 and later have it.
 */
static inline bool iom_kiocb_is_aio(const struct kiocb *iocb)
{
	return iocb->ki_flags & IOCB_AIO_RW;
}

/* Bytes of segment n of a vector, iovec or bvec, counted from the current one. 6.4: iter_iov() */
static inline size_t iom_iter_segment(const struct iov_iter *iter, unsigned long n)
{
	if (iov_iter_is_bvec(iter))
		return iter->bvec[n].bv_len;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	return iter_iov(iter)[n].iov_len;
#else
	return iter->iov[n].iov_len;
#endif
}

/* Will poll_wait() add a waiter? The kernel's own question has left in 7.2. */
static inline bool iom_poll_waits(const poll_table *wait)
{
	return wait && wait->_qproc;
}

/* Prototypes of tracepoints. */

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#define IOM_EXIT_ARGS struct task_struct *t, bool group_dead
#else
#define IOM_EXIT_ARGS struct task_struct *t
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
#define iom_clone_flags u64
#else
#define iom_clone_flags unsigned long
#endif

#if IS_ENABLED(CONFIG_IO_URING)
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#define IOM_URING_SUBMIT_NAME  "io_uring_submit_req"
#define IOM_URING_SUBMIT_CHECK check_trace_callback_type_io_uring_submit_req
#define IOM_URING_SUBMIT_ARGS  struct io_kiocb *req
#else
#define IOM_URING_SUBMIT_NAME	  "io_uring_submit_sqe"
#define IOM_URING_SUBMIT_CHECK	  check_trace_callback_type_io_uring_submit_sqe
#define IOM_URING_SUBMIT_ARGS	  struct io_kiocb *req, bool force_nonblock
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
#define iom_uring_rw bool
#else
#define iom_uring_rw int
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#define IOM_URING_COMPLETE_CTX	struct io_ring_ctx *
#define IOM_URING_COMPLETE_ARGS struct io_uring_cqe *cqe
#define IOM_URING_USER_DATA	(cqe->user_data)
#define IOM_URING_RES		(cqe->res)
#define IOM_URING_CQE_FLAGS	(cqe->flags)
#else
#define IOM_URING_COMPLETE_CTX	void *
#define IOM_URING_COMPLETE_ARGS \
	u64 user_data, int res, unsigned int cqe_flags, u64 extra1, u64 extra2
#define IOM_URING_USER_DATA user_data
#define IOM_URING_RES	    res
#define IOM_URING_CQE_FLAGS cqe_flags
#endif

/* The file of a request that is being completed: it holds a reference. */
static inline struct file *iom_uring_file(u64 req)
{
	return ((struct io_kiocb *)req)->file;
}

/* Is the ring of this request, which is not libaio's, being torn down? A kiocb of
 * io_uring is the head of its struct io_kiocb: both begin with the file
 * (io_uring/rw.c, struct io_rw; include/linux/io_uring_types.h).
 */
static inline bool iom_ring_is_going(struct kiocb *iocb)
{
	struct io_kiocb *req = (struct io_kiocb *)iocb;

	return percpu_ref_is_dying(&req->ctx->refs);
}
#else
static inline struct file *iom_uring_file(u64 req)
{
	return NULL;
}

static inline bool iom_ring_is_going(struct kiocb *iocb)
{
	return false;
}
#endif

#endif
