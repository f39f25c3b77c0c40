/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * child.h - the command of `iomodel run`, forked early and let go late.
 *
 * The child inherits exactly what iomodel was given: descriptors, signal mask
 * and dispositions. All that iomodel opens for itself is close-on-exec.
 */
#ifndef IOM_CHILD_H
#define IOM_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct iom_child {
	pid_t pid;
	int go;		  /* a byte here lets it exec; closing it without one ends it */
	int state;	  /* end of file here: it has become CMD; else why it could not */
	int failed;	  /* errno of what kept it from becoming CMD, 0: nothing did */
	bool failed_exec; /* it was the exec that failed, not the change of user */
};

/*
 * Fork CMD (argv, NULL-terminated, searched in PATH) as user (a name or a
 * number, NULL: as we are) and hold it before its exec. From here on SIGINT
 * and SIGQUIT of the terminal, which CMD gets too, do not end iomodel; SIGTERM
 * and SIGHUP, and what is sent to iomodel alone, are passed on to CMD; and
 * iom_collect_stop(SIGCHLD) is called when CMD ends. 0, or an exit code after
 * a line on stderr.
 */
int iom_child_fork(struct iom_child *c, char **argv, const char *user);

/* Let it go and see it become CMD. 0, -ECANCELED with c->failed set, or
 * -ESRCH when it ended before. */
int iom_child_go(struct iom_child *c);

/* Wait for its end; its exit status, or 128 + N for a signal. A child that was
 * never let go is ended first. */
int iom_child_wait(struct iom_child *c);

#endif
