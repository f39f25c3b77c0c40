/* SPDX-License-Identifier: GPL-2.0-only */
/* trap_32_fork under iomodel attach -f: the children count, each for itself. */
#define FOLLOW 1
#include "trap_32_fork.c"
