/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/caller.h"
#include "base/privileges.h"

#define LINKS_MAX 40 /* as in the kernel */
#define TRIES	  100
#define LOOK	  (O_PATH | O_NOFOLLOW | O_CLOEXEC)
#define ENTER	  (O_PATH | O_DIRECTORY | O_CLOEXEC)

/* The way through the file system, and what was found at its end. */
struct walk {
	int dir;	/* the folder reached so far */
	int object;	/* what is at the end; -1: nothing yet */
	char *rest;	/* what is still to go; heap */
	char *name;	/* the component looked at; heap */
	bool by_link;	/* the object was reached through a link of procfs */
	struct stat st; /* of the component looked at */
	int links;
	bool new; /* nothing may be at the end, a link neither */
	char **why;
};

/* Files that must not outlive a program that ends early. */
static struct iom_outfile *unfinished;

static int explain(char **why, int err, const char *text)
{
	free(*why);
	*why = strdup(text ? text : strerror(-err));
	return err;
}

/* ---- whom to trust ---- */

static bool is_us(uid_t uid)
{
	return uid == geteuid() || uid == 0 || uid == iom_caller_uid();
}

/* Only we can have put something there. */
static bool is_our_folder(int dir)
{
	struct stat st;

	return !fstat(dir, &st) && is_us(st.st_uid) && !(st.st_mode & (S_IWGRP | S_IWOTH));
}

/* It is ours, or lies where only we can put things. A second name for something
 * of ours can be made by others, where the kernel does not forbid it. */
static bool is_ours(int dir, const struct stat *st)
{
	return (is_us(st->st_uid) && (st->st_nlink == 1 || !S_ISLNK(st->st_mode))) ||
	       is_our_folder(dir);
}

/* ---- the walk ---- */

static void go_to(struct walk *w, int dir)
{
	if (w->dir >= 0)
		close(w->dir);
	w->dir = dir;
}

static bool on_procfs(int fd)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && fs.f_type == PROC_SUPER_MAGIC;
}

/* Take the next component off the rest. False: there is none. */
static bool next_component(struct walk *w, bool *last, bool *slash)
{
	char *start = w->rest + strspn(w->rest, "/");
	size_t n = strcspn(start, "/");
	char *after = start + n + strspn(start + n, "/");

	free(w->name);
	w->name = strndup(start, n);
	*last = !*after;
	*slash = start[n] == '/';
	memmove(w->rest, after, strlen(after) + 1);
	return n > 0;
}

/* The text of a link takes its place. link is open, so it is the one looked at. */
static int follow_text(struct walk *w, int link)
{
	char target[PATH_MAX], *whole;
	ssize_t n = readlinkat(link, "", target, sizeof(target) - 1);
	int root;

	if (n <= 0)
		return n ? -errno : -ENOENT;
	target[n] = 0;
	if (asprintf(&whole, "%s%s%s", target, *w->rest ? "/" : "", w->rest) < 0)
		return -ENOMEM;
	free(w->rest);
	w->rest = whole;
	if (target[0] != '/')
		return 0;
	root = open("/", ENTER);
	if (root < 0)
		return -errno;
	go_to(w, root);
	return 0;
}

/* Links of procfs lead to files, not along paths: only the kernel can follow. */
static int follow_procfs(struct walk *w, bool last)
{
	int fd = openat(w->dir, w->name, last ? O_PATH | O_CLOEXEC : ENTER);

	if (fd < 0)
		return -errno;
	if (!last) {
		go_to(w, fd);
		return 0;
	}
	w->object = fd;
	w->by_link = true;
	return fstat(fd, &w->st) ? -errno : 0;
}

static int follow(struct walk *w, int link, bool last)
{
	if (!is_ours(w->dir, &w->st))
		return explain(w->why, -EACCES,
			       "there is a symbolic link of another user's on the way, which is "
			       "not followed");
	if (last && w->new)
		return -EEXIST;
	if (++w->links > LINKS_MAX)
		return -ELOOP;
	return on_procfs(link) ? follow_procfs(w, last) : follow_text(w, link);
}

