/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuse.h - a file system with one file, "/lib.so", whose server can be told to
 * never answer again. Root's.
 */
#ifndef HOSTILE_FUSE_H
#define HOSTILE_FUSE_H

#include <sys/types.h>

#define FUSE_FILE_BYTES 8192

struct stuck_fs {
	pid_t server;
	int dev; /* of the mount; the server has it too */
};

/* Mount it on dir, with a server of its own. Ends the program when that fails. */
void stuck_fs_mount(struct stuck_fs *fs, const char *dir);

/* Pages of the file leave the memory of all who have it mapped, and from now on the
 * server takes questions and answers none. */
void stuck_fs_stop(struct stuck_fs *fs);

/* End the server, and with it everybody's waiting. */
void stuck_fs_end(struct stuck_fs *fs);

#endif
