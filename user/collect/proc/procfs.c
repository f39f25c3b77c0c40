/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "collect/proc/procfs.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "collect/proc/procfs_int.h"

/* What fdinfo says of every file (proc_pid_fdinfo(5)). */
struct info {
	uint32_t flags;
	int mnt_id;
	uint64_t ino;
	bool has_ino; /* since Linux 5.14 */
};

struct dirs { /* of /proc/PID */
	pid_t pid;
	int fd, fdinfo;
};

static void parse_watch(const char *line, struct pfs_file *f, size_t *room)
{
	unsigned long long ino = 0, data = 0;
	unsigned int events;
	const char *at;
	int fd;

	if (sscanf(line, "tfd: %d events: %x", &fd, &events) != 2)
		return;
	at = strstr(line, " data:");
	if (at)
		data = strtoull(at + 6, NULL, 16);
	at = strstr(line, " ino:");
	if (at)
		ino = strtoull(at + 5, NULL, 16);
	if (f->nwatches == *room) {
		*room = *room ? 2 * *room : 16;
		f->watches = pfs_grow(f->watches, *room, sizeof(*f->watches));
	}
	f->watches[f->nwatches++] = (struct pfs_watch){
		.fd = fd, .events = events, .data = data, .ino = ino};
}

/* The text of fdinfo, in small[] where it fits, else on the heap. It is made in
 * one piece (single_open() in fs/proc/fd.c), so a read that leaves room had all
 * of it: with ten thousands of files each call that is saved counts. */
