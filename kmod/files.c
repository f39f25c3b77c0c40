// SPDX-License-Identifier: GPL-2.0-only
/*
 * files.c - from a descriptor of the current process to the open file and what it is.
 */
#include <linux/dcache.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/net.h>
#include <linux/string.h>
#include <net/sock.h>

#include "versions.h"
#include "kinds.h"
#include "session.h"

static bool in_epoll(struct file *file)
{
#ifdef CONFIG_EPOLL
	return READ_ONCE(file->f_ep);
#else
	return false;
#endif
}

/* Never opened (O_PATH): no socket, no device and no private data, but an inode and a name. */
static bool only_path(struct file *file)
{
	return file->f_mode & FMODE_PATH;
}

/* The file of a descriptor of the current process, with a reference, or NULL: also where it
 * is being released. A kernel thread that works for a process (vhost) has no descriptors.
 */
static struct file *file_get(u32 fd)
{
	return current->files ? fget_raw(fd) : NULL;
}

/* An inode that says socket is not enough: behind a path to one there is none. */
static u8 name_socket(struct file *file, struct iom_row *row)
{
	struct iom_sockname *n = (struct iom_sockname *)row->name;
	struct socket *socket = sock_from_file(file);
	struct sock *sk = socket ? READ_ONCE(socket->sk) : NULL;

	/* No protocol behind it yet, or no more. The file, to which there is a reference,
	 * keeps the one that is there.
	 */
	if (!sk)
		return IOM_K_SOCK;
	row->name_kind = IOM_NAME_SOCK;
	n->family = sk->sk_family;
	n->type = socket->type;
	if (n->family == AF_INET) {
		memcpy(n->saddr, &sk->sk_rcv_saddr, 4);
		memcpy(n->daddr, &sk->sk_daddr, 4);
#if IS_ENABLED(CONFIG_IPV6)
	} else if (n->family == AF_INET6) {
		memcpy(n->saddr, &sk->sk_v6_rcv_saddr, 16);
		memcpy(n->daddr, &sk->sk_v6_daddr, 16);
#endif
	}
	if (n->family == AF_INET || n->family == AF_INET6) {
		n->sport = sk->sk_num;
		n->dport = ntohs(sk->sk_dport);
	}
	return READ_ONCE(sk->sk_state) == TCP_LISTEN ? IOM_K_LISTEN : IOM_K_SOCK;
}

/* The caller holds a reference to file; row is its caller's alone. */
void iom_file_identify(struct file *file, struct iom_row *row)
{
	struct inode *inode = file_inode(file);
	struct dentry *dentry = file->f_path.dentry;
	umode_t mode = inode->i_mode;

	row->file = (u64)file;
	row->bits = IOM_B_FILE | (in_epoll(file) ? IOM_B_EPOLL : 0);
	row->f_flags = READ_ONCE(file->f_flags);
	row->ino = inode->i_ino;
	row->mode = mode;
	row->code = iom_file_signum(file);
	if (S_ISSOCK(mode) && !only_path(file)) {
		row->kind = name_socket(file, row);
		return;
	}
	row->name_kind = S_ISCHR(mode) || S_ISBLK(mode) ? IOM_NAME_DEVICE : IOM_NAME_TEXT;
	/* A rename swaps the pointer and frees the old name after a grace period. */
	rcu_read_lock();
	if (row->name_kind == IOM_NAME_DEVICE) {
		struct iom_devname *n = (struct iom_devname *)row->name;

		strscpy(n->name, READ_ONCE(dentry->d_name.name), sizeof(n->name));
		n->rdev = inode->i_rdev;
	} else {
		strscpy(row->name, READ_ONCE(dentry->d_name.name), sizeof(row->name));
	}
	rcu_read_unlock();
	row->kind = only_path(file) ? IOM_K_UNKNOWN :
		    kind_of_file(mode, inode->i_sb->s_magic, inode->i_rdev, row->name);
}

enum iom_still iom_file_still(u32 fd, struct iom_row *row)
{
	struct files_struct *files = current->files;
	enum iom_still still = IOM_STILL_OTHER;
	struct inode *inode;
	struct file *file;

	if (!files)
		return row->file ? IOM_STILL_OTHER : IOM_STILL_SAME;

