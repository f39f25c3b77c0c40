/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep in stat() of a file below a FUSE file system whose server, a child, no longer answers.
 */
#define _GNU_SOURCE
#include <linux/fuse.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "ref.h"

/* Answers the first request, as a server must, and no other. */
static void serve(int fuse)
{
	static union {
		struct fuse_in_header head;
		char room[1 << 16];
	} in;
	struct {
		struct fuse_out_header head;
		struct fuse_init_out init;
	} out = {.head.len = sizeof(out), .init = {.major = 7, .minor = 31, .max_write = 4096}};

	if (read(fuse, &in, sizeof(in)) < 0)
		_exit(1);
	out.head.unique = in.head.unique;
	if (write(fuse, &out, sizeof(out)) < 0)
		_exit(1);
	pause();
	_exit(0);
}

int main(int argc, char **argv)
{
	char options[80];
	struct stat st;
	int fuse;

	ref_begin(argc, argv);
	fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (fuse < 0 || unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		ref_skip("no FUSE, or no right to mount");
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fuse);
	if (mount("ref", "/mnt", "fuse.ref", MS_NOSUID | MS_NODEV, options))
		ref_skip("FUSE does not mount");
	if (!ref_child())
		serve(fuse);
	close(fuse);
	ref_expect("wait newfstatat on fuse.ref, under_way=1 slept=1");
	ref_ready_asleep(__NR_newfstatat);
	return stat("/mnt/file", &st);
}
