/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "base/privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/allowed.h"

#define FOLDERS_MAX 8
#define NOBODY	    65534 /* overflowuid: owns nothing */

/* Not in the headers of Debian 12: Linux 6.2 and 6.10. */
#define ACCESS_TRUNCATE	 (UINT64_C(1) << 14)
#define ACCESS_IOCTL_DEV (UINT64_C(1) << 15)

bool iom_capable(int cap)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {};

	if (syscall(SYS_capget, &head, data))
		return false;
	return data[cap / 32].effective >> (cap % 32) & 1;
}

/* Of those that are permitted, to be permitted and to be in force. */
static int set_capabilities(uint64_t permitted, uint64_t effective)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {};

	if (syscall(SYS_capget, &head, data))
		return -errno;
	for (int i = 0; i < 2; i++) {
		data[i].permitted &= (uint32_t)(permitted >> 32 * i);
		data[i].effective = data[i].permitted & (uint32_t)(effective >> 32 * i);
		data[i].inheritable = 0;
	}
	return syscall(SYS_capset, &head, data) ? -errno : 0;
}

int iom_keep_capabilities(uint64_t mask)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	/* Only who has CAP_SETPCAP may; for others no_new_privs has to do. */
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (!(mask >> cap & 1))
			prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	return set_capabilities(mask, mask);
}

/* ---- in whose name files are opened ---- */

static int kept[FOLDERS_MAX];
static size_t nkept;

void iom_keep_folder(int dir)
{
	if (nkept < FOLDERS_MAX)
		kept[nkept++] = dir;
}

void iom_forget_folder(int dir)
{
	for (size_t i = 0; i < nkept; i++)
		if (kept[i] == dir) {
			kept[i] = kept[--nkept];
			return;
		}
}

static void open_files_as(uid_t uid, gid_t gid)
{
	setfsgid(gid);
	setfsuid(uid);
}

/* Can files be made, named and removed in all kept folders as things are? */
static bool can_write_all(void)
{
	for (size_t i = 0; i < nkept; i++)
		if (faccessat(kept[i], ".", W_OK | X_OK, AT_EACCESS))
			return false;
	return true;
}

/* Called with no capability in force but to change whose files are opened. */
static bool choose_name(void)
{
	struct stat st;

	if (!nkept) {
		if (geteuid() == 0 && !setgroups(0, NULL))
			open_files_as(NOBODY, NOBODY);
		return true;
	}
	if (can_write_all())
		return true;
	for (size_t i = 0; i < nkept; i++) {
		if (fstat(kept[i], &st))
			continue;
		open_files_as(st.st_uid, st.st_gid);
		if (can_write_all()) {
			setgroups(0, NULL); /* root's; as its owner it needs none */
			return true;
		}
	}
	open_files_as(geteuid(), getegid());
	return false;
}

/* *keep: what must stay for it. */
static int set_name(uint64_t *keep)
{
	const uint64_t change = IOM_CAP(CAP_SETUID) | IOM_CAP(CAP_SETGID),
		       override = IOM_CAP(CAP_DAC_OVERRIDE) | IOM_CAP(CAP_FOWNER);
	int err = set_capabilities(UINT64_MAX, change);

	if (err)
		return err;
	if (!choose_name())
		*keep |= override;
	return set_capabilities(UINT64_MAX, UINT64_MAX);
}

/* ---- what is refused ---- */

/* The rights of Landlock that this kernel knows and that change something. */
static uint64_t writing_rights(int abi)
{
	uint64_t rights = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
			  LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
			  LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
			  LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
			  LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM |
			  LANDLOCK_ACCESS_FS_EXECUTE;

	if (abi >= 2)
		rights |= LANDLOCK_ACCESS_FS_REFER;
	if (abi >= 3)
		rights |= ACCESS_TRUNCATE;
	if (abi >= 5)
		rights |= ACCESS_IOCTL_DEV;
	return rights;
}

static int write_only_in_kept(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct landlock_path_beneath_attr below = {};
	struct landlock_ruleset_attr attr = {};
	int rules, err = 0;

	if (abi < 1) /* an old kernel, or one that was told not to */
		return 0;
	attr.handled_access_fs = writing_rights((int)abi);
	below.allowed_access = attr.handled_access_fs & ~(uint64_t)LANDLOCK_ACCESS_FS_EXECUTE;
	rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (rules < 0)
		return -errno;
	for (size_t i = 0; i < nkept && !err; i++) {
		below.parent_fd = kept[i];
		if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0))
			err = -errno;
	}
	if (!err && syscall(SYS_landlock_restrict_self, rules, 0))
		err = -errno;
	close(rules);
	return err;
}

int iom_drop_privileges(uint64_t keep, bool signals)
{
	int err = set_name(&keep);

	if (!err)
		err = iom_keep_capabilities(keep);
	if (!err)
		err = write_only_in_kept();
	return err ? err : iom_allow_watching(signals);
}
