/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * redact.h - a capture that can be shown to strangers.
 */
#ifndef IOM_REDACT_H
#define IOM_REDACT_H

#include "capture/capture.h"

/*
 * Replace what texts give away: paths, names of files, programs and threads,
 * network addresses, and what was on the command line. The same name becomes
 * the same word everywhere ("name12"), an address an address of the ranges set
 * aside for documentation and benchmarks. Numbers stay: processes, descriptors,
 * ports, inodes, counts, times. So do the words that iomodel itself makes, the
 * usual top directories, and what lies in /proc, /sys and /dev under names that
 * every system has.
 *
 * Nothing that a judgement is made from changes. Out of memory ends the program.
 */
void iom_capture_redact(struct iom_capture *cap);

#endif
