/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * doorbell.h - pipes and eventfds by which the threads of a process wake each other.
 */
#ifndef IOM_DOORBELL_H
#define IOM_DOORBELL_H

#include "capture/capture.h"

/* Are these reads or writes of a pipe, or an eventfd, into which the watched processes put all that
 * they took out? Then they woke themselves. */
bool iom_is_own_bell(const struct iom_capture *cap, const struct cap_calls *r);

/* Is the file a unix socket whose other end the same process has? */
bool iom_is_own_pair(const struct iom_capture *cap, uint32_t file);

/* Timers, signals, and what the process has both ends of. */
bool iom_is_from_within(const struct iom_capture *cap, const struct cap_file *f);

/* Are these writes of a few bytes into something that the process itself reads? Where it is full the
 * other side is going to wake anyway: EAGAIN is no reason to try again. */
bool iom_rings_own_bell(const struct iom_capture *cap, const struct cap_calls *r);

#endif
