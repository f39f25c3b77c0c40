/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * parse.h - the tables of /proc, line by line. Pure: no file is opened here.
 *
 * A line is NUL-terminated, without its end, and may be changed. Whatever it
 * holds, nothing outside of it is read, and what is stored is bounded.
 */
#ifndef IOM_PARSE_H
#define IOM_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "collect/proc/procfs_int.h"

/* ---- maps (proc_pid_maps(5)) ---- */

/* The path is cut out in place. */
bool parse_map(char *line, struct pfs_map *map);

/* ---- mountinfo (proc_pid_mountinfo(5)) ---- */

struct parsed_mount {
	int id;
	enum pfs_fs fs;
	const char *point, *type; /* in the line, unescaped */
};

bool parse_mount(char *line, struct parsed_mount *m);

/* ---- fdinfo (proc_pid_fdinfo(5)) ---- */

struct parsed_info { /* what it says of every file */
	uint32_t flags;
	int mnt_id; /* -1: not said */
	uint64_t ino;
	bool has_ino; /* since Linux 5.14 */
};

struct pfs_watch;

/* True when it is a line "tfd:" of an epoll, which is then in *watch; others are
 * added to *info. */
bool parse_info(const char *line, struct parsed_info *info, struct pfs_watch *watch);

/* ---- stat (proc_pid_stat(5)), syscall (proc_pid_syscall(5)) ---- */

struct parsed_stat {
	char state;
	pid_t ppid, group;
	int terminal;	    /* 0: it has none */
	pid_t foreground;   /* the process group that the terminal is for */
	unsigned int flags; /* PF_* */
	uint64_t user, system; /* CPU time of all its threads, in ticks of sysconf(_SC_CLK_TCK) */
	int threads;	    /* a first one that has ended is among them */
	uint64_t started;   /* CLOCK_BOOTTIME, in such ticks */
	int code;	    /* the last field; where it is stopped the signal, until its parent asked for that */
};

bool parse_stat(const char *text, struct parsed_stat *s);

/* ---- control groups (cgroups(7)) ---- */

struct parsed_cgroup {
	char folder[64];  /* below /sys/fs/cgroup where the controller is mounted by custom: "" in version 2 */
	char path[2048]; /* of the group: "" or "/system.slice/x"; no part of it is ".." */
};

/* Of the text of /proc/PID/cgroup: the group whose CPU quota holds. */
bool parse_cgroup(const char *text, struct parsed_cgroup *g);

struct parsed_quota {
	uint64_t periods, throttled;
};

/* Of cpu.stat; false: it has no quota. */
bool parse_quota(const char *text, struct parsed_quota *q);

/* Stack pointer and program counter of a thread that sleeps in a call; false for
 * one that runs. */
bool parse_syscall(const char *text, uint64_t *sp, uint64_t *pc);

#endif
