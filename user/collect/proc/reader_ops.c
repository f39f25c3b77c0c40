/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The operations of reader.h themselves. Nothing that is read here is looked
 * into: whoever asked does that.
 */
#define _GNU_SOURCE
#include "collect/proc/reader.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "collect/proc/elf_facts.h"

#define PAGE_BYTES UINT64_C(4096)

struct out { /* small results are handed on together */
	rd_emit emit;
	void *arg;
	size_t n;
	char buf[RD_CHUNK_MAX];
};

static bool flush(struct out *o)
{
	bool more = !o->n || o->emit(o->buf, o->n, o->arg);

	o->n = 0;
	return more;
}

static bool room_for(struct out *o, size_t size)
{
	return o->n + size <= sizeof(o->buf) || flush(o);
}

static bool put(struct out *o, const void *data, size_t size)
{
	if (!room_for(o, size))
		return false;
	memcpy(o->buf + o->n, data, size);
	o->n += size;
	return true;
}

static int folder_of(pid_t pid)
{
	char path[32];
	int fd;

	if (pid < 0)
		return -ESRCH;
	snprintf(path, sizeof(path), pid ? "/proc/%d" : "/proc", pid);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	return errno == ENOENT ? -ESRCH : -errno;
}

static int folder_in(int proc, const char *name)
{
	int fd = openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Fills what room there is. Bytes, or a negative errno where there are none. */
static ssize_t fill(int fd, struct out *o, size_t most)
{
	size_t room = sizeof(o->buf) - o->n;
	ssize_t n;

	do
		n = read(fd, o->buf + o->n, room < most ? room : most);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	o->n += (size_t)n;
	return n;
}

static int do_file(const struct rd_request *rq, int proc, struct out *o)
{
	int fd = openat(proc, rq->data, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	uint64_t left = rq->len;
	ssize_t n = 1;

	if (fd < 0)
		return -errno;
	while (left && n > 0) {
		n = fill(fd, o, left);
		if (n > 0)
			left -= (uint64_t)n;
		if (o->n == sizeof(o->buf) && !flush(o))
			break;
	}
	close(fd);
	return n < 0 ? (int)n : 0;
}

static int do_link(const struct rd_request *rq, int proc, struct out *o)
{
	ssize_t n = readlinkat(proc, rq->data, o->buf, PATH_MAX);

	if (n < 0)
		return -errno;
	o->n = (size_t)n;
	return 0;
}

static int do_list(const struct rd_request *rq, int proc, struct out *o)
{
	int fd = folder_in(proc, rq->data);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *e;

	if (!dir)
		return fd < 0 ? fd : -ENOMEM;
	while ((e = readdir(dir))) {
		int32_t number = atoi(e->d_name);

		if (e->d_name[0] >= '0' && e->d_name[0] <= '9' && !put(o, &number, sizeof(number)))
			break;
	}
	closedir(dir);
	return 0;
}

/* ---- open files ---- */

struct folders { /* of /proc/PID */
	int fd, fdinfo;
};

static void put_info(const struct folders *in, const char *number, struct out *o, struct rd_fd *r)
{
	int fd = openat(in->fdinfo, number, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return;
	/* It is made in one piece (single_open() in fs/proc/fd.c): one read has all
	 * that there is room for. */
	n = read(fd, o->buf + o->n, RD_INFO_MAX);
	close(fd);
	if (n > 0) {
		r->info_len = (uint16_t)n;
		o->n += (size_t)n;
	}
}

/* 0, a negative errno, or 1 when nobody wants more. */
static int put_fd(const struct rd_request *rq, const struct folders *in, int32_t number,
		  struct out *o)
{
	struct rd_fd r = {.fd = number};
	char name[16];
	struct stat st;
	size_t at;
	ssize_t n;

	snprintf(name, sizeof(name), "%d", number);
	if (!room_for(o, sizeof(r) + PATH_MAX + RD_INFO_MAX))
		return 1;
	at = o->n;
	n = readlinkat(in->fd, name, o->buf + at + sizeof(r), PATH_MAX);
	if (n < 0 && errno != ENAMETOOLONG)
		return -errno;
	r.link_len = n < 0 ? 0 : (uint16_t)n;
	o->n += sizeof(r) + r.link_len;
	if (rq->flags & RD_MODE && !fstatat(in->fd, name, &st, AT_SYMLINK_NOFOLLOW))
		r.mode = (uint16_t)st.st_mode;
	if (rq->flags & RD_INFO)
		put_info(in, name, o, &r);
	memcpy(o->buf + at, &r, sizeof(r));
	return 0;
}

static int put_all(const struct rd_request *rq, const struct folders *in, struct out *o)
{
	int fd = openat(in->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *e;

	if (!dir)
		return fd < 0 ? -errno : -ENOMEM;
	while ((e = readdir(dir))) {
		int32_t number = atoi(e->d_name);

		if (e->d_name[0] < '0' || e->d_name[0] > '9' || number < rq->fd)
			continue;
		if (put_fd(rq, in, number, o) > 0) /* one that was closed meanwhile: the next */
			break;
	}
	closedir(dir);
	return 0;
}

static int do_fds(const struct rd_request *rq, int proc, struct out *o)
{
	struct folders in = {.fd = folder_in(proc, "fd"), .fdinfo = -1};
	int err = in.fd < 0 ? in.fd : 0;

	if (!err && rq->flags & RD_INFO) {
		in.fdinfo = folder_in(proc, "fdinfo");
		err = in.fdinfo < 0 ? in.fdinfo : 0;
	}
	if (!err && !rq->len)
		err = put_all(rq, &in, o);
	for (uint64_t i = 0; !err && i < rq->len; i++)
		err = put_fd(rq, &in, rq->fd + (int32_t)i, o);
	if (in.fd >= 0)
		close(in.fd);
	if (in.fdinfo >= 0)
		close(in.fdinfo);
	return err < 0 ? err : 0;
}

static int32_t asked(const struct rd_request *rq, size_t i)
{
	int32_t fd;

	memcpy(&fd, rq->data + i * sizeof(fd), sizeof(fd));
	return fd;
}

static int do_stat(const struct rd_request *rq, int proc, struct out *o)
{
	int dir = folder_in(proc, "fd");

	if (dir < 0)
		return dir;
	for (size_t i = 0; i < rq->size / sizeof(int32_t); i++) {
		struct rd_stat r = {};
		struct statx st;
		char name[16];

		snprintf(name, sizeof(name), "%d", asked(rq, i));
		if (statx(dir, name, AT_STATX_DONT_SYNC, STATX_TYPE | STATX_MODE | STATX_INO, &st))
			r.err = -errno;
		else
			r = (struct rd_stat){.mode = st.stx_mode,
					     .rdev_major = st.stx_rdev_major,
					     .rdev_minor = st.stx_rdev_minor,
					     .ino = st.stx_ino};
		if (!put(o, &r, sizeof(r)))
			break;
	}
	close(dir);
	return 0;
}

static int32_t option(int fd, int name)
{
	socklen_t size = sizeof(int);
	int value = -1;

	return getsockopt(fd, SOL_SOCKET, name, &value, &size) ? -1 : value;
}

/* Its addresses, which only a descriptor of ours can be asked for. We have it for
 * a few microseconds: a close() of the process's own in just these ends the
 * connection that much later. */
static int addresses(int pidfd, int number, struct rd_socket *r)
{
	int fd = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
	socklen_t here = sizeof(r->here), there = sizeof(r->there);

	if (fd < 0)
		return -errno;
	r->domain = option(fd, SO_DOMAIN);
	r->type = option(fd, SO_TYPE);
	r->protocol = option(fd, SO_PROTOCOL);
	r->listening = option(fd, SO_ACCEPTCONN) > 0;
	if (!getsockname(fd, (void *)r->here, &here))
		r->here_len = here < sizeof(r->here) ? here : sizeof(r->here);
	if (!getpeername(fd, (void *)r->there, &there))
		r->there_len = there < sizeof(r->there) ? there : sizeof(r->there);
	close(fd);
	return 0;
}

static int do_sockets(const struct rd_request *rq, struct out *o)
{
	int pidfd = rq->flags & RD_NAME ? (int)syscall(SYS_pidfd_open, rq->pid, 0) : -1;

	for (size_t i = 0; i < rq->size / sizeof(int32_t); i++) {
		struct rd_socket r = {.err = -ENOTSOCK};
		char path[48];
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/%d/fd/%d", rq->pid, asked(rq, i));
		/* Only sockets have it (sockfs_xattr_get() in net/socket.c). */
		n = getxattr(path, "system.sockprotoname", r.proto, sizeof(r.proto) - 1);
		if (n < 0)
			memset(r.proto, 0, sizeof(r.proto));
		if (n > 0 && pidfd >= 0)
			r.err = addresses(pidfd, asked(rq, i), &r);
		if (!put(o, &r, sizeof(r)))
			break;
	}
	if (pidfd >= 0)
		close(pidfd);
	return 0;
}

/* ---- memory and programs ---- */

static int do_memory(const struct rd_request *rq, struct out *o)
{
	uint64_t at = rq->addr, left = rq->len < RD_CHUNK_MAX ? rq->len : RD_CHUNK_MAX;

	while (left) { /* page by page: a call of more stops before the first that is not there */
		uint64_t part = PAGE_BYTES - (at & (PAGE_BYTES - 1));
		struct iovec to, from;
		ssize_t n;

		if (part > left)
			part = left;
		to = (struct iovec){o->buf + o->n, part};
		from = (struct iovec){(void *)(uintptr_t)at, part};
		n = process_vm_readv(rq->pid, &to, 1, &from, 1, 0);
		if (n < 0 && !o->n)
			return -errno;
		if (n <= 0)
			break;
		o->n += (size_t)n;
		if ((uint64_t)n < part)
			break;
		at += part;
		left -= part;
	}
	return 0;
}

static int do_same(const struct rd_request *rq, struct out *o)
{
	long cmp = syscall(SYS_kcmp, rq->pid, rq->pid, KCMP_FILE, rq->fd, rq->fd2);
	int32_t result = (int32_t)cmp;

	if (cmp < 0)
		return -errno;
	put(o, &result, sizeof(result));
	return 0;
}

/* The executable by the kernel's own link, a library by its path in the root that
 * the process has. First only held: opening a device or a FIFO does something. */
static int open_program(int proc, const char *path)
{
	int root = -1, held, fd = -1;
	char self[48];
	struct stat st;

	if (path[0] == '/') {
		root = openat(proc, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
		held = root < 0 ? -1 : openat(root, path + 1, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	} else {
		held = openat(proc, path, O_PATH | O_CLOEXEC);
	}
	if (held >= 0 && !fstat(held, &st) && S_ISREG(st.st_mode)) {
		snprintf(self, sizeof(self), "/proc/self/fd/%d", held);
		fd = open(self, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	}
	if (held >= 0)
		close(held);
	if (root >= 0)
		close(root);
	return fd;
}

static int do_elf(const struct rd_request *rq, int proc, bool apart, struct out *o)
{
	struct elf_facts facts;
	int fd = open_program(proc, rq->data), err = 0;

	if (fd < 0)
		return -ENOENT;
	if (apart)
		err = elf_facts_apart(fd, &facts);
	else
		elf_facts_read(fd, &facts);
	close(fd);
	if (!err)
		put(o, &facts, sizeof(facts));
	return err;
}

static bool has_path(const struct rd_request *rq)
{
	return rq->size && !rq->data[rq->size - 1];
}

static int in_folder(const struct rd_request *rq, bool apart, int proc, struct out *o)
{
	switch (rq->op) {
	case RD_FDS:
		return do_fds(rq, proc, o);
	case RD_STAT:
		return do_stat(rq, proc, o);
	}
	if (!has_path(rq))
		return -EINVAL;
	switch (rq->op) {
	case RD_FILE:
		return do_file(rq, proc, o);
	case RD_LINK:
		return do_link(rq, proc, o);
	case RD_LIST:
		return do_list(rq, proc, o);
	case RD_ELF:
		return do_elf(rq, proc, apart, o);
	}
	return -EINVAL;
}

/* ---- whose main thread has left ---- */

/* The state of a thread (proc_pid_stat(5)), alone: that of /proc/PID/stat adds up all threads. 0: it is gone. */
static char state_of(pid_t pid, pid_t tid)
{
	char path[64], text[256], *at;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = 0;
	at = strrchr(text, ')');
	return at && at[1] ? at[2] : 0;
}

static bool has_left(char state)
{
	return !state || state == 'Z' || state == 'X';
}

/* A thread that is there yet; 0: none is. */
static pid_t living_thread(pid_t pid)
{
	char path[32];
	struct dirent *e;
	pid_t found = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && !found && (e = readdir(dir))) {
		pid_t tid = atoi(e->d_name);

		if (tid > 0 && tid != pid && !has_left(state_of(pid, tid)))
			found = tid;
	}
	if (dir)
		closedir(dir);
	return found;
}

/* What a main thread that has left by pthread_exit(3) takes with it, as it has no files and no memory any more
 * (exit_files() and exit_mm() in kernel/exit.c). The rest is told of a process by its main thread alone. */
static bool goes_with_main_thread(const struct rd_request *rq)
{
	static const char *const names[] = {"fd/", "fdinfo/", "exe", "maps", "cwd", "root", "mountinfo", "ns/"};

	if (rq->op != RD_FILE && rq->op != RD_LINK)
		return rq->op != RD_LIST;
	for (size_t i = 0; has_path(rq) && i < sizeof(names) / sizeof(names[0]); i++)
		if (!strncmp(rq->data, names[i], strlen(names[i])))
			return true;
	return false;
}

/* Whom to ask instead; 0: the process itself. A thread has a folder below /proc too, though that does not list it. */
static pid_t asked_instead(const struct rd_request *rq)
{
	if (rq->pid <= 0 || !goes_with_main_thread(rq) || !has_left(state_of(rq->pid, rq->pid)))
		return 0;
	return living_thread(rq->pid);
}

static int operate(const struct rd_request *rq, bool apart, struct out *o)
{
	int proc, err;

	if (rq->op == RD_MEMORY)
		return do_memory(rq, o);
	if (rq->op == RD_SOCKETS)
		return do_sockets(rq, o);
	if (rq->op == RD_SAME)
		return do_same(rq, o);
	proc = folder_of(rq->pid);
	if (proc < 0)
		return proc;
	err = in_folder(rq, apart, proc, o);
	close(proc);
	return err;
}

int rd_do(const struct rd_request *rq, bool apart, rd_emit emit, void *arg)
{
	struct out o = {.emit = emit, .arg = arg};
	/* Memory is read often, and fails where there is none. */
	bool at_once = rq->op == RD_MEMORY;
	int err = at_once ? operate(rq, apart, &o) : 0;
	pid_t tid = at_once && err != -ESRCH ? 0 : asked_instead(rq);

	if (tid) {
		struct rd_request other = *rq;

		other.pid = tid;
		err = operate(&other, apart, &o);
	} else if (!at_once) {
		err = operate(rq, apart, &o);
	}
	flush(&o);
	return err;
}