/* One component. *end: the walk is over. */
static int step(struct walk *w, bool *end)
{
	bool last, slash, any = next_component(w, &last, &slash);
	int fd, err;

	if (!w->name)
		return -ENOMEM;
	if (!any) /* "/" alone, or nothing after a link to a folder */
		return -EISDIR;
	fd = openat(w->dir, w->name, LOOK);
	if (fd < 0) {
		*end = last && !slash && errno == ENOENT;
		return *end ? 0 : -errno;
	}
	if (fstat(fd, &w->st)) {
		err = -errno;
	} else if (S_ISLNK(w->st.st_mode)) {
		err = follow(w, fd, last && !slash);
		*end = w->object >= 0;
	} else if (last) {
		err = S_ISDIR(w->st.st_mode) ? -EISDIR : slash ? -ENOTDIR : 0;
		*end = true;
		w->object = fd;
		return err;
	} else {
		err = S_ISDIR(w->st.st_mode) ? 0 : -ENOTDIR;
		go_to(w, fd);
		return err;
	}
	close(fd);
	return err;
}

static int walk_path(struct walk *w, const char *path)
{
	bool end = false;
	int err = 0;

	w->dir = open(*path == '/' ? "/" : ".", ENTER);
	w->rest = strdup(path);
	if (w->dir < 0 || !w->rest)
		return w->dir < 0 ? -errno : -ENOMEM;
	while (!err && !end)
		err = step(w, &end);
	return err;
}

static void walk_end(struct walk *w)
{
	go_to(w, -1);
	if (w->object >= 0)
		close(w->object);
	free(w->rest);
	free(w->name);
}

/* ---- what is opened ---- */

/* /dev/fd/N, at the end of the walk: N. Opening it anew would begin at the start
 * of a file that others have written to, and is not possible for sockets. */
static int own_descriptor(const struct walk *w)
{
	struct stat here, own;

	if (!w->by_link || fstat(w->dir, &here) || stat("/proc/self/fd", &own) ||
	    here.st_ino != own.st_ino || here.st_dev != own.st_dev)
		return -1;
	return atoi(w->name);
}

static int open_directly(struct iom_outfile *f, struct walk *w)
{
	int own = own_descriptor(w);
	char path[32];

	if (!w->by_link && !is_ours(w->dir, &w->st))
		return explain(w->why, -EACCES,
			       "it is no file, but something of another user's in a folder where "
			       "anybody can put things");
	if (own >= 0) {
		if ((fcntl(own, F_GETFL) & O_ACCMODE) == O_RDONLY)
			return -EBADF;
		f->fd = fcntl(own, F_DUPFD_CLOEXEC, 3);
	} else {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", w->object);
		f->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	}
	return f->fd < 0 ? -errno : 0;
}

