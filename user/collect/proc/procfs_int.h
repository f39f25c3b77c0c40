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

/* "name:[123]" with this name: true and the number. */
bool pfs_bracketed(const char *text, const char *name, uint64_t *ino);

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
	bool exec, shared;
	const char *path; /* "" where there is none; " (deleted)" left out */
};

/* Call each() for every mapping until it returns false; it must not ask /proc for
 * more (rd_sink). 0 or negative errno. */
int pfs_maps_each(pid_t pid, bool (*each)(const struct pfs_map *map, void *arg), void *arg);
const char *pfs_basename(const char *path);
/* libc, its former parts, ld.so or the vdso, by the name of the mapping. */
bool pfs_is_libc(const char *path);

/* ---- threads and children ---- */

/* The numbers of its threads, the first max of them; how many. */
size_t pfs_threads_of(pid_t pid, int32_t *tid, size_t max);

/* Each that the thread made and nobody has waited for. */
void pfs_children_each(pid_t pid, pid_t tid, void (*each)(pid_t child, void *arg), void *arg);

/* ---- sockets ---- */

struct pfs_netns; /* the sockets of one network namespace */

/* Those of the process's namespace, asked for on the first call after
 * pfs_sockets_refresh(); theirs to keep. Never NULL, but may be empty. */
const struct pfs_netns *pfs_netns_of(pid_t pid);
/* Heap string, or NULL when the socket is not among them; sets *listening. */
char *pfs_netns_name(const struct pfs_netns *ns, uint64_t ino, bool *listening);
/* Are all sockets of this protocol, by sockfs' own name ("TCPv6"), among them that
 * are bound to anything? Then one that is not has no address. */
bool pfs_netns_knows(const struct pfs_netns *ns, const char *proto);

struct rd_socket;
/* What a socket says of itself. Heap; NULL when it does not. Sets *listening. */
char *pfs_socket_text(const struct rd_socket *s, bool *listening);

/* ---- what sockets are called (socket_text.c) ---- */

/* Is the port in a set of one bit for each? */
bool sock_port_in(const uint8_t *set, uint16_t port);
/* Ports that somebody listens on, besides those that were noted before. */
void sock_note_listens(const uint8_t ports[65536 / 8]);
/* Static. proto: NETLINK_*. */
const char *sock_netlink_name(unsigned int proto);
/* A unix socket's name: a path that may end without a NUL, or an abstract one, which begins with
 * one and may hold anything (unix(7)): NULs become '@'. Heap; NULL where it has none. */
char *sock_unix_path(const char *path, size_t len);
/* "tcp 10.0.0.1:80 <- 10.0.0.2:4242", heap; arrow: "<-" or "->". */
char *sock_inet_text(const char *proto, uint8_t family, const uint8_t saddr[16], uint16_t sport,
		     const uint8_t daddr[16], uint16_t dport, bool listening, const char *arrow);

/* ---- sock_diag(7) ---- */

struct diag_socket { /* one socket, as the kernel tells it */
	uint64_t ino;
	uint64_t peer; /* unix: inode of the other end, 0: none known */
	uint16_t sport, dport;
	uint8_t family, protocol;
	bool listening;
	bool connecting; /* TCP: it asked for a connection, and no answer came */
	bool ended;	 /* TCP: the other end sends nothing more, and it is open here (CLOSE-WAIT) */
	uint8_t saddr[16], daddr[16];
	const char *path; /* unix: raw bytes, not terminated */
	size_t path_len;
	/*
	 * Bytes that came and that nobody read, and bytes that were written and that the other end
	 * has not got (unix: 0, the other end knows them). Where it listens: connections that wait
	 * to be accepted, and how many may. Of datagrams only whether any are there: 0 here.
	 */
	uint32_t in, out;
	uint32_t drops; /* what came for it and was thrown away, since it was made */
};

typedef void (*diag_each)(const struct diag_socket *s, void *arg);

/* A socket to ask the sockets of that namespace with: a descriptor of /proc/PID/ns/net,
 * or -1 for our own, which needs no privilege. It, or a negative errno. */
int diag_open(int ns);
/* All sockets of a family and protocol (0 where there is but one). 0, -ENOENT where
 * this kernel cannot tell, or another negative errno. */
int diag_dump(int fd, uint8_t family, uint8_t protocol, diag_each each, void *arg);
/* One datagram of the kernel's: 1 the end, 0 more to come, or a negative errno. */
int diag_take(const void *data, size_t size, diag_each each, void *arg);

/* ---- who else has it open ---- */

struct pfs_holder {
	pid_t pid;
	int fd;
	char comm[16];
};

/* Processes in the order in which they are asked for the other ends of pid's files: near numbers first. */
void pfs_near_first(int32_t *pids, size_t n, pid_t pid);
/* How a process has a pipe open: 1 reads, 2 writes, 3 both, 0 not at all. May be up to 10 s old. */
uint8_t pfs_pipe_ways(pid_t pid, uint64_t ino);

/* Some process that has this socket open, of several rather one that has not kept the other end of a pair, too
 * (0: it has none). May be up to 10 s old. */
bool pfs_socket_holder(uint64_t ino, uint64_t other_end, struct pfs_holder *out);
/* Has this process it open? As old. */
bool pfs_holds_socket(pid_t pid, uint64_t ino);

#endif
