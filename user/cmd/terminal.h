/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * terminal.h - a terminal of its own for a command of another user.
 *
 * Who holds our terminal can type into it (TIOCSTI), read what is typed later,
 * and change its modes; so another user's command gets a pseudo terminal where
 * ours is one. Two processes of ours stand between:
 *
 *   shell's terminal - relay - (pseudo terminal) - iomodel - CMD
 *
 * The relay (relay.c) stays in the shell's session. It copies bytes, modes of
 * the terminal and window size, and does job control as the shell expects it.
 * iomodel proper, forked from it, watches and reports as always, and is the
 * leader of a new session on the pseudo terminal, in which CMD is one job: so
 * Ctrl-C and Ctrl-Z mean to CMD what they mean in a shell.
 *
 * While CMD is stopped, or not in the foreground, our terminal is the shell's.
 */
#ifndef IOM_TERMINAL_H
#define IOM_TERMINAL_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Called before anything is opened or forked for the watch. False: go on, either
 * because there is no terminal, or as iomodel proper with a relay in front. True:
 * nothing is left to do but to exit with *status: this was the relay, and all is
 * over, or no terminal could be made (there was a line on stderr).
 */
bool iom_terminal_split(int *status);

/* For the child that will be CMD of another user, before it gives up being us: a
 * session or a job of its own, and the pseudo terminal, now the user's, in place
 * of ours among its descriptors 0 to 2. 0 or an errno. */
int iom_terminal_enter(uid_t owner);

/* CMD has been forked: child is its process, and its job. 0: it is none any more. */
void iom_terminal_child(pid_t child);

/* A signal that stops CMD has done so. Async-signal-safe. */
void iom_terminal_stopped(int sig);

/* Is there a relay, so that it wants to hear of the above? */
bool iom_terminal_relayed(void);

/* Hand the terminal over to CMD; and have it back, with all that CMD has written
 * so far shown, to write to it ourselves. Without a relay they do nothing. */
void iom_terminal_give(void);
void iom_terminal_take(void);

#endif
