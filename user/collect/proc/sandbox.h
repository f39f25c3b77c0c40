/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sandbox.h - the system calls that helpers may make; any other one fails with
 * EPERM. For the calling process and its children, for good.
 */
#ifndef IOM_SANDBOX_H
#define IOM_SANDBOX_H

/* Makes and ends readers, and can do what they do. 0 or a negative errno. */
int sandbox_helper(void);

/*
 * After that, in a reader: looks at /proc, at memory, at files and at sockets of others,
 * of which it gets descriptors, and starts parsers. It writes to nothing but this socket,
 * which it finds under the number that is returned, or a negative errno. What else is
 * open is the caller's to close.
 */
int sandbox_reader(int socket);

/* Reads the files that it has open, and computes: the result is how it ends. 0 or a
 * negative errno. */
int sandbox_parser(void);

#endif
