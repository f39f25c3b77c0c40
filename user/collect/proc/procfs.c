/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "collect/proc/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "collect/proc/parse.h"
#include "collect/proc/procfs_int.h"
#include "collect/proc/reader.h"

/* Of one process. Files beyond these are met when they are used. */
#define FILES_MAX   131072
#define NAMES_MAX   ((size_t)32 << 20) /* bytes of all their names */
#define WATCHES_MAX (1U << 20)	       /* of one epoll */
#define INFO_MAX    ((size_t)128 << 20)
#define STATS	    64 /* at once: as many share the fate of one that does not answer */

enum todo { DONE, PATH, SOCKET };

struct found { /* an open file, and what is still to be asked */
	struct pfs_file f;
	enum todo todo;
	bool long_info; /* more watches than came along */
	bool has_ino;
	int mnt_id;
};

struct listing {
	pid_t pid;
	struct found *v;
	size_t n, room, names;
};

/* ---- one record ---- */

struct watches {
	struct pfs_file *f;
	struct parsed_info *info;
	size_t room;
};

static bool take_info(char *line, void *arg)
{
	struct watches *w = arg;
	struct pfs_file *f = w->f;
	struct pfs_watch watch;

	if (!parse_info(line, w->info, &watch))
		return true;
	if (f->nwatches == WATCHES_MAX)
		return false;
	if (f->nwatches == w->room) {
		w->room = w->room ? 2 * w->room : 16;
		f->watches = pfs_grow(f->watches, w->room, sizeof(*f->watches));
	}
	f->watches[f->nwatches++] = watch;
	return true;
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

/* What the link's text tells. */
static void take_link(struct listing *l, struct found *x, const char *text)
{
	struct pfs_file *f = &x->f;
	uint64_t ino;

	f->mode = 0600;
	if (pfs_bracketed(text, "socket", &ino)) {
		f->ino = ino;
		f->mode = S_IFSOCK | 0777;
		f->kind = IOM_K_SOCK;
		x->todo = SOCKET;
		return;
	}
	if (pfs_bracketed(text, "pipe", &ino)) {
		f->ino = ino;
		f->kind = IOM_K_FIFO;
		f->mode = S_IFIFO | 0600;
	} else if (!strncmp(text, "anon_inode:", 11)) {
		f->kind = kind_of_anon(text + 11);
		f->name = name_of_anon(text + 11);
		return;
	} else if (text[0] == '/') {
		x->todo = PATH;
	} else { /* "net:[4026531840]", "pidfd:[77]" and other file systems of the kernel's own */
		f->kind = IOM_K_ANON;
	}
	l->names += strlen(text);
	if (text[0] && l->names < NAMES_MAX)
		f->name = pfs_strdup(text);
}

static void take_found(struct listing *l, const struct rd_fd *r, const char *link, const char *info)
{
	char text[PATH_MAX + 1];
	struct parsed_info parsed = {.mnt_id = -1};
	struct found *x;
	struct watches w;
	struct rd_lines lines = {.each = take_info, .arg = &w};

	if (l->n == FILES_MAX)
		return;
	if (l->n == l->room) {
		l->room = l->room ? 2 * l->room : 16;
		l->v = pfs_grow(l->v, l->room, sizeof(*l->v));
	}
	x = &l->v[l->n++];
	*x = (struct found){.f = {.fd = r->fd}, .long_info = r->info_len >= RD_INFO_MAX};
	w = (struct watches){&x->f, &parsed, 0};
	rd_lines_feed(&lines, info, r->info_len);
	x->f.f_flags = parsed.flags & ~(uint32_t)O_CLOEXEC;
	x->f.ino = parsed.ino;
	x->has_ino = parsed.has_ino;
	x->mnt_id = parsed.mnt_id;
	memcpy(text, link, r->link_len);
	text[r->link_len] = 0;
	take_link(l, x, text);
	if (x->f.kind != IOM_K_EPOLL) { /* it may have changed between link and fdinfo */
		free(x->f.watches);
		x->f.watches = NULL;
		x->f.nwatches = 0;
	}
}

/* Records come whole. */
static void take_records(const void *data, size_t size, void *arg)
{
	const char *at = data;
	struct rd_fd r;

	while (size >= sizeof(r)) {
		memcpy(&r, at, sizeof(r));
		at += sizeof(r);
		size -= sizeof(r);
		if (r.link_len > PATH_MAX || (size_t)r.link_len + r.info_len > size)
			return;
		take_found(arg, &r, at, at + r.link_len);
		at += r.link_len + r.info_len;
		size -= (size_t)r.link_len + r.info_len;
	}
}

/* ---- what is asked afterwards ---- */

static void read_watches(const struct listing *l, struct found *x)
{
	struct rd_request rq = rd_path(RD_FILE, l->pid, "fdinfo/%d", x->f.fd);
	struct parsed_info info = {};
	struct watches w = {.f = &x->f, .info = &info};

	free(x->f.watches);
	x->f.watches = NULL;
	x->f.nwatches = 0;
	rd_lines(&rq, INFO_MAX, take_info, &w);
}

/* A file that must not be touched, or that was gone: what its flags say. */
static void unknown_path(struct found *x)
{
	x->f.kind = x->f.f_flags & O_DIRECTORY ? IOM_K_DIR : IOM_K_REG;
	x->f.mode = x->f.f_flags & O_DIRECTORY ? S_IFDIR : S_IFREG;
}

static void known_path(struct found *x, const struct rd_stat *st, enum pfs_fs fs)
{
	struct pfs_file *f = &x->f;

	f->mode = (uint16_t)st->mode;
	if (!x->has_ino)
		f->ino = st->ino;
	if (S_ISCHR(st->mode) || S_ISBLK(st->mode))
		f->rdev = st->rdev_major << 20 | (st->rdev_minor & 0xfffff);
	switch (st->mode & S_IFMT) {
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
		f->kind = kind_of_device(st->rdev_major, st->rdev_minor);
		break;
	case S_IFSOCK:
		f->kind = IOM_K_SOCK;
		break;
	default:
		f->kind = IOM_K_UNKNOWN;
	}
}

static enum pfs_fs fs_of(const struct listing *l, const struct found *x)
{
	/* Made by the kernel on a mount that no table shows, always in memory. */
	if (x->f.name &&
	    (!strncmp(x->f.name, "/memfd:", 7) || !strncmp(x->f.name, "/anon_hugepage", 14)))
		return PFS_FS_LOCAL;
	return pfs_fs_of_mount(l->pid, x->mnt_id);
}

struct batch { /* files that one question is about */
	struct rd_request rq;
	struct found *of[RD_BATCH];
	size_t n;
};

static void add_to(struct batch *b, struct found *x)
{
	int32_t fd = x->f.fd;

	memcpy(b->rq.data + b->n * sizeof(fd), &fd, sizeof(fd));
	b->of[b->n++] = x;
	b->rq.size = (uint32_t)(b->n * sizeof(fd));
}

/* Inodes are only looked at where that cannot wait, as far as the mounts tell. */
static void ask_stats(const struct listing *l, struct batch *b)
{
	struct rd_stat st[STATS];
	bool told = b->n && !rd_fixed(&b->rq, st, b->n * sizeof(st[0]));

	for (size_t i = 0; i < b->n; i++)
		if (told && !st[i].err)
			known_path(b->of[i], &st[i], fs_of(l, b->of[i]));
		else
			unknown_path(b->of[i]);
	b->n = 0;
}

static void look_at_paths(struct listing *l)
{
	struct batch b = {.rq = {.op = RD_STAT, .pid = l->pid}};

	for (size_t i = 0; i < l->n; i++) {
		struct found *x = &l->v[i];

		if (x->todo != PATH)
			continue;
		if (fs_of(l, x) == PFS_FS_REMOTE)
			unknown_path(x);
		else
			add_to(&b, x);
		if (b.n == STATS)
			ask_stats(l, &b);
	}
	ask_stats(l, &b);
}

static void set_socket(struct found *x, char *name, bool listening)
{
	free(x->f.name);
	x->f.name = name;
	x->f.kind = listening ? IOM_K_LISTEN : IOM_K_SOCK;
	x->todo = DONE;
}

/* Sockets say of themselves what they are; where the namespace's tables cannot have
 * their addresses, these too. */
static void ask_sockets(const struct pfs_netns *ns, struct batch *b)
{
	struct rd_socket s[STATS];
	bool listening, told = b->n && !rd_fixed(&b->rq, s, b->n * sizeof(s[0]));
	bool names = b->rq.flags & RD_NAME;

	for (size_t i = 0; told && i < b->n; i++) {
		char *name;

		if (!names && !pfs_netns_knows(ns, s[i].proto))
			continue;
		name = pfs_socket_text(&s[i], &listening);
		set_socket(b->of[i], name, names && listening);
	}
	b->n = 0;
}

static void ask_unnamed(struct listing *l, const struct pfs_netns *ns, uint32_t flags)
{
	struct batch b = {.rq = {.op = RD_SOCKETS, .pid = l->pid, .flags = flags}};

	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].todo == SOCKET)
			add_to(&b, &l->v[i]);
		if (b.n == STATS)
			ask_sockets(ns, &b);
	}
	ask_sockets(ns, &b);
}

