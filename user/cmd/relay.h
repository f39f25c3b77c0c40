/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * relay.h - between our terminal and the pseudo terminal of another user's
 * command: the process that stands in the shell's session. See terminal.h.
 */
#ifndef IOM_RELAY_H
#define IOM_RELAY_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

/* What iomodel proper says to the relay, one message each. */
struct iom_relay_message {
	enum { IOM_RELAY_GIVE, IOM_RELAY_TAKE, IOM_RELAY_STOPPED } what;
	int sig;   /* STOPPED: by which signal */
	int order; /* STOPPED: the last order that was carried out before */
};

/* What the relay says to iomodel proper: IOM_RELAY_SIGNAL, queued, with one of
 * these as its value; JOB_SIGNAL has the signal for CMD's job in addition, and
 * the bits from IOM_JOB_ORDER on number the orders. GIVE and TAKE, once done, are
 * answered by a byte on the socket. */
#define IOM_RELAY_SIGNAL SIGRTMIN
#define IOM_JOB_ORDER	 12
enum { IOM_JOB_FOREGROUND = 0x100, IOM_JOB_BACKGROUND = 0x200, IOM_JOB_SIGNAL = 0x400 };

struct iom_relay_shared {     /* memory of both processes */
	struct termios saved; /* the terminal's modes but for us */
	bool raw;	      /* they are changed just now: saved must be set again */
};

struct iom_relay {
	int terminal;	  /* ours; an open file of our own, so that O_NONBLOCK is nobody else's */
	int master;	  /* of the pseudo terminal; closed when our terminal hangs up: -1 */
	int socket;	  /* to iomodel proper; SOCK_SEQPACKET */
	bool job_control; /* it is our controlling terminal */
	bool interactive; /* CMD reads from it: it is the foreground job whenever we are */
	pid_t inner;	  /* iomodel proper */
	struct iom_relay_shared *shared;
};

/* Relay until iomodel proper has ended; its exit status, or 128 + N. The signals
 * of iom_relay_signals() must be blocked, and not ignored but for SIGHUP. */
int iom_relay_run(struct iom_relay *r);

/* Signals that the relay waits for, to be blocked before the fork. */
void iom_relay_signals(sigset_t *set);

#endif
