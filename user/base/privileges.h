/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * privileges.h - what this process may do, and how it gives that up for good.
 *
 * All of it holds for the calling thread and what it starts later: call it
 * while there is only one.
 */
#ifndef IOM_PRIVILEGES_H
#define IOM_PRIVILEGES_H

#include <stdbool.h>
#include <stdint.h>

/* Is this CAP_* in force? */
bool iom_capable(int cap);

/* A mask for iom_keep_capabilities(). */
#define IOM_CAP(cap) (UINT64_C(1) << (cap))

/*
 * Keep of the capabilities at most those of the mask, in all sets, the bounding
 * set too, and never gain another one (no_new_privs). 0 or a negative errno.
 */
int iom_keep_capabilities(uint64_t mask);

/*
 * What the collector is left with when all probes are in place:
 *   - of the capabilities at most those of keep;
 *   - no file is made, written, removed or renamed but below the folders of
 *     iom_keep_folder() (where the kernel lacks Landlock: by who may);
 *   - files are opened in the name of the effective user where that may write in
 *     those folders, else in that of an owner of theirs who may; where there are
 *     none, and we are root, in nobody's. Only where nobody may write in all of them
 *     CAP_DAC_OVERRIDE and CAP_FOWNER stay;
 *   - no system call but those of allowed.h: no program is executed, no other process
 *     entered, traced, slowed, or sent a signal (with signals: that it may be), no
 *     connection made, no mode, owner, attribute or time of a file set, no BPF program
 *     or map made or found.
 * Descriptors that are open stay as they are. 0 or a negative errno.
 */
int iom_drop_privileges(uint64_t keep, bool signals);

/* In this folder (a descriptor; borrowed until then) files may still be made after
 * iom_drop_privileges(); it must not be closed before iom_forget_folder(). */
void iom_keep_folder(int dir);
void iom_forget_folder(int dir);

#endif
