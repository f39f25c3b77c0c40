/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sleeper.h - children that are known to sleep in one place.
 */
#ifndef IOM_TEST_SLEEPER_H
#define IOM_TEST_SLEEPER_H

#include <sys/types.h>

/* Forks a child that calls sleeps() and waits until it is asleep. */
pid_t sleeper(void (*sleeps)(void));
void sleeper_ends(pid_t child);

#endif
