/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz.h - what the workers of fuzz share: chance, arguments, and how they say what came.
 *
 * A worker is a process of one kind. Its function never returns; it is killed.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum kind { NUMBERS, SESSIONS, LAB, TARGETS, OPENERS, ODD, FORKERS, KINDS };

#define LAB_PATH "/dev/iomodel-lab%u"

extern uint64_t seed;
extern uint32_t lab_devices; /* how many there are */
extern bool faults; /* allocations may fail: who executes says so again */

/* Below a number; and one of so many times. */
uint32_t rnd(uint32_t below);
bool one_in(uint32_t n);
/* Counts an operation by what the kernel said of it: rc >= 0 is success. Returns rc. */
long did(long rc);

/* An address: of a page of ours, of none, of the kernel's. */
void *pointer(void);
/* A page to write and read. */
char *page(void);
/* Whom a session may watch, or ourselves. */
pid_t some_target(void);
/* /dev/iomodel or a lab device, with flags by chance; -1. */
int open_some(bool back_end);

/* What the kinds do. self: this program, to be executed again as "target" of a kind. */
void numbers(void);
void sessions(void);
void lab(void);
void targets(const char *self);
void openers(void);
void odd(const char *self);
void forkers(const char *self);
/* A few requests to fd by libaio and by io_uring. */
void some_aio(int fd);
void some_uring(int fd);
/* Becomes this program again, of the same kind. Returns only if that fails. */
void again(const char *self, enum kind kind);

#endif
