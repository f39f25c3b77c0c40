/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * identity.h - `run -u USER`: who that is, and how a process of ours becomes one
 * of theirs without taking along anything that is ours.
 */
#ifndef IOM_IDENTITY_H
#define IOM_IDENTITY_H

#include <sys/types.h>

struct iom_identity { /* of the user data base; heap */
	uid_t uid;
	gid_t gid;
	gid_t *groups; /* all of them, gid included */
	int ngroups;
	char *name, *home, *shell;
};

/* user: a name, or a number that the data base knows. 0, or an exit code after
 * a line on stderr; iom_identity_free() is due in either case. */
int iom_identity_find(const char *user, struct iom_identity *id);
void iom_identity_free(struct iom_identity *id);

/*
 * Make the calling process, which is about to exec, one of that user's. What it
 * gives up: user, groups and all capabilities; every descriptor above 2 (at the
 * exec); the environment but for language, terminal, time zone and PATH; the
 * session keyring; the working directory where the user could not have gone
 * there (then it is in /, and a warning says so). The umask lets nobody but the
 * owner write. Controlling terminal and descriptors 0 to 2 are the caller's
 * business. 0 or an errno, after which the process must not go on.
 */
int iom_identity_become(const struct iom_identity *id);

#endif