	/* Only compared and three words read: the memory of a file that was closed may be another
	 * file's, since 6.7 within the grace period (fs/file_table.c). Its inode tells, which lives
	 * as long as that.
	 */
	rcu_read_lock();
	file = files_lookup_fd_raw(files, fd);
	inode = file ? READ_ONCE(file->f_inode) : NULL;
	if ((u64)file == row->file && (!file || (inode && READ_ONCE(inode->i_ino) == row->ino))) {
		if (file && in_epoll(file))
			row->bits |= IOM_B_EPOLL;
		still = !file || READ_ONCE(file->f_flags) == row->f_flags ? IOM_STILL_SAME :
									    IOM_STILL_FLAGS;
	}
	rcu_read_unlock();
	return still;
}

bool iom_file_begin(u32 fd, struct iom_row *row)
{
	struct file *file = file_get(fd);
	bool path;

	if (!file)
		return true;
	path = only_path(file);
	if (!path)
		iom_file_identify(file, row);
	/* If it was the last one, it is released on the way back to user space. */
	fput(file);
	return !path;
}

/* The components of a path, from the last one up. */
static void name_parts(struct iom_name *name, const char *path)
{
	const char *end = path + strlen(path), *from;
	size_t n;

	while (end > path) {
		for (from = end; from > path && from[-1] != '/'; from--)
			;
		n = min_t(size_t, end - from, IOM_NAME_PART - 1);
		if (name->used >= IOM_NAME_FROM) {
			name->cut = 1;
			return;
		}
		memcpy(name->parts + name->used, from, n);
		name->used += n + 1; /* it was zeroed */
		end = from > path ? from - 1 : path;
	}
}

/* Under a spinlock: d_path() takes none that sleeps. */
bool iom_file_name(u32 fd, struct iom_name *name)
{
	struct file *file = current->fs ? file_get(fd) : NULL;
	bool gone = file && d_unlinked(file->f_path.dentry);
	char buf[256], *path;

	if (!file)
		return false;
	path = d_path(&file->f_path, buf, sizeof(buf));
	fput(file);
	if (IS_ERR(path) || *path != '/')
		return false;
	if (gone && strlen(path) > 10) /* " (deleted)" */
		path[strlen(path) - 10] = 0;
	name_parts(name, path);
	return true;
}

u64 iom_file_other(u32 fd)
{
	struct file *file = file_get(fd);
	struct inode *inode;
	u64 aux = fd;

	if (file) {
		inode = file_inode(file);
		aux = aux_of(fd, inode->i_mode, inode->i_rdev, READ_ONCE(file->f_flags),
			     in_epoll(file));
		fput(file);
	}
	return aux;
}

u64 iom_ring_of(u32 fd)
{
	struct file *file = file_get(fd);
	u64 ring = 0;

	if (file) {
		if (!only_path(file))
			ring = (u64)file->private_data;
		fput(file);
	}
	return ring;
}

bool iom_file_is_stored(u32 fd)
{
	struct file *file = file_get(fd);
	umode_t mode;
	bool path;

	if (!file)
		return false;
	mode = file_inode(file)->i_mode;
	path = only_path(file);
	fput(file);
	return !path && (S_ISREG(mode) || S_ISBLK(mode));
}

/*
 * The kernel's own pidfd_pid() is for it alone. Until 6.8 a pidfd is an anonymous
 * inode called [pidfd], whose private_data is the struct pid (kernel/fork.c,
 * pidfd_prepare()); since 6.9 it has a file system of its own, and the inode's
 * i_private is that (fs/pidfs.c). Both names are the kernel's: no program can
 * make a file that has them.
 */
struct pid *iom_pid_of_fd(int fd)
{
	struct file *file = fget(fd);
	struct pid *pid = NULL;
	struct inode *inode;

	if (!file)
		return ERR_PTR(-EBADF);
	inode = file_inode(file);
	if (inode->i_sb->s_magic == IOM_MAGIC_PIDFS)
		pid = inode->i_private;
	else if (inode->i_sb->s_magic == IOM_MAGIC_ANON_INODE &&
		 !strcmp(file->f_path.dentry->d_name.name, "[pidfd]"))
		pid = file->private_data;
	get_pid(pid);
	fput(file);
	return pid ? pid : ERR_PTR(-EINVAL);
}
