/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * collect.h - one watch, from arming the probes to a whole capture.
 *
 * In: which processes, for how long. Out: a struct iom_capture. This is the
 * only stage that knows the kernel, the clock and /proc.
 */
#ifndef IOM_COLLECT_H
#define IOM_COLLECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "capture/capture.h"

struct iom_watch {
	const pid_t *pids; /* in the caller's PID namespace; thread ids are answered with
			    * their process; borrowed */
	size_t npids;
	bool on_exec;	       /* run: the one target counts from its next exec on */
	bool follow;	       /* living and future descendants too */
	uint64_t duration_ns;  /* 0: until stopped */
	int ready_fd;	       /* a line is written here when all is armed; -1: "watching" on stderr */
	const char *brings;    /* what Ctrl-C ends the watch with, to be said there; NULL: nothing is */
	bool windows;	       /* take sampled windows */
	const char *backend;   /* "auto", "bpf", "kmod" */
	bool verbose;
	bool progress; /* stderr is a terminal: say how it goes */
	/* Called once a second, the first time at once, with what is known so far: what
	 * ends the watch (a static string, as iom_capture.ended_by), or NULL to go on.
	 * May be NULL. */
	const char *(*second)(void *arg, const struct iom_capture *cap);
	void *second_arg;
	/* run: called once when everything is armed, to let the command go. May
	 * be NULL. Returning non-zero ends the watch with that error. */
	int (*armed)(void *arg);
	void *arg;
	uint64_t keep; /* capabilities that are kept when all is armed (base/privileges.h) */
};

/*
 * Watch and fill *cap (made by iom_capture_new()). The process has given up its
 * privileges for good when it returns. Returns 0, or a negative errno with *why (heap)
 * set to a sentence that names the way out:
 *   -ESRCH   no target exists, or all left before anything was seen
 *   -EPERM   missing root or capability
 *   -ENOTSUP not possible on this kernel
 *   -EINVAL  a target that cannot be watched: kernel thread, iomodel itself
 * A target that vanished while others are left is a warning on stderr.
 */
int iom_collect(const struct iom_watch *watch, struct iom_capture *cap, char **why);

/* Before a file is made for it: may this user watch at all, with that back end? -EPERM and *why as above, or 0,
 * which is no promise. */
int iom_collect_permitted(const char *backend, char **why);

/* Give back what the kernel lent for the watch, which may take as long as some thread spins in
 * the kernel: to be called when the report is out. */
void iom_collect_close(void);

/* Ask a running iom_collect() to end and report. Async-signal-safe. sig is
 * remembered as what ended the watch. */
void iom_collect_stop(int sig);

/* One line of what doctor says about the back ends: what, whether it is there,
 * and what is lost without it. */
struct iom_feature {
	const char *name;
	enum { IOM_FEAT_YES, IOM_FEAT_NO, IOM_FEAT_UNKNOWN } state;
	char *detail; /* how it was found out, or what an attempt said; heap, may be NULL */
	const char *loses; /* what a verdict loses without it; static */
};

/*
 * Try everything the back ends could use, by loading and attaching, and
 * undo it. Returns a heap array of *n features (free details and array);
 * without root the ones that need it are UNKNOWN.
 */
struct iom_feature *iom_collect_features(size_t *n);

#endif