static int create(struct iom_outfile *f, const char *name)
{
	f->fd = openat(f->dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return f->fd < 0 ? -errno : 0;
}

static int create_temporary(struct iom_outfile *f)
{
	uint64_t random;
	int err = -EEXIST;

	for (int i = 0; i < TRIES && err == -EEXIST; i++) {
		if (getrandom(&random, sizeof(random), 0) != sizeof(random))
			return -EIO;
		snprintf(f->tmp, sizeof(f->tmp), ".iomodel-%016llx", (unsigned long long)random);
		err = create(f, f->tmp);
	}
	if (err)
		f->tmp[0] = 0;
	return err;
}

static void forget(struct iom_outfile *f)
{
	for (struct iom_outfile **at = &unfinished; *at; at = &(*at)->next)
		if (*at == f) {
			*at = f->next;
			return;
		}
}

static void remove_unfinished(void)
{
	for (struct iom_outfile *f = unfinished; f; f = f->next)
		unlinkat(f->dir, f->tmp, 0);
}

static void remember(struct iom_outfile *f)
{
	static bool registered;

	f->next = unfinished;
	unfinished = f;
	if (!registered)
		registered = !atexit(remove_unfinished);
}

static int make(struct iom_outfile *f, struct walk *w, unsigned int flags)
{
	int err;

	if (w->object >= 0 && faccessat(w->dir, w->name, W_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW))
		return -errno;
	f->dir = w->dir;
	f->name = w->name;
	w->dir = -1;
	w->name = NULL;
	err = flags & IOM_OUTFILE_NEW ? create(f, f->name) : create_temporary(f);
	if (err == -ENOENT) /* as in /proc: the folder is there, it was walked to */
		err = explain(w->why, err, "no file can be made in that folder");
	if (!err && *f->tmp)
		remember(f);
	if (!err)
		iom_keep_folder(f->dir);
	return !err && flags & IOM_OUTFILE_CALLER ? iom_give_to_caller(f->fd) : err;
}

int iom_outfile_open(struct iom_outfile *f, const char *path, unsigned int flags, char **why)
{
	struct walk w = {.dir = -1, .object = -1, .new = flags &IOM_OUTFILE_NEW, .why = why};
	int err;

	*f = (struct iom_outfile){.fd = -1, .dir = -1};
	*why = NULL;
	err = walk_path(&w, path);
	if (!err && w.object >= 0 && flags & IOM_OUTFILE_NEW) /* a device or a pipe too: it has no place to be made in */
		err = -EEXIST;
	else if (!err && w.object >= 0 && (w.by_link || !S_ISREG(w.st.st_mode)))
		err = open_directly(f, &w);
	else if (!err)
		err = make(f, &w, flags);
	walk_end(&w);
	if (!err)
		return 0;
	iom_outfile_close(f);
	if (!*why)
		explain(why, err, NULL);
	return err;
}

int iom_outfile_beside(const struct iom_outfile *f, const char *suffix)
{
	struct stat st;
	char *name;
	int fd, err = 0;

	if (fstat(f->fd, &st))
		return -errno;
	if (asprintf(&name, "%s%s", f->name, suffix) < 0)
		return -ENOMEM;
	fd = openat(f->dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || fchown(fd, st.st_uid, st.st_gid))
		err = -errno;
	if (fd >= 0) {
		close(fd);
		if (err)
			unlinkat(f->dir, name, 0);
	}
	free(name);
	return err;
}

char *iom_outfile_path(const struct iom_outfile *f)
{
	char link[32], folder[PATH_MAX], *path;
	struct stat there, here;
	ssize_t n;

	if (f->dir < 0)
		return NULL;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", f->dir);
	n = readlink(link, folder, sizeof(folder) - 1);
	if (n <= 0)
		return NULL;
	folder[n] = 0;
	if (stat(folder, &there) || fstat(f->dir, &here) || there.st_ino != here.st_ino ||
	    there.st_dev != here.st_dev)
		return NULL;
	if (asprintf(&path, "%s/%s", n > 1 ? folder : "", *f->tmp ? f->tmp : f->name) < 0)
		return NULL;
	return path;
}

int iom_outfile_commit(struct iom_outfile *f)
{
	int err = 0;

	/* Some file systems say only here that the disk is full. */
	if (f->dir >= 0 && fsync(f->fd))
		err = -errno;
	if (close(f->fd) && !err)
		err = -errno;
	f->fd = -1;
	if (err || !*f->tmp)
		return err;
	if (renameat(f->dir, f->tmp, f->dir, f->name))
		return -errno;
	forget(f);
	f->tmp[0] = 0;
	return 0;
}

void iom_outfile_close(struct iom_outfile *f)
{
	if (*f->tmp) {
		forget(f);
		unlinkat(f->dir, f->tmp, 0);
		f->tmp[0] = 0;
	}
	if (f->fd >= 0)
		close(f->fd);
	if (f->dir >= 0) {
		iom_forget_folder(f->dir);
		close(f->dir);
	}
	free(f->name);
	*f = (struct iom_outfile){.fd = -1, .dir = -1};
}