static char *info_text(const struct dirs *d, const char *number, char *small, size_t size)
{
	int fd = openat(d->fdinfo, number, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return NULL;
	n = read(fd, small, size);
	close(fd);
	if (n < 0)
		return NULL;
	if ((size_t)n == size)
		return pfs_slurp(d->fdinfo, number, NULL);
	small[n] = 0;
	return small;
}

static int read_info(const struct dirs *d, const char *number, struct pfs_file *f,
		     struct info *info)
{
	char small[1024];
	char *text, *line, *next;
	size_t room = 0;

	text = info_text(d, number, small, sizeof(small));
	if (!text)
		return errno == EACCES || errno == EPERM ? -EACCES : -ENOENT;
	*info = (struct info){.mnt_id = -1};
	for (line = text; *line; line = next) {
		next = strchrnul(line, '\n');
		if (*next)
			*next++ = 0;
		if (!strncmp(line, "flags:", 6)) {
			info->flags = strtoul(line + 6, NULL, 8);
		} else if (!strncmp(line, "mnt_id:", 7)) {
			info->mnt_id = atoi(line + 7);
		} else if (!strncmp(line, "ino:", 4)) {
			info->ino = strtoull(line + 4, NULL, 10);
			info->has_ino = true;
		} else if (!strncmp(line, "tfd:", 4)) {
			parse_watch(line, f, &room);
		}
	}
	if (text != small)
		free(text);
	return 0;
}

static uint8_t kind_of_anon(const char *name)
{
	static const struct {
		const char *name;
		uint8_t kind;
	} kinds[] = {{"[eventpoll]", IOM_K_EPOLL},  {"[eventfd]", IOM_K_EVENTFD},
		     {"[timerfd]", IOM_K_TIMERFD},  {"[signalfd]", IOM_K_SIGNALFD},
		     {"inotify", IOM_K_INOTIFY},    {"[inotify]", IOM_K_INOTIFY},
		     {"[fanotify]", IOM_K_INOTIFY}, {"[io_uring]", IOM_K_URING}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(name, kinds[i].name))
			return kinds[i].kind;
	return IOM_K_ANON;
}

/* "[eventpoll]" -> "epoll", "[eventfd]" -> "eventfd", ... */
static char *name_of_anon(const char *name)
{
	char *text;
	size_t n;

	if (!strcmp(name, "[eventpoll]"))
		return pfs_strdup("epoll");
	if (name[0] != '[')
		return pfs_strdup(name);
	text = pfs_strdup(name + 1);
	n = strlen(text);
	if (n && text[n - 1] == ']')
		text[n - 1] = 0;
	return text;
}

static uint8_t kind_of_device(unsigned int dev_major, unsigned int dev_minor)
{
	/* Documentation/admin-guide/devices.txt: 1 memory, 4 and 5 terminals,
	 * 136 to 143 pseudo terminals */
	if (dev_major == 1 &&
	    (dev_minor == 3 || dev_minor == 5 || (dev_minor >= 7 && dev_minor <= 9)))
		return IOM_K_NULL;
	if (dev_major == 4 || dev_major == 5 || (dev_major >= 136 && dev_major <= 143))
		return IOM_K_TTY;
	return IOM_K_CHR;
}

/* A file with a path. Its inode is only looked at where that cannot wait. */
static void kind_of_path(const struct dirs *d, const char *number, const char *text,
			 const struct info *info, struct pfs_file *f)
{
	enum pfs_fs fs = PFS_FS_LOCAL;
	struct statx st;

	/* Made by the kernel on a mount that no table shows, always in memory. */
	if (strncmp(text, "/memfd:", 7) && strncmp(text, "/anon_hugepage", 14))
		fs = pfs_fs_of_mount(d->pid, info->mnt_id);
	if (fs == PFS_FS_REMOTE ||
	    statx(d->fd, number, AT_STATX_DONT_SYNC, STATX_TYPE | STATX_MODE | STATX_INO, &st)) {
		f->kind = info->flags & O_DIRECTORY ? IOM_K_DIR : IOM_K_REG;
		f->mode = info->flags & O_DIRECTORY ? S_IFDIR : S_IFREG;
		return;
	}
	f->mode = st.stx_mode;
	if (!info->has_ino)
		f->ino = st.stx_ino;
	if (S_ISCHR(st.stx_mode) || S_ISBLK(st.stx_mode))
		f->rdev = st.stx_rdev_major << 20 | (st.stx_rdev_minor & 0xfffff);
	switch (st.stx_mode & S_IFMT) {
	case S_IFREG:
		f->kind = fs == PFS_FS_MADE ? IOM_K_PROC : IOM_K_REG;
		break;
	case S_IFDIR:
		f->kind = IOM_K_DIR;
		break;
	case S_IFBLK:
		f->kind = IOM_K_BLK;
		break;
	case S_IFIFO:
		f->kind = IOM_K_FIFO;
		break;
	case S_IFCHR:
		f->kind = kind_of_device(st.stx_rdev_major, st.stx_rdev_minor);
		break;
	case S_IFSOCK:
		f->kind = IOM_K_SOCK;
		break;
	default:
		f->kind = IOM_K_UNKNOWN;
	}
}

/* A socket that is bound to nothing is in no table; sockfs itself says what it
 * is ("TCPv6", "UNIX-STREAM": sockfs_xattr_get() in net/socket.c). */
static char *protocol_name(pid_t pid, int fd)
{
	char path[48], name[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
	n = getxattr(path, "system.sockprotoname", name, sizeof(name) - 1);
	if (n <= 0)
		return NULL;
	name[n] = 0;
	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	if (!strncmp(name, "unix", 4))
		name[4] = 0;
	n = (ssize_t)strlen(name);
	if (n > 2 && !strcmp(name + n - 2, "v6"))
		name[n - 2] = 0;
	return pfs_strdup(name);
}

static void name_socket(pid_t pid, uint64_t ino, struct pfs_file *f)
{
	const struct pfs_netns *ns = pfs_netns_of(pid);
	bool listening = false;

	f->name = ns ? pfs_netns_name(ns, ino, &listening) : NULL;
	if (!f->name)
		f->name = protocol_name(pid, f->fd);
	f->kind = listening ? IOM_K_LISTEN : IOM_K_SOCK;
	f->mode = S_IFSOCK | 0777;
}

static int read_one(const struct dirs *d, int fd, struct pfs_file *f)
{
	char text[PATH_MAX + 16], number[16];
	struct info info;
	uint64_t ino;
	int err;

	*f = (struct pfs_file){.fd = fd};
	snprintf(number, sizeof(number), "%d", fd);
	err = (int)pfs_readlink(d->fd, number, text, sizeof(text));
	if (err < 0)
		return err == -EACCES || err == -EPERM ? -EACCES : -ENOENT;
	err = read_info(d, number, f, &info);
	if (err)
		return err;
	f->f_flags = info.flags & ~(uint32_t)O_CLOEXEC;
	f->ino = info.ino;
	if (pfs_bracketed(text, "socket", &ino)) {
		f->ino = ino;
		name_socket(d->pid, ino, f);
		return 0;
	}
	if (pfs_bracketed(text, "pipe", &ino)) {
		f->ino = ino;
		f->kind = IOM_K_FIFO;
		f->mode = S_IFIFO | 0600;
		f->name = pfs_strdup(text);
	} else if (!strncmp(text, "anon_inode:", 11)) {
		f->kind = kind_of_anon(text + 11);
		f->mode = 0600;
		f->name = name_of_anon(text + 11);
	} else if (text[0] == '/') {
		kind_of_path(d, number, text, &info, f);
		f->name = pfs_strdup(text);
	} else { /* "net:[4026531840]", "pidfd:[77]" and other file systems of the kernel's own */
		f->kind = IOM_K_ANON;
		f->mode = 0600;
		f->name = pfs_strdup(text);
	}
	if (f->kind != IOM_K_EPOLL && f->nwatches) { /* it changed between link and fdinfo */
		free(f->watches);
		f->watches = NULL;
		f->nwatches = 0;
	}
	return 0;
}

static int by_fd(const void *a, const void *b)
{
	const struct pfs_file *x = a, *y = b;

	return x->fd < y->fd ? -1 : x->fd > y->fd;
}

static void dirs_close(struct dirs *d)
{
	if (d->fd >= 0)
		close(d->fd);
	if (d->fdinfo >= 0)
		close(d->fdinfo);
}

/* 0, -ESRCH, -EACCES */
static int dirs_open(pid_t pid, struct dirs *d)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	int proc = pfs_open_proc(pid), err = 0;

	*d = (struct dirs){.pid = pid, .fd = -1, .fdinfo = -1};
	if (proc < 0)
		return proc == -EACCES || proc == -EPERM ? -EACCES : -ESRCH;
	d->fd = openat(proc, "fd", flags);
	if (d->fd >= 0)
		d->fdinfo = openat(proc, "fdinfo", flags);
	if (d->fdinfo < 0)
		err = errno == EACCES || errno == EPERM ? -EACCES : -ESRCH;
	close(proc);
	if (err)
		dirs_close(d);
	return err;
}

static void read_listed(const struct dirs *d, DIR *dir, struct pfs_files *out)
{
	struct dirent *e;
	size_t room = 0;

	while ((e = readdir(dir))) {
		struct pfs_file *f;

		if (e->d_name[0] < '0' || e->d_name[0] > '9')
			continue;
		if (out->n == room) {
			room = room ? 2 * room : 64;
			out->v = pfs_grow(out->v, room, sizeof(*out->v));
		}
		f = &out->v[out->n];
		if (read_one(d, atoi(e->d_name), f)) {
			free(f->watches);
			continue;
		}
		if (f->kind == IOM_K_SOCK && !f->name)
			f->name = pfs_format("socket:[%llu]", (unsigned long long)f->ino);
		out->n++;
	}
}

int pfs_files_read(pid_t pid, struct pfs_files *out)
{
	struct dirs d;
	int err = dirs_open(pid, &d);
	DIR *dir;

	*out = (struct pfs_files){};
	if (err)
		return err;
	dir = fdopendir(d.fd); /* owns it from here on */
	if (!dir) {
		dirs_close(&d);
		return -ESRCH;
	}
	read_listed(&d, dir, out);
	closedir(dir);
	close(d.fdinfo);
	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), by_fd);
	return 0;
}

void pfs_files_free(struct pfs_files *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->v[i].name);
		free(f->v[i].watches);
	}
	free(f->v);
	*f = (struct pfs_files){};
}

int pfs_file_read(pid_t pid, int fd, struct pfs_file *out)
{
	struct dirs d;
	int err = dirs_open(pid, &d);

	*out = (struct pfs_file){.fd = fd};
	if (err)
		return err;
	err = read_one(&d, fd, out);
	dirs_close(&d);
	if (err) {
		free(out->name);
		free(out->watches);
		*out = (struct pfs_file){.fd = fd};
	}
	return err;
}
