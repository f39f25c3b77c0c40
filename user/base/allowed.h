/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * allowed.h - which system calls this process may still make (seccomp).
 *
 * Those that are not named fail: a call that is new in a later kernel does too, which
 * a list of what is refused could not promise.
 */
#ifndef IOM_ALLOWED_H
#define IOM_ALLOWED_H

#include <stdbool.h>

/*
 * From here on only what watching, recording and reporting take; with signals: sending
 * them too. What is refused fails with EPERM, and calls that this version does not
 * know with ENOSYS, as in a kernel that is older than they are. For the calling thread
 * and what it starts later, for good. 0 or a negative errno.
 */
int iom_allow_watching(bool signals);

#endif
