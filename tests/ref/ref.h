/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ref.h - what all reference programs share.
 *
 * A reference program does a known number of operations in one known way and
 * says itself what a report must show. The protocol with tests/live/run-ref:
 *
 *   1. set up files and feeders, print the expectations (see run-ref), "ready";
 *   2. sleep in sigsuspend, which is no I/O, until SIGUSR1: the watch is armed;
 *   3. do the operations;
 *   4. send SIGUSR2 to the parent, sleep in sigsuspend until SIGTERM.
 *
 * After "ready" nothing is written to stdout: it would be counted. What is
 * known only afterwards goes by ref_later() into memory that the runner reads
 * through /proc.
 *
 * With --loop SECONDS there is no protocol: the program works at ordinary
 * speed for that long and leaves.
 *
 * Everything that fails where it cannot, ends the program with a message and
 * status 1.
 */
#ifndef REF_H
#define REF_H

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* One page that the program, its feeders and its children share. */
struct ref_shared {
	volatile int go;     /* set by ref_ready() when the operations begin */
	volatile long a, b, c; /* free for each program's own handshakes */
	volatile pid_t tid[64]; /* free: threads that a feeder watches */
};
extern struct ref_shared *ref;

/* First call of main(). Knows --loop SECONDS; other arguments are left alone. */
void ref_begin(int argc, char **argv);

/* True in --loop mode. */
bool ref_looping(void);

/* Is operation number i still to be done? i < n; with --loop until the time is
 * over, and for feeders as long as the program lives. */
bool ref_more(long i, long n);

/* One line of expectation, "expect " in front and newline at the end are added. */
void ref_expect(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Any other line of the protocol, as it is: "note ...", "expect-args -f". */
void ref_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Announce, before ref_ready(), that ref_later() will be used. */
void ref_later_open(void);
/* An expectation known only after the operations: like ref_expect(), makes no call. */
void ref_later(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* This machine cannot do it: say why and leave; the runner counts it as skipped. */
void ref_skip(const char *why) __attribute__((noreturn));

/* Is this machine one that QEMU emulates? Calls take milliseconds there now and then. */
bool ref_emulated(void);

/* Step 1's end and step 2. */
void ref_ready(void);
/* The same for a program that leaves when it has done its operations. */
void ref_ready_exits(void);
/* The same for a program that is watched by a collector that gets no CPU meanwhile. */
void ref_ready_stalled(void);
/* Step 1's end for a program that sleeps in its operation from before the watch
 * to after it: no step 2 to 4; the runner waits until it sleeps in call nr. */
void ref_ready_asleep(int nr);
/* Step 4. Does not return. */
void ref_done(void) __attribute__((noreturn));

/* fork(), of a child that dies with the program: 0 in it. */
pid_t ref_child(void);
/* Such a child that does nothing, and keeps open what the program has, but for fd (-1: all of it). */
pid_t ref_idler(int fd);

/* Fork a feeder: a process that runs fn(arg) once the operations begin, then
 * leaves. It dies with the program. Call before ref_ready(). Returns its PID. */
pid_t ref_feed(void (*fn)(void *arg), void *arg);

/* For feeders: return when thread tid sleeps in system call nr, switched out
 * for good: what is fed after this surely finds it asleep. Source:
 * /proc/TID/syscall, which shows a call only of a thread that is off the CPU.
 * nr -1: asleep outside a call (a page fault). Where that may not be read: 2 ms. */
void ref_await_sleep(pid_t tid, int nr);
/* How often thread tid has left the CPU of its own will. Source: voluntary_ctxt_switches of
 * /proc/TID/status. */
long ref_switches(pid_t tid);
/* The same of the calling thread, by a call that never sleeps. */
long ref_own_switches(void);
/* ref_await_sleep() for another sleep of the same call than the one during which
 * ref_switches() was before: a thread that is being woken looks asleep until its CPU takes it. */
void ref_await_sleep_again(pid_t tid, int nr, long before);

/* For feeders of the main thread: return when it has done i operations (it says
 * so in ref->a) and sleeps in call nr, waiting for the next. */
void ref_turn(long i, int nr);

/* For feeders: sleep until *v, another process's counter, is at least n. */
void ref_await(volatile long *v, long n);

void ref_nap_us(long us);

/* Exit with "what: errno". */
void ref_die(const char *what) __attribute__((noreturn));
/* v, unless it is negative: then ref_die(). */
long ref_must(long v, const char *what);

/* All n bytes or ref_die(). */
void ref_write(int fd, const void *buf, size_t n);

void ref_nonblock(int fd);
/* Both ends connected; type SOCK_STREAM or SOCK_DGRAM of AF_UNIX. */
void ref_pair(int s[2], int type);
/* A regular file of size bytes without a name, in /tmp; open for both. */
int ref_file(size_t size);
/* Is the file in memory alone? Nothing of it is ever waited for then. */
bool ref_in_memory(int fd);
/* A socket of at's family that is bound to the first len bytes of at; the kernel finds the rest of the name, which at and
 * *size, the room there, tell then. Of AF_UNIX the family alone is enough. */
int ref_bound(int type, void *at, socklen_t len, socklen_t *size);
/* One that is connected to such a name. */
int ref_connected(int type, const void *at, socklen_t size);
/* A listening AF_UNIX socket with an abstract name made from tag; connecting to it. */
int ref_listen(const char *tag);
int ref_connect(const char *tag);

/* A thread with a name. All threads have SIGUSR1 blocked. */
pthread_t ref_thread(const char *name, void *(*fn)(void *), void *arg);

/* The bytes that one message has everywhere here. */
#define REF_MSG 16
extern const char ref_msg[REF_MSG];

#endif
