/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep in mkdir() since before the watch, which has not begun: who supervises it by seccomp never answers.
 */
#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/stat.h>

#include "ref.h"

#define FOLDER "/tmp/iomodel-ref-never"

static void ask_before_mkdir(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_mkdir, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = {.len = sizeof(code) / sizeof(code[0]), .filter = code};

	ref_must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
	/* The listener stays open, so that the kernel goes on to wait for it. */
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter) < 0)
		ref_skip("no filter of seccomp that asks a supervisor");
}

int main(int argc, char **argv)
{
	ref_begin(argc, argv);
	ref_expect("verdict.model blocking");
	ref_expect("wait mkdir on %s under_way=1 slept=1", FOLDER);
	ref_expect("wait mkdir on supervisor under_way=1 slept=1");
	ask_before_mkdir();
	ref_ready_asleep(__NR_mkdir);
	return mkdir(FOLDER, 0700);
}
