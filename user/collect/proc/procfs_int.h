/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * procfs_int.h - what the files of this folder share. Not for others: procfs.h is.
 *
 * Out of memory ends the program with a message, as in capture.h.
 */
#ifndef IOM_PROCFS_INT_H
#define IOM_PROCFS_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* realloc() to n elements of size; never returns NULL. */
void *pfs_grow(void *p, size_t n, size_t size);
char *pfs_strdup(const char *s);
__attribute__((format(printf, 1, 2))) char *pfs_format(const char *fmt, ...);
uint64_t pfs_now_ns(void); /* CLOCK_MONOTONIC */

/* A whole file of /proc, NUL-terminated, heap; NULL with errno set. path is
 * relative to dirfd (AT_FDCWD: absolute). *len may be NULL. */
char *pfs_slurp(int dirfd, const char *path, size_t *len);

/* /proc/PID as an O_PATH descriptor, which keeps meaning this very process
 * even if the number is used again; negative errno. */
int pfs_open_proc(pid_t pid);
/* The text of a link below dirfd, cut to size - 1; length or negative errno. */
ssize_t pfs_readlink(int dirfd, const char *path, char *buf, size_t size);
/* "name:[123]" with this name: true and the number. */
bool pfs_bracketed(const char *text, const char *name, uint64_t *ino);
/* Raw name of a process, NUL-terminated. */
bool pfs_comm(pid_t pid, char comm[16]);

/* ---- mounts (proc_pid_mountinfo(5)) ---- */

enum pfs_fs {
	PFS_FS_LOCAL,  /* looking at an inode never waits for anybody else */
	PFS_FS_MADE,   /* files made while they are read: procfs, sysfs, cgroupfs, ... */
	PFS_FS_REMOTE, /* network, FUSE or not known: must not be touched */
};

/* File system of a mount by the number fdinfo gives ("mnt_id:"). */
enum pfs_fs pfs_fs_of_mount(pid_t pid, int mnt_id);
/* File system that a path of the process lies on, without touching it. */
enum pfs_fs pfs_fs_of_path(pid_t pid, const char *path);

/* ---- memory map (proc_pid_maps(5)) ---- */

struct pfs_map {
	uint64_t start, end, offset, ino;
	unsigned int dev_major, dev_minor;
	bool exec;
	const char *path; /* "" where there is none; " (deleted)" left out */
};

/* Call each() for every mapping until it returns false. 0 or negative errno. */
int pfs_maps_each(pid_t pid, bool (*each)(const struct pfs_map *map, void *arg), void *arg);
const char *pfs_basename(const char *path);
/* libc, its former parts, ld.so or the vdso, by the name of the mapping. */
bool pfs_is_libc(const char *path);

/* ---- sockets ---- */

struct pfs_netns; /* the socket tables of one network namespace */

/* Tables of the process's namespace, read on the first call after
 * pfs_sockets_refresh(); theirs to keep. NULL when they cannot be read. */
const struct pfs_netns *pfs_netns_of(pid_t pid);
/* Heap string, or NULL when the socket is in no table; sets *listening. */
char *pfs_netns_name(const struct pfs_netns *ns, uint64_t ino, bool *listening);

/* Unix sockets and the inode of their other end, from the kernel's unix_diag
 * (sock_diag(7)) in the namespace of pid. Calls each(); negative errno. */
int pfs_unix_peers(pid_t pid, void (*each)(uint64_t ino, uint64_t peer, void *arg), void *arg);

/* ---- who else has it open ---- */

struct pfs_holder {
	pid_t pid;
	int fd;
	char comm[16];
};

/* Some process that has this socket open. May be up to 10 s old. */
bool pfs_socket_holder(uint64_t ino, struct pfs_holder *out);

#endif
