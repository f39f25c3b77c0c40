/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * in_child.h - what cannot be undone is tried in a process of its own.
 */
#ifndef IOM_TEST_IN_CHILD_H
#define IOM_TEST_IN_CHILD_H

/* Runs it there; its result, 0 to 255. */
int in_child(int (*what)(void));

#endif
