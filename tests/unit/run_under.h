/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * run_under.h - what a unit test runs under, where its numbers or system calls depend on it.
 */
#ifndef IOM_TEST_RUN_UNDER_H
#define IOM_TEST_RUN_UNDER_H

#include <stdbool.h>

#ifdef __SANITIZE_ADDRESS__
#define SANITIZED true
#else
#define SANITIZED false
#endif

/* valgrind makes system calls of its own, does not know Landlock's, and takes many times as
 * long. */
bool under_valgrind(void);

#endif