static void name_sockets(struct listing *l)
{
	const struct pfs_netns *ns = NULL;

	for (size_t i = 0; i < l->n; i++) {
		bool listening = false;
		char *name;

		if (l->v[i].todo != SOCKET)
			continue;
		if (!ns)
			ns = pfs_netns_of(l->pid);
		name = pfs_netns_name(ns, l->v[i].f.ino, &listening);
		if (name)
			set_socket(&l->v[i], name, listening);
	}
	if (!ns)
		return;
	ask_unnamed(l, ns, 0);
	ask_unnamed(l, ns, RD_NAME);
}

/* ---- all of it ---- */

/* Open files from one on; len 0: all of them. */
static int list(struct listing *l, int fd, uint64_t len)
{
	struct rd_request rq = {
		.op = RD_FDS, .flags = RD_INFO, .pid = l->pid, .fd = fd, .len = len};
	int err = rd_ask(&rq, take_records, l);

	if (err && !l->n)
		return err == -EACCES || err == -EPERM ? -EACCES
		       : len && err == -ENOENT	       ? -ENOENT
						       : -ESRCH;
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].long_info && l->v[i].f.kind == IOM_K_EPOLL)
			read_watches(l, &l->v[i]);
	look_at_paths(l);
	name_sockets(l);
	return 0;
}

static int by_fd(const void *a, const void *b)
{
	const struct pfs_file *x = a, *y = b;

	return x->fd < y->fd ? -1 : x->fd > y->fd;
}

int pfs_files_read(pid_t pid, struct pfs_files *out)
{
	struct listing l = {.pid = pid};
	int err = list(&l, 0, 0);

	*out = (struct pfs_files){};
	if (!err && l.n) {
		out->v = pfs_grow(NULL, l.n, sizeof(*out->v));
		out->n = l.n;
	}
	for (size_t i = 0; i < out->n; i++) {
		struct pfs_file *f = &out->v[i];

		*f = l.v[i].f;
		if (f->kind == IOM_K_SOCK && !f->name)
			f->name = pfs_format("socket:[%llu]", (unsigned long long)f->ino);
	}
	free(l.v);
	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), by_fd);
	return err;
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
	struct listing l = {.pid = pid};
	int err = list(&l, fd, 1);

	*out = (struct pfs_file){.fd = fd};
	if (!err && l.n == 1)
		*out = l.v[0].f;
	else if (!err)
		err = -ENOENT;
	free(l.v);
	return err;
}
