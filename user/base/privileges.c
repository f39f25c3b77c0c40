/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "base/privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/netlink.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

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

/* Calls of which none is needed to watch and to report. */
static const int never[] = {
	/* other programs, processes, machines */
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(process_madvise),
	SCMP_SYS(pidfd_getfd),
	SCMP_SYS(tkill),
	SCMP_SYS(rt_sigqueueinfo),
	SCMP_SYS(rt_tgsigqueueinfo),
	SCMP_SYS(setpriority),
	SCMP_SYS(ioprio_set),
	SCMP_SYS(sched_setattr),
	SCMP_SYS(sched_setparam),
	SCMP_SYS(sched_setscheduler),
	SCMP_SYS(sched_setaffinity),
	SCMP_SYS(migrate_pages),
	SCMP_SYS(move_pages),
	SCMP_SYS(connect),
	SCMP_SYS(bind),
	SCMP_SYS(keyctl),
	SCMP_SYS(add_key),
	SCMP_SYS(request_key),
	/* who we are, whose files are, and who may use them */
	SCMP_SYS(setuid),
	SCMP_SYS(setgid),
	SCMP_SYS(setreuid),
	SCMP_SYS(setregid),
	SCMP_SYS(setresuid),
	SCMP_SYS(setresgid),
	SCMP_SYS(setfsuid),
	SCMP_SYS(setfsgid),
	SCMP_SYS(setgroups),
	SCMP_SYS(chmod),
	SCMP_SYS(fchmod),
	SCMP_SYS(fchmodat),
	SCMP_SYS(chown),
	SCMP_SYS(fchown),
	SCMP_SYS(lchown),
	SCMP_SYS(fchownat),
	SCMP_SYS(setxattr),
	SCMP_SYS(fsetxattr),
	SCMP_SYS(lsetxattr),
	SCMP_SYS(open_by_handle_at),
	/* the machine */
	SCMP_SYS(setns),
	SCMP_SYS(unshare),
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(move_mount),
	SCMP_SYS(open_tree),
	SCMP_SYS(fsopen),
	SCMP_SYS(pivot_root),
	SCMP_SYS(chroot),
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load),
	SCMP_SYS(kexec_file_load),
	SCMP_SYS(reboot),
	SCMP_SYS(swapon),
	SCMP_SYS(swapoff),
	SCMP_SYS(acct),
	SCMP_SYS(sethostname),
	SCMP_SYS(setdomainname),
	/* ways around this list */
	SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup),
};

/* bpf(2): what makes programs and maps, or finds those of others. */
static const int never_bpf[] = {
	BPF_PROG_LOAD,	      BPF_OBJ_PIN,	     BPF_OBJ_GET,	    BPF_PROG_ATTACH,
	BPF_PROG_DETACH,      BPF_BTF_LOAD,	     BPF_PROG_GET_FD_BY_ID, BPF_MAP_GET_FD_BY_ID,
	BPF_BTF_GET_FD_BY_ID, BPF_LINK_GET_FD_BY_ID,
};

#define REFUSE SCMP_ACT_ERRNO(EPERM)

static int refuse_by_argument(scmp_filter_ctx ctx)
{
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(never_bpf) / sizeof(never_bpf[0]); i++)
		err = seccomp_rule_add(ctx, REFUSE, SCMP_SYS(bpf), 1,
				       SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)never_bpf[i]));
	/* A line pushed into the terminal would be run by the shell that started us. The
	 * kernel looks at 32 bits of the number. */
	if (!err)
		err = seccomp_rule_add(ctx, REFUSE, SCMP_SYS(ioctl), 1,
				       SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, TIOCSTI));
	if (!err)
		err = seccomp_rule_add(ctx, REFUSE, SCMP_SYS(ioctl), 1,
				       SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, TIOCLINUX));
	/* Of sockets only those that ask the kernel for others' (sock_diag(7)). */
	if (!err)
		err = seccomp_rule_add(ctx, REFUSE, SCMP_SYS(socket), 1,
				       SCMP_A0(SCMP_CMP_NE, AF_NETLINK));
	if (!err)
		err = seccomp_rule_add(ctx, REFUSE, SCMP_SYS(socket), 1,
				       SCMP_A2(SCMP_CMP_NE, NETLINK_SOCK_DIAG));
	if (!err) /* others' limits */
		err = seccomp_rule_add(ctx, REFUSE, SCMP_SYS(prlimit64), 1,
				       SCMP_A0(SCMP_CMP_NE, 0));
	if (!err) /* raise() and abort() need their own */
		err = seccomp_rule_add(ctx, REFUSE, SCMP_SYS(tgkill), 1,
				       SCMP_A0(SCMP_CMP_NE, (scmp_datum_t)getpid()));
	return err;
}

static int refuse_calls(bool signals)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int err = ctx ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < sizeof(never) / sizeof(never[0]); i++)
		err = seccomp_rule_add(ctx, REFUSE, never[i], 0);
	if (!err && !signals)
		err = seccomp_rule_add(ctx, REFUSE, SCMP_SYS(kill), 0);
	if (!err && !signals)
		err = seccomp_rule_add(ctx, REFUSE, SCMP_SYS(pidfd_send_signal), 0);
	if (!err)
		err = refuse_by_argument(ctx);
	if (!err)
		err = seccomp_load(ctx);
	seccomp_release(ctx);
	return err;
}

int iom_drop_privileges(uint64_t keep, bool signals)
{
	int err = set_name(&keep);

	if (!err)
		err = iom_keep_capabilities(keep);
	if (!err)
		err = write_only_in_kept();
	return err ? err : refuse_calls(signals);
}
