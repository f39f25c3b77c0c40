/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "cmd/identity.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/keyctl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "options.h"

extern char **environ;

int iom_identity_find(const char *user, struct iom_identity *id)
{
	struct passwd *pw = getpwnam(user);
	char *end;
	unsigned long uid;

	*id = (struct iom_identity){};
	if (!pw && *user >= '0' && *user <= '9') {
		uid = strtoul(user, &end, 10);
		if (!*end && uid < UINT32_MAX)
			pw = getpwuid((uid_t)uid);
	}
	if (!pw) {
		fprintf(stderr, "iomodel: -u: there is no user `%s`; `getent passwd` lists them\n",
			user);
		return IOM_EXIT_USAGE;
	}
	id->uid = pw->pw_uid;
	id->gid = pw->pw_gid;
	id->name = strdup(pw->pw_name);
	id->home = strdup(pw->pw_dir);
	id->shell = strdup(*pw->pw_shell ? pw->pw_shell : "/bin/sh");
	/* Asked here: in the child it could leave descriptors of name services open. */
	id->ngroups = NGROUPS_MAX;
	id->groups = calloc(NGROUPS_MAX, sizeof(*id->groups));
	if (!id->name || !id->home || !id->shell || !id->groups ||
	    getgrouplist(id->name, id->gid, id->groups, &id->ngroups) < 0) {
		fprintf(stderr, "iomodel: -u: the groups of `%s` cannot be found\n", user);
		return IOM_EXIT_RUN_FAILED;
	}
	return 0;
}

void iom_identity_free(struct iom_identity *id)
{
	free(id->groups);
	free(id->name);
	free(id->home);
	free(id->shell);
}

/* "NAME=value" that may be kept: it describes the terminal, the language or where
 * programs are, and holds nobody's secret. */
static bool harmless(const char *entry)
{
	static const char *const names[] = {"PATH",	"TERM",	    "COLORTERM", "COLUMNS", "LINES",
					    "NO_COLOR", "LANGUAGE", "LANG",	 "TZ"};
	size_t n = strcspn(entry, "=");

	if (!strncmp(entry, "LC_", 3))
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == n && !memcmp(names[i], entry, n))
			return true;
	return false;
}

static int set_environment(const struct iom_identity *id)
{
	char **to = environ;

	for (char **e = environ; e && *e; e++)
		if (harmless(*e))
			*to++ = *e;
	if (to)
		*to = NULL;
	return setenv("HOME", id->home, 1) || setenv("USER", id->name, 1) ||
			       setenv("LOGNAME", id->name, 1) || setenv("SHELL", id->shell, 1)
		       ? errno
		       : 0;
}

/* Where we were not root but had the capability to become somebody else, the
 * kernel takes none away by itself; and inheritable ones outlive even root. */
static int drop_capabilities(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {};

	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0))
		return errno;
	return syscall(SYS_capset, &head, none) ? errno : 0;
}

/* Ours may hold tickets and keys. A kernel without keyrings has none to hand on;
 * where a filter forbids the call it forbids it to CMD as well. */
static int new_keyring(void)
{
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) >= 0 || errno == ENOSYS ||
	    errno == EPERM)
		return 0;
	return errno;
}

/* A working directory is a handle too: files below a private directory of ours
 * can be reached by it. So the way there is walked again, as the user. */
static int walk_to_directory(const struct iom_identity *id)
{
	char *here = getcwd(NULL, 0);
	int err = 0;

	if (!here || chdir(here)) {
		fprintf(stderr, "iomodel: warning: user `%s` cannot enter `%s`: it starts in /\n",
			id->name, here ? here : "this directory");
		err = chdir("/") ? errno : 0;
	}
	free(here);
	return err;
}

int iom_identity_become(const struct iom_identity *id)
{
	int err = set_environment(id);

	if (err)
		return err;
	umask(umask(0777) | 022);
	if (syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC))
		return errno;
	if (setgroups((size_t)id->ngroups, id->groups) || setresgid(id->gid, id->gid, id->gid) ||
	    setresuid(id->uid, id->uid, id->uid))
		return errno;
	/* Until the exec this is still our memory: the user must not look into it,
	 * whatever fs.suid_dumpable says. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return errno;
	err = id->uid ? drop_capabilities() : 0;
	if (!err)
		err = new_keyring();
	return err ? err : walk_to_directory(id);
}
