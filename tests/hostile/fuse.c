/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "fuse.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define THE_FILE 2
#define NAME	 "lib.so"

static volatile sig_atomic_t stopped;

static void on_stop(int sig)
{
	(void)sig;
	stopped = 1;
}

__attribute__((noreturn)) static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void answer(int dev, const struct fuse_in_header *in, int error, const void *data,
		   size_t size)
{
	struct fuse_out_header out = {
		.len = (uint32_t)(sizeof(out) + size), .error = error, .unique = in->unique};
	struct iovec v[2] = {{&out, sizeof(out)}, {(void *)data, size}};

	if (writev(dev, v, size ? 2 : 1) < 0 && errno != ENOENT)
		die("answering");
}

static struct fuse_attr attr_of(uint64_t node)
{
	return node == THE_FILE ? (struct fuse_attr){.ino = node,
						     .size = FUSE_FILE_BYTES,
						     .mode = S_IFREG | 0755,
						     .nlink = 1,
						     .blksize = 4096}
				: (struct fuse_attr){.ino = 1, .mode = S_IFDIR | 0755, .nlink = 2};
}

static void lookup(int dev, const struct fuse_in_header *in, const char *name)
{
	struct fuse_entry_out e = {.nodeid = THE_FILE,
				   .entry_valid = 1000,
				   .attr_valid = 1000,
				   .attr = attr_of(THE_FILE)};

	if (strcmp(name, NAME))
		answer(dev, in, -ENOENT, NULL, 0);
	else
		answer(dev, in, 0, &e, sizeof(e));
}

/* A struct pollfd of standard input and POLLIN, and zeroes. */
static void read_file(int dev, const struct fuse_in_header *in, const struct fuse_read_in *arg)
{
	static const char content[FUSE_FILE_BYTES] = {[4] = 1};
	size_t left = arg->offset < sizeof(content) ? sizeof(content) - arg->offset : 0;

	answer(dev, in, 0, content + sizeof(content) - left, left < arg->size ? left : arg->size);
}

static void serve_one(int dev, const struct fuse_in_header *in, const void *arg)
{
	struct fuse_init_out init = {.major = FUSE_KERNEL_VERSION,
				     .minor = FUSE_KERNEL_MINOR_VERSION,
				     .max_readahead = 4096,
				     .max_write = 4096};
	struct fuse_attr_out attr = {.attr_valid = 1000, .attr = attr_of(in->nodeid)};
	struct fuse_statfs_out fs = {.st = {.bsize = 4096, .namelen = 255}};
	struct fuse_open_out opened = {.open_flags = FOPEN_KEEP_CACHE};

	switch (in->opcode) {
	case FUSE_INIT:
		answer(dev, in, 0, &init, sizeof(init));
		break;
	case FUSE_LOOKUP:
		lookup(dev, in, arg);
		break;
	case FUSE_GETATTR:
		answer(dev, in, 0, &attr, sizeof(attr));
		break;
	case FUSE_OPEN:
	case FUSE_OPENDIR:
		answer(dev, in, 0, &opened, sizeof(opened));
		break;
	case FUSE_STATFS:
		answer(dev, in, 0, &fs, sizeof(fs));
		break;
	case FUSE_READ:
		read_file(dev, in, arg);
		break;
	case FUSE_READDIR:
	case FUSE_RELEASE:
	case FUSE_RELEASEDIR:
	case FUSE_FLUSH:
		answer(dev, in, 0, NULL, 0);
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break;
	default:
		answer(dev, in, -ENOSYS, NULL, 0);
	}
}

static void forget_pages(int dev)
{
	struct fuse_notify_inval_inode_out which = {.ino = THE_FILE, .off = 0, .len = 0};
	struct fuse_out_header out = {.len = sizeof(out) + sizeof(which),
				      .error = FUSE_NOTIFY_INVAL_INODE};
	struct iovec v[2] = {{&out, sizeof(out)}, {&which, sizeof(which)}};

	if (writev(dev, v, 2) < 0)
		die("forgetting pages");
}

__attribute__((noreturn)) static void serve(int dev)
{
	static char buf[1 << 17] __attribute__((aligned(8)));
	struct sigaction act = {.sa_handler = on_stop};
	struct pollfd request = {.fd = dev, .events = POLLIN};
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigaction(SIGUSR1, &act, NULL);
	sigemptyset(&none);
	for (;;) {
		ssize_t n;

		/* Only in here the signal is let in: come before it, it would be forgotten by a
		 * read that then sleeps for ever. */
		if (ppoll(&request, 1, NULL, &none) < 0 && errno != EINTR)
			die("waiting for requests");
		if (stopped == 1) {
			forget_pages(dev);
			stopped = 2;
			kill(getppid(), SIGUSR1);
		}
		n = read(dev, buf, sizeof(buf));
		if (n < 0 && errno == ENODEV)
			exit(0);
		if (n >= (ssize_t)sizeof(struct fuse_in_header) && !stopped)
			serve_one(dev, (void *)buf, buf + sizeof(struct fuse_in_header));
	}
}

void stuck_fs_mount(struct stuck_fs *fs, const char *dir)
{
	sigset_t done;
	char data[128];

	/* Before there are threads: the server says by it that it stopped. */
	sigemptyset(&done);
	sigaddset(&done, SIGUSR1);
	sigprocmask(SIG_BLOCK, &done, NULL);
	fs->dev = open("/dev/fuse", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fs->dev < 0)
		die("/dev/fuse");
	snprintf(data, sizeof(data), "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other",
		 fs->dev);
	if (mount("stuck", dir, "fuse", MS_NOSUID | MS_NODEV, data))
		die("mounting FUSE");
	fs->server = fork();
	if (fs->server < 0)
		die("fork");
	if (!fs->server)
		serve(fs->dev);
	close(fs->dev);
}

void stuck_fs_stop(struct stuck_fs *fs)
{
	sigset_t done;
	int sig;

	sigemptyset(&done);
	sigaddset(&done, SIGUSR1);
	kill(fs->server, SIGUSR1);
	sigwait(&done, &sig);
}

void stuck_fs_end(struct stuck_fs *fs)
{
	kill(fs->server, SIGKILL);
	waitpid(fs->server, NULL, 0);
}
